// Refresh tokens (token-issuance.md 4.10, RT-1 to RT-8): scopes, rotation, reuse.

import { startServer, type TestServer } from '../../support/server.js';
import { type TestApi, type TestClient } from '../given.js';
import {
  claimsOf,
  givenApp,
  givenOfflineApi,
  givenUser,
  givenUserGrant,
  logsOf,
  movingClock,
  refresh,
  requestToken,
  type TestUser,
  type TokenAnswer,
  tokensOf,
} from './given.js';

const clock = movingClock();
let server: TestServer;
let api: TestApi;
let user: TestUser;
beforeAll(async () => {
  server = await startServer({ now: clock.now });
  [api, user] = await Promise.all([givenOfflineApi(server), givenUser(server)]);
});
afterAll(async () => {
  clock.stop();
  await server.close();
});

const INVALID = { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' };

async function givenLogin(
  settings: object = {},
  scope = 'openid read write offline_access',
): Promise<{ app: TestClient; tokens: TokenAnswer }> {
  const app = await givenApp(server, settings);
  await givenUserGrant(server, app, api, ['read', 'write', 'delete']);
  const tokens = await tokensOf(server, app, user, { audience: api.identifier, scope });
  return { app, tokens };
}

describe('the scopes of a refresh', () => {
  let app: TestClient;
  let tokens: TokenAnswer;
  beforeAll(async () => {
    ({ app, tokens } = await givenLogin());
  });

  test('V31, RT-1: those of the login where none is asked for', async () => {
    const answer = await refresh(server, app, tokens.refresh_token);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      access_token: expect.any(String),
      id_token: expect.any(String),
      refresh_token: tokens.refresh_token,
      scope: 'openid read write offline_access',
      expires_in: 86_400,
      token_type: 'Bearer',
    });
    // token-issuance.md 6.1.
    expect(claimsOf(answer.body.access_token)).toEqual({
      iss: `${server.url}/`,
      sub: user.id,
      aud: [api.identifier, `${server.url}/userinfo`],
      azp: app.id,
      gty: 'refresh_token',
      scope: 'openid read write offline_access',
      iat: expect.any(Number),
      exp: expect.any(Number),
    });
    const [row] = await logsOf(server, app, 'sertft');
    expect(row).toMatchObject({
      user_id: user.id,
      ip: expect.stringContaining('127.0.0.1'),
      scope: 'openid read write offline_access',
    });
  });

  test('V32, RT-2: the part that is asked for, and the next refresh has all again', async () => {
    const narrow = await refresh(server, app, tokens.refresh_token, { scope: 'openid read' });
    expect(narrow.body.scope).toBe('openid read');
    expect(claimsOf(narrow.body.access_token)['scope']).toBe('openid read');
    expect((await refresh(server, app, tokens.refresh_token)).body.scope).toBe(
      'openid read write offline_access',
    );
  });

  test('RT-3: what the login did not come to is dropped', async () => {
    const answer = await refresh(server, app, tokens.refresh_token, { scope: 'read delete profile' });
    expect([answer.status, answer.body.scope]).toEqual([200, 'read']);
    const [row] = await logsOf(server, app, 'sertft');
    expect(row?.details?.dropped?.map(({ scope, source }) => [scope, source])).toEqual([
      ['delete', 'RT-3'],
      ['profile', 'RT-3'],
    ]);
  });

  test('RT-4: what nobody knows fails the request', async () => {
    const answer = await refresh(server, app, tokens.refresh_token, { scope: 'read nosuch' });
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_scope']);
    expect((await logsOf(server, app, 'fertft'))[0]?.description).toBe('Unknown scopes: nosuch');
  });

  test('RT-8: an ID token comes with openid only, and says what it said at the login', async () => {
    const before = claimsOf(tokens.id_token ?? '');
    const answer = await refresh(server, app, tokens.refresh_token);
    const after = claimsOf(answer.body.id_token);
    // OpenID Connect Core section 12.2.
    for (const name of ['iss', 'sub', 'aud', 'auth_time']) expect(after[name]).toEqual(before[name]);
    const without = await refresh(server, app, tokens.refresh_token, { scope: 'read' });
    expect(without.body).not.toHaveProperty('id_token');
  });
});

