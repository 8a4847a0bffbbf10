// Forms and cookies in the wrong hands: forged forms, logins and consents (RFC 9700 sections 4.7 and 4.16; OpenID Connect
// Core section 3.1.2.3), fixed sessions, pages in frames.

import { startServer, type TestServer } from '../../../support/server.js';
import { bodyOf, givenApi, givenThirdParty, type TestApi, type TestClient } from '../../given.js';
import {
  authorizeUrl,
  Browser,
  CALLBACK,
  givenApp,
  givenUser,
  givenUserGrant,
  logIn,
  newPkce,
  type Page,
  parameterOf,
  PASSWORD,
  signIn,
  type TestUser,
} from '../given.js';

let server: TestServer;
let app: TestClient;
let stranger: TestClient;
let api: TestApi;
let user: TestUser;
let attacker: TestUser;
beforeAll(async () => {
  server = await startServer();
  app = await givenApp(server);
  [user, attacker] = [await givenUser(server), await givenUser(server)];
  api = await givenApi(server, { allow_offline_access: true });
  stranger = await givenThirdParty(server, 'strict', {
    app_type: 'regular_web',
    callbacks: [CALLBACK],
    grant_types: ['authorization_code', 'refresh_token'],
  });
  await givenUserGrant(server, stranger, api, ['read', 'write']);
});
afterAll(() => server.close());

const SESSION = 'grantry_session';
const INTERACTION = 'grantry_login';

const strangerUrl = (parameters: Record<string, string> = {}): string =>
  authorizeUrl(server, stranger, {
    audience: api.identifier,
    scope: 'read',
    code_challenge: newPkce().challenge,
    code_challenge_method: 'S256',
    ...parameters,
  });

const tokenOf = (page: Page): string => /name="xsrf" value="([^"]+)"/.exec(page.html)?.[1] ?? '';

const post = (
  browser: Browser,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Page> =>
  browser.open('/u/login', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields).toString(),
  });

const consentsOf = async (of: TestUser): Promise<unknown[]> =>
  bodyOf<unknown[]>(server.api('get', `grants?user_id=${encodeURIComponent(of.id)}`), 200);

describe('a login form', () => {
  const credentials = () => ({ username: user.email, password: PASSWORD, decision: 'continue' });

  test('has a token, and another one for every login', async () => {
    const [one, other] = await Promise.all(
      [0, 1].map(() => new Browser(server.url).open(authorizeUrl(server, app))),
    );
    expect(tokenOf(one as Page)).toMatch(/^[\w-]{43}$/);
    expect(tokenOf(one as Page)).not.toBe(tokenOf(other as Page));
  });

  test('logs nobody in without a token, with a forged one, or with that of another browser', async () => {
    const elsewhere = await new Browser(server.url).open(authorizeUrl(server, app));
    const earlier = new Browser(server.url);
    const first = await earlier.open(authorizeUrl(server, app));
    for (const token of [undefined, '', 'x', 'x'.repeat(43), tokenOf(elsewhere), `${tokenOf(first)}x`]) {
      const browser = new Browser(server.url);
      await browser.open(authorizeUrl(server, app));
      const page = await post(browser, {
        ...credentials(),
        ...(token !== undefined && { xsrf: token }),
      });
      expect([page.status, page.url.pathname]).toEqual([400, '/u/login']);
      expect(browser.cookies()).not.toHaveProperty(SESSION);
    }
  });

  test('logs nobody in with the token of an earlier login in the same browser', async () => {
    const browser = new Browser(server.url);
    const earlier = await browser.open(authorizeUrl(server, app));
    await browser.open(authorizeUrl(server, app));
    const page = await post(browser, { ...credentials(), xsrf: tokenOf(earlier) });
    expect(page.status).toBe(400);
    expect(browser.cookies()).not.toHaveProperty(SESSION);
  });

  test('logs nobody in where the browser sends no cookie, as for a form of another site', async () => {
    const browser = new Browser(server.url);
    const page = await browser.open(authorizeUrl(server, app));
    browser.forgetCookies();
    const end = await post(browser, { ...credentials(), xsrf: tokenOf(page) });
    expect(end.status).toBe(400);
    expect(end.title).toContain('expired');
    expect(browser.cookies()).not.toHaveProperty(SESSION);
  });

  test('is not sent as anything but a form', async () => {
    const browser = new Browser(server.url);
    const page = await browser.open(authorizeUrl(server, app));
    for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x']) {
      const end = await post(browser, { ...credentials(), xsrf: tokenOf(page) }, { 'content-type': type });
      expect(end.status).toBe(400);
      expect(browser.cookies()).not.toHaveProperty(SESSION);
    }
  });

  test('has cookies that no script reads and no form of another site sends', async () => {
    const browser = new Browser(server.url);
    const answer = await browser.request(authorizeUrl(server, app));
    const cookies = answer.headers.getSetCookie();
    expect(cookies.length).toBe(2);
    for (const cookie of cookies) expect(cookie).toMatch(/; path=\/.*; samesite=lax; httponly/i);
  });
});

