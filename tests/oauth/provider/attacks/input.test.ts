// Requests that nobody in good faith sends: too long, too many, repeated, in the wrong letters, with our own names, with
// headers of a proxy that is none. The answer is a refusal, never a failure of the server.

import { connect } from 'node:net';
import { startServer, type TestServer } from '../../../support/server.js';
import { givenApi, type TestApi, type TestClient } from '../../given.js';
import {
  authorizeUrl,
  Browser,
  CALLBACK,
  claimsOf,
  exchange,
  givenApp,
  givenUser,
  logIn,
  parameterOf,
  requestToken,
  signIn,
  type TestUser,
  tokensOf,
} from '../given.js';

let server: TestServer;
let app: TestClient;
let user: TestUser;
let api: TestApi;
beforeAll(async () => {
  server = await startServer();
  app = await givenApp(server);
  user = await givenUser(server);
  api = await givenApi(server, { allow_offline_access: true });
});
afterAll(() => server.close());

const form = (fields: Record<string, string> | string): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: typeof fields === 'string' ? fields : new URLSearchParams(fields).toString(),
});

/** Sent as a form, which may be longer than an address. */
const authorize = (parameters: Record<string, string>) =>
  new Browser(server.url).open(
    '/authorize',
    form(new URL(authorizeUrl(server, app, parameters)).search.slice(1)),
  );

const clientEndpoints = ['/oauth/par', '/oauth/device/code', '/oauth/revoke', '/oauth/token'] as const;

const callEndpoint = (path: string, parameters: Record<string, string>) =>
  server
    .request()
    .post(path)
    .type('form')
    .send({
      client_id: app.id,
      client_secret: app.secret,
      response_type: 'code',
      redirect_uri: CALLBACK,
      token: 'x',
      grant_type: 'refresh_token',
      refresh_token: 'x',
      ...parameters,
    });

/** Refused, or answered; the server has not failed. */
function expectNoFailure({ status, body, html }: { status: number; body?: unknown; html?: string }): void {
  expect(status).toBeLessThan(500);
  expect(JSON.stringify(body ?? html ?? '')).not.toContain('server_error');
}

describe('10,000 scopes', () => {
  const scopes = Array.from({ length: 10_000 }, (_, at) => `s${at}`).join(' ');

  test('are refused at /authorize', async () => {
    const page = await authorize({ scope: scopes.slice(0, 50_000) });
    expect(parameterOf(page, 'error')).toBe('invalid_request');
    const short = Array.from({ length: 1001 }, (_, at) => at.toString(36)).join(' ');
    expect(parameterOf(await authorize({ scope: short }), 'error_description')).toBe(
      'Parameter scope names too many scopes',
    );
  });

  test.each(['/oauth/par', '/oauth/device/code'])('are refused at %s', async (path) => {
    const answer = await callEndpoint(path, { scope: scopes });
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
  });

  test('are refused at a refresh, at once', async () => {
    const tokens = await tokensOf(server, app, user, {
      audience: api.identifier,
      scope: 'offline_access read',
    });
    const before = Date.now();
    const answer = await requestToken(server, app, {
      grant_type: 'refresh_token',
      refresh_token: String(tokens.refresh_token),
      scope: scopes,
    });
    expect(answer.status).toBe(400);
    expect(answer.text.length).toBeLessThan(4000);
    expect(Date.now() - before).toBeLessThan(2000);
  });

  test('in a password grant give no more than there is', async () => {
    const answer = await requestToken(server, app, {
      grant_type: 'password',
      username: user.email,
      password: 'correct-Horse-battery-9',
      audience: api.identifier,
      scope: `${scopes} read`,
    });
    if (answer.status === 200) expect(answer.body.scope).toBe('read');
    else expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
  });
});

