// Roles, users, organizations' members and the tenant's settings through the SDK.

import { ManagementClient } from 'auth0';
import { startTlsServer, type TlsServer } from './server.js';

const AUDIENCE = 'https://orders.example.com/';
const CONNECTION = 'Username-Password-Authentication';
const permission = { resource_server_identifier: AUDIENCE, permission_name: 'read:orders' };

let server: TlsServer;
let management: ManagementClient;

beforeAll(async () => {
  server = await startTlsServer();
  management = new ManagementClient({
    domain: server.domain,
    clientId: server.management.id,
    clientSecret: server.management.secret,
  });
  await management.resourceServers.create({ identifier: AUDIENCE, scopes: [{ value: 'read:orders' }] });
});
afterAll(() => server.close());

async function collect<Item>(pages: Promise<AsyncIterable<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of await pages) items.push(item);
  return items;
}

test('a role is given permissions and loses them', async () => {
  const role = await management.roles.create({ name: 'Clerk', description: 'Reads orders' });
  const id = role.id ?? '';
  await management.roles.permissions.add(id, { permissions: [permission] });
  expect(await collect(management.roles.permissions.list(id))).toEqual([expect.objectContaining(permission)]);
  await management.roles.permissions.delete(id, { permissions: [permission] });
  expect(await collect(management.roles.permissions.list(id))).toEqual([]);

  expect(await management.roles.update(id, { description: 'Reads' })).toMatchObject({ description: 'Reads' });
  expect(await collect(management.roles.list({ name_filter: 'cle' }))).toHaveLength(1);
  await management.roles.delete(id);
  await expect(management.roles.get(id)).rejects.toMatchObject({ statusCode: 404 });
});

test('a user is created, found, given roles and permissions, changed and deleted', async () => {
  const email = 'ada@example.com';
  const user = await management.users.create({ connection: CONNECTION, email, password: 'Correct-horse-7' });
  const id = user.user_id ?? '';
  expect(id).toMatch(/^auth0\|/);
  expect((await management.users.listUsersByEmail({ email })).map(({ user_id }) => user_id)).toEqual([id]);
  const found = await collect(management.users.list({ q: `email:"${email}"`, search_engine: 'v3' }));
  expect(found.map(({ user_id }) => user_id)).toEqual([id]);

  const { id: roleId = '' } = await management.roles.create({ name: 'Manager' });
  await management.users.roles.assign(id, { roles: [roleId] });
  expect((await collect(management.users.roles.list(id))).map(({ name }) => name)).toEqual(['Manager']);
  await management.users.permissions.create(id, { permissions: [permission] });
  expect(await collect(management.users.permissions.list(id))).toEqual([expect.objectContaining(permission)]);

  const changed = await management.users.update(id, { user_metadata: { theme: 'dark' }, blocked: true });
  expect(changed).toMatchObject({ user_metadata: { theme: 'dark' }, blocked: true });
  await management.users.delete(id);
  await expect(management.users.get(id)).rejects.toMatchObject({ statusCode: 404 });
});

test('a user becomes a member of an organization, and leaves it', async () => {
  const { user_id = '' } = await management.users.create({
    connection: CONNECTION,
    email: 'grace@example.com',
    password: 'Correct-horse-8',
  });
  const { id = '' } = await management.organizations.create({ name: 'acme' });
  await management.organizations.members.create(id, { members: [user_id] });
  const members = await collect(management.organizations.members.list(id));
  expect(members.map((member) => member.user_id)).toEqual([user_id]);
  await management.organizations.members.delete(id, { members: [user_id] });
  expect(await collect(management.organizations.members.list(id))).toEqual([]);
});

test('the settings of the tenant are changed', async () => {
  await management.tenants.settings.update({ friendly_name: 'Acme', session_lifetime: 100 });
  expect(await management.tenants.settings.get()).toMatchObject({
    friendly_name: 'Acme',
    session_lifetime: 100,
  });
});