describe('a login of an attacker', () => {
  test('is not finished in the browser of a victim', async () => {
    const own = new Browser(server.url);
    const page = await own.open(authorizeUrl(server, app));
    const resumed = await own.request('/u/login', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        xsrf: tokenOf(page),
        username: attacker.email,
        password: PASSWORD,
        decision: 'continue',
      }).toString(),
    });
    const next = /url=([^"]+)"/.exec(await resumed.text())?.[1] ?? '';
    expect(next).toMatch(/^\/authorize\/[\w-]+$/);
    const victim = new Browser(server.url);
    const end = await victim.open(next);
    expect([end.status, end.url.origin]).toEqual([400, server.url]);
    expect(victim.cookies()).not.toHaveProperty(SESSION);
    // Nor by whoever has only the address, with a cookie of a login of their own.
    await victim.open(authorizeUrl(server, app));
    expect((await victim.open(next)).status).toBe(400);
    expect(parameterOf(await own.open(next), 'code')).not.toBe('');
  });
});

describe('a session', () => {
  test('that somebody fixed before the login is not the session after it', async () => {
    for (const fixed of ['fixed-by-somebody', 'x'.repeat(43)]) {
      const browser = new Browser(server.url);
      browser.setCookie(SESSION, fixed);
      await logIn(browser, authorizeUrl(server, app), user);
      expect(browser.cookies()[SESSION]).toMatch(/^[\w-]{20,}$/);
      expect(browser.cookies()[SESSION]).not.toBe(fixed);
      const other = new Browser(server.url);
      other.setCookie(SESSION, fixed);
      const end = await other.open(authorizeUrl(server, app, { prompt: 'none' }));
      expect(parameterOf(end, 'error')).toBe('login_required');
    }
  });

  test('of an attacker does not become that of the victim who logs in with it', async () => {
    const own = new Browser(server.url);
    await logIn(own, authorizeUrl(server, app), attacker);
    const planted = own.cookies()[SESSION] ?? '';
    const victim = new Browser(server.url);
    victim.setCookie(SESSION, planted);
    let page = await victim.open(authorizeUrl(server, app, { prompt: 'login' }));
    page = await signIn(victim, page, user);
    // The server asks the browser to end the other session first.
    for (let steps = 0; steps < 3 && page.html.includes('<form'); steps += 1)
      page = await victim.submit(page, {});
    const fresh = victim.cookies()[SESSION];
    expect(fresh).not.toBe(planted);
    own.setCookie(SESSION, planted);
    const end = await own.open(authorizeUrl(server, app, { prompt: 'none', scope: 'openid email' }));
    expect(parameterOf(end, 'error')).toBe('login_required');
  });

  test('has another id after the login, and after every login', async () => {
    const browser = new Browser(server.url);
    await logIn(browser, authorizeUrl(server, app), user);
    const first = browser.cookies()[SESSION];
    await logIn(browser, authorizeUrl(server, app, { prompt: 'login' }), user);
    expect(browser.cookies()[SESSION]).not.toBe(first);
    const other = new Browser(server.url);
    other.setCookie(SESSION, first ?? '');
    const end = await other.open(authorizeUrl(server, app, { prompt: 'none' }));
    expect(parameterOf(end, 'error')).toBe('login_required');
  });

  test('that was ended stays ended, also with the old cookie', async () => {
    const browser = new Browser(server.url);
    await logIn(browser, authorizeUrl(server, app), user);
    const kept = browser.cookies()[SESSION] ?? '';
    await browser.open('/v2/logout');
    browser.setCookie(SESSION, kept);
    const end = await browser.open(authorizeUrl(server, app, { prompt: 'none' }));
    expect(parameterOf(end, 'error')).toBe('login_required');
  });
});

