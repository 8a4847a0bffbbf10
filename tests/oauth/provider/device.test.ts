// Devices without a browser (RFC 8628; token-issuance.md 4.12, DV-1 to DV-8).

import * as oauth from 'oauth4webapi';
import { startServer, type TestServer } from '../../support/server.js';
import { bodyOf, givenThirdParty, type TestApi, type TestClient } from '../given.js';
import {
  Browser,
  claimsOf,
  givenApp,
  givenOfflineApi,
  givenUser,
  givenUserGrant,
  logsOf,
  movingClock,
  type Page,
  refresh,
  requestToken,
  signIn,
  type TestUser,
} from './given.js';

const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';
const clock = movingClock();
let server: TestServer;
let user: TestUser;
let api: TestApi;
let device: TestClient;
beforeAll(async () => {
  server = await startServer({ now: clock.now });
  user = await givenUser(server);
  api = await givenOfflineApi(server);
  device = await givenDevice();
});
afterAll(async () => {
  clock.stop();
  await server.close();
});

/** DV-8: native, without a secret. */
async function givenDevice(settings: object = {}): Promise<TestClient> {
  const client = await givenApp(server, {
    app_type: 'native',
    token_endpoint_auth_method: 'none',
    grant_types: [DEVICE_CODE, 'refresh_token'],
    ...settings,
  });
  const made = { id: client.id, secret: '' };
  await givenUserGrant(server, made, api, ['read']);
  return made;
}

interface Started {
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri: string;
  readonly verification_uri_complete: string;
}

const begin = (parameters: Record<string, string> = {}) =>
  server
    .request()
    .post('/oauth/device/code')
    .type('form')
    .send({
      client_id: device.id,
      audience: api.identifier,
      scope: 'openid read write offline_access',
      ...parameters,
    });

const started = (parameters?: Record<string, string>): Promise<Started> =>
  bodyOf<Started>(begin(parameters), 200);

/** After the interval that a device has to wait. */
async function poll({ device_code }: Pick<Started, 'device_code'>, parameters: Record<string, string> = {}) {
  clock.forward(6);
  return requestToken(server, device, { grant_type: DEVICE_CODE, device_code, ...parameters });
}

/** Enters a code. @returns what the server shows then. */
async function enter(browser: Browser, userCode: string): Promise<Page> {
  return browser.submit(await browser.open('/activate'), { user_code: userCode });
}

/** Goes on from the page that shows the code: the user logs in, and agrees. */
async function confirm(browser: Browser, page: Page): Promise<Page> {
  const login = await browser.submit(page, { confirm: 'yes' });
  const consent = await signIn(browser, login, user);
  return consent.html.includes('<form') ? browser.submit(consent, { decision: 'accept' }) : consent;
}

test('DV-2: what a device is told', async () => {
  const answer = await begin();
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({
    device_code: expect.any(String),
    user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/),
    verification_uri: `${server.url}/activate`,
    verification_uri_complete: `${server.url}/activate?user_code=${answer.body.user_code as string}`,
    expires_in: 900,
    interval: 5,
  });
});

test('an official client gets its tokens, and refreshes them', async () => {
  const options = { [oauth.allowInsecureRequests]: true };
  const issuer = new URL(`${server.url}/`);
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options));
  const client = { client_id: device.id };
  const asked = await oauth.processDeviceAuthorizationResponse(
    as,
    client,
    await oauth.deviceAuthorizationRequest(
      as,
      client,
      oauth.None(),
      { audience: api.identifier, scope: 'openid read write offline_access' },
      options,
    ),
  );
  const browser = new Browser(server.url);
  // The address that has the code in it leads on by itself; the user still compares it.
  const shown = await browser.submit(await browser.open(asked.verification_uri_complete ?? ''), {});
  expect(shown.html).toContain(asked.user_code);
  expect((await confirm(browser, shown)).title).toMatch(/connected|device/i);
  const grant = async () =>
    oauth.processDeviceCodeResponse(
      as,
      client,
      await oauth.deviceCodeGrantRequest(as, client, oauth.None(), asked.device_code, options),
    );
  const tokens = await grant();
  expect(tokens.scope).toBe('openid read offline_access');
  expect(oauth.getValidatedIdTokenClaims(tokens)?.sub).toBe(user.id);
  expect(claimsOf(tokens.access_token)).toMatchObject({ sub: user.id, azp: device.id });
  expect(claimsOf(tokens.access_token)).not.toHaveProperty('gty');
  const renewed = await oauth.processRefreshTokenResponse(
    as,
    client,
    await oauth.refreshTokenGrantRequest(as, client, oauth.None(), tokens.refresh_token ?? '', options),
  );
  expect(renewed.scope).toBe('openid read offline_access');
  expect(await logsOf(server, device, 'sede')).toHaveLength(1);
});

test('DV-3, DV-4: polling before the user is done, and too fast', async () => {
  const code = await started();
  const waiting = await poll(code);
  expect([waiting.status, waiting.body]).toEqual([
    403,
    { error: 'authorization_pending', error_description: 'User has yet to authorize device code.' },
  ]);
  const { device_code } = code;
  const fast = await requestToken(server, device, { grant_type: DEVICE_CODE, device_code });
  expect([fast.status, fast.body]).toEqual([
    429,
    {
      error: 'slow_down',
      error_description: 'You are polling faster than the specified interval of 5 seconds.',
    },
  ]);
  expect((await poll(code)).body.error).toBe('authorization_pending');
});

