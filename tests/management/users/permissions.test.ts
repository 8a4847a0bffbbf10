// /users/{id}/permissions (management-api.md 10; recorded: go-auth0, TestUserManager_Permissions).

import { startServer, type TestServer } from '../../support/server.js';
import {
  type ApiWire,
  createApi,
  createOrganization,
  createRole,
  createUser,
  invalidBody,
  noApi,
  noUser,
  payloadError,
  permissions,
  seen,
  userPath,
  type UserWire,
} from '../fixtures.js';

let server: TestServer;
let api: ApiWire;
beforeAll(async () => {
  server = await startServer();
  const scopes = [{ value: 'create:resource', description: 'Create Resource' }, { value: 'other' }];
  api = await createApi(server, { name: 'An API', scopes });
});
afterAll(() => server.close());

const path = (user: UserWire) => userPath(user, '/permissions');
const list = async (user: UserWire, query = '') =>
  (await server.api('get', `${path(user)}?${query}`)).body as unknown;
const direct = { source_id: '', source_name: '', source_type: 'DIRECT' };

test('an added one is listed as recorded, and a removed one is not', async () => {
  const user = await createUser(server);
  const body = permissions(api, 'create:resource');
  expect(seen(await server.api('post', path(user), body))).toEqual({ status: 201, body: {} });
  expect(await list(user, 'include_totals=true&per_page=50')).toEqual({
    permissions: [
      {
        permission_name: 'create:resource',
        description: 'Create Resource',
        resource_server_name: 'An API',
        resource_server_identifier: api.identifier,
        sources: [direct],
      },
    ],
    start: 0,
    limit: 50,
    total: 1,
  });
  for (let i = 0; i < 2; i++) expect((await server.api('delete', path(user), body)).status).toBe(204);
  expect(await list(user, 'include_totals=true&per_page=50')).toEqual({
    permissions: [],
    start: 0,
    limit: 50,
    total: 0,
  });
});

test('those of roles are listed too, and say so', async () => {
  const [user, role] = [await createUser(server), await createRole(server)];
  await server.api('post', `roles/${role.id}/permissions`, permissions(api, 'create:resource', 'other'));
  await server.api('post', `roles/${role.id}/users`, { users: [user.user_id] });
  await server.api('post', path(user), permissions(api, 'other'));
  const byRole = { source_id: role.id, source_name: role.name, source_type: 'ROLE' };
  expect(await list(user)).toMatchObject([
    { permission_name: 'create:resource', sources: [byRole] },
    { permission_name: 'other', sources: [direct, byRole] },
  ]);
  // What comes by a role is not the user's to lose.
  await server.api('delete', path(user), permissions(api, 'create:resource', 'other'));
  expect(await list(user)).toMatchObject([{ sources: [byRole] }, { sources: [byRole] }]);
  await server.api('delete', userPath(user, '/roles'), { roles: [role.id] });
  expect(await list(user)).toEqual([]);
});

test('those of roles in an organization are not listed: the user has them there only', async () => {
  const [user, role] = [await createUser(server), await createRole(server)];
  const { id } = await createOrganization(server);
  await server.api('post', `roles/${role.id}/permissions`, permissions(api, 'create:resource'));
  await server.api('post', `organizations/${id}/members`, { members: [user.user_id] });
  const roles = `organizations/${id}/members/${encodeURIComponent(user.user_id)}/roles`;
  expect((await server.api('post', roles, { roles: [role.id] })).status).toBe(204);
  expect(await list(user)).toEqual([]);
});

test('what is no scope of its API, or of no API, is refused whole', async () => {
  const user = await createUser(server);
  const unknown = permissions(api, 'other', 'nosuch');
  expect(seen(await server.api('post', path(user), unknown))).toEqual(
    invalidBody(`The resource server ${api.identifier} has no permission nosuch.`),
  );
  const nowhere = { permissions: [{ resource_server_identifier: 'urn:none', permission_name: 'x' }] };
  expect(seen(await server.api('post', path(user), nowhere))).toEqual(noApi);
  expect(seen(await server.api('post', path(user), { permissions: [] }))).toEqual(invalidBody(payloadError));
  expect(await list(user)).toEqual([]);
});

test('a user that does not exist has none', async () => {
  const nobody = { user_id: 'auth0|000000000000000000000000' } as UserWire;
  const body = permissions(api, 'other');
  expect(seen(await server.api('get', path(nobody)))).toEqual(noUser);
  expect(seen(await server.api('post', path(nobody), body))).toEqual(noUser);
  expect(seen(await server.api('delete', path(nobody), body))).toEqual(noUser);
});

test('a user has no more than a thousand', async () => {
  const scopes = Array.from({ length: 1000 }, (_, index) => ({ value: `s:${index}` }));
  const [large, user] = [await createApi(server, { scopes }), await createUser(server)];
  const all = permissions(large, ...scopes.map(({ value }) => value));
  expect((await server.api('post', path(user), all)).status).toBe(201);
  expect(seen(await server.api('post', path(user), permissions(api, 'other')))).toEqual(
    invalidBody('No more permissions can be assigned to this user.'),
  );
});
