// Passwords and names that somebody guesses, through the page and through the password grant.

import { startServer, type TestServer } from '../../../support/server.js';
import { givenClient, type TestClient } from '../../given.js';
import {
  authorizeUrl,
  Browser,
  givenApp,
  givenUser,
  type Page,
  PASSWORD,
  requestToken,
  signIn,
  type TestUser,
} from '../given.js';

let server: TestServer;
let app: TestClient;
beforeAll(async () => {
  server = await startServer();
  app = await givenApp(server);
});
afterAll(() => server.close());

const nobody = (): TestUser => ({ id: '', email: `nobody-${Math.random()}@example.com` });

async function tryPage(user: TestUser, password: string): Promise<Page> {
  const browser = new Browser(server.url);
  return signIn(browser, await browser.open(authorizeUrl(server, app)), user, password);
}

const tryGrant = (client: TestClient, user: TestUser, password: string) =>
  requestToken(server, client, { grant_type: 'password', username: user.email, password, scope: 'openid' });

/** What a page says, without what it repeats of the request. */
const textOf = (page: Page, user: TestUser): string =>
  page.html.replaceAll(user.email, 'EMAIL').replaceAll(/value="[\w-]{43}"/g, 'value="TOKEN"');

describe('a wrong password', () => {
  test('is answered as for a user that does not exist, on the page', async () => {
    const [user, other] = [await givenUser(server), nobody()];
    const [known, unknown] = [await tryPage(user, 'wrong'), await tryPage(other, 'wrong')];
    expect(known.status).toBe(400);
    expect([unknown.status, textOf(unknown, other)]).toEqual([known.status, textOf(known, user)]);
  });

  test('is answered as for a user that does not exist, by the password grant', async () => {
    const known = await tryGrant(app, await givenUser(server), 'wrong');
    const unknown = await tryGrant(app, nobody(), 'wrong');
    expect([known.status, known.body]).toEqual([
      403,
      { error: 'invalid_grant', error_description: 'Wrong email or password.' },
    ]);
    expect([unknown.status, unknown.body]).toEqual([known.status, known.body]);
  });

  test('is answered as for a user that is not blocked', async () => {
    const blocked = await givenUser(server, { blocked: true });
    expect((await tryGrant(app, blocked, 'wrong')).body.error_description).toBe('Wrong email or password.');
    expect((await tryGrant(app, blocked, PASSWORD)).body.error).toBe('access_denied');
  });

  test('costs a hash, whether there is such a user or not', async () => {
    // Enough to tell 8 ms of work from none, and few enough not to run into the limits.
    const spent = async (users: readonly TestUser[]): Promise<number> => {
      const times: number[] = [];
      for (const user of users) {
        const before = process.hrtime.bigint();
        await tryGrant(app, user, 'wrong');
        times.push(Number(process.hrtime.bigint() - before) / 1e6);
      }
      return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
    };
    const users = [];
    for (let at = 0; at < 7; at += 1) users.push(await givenUser(server));
    const known = await spent(users);
    const unknown = await spent(users.map(nobody));
    expect(unknown).toBeGreaterThan(known / 3);
    expect(known).toBeGreaterThan(unknown / 3);
  });

  test('after ten of them locks, on both ways and for the right one, users who exist or not alike', async () => {
    for (const user of [await givenUser(server), nobody()]) {
      for (let at = 0; at < 5; at += 1) {
        await tryPage(user, 'wrong');
        await tryGrant(app, user, 'wrong');
      }
      const [page, grant] = [await tryPage(user, PASSWORD), await tryGrant(app, user, PASSWORD)];
      expect(page.status).toBe(429);
      expect([grant.status, grant.body.error]).toEqual([429, 'too_many_attempts']);
    }
  });
});

describe('a client that may not use passwords', () => {
  test.each([
    ['by its grant types', () => givenApp(server, { grant_types: ['authorization_code'] })],
    [
      'as a strict third party',
      () =>
        givenClient(server, {
          is_first_party: false,
          third_party_security_mode: 'strict',
          token_endpoint_auth_method: 'client_secret_post',
          grant_types: ['authorization_code'],
        }),
    ],
  ])('%s learns nothing about any', async (_name, make) => {
    const client = await make();
    const user = await givenUser(server);
    const answers = [
      await tryGrant(client, user, PASSWORD),
      await tryGrant(client, user, 'wrong'),
      await tryGrant(client, nobody(), 'wrong'),
    ];
    for (const { status, body } of answers) {
      expect([status, body.error]).toEqual([403, 'unauthorized_client']);
    }
    const rows = (
      await server.api('get', `logs?q=${encodeURIComponent(`client_id:${client.id} AND type:fp`)}`)
    ).body;
    expect(rows).toEqual([]);
  });

  test('nor by asking for an API that it may not use', async () => {
    const user = await givenUser(server);
    const ask = (password: string) =>
      requestToken(server, app, {
        grant_type: 'password',
        username: user.email,
        password,
        audience: 'https://nope',
      });
    const [right, wrong] = [await ask(PASSWORD), await ask('wrong')];
    expect([right.status, right.body]).toEqual([wrong.status, wrong.body]);
  });
});