describe('a parameter', () => {
  const names = [
    'client_id',
    'redirect_uri',
    'response_type',
    'response_mode',
    'scope',
    'state',
    'nonce',
    'audience',
    'resource',
    'organization',
    'connection',
    'login_hint',
    'prompt',
    'max_age',
    'code_challenge',
    'code_challenge_method',
    'request',
    'request_uri',
    'registration',
    'claims',
    'id_token_hint',
    'acr_values',
    'ui_locales',
    'display',
    'authorization_details',
    'dpop_jkt',
    'web_message_uri',
    'x-unknown',
    '__proto__',
    'constructor',
    'toString',
    'grantry_asked',
  ];
  const values: readonly (readonly [string, string])[] = [
    ['empty', ''],
    ['with a NUL', 'a\0b'],
    ['a lone surrogate', '\ud800'],
    ['control characters', '\u0001\u001b[31m\r\nX-Injected: yes'],
    ['very long', 'x'.repeat(20_000)],
    ['markup', '"><script>alert(1)</script>'],
    ['a template', '${7*7}{{7*7}}<%= 7*7 %>'],
    ['an object', '{"__proto__":{"admin":true}}'],
    ['a list of objects', `[{"type":"x","__proto__":{"a":1}}]`],
    ['deep', `${'['.repeat(2000)}${']'.repeat(2000)}`],
    ['a number', '-1'],
  ];

  test.each(values)('%s fails nothing at /authorize', async (_what, value) => {
    for (const name of names) {
      const all = new URLSearchParams(new URL(authorizeUrl(server, app)).search);
      all.set(name, value);
      const page = await new Browser(server.url).open('/authorize', form(all.toString()));
      try {
        expectNoFailure(page);
        expect(page.url.href).not.toContain('server_error');
        expect(page.headers.get('x-injected')).toBeNull();
        expect(page.html).not.toContain('<script>alert');
      } catch (error) {
        throw new Error(`${name}: ${page.url.href} ${page.html.slice(0, 600)}`, { cause: error });
      }
    }
  });

  test.each(clientEndpoints)('of any kind fails nothing at %s', async (path) => {
    for (const [, value] of values) {
      for (const name of [...names, 'token', 'refresh_token', 'code', 'token_type_hint', 'grant_type']) {
        const answer = await callEndpoint(path, { [name]: value });
        if (answer.status >= 500) throw new Error(`${name}: ${answer.status} ${answer.text}`);
        expect(answer.status).toBeLessThan(500);
      }
    }
  });

  test('that is repeated is refused, whichever comes first', async () => {
    for (const name of [
      'scope',
      'audience',
      'state',
      'organization',
      'code_challenge',
      'response_mode',
      'prompt',
    ]) {
      const page = await new Browser(server.url).open(
        `${authorizeUrl(server, app, { [name]: 'a' })}&${name}=b`,
      );
      expect(page.url.searchParams.has('code')).toBe(false);
      const text = `${page.url.href}${page.html}`;
      expect(text).toContain('invalid_request');
    }
  });

  test.each(clientEndpoints)('that is repeated is refused at %s', async (path) => {
    const { status, body } = await server
      .request()
      .post(path)
      .type('form')
      .send(`client_id=${app.id}&client_secret=${app.secret}&grant_type=password&scope=a&scope=b`);
    expect([status, body.error]).toEqual([400, 'invalid_request']);
  });

  test('with a list or an object in place of text is refused', async () => {
    for (const path of clientEndpoints) {
      for (const scope of [['a'], { a: 1 }, 1, true]) {
        const { status } = await server
          .request()
          .post(path)
          .send({ client_id: app.id, client_secret: app.secret, grant_type: 'refresh_token', scope });
        expect(status).toBe(400);
      }
    }
  });
});

describe('a body', () => {
  test.each([...clientEndpoints, '/authorize', '/u/login', '/activate', '/userinfo'])(
    'that is too long is refused at %s',
    async (path) => {
      const answer = await server
        .request()
        .post(path)
        .type('form')
        .send(`client_id=${app.id}&scope=${'x'.repeat(600_000)}`);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
    },
  );

  test.each([...clientEndpoints, '/authorize', '/u/login', '/activate', '/oidc/logout', '/userinfo'])(
    'of bytes that are no text fails nothing at %s',
    async (path) => {
      for (const body of [Buffer.from([0xff, 0xfe, 0x00, 0x80]), Buffer.from('%ff%00%zz=%=&&&==')]) {
        const answer = await fetch(new URL(path, server.url), {
          ...form(''),
          body,
          redirect: 'manual',
        });
        expect(answer.status).toBeLessThan(500);
      }
    },
  );
});

describe('names of our own', () => {
  const asked = JSON.stringify({
    audience: 'https://smuggled.example.com',
    resource: null,
    scopes: ['read', 'write', 'delete'],
    organization: null,
    connection: null,
    authorizationDetails: null,
    parameters: [],
    problem: null,
  });

  test('are not listened to at /authorize', async () => {
    const tokens = await tokensOf(server, app, user, {
      audience: api.identifier,
      scope: 'read',
      grantry_asked: asked,
    });
    expect(claimsOf(tokens.access_token)).toMatchObject({ aud: api.identifier, scope: 'read' });
  });

  test('are not listened to in a pushed request, or beside one', async () => {
    const { body } = await callEndpoint('/oauth/par', {
      audience: api.identifier,
      scope: 'read',
      grantry_asked: asked,
    });
    const beside = new URLSearchParams({
      client_id: app.id,
      request_uri: String(body.request_uri),
      scope: 'read write delete',
      audience: 'https://smuggled.example.com',
      organization: 'org_smuggled',
      grantry_asked: asked,
    });
    const page = await logIn(new Browser(server.url), `${server.url}/authorize?${beside.toString()}`, user);
    const tokens = await exchange(server, app, parameterOf(page, 'code'));
    expect(claimsOf(String(tokens.body.access_token))).toMatchObject({ aud: api.identifier, scope: 'read' });
  });

  test('are not listened to at /oauth/device/code or /oauth/token', async () => {
    const answer = await callEndpoint('/oauth/device/code', {
      grantry_asked: asked,
      audience: 'https://nope',
    });
    expect(answer.body.error_description).toBe('Service not found: https://nope');
    const page = await logIn(
      new Browser(server.url),
      authorizeUrl(server, app, { audience: api.identifier, scope: 'read' }),
      user,
    );
    const tokens = await exchange(server, app, parameterOf(page, 'code'), {
      grantry_asked: asked,
      scope: 'read write',
    });
    expect(tokens.body.scope).toBe('read');
  });

  test('and windows: web_message is no mode', async () => {
    const browser = new Browser(server.url);
    await logIn(browser, authorizeUrl(server, app), user);
    const page = await browser.open(authorizeUrl(server, app, { response_mode: 'web_message' }));
    expect(page.url.searchParams.has('code')).toBe(false);
    expect(page.html).not.toContain('postMessage');
    expect(`${page.url.href}${page.html}`).toMatch(/unsupported_response_mode|invalid_request/);
  });

  test('of pages are modes like any other', async () => {
    const browser = new Browser(server.url);
    await logIn(browser, authorizeUrl(server, app), user);
    const page = await browser.request(authorizeUrl(server, app, { response_mode: 'form_post_page' }));
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(await page.text()).toContain(`action="${CALLBACK}"`);
  });
});

