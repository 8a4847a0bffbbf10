// Open redirects (RFC 9700 sections 2.1, 4.1 and 4.11): nobody is ever sent, with or without a code or an error, to an
// address that the client has not registered letter by letter.

import { isRegistered } from '../../../../src/oauth/redirect-uris.js';
import { startServer, type TestServer } from '../../../support/server.js';
import type { TestClient } from '../../given.js';
import { authorizeUrl, Browser, CALLBACK, givenApp, givenUser, logIn, type TestUser } from '../given.js';

let server: TestServer;
let app: TestClient;
let user: TestUser;
beforeAll(async () => {
  server = await startServer();
  app = await givenApp(server, {
    allowed_logout_urls: ['https://shop.example.com/bye'],
    callbacks: [CALLBACK, 'https://*.tenant.example.com/callback', 'http://127.0.0.1:4000/callback'],
  });
  user = await givenUser(server);
});
afterAll(() => server.close());

/** What an attacker makes of `https://shop.example.com/callback`. */
const tricks: readonly (readonly [string, string])[] = [
  ['another host', 'https://evil.example.net/callback'],
  ['a longer host', 'https://shop.example.com.evil.example.net/callback'],
  ['a longer name before the host', 'https://evilshop.example.com/callback'],
  ['a subdomain', 'https://a.shop.example.com/callback'],
  ['a user before the host', 'https://shop.example.com@evil.example.net/callback'],
  ['a user with a password', 'https://shop.example.com:443@evil.example.net/callback'],
  ['an empty user', 'https://@shop.example.com/callback'],
  ['a longer path', 'https://shop.example.com/callback/more'],
  ['a path that begins alike', 'https://shop.example.com/callbacks'],
  ['a shorter path', 'https://shop.example.com/'],
  ['a slash at the end', 'https://shop.example.com/callback/'],
  ['a path that climbs', 'https://shop.example.com/callback/../open?to=evil'],
  ['a path that climbs and returns', 'https://shop.example.com/x/../callback'],
  ['a path that climbs in disguise', 'https://shop.example.com/callback/%2e%2e/open'],
  ['a query', 'https://shop.example.com/callback?next=https://evil.example.net'],
  ['an empty query', 'https://shop.example.com/callback?'],
  ['a fragment', 'https://shop.example.com/callback#x'],
  ['an empty fragment', 'https://shop.example.com/callback#'],
  ['an encoded letter', 'https://shop.example.com/%63allback'],
  ['an encoded slash', 'https://shop.example.com%2fcallback'],
  ['an upper-case path', 'https://shop.example.com/CALLBACK'],
  ['an upper-case host', 'https://SHOP.example.com/callback'],
  ['an upper-case scheme', 'HTTPS://shop.example.com/callback'],
  ['another scheme', 'http://shop.example.com/callback'],
  ['the standard port', 'https://shop.example.com:443/callback'],
  ['another port', 'https://shop.example.com:8443/callback'],
  ['a dot after the host', 'https://shop.example.com./callback'],
  ['backslashes', 'https:\\\\shop.example.com\\callback'],
  ['a backslash after the host', 'https://shop.example.com\\@evil.example.net/callback'],
  ['no scheme', '//shop.example.com/callback'],
  ['a path alone', '/callback'],
  ['a space before it', ' https://shop.example.com/callback'],
  ['a line break in it', 'https://shop.example.com/call\nback'],
  ['a tab in it', 'https://shop.example.com/call\tback'],
  ['a NUL after it', 'https://shop.example.com/callback\0'],
  ['a second address behind it', 'https://shop.example.com/callback,https://evil.example.net'],
  ['a letter that looks alike', 'https://shоp.example.com/callback'],
  ['a full-width dot', 'https://shop。example.com/callback'],
  ['script', 'javascript:alert(1)//https://shop.example.com/callback'],
  ['a document', 'data:text/html,https://shop.example.com/callback'],
  ['the pattern itself', 'https://*.tenant.example.com/callback'],
  ['two labels for the wildcard', 'https://a.b.tenant.example.com/callback'],
  ['no label for the wildcard', 'https://.tenant.example.com/callback'],
  ['a host and a path for the wildcard', 'https://evil.example.net/.tenant.example.com/callback'],
  ['a host and a query for the wildcard', 'https://evil.example.net?.tenant.example.com/callback'],
  ['a host and a fragment for the wildcard', 'https://evil.example.net#.tenant.example.com/callback'],
  ['a host and a backslash for the wildcard', 'https://evil.example.net\\.tenant.example.com/callback'],
  ['a user for the wildcard', 'https://evil@x.tenant.example.com/callback'],
  ['an encoded slash for the wildcard', 'https://evil.example.net%2f.tenant.example.com/callback'],
  ['another port of the own machine', 'http://127.0.0.1:4001/callback'],
  ['another name of the own machine', 'http://localhost:4000/callback'],
  ['an address that is too long', `https://shop.example.com/callback?${'x'.repeat(3000)}`],
];

