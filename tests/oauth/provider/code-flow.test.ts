// The authorization code flow: token-issuance.md 4.4, 6.1, 6.4 and 9, from the address that an application opens to the claims
// of its token.

import { startServer, type TestServer } from '../../support/server.js';
import { givenApi, type TestApi, type TestClient } from '../given.js';
import {
  authorizeUrl,
  Browser,
  CALLBACK,
  claimsOf,
  exchange,
  givenApp,
  givenUser,
  givenUserGrant,
  logIn,
  newPkce,
  parameterOf,
  signIn,
  tokensOf,
  type TestUser,
} from './given.js';

let server: TestServer;
let app: TestClient;
let user: TestUser;
beforeAll(async () => {
  server = await startServer();
  app = await givenApp(server);
  user = await givenUser(server);
});
afterAll(() => server.close());

const restricted = (): Promise<TestApi> =>
  givenApi(server, {
    subject_type_authorization: {
      user: { policy: 'require_client_grant' },
      client: { policy: 'require_client_grant' },
    },
    allow_offline_access: true,
  });

describe('a login', () => {
  test('leads from the application over the page back to it, with a code and its state', async () => {
    const browser = new Browser(server.url);
    const login = await browser.open(authorizeUrl(server, app));
    expect(login.title).toContain('Sign in');
    const end = await signIn(browser, login, user);
    expect(end.url.href.startsWith(`${CALLBACK}?`)).toBe(true);
    expect(parameterOf(end, 'state')).toBe('the-state');
    // RFC 9207 section 2: against mix-ups.
    expect(parameterOf(end, 'iss')).toBe(`${server.url}/`);
    expect((await exchange(server, app, parameterOf(end, 'code'))).status).toBe(200);
  });

  test('is not asked for again while the session lasts', async () => {
    const browser = new Browser(server.url);
    await logIn(browser, authorizeUrl(server, app), user);
    const again = await browser.open(authorizeUrl(server, app));
    expect(parameterOf(again, 'code')).not.toBe('');
  });

  test('V13: gives the requested part of the client grant, and the log says what was left out', async () => {
    const api = await restricted();
    await givenUserGrant(server, app, api, ['read', 'delete']);
    const tokens = await tokensOf(server, app, user, {
      audience: api.identifier,
      scope: 'openid read write delete nosuch',
    });
    expect(tokens.scope).toBe('openid read delete');
    expect(claimsOf(tokens.access_token)).toEqual({
      iss: `${server.url}/`,
      sub: user.id,
      aud: [api.identifier, `${server.url}/userinfo`],
      azp: app.id,
      iat: expect.any(Number),
      exp: expect.any(Number),
      scope: 'openid read delete',
    });
    const rows = (await server.api('get', `logs?q=client_id:${app.id}&per_page=1`)).body as {
      type: string;
      details: { dropped: { scope: string; source: string }[] };
    }[];
    const login = (await server.api('get', `logs?q=${encodeURIComponent(`client_id:${app.id} AND type:s`)}`))
      .body as typeof rows;
    expect(login[0]?.details.dropped.map(({ scope, source }) => [scope, source])).toEqual([
      ['write', 'US-5'],
      ['nosuch', 'US-12'],
    ]);
  });

  test('V16: without a client grant for users the application is told so at its own address', async () => {
    const api = await restricted();
    const end = await new Browser(server.url).open(
      authorizeUrl(server, app, { audience: api.identifier, scope: 'openid read' }),
    );
    expect(end.url.origin + end.url.pathname).toBe(CALLBACK);
    expect(Object.fromEntries(end.url.searchParams)).toEqual({
      error: 'invalid_request',
      error_description: `Client "${app.id}" is not authorized to access resource server "${api.identifier}".`,
      state: 'the-state',
      iss: `${server.url}/`,
    });
  });

  test('V15: without a scope of the API there is a token without one', async () => {
    const api = await restricted();
    await givenUserGrant(server, app, api, ['read']);
    const tokens = await tokensOf(server, app, user, { audience: api.identifier, scope: '' });
    expect(tokens).not.toHaveProperty('scope');
    expect(tokens).not.toHaveProperty('id_token');
    expect(claimsOf(tokens.access_token)).not.toHaveProperty('scope');
    expect(claimsOf(tokens.access_token)['aud']).toBe(api.identifier);
  });

  test('AU-4: an API that nobody knows', async () => {
    const end = await new Browser(server.url).open(authorizeUrl(server, app, { audience: 'https://nope' }));
    expect(parameterOf(end, 'error')).toBe('access_denied');
    expect(parameterOf(end, 'error_description')).toBe('Service not found: https://nope');
  });

  test('AU-7: without an API the token is good for /userinfo', async () => {
    const { access_token: token } = await tokensOf(server, app, user, { scope: 'openid email' });
    expect(token).not.toContain('.');
    const answer = await server.request().get('/userinfo').set('Authorization', `Bearer ${token}`);
    expect(answer.body).toEqual({ sub: user.id, email: user.email, email_verified: false });
  });

  test('GE-9: prompt=none without a session', async () => {
    const end = await new Browser(server.url).open(authorizeUrl(server, app, { prompt: 'none' }));
    expect(parameterOf(end, 'error')).toBe('login_required');
    expect(parameterOf(end, 'error_description')).toBe('Login required');
  });
});

describe('a code', () => {
  const code = async (parameters: Record<string, string> = {}): Promise<string> =>
    parameterOf(await logIn(new Browser(server.url), authorizeUrl(server, app, parameters), user), 'code');

  test('GE-5: is good once, and a second use takes back what the first gave', async () => {
    const api = await restricted();
    await givenUserGrant(server, app, api, ['read']);
    const value = await code({ audience: api.identifier, scope: 'openid offline_access read' });
    const first = await exchange(server, app, value);
    const second = await exchange(server, app, value);
    expect(second.status).toBe(403);
    expect(second.body).toEqual({ error: 'invalid_grant', error_description: 'Invalid authorization code' });
    const refresh = await server.requestToken({
      grant_type: 'refresh_token',
      client_id: app.id,
      client_secret: app.secret,
      refresh_token: String(first.body.refresh_token),
    });
    expect(refresh.status).toBe(403);
  });

  test('of ten exchanges at once, at most one has tokens, and none that last', async () => {
    const value = await code();
    const answers = await Promise.all(Array.from({ length: 10 }, () => exchange(server, app, value)));
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    expect(answers.filter(({ status }) => status !== 200 && status !== 403)).toEqual([]);
  });

  test('is of no use to another client', async () => {
    const other = await givenApp(server);
    expect((await exchange(server, other, await code())).body).toEqual({
      error: 'invalid_grant',
      error_description: 'Invalid authorization code',
    });
  });

  test('GE-6: needs the verifier of its challenge', async () => {
    const { verifier, challenge } = newPkce();
    const pkce = { code_challenge: challenge, code_challenge_method: 'S256' };
    const wrong = await exchange(server, app, await code(pkce), { code_verifier: newPkce().verifier });
    expect([wrong.status, wrong.body.error]).toEqual([401, 'invalid_grant']);
    expect((await exchange(server, app, await code(pkce))).status).toBe(401);
    expect((await exchange(server, app, await code(pkce), { code_verifier: verifier })).status).toBe(200);
  });

  test('without a challenge takes no verifier (RFC 9700 section 2.1.1)', async () => {
    const answer = await exchange(server, app, await code(), { code_verifier: newPkce().verifier });
    expect(answer.status).toBe(401);
  });
});
