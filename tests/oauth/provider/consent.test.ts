// Consent: token-issuance.md GE-10, GE-12, TP-15, TP-16 and RA; asked when it is due, remembered for what it was given to,
// refused, and taken back.

import { startServer, type TestServer } from '../../support/server.js';
import { bodyOf, givenApi, givenOrganization, type TestApi, type TestClient } from '../given.js';
import {
  authorizeUrl,
  Browser,
  CALLBACK,
  exchange,
  givenApp,
  givenUser,
  logIn,
  type Page,
  parameterOf,
  requestToken,
  signIn,
  type TestUser,
} from './given.js';

let server: TestServer;
let app: TestClient;
let api: TestApi;
beforeAll(async () => {
  server = await startServer();
  app = await givenApp(server, { callbacks: [CALLBACK, 'http://localhost:3000/cb', 'com.example.app://cb'] });
  api = await givenApi(server, {
    allow_offline_access: true,
    skip_consent_for_verifiable_first_party_clients: false,
  });
});
afterAll(() => server.close());

const asks = (page: Page): boolean => page.html.includes('value="accept"');
const address = (parameters: Record<string, string> = {}, client = app): string =>
  authorizeUrl(server, client, { audience: api.identifier, scope: 'read', ...parameters });

/** A browser whose user has logged in, and has consented to `read`. */
async function givenConsented(): Promise<{ browser: Browser; user: TestUser }> {
  const [browser, user] = [new Browser(server.url), await givenUser(server)];
  const page = await signIn(browser, await browser.open(address()), user);
  expect(asks(page)).toBe(true);
  expect(parameterOf(await browser.submit(page, { decision: 'accept' }), 'code')).not.toBe('');
  return { browser, user };
}

interface UserGrant {
  readonly id: string;
  readonly scope: readonly string[];
}
const grantsOf = (user: TestUser): Promise<UserGrant[]> =>
  bodyOf(server.api('get', `grants?user_id=${encodeURIComponent(user.id)}`), 200);

describe('consent', () => {
  test('is remembered, and asked for again when there is more to agree to', async () => {
    const { browser, user } = await givenConsented();
    expect(asks(await browser.open(address()))).toBe(false);
    const more = await browser.open(address({ scope: 'read write' }));
    expect(asks(more)).toBe(true);
    await browser.submit(more, { decision: 'accept' });
    expect(asks(await browser.open(address({ scope: 'write read' })))).toBe(false);
    expect(asks(await browser.open(address({ scope: 'write' })))).toBe(false);
    expect((await grantsOf(user)).map(({ scope }) => scope)).toEqual([['read', 'write']]);
  });

  test('is not asked for scopes that the token would not have', async () => {
    const { browser } = await givenConsented();
    expect(asks(await browser.open(address({ scope: 'read nosuch admin' })))).toBe(false);
  });

  test.each([
    [
      'another API',
      async () => ({
        audience: (
          await givenApi(server, {
            skip_consent_for_verifiable_first_party_clients: false,
          })
        ).identifier,
      }),
    ],
    ['another client', async () => ({ client_id: (await givenApp(server)).id })],
  ] as const)('for one is none for %s', async (_name, other) => {
    const { browser } = await givenConsented();
    expect(asks(await browser.open(address(await other())))).toBe(true);
  });

  test('for one is none for another user', async () => {
    await givenConsented();
    const browser = new Browser(server.url);
    expect(asks(await signIn(browser, await browser.open(address()), await givenUser(server)))).toBe(true);
  });

  test('for one organization is none for another, or for no organization', async () => {
    const client = await givenApp(server, { organization_usage: 'allow' });
    const { browser, user } = await givenConsented();
    const [connection] = await bodyOf<{ id: string }[]>(
      server.api('get', 'connections?name=Test-Users'),
      200,
    );
    const organizations = [];
    for (let at = 0; at < 2; at += 1) {
      const id = await givenOrganization(server);
      await bodyOf(server.api('post', `organizations/${id}/members`, { members: [user.id] }), 204);
      const body = { connection_id: connection?.id };
      await bodyOf(server.api('post', `organizations/${id}/enabled_connections`, body), 201);
      organizations.push(id);
    }
    const [one = '', other = ''] = organizations;
    const page = await browser.open(address({ organization: one }, client));
    expect(asks(page)).toBe(true);
    await browser.submit(page, { decision: 'accept' });
    expect(asks(await browser.open(address({ organization: one }, client)))).toBe(false);
    expect(asks(await browser.open(address({ organization: other }, client)))).toBe(true);
    expect(asks(await browser.open(address({}, client)))).toBe(true);
  });

  test('is asked for whatever is remembered with prompt=consent', async () => {
    const { browser } = await givenConsented();
    const page = await browser.open(address({ prompt: 'consent' }));
    expect(asks(page)).toBe(true);
    expect(parameterOf(await browser.submit(page, { decision: 'accept' }), 'code')).not.toBe('');
  });

  test('GE-10: cannot be asked for with prompt=none', async () => {
    const { browser } = await givenConsented();
    const page = await browser.open(address({ scope: 'read write', prompt: 'none' }));
    expect(parameterOf(page, 'error')).toBe('consent_required');
    expect(parameterOf(page, 'error_description')).toBe('Consent required');
    expect(parameterOf(await browser.open(address({ prompt: 'none' })), 'code')).not.toBe('');
  });

  test('TP-16: that is refused is told to the application, and nothing is remembered', async () => {
    const [browser, user] = [new Browser(server.url), await givenUser(server)];
    const page = await signIn(browser, await browser.open(address()), user);
    const end = await browser.submit(page, { decision: 'decline' });
    expect(Object.fromEntries(end.url.searchParams)).toEqual({
      error: 'access_denied',
      error_description: 'User did not authorize the request',
      state: 'the-state',
      iss: `${server.url}/`,
    });
    expect(await grantsOf(user)).toEqual([]);
    expect(asks(await browser.open(address()))).toBe(true);
  });

  test('that is refused leaves what was agreed to before', async () => {
    const { browser, user } = await givenConsented();
    await browser.submit(await browser.open(address({ scope: 'write' })), { decision: 'decline' });
    expect((await grantsOf(user)).map(({ scope }) => scope)).toEqual([['read']]);
  });
});