describe('a consent', () => {
  test('is not given by a form without a token, or with that of somebody else', async () => {
    const other = new Browser(server.url);
    const foreign = await signIn(other, await other.open(strangerUrl()), attacker);
    for (const token of ['', 'x'.repeat(43), tokenOf(foreign)]) {
      const browser = new Browser(server.url);
      const page = await signIn(browser, await browser.open(strangerUrl()), user);
      expect(page.title).toContain('Allow');
      const end = await post(browser, { xsrf: token, decision: 'accept' });
      expect([end.status, end.url.pathname]).toEqual([400, '/u/login']);
      expect(await consentsOf(user)).toEqual([]);
    }
  });

  test('is given to what the page showed, whatever the form says', async () => {
    const someone = await givenUser(server);
    const browser = new Browser(server.url);
    const page = await signIn(browser, await browser.open(strangerUrl()), someone);
    await browser.submit(page, {
      decision: 'accept',
      scope: 'read write delete',
      scopes: 'read write delete',
      user_id: user.id,
      client_id: app.id,
      audience: 'https://other.example.com',
    });
    expect(await consentsOf(someone)).toEqual([
      expect.objectContaining({ clientID: stranger.id, audience: api.identifier, scope: ['read'] }),
    ]);
    expect(await consentsOf(user)).toEqual([]);
  });

  test.each(['', 'yes', 'Accept', 'decline', 'cancel', 'continue'])(
    'TP-16: is none with the decision %j',
    async (decision) => {
      const browser = new Browser(server.url);
      const page = await signIn(browser, await browser.open(strangerUrl()), user);
      const end = await browser.submit(page, { decision });
      expect(end.url.origin).toBe(server.url);
      expect(end.html).toContain('access_denied');
      expect(await consentsOf(user)).toEqual([]);
    },
  );

  test('is not given in the name of a user who has signed out of the browser', async () => {
    const browser = new Browser(server.url);
    const page = await signIn(browser, await browser.open(strangerUrl()), user);
    await browser.open('/v2/logout');
    const shown = await browser.open('/u/login');
    expect(shown.html).not.toContain(user.email);
    const end = await browser.submit(page, { decision: 'accept' });
    expect([end.status, end.url.origin]).toEqual([400, server.url]);
    expect(await consentsOf(user)).toEqual([]);
  });

  test('is not given in the name of a user of another browser, with the cookies of the login alone', async () => {
    const browser = new Browser(server.url);
    const page = await signIn(browser, await browser.open(strangerUrl()), user);
    const thief = new Browser(server.url);
    await logIn(thief, authorizeUrl(server, app), attacker);
    thief.setCookie(INTERACTION, browser.cookies('/u/login')[INTERACTION] ?? '', '/u/login');
    const shown = await thief.open('/u/login');
    expect(shown.html).not.toContain(user.email);
    const end = await thief.submit(page, { decision: 'accept' });
    expect([end.status, end.url.origin]).toEqual([400, server.url]);
    expect(await consentsOf(user)).toEqual([]);
  });

  test('after the account was switched is that of the other user', async () => {
    const [one, other] = [await givenUser(server), await givenUser(server)];
    const browser = new Browser(server.url);
    const page = await signIn(browser, await browser.open(strangerUrl()), one);
    const login = await browser.submit(page, { decision: 'switch_account' });
    expect(login.html).toContain('name="password"');
    // The form of the consent that was left is worth nothing now.
    const stale = await browser.submit(page, { decision: 'accept' });
    expect(stale.status).toBe(400);
    const consent = await signIn(browser, await browser.open('/u/login'), other);
    expect(consent.html).toContain(other.email);
    expect(consent.html).not.toContain(one.email);
    const end = await browser.submit(consent, { decision: 'accept' });
    expect(parameterOf(end, 'code')).not.toBe('');
    expect(await consentsOf(one)).toEqual([]);
    expect(await consentsOf(other)).toHaveLength(1);
  });
});

