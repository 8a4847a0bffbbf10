// Signing out (OpenID Connect RP-Initiated Logout; the platform's older /v2/logout), and tokens taken back (RFC 7009).

import * as client from 'openid-client';
import { startServer, type TestServer } from '../../support/server.js';
import { bodyOf, type TestApi, type TestClient } from '../given.js';
import {
  authorizeUrl,
  Browser,
  exchange,
  givenApp,
  givenOfflineApi,
  givenUser,
  givenUserGrant,
  logIn,
  type Page,
  parameterOf,
  refresh,
  type TestUser,
  type TokenAnswer,
  tokensOf,
} from './given.js';

const GOODBYE = 'https://shop.example.com/goodbye';
let server: TestServer;
let app: TestClient;
let api: TestApi;
let user: TestUser;
beforeAll(async () => {
  server = await startServer();
  app = await givenApp(server, {
    allowed_logout_urls: [GOODBYE],
    refresh_token: { rotation_type: 'rotating', expiration_type: 'expiring', leeway: 60 },
  });
  api = await givenOfflineApi(server);
  await givenUserGrant(server, app, api, ['read']);
  user = await givenUser(server);
});
afterAll(() => server.close());

async function loggedIn(): Promise<{ browser: Browser; idToken: string }> {
  const browser = new Browser(server.url);
  const page = await logIn(browser, authorizeUrl(server, app), user);
  const tokens = await exchange(server, app, parameterOf(page, 'code'));
  return { browser, idToken: tokens.body.id_token as string };
}

/** Whether an application finds the user logged in. */
async function hasSession(browser: Browser): Promise<boolean> {
  const page = await browser.open(authorizeUrl(server, app, { prompt: 'none' }));
  return page.url.searchParams.has('code');
}

const open = (browser: Browser, path: string, query: Record<string, string>): Promise<Page> =>
  browser.open(`${path}?${new URLSearchParams(query).toString()}`);

describe('/oidc/logout', () => {
  test('an official client sends the user there and has them back', async () => {
    const { browser, idToken } = await loggedIn();
    const config = await client.discovery(new URL(`${server.url}/`), app.id, undefined, undefined, {
      execute: [client.allowInsecureRequests],
    });
    const address = client.buildEndSessionUrl(config, {
      id_token_hint: idToken,
      post_logout_redirect_uri: GOODBYE,
      state: 'bye',
    });
    const end = await browser.open(address);
    expect(end.url.href).toBe(`${GOODBYE}?state=bye`);
    expect(await hasSession(browser)).toBe(false);
  });

  test('a cookie that was copied before is of no use after', async () => {
    const { browser, idToken } = await loggedIn();
    const thief = new Browser(server.url);
    for (const [name, value] of Object.entries(browser.cookies())) thief.setCookie(name, value);
    await open(browser, '/oidc/logout', { id_token_hint: idToken });
    expect(await hasSession(thief)).toBe(false);
  });

  test('without an application there is a page of ours at the end', async () => {
    const { browser } = await loggedIn();
    const end = await browser.submit(await browser.open('/oidc/logout'), { logout: 'yes' });
    expect([end.status, end.title]).toEqual([200, expect.stringContaining('signed out')]);
    expect(await hasSession(browser)).toBe(false);
  });

  test('an address that is not registered is not gone to', async () => {
    const { browser, idToken } = await loggedIn();
    const query = { id_token_hint: idToken, post_logout_redirect_uri: 'https://evil.example.com/' };
    const page = await open(browser, '/oidc/logout', query);
    expect([page.status, page.url.origin]).toEqual([400, server.url]);
    // Without a client nobody knows what is registered.
    const unnamed = await open(browser, '/oidc/logout', { post_logout_redirect_uri: GOODBYE });
    const end = await browser.submit(unnamed, { logout: 'yes' });
    expect(end.url.origin).toBe(server.url);
  });

  test('a hint that is no ID token of this server', async () => {
    const { browser, idToken } = await loggedIn();
    for (const hint of ['none', `${idToken.slice(0, -8)}AAAAAAAA`]) {
      const page = await open(browser, '/oidc/logout', { id_token_hint: hint });
      expect([page.status, page.url.origin]).toEqual([400, server.url]);
    }
    expect(await hasSession(browser)).toBe(true);
  });

  test('nobody is signed out by a form that another page made', async () => {
    const { browser } = await loggedIn();
    await browser.open('/oidc/logout');
    const answer = await browser.request('/oidc/logout/confirm', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'logout=yes&xsrf=guessed',
    });
    expect(answer.status).toBe(400);
    expect(await hasSession(browser)).toBe(true);
  });
});