const registered = [CALLBACK, 'https://*.tenant.example.com/callback', 'http://127.0.0.1:4000/callback'];

describe('an address', () => {
  test.each([
    ['that is registered', CALLBACK],
    ['of one label for the wildcard', 'https://a-1.tenant.example.com/callback'],
    ['of the own machine', 'http://127.0.0.1:4000/callback'],
  ])('%s is let through', (_name, address) => {
    expect(isRegistered(address, registered)).toBe(true);
  });

  test.each(tricks)('with %s is not', (_name, address) => {
    expect(isRegistered(address, registered)).toBe(false);
  });

  test.each([
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'blob:https://x/y',
    'file:///etc/passwd',
    'about:blank',
  ])('%s is not even where it is registered', (address) => {
    expect(isRegistered(address, [address])).toBe(false);
  });

  test.each(['https://*/callback', '*', 'https://*', 'https://a*.example.com/callback', 'https://a.*.com/x'])(
    'is not covered by the pattern %s',
    (pattern) => {
      expect(isRegistered('https://ab.example.com/callback', [pattern])).toBe(false);
    },
  );
});

/** Leads nowhere but to a page of the server's own. */
async function expectPage(address: string | URL, init: RequestInit = {}): Promise<string> {
  const answer = await new Browser(server.url).request(address, init);
  const html = await answer.text();
  expect(answer.headers.get('location')).toBeNull();
  expect(answer.status).toBe(400);
  expect(html).not.toContain('http-equiv="refresh"');
  expect(html).not.toContain('<form');
  return html;
}

describe('/authorize', () => {
  test.each(tricks)('GE-7: shows a page for %s', async (_name, address) => {
    // Longer ones do not fit a request line.
    if (address.length > 2048) return;
    const html = await expectPage(authorizeUrl(server, app, { redirect_uri: address }));
    expect(html).toContain('Callback URL mismatch');
  });

  test('shows a page, and no error elsewhere, whatever else is wrong with the request', async () => {
    const evil = { redirect_uri: 'https://evil.example.net/callback' };
    for (const wrong of [
      { prompt: 'none' },
      { response_type: 'nonsense' },
      { response_type: '' },
      { response_mode: 'nonsense' },
      { response_mode: 'form_post' },
      { audience: 'https://nope' },
      { scope: 'online_access offline_access' },
      { code_challenge: 'short' },
      { max_age: 'never' },
      { request: 'x' },
      { request_uri: 'https://evil.example.net/request' },
      { request_uri: 'urn:ietf:params:oauth:request_uri:unknown' },
      { registration: '{}' },
      { id_token_hint: 'x' },
      { authorization_details: '[' },
      { organization: 'org_nope' },
    ]) {
      await expectPage(authorizeUrl(server, app, { ...evil, ...wrong }));
    }
  });

  test('shows a page for an address that comes twice', async () => {
    await expectPage(`${authorizeUrl(server, app)}&redirect_uri=https%3A%2F%2Fevil.example.net`);
    await expectPage(
      `${authorizeUrl(server, app, { redirect_uri: 'https://evil.example.net' })}&redirect_uri=${encodeURIComponent(CALLBACK)}`,
    );
  });

  test('shows a page without an address, also where only one is registered', async () => {
    const one = await givenApp(server);
    await expectPage(authorizeUrl(server, one, { redirect_uri: '' }));
  });

  test('shows a page to an unknown client, whose addresses nobody knows', async () => {
    const html = await expectPage(authorizeUrl(server, { id: 'nobody' }));
    expect(html).toContain('Unknown client');
  });

  test('shows a page for the address that the library is told of in place of ours', async () => {
    await expectPage(authorizeUrl(server, app, { redirect_uri: 'https://redirect.invalid/' }));
  });

  test('shows a page where a form brings the address', async () => {
    const parameters = new URL(authorizeUrl(server, app, { redirect_uri: 'https://evil.example.net/' }))
      .search;
    await expectPage('/authorize', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: parameters.slice(1),
    });
  });
});

