// Users of database connections log in with an email address or a user name. Limits are those of the platform's pages on
// brute-force protection and suspicious IP throttling.

import { hash } from '@node-rs/argon2';
import { platformLoginLimits } from '../../src/domain/login.js';
import { createPasswordLogin } from '../../src/login/password-login.js';
import { createConnection, createUser, PASSWORD, unique, userPath } from '../management/fixtures.js';
import { startServer, type TestServer } from '../support/server.js';
import { anAttempt, loginOf, newAddress, outcomeOf, type WatchedLogin } from './given.js';

let server: TestServer;
let login: WatchedLogin;
beforeAll(async () => {
  server = await startServer();
});
beforeEach(() => {
  login = loginOf(server);
});
afterAll(() => server.close());

const emailOf = (user: { email?: string }): string => user.email ?? '';
const wrong = { ok: false, reason: 'wrong_credentials' };

describe('a user', () => {
  test('logs in with the email address or the user name, in whatever case and with spaces around', async () => {
    const username = unique('Name');
    const user = await createUser(server, { username });
    for (const identifier of [emailOf(user), username, ` ${emailOf(user).toUpperCase()} `]) {
      expect(await login.verify(anAttempt({ identifier }))).toMatchObject({
        ok: true,
        user: { userId: user.user_id },
      });
    }
  });

  test('does not log in with another password, with a part of it or with none', async () => {
    const { user_id: userId, email: identifier = '' } = await createUser(server);
    for (const password of ['another', PASSWORD.slice(0, -1), `${PASSWORD} `, PASSWORD.toLowerCase()]) {
      expect(await login.verify(anAttempt({ identifier, password }))).toEqual({ ...wrong, userId });
    }
    expect(await login.verify(anAttempt({ identifier, password: '' }))).toEqual({ ...wrong, userId: null });
  });

  test('logs in through the connections of the attempt only', async () => {
    const user = await createUser(server);
    const { name } = await createConnection(server);
    const identifier = emailOf(user);
    expect(await login.verify(anAttempt({ identifier, connections: [name] }))).toMatchObject(wrong);
    expect(await login.verify(anAttempt({ identifier, connections: [] }))).toMatchObject(wrong);
  });

  test('is shown with time, place and number of logins, and a failed one is none', async () => {
    const user = await createUser(server);
    const identifier = emailOf(user);
    const before = Date.now();
    for (const _ of [1, 2]) await login.verify(anAttempt({ identifier, ip: '203.0.113.9' }));
    await login.verify(anAttempt({ identifier, password: 'wrong' }));
    const { body } = await server.api('get', userPath(user));
    expect(body).toEqual({
      ...user,
      last_ip: '203.0.113.9',
      last_login: expect.any(String) as unknown,
      logins_count: 2,
    });
    expect(Date.parse((body as { last_login: string }).last_login)).toBeGreaterThanOrEqual(before);
  });

  test('that is blocked is told so with the right password only, and no login is remembered', async () => {
    const user = await createUser(server, { blocked: true });
    const identifier = emailOf(user);
    expect(await login.verify(anAttempt({ identifier, password: 'wrong' }))).toMatchObject(wrong);
    expect(await login.verify(anAttempt({ identifier }))).toEqual({
      ok: false,
      reason: 'blocked_user',
      userId: user.user_id,
    });
    expect((await server.api('get', userPath(user))).body).toEqual(user);
  });

  test('gets a hash with the parameters of today at the first login after they changed', async () => {
    const { user_id: userId, email: identifier = '' } = await createUser(server);
    const weak = await hash(PASSWORD, { memoryCost: 8192, timeCost: 1, parallelism: 1 });
    await server.storage.write(async ({ users }) => ({
      result: await users.update(userId, { passwordHash: weak }, new Date()),
      entry: null,
    }));
    for (const _ of [1, 2, 3]) expect(outcomeOf(await login.verify(anAttempt({ identifier })))).toBe('ok');
    expect(login.compared[0]).toBe(weak);
    expect(login.compared[1]).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(login.compared[2]).toBe(login.compared[1]);
  });
});