describe('a token that is no good', () => {
  test('RT-5: one that nobody knows', async () => {
    const app = await givenApp(server);
    const answer = await refresh(server, app, 'nobody-knows-this-one');
    expect([answer.status, answer.body]).toEqual([403, INVALID]);
    expect((await logsOf(server, app, 'fertft'))[0]?.description).toBe(INVALID.error_description);
  });

  test('one of another client', async () => {
    const { tokens, app } = await givenLogin();
    const other = await givenApp(server);
    expect((await refresh(server, other, tokens.refresh_token)).body).toEqual(INVALID);
    // Whoever tried did not take it from its owner.
    expect((await refresh(server, app, tokens.refresh_token)).status).toBe(200);
  });

  test('none at all', async () => {
    const app = await givenApp(server);
    const answer = await requestToken(server, app, { grant_type: 'refresh_token' });
    expect([answer.status, answer.body]).toEqual([
      400,
      { error: 'invalid_request', error_description: 'Missing required parameter: refresh_token' },
    ]);
  });

  test('GE-3: of a client that must not refresh any more', async () => {
    const { tokens, app } = await givenLogin();
    await server.api('patch', `clients/${app.id}`, { grant_types: ['authorization_code'] });
    const answer = await refresh(server, app, tokens.refresh_token);
    expect([answer.status, answer.body.error]).toEqual([403, 'unauthorized_client']);
  });
});

describe('rotation', () => {
  const rotating = (leeway: number): object => ({
    refresh_token: { rotation_type: 'rotating', expiration_type: 'expiring', leeway },
  });

  test('RT-7: every refresh gives another token', async () => {
    const { app, tokens } = await givenLogin(rotating(0));
    const first = await refresh(server, app, tokens.refresh_token);
    const second = await refresh(server, app, first.body.refresh_token);
    expect(second.status).toBe(200);
    expect(new Set([tokens.refresh_token, first.body.refresh_token, second.body.refresh_token]).size).toBe(3);
  });

  test('RT-6: an old token takes the whole family with it', async () => {
    const { app, tokens } = await givenLogin(rotating(0));
    const first = await refresh(server, app, tokens.refresh_token);
    const reused = await refresh(server, app, tokens.refresh_token);
    expect([reused.status, reused.body]).toEqual([403, INVALID]);
    expect((await refresh(server, app, first.body.refresh_token)).body).toEqual(INVALID);
    expect(await logsOf(server, app, 'ferrt')).toHaveLength(1);
  });

  test('RT-6: within the leeway an old token still works, and after it takes the family', async () => {
    const { app, tokens } = await givenLogin(rotating(30));
    const first = await refresh(server, app, tokens.refresh_token);
    clock.forward(25);
    const again = await refresh(server, app, tokens.refresh_token);
    expect(again.status).toBe(200);
    expect(again.body.refresh_token).not.toBe(first.body.refresh_token);
    expect((await refresh(server, app, first.body.refresh_token)).status).toBe(200);
    // The leeway counts from the first use, not from the last.
    clock.forward(6);
    expect((await refresh(server, app, tokens.refresh_token)).body).toEqual(INVALID);
    expect((await refresh(server, app, again.body.refresh_token)).body).toEqual(INVALID);
    expect(await logsOf(server, app, 'ferrt')).toHaveLength(1);
  });

  test('RT-6: a reuse is one whatever the policy says by now', async () => {
    const { app, tokens } = await givenLogin(rotating(0));
    const first = await refresh(server, app, tokens.refresh_token);
    const block = (blocked: boolean) =>
      server.api('patch', `users/${encodeURIComponent(user.id)}`, { blocked }).expect(200);
    await block(true);
    const reused = await refresh(server, app, tokens.refresh_token);
    await block(false);
    expect(reused.body).toEqual(INVALID);
    expect((await refresh(server, app, first.body.refresh_token)).body).toEqual(INVALID);
  });

  test('a request that is refused does not use the token up', async () => {
    const { app, tokens } = await givenLogin(rotating(0));
    expect((await refresh(server, app, tokens.refresh_token, { scope: 'nosuch' })).status).toBe(400);
    expect((await refresh(server, app, tokens.refresh_token)).status).toBe(200);
  });

  test('of ten at once without a leeway at most one has tokens, and none that last', async () => {
    const { app, tokens } = await givenLogin(rotating(0));
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => refresh(server, app, tokens.refresh_token)),
    );
    const given = answers.filter(({ status }) => status === 200);
    expect(given.length).toBeLessThanOrEqual(1);
    expect(answers.filter(({ status }) => status !== 200 && status !== 403)).toEqual([]);
    for (const { body } of given) expect((await refresh(server, app, body.refresh_token)).status).toBe(403);
  });

  test('of ten at once within the leeway all have tokens of one family', async () => {
    const { app, tokens } = await givenLogin(rotating(30));
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => refresh(server, app, tokens.refresh_token)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(10);
  });
});
