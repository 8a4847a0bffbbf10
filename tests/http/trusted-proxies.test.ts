// Where a request comes from, behind proxies that are trusted and others that are not.

import {
  Browser,
  authorizeUrl,
  givenApp,
  givenUser,
  logIn,
  logsOf,
  PASSWORD,
  type TestUser,
} from '../oauth/provider/given.js';
import type { TestClient } from '../oauth/given.js';
import { startServer, type TestServer } from '../support/server.js';

const USER = '203.0.113.7';
const OTHER_USER = '2001:db8::7';
/** A trusted one behind the first. */
const INNER_PROXY = '10.1.2.3';

let server: TestServer;
let app: TestClient;
let user: TestUser;
beforeAll(async () => {
  server = await startServer({ env: { TRUSTED_PROXIES: 'loopback, 10.0.0.0/8' } });
  app = await givenApp(server);
  user = await givenUser(server);
});
afterAll(() => server.close());

/** A password that is sent through proxies. */
const tryPassword = (forwardedFor: string, password = PASSWORD, by: TestUser = user) =>
  server.request().post('/oauth/token').set('X-Forwarded-For', forwardedFor).type('form').send({
    grant_type: 'password',
    client_id: app.id,
    client_secret: app.secret,
    username: by.email,
    password,
  });

const loggedIp = async (forwardedFor: string): Promise<string | undefined> => {
  expect((await tryPassword(forwardedFor)).status).toBe(200);
  return (await logsOf(server, app, 'sepft'))[0]?.ip;
};

test.each([
  ['the address that a proxy names', USER, USER],
  ['an address of version 6', OTHER_USER, OTHER_USER],
  ['through two proxies', `${USER}, ${INNER_PROXY}`, USER],
  ['the nearest that is no proxy: what is before it anybody can write', `198.51.100.1, ${USER}`, USER],
  ['the outermost, where all are proxies', `${INNER_PROXY}, 10.9.9.9`, INNER_PROXY],
])('%s', async (_name, forwardedFor, expected) => {
  expect(await loggedIp(forwardedFor)).toBe(expected);
});

test.each(['unknown', '<script>', `${USER}:4711`, '999.1.1.1', '_hidden', ','])(
  'that of the connection, where a proxy names none: %s',
  async (forwardedFor) => {
    expect(await loggedIp(forwardedFor)).toMatch(/127\.0\.0\.1$/);
  },
);

test('logins through the pages come from there, too', async () => {
  const browser = new Browser(server.url, { 'X-Forwarded-For': USER });
  await logIn(browser, authorizeUrl(server, app), user);
  expect((await logsOf(server, app, 's'))[0]?.ip).toBe(USER);
});

test('changes of the configuration come from there, too', async () => {
  const { id } = await givenApp(server);
  await server.api('patch', `clients/${id}`, { name: 'Renamed' }).set('X-Forwarded-For', USER);
  const rows = await server.api('get', 'logs?q=type:sapi&per_page=1');
  expect(rows.body).toMatchObject([{ ip: USER }]);
});

test('wrong passwords count against the address that they come from', async () => {
  const victim = await givenUser(server);
  for (let tries = 0; tries < 10; tries += 1) await tryPassword(USER, 'wrong', victim);
  expect((await tryPassword(USER, PASSWORD, victim)).status).toBe(429);
  expect((await tryPassword(OTHER_USER, PASSWORD, victim)).status).toBe(200);
});

test('of a proxy that is not listed nothing is believed', async () => {
  const strict = await startServer({ env: { TRUSTED_PROXIES: '10.0.0.0/8' } });
  try {
    const client = await givenApp(strict);
    const { email } = await givenUser(strict);
    const form = {
      grant_type: 'password',
      client_id: client.id,
      client_secret: client.secret,
      username: email,
      password: PASSWORD,
    };
    const request = strict.request().post('/oauth/token').set('X-Forwarded-For', USER).type('form');
    expect((await request.send(form)).status).toBe(200);
    expect((await logsOf(strict, client, 'sepft'))[0]?.ip).toMatch(/127\.0\.0\.1$/);
  } finally {
    await strict.close();
  }
});