describe('every page', () => {
  const addresses: readonly (readonly [string, () => string | Promise<string>])[] = [
    ['of an error', () => authorizeUrl(server, app, { redirect_uri: 'https://evil.example.net' })],
    ['of a login', () => authorizeUrl(server, app)],
    ['of a login that is over', () => '/u/login'],
    ['for a device', () => '/activate'],
    ['for signing out', () => '/oidc/logout'],
    ['after signing out', () => '/v2/logout'],
    ['of a resumed login that is none', () => '/authorize/nothing'],
    ['that does not exist', () => '/u/nothing'],
  ];

  test.each(addresses)('%s is not framed, kept, guessed at or told to others', async (_name, address) => {
    const { headers } = await new Browser(server.url).open(await address());
    expect(headers.get('x-frame-options')?.toUpperCase()).toBe('DENY');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).not.toContain('unsafe');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  test.each(addresses.slice(0, -1))('%s is not kept by a cache', async (_name, address) => {
    const { headers } = await new Browser(server.url).open(await address());
    expect(headers.get('cache-control')).toContain('no-store');
  });

  test('the way back to the application is not kept either, nor is where it came from told', async () => {
    const browser = new Browser(server.url);
    await logIn(browser, authorizeUrl(server, app), user);
    const answer = await browser.request(authorizeUrl(server, app));
    expect(answer.headers.get('location')).toContain('code=');
    expect(answer.headers.get('cache-control')).toContain('no-store');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    const form = await browser.request(authorizeUrl(server, app, { response_mode: 'form_post' }));
    expect(form.headers.get('cache-control')).toContain('no-store');
    expect(form.headers.get('x-frame-options')).toBe('DENY');
  });
});

describe('a form for a device', () => {
  test('is not taken without the token of its session', async () => {
    const browser = new Browser(server.url);
    await logIn(browser, authorizeUrl(server, app), user);
    for (const fields of [
      { user_code: 'BCDF-GHJK' },
      { user_code: 'BCDF-GHJK', xsrf: 'x' },
      { user_code: 'BCDF-GHJK', confirm: 'yes', xsrf: '' },
    ]) {
      const page = await browser.open('/activate', {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(fields).toString(),
      });
      expect(page.status).toBeGreaterThanOrEqual(400);
      expect(page.status).toBeLessThan(500);
    }
  });
});

describe('a form for signing out', () => {
  test('ends no session without its token', async () => {
    const browser = new Browser(server.url);
    await logIn(browser, authorizeUrl(server, app), user);
    await browser.open('/oidc/logout');
    const end = await browser.open('/oidc/logout/confirm', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'logout=yes&xsrf=forged',
    });
    expect(end.status).toBe(400);
    const still = await browser.open(authorizeUrl(server, app, { prompt: 'none' }));
    expect(parameterOf(still, 'code')).not.toBe('');
  });
});
