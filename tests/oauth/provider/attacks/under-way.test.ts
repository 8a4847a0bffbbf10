// What changes while a login is under way, and what happens at the same time. No change ends in more than was allowed, and
// none ends in a failure.

import { startServer, type TestServer } from '../../../support/server.js';
import { bodyOf, givenApi, givenThirdParty, type TestApi, type TestClient } from '../../given.js';
import {
  authorizeUrl,
  Browser,
  CALLBACK,
  exchange,
  givenApp,
  givenUser,
  givenUserGrant,
  logIn,
  newPkce,
  type Page,
  parameterOf,
  requestToken,
  signIn,
  type TestUser,
} from '../given.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

interface Scene {
  readonly app: TestClient;
  readonly api: TestApi;
  readonly user: TestUser;
  readonly browser: Browser;
}

const address = ({ app, api }: Scene): string =>
  authorizeUrl(server, app, { audience: api.identifier, scope: 'openid offline_access read' });

async function scene(): Promise<Scene> {
  const restricted = { user: { policy: 'require_client_grant' }, client: { policy: 'deny_all' } };
  const [app, user, api] = [
    await givenApp(server),
    await givenUser(server),
    await givenApi(server, {
      subject_type_authorization: restricted,
      allow_offline_access: true,
      // So that there is a page between the login and its end.
      skip_consent_for_verifiable_first_party_clients: false,
    }),
  ];
  await givenUserGrant(server, app, api, ['read']);
  return { app, api, user, browser: new Browser(server.url) };
}

const path = (user: TestUser): string => `users/${encodeURIComponent(user.id)}`;

/** What an administrator does meanwhile. */
const changes: readonly (readonly [string, (given: Scene) => Promise<unknown>])[] = [
  ['the client is deleted', ({ app }) => bodyOf(server.api('delete', `clients/${app.id}`), 204)],
  [
    'the address is taken off the client',
    ({ app }) =>
      bodyOf(server.api('patch', `clients/${app.id}`, { callbacks: ['https://new.example.com/'] }), 200),
  ],
  [
    'the grant type is taken off the client',
    ({ app }) =>
      bodyOf(server.api('patch', `clients/${app.id}`, { grant_types: ['client_credentials'] }), 200),
  ],
  ['the API is deleted', ({ api }) => bodyOf(server.api('delete', `resource-servers/${api.id}`), 204)],
  [
    'the API denies all',
    ({ api }) =>
      bodyOf(
        server.api('patch', `resource-servers/${api.id}`, {
          subject_type_authorization: { user: { policy: 'deny_all' }, client: { policy: 'deny_all' } },
        }),
        200,
      ),
  ],
  [
    'the client grant is deleted',
    async ({ app }) => {
      const [grant] = await bodyOf<{ id: string }[]>(
        server.api('get', `client-grants?client_id=${app.id}`),
        200,
      );
      await bodyOf(server.api('delete', `client-grants/${grant?.id ?? ''}`), 204);
    },
  ],
  ['the user is blocked', ({ user }) => bodyOf(server.api('patch', path(user), { blocked: true }), 200)],
  ['the user is deleted', ({ user }) => bodyOf(server.api('delete', path(user)), 204)],
];

function expectNoCode(page: Page): void {
  expect(page.url.searchParams.has('code')).toBe(false);
  expect(page.status).toBeLessThan(500);
  expect(`${page.url.href}${page.html}`).not.toContain('server_error');
}

describe.each(changes)('where %s', (name, change) => {
  test('before the password is sent, there is no code', async () => {
    const given = await scene();
    const login = await given.browser.open(address(given));
    await change(given);
    let page = await signIn(given.browser, login, given.user);
    if (page.html.includes('value="accept"')) page = await given.browser.submit(page, { decision: 'accept' });
    // The address was checked when the login began; a code for it can only be exchanged by the client itself.
    if (!name.includes('address')) expectNoCode(page);
    else expect(page.status).toBeLessThan(500);
  });

  test('before consent is given, there is no code, and no consent where there is nobody to give it', async () => {
    const given = await scene();
    const consent = await signIn(given.browser, await given.browser.open(address(given)), given.user);
    expect(consent.html).toContain('value="accept"');
    await change(given);
    const page = await given.browser.submit(consent, { decision: 'accept' });
    if (!name.includes('address')) expectNoCode(page);
    else expect(page.status).toBeLessThan(500);
  });

  test('before the code is exchanged, there is no token', async () => {
    const given = await scene();
    const code = parameterOf(await logIn(given.browser, address(given), given.user), 'code');
    await change(given);
    const answer = await exchange(server, given.app, code);
    expect(answer.status).toBeLessThan(500);
    if (!name.includes('address')) {
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.body).not.toHaveProperty('access_token');
    }
  });

  test('before a refresh, there is no token', async () => {
    const given = await scene();
    const code = parameterOf(await logIn(given.browser, address(given), given.user), 'code');
    const { body } = await exchange(server, given.app, code);
    expect(body.refresh_token).toEqual(expect.any(String));
    await change(given);
    const answer = await requestToken(server, given.app, {
      grant_type: 'refresh_token',
      refresh_token: String(body.refresh_token),
    });
    expect(answer.status).toBeLessThan(500);
    // `authorization_code` is needed to begin; what a refresh needs is `refresh_token`, which has gone as well.
    if (!name.includes('address')) expect(answer.status).toBeGreaterThanOrEqual(400);
  });

  test('a session gives no code', async () => {
    const given = await scene();
    await logIn(given.browser, address(given), given.user);
    await change(given);
    expectNoCode(await given.browser.open(`${address(given)}&prompt=none`));
  });
});

