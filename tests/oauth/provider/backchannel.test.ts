// Backchannel authentication: a client asks a user who is elsewhere (OpenID CIBA Core 1.0; token-issuance.md CB-1 to CB-4,
// RA-10, AC-10).

import * as client from 'openid-client';
import { startServer, type TestServer } from '../../support/server.js';
import { bodyOf, type TestApi, type TestClient } from '../given.js';
import { answer, approvalsOf, ask, asked, CIBA, givenAsker, hintOf, poll } from './backchannel-given.js';
import {
  Browser,
  claimsOf,
  givenOfflineApi,
  givenUser,
  givenUserGrant,
  logsOf,
  movingClock,
  refresh,
  requestToken,
  type TestUser,
} from './given.js';

const clock = movingClock();
let server: TestServer;
let app: TestClient;
let api: TestApi;
let user: TestUser;
beforeAll(async () => {
  server = await startServer({ now: clock.now, env: { TEST_LOGIN: 'on' } });
  app = await givenAsker(server);
  api = await givenOfflineApi(server, { authorization_details: [{ type: 'payment' }] });
  await givenUserGrant(server, app, api, ['read', 'write'], { authorization_details_types: ['payment'] });
});
afterAll(async () => {
  clock.stop();
  await server.close();
});
// Five requests a minute are for one user.
beforeEach(async () => {
  user = await givenUser(server);
});

const PENDING = {
  error: 'authorization_pending',
  error_description: 'The end-user authorization is pending',
};
const DENIED = {
  error: 'access_denied',
  error_description: 'The end-user denied the authorization request or it has been expired',
};
const UNKNOWN = { error: 'invalid_grant', error_description: 'Invalid or expired auth_req_id' };

test('CB-1: what the client is told', async () => {
  const told = await ask(server, app, user);
  expect(told.status).toBe(200);
  expect(told.headers['cache-control']).toBe('no-store');
  expect(told.body).toEqual({
    auth_req_id: expect.stringMatching(/^[\w-]{43}$/) as unknown,
    expires_in: 300,
    interval: 5,
  });
  expect((await ask(server, app, user, { requested_expiry: '259200' })).body.expires_in).toBe(259_200);
});

test('a user approves on the page, and the client has what the page showed', async () => {
  const secret = await asked(server, app, user, {
    audience: api.identifier,
    scope: 'openid read delete offline_access',
    binding_message: 'Transfer #7: 25.00 EUR, now',
  });
  const first = await poll(server, app, secret);
  expect([first.status, first.body]).toEqual([400, PENDING]);

  const browser = new Browser(server.url);
  const page = await approvalsOf(browser, user);
  expect(page.html).toContain('Transfer #7: 25.00 EUR, now');
  expect(page.html).toContain('Acme Bank');
  expect(page.html).toContain(api.identifier);
  expect(page.html).toMatch(/<li>[^]*read/);
  // The client grant does not give it.
  expect(page.html).not.toMatch(/<code><bdi>delete/);
  const outcome = await browser.submit(page, { decision: 'approve' });
  expect(outcome.title).toBe('Approved');

  clock.forward(6);
  const { status, body } = await poll(server, app, secret);
  expect([status, body]).toEqual([
    200,
    {
      access_token: expect.any(String) as unknown,
      id_token: expect.any(String) as unknown,
      refresh_token: expect.any(String) as unknown,
      scope: 'openid read offline_access',
      expires_in: 86_400,
      token_type: 'Bearer',
    },
  ]);
  expect(claimsOf(body.access_token)).toMatchObject({ sub: user.id, azp: app.id, aud: expect.anything() });
  expect(claimsOf(body.id_token)).toMatchObject({ sub: user.id, aud: app.id, iss: `${server.url}/` });
  const renewed = await refresh(server, app, body.refresh_token);
  expect(renewed.body.scope).toBe('openid read offline_access');

  const [started] = await logsOf(server, app, 'ciba_start_succeeded');
  expect(started).toMatchObject({ user_id: user.id, details: { requested_scope: expect.anything() } });
  const [issued] = await logsOf(server, app, 'ciba_exchange_succeeded');
  expect(issued).toMatchObject({
    user_id: user.id,
    scope: 'openid read offline_access',
    details: {
      dropped: [{ scope: 'delete', source: 'US-5' }],
      rules: expect.arrayContaining(['consent CB-7']),
    },
  });
});

test('without offline_access there is no refresh token, and without an API the token is for /userinfo', async () => {
  const secret = await asked(server, app, user, { scope: 'openid email' });
  await answer(server, secret, 'approve');
  const { body } = await poll(server, app, secret);
  expect(Object.keys(body as object).sort()).toEqual([
    'access_token',
    'expires_in',
    'id_token',
    'scope',
    'token_type',
  ]);
  expect(body.scope).toBe('openid email');
  const told = await server
    .request()
    .get('/userinfo')
    .auth(body.access_token as string, { type: 'bearer' });
  expect(told.body).toMatchObject({ sub: user.id, email: user.email });
});

