// What `/authorize` answers with and how: response types and modes, and what else a request can say (token-issuance.md 7.1,
// GE-7 to GE-11; OpenID Connect Core section 3; OAuth 2.0 Multiple Response Types).

import { createHash } from 'node:crypto';
import * as client from 'openid-client';
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
  logIn,
  movingClock,
  type Page,
  parameterOf,
  signIn,
  type TestUser,
} from './given.js';

const clock = movingClock();
let server: TestServer;
let app: TestClient;
let api: TestApi;
let user: TestUser;
beforeAll(async () => {
  server = await startServer({ now: clock.now });
  app = await givenApp(server);
  user = await givenUser(server);
  api = await givenApi(server, {
    skip_consent_for_verifiable_first_party_clients: true,
    token_lifetime: 7000,
    token_lifetime_for_web: 600,
  });
});
afterAll(async () => {
  clock.stop();
  await server.close();
});

const url = (parameters: Record<string, string> = {}): string => authorizeUrl(server, app, parameters);
const end = (parameters: Record<string, string>): Promise<Page> =>
  logIn(new Browser(server.url), url(parameters), user);

/** OpenID Connect Core section 3.3.2.11: the left half of the digest. */
const halfHash = (text: string): string =>
  createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');

/** The hidden fields of a form that goes to the application. */
const fieldsOf = ({ html }: Page): Record<string, string> =>
  Object.fromEntries(
    [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name, value]) => [
      name,
      value,
    ]),
  );

describe('what comes back', () => {
  test('code: in the query', async () => {
    const page = await end({});
    expect([...page.url.searchParams.keys()].sort()).toEqual(['code', 'iss', 'state']);
    expect(page.url.hash).toBe('');
  });

  test('id_token: in the fragment', async () => {
    const page = await end({ response_type: 'id_token', nonce: 'the-nonce', scope: 'openid email' });
    expect(page.url.search).toBe('');
    expect(claimsOf(parameterOf(page, 'id_token'))).toMatchObject({
      sub: user.id,
      aud: app.id,
      nonce: 'the-nonce',
      email: user.email,
    });
  });

  test('id_token: an official client takes it', async () => {
    const config = await client.discovery(new URL(`${server.url}/`), app.id, undefined, undefined, {
      execute: [client.allowInsecureRequests, client.useIdTokenResponseType],
    });
    const address = client.buildAuthorizationUrl(config, {
      redirect_uri: CALLBACK,
      scope: 'openid',
      nonce: 'own-nonce',
      state: 'own-state',
    });
    const page = await logIn(new Browser(server.url), address.href, user);
    const claims = await client.implicitAuthentication(config, page.url, 'own-nonce', {
      expectedState: 'own-state',
    });
    expect(claims.sub).toBe(user.id);
  });

  test('code id_token: the ID token stands for the code', async () => {
    const page = await end({ response_type: 'code id_token', nonce: 'the-nonce' });
    const code = parameterOf(page, 'code');
    expect(claimsOf(parameterOf(page, 'id_token'))['c_hash']).toBe(halfHash(code));
    const tokens = await exchange(server, app, code);
    expect(claimsOf(tokens.body.id_token)['nonce']).toBe('the-nonce');
  });

  test('code id_token token: a token that lives as long as those for browsers do (6.7)', async () => {
    const page = await end({
      response_type: 'code id_token token',
      nonce: 'the-nonce',
      audience: api.identifier,
      scope: 'openid read',
    });
    const token = parameterOf(page, 'access_token');
    expect(parameterOf(page, 'expires_in')).toBe('600');
    expect(parameterOf(page, 'token_type')).toBe('Bearer');
    const { iat, exp, scope } = claimsOf(token) as { iat: number; exp: number; scope: string };
    expect([exp - iat, scope]).toEqual([600, 'openid read']);
    expect(claimsOf(parameterOf(page, 'id_token'))['at_hash']).toBe(halfHash(token));
    const tokens = await exchange(server, app, parameterOf(page, 'code'));
    expect(tokens.body.expires_in).toBe(7000);
  });

  test('token: not without an ID token', async () => {
    const page = await end({ response_type: 'token' });
    expect(parameterOf(page, 'error')).toBe('unsupported_response_type');
  });

  test('form_post: a page that works without scripts', async () => {
    const page = await end({ response_mode: 'form_post' });
    expect(page.url.origin).toBe(server.url);
    expect(page.html).toContain(`action="${CALLBACK}"`);
    expect(page.html).toContain('<button');
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    const { code = '', state } = fieldsOf(page);
    expect(state).toBe('the-state');
    expect((await exchange(server, app, code)).status).toBe(200);
  });

  test('fragment: for a code that asks for it', async () => {
    const page = await end({ response_mode: 'fragment' });
    expect(page.url.search).toBe('');
    expect(page.url.hash).toContain('code=');
  });
});