describe('a consent that was taken back', () => {
  test('before the code is exchanged leaves no token, and the next login asks again', async () => {
    const given = await scene();
    const code = parameterOf(await logIn(given.browser, address(given), given.user), 'code');
    const query = `user_id=${encodeURIComponent(given.user.id)}`;
    await bodyOf(server.api('delete', `grants?${query}`), 204);
    const answer = await exchange(server, given.app, code);
    expect([answer.status, answer.body.error]).toEqual([403, 'invalid_grant']);
    const page = await given.browser.open(address(given));
    expect(page.html).toContain('value="accept"');
  });
});

describe('at the same time', () => {
  test('ten exchanges of a code with PKCE leave at most one answer, whose tokens do not last', async () => {
    const given = await scene();
    const { verifier, challenge } = newPkce();
    const code = parameterOf(
      await logIn(
        given.browser,
        `${address(given)}&code_challenge=${challenge}&code_challenge_method=S256`,
        given.user,
      ),
      'code',
    );
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => exchange(server, given.app, code, { code_verifier: verifier })),
    );
    const granted = answers.filter(({ status }) => status === 200);
    expect(granted.length).toBeLessThanOrEqual(1);
    for (const { body } of granted) {
      const refresh = await requestToken(server, given.app, {
        grant_type: 'refresh_token',
        refresh_token: String(body.refresh_token),
      });
      expect(refresh.status).toBe(403);
    }
  });

  test('ten refreshes with one rotating token leave at most one answer, and nothing that lasts', async () => {
    const given = await scene();
    const refresh_token = {
      rotation_type: 'rotating',
      expiration_type: 'expiring',
      token_lifetime: 1000,
      idle_token_lifetime: 500,
      leeway: 0,
    };
    await bodyOf(server.api('patch', `clients/${given.app.id}`, { refresh_token }), 200);
    const code = parameterOf(await logIn(given.browser, address(given), given.user), 'code');
    const { body } = await exchange(server, given.app, code);
    const refresh = (token: unknown) =>
      requestToken(server, given.app, { grant_type: 'refresh_token', refresh_token: String(token) });
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(body.refresh_token)));
    const granted = answers.filter(({ status }) => status === 200);
    expect(granted.length).toBeLessThanOrEqual(1);
    expect(answers.filter(({ status }) => status !== 200 && status !== 403)).toEqual([]);
    for (const { body: next } of granted) expect((await refresh(next.refresh_token)).status).toBe(403);
  });

  test('five answers to one page of a login come to one login', async () => {
    const given = await scene();
    const consent = await signIn(given.browser, await given.browser.open(address(given)), given.user);
    const token = /name="xsrf" value="([^"]+)"/.exec(consent.html)?.[1] ?? '';
    const pages = await Promise.all(
      Array.from({ length: 5 }, () =>
        given.browser.open('/u/login', {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: new URLSearchParams({ xsrf: token, decision: 'accept' }).toString(),
        }),
      ),
    );
    const codes = pages.map(({ url }) => url.searchParams.get('code')).filter((code) => code !== null);
    expect(pages.filter(({ status }) => status >= 500)).toEqual([]);
    expect(new Set(codes).size).toBe(codes.length);
    const listed = await bodyOf<unknown[]>(
      server.api('get', `grants?user_id=${encodeURIComponent(given.user.id)}`),
      200,
    );
    expect(listed).toHaveLength(1);
  });

  test('a consent that is taken back while a code is exchanged leaves nothing that lasts', async () => {
    for (let round = 0; round < 5; round += 1) {
      const given = await scene();
      const code = parameterOf(await logIn(given.browser, address(given), given.user), 'code');
      const query = `user_id=${encodeURIComponent(given.user.id)}`;
      const [answer] = await Promise.all([
        exchange(server, given.app, code),
        server.api('delete', `grants?${query}`),
      ]);
      expect(answer.status).toBeLessThan(500);
      if (answer.status !== 200) continue;
      const refresh = await requestToken(server, given.app, {
        grant_type: 'refresh_token',
        refresh_token: String(answer.body.refresh_token),
      });
      expect(refresh.status).toBe(403);
    }
  });
});

describe('a third party that is deleted while its consent page is open', () => {
  test('leaves the user on a page of the server', async () => {
    const client = await givenThirdParty(server, 'strict', {
      callbacks: [CALLBACK],
      grant_types: ['authorization_code'],
    });
    const [api, user] = [await givenApi(server), await givenUser(server)];
    await givenUserGrant(server, client, api, ['read']);
    const browser = new Browser(server.url);
    const { challenge } = newPkce();
    const consent = await signIn(
      browser,
      await browser.open(
        authorizeUrl(server, client, {
          audience: api.identifier,
          scope: 'read',
          code_challenge: challenge,
          code_challenge_method: 'S256',
        }),
      ),
      user,
    );
    await bodyOf(server.api('delete', `clients/${client.id}`), 204);
    const end = await browser.submit(consent, { decision: 'accept' });
    expect([end.status, end.url.origin]).toEqual([400, server.url]);
  });
});
