// Signing out: OpenID Connect RP-Initiated Logout 1.0.

import { startServer, type TestServer } from '../../support/server.js';
import { givenApi, type TestClient } from '../given.js';
import {
  authorizeUrl,
  Browser,
  exchange,
  givenApp,
  givenUser,
  logIn,
  type Page,
  parameterOf,
  requestToken,
  type TestUser,
  type TokenAnswer,
} from './given.js';

const SIGNED_OUT = 'https://shop.example.com/signed-out';

let server: TestServer;
let app: TestClient;
let user: TestUser;
beforeAll(async () => {
  server = await startServer();
  app = await givenApp(server, { allowed_logout_urls: [SIGNED_OUT] });
  user = await givenUser(server);
});
afterAll(() => server.close());

interface SignedIn {
  readonly browser: Browser;
  readonly tokens: TokenAnswer;
}

async function signedIn(parameters: Record<string, string> = {}, as = user): Promise<SignedIn> {
  const browser = new Browser(server.url);
  const end = await logIn(browser, authorizeUrl(server, app, parameters), as);
  return { browser, tokens: (await exchange(server, app, parameterOf(end, 'code'))).body as TokenAnswer };
}

const signOut = (browser: Browser, parameters: Record<string, string>): Promise<Page> =>
  browser.open(`/oidc/logout?${new URLSearchParams(parameters).toString()}`);

const isSignedIn = async (browser: Browser): Promise<boolean> =>
  !(await browser.open(authorizeUrl(server, app))).html.includes('name="password"');

const returning = { post_logout_redirect_uri: SIGNED_OUT, state: 'a b' };

test('refresh tokens outlive the session', async () => {
  const api = await givenApi(server, { allow_offline_access: true });
  const { browser, tokens } = await signedIn({
    audience: api.identifier,
    scope: 'openid offline_access read',
  });
  const page = await signOut(browser, { client_id: app.id, ...returning });
  const end = await browser.submit(page, { logout: 'yes' });
  expect(end.url.href).toBe(`${SIGNED_OUT}?state=a+b`);
  expect(await isSignedIn(browser)).toBe(false);
  const refreshed = await requestToken(server, app, {
    grant_type: 'refresh_token',
    refresh_token: tokens.refresh_token ?? '',
  });
  expect(refreshed.status).toBe(200);
});

test('who stays is signed in as before', async () => {
  const api = await givenApi(server, { allow_offline_access: true });
  const { browser, tokens } = await signedIn({
    audience: api.identifier,
    scope: 'openid offline_access read',
  });
  const page = await signOut(browser, { client_id: app.id });
  await browser.submit(page, {});
  expect(await isSignedIn(browser)).toBe(true);
  const refreshed = await requestToken(server, app, {
    grant_type: 'refresh_token',
    refresh_token: tokens.refresh_token ?? '',
  });
  expect(refreshed.status).toBe(200);
});

test('with the ID token of the session nobody is asked', async () => {
  const { browser, tokens } = await signedIn();
  const end = await signOut(browser, { id_token_hint: tokens.id_token ?? '', ...returning });
  expect(end.url.href).toBe(`${SIGNED_OUT}?state=a+b`);
  expect(await isSignedIn(browser)).toBe(false);
});

test('with the ID token of another user the user is asked', async () => {
  const { browser } = await signedIn();
  const other = await signedIn({}, await givenUser(server));
  const page = await signOut(browser, { id_token_hint: other.tokens.id_token ?? '', ...returning });
  expect(page.title).toContain('Sign out');
  expect(await isSignedIn(browser)).toBe(true);
});

test('without a session the browser goes on at once', async () => {
  const browser = new Browser(server.url);
  expect((await signOut(browser, { client_id: app.id, ...returning })).url.href).toBe(
    `${SIGNED_OUT}?state=a+b`,
  );
  expect((await signOut(browser, { client_id: app.id })).title).toContain('signed out');
});

test('an address of another application is refused', async () => {
  const { browser } = await signedIn();
  const elsewhere = { post_logout_redirect_uri: 'https://elsewhere.example.com/' };
  const page = await signOut(browser, { client_id: app.id, ...elsewhere });
  expect([page.status, await isSignedIn(browser)]).toEqual([400, true]);
});