describe('whether there is a user', () => {
  test('makes no difference to the answer, nor to the number and the cost of hashes', async () => {
    const user = await createUser(server);
    const known = await login.verify(anAttempt({ identifier: emailOf(user), password: 'wrong' }));
    const unknown = await login.verify(anAttempt({ password: 'wrong' }));
    expect([outcomeOf(known), outcomeOf(unknown)]).toEqual(['wrong_credentials', 'wrong_credentials']);
    const parameters = login.compared.map((each) => each.split('$').slice(0, 4).join('$'));
    expect(parameters).toEqual(['$argon2id$v=19$m=19456,t=2,p=1', '$argon2id$v=19$m=19456,t=2,p=1']);
    expect(new Set(login.compared.map(({ length }) => length)).size).toBe(1);
  });

  test('makes no difference to the limit on failures', async () => {
    const user = await createUser(server);
    const attempts = [emailOf(user), 'somebody@example.com'].map((identifier) =>
      anAttempt({ identifier, password: 'wrong' }),
    );
    for (const attempt of attempts) {
      const outcomes: string[] = [];
      for (let n = 0; n < 12; n++) outcomes.push(outcomeOf(await login.verify(attempt)));
      expect(outcomes).toEqual([
        ...Array.from({ length: 10 }, () => 'wrong_credentials'),
        'too_many_attempts',
        'too_many_attempts',
      ]);
    }
  });

  test('cannot be told from what no user can have', async () => {
    const user = await createUser(server);
    const identifier = emailOf(user);
    for (const given of [
      { identifier: '' },
      { identifier: '   ' },
      { identifier: `${'x'.repeat(400)}@example.com` },
      { identifier: 'a\0b' },
      { identifier: '\uD800' },
      { identifier, password: 'x'.repeat(1025) },
      { identifier, password: 'x'.repeat(10_000_000) },
    ]) {
      expect(await login.verify(anAttempt(given))).toEqual({ ...wrong, userId: null });
    }
    expect(login.compared).toEqual([]);
  });

  test('a check that says yes to everything lets in nobody who is not there', async () => {
    const gullible = createPasswordLogin({
      storage: server.storage,
      now: () => new Date(),
      limits: platformLoginLimits,
      verifyPassword: () => Promise.resolve(true),
    });
    expect(await gullible.verify(anAttempt())).toEqual({ ...wrong, userId: null });
  });
});

describe('too many failures', () => {
  const failTimes = async (count: number, attempt: ReturnType<typeof anAttempt>) => {
    for (let n = 0; n < count; n++) await login.verify({ ...attempt, password: 'wrong' });
  };

  test('keep the address from the user, with the right password too and without checking it', async () => {
    const user = await createUser(server);
    const attempt = anAttempt({ identifier: emailOf(user) });
    await failTimes(10, attempt);
    login.compared.length = 0;
    expect(await login.verify(attempt)).toEqual({
      ok: false,
      reason: 'too_many_attempts',
      userId: null,
      limit: 'identifier',
    });
    expect(login.compared).toEqual([]);
    expect(outcomeOf(await login.verify({ ...attempt, ip: newAddress() }))).toBe('ok');
  });

  test('are forgotten with a success before they are too many', async () => {
    const user = await createUser(server);
    const attempt = anAttempt({ identifier: emailOf(user) });
    for (let n = 0; n < 3; n++) {
      await failTimes(9, attempt);
      expect(outcomeOf(await login.verify(attempt))).toBe('ok');
    }
  });

  test('are counted over all writings of an identifier, and of an IPv6 address by its network', async () => {
    const user = await createUser(server);
    for (let n = 0; n < 10; n++) {
      const identifier = n % 2 === 0 ? emailOf(user).toUpperCase() : ` ${emailOf(user)}`;
      await login.verify(anAttempt({ identifier, password: 'wrong', ip: `2001:db8::${n}` }));
    }
    const again = anAttempt({ identifier: emailOf(user), ip: '2001:db8:0:0:ffff::1' });
    expect(outcomeOf(await login.verify(again))).toBe('too_many_attempts');
    expect(outcomeOf(await login.verify({ ...again, ip: '2001:db8:0:1::1' }))).toBe('ok');
  });

  test('of one address with many identifiers keep it from all, until one is forgiven', async () => {
    let now = new Date('2026-07-01T12:00:00Z');
    const limited = loginOf(server, { now: () => now });
    const ip = newAddress();
    for (let n = 0; n < platformLoginLimits.failuresPerAddress; n++) {
      await server.storage.logins.admit({ identifier: `guess-${n}`, address: ip }, platformLoginLimits, now);
    }
    const attempt = anAttempt({ identifier: emailOf(await createUser(server)), ip });
    expect(await limited.verify(attempt)).toMatchObject({ reason: 'too_many_attempts', limit: 'address' });
    now = new Date(now.getTime() + 864_000);
    expect(outcomeOf(await limited.verify(attempt))).toBe('ok');
  });

  test('many guesses at once are no more than one after the other', async () => {
    const user = await createUser(server);
    const attempt = anAttempt({ identifier: emailOf(user), password: 'wrong' });
    const results = await Promise.all(Array.from({ length: 40 }, () => login.verify(attempt)));
    expect(results.map(outcomeOf).filter((each) => each === 'wrong_credentials')).toHaveLength(10);
    expect(login.compared).toHaveLength(10);
  });

  test('many right passwords at once are no failures', async () => {
    const user = await createUser(server);
    const attempt = anAttempt({ identifier: emailOf(user) });
    const results = await Promise.all(Array.from({ length: 40 }, () => login.verify(attempt)));
    expect(new Set(results.map(outcomeOf))).toEqual(new Set(['ok']));
  });
});

test('more attempts at once than can wait are sent away, unchecked and uncounted', async () => {
  const attempts = Array.from({ length: 80 }, (_, n) => anAttempt({ identifier: `crowd-${n}@example.com` }));
  const results = (await Promise.all(attempts.map((attempt) => login.verify(attempt)))).map(outcomeOf);
  expect(results.filter((each) => each === 'wrong_credentials')).toHaveLength(66);
  expect(results.filter((each) => each === 'too_many_requests')).toHaveLength(14);
  expect(login.compared).toHaveLength(66);
});