describe('/v2/logout', () => {
  test('at once, to an address that is registered', async () => {
    const { browser } = await loggedIn();
    const end = await open(browser, '/v2/logout', { client_id: app.id, returnTo: GOODBYE });
    expect(end.url.href).toBe(GOODBYE);
    expect(await hasSession(browser)).toBe(false);
  });

  test('not to one that is not, and then nobody is signed out', async () => {
    const { browser } = await loggedIn();
    for (const query of [
      { client_id: app.id, returnTo: 'https://evil.example.com/' },
      { client_id: app.id, returnTo: `${GOODBYE}@evil.example.com` },
      { returnTo: GOODBYE },
      { client_id: 'nobody', returnTo: GOODBYE },
    ]) {
      const page = await open(browser, '/v2/logout', query);
      expect([page.status, page.url.origin]).toEqual([400, server.url]);
    }
    expect(await hasSession(browser)).toBe(true);
  });

  test('without an application, to an address that the tenant lists', async () => {
    const { browser } = await loggedIn();
    const home = 'https://www.example.com/';
    await bodyOf(server.api('patch', 'tenants/settings', { allowed_logout_urls: [home] }), 200);
    expect((await open(browser, '/v2/logout', { client_id: app.id, returnTo: home })).status).toBe(400);
    expect((await open(browser, '/v2/logout', { returnTo: home })).url.href).toBe(home);
    expect(await hasSession(browser)).toBe(false);
  });

  test('without an address there is a page', async () => {
    const { browser } = await loggedIn();
    expect((await browser.open('/v2/logout')).title).toContain('signed out');
    expect(await hasSession(browser)).toBe(false);
    expect((await new Browser(server.url).open('/v2/logout')).status).toBe(200);
  });
});

describe('/oauth/revoke', () => {
  const scope = 'openid read offline_access';
  const login = (): Promise<TokenAnswer> => tokensOf(server, app, user, { audience: api.identifier, scope });
  const revoke = (body: object, type: 'form' | 'json' = 'form') =>
    server.request().post('/oauth/revoke').type(type).send(body);
  const credentials = () => ({ client_id: app.id, client_secret: app.secret });

  test('an official client takes a token back', async () => {
    const tokens = await login();
    const config = await client.discovery(
      new URL(`${server.url}/`),
      app.id,
      undefined,
      client.ClientSecretPost(app.secret),
      { execute: [client.allowInsecureRequests] },
    );
    await client.tokenRevocation(config, tokens.refresh_token ?? '');
    expect((await refresh(server, app, tokens.refresh_token)).status).toBe(403);
  });

  test('as JSON, and the whole family goes', async () => {
    const tokens = await login();
    const next = await refresh(server, app, tokens.refresh_token);
    const answer = await revoke({ ...credentials(), token: next.body.refresh_token as string }, 'json');
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect((await refresh(server, app, next.body.refresh_token)).status).toBe(403);
    expect((await refresh(server, app, tokens.refresh_token)).status).toBe(403);
  });

  test('one that nobody knows: 200', async () => {
    const answer = await revoke({ ...credentials(), token: 'nobody-knows' });
    expect([answer.status, answer.text]).toEqual([200, '']);
  });

  test('an access token for an API, which nobody could take back (RFC 7009 section 2.2.1)', async () => {
    const tokens = await login();
    const answer = await revoke({ ...credentials(), token: tokens.access_token });
    expect([answer.status, answer.body.error]).toEqual([400, 'unsupported_token_type']);
    expect((await refresh(server, app, tokens.refresh_token)).status).toBe(200);
  });

  test('one of another client stays (RFC 7009 section 2.1)', async () => {
    const tokens = await login();
    const other = await givenApp(server);
    const answer = await revoke({
      client_id: other.id,
      client_secret: other.secret,
      token: tokens.refresh_token,
    });
    expect(answer.status).toBe(200);
    expect((await refresh(server, app, tokens.refresh_token)).status).toBe(200);
  });

  test('none, and a client that does not prove who it is', async () => {
    expect((await revoke(credentials())).status).toBe(400);
    expect((await revoke({ client_id: app.id, token: 'x' })).status).toBe(401);
    expect((await revoke({ ...credentials(), client_secret: 'wrong', token: 'x' })).status).toBe(401);
  });
});
