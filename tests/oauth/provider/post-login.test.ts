// Actions of `post-login` at logins and refreshes: token-issuance.md 4.16, AC-1 to AC-4, AC-10, RT-10.

import { startServer, type TestServer } from '../../support/server.js';
import { bodyOf, givenApi, type TestApi, type TestClient } from '../given.js';
import {
  givenPostLogin,
  authorizeUrl,
  Browser,
  claimsOf,
  exchange,
  givenApp,
  givenUser,
  logIn,
  parameterOf,
  tokensOf,
  type TestUser,
} from './given.js';

let server: TestServer;
let app: TestClient;
let user: TestUser;
let api: TestApi;
beforeAll(async () => {
  server = await startServer();
  app = await givenApp(server);
  user = await givenUser(server, { user_metadata: { seen: 1 } });
  api = await givenApi(server, { allow_offline_access: true });
});
afterAll(() => server.close());

const givenActions = (...bodies: string[]): Promise<void> => givenPostLogin(server, ...bodies);
afterEach(() => givenActions());

const login = (parameters: Record<string, string> = {}) =>
  tokensOf(server, app, user, {
    audience: api.identifier,
    scope: 'openid read write offline_access',
    ...parameters,
  });

const refresh = (token: string | undefined, parameters: Record<string, string> = {}) =>
  server.requestToken({
    grant_type: 'refresh_token',
    client_id: app.id,
    client_secret: app.secret,
    refresh_token: token ?? '',
    ...parameters,
  });

test('AC-1: they add and take away scopes, after everything else', async () => {
  await givenActions(`api.accessToken.addScope('delete'); api.accessToken.removeScope('write');`);
  const tokens = await login();
  expect(tokens.scope).toBe('openid read offline_access delete');
  expect(claimsOf(tokens.access_token)['scope']).toBe('openid read offline_access delete');
});

test('AC-4: they add claims to both tokens, and never replace one of ours', async () => {
  await givenActions(`
    api.accessToken.setCustomClaim('https://example.com/plan', 'gold');
    api.accessToken.setCustomClaim('sub', 'somebody else');
    api.accessToken.setCustomClaim('scope', 'everything');
    api.idToken.setCustomClaim('plan', { name: 'gold' });
    api.idToken.setCustomClaim('aud', 'another');
  `);
  const tokens = await login();
  expect(claimsOf(tokens.access_token)).toMatchObject({
    'https://example.com/plan': 'gold',
    sub: user.id,
    scope: 'openid read write offline_access',
  });
  expect(claimsOf(tokens.id_token ?? '')).toMatchObject({ plan: { name: 'gold' }, aud: app.id });
});

test('AC-3: who is denied is sent back with the reason, and gets no code', async () => {
  await givenActions(`api.access.deny('not on Sundays');`);
  const end = await logIn(
    new Browser(server.url),
    authorizeUrl(server, app, { audience: api.identifier, scope: 'openid' }),
    user,
  );
  expect(parameterOf(end, 'error')).toBe('access_denied');
  expect(parameterOf(end, 'error_description')).toBe('not on Sundays');
  expect(end.url.searchParams.has('code')).toBe(false);
});

test.each([
  ['throws', `throw new Error('a secret of ours');`],
  ['never ends', `while (true) {}`],
  ['eats memory', `const all = []; while (true) all.push(new Array(100000).fill(1));`],
])('an Action that %s refuses the login, and is logged', async (_what, body) => {
  await givenActions(body);
  const end = await logIn(
    new Browser(server.url),
    authorizeUrl(server, app, { audience: api.identifier, scope: 'openid' }),
    user,
  );
  expect(parameterOf(end, 'error')).toBe('server_error');
  expect(end.url.href).not.toContain('secret');
  const query = encodeURIComponent(`client_id:${app.id} AND reason:action_failed`);
  const [row] = await bodyOf<{ type: string; details: { because: string } }[]>(
    server.api('get', `logs?q=${query}&per_page=1`),
    200,
  );
  expect(row?.type).toBe('f');
  expect(row?.details.because).toContain('failed');
});

test('what was decided at the login is what the code gives, whatever Actions say by then', async () => {
  await givenActions(`api.accessToken.removeScope('write');`);
  const end = await logIn(
    new Browser(server.url),
    authorizeUrl(server, app, { audience: api.identifier, scope: 'openid read write' }),
    user,
  );
  await givenActions(`api.access.deny('too late');`);
  const answer = await exchange(server, app, parameterOf(end, 'code'));
  expect([answer.status, answer.body.scope]).toEqual([200, 'openid read']);
});

test('RT-10: they run again at a refresh, which they can refuse', async () => {
  await givenActions(`api.accessToken.setCustomClaim('protocol', event.transaction.protocol);`);
  const tokens = await login();
  expect(claimsOf(tokens.access_token)['protocol']).toBe('oidc-basic-profile');
  const refreshed = await refresh(tokens.refresh_token);
  expect(claimsOf(String(refreshed.body.access_token))['protocol']).toBe('oauth2-refresh-token');
  await givenActions(`api.access.deny('no more');`);
  const denied = await refresh(tokens.refresh_token);
  expect([denied.status, denied.body]).toEqual([
    403,
    { error: 'access_denied', error_description: 'no more' },
  ]);
});

test('they are told of the user, and what they write of the user is kept', async () => {
  const other = await givenUser(server, {
    user_metadata: { seen: 1, old: true },
    app_metadata: { plan: 'free' },
  });
  await givenActions(`
    api.user.setUserMetadata('seen', event.user.user_metadata.seen + 1);
    api.user.setUserMetadata('old', null);
    api.user.setAppMetadata('last_client', event.client.client_id);
  `);
  await tokensOf(server, app, other, { scope: 'openid' });
  const kept = await bodyOf<{ user_metadata: object; app_metadata: object }>(
    server.api('get', `users/${encodeURIComponent(other.id)}`),
    200,
  );
  expect(kept.user_metadata).toEqual({ seen: 2 });
  expect(kept.app_metadata).toEqual({ plan: 'free', last_client: app.id });
});

test('the first that denies keeps the rest from running', async () => {
  await givenActions(`api.access.deny('first');`, `api.user.setUserMetadata('ran', true);`);
  await logIn(new Browser(server.url), authorizeUrl(server, app), user);
  const kept = await bodyOf<{ user_metadata: object }>(
    server.api('get', `users/${encodeURIComponent(user.id)}`),
    200,
  );
  expect(kept.user_metadata).toEqual({ seen: 1 });
});