describe('an error comes the way the answer would', () => {
  const audience = 'https://nobody.example.com';

  test('in the fragment', async () => {
    const page = await end({ response_type: 'id_token', nonce: 'n', audience });
    expect(page.url.search).toBe('');
    expect(page.url.hash).toContain('error=access_denied');
    expect(parameterOf(page, 'state')).toBe('the-state');
  });

  test('as a form', async () => {
    const page = await new Browser(server.url).open(url({ response_mode: 'form_post', audience }));
    expect(page.status).toBe(400);
    expect(fieldsOf(page)).toMatchObject({ error: 'access_denied', state: 'the-state' });
  });

  test('a query never has tokens in it, and a mode that nobody knows is none', async () => {
    const query = await end({ response_type: 'id_token', nonce: 'n', response_mode: 'query' });
    expect(query.url.href).toContain('error=invalid_request');
    const unknown = await end({ response_mode: 'carrier_pigeon' });
    expect(parameterOf(unknown, 'error')).toBe('unsupported_response_mode');
    // A page of another origin would get it.
    const message = await end({ response_mode: 'web_message' });
    expect(parameterOf(message, 'error')).toBe('unsupported_response_mode');
  });

  test('an ID token needs a nonce', async () => {
    const page = await end({ response_type: 'id_token' });
    expect(parameterOf(page, 'error')).toBe('invalid_request');
  });

  test('GE-7, GE-8: on a page where there is no address to trust', async () => {
    const browser = new Browser(server.url);
    const elsewhere = await browser.open(url({ redirect_uri: 'https://evil.example.com/' }));
    expect([elsewhere.status, elsewhere.url.origin]).toEqual([400, server.url]);
    expect(elsewhere.html).toContain('Callback URL mismatch.');
    const nobody = await browser.open(url({ client_id: 'nobody' }));
    expect(nobody.html).toContain('Unknown client');
  });
});

describe('prompt', () => {
  test('login: the password again, although there is a session', async () => {
    const browser = new Browser(server.url);
    await logIn(browser, url(), user);
    const page = await browser.open(url({ prompt: 'login' }));
    expect(page.html).toContain('name="password"');
    parameterOf(await signIn(browser, page, user), 'code');
  });

  test('select_account: another user can log in, and the first session is over', async () => {
    const browser = new Browser(server.url);
    await logIn(browser, url(), user);
    const page = await browser.open(url({ prompt: 'select_account' }));
    const second = await givenUser(server);
    let next = await signIn(browser, page, second);
    for (let steps = 0; steps < 3 && next.html.includes('<form'); steps += 1)
      next = await browser.submit(next, {});
    const tokens = await exchange(server, app, parameterOf(next, 'code'));
    expect(claimsOf(tokens.body.id_token)['sub']).toBe(second.id);
  });

  test('consent: asked again, although it was given', async () => {
    const browser = new Browser(server.url);
    await logIn(browser, url(), user);
    const page = await browser.open(url({ prompt: 'consent' }));
    expect(page.html).toContain('value="accept"');
    parameterOf(await browser.submit(page, { decision: 'accept' }), 'code');
    const again = await browser.open(url({ prompt: 'consent' }));
    const declined = await browser.submit(again, { decision: 'decline' });
    expect(parameterOf(declined, 'error')).toBe('access_denied');
  });

  test('none: silent with a session; GE-10: an error where consent is due', async () => {
    const browser = new Browser(server.url);
    await logIn(browser, url(), user);
    parameterOf(await browser.open(url({ prompt: 'none' })), 'code');
    const asks = await givenApi(server, { skip_consent_for_verifiable_first_party_clients: false });
    const page = await browser.open(url({ prompt: 'none', audience: asks.identifier, scope: 'openid read' }));
    expect([parameterOf(page, 'error'), parameterOf(page, 'error_description')]).toEqual([
      'consent_required',
      'Consent required',
    ]);
  });

  test('none: with anything else it makes no sense', async () => {
    const page = await new Browser(server.url).open(url({ prompt: 'none login' }));
    expect(parameterOf(page, 'error')).toBe('invalid_request');
  });
});

describe('max_age', () => {
  test('a login that is older is asked for again, and its time is told', async () => {
    const browser = new Browser(server.url);
    await logIn(browser, url(), user);
    clock.forward(100);
    parameterOf(await browser.open(url({ max_age: '1000' })), 'code');
    const page = await browser.open(url({ max_age: '60' }));
    expect(page.html).toContain('name="password"');
    const tokens = await exchange(server, app, parameterOf(await signIn(browser, page, user), 'code'));
    const { auth_time, iat } = claimsOf(tokens.body.id_token) as { auth_time: number; iat: number };
    expect(iat - auth_time).toBeLessThan(60);
  });

  test('0: always, once', async () => {
    const browser = new Browser(server.url);
    await logIn(browser, url(), user);
    clock.forward(2);
    const page = await browser.open(url({ max_age: '0' }));
    parameterOf(await signIn(browser, page, user), 'code');
  });

  test('with prompt=none it is an error', async () => {
    const browser = new Browser(server.url);
    await logIn(browser, url(), user);
    clock.forward(100);
    const page = await browser.open(url({ max_age: '60', prompt: 'none' }));
    expect(parameterOf(page, 'error')).toBe('login_required');
  });
});

test('login_hint is filled in, and is text', async () => {
  const page = await new Browser(server.url).open(url({ login_hint: '"><script>me@example.com' }));
  expect(page.html).toContain('value="&quot;&gt;&lt;script&gt;me@example.com"');
});

test('POST /authorize (OpenID Connect Core section 3.1.2.1)', async () => {
  const browser = new Browser(server.url);
  const login = await browser.open('/authorize', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URL(url()).searchParams.toString(),
  });
  expect(login.html).toContain('name="password"');
  parameterOf(await signIn(browser, login, user), 'code');
});

test('without a state there is none', async () => {
  const page = await end({ state: '' });
  expect(page.url.searchParams.has('state')).toBe(false);
});
