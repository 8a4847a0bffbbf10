// PATCH /users/{id} (recorded: terraform-provider-auth0, TestAccUser and TestAccUserChangeUsername; go-auth0,
// TestUserManager_Update).

import { startServer, type TestServer } from '../../support/server.js';
import {
  CONNECTION,
  createUser,
  invalidBody,
  noUser,
  payloadError,
  refused,
  seen,
  unique,
  userPath,
  type UserWire,
} from '../fixtures.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const update = (user: UserWire, body: object) => server.api('patch', userPath(user), body);
const updated = async (user: UserWire, body: object): Promise<UserWire> => {
  const answer = await update(user, body);
  expect(answer.status).toBe(200);
  expect((await server.api('get', userPath(user))).body).toEqual(answer.body);
  return answer.body as UserWire;
};
const later: unknown = expect.any(String);

test('what is sent is set, what is not stays, and the time of the change is told', async () => {
  const user = await createUser(server, { given_name: 'Before', family_name: 'Stays' });
  const changes = { given_name: 'After', blocked: true, connection: CONNECTION };
  const answer = await updated(user, changes);
  expect(answer).toEqual({ ...user, given_name: 'After', blocked: true, updated_at: later });
  expect(Date.parse(answer.updated_at ?? '')).toBeGreaterThanOrEqual(Date.parse(user.updated_at ?? ''));
});

test('null removes a member', async () => {
  const user = await createUser(server, { given_name: 'A', family_name: 'B', user_metadata: { a: 1 } });
  const answer = await updated(user, { given_name: null, family_name: null, user_metadata: null });
  for (const name of ['given_name', 'family_name', 'user_metadata']) expect(answer).not.toHaveProperty(name);
});

describe('metadata', () => {
  test('is merged at its first level, where null removes (recorded)', async () => {
    const user = await createUser(server, {
      user_metadata: { baz: 'qux', foo: { a: 1, b: 2 } },
      app_metadata: { baz: 'qux', foo: 'bar', list: [1] },
    });
    const changes = { user_metadata: { baz: null, foo: { c: 3 } }, app_metadata: { foo: 'bars' } };
    expect(await updated(user, changes)).toMatchObject({
      user_metadata: { foo: { c: 3 } },
      app_metadata: { baz: 'qux', foo: 'bars', list: [1] },
    });
    const answer = (await server.api('get', userPath(user))).body as UserWire;
    expect(answer.user_metadata).toEqual({ foo: { c: 3 } });
  });

  test('is emptied by {}: the one stays as {}, the other goes (recorded)', async () => {
    const user = await createUser(server, { user_metadata: { a: 1 }, app_metadata: { a: 1 } });
    const answer = await updated(user, { user_metadata: {}, app_metadata: {} });
    expect(answer.user_metadata).toEqual({});
    expect(answer).not.toHaveProperty('app_metadata');
  });
});

describe('what a user is known by', () => {
  test('a user name changes alone (recorded)', async () => {
    const user = await createUser(server, { username: unique('old') });
    const username = unique('user_x');
    expect(await updated(user, { username })).toEqual({ ...user, username, updated_at: later });
  });

  test('another address is not verified; defaults that were made from the old one follow', async () => {
    const user = await createUser(server, { email_verified: true });
    const email = `${unique('moved')}@example.com`;
    const answer = await updated(user, { email: email.toUpperCase() });
    const nickname = email.split('@')[0];
    expect(answer).toMatchObject({ email, email_verified: false, name: email, nickname });
    expect(answer.picture).not.toBe(user.picture);
    expect(answer.picture).toMatch(/^https:\/\/s\.gravatar\.com\/avatar\/[0-9a-f]{32}\?/);
  });

  test('what was given does not follow', async () => {
    const given = { name: 'N', nickname: 'n', picture: 'https://example.com/p.png' };
    const user = await createUser(server, given);
    const email = `${unique('moved')}@example.com`;
    expect(await updated(user, { email, email_verified: true })).toMatchObject({
      ...given,
      email_verified: true,
    });
  });

  test('null brings a default back', async () => {
    const user = await createUser(server, { name: 'N', nickname: 'n', picture: 'https://example.com/p.png' });
    const answer = await updated(user, { name: null, nickname: null, picture: null });
    expect(answer).toMatchObject({ name: user.email, nickname: user.email?.split('@')[0] });
    expect(answer.picture).toContain('https://s.gravatar.com/avatar/');
  });

  test('the same one again is no conflict; that of another is', async () => {
    const [one, other] = [
      await createUser(server, { username: unique('one') }),
      await createUser(server, { username: unique('other') }),
    ];
    expect((await update(one, { email: one.email, username: one.username })).status).toBe(200);
    expect(seen(await update(one, { email: other.email?.toUpperCase() }))).toEqual(
      refused(400, 'The specified new email already exists', 'auth0_idp_error'),
    );
    expect(seen(await update(one, { username: other.username }))).toEqual(
      refused(400, 'The specified new username already exists', 'auth0_idp_error'),
    );
  });

  test('the last one cannot be removed', async () => {
    const user = await createUser(server, { username: unique('name') });
    expect(await updated(user, { email: null })).not.toHaveProperty('email');
    expect(seen(await update(user, { username: null }))).toEqual(invalidBody(payloadError));
  });
});

test('a new password tells when it was set (recorded), and nothing else does', async () => {
  const user = await createUser(server);
  expect(await updated(user, { nickname: 'x' })).not.toHaveProperty('last_password_reset');
  const answer = await updated(user, { password: 'Another password', connection: CONNECTION });
  expect(answer.last_password_reset).toBe(answer.updated_at);
});

test('another connection than that of the user is refused', async () => {
  expect(
    seen(await update(await createUser(server), { connection: 'other', email: 'a@example.com' })),
  ).toEqual(invalidBody('The user has no identity in this connection'));
});

test('a user that does not exist is 404', async () => {
  const nobody = { user_id: 'auth0|000000000000000000000000' } as UserWire;
  expect(seen(await update(nobody, { nickname: 'x' }))).toEqual(noUser);
});

test.each([{ user_id: 'x' }, { blocked: null }, { email: 'x' }, { identities: [] }, { name: '' }])(
  'the body %j is refused',
  async (body) => {
    expect(seen(await update(await createUser(server), body))).toEqual(invalidBody(payloadError));
  },
);