test('an official client asks, waits and gets tokens', async () => {
  const config = await client.discovery(
    new URL(`${server.url}/`),
    app.id,
    undefined,
    client.ClientSecretPost(app.secret),
    { execute: [client.allowInsecureRequests] },
  );
  const told = await client.initiateBackchannelAuthentication(config, {
    scope: 'openid read',
    audience: api.identifier,
    login_hint: hintOf(server, user.id),
    binding_message: '21-49-38',
  });
  await answer(server, told.auth_req_id, 'approve');
  const tokens = await client.pollBackchannelAuthenticationGrant(config, { ...told, interval: 0.1 });
  expect(tokens.scope).toBe('openid read');
  expect(tokens.claims()?.sub).toBe(user.id);
});

test('CB-4: a user who denies', async () => {
  const secret = await asked(server, app, user);
  const browser = new Browser(server.url);
  const outcome = await browser.submit(await approvalsOf(browser, user), { decision: 'deny' });
  expect(outcome.title).toBe('Denied');
  const told = await poll(server, app, secret);
  expect([told.status, told.body]).toEqual([400, DENIED]);
  expect((await logsOf(server, app, 'ciba_exchange_failed'))[0]).toMatchObject({
    description: DENIED.error_description,
  });
});

test('CB-4: a request that nobody has answered in time, and one that was approved and not collected', async () => {
  const secrets = [
    await asked(server, app, user, { requested_expiry: '30' }),
    await asked(server, app, user, { requested_expiry: '30' }),
  ];
  await answer(server, secrets[1] ?? '', 'approve');
  clock.forward(30);
  for (const secret of secrets) {
    const told = await poll(server, app, secret);
    expect([told.status, told.body, told.headers['grantry-reason']]).toEqual([
      400,
      DENIED,
      'approval_expired',
    ]);
  }
});

test('CB-4: a client that polls too fast is told to wait longer each time, even when the user has approved', async () => {
  const secret = await asked(server, app, user);
  const tooFast = (seconds: number) => ({
    error: 'slow_down',
    error_description: `You are polling faster than allowed. Try again in ${seconds} seconds.`,
    interval: seconds,
  });
  await poll(server, app, secret);
  const second = await poll(server, app, secret);
  expect([second.status, second.body]).toEqual([400, tooFast(10)]);
  expect((await poll(server, app, secret)).body).toEqual(tooFast(15));
  await answer(server, secret, 'approve');
  clock.forward(14);
  expect((await poll(server, app, secret)).body).toEqual(tooFast(20));
  clock.forward(20);
  expect((await poll(server, app, secret)).status).toBe(200);
});

