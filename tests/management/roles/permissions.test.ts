// /roles/{id}/permissions (management-api.md 9, recorded-behaviour.md 8).

import { startServer, type TestServer } from '../../support/server.js';
import {
  type ApiWire,
  createApi,
  createRole,
  invalidBody,
  noApi,
  noRole,
  payloadError,
  permissions,
  type RoleWire,
  seen,
} from '../fixtures.js';

let server: TestServer;
let api: ApiWire;
beforeAll(async () => {
  server = await startServer();
  const scopes = [
    { value: 'create:foo', description: 'Can create Foo' },
    { value: 'read:foo', description: 'Can read Foo' },
    { value: 'bare' },
  ];
  api = await createApi(server, { name: 'Foos', scopes });
});
afterAll(() => server.close());

const path = ({ id }: RoleWire) => `roles/${id}/permissions`;
const add = (role: RoleWire, body: object) => server.api('post', path(role), body);
const remove = (role: RoleWire, body: object) => server.api('delete', path(role), body);
const list = async (role: RoleWire, query = '') =>
  (await server.api('get', `${path(role)}?${query}`)).body as unknown;
const named = async (role: RoleWire) =>
  ((await list(role)) as { permission_name: string }[]).map(({ permission_name }) => permission_name);

test('an added one is listed as recorded', async () => {
  const role = await createRole(server);
  expect(seen(await add(role, permissions(api, 'read:foo')))).toEqual({ status: 201, body: {} });
  expect(await list(role, 'include_totals=true&page=0&per_page=100')).toEqual({
    permissions: [
      {
        permission_name: 'read:foo',
        description: 'Can read Foo',
        resource_server_name: 'Foos',
        resource_server_identifier: api.identifier,
      },
    ],
    start: 0,
    limit: 100,
    total: 1,
  });
});

test('they are listed by name, in pages', async () => {
  const role = await createRole(server);
  await add(role, permissions(api, 'read:foo', 'create:foo', 'bare'));
  expect(await named(role)).toEqual(['bare', 'create:foo', 'read:foo']);
  expect(await list(role, 'include_totals=true&page=1&per_page=2')).toMatchObject({
    permissions: [{ permission_name: 'read:foo' }],
    start: 2,
    limit: 2,
    total: 3,
  });
});

test('what the API does not say is text all the same, as typed clients need it', async () => {
  const bare = await createApi(server, { scopes: [{ value: 'x' }] });
  const role = await createRole(server);
  await add(role, permissions(bare, 'x'));
  expect(await list(role)).toEqual([
    {
      permission_name: 'x',
      description: '',
      resource_server_name: bare.identifier,
      resource_server_identifier: bare.identifier,
    },
  ]);
});

test('one that is added twice, or named twice, is there once', async () => {
  const role = await createRole(server);
  for (let i = 0; i < 2; i++) {
    expect((await add(role, permissions(api, 'read:foo', 'read:foo'))).status).toBe(201);
  }
  expect(await named(role)).toEqual(['read:foo']);
});

test('a removal takes these and leaves the others; what is not there is no error', async () => {
  const role = await createRole(server);
  await add(role, permissions(api, 'read:foo', 'create:foo'));
  for (const names of [['read:foo'], ['read:foo'], ['nosuch']]) {
    expect(seen(await remove(role, permissions(api, ...names)))).toEqual({ status: 204, body: {} });
  }
  const elsewhere = { resource_server_identifier: 'urn:none', permission_name: 'create:foo' };
  expect((await remove(role, { permissions: [elsewhere] })).status).toBe(204);
  expect(await named(role)).toEqual(['create:foo']);
});

test('one of several that is no scope of its API refuses all', async () => {
  const role = await createRole(server);
  expect(seen(await add(role, permissions(api, 'read:foo', 'READ:foo')))).toEqual(
    invalidBody(`The resource server ${api.identifier} has no permission READ:foo.`),
  );
  const nowhere = { resource_server_identifier: 'urn:none', permission_name: 'x' };
  const body = { permissions: [...permissions(api, 'read:foo').permissions, nowhere] };
  expect(seen(await add(role, body))).toEqual(noApi);
  expect(await named(role)).toEqual([]);
});

test('scopes of the Management API can be among them', async () => {
  const role = await createRole(server);
  const resource_server_identifier = server.tenant.identifierOf('management');
  const body = { permissions: [{ resource_server_identifier, permission_name: 'read:users' }] };
  expect((await add(role, body)).status).toBe(201);
  expect(await list(role)).toMatchObject([{ resource_server_name: 'Auth0 Management API' }]);
});

// clients.md 5: deploy-cli changes APIs before roles.
describe('what an API loses, roles lose', () => {
  test('a scope that is taken off goes; a new description is shown', async () => {
    const [mine, role] = [
      await createApi(server, { scopes: [{ value: 'a' }, { value: 'b' }] }),
      await createRole(server),
    ];
    await add(role, permissions(mine, 'a', 'b'));
    const scopes = [{ value: 'b', description: 'New' }];
    expect((await server.api('patch', `resource-servers/${mine.id}`, { scopes })).status).toBe(200);
    expect(await list(role)).toMatchObject([{ permission_name: 'b', description: 'New' }]);
    // Back again, it is another scope of the same name: nobody has it.
    await server.api('patch', `resource-servers/${mine.id}`, { scopes: [{ value: 'a' }, ...scopes] });
    expect(await named(role)).toEqual(['b']);
  });

  test('a deleted API takes its permissions along, and no others', async () => {
    const [mine, role] = [await createApi(server, { scopes: [{ value: 'a' }] }), await createRole(server)];
    await add(role, permissions(mine, 'a'));
    await add(role, permissions(api, 'read:foo'));
    expect((await server.api('delete', `resource-servers/${mine.id}`)).status).toBe(204);
    expect(await named(role)).toEqual(['read:foo']);
  });
});

test('a role has no more than a thousand', async () => {
  const scopes = Array.from({ length: 1000 }, (_, index) => ({ value: `s:${index}` }));
  const [large, role] = [await createApi(server, { scopes }), await createRole(server)];
  expect((await add(role, permissions(large, ...scopes.map(({ value }) => value)))).status).toBe(201);
  expect(seen(await add(role, permissions(api, 'read:foo')))).toEqual(
    invalidBody('No more permissions can be assigned to this role.'),
  );
  expect(await list(role, 'include_totals=true&per_page=1')).toMatchObject({ total: 1000 });
});

test.each([
  ['nothing', {}],
  ['an empty list', { permissions: [] }],
  ['no name', { permissions: [{ resource_server_identifier: 'a' }] }],
  ['no API', { permissions: [{ permission_name: 'a' }] }],
  ['an unknown member', { permissions: [{ resource_server_identifier: 'a', permission_name: 'b', c: 1 }] }],
  ['no list', { permissions: 'read:foo' }],
])('a body with %s is refused', async (_what, body) => {
  const role = await createRole(server);
  for (const ask of [add, remove]) expect(seen(await ask(role, body))).toEqual(invalidBody(payloadError));
});

test('those of a role that does not exist are 404', async () => {
  const role = { id: 'rol_0000000000000000' } as RoleWire;
  const body = permissions(api, 'read:foo');
  for (const answer of [
    await add(role, body),
    await remove(role, body),
    await server.api('get', path(role)),
  ]) {
    expect(seen(answer)).toEqual(noRole);
  }
});
