// GET /users and GET /users-by-email (recorded: go-auth0, TestUserManager_List and _Search).

import { startServer, type TestServer } from '../../support/server.js';
import { createUser, invalidQuery, refused, seen, type UserWire } from '../fixtures.js';

let server: TestServer;
let users: UserWire[];
beforeAll(async () => {
  server = await startServer();
  users = [];
  for (const [key, name] of [
    ['carol', 'Carol One'],
    ['alice', 'Alice Two'],
    ['bob', 'Bob Two'],
  ]) {
    const email = `${key}@example.com`;
    users.push(await createUser(server, { email, name, username: `test-${key}`, app_metadata: { key } }));
  }
});
afterAll(() => server.close());

const list = async (query: string) => (await server.api('get', `users?${query}`)).body as unknown;
const search = async (q: string) =>
  ((await list(`search_engine=v3&q=${encodeURIComponent(q)}`)) as UserWire[]).map(
    ({ name }) => name?.split(' ')[0],
  );

test('with totals is the recorded form', async () => {
  const body = await list('include_totals=true&per_page=50&q=username%3A%22test-alice%22&search_engine=v3');
  expect(body).toEqual({ start: 0, limit: 50, length: 1, users: [users[1]], total: 1 });
  expect(Object.keys(body as object)).toEqual(['start', 'limit', 'length', 'users', 'total']);
});

test('without totals is a bare array, oldest first', async () => {
  expect(await list('')).toEqual(users);
});

test('has pages, none beyond the end, and one of nothing for counting', async () => {
  expect(await list('include_totals=true&page=1&per_page=2')).toEqual({
    start: 2,
    limit: 2,
    length: 1,
    users: [users[2]],
    total: 3,
  });
  expect(await list('page=7&per_page=2')).toEqual([]);
  expect(await list('include_totals=true&per_page=0')).toMatchObject({ users: [], length: 0, total: 3 });
});

test.each(['page=10&per_page=100', 'page=20', 'page=11&per_page=90'])(
  'no more than a thousand are shown: %s',
  async (query) => {
    expect(seen(await server.api('get', `users?${query}`))).toEqual(
      refused(400, 'You can only page through the first 1000 records.', 'invalid_paging'),
    );
  },
);

test('the thousandth is still shown', async () => {
  expect((await server.api('get', 'users?page=9&per_page=100')).status).toBe(200);
});

test.each([
  ['email:1', ['alice', 'bob', 'carol']],
  ['created_at:-1', ['bob', 'alice', 'carol']],
  ['name:-1', ['carol', 'bob', 'alice']],
])('sort=%s', async (sort, expected) => {
  const found = (await list(`sort=${sort}`)) as UserWire[];
  expect(found.map(({ app_metadata: metadata }) => metadata?.['key'])).toEqual(expected);
});

test('fields are picked, or left out', async () => {
  expect(await list('fields=user_id,email&per_page=1')).toEqual([
    { user_id: users[0]?.user_id, email: 'carol@example.com' },
  ]);
  const [first] = (await list('fields=email,identities&include_fields=false')) as UserWire[];
  expect(first).toHaveProperty('user_id');
  expect(first).not.toHaveProperty('email');
  const path = `users/${encodeURIComponent(users[0]?.user_id ?? '')}?fields=name`;
  expect((await server.api('get', path)).body).toEqual({ name: 'Carol One' });
});

test('a connection is a filter', async () => {
  expect(await list('connection=Username-Password-Authentication')).toHaveLength(3);
  expect(await list('connection=other&q=name:*')).toEqual([]);
});

test.each<[q: string, found: string[]]>([
  ['', ['Carol', 'Alice', 'Bob']],
  ['*', ['Carol', 'Alice', 'Bob']],
  ['email:"alice@example.com"', ['Alice']],
  ['email:alice@example.com', ['Alice']],
  ['email:ALICE@EXAMPLE.COM', ['Alice']],
  ['email.raw:"alice@example.com"', ['Alice']],
  ['email:*@example.com', ['Carol', 'Alice', 'Bob']],
  ['name:"Alice Two"', ['Alice']],
  ['name:alice*', ['Alice']],
  ['name:*two', ['Alice', 'Bob']],
  ['name:alice', []],
  ['username:test-bob', ['Bob']],
  ['identities.connection:"Username-Password-Authentication"', ['Carol', 'Alice', 'Bob']],
  ['identities.provider:"auth0" AND name:b*', ['Bob']],
  ['app_metadata.key:"bob"', ['Bob']],
  ['email:"alice@example.com" OR email:"bob@example.com"', ['Alice', 'Bob']],
  ['email:("alice@example.com" OR "bob@example.com")', ['Alice', 'Bob']],
  ['(name:a* OR name:b*) AND NOT email:alice*', ['Bob']],
  ['NOT blocked:true', ['Carol', 'Alice', 'Bob']],
  ['blocked:true', []],
  ['-name:b*', ['Carol', 'Alice']],
  ['_exists_:email', ['Carol', 'Alice', 'Bob']],
  ['_exists_:user_metadata.key', []],
  ['created_at:[2020-01-01 TO *]', ['Carol', 'Alice', 'Bob']],
  ['created_at:[* TO 2020-01-01]', []],
  ['alice*', ['Alice']],
  ['last_login:[2020-01-01 TO *]', []],
  ['logins_count:0 OR name:b*', ['Bob']],
])('q=%s', async (q, expected) => {
  expect(await search(q)).toEqual(expected);
});

test('a user id is found as it is', async () => {
  for (const user of users)
    expect(await search(`user_id:"${user.user_id}"`)).toEqual([user.name?.split(' ')[0]]);
  expect(await search(`user_id:${users[0]?.user_id.toUpperCase()}`)).toEqual([]);
});

test.each([
  'email:',
  'email:"open',
  '(name:a',
  'name:a)',
  'AND',
  'name:a AND',
  'blocked:maybe',
  'name:a?c',
  'name:[a TO b]',
])('q=%s is refused', async (q) => {
  const answer = await server.api('get', `users?q=${encodeURIComponent(q)}`);
  expect(seen(answer)).toEqual(
    invalidQuery(expect.stringMatching(/^Query validation error: '.+' on property q\.$/)),
  );
});

test.each([
  'sort=email',
  'sort=nosuch:1',
  'per_page=101',
  'search_engine=v4',
  'nosuch=1',
  `q=${'a'.repeat(2001)}`,
])('%s is refused', async (query) => {
  expect(seen(await server.api('get', `users?${query}`))).toEqual(invalidQuery(expect.any(String)));
});

describe('by email', () => {
  const byEmail = (query: string) => server.api('get', `users-by-email?${query}`);

  test('is a bare array of whole users, or of the fields that are asked for', async () => {
    expect(seen(await byEmail('email=alice%40example.com'))).toEqual({ status: 200, body: [users[1]] });
    expect((await byEmail('email=alice%40example.com&fields=email')).body).toEqual([
      { email: 'alice@example.com' },
    ]);
  });

  test('takes the address as it is kept, and as no pattern', async () => {
    for (const email of ['ALICE@example.com', '%25', 'nobody@example.com', '_lice@example.com']) {
      expect((await byEmail(`email=${encodeURIComponent(email)}`)).body).toEqual([]);
    }
  });

  test('needs an address', async () => {
    expect(seen(await byEmail(''))).toEqual(invalidQuery(expect.stringContaining('email')));
  });
});