test('DV-5: a code that expired', async () => {
  const code = await started();
  clock.forward(901);
  const first = await poll(code);
  expect([first.status, first.body.error]).toEqual([403, 'expired_token']);
  const browser = new Browser(server.url);
  expect((await enter(browser, code.user_code)).html).toContain('expired');
});

test('DV-6: the user cancels', async () => {
  const code = await started();
  const browser = new Browser(server.url);
  const page = await browser.submit(await enter(browser, code.user_code), { abort: 'yes' });
  expect(page.status).toBe(200);
  const answer = await poll(code);
  expect([answer.status, answer.body]).toEqual([
    403,
    { error: 'access_denied', error_description: 'User cancelled the confirmation prompt.' },
  ]);
});

test('the user cancels at the login', async () => {
  const code = await started();
  const browser = new Browser(server.url);
  const login = await browser.submit(await enter(browser, code.user_code), { confirm: 'yes' });
  await browser.submit(login, { decision: 'cancel' });
  const answer = await poll(code);
  expect([answer.status, answer.body.error]).toEqual([403, 'access_denied']);
});

test('a device code is good once', async () => {
  const code = await started();
  const browser = new Browser(server.url);
  await confirm(browser, await enter(browser, code.user_code));
  const first = await poll(code);
  expect(first.status).toBe(200);
  expect((await enter(new Browser(server.url), code.user_code)).html).toContain('has been used');
  const second = await poll(code);
  expect([second.status, second.body]).toEqual([
    403,
    { error: 'invalid_grant', error_description: 'Invalid or expired device code.' },
  ]);
  // RFC 6749 section 4.1.2, as for other codes.
  expect((await refresh(server, device, first.body.refresh_token)).status).toBe(403);
});

test('a code with a typo, in small letters, and none', async () => {
  const code = await started();
  const browser = new Browser(server.url);
  const wrong = await enter(browser, 'BBBB-BBBB');
  expect(wrong.html).toContain('name="user_code"');
  expect(wrong.html).toMatch(/not (known|right|found|recognised)|no device|check/i);
  expect((await enter(browser, '')).html).toContain('name="user_code"');
  const right = await enter(browser, code.user_code.toLowerCase().replace('-', ' '));
  expect(right.html).toContain(code.user_code);
});

test('a form without its token is not listened to', async () => {
  const code = await started();
  const browser = new Browser(server.url);
  await browser.open('/activate');
  const answer = await browser.request('/activate', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ user_code: code.user_code, confirm: 'yes', xsrf: 'guessed' }).toString(),
  });
  expect(answer.status).toBe(400);
  expect((await poll(code)).body.error).toBe('authorization_pending');
});

test('a device code is of no use to another client', async () => {
  const code = await started();
  const browser = new Browser(server.url);
  await confirm(browser, await enter(browser, code.user_code));
  const other = await givenDevice();
  const { device_code } = code;
  const stolen = await requestToken(server, other, { grant_type: DEVICE_CODE, device_code });
  expect([stolen.status, stolen.body.error]).toEqual([403, 'invalid_grant']);
  expect((await poll(code)).status).toBe(200);
});

describe('who cannot begin', () => {
  test('DV-1: a client without a client grant', async () => {
    const closed = await givenOfflineApi(server);
    const answer = await begin({ audience: closed.identifier });
    expect([answer.status, answer.body]).toEqual([
      403,
      {
        error: 'invalid_request',
        error_description: `Client "${device.id}" is not authorized to access resource server "${closed.identifier}".`,
      },
    ]);
    expect((await logsOf(server, device, 'fdeaz'))[0]?.description).toBe(answer.body.error_description);
  });

  test('AU-9: for an API that nobody knows', async () => {
    const answer = await begin({ audience: 'https://nobody.example.com' });
    expect([answer.status, answer.body]).toEqual([
      403,
      { error: 'access_denied', error_description: 'Service not found: https://nobody.example.com' },
    ]);
  });

  test('DV-7: a client without a secret that sends one', async () => {
    const answer = await begin({ client_secret: 'made-up' });
    expect([answer.status, answer.body.error]).toEqual([403, 'unauthorized_client']);
  });

  test('a client with a secret that sends none, or a wrong one', async () => {
    const confidential = await givenApp(server);
    expect((await begin({ client_id: confidential.id })).status).toBe(401);
    expect((await begin({ client_id: confidential.id, client_secret: 'wrong' })).status).toBe(401);
  });

  test('GE-3, DV-8: a client without the grant type, and strict third parties', async () => {
    const without = await givenApp(server, {
      token_endpoint_auth_method: 'none',
      app_type: 'native',
      grant_types: ['authorization_code'],
    });
    const refused = await begin({ client_id: without.id });
    expect([refused.status, refused.body.error]).toEqual([403, 'unauthorized_client']);
    const strict = await givenThirdParty(server, 'strict', {
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code'],
    });
    const ofStrict = await begin({ client_id: strict.id });
    expect([ofStrict.status, ofStrict.body.error]).toEqual([403, 'unauthorized_client']);
  });
});