describe('consent that is taken back', () => {
  async function givenRefreshToken(): Promise<{ browser: Browser; user: TestUser; token: string }> {
    const [browser, user] = [new Browser(server.url), await givenUser(server)];
    const end = await logIn(browser, address({ scope: 'offline_access read' }), user);
    const { body } = await exchange(server, app, parameterOf(end, 'code'));
    return { browser, user, token: String(body.refresh_token) };
  }
  const refresh = (token: string) =>
    requestToken(server, app, { grant_type: 'refresh_token', refresh_token: token });

  test.each([
    ['by its id', (_user: TestUser, { id }: UserGrant) => `grants/${id}`],
    ['with all of the user', (user: TestUser) => `grants?user_id=${encodeURIComponent(user.id)}`],
  ])('%s is asked for again, and the refresh token has gone', async (_name, path) => {
    const { browser, user, token } = await givenRefreshToken();
    expect((await refresh(token)).status).toBe(200);
    const [grant] = await grantsOf(user);
    await bodyOf(server.api('delete', path(user, grant as UserGrant)), 204);
    const answer = await refresh(token);
    expect([answer.status, answer.body]).toEqual([
      403,
      { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' },
    ]);
    expect(asks(await browser.open(address()))).toBe(true);
    expect(parameterOf(await browser.open(address({ prompt: 'none' })), 'error')).toBe('consent_required');
  });

  test('leaves what others have agreed to', async () => {
    const [one, other] = [await givenRefreshToken(), await givenRefreshToken()];
    await bodyOf(server.api('delete', `grants?user_id=${encodeURIComponent(one.user.id)}`), 204);
    expect((await refresh(other.token)).status).toBe(200);
  });
});

describe('GE-12: a first party', () => {
  let skipping: TestApi;
  beforeAll(async () => {
    skipping = await givenApi(server, { skip_consent_for_verifiable_first_party_clients: true });
  });
  const open = async (redirect_uri: string): Promise<Page> => {
    const browser = new Browser(server.url);
    const login = await browser.open(address({ audience: skipping.identifier, redirect_uri }));
    return signIn(browser, login, await givenUser(server));
  };

  test('needs no consent where the API lets it be skipped and the callback can be told', async () => {
    expect(parameterOf(await open(CALLBACK), 'code')).not.toBe('');
  });

  test.each(['http://localhost:3000/cb', 'com.example.app://cb'])(
    'needs it at %s, where anybody can listen',
    async (redirectUri) => {
      const page = await open(redirectUri);
      expect(asks(page)).toBe(true);
    },
  );
});

describe('RA-11: consent to authorization_details', () => {
  const payment = (amount: number): string => JSON.stringify([{ type: 'payment', amount: `${amount} EUR` }]);
  let paying: TestApi;
  beforeAll(async () => {
    paying = await givenApi(server, {
      authorization_details: [{ type: 'payment' }],
      skip_consent_for_verifiable_first_party_clients: false,
    });
  });

  test('is asked for each of them, and shows what it is about', async () => {
    const [browser, user] = [new Browser(server.url), await givenUser(server)];
    const to = (amount: number): string =>
      address({ audience: paying.identifier, authorization_details: payment(amount) });
    const first = await signIn(browser, await browser.open(to(5)), user);
    expect(first.html).toContain('5 EUR');
    const end = await browser.submit(first, { decision: 'accept' });
    const { body } = await exchange(server, app, parameterOf(end, 'code'));
    expect(body.authorization_details).toEqual([{ type: 'payment', amount: '5 EUR' }]);
    // Without them, the consent to the scopes is remembered.
    expect(asks(await browser.open(address({ audience: paying.identifier })))).toBe(false);
    const second = await browser.open(to(5000));
    expect(asks(second)).toBe(true);
    expect(second.html).toContain('5000 EUR');
    expect(parameterOf(await browser.open(`${to(5000)}&prompt=none`), 'error')).toBe('consent_required');
  });
});