describe('a pushed request', () => {
  test('of another client is not taken', async () => {
    const other = await givenApp(server);
    const { body } = await callEndpoint('/oauth/par', { scope: 'openid' });
    const address = `${server.url}/authorize?${new URLSearchParams({
      client_id: other.id,
      request_uri: String(body.request_uri),
    }).toString()}`;
    const page = await logIn(new Browser(server.url), address, user);
    expect(page.url.origin).toBe(server.url);
    expect(page.status).toBe(400);
  });

  test('PA-3: is good once', async () => {
    const { body } = await callEndpoint('/oauth/par', { scope: 'openid' });
    const address = `${server.url}/authorize?${new URLSearchParams({
      client_id: app.id,
      request_uri: String(body.request_uri),
    }).toString()}`;
    const browser = new Browser(server.url);
    expect(parameterOf(await logIn(browser, address, user), 'code')).not.toBe('');
    const again = await browser.open(address);
    expect(again.url.searchParams.has('code')).toBe(false);
    expect(again.status).toBe(400);
  });

  test('is not read from elsewhere', async () => {
    for (const uri of ['http://127.0.0.1:1/', 'https://evil.example.net/r', 'file:///etc/passwd', 'urn:x']) {
      const page = await new Browser(server.url).open(authorizeUrl(server, app, { request_uri: uri }));
      expect(`${page.url.href}${page.html}`).toMatch(/request_uri|invalid_request/);
      expect(page.url.searchParams.has('code')).toBe(false);
    }
  });
});

describe('headers of a proxy', () => {
  const forged = {
    'X-Forwarded-Host': 'evil.example.net',
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-For': '198.51.100.7',
    'X-Forwarded-Port': '8443',
    'X-Forwarded-Prefix': '/evil',
    'X-Original-URL': '/evil',
    'X-Host': 'evil.example.net',
    Forwarded: 'host=evil.example.net;proto=https',
  };

  /** With a Host header, which fetch does not let anybody choose. */
  const raw = (path: string, headers: Record<string, string>): Promise<string> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(server.url);
      const socket = connect(Number(port), hostname, () => {
        const lines = Object.entries({ ...headers, Connection: 'close' }).map(([k, v]) => `${k}: ${v}`);
        socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      });
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.on('end', () => resolve(text));
      socket.on('error', reject);
    });

  test.each([
    ['/authorize', () => authorizeUrl(server, app)],
    ['/authorize that is refused', () => authorizeUrl(server, app, { prompt: 'none' })],
    ['/activate', () => '/activate'],
    ['/oidc/logout', () => '/oidc/logout'],
    ['the metadata', () => '/.well-known/openid-configuration'],
    ['a page that is none', () => '/authorize/nothing'],
  ])('and of a host lead nobody away: %s', async (_name, address) => {
    const path = new URL(address(), server.url);
    const text = await raw(`${path.pathname}${path.search}`, { Host: 'evil.example.net', ...forged });
    expect(text).toMatch(/^HTTP\/1\.1 [234]/);
    expect(text.replaceAll(encodeURIComponent('evil.example.net'), '')).not.toContain('evil.example.net');
    expect(text).not.toContain('/evil');
  });

  test('do not make the server forget who guesses: the address is that of the connection', async () => {
    const browser = new Browser(server.url);
    const page = await browser.open(authorizeUrl(server, app));
    await signIn(browser, page, user, 'wrong');
    const rows = (await server.api('get', 'logs?q=type:fp&per_page=1')).body as { ip: string }[];
    expect(rows[0]?.ip).toMatch(/127\.0\.0\.1$/);
  });

  test('do not change the address that a device is told', async () => {
    const { body } = await callEndpoint('/oauth/device/code', { audience: api.identifier }).set(forged);
    expect(String(body.verification_uri_complete).startsWith(`${server.url}/activate`)).toBe(true);
  });
});