describe('a pushed request', () => {
  const push = (parameters: Record<string, string>) =>
    server
      .request()
      .post('/oauth/par')
      .type('form')
      .send({ client_id: app.id, client_secret: app.secret, response_type: 'code', ...parameters });

  test.each(tricks)('is refused with %s', async (_name, address) => {
    const answer = await push({ redirect_uri: address });
    expect(answer.status).toBe(400);
    expect(answer.body.error).toBe('invalid_request');
    expect(answer.body).not.toHaveProperty('request_uri');
  });

  test('is not led elsewhere by what comes beside it', async () => {
    const { body } = await push({ redirect_uri: CALLBACK, state: 'pushed' });
    const address = authorizeUrl(server, app, {
      request_uri: String(body.request_uri),
      redirect_uri: 'https://evil.example.net/',
      state: 'forged',
    });
    const page = await logIn(new Browser(server.url), address, user);
    // Either is safe: refused, or answered at the pushed address with the pushed state.
    expect(page.url.origin === server.url || page.url.href.startsWith(`${CALLBACK}?`)).toBe(true);
    expect(page.url.href).not.toContain('forged');
  });
});

describe('signing out', () => {
  const outs = tricks.map(([name, address]) => [name, address.replace('/callback', '/bye')] as const);

  test.each(outs)('over /v2/logout does not lead to %s', async (_name, address) => {
    if (address.length > 2048) return;
    const query = new URLSearchParams({ client_id: app.id, returnTo: address });
    const html = await expectPage(`/v2/logout?${query.toString()}`);
    expect(html).not.toContain('evil.example.net');
  });

  test.each([
    ['without a client', { returnTo: 'https://shop.example.com/bye' }],
    ['of an unknown client', { client_id: 'nobody', returnTo: 'https://shop.example.com/bye' }],
    ['to a callback', { client_id: 'the app', returnTo: CALLBACK }],
  ])(
    'over /v2/logout leads nowhere %s',
    async (_name, { client_id: id, ...rest }: Record<string, string>) => {
      const query = new URLSearchParams({
        ...rest,
        ...(id && { client_id: id === 'the app' ? app.id : id }),
      });
      await expectPage(`/v2/logout?${query.toString()}`);
    },
  );

  test.each(outs)('over /oidc/logout does not lead to %s', async (_name, address) => {
    if (address.length > 2048) return;
    const query = new URLSearchParams({ client_id: app.id, post_logout_redirect_uri: address });
    await expectPage(`/oidc/logout?${query.toString()}`);
  });

  test('over /oidc/logout leads nowhere without a client', async () => {
    const query = new URLSearchParams({ post_logout_redirect_uri: 'https://shop.example.com/bye' });
    const browser = new Browser(server.url);
    const page = await browser.open(`/oidc/logout?${query.toString()}`);
    const end = page.html.includes('<form') ? await browser.submit(page, { logout: 'yes' }) : page;
    expect(end.url.origin).toBe(server.url);
    expect(end.html).not.toContain('shop.example.com');
  });

  test('over /oidc/logout leads nowhere with a hint that is none', async () => {
    const to = { post_logout_redirect_uri: 'https://shop.example.com/bye', id_token_hint: 'a.b.c' };
    await expectPage(`/oidc/logout?${new URLSearchParams(to).toString()}`);
  });
});
