// /roles/{id}/users and /users/{id}/roles: two sides of one thing (management-api.md 9 and 10).

import { startServer, type TestServer } from '../../support/server.js';
import {
  createOrganization,
  createRole,
  createUser,
  invalidBody,
  noRole,
  noUser,
  payloadError,
  refused,
  type RoleWire,
  seen,
  userPath,
  type UserWire,
} from '../fixtures.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const give = ({ id }: RoleWire, ...users: string[]) => server.api('post', `roles/${id}/users`, { users });
const usersOf = async ({ id }: RoleWire, query = '') =>
  (await server.api('get', `roles/${id}/users?${query}`)).body as unknown;
const rolesOf = async (user: UserWire, query = '') =>
  (await server.api('get', `${userPath(user, '/roles')}?${query}`)).body as unknown;
const nowhere = 'auth0|000000000000000000000000';
const onlyMembers = invalidBody(
  'A role of an organization can only be assigned to members of the organization',
);

test('a user who got a role is listed as recorded, from both sides', async () => {
  const [role, user] = [await createRole(server, { description: 'Test Role' }), await createUser(server)];
  expect(seen(await give(role, user.user_id))).toEqual({ status: 200, body: {} });
  const { user_id, email, picture, name } = user;
  expect(await usersOf(role, 'include_totals=true&per_page=50')).toEqual({
    users: [{ user_id, email, picture, name }],
    start: 0,
    limit: 50,
    total: 1,
  });
  expect(await rolesOf(user, 'include_totals=true&per_page=50')).toEqual({
    roles: [role],
    start: 0,
    limit: 50,
    total: 1,
  });
});

test('a role has none at first, in each of the three forms', async () => {
  const role = await createRole(server);
  expect(await usersOf(role)).toEqual([]);
  expect(await usersOf(role, 'include_totals=true')).toEqual({ users: [], start: 0, limit: 50, total: 0 });
  expect(await usersOf(role, 'include_totals=true&per_page=50&take=100')).toEqual({ users: [] });
});

test('checkpoints lead through all of them once', async () => {
  const role = await createRole(server);
  const users = await Promise.all([1, 2, 3].map(() => createUser(server)));
  const ids = users.map(({ user_id }) => user_id);
  expect((await give(role, ...ids)).status).toBe(200);
  type Part = { users: { user_id: string }[]; next?: string };
  const first = (await usersOf(role, 'take=2')) as Part;
  const last = (await usersOf(role, `take=2&from=${first.next}`)) as Part;
  expect(last).not.toHaveProperty('next');
  expect([...first.users, ...last.users].map(({ user_id }) => user_id)).toEqual(ids);
});

test('offsets end at a thousand (management-api.md 1.6)', async () => {
  const { id } = await createRole(server);
  expect(seen(await server.api('get', `roles/${id}/users?page=10&per_page=100`))).toEqual(
    refused(400, 'Requesting page exceeds the allowed maximum of 1000 records.', 'invalid_paging'),
  );
});

test('roles of a user are given, listed by name, and taken', async () => {
  const user = await createUser(server);
  const [b, a] = [await createRole(server, { name: 'zz-b' }), await createRole(server, { name: 'zz-a' })];
  const path = userPath(user, '/roles');
  for (let i = 0; i < 2; i++) {
    expect((await server.api('post', path, { roles: [b.id, a.id, b.id] })).status).toBe(204);
  }
  expect(await rolesOf(user)).toMatchObject([{ name: 'zz-a' }, { name: 'zz-b' }]);
  for (let i = 0; i < 2; i++) expect((await server.api('delete', path, { roles: [a.id] })).status).toBe(204);
  expect(await rolesOf(user)).toMatchObject([{ name: 'zz-b' }]);
  expect(await usersOf(a)).toEqual([]);
});

test('whoever does not exist refuses all', async () => {
  const [role, user] = [await createRole(server), await createUser(server)];
  expect(seen(await give(role, user.user_id, nowhere))).toEqual(
    refused(404, 'One or more of the users do not exist.'),
  );
  expect(seen(await give({ ...role, id: 'rol_0000000000000000' }, user.user_id))).toEqual(noRole);
  expect(seen(await server.api('get', 'roles/rol_0000000000000000/users'))).toEqual(noRole);
  expect(await usersOf(role)).toEqual([]);

  const nobody = userPath({ user_id: nowhere }, '/roles');
  // Recorded for DELETE (terraform-provider-auth0, TestAccUser).
  const roles = [role.id, 'rol_0000000000000000'];
  for (const method of ['post', 'delete'] as const) {
    expect(seen(await server.api(method, userPath(user, '/roles'), { roles }))).toEqual(noRole);
    expect(seen(await server.api(method, nobody, { roles: [role.id] }))).toEqual(noUser);
  }
  expect(seen(await server.api('get', nobody))).toEqual(noUser);
  expect(await rolesOf(user)).toEqual([]);
});

test('a role of an organization is for its members only', async () => {
  const { id: owner_id } = await createOrganization(server);
  const role = await createRole(server, { type: 'organization', owner_id });
  const user = await createUser(server);
  expect(seen(await give(role, user.user_id))).toEqual(onlyMembers);
  const answer = await server.api('post', userPath(user, '/roles'), { roles: [role.id] });
  expect(seen(answer)).toEqual(onlyMembers);
  expect(await rolesOf(user)).toEqual([]);
});

test('who is deleted has no role, and a deleted role is had by nobody', async () => {
  const [role, other] = [await createRole(server), await createRole(server)];
  const [user, gone] = [await createUser(server), await createUser(server)];
  for (const each of [role, other]) await give(each, user.user_id, gone.user_id);
  await server.api('delete', userPath(gone));
  await server.api('delete', `roles/${role.id}`);
  expect(await usersOf(other)).toMatchObject([{ user_id: user.user_id }]);
  expect(await rolesOf(user)).toMatchObject([{ id: other.id }]);
});

test.each([{}, { users: [] }, { users: 'x' }, { users: [1] }, { users: ['x'], more: 1 }])(
  'the body %j is refused',
  async (body) => {
    const { id } = await createRole(server);
    expect(seen(await server.api('post', `roles/${id}/users`, body))).toEqual(invalidBody(payloadError));
  },
);