test('it is good once: a replay gets nothing, and of ten at the same time one gets tokens', async () => {
  const secret = await asked(server, app, user);
  await answer(server, secret, 'approve');
  const answers = await Promise.all(Array.from({ length: 10 }, () => poll(server, app, secret)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  clock.forward(60);
  const again = await poll(server, app, secret);
  expect([again.status, again.body]).toEqual([400, UNKNOWN]);
});

test('it is of use to its own client only', async () => {
  const other = await givenAsker(server);
  const secret = await asked(server, app, user);
  await answer(server, secret, 'approve');
  for (const wrong of [await poll(server, other, secret), await poll(server, app, 'nosuch')]) {
    expect([wrong.status, wrong.body]).toEqual([400, UNKNOWN]);
  }
  expect((await poll(server, app, secret)).status).toBe(200);
});

test('a request without auth_req_id, and a client that it was not switched on for', async () => {
  const missing = await requestToken(server, app, { grant_type: CIBA });
  expect(missing.body.error_description).toBe('Missing required parameter: auth_req_id');
  const without = await givenAsker(server, { grant_types: ['authorization_code'] });
  const refused = await poll(server, without, 'nosuch');
  expect([refused.status, refused.body.error]).toEqual([403, 'unauthorized_client']);
});

describe('what changes between the approval and the token', () => {
  test('is decided anew: a client grant that has gone, and the approval is not used up by it', async () => {
    const own = await givenAsker(server);
    const grant = await givenUserGrant(server, own, api, ['read']);
    const secret = await asked(server, own, user, { audience: api.identifier, scope: 'openid read' });
    await answer(server, secret, 'approve');
    await bodyOf(server.api('delete', `client-grants/${grant}`), 204);
    const refused = await poll(server, own, secret);
    expect([refused.status, refused.body]).toEqual([
      403,
      {
        error: 'invalid_request',
        error_description: `Client "${own.id}" is not authorized to access resource server "${api.identifier}".`,
      },
    ]);
    await givenUserGrant(server, own, api, ['read', 'write']);
    clock.forward(6);
    // What was not shown is not had either.
    expect((await poll(server, own, secret)).body.scope).toBe('openid read');
  });

  test('a user who is blocked, and one who is deleted', async () => {
    const other = await givenUser(server);
    const [blocked, deleted] = [await asked(server, app, user), await asked(server, app, other)];
    for (const secret of [blocked, deleted]) await answer(server, secret, 'approve');
    await bodyOf(server.api('patch', `users/${encodeURIComponent(user.id)}`, { blocked: true }), 200);
    await bodyOf(server.api('delete', `users/${encodeURIComponent(other.id)}`), 204);
    expect((await poll(server, app, blocked)).body).toEqual({
      error: 'access_denied',
      error_description: 'user is blocked',
    });
    expect((await poll(server, app, deleted)).body).toEqual(UNKNOWN);
  });

  test('a default API of the tenant that is set afterwards is not what the user approved', async () => {
    const secret = await asked(server, app, user, { scope: 'openid read' });
    await answer(server, secret, 'approve');
    await bodyOf(server.api('patch', 'tenants/settings', { default_audience: api.identifier }), 200);
    const { body } = await poll(server, app, secret);
    await bodyOf(server.api('patch', 'tenants/settings', { default_audience: '' }), 200);
    expect(body.scope).toBe('openid');
    expect(body.access_token).not.toContain('.');
  });
});

describe('authorization_details (RA-10)', () => {
  const details = JSON.stringify([{ type: 'payment', instructedAmount: { amount: 2500, currency: 'USD' } }]);
  const about = { scope: 'openid read', binding_message: 'Pay' };

  test('are shown, and come with the tokens', async () => {
    const secret = await asked(server, app, user, {
      ...about,
      audience: api.identifier,
      authorization_details: details,
    });
    const browser = new Browser(server.url);
    const page = await approvalsOf(browser, user);
    expect(page.html).toContain('Instructed amount');
    expect(page.html).toContain('2500');
    await browser.submit(page, { decision: 'approve' });
    const { body } = await poll(server, app, secret);
    expect(body.authorization_details).toEqual(JSON.parse(details));
    expect(claimsOf(body.access_token as string)['authorization_details']).toEqual(JSON.parse(details));
  });

  test('of a type that the API does not take, or too many of them, are refused', async () => {
    const refused = async (text: string) =>
      (await ask(server, app, user, { ...about, audience: api.identifier, authorization_details: text }))
        .body;
    expect((await refused('[{"type":"other"}]')).error_description).toContain('other');
    const many = JSON.stringify(Array.from({ length: 6 }, () => ({ type: 'payment' })));
    for (const text of [many, '{', JSON.stringify([{ type: 'payment', of: 'x'.repeat(6000) }])]) {
      expect(await refused(text)).toEqual({
        error: 'invalid_request',
        error_description: 'Parameter authorization_details is invalid',
      });
    }
  });
});

test('AC-10: Actions run when the tokens are issued, and are told the protocol', async () => {
  const code = `exports.onExecutePostLogin = async (event, api) => {
    api.accessToken.setCustomClaim('https://acme.example/protocol', event.transaction.protocol);
    api.accessToken.setCustomClaim('https://acme.example/asked', event.transaction.requested_scopes.join(' '));
    if (event.user.user_metadata.banned) api.access.deny('not you');
  };`;
  const trigger = { id: 'post-login', version: 'v3' };
  const { id } = await bodyOf<{ id: string }>(
    server.api('post', 'actions/actions', { name: 'protocol', code, supported_triggers: [trigger] }),
    201,
  );
  await bodyOf(server.api('post', `actions/actions/${id}/deploy`), 200);
  const bindings = [{ ref: { type: 'action_id', value: id }, display_name: 'protocol' }];
  await bodyOf(server.api('patch', 'actions/triggers/post-login/bindings', { bindings }), 200);

  const secret = await asked(server, app, user, { audience: api.identifier, scope: 'openid read delete' });
  await answer(server, secret, 'approve');
  const { body } = await poll(server, app, secret);
  expect(claimsOf(body.access_token as string)).toMatchObject({
    'https://acme.example/protocol': 'oidc-ciba',
    'https://acme.example/asked': 'openid read delete',
  });
  const banned = await givenUser(server, { user_metadata: { banned: true } });
  const refused = await asked(server, app, banned);
  await answer(server, refused, 'approve');
  expect((await poll(server, app, refused)).body).toEqual({
    error: 'access_denied',
    error_description: 'not you',
  });
  await bodyOf(server.api('patch', 'actions/triggers/post-login/bindings', { bindings: [] }), 200);
});
