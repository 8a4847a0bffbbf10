// Passwords come in and never out: not in answers, not in the log, not in the database.

import { verify } from '@node-rs/argon2';
import { withRaw } from '../../storage/raw.js';
import { engines } from '../../support/engines.js';
import { startServer, type TestServer } from '../../support/server.js';
import { CONNECTION, createUser, refused, seen, unique, userPath } from '../fixtures.js';

const tooWeak = refused(400, 'PasswordStrengthError: Password is too weak');

describe('the policy of the connection', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.close());

  const create = (connection: string, password: string) =>
    server.api('post', 'users', { connection, email: `${unique('p')}@example.com`, password });

  async function connectionWith(options: Record<string, string | { min_length: number }>): Promise<string> {
    const name = unique('policy');
    await server.storage.write(async ({ connections }) => {
      const first = await connections.findByName(CONNECTION);
      if (first === null) throw new Error('there is no connection');
      const { id: _id, ...rest } = first;
      await connections.create({ ...rest, name, options });
      return { result: null, entry: null };
    });
    return name;
  }

  // The recorded ones among them were accepted by the service.
  test.each([
    'Passwords hide their chuck',
    "I don't need one",
    'passpass$12$12',
    'MyPass123$',
    'I have a password and its a secret',
  ])('`good`, which a new server has, takes %j', async (password) => {
    expect((await create(CONNECTION, password)).status).toBe(201);
  });

  test.each(['x', 'password', 'Password', 'Ab1$', 'password1', '12345678'])(
    '`good` refuses %j',
    async (password) => {
      expect(seen(await create(CONNECTION, password))).toEqual(tooWeak);
    },
  );

  test.each([
    ['none', 'x', null],
    ['low', 'sixsix', 'five5'],
    ['fair', 'Abcdefg1', 'abcdefg1'],
    ['excellent', 'Abcdefghi1', 'Abcdefgh1'],
    ['excellent', 'Abcdefghi1', 'Abcdefgggi1'],
  ])('`%s` takes %j and refuses %j', async (passwordPolicy, good, bad) => {
    const connection = await connectionWith({ passwordPolicy });
    expect((await create(connection, good)).status).toBe(201);
    if (bad !== null) expect(seen(await create(connection, bad))).toEqual(tooWeak);
  });

  test('a longer minimum of the connection counts', async () => {
    const options = { passwordPolicy: 'low', password_complexity_options: { min_length: 12 } };
    const connection = await connectionWith(options);
    expect(seen(await create(connection, 'eleven11111'))).toEqual(tooWeak);
    expect((await create(connection, 'twelve121212')).status).toBe(201);
  });

  test('it is held by changes too, and a refused change changes nothing', async () => {
    const user = await createUser(server);
    expect(seen(await server.api('patch', userPath(user), { password: 'x', nickname: 'y' }))).toEqual(
      tooWeak,
    );
    expect((await server.api('get', userPath(user))).body).toEqual(user);
  });
});

describe.each(engines)('what is kept of a password on the $name database', (engine) => {
  const [first, second] = ['Secret-number-1', 'Secret-number-2'];
  let texts: string[];
  let hashes: (string | null)[];
  beforeAll(async () => {
    // Kept when the server closes: the raw session needs the embedded database for itself.
    const database = await engine.create();
    const kept = { ...database, remove: () => Promise.resolve() };
    const server = await startServer({ engine: { ...engine, create: () => Promise.resolve(kept) } });
    const path = async () => userPath(await createUser(server, { password: first }));
    const changed = await path();
    await path();
    const answers = [
      await server.api('patch', changed, { password: second }),
      await server.api('get', changed),
      await server.api('get', 'users'),
      await server.api('get', 'users?fields=password,password_hash,passwordHash'),
      await server.api('post', 'users', { connection: 'nosuch', email: 'a@example.com', password: first }),
      await server.api('post', 'users', { connection: CONNECTION, password: second, nosuch: 1 }),
      await server.api('get', 'logs?per_page=100'),
    ];
    texts = answers.map(({ text }) => text);
    await server.close();
    hashes = await withRaw(database, async (query) => {
      texts.push(
        JSON.stringify(await query('SELECT * FROM users')),
        JSON.stringify(await query('SELECT * FROM logs')),
      );
      const rows = await query<{ password_hash: string }>('SELECT password_hash FROM users ORDER BY seq');
      return rows.map(({ password_hash: hash }) => hash);
    });
    await database.remove();
  });

  test('no answer, no log entry and no row holds one', () => {
    expect(texts.length).toBeGreaterThan(5);
    for (const text of texts) {
      expect(text).not.toContain(first);
      expect(text).not.toContain(second);
    }
    expect(texts.slice(0, 4).join('')).not.toContain('argon2');
  });

  test('the log says that one was sent', () => {
    expect(texts.at(-1)).toContain('"password":"[redacted]"');
  });

  test('the row has its Argon2id hash, with a salt of its own', async () => {
    expect(hashes).toHaveLength(2);
    for (const hash of hashes) expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await verify(hashes[0] ?? '', second)).toBe(true);
    expect(await verify(hashes[0] ?? '', first)).toBe(false);
    expect(await verify(hashes[1] ?? '', first)).toBe(true);
  });
});
