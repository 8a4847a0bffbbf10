// /user-blocks and /anomaly/blocks/ips: blocks by failed logins, seen and lifted.

import { platformLoginLimits } from '../../../src/domain/login.js';
import { anAttempt, loginOf, newAddress, outcomeOf } from '../../login/given.js';
import { startServer, type TestServer } from '../../support/server.js';
import {
  CONNECTION,
  createUser,
  invalidQuery,
  noUser,
  refused,
  seen,
  unique,
  userPath,
} from '../fixtures.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const { failuresPerIdentifier, failuresPerAddress } = platformLoginLimits;

async function failFrom(ip: string, identifier: string, times = failuresPerIdentifier): Promise<void> {
  const login = loginOf(server);
  for (let n = 0; n < times; n++) await login.verify(anAttempt({ identifier, ip, password: 'wrong' }));
}

const byIdentifier = (identifier: string): string =>
  `user-blocks?identifier=${encodeURIComponent(identifier)}`;
const byUser = (user: Parameters<typeof userPath>[0]): string =>
  userPath(user).replace('users/', 'user-blocks/');
const blocks = async (path: string) => seen(await server.api('get', path));
const listed = (...blocked_for: object[]) => ({ status: 200, body: { blocked_for } });
const deleted = { status: 204, body: {} };

test('nobody is blocked at first, nor after fewer failures than may be', async () => {
  const user = await createUser(server);
  expect(await blocks(byUser(user))).toEqual(listed());
  await failFrom(newAddress(), user.email ?? '', failuresPerIdentifier - 1);
  expect(await blocks(byUser(user))).toEqual(listed());
  expect(await blocks(byIdentifier(user.email ?? ''))).toEqual(listed());
});

test('blocks are listed for the user and for each identifier, and lifted by either', async () => {
  const username = unique('blocked');
  const user = await createUser(server, { username });
  const [email, ip, other] = [user.email ?? '', newAddress(), newAddress()];
  const blocked = async () => {
    await failFrom(ip, email);
    await failFrom(other, username.toUpperCase());
    const [first, second] = [
      { identifier: email, ip },
      { identifier: username, ip: other },
    ];
    const connection = CONNECTION;
    expect(await blocks(byUser(user))).toEqual(listed({ ...first, connection }, { ...second, connection }));
    expect(await blocks(byIdentifier(email.toUpperCase()))).toEqual(listed(first));
    expect(await blocks(byIdentifier(username))).toEqual(listed(second));
  };
  await blocked();
  expect(seen(await server.api('delete', byUser(user)))).toEqual(deleted);
  expect(await blocks(byUser(user))).toEqual(listed());
  expect(outcomeOf(await loginOf(server).verify(anAttempt({ identifier: email, ip })))).toBe('ok');

  await blocked();
  expect(seen(await server.api('delete', byIdentifier(` ${email}`)))).toEqual(deleted);
  expect(await blocks(byIdentifier(email))).toEqual(listed());
  expect(await blocks(byIdentifier(username))).toEqual(listed({ identifier: username, ip: other }));
});

test('identifiers that nobody has look like those that somebody has', async () => {
  const ip = newAddress();
  await failFrom(ip, 'nobody@example.com');
  expect(await blocks(byIdentifier('nobody@example.com'))).toEqual(
    listed({ identifier: 'nobody@example.com', ip }),
  );
  expect(seen(await server.api('delete', byIdentifier('never@example.com')))).toEqual(deleted);
});

test('a user that does not exist has none, and an identifier has to be named', async () => {
  const nobody = { user_id: 'auth0|000000000000000000000000' };
  expect(await blocks(byUser(nobody))).toEqual(noUser);
  expect(seen(await server.api('delete', byUser(nobody)))).toEqual(noUser);
  const missing = invalidQuery(expect.stringContaining('identifier'));
  expect(await blocks('user-blocks')).toEqual(missing);
  expect(seen(await server.api('delete', 'user-blocks'))).toEqual(missing);
});

test('an address that failed with many identifiers is seen and lifted', async () => {
  const ip = newAddress();
  const path = `anomaly/blocks/ips/${ip}`;
  const notBlocked = refused(404, 'The IP address is not blocked.');
  expect(await blocks(path)).toEqual(notBlocked);
  for (let n = 0; n < failuresPerAddress; n++) {
    const source = { identifier: `guess-${n}`, address: ip };
    await server.storage.logins.admit(source, platformLoginLimits, new Date());
  }
  const user = await createUser(server);
  const attempt = anAttempt({ identifier: user.email ?? '', ip });
  expect(outcomeOf(await loginOf(server).verify(attempt))).toBe('too_many_attempts');
  expect((await server.api('get', path)).status).toBe(200);
  expect(seen(await server.api('delete', path))).toEqual(deleted);
  expect(await blocks(path)).toEqual(notBlocked);
  expect(outcomeOf(await loginOf(server).verify(attempt))).toBe('ok');
});
