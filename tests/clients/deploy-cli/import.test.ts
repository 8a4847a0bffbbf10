// `a0deploy import` on one server, as a pipeline uses it. The tool patches every object that it finds, changed or not, so
// "nothing to do" shows as: no POST, no DELETE, and a tenant that is what it was.

import path from 'node:path';
import { startTlsServer, type TlsServer } from '../server.js';
import type { Run } from '../run-program.js';
import { deployCli } from './run.js';
import { contentsOf, kinds } from './tenant.js';

const here = import.meta.dirname;
const stage = { STAGE: 'staging', CALLBACKS: ['https://portal.example.com/callback'] };
const settings = {
  AUTH0_INCLUDED_ONLY: kinds,
  AUTH0_KEYWORD_REPLACE_MAPPINGS: stage,
};

let server: TlsServer;

beforeAll(async () => {
  server = await startTlsServer();
});
afterAll(() => server.close());

async function importFile(name: string, more: Readonly<Record<string, unknown>> = {}): Promise<Run> {
  return deployCli(server, ['import', '-i', path.join(here, name)], { ...settings, ...more });
}

const namesOf = (items: readonly Readonly<Record<string, unknown>>[]): unknown[] =>
  items.map(({ name }) => name);

const succeeded = { status: 0, output: expect.stringContaining('Import Successful') };

test('an import creates what the file names, keywords replaced', async () => {
  expect(await importFile('tenant.yaml')).toMatchObject(succeeded);
  expect(server.writes().filter((write) => !write.startsWith('POST '))).toEqual(['PATCH tenants/settings']);

  const { clients, clientGrants, resourceServers, roles, organizations, tenant } = await contentsOf(server);
  expect(tenant).toMatchObject({ friendly_name: 'Acme staging', session_lifetime: 100 });
  expect(roles).toMatchObject([{ name: 'Clerk', permissions: [{ permission_name: 'read:orders' }] }]);
  expect(organizations).toMatchObject([
    {
      name: 'acme',
      connections: [{ assign_membership_on_login: true }],
      'client-grants': [{ audience: 'https://orders.staging.example.com/' }],
    },
  ]);
  expect(namesOf(resourceServers)).toEqual(expect.arrayContaining(['Orders staging', 'Invoices']));
  expect(clients.find(({ name }) => name === 'Portal')).toMatchObject({ callbacks: stage.CALLBACKS });
  expect(
    clientGrants.map(({ audience, subject_type, default_for }) => [audience, subject_type, default_for]),
  ).toEqual(
    expect.arrayContaining([
      ['https://orders.staging.example.com/', 'client', undefined],
      ['https://orders.staging.example.com/', 'user', undefined],
      ['https://invoices.example.com/v1', 'user', undefined],
      ['https://orders.staging.example.com/', 'user', 'third_party_clients'],
    ]),
  );
});

test('the same import again creates and deletes nothing and leaves all as it was', async () => {
  const before = await contentsOf(server);
  server.requests();
  expect(await importFile('tenant.yaml')).toMatchObject(succeeded);
  // It takes a role's permissions away and gives them again.
  const isOfPermissions = (write: string): boolean => /^(DELETE|POST) roles\/\w+\/permissions$/.test(write);
  const writes = server.writes().filter((write) => !isOfPermissions(write));
  expect(writes.filter((write) => !write.startsWith('PATCH '))).toEqual([]);
  expect(await contentsOf(server)).toEqual(before);
});

test('a dry run reads only and sees no difference', async () => {
  server.requests();
  const { status, output } = await deployCli(
    server,
    ['import', '-i', path.join(here, 'tenant.yaml'), '--dry-run'],
    settings,
  );
  expect(status).toBe(0);
  expect(server.writes()).toEqual([]);
  expect(output).not.toMatch(/CREATE|UPDATE/);
});

test('an import with deletes leaves what the file names, the Management API and the client that imports', async () => {
  await server.api('post', 'resource-servers', { identifier: 'https://old.example.com/', name: 'Old' });
  await server.api('post', 'clients', { name: 'Old client' });
  server.requests();
  expect(await importFile('less.yaml', { AUTH0_ALLOW_DELETE: 'true' })).toMatchObject(succeeded);

  const { clients, clientGrants, resourceServers, roles, organizations } = await contentsOf(server);
  expect([roles, organizations]).toEqual([[], []]);
  expect(new Set(namesOf(resourceServers))).toEqual(new Set(['Auth0 Management API', 'Orders staging']));
  expect(new Set(namesOf(clients))).toEqual(new Set(['Management', 'Nightly job']));
  expect(clientGrants.filter(({ client_id }) => client_id !== server.management.id)).toEqual([
    expect.objectContaining({ audience: 'https://orders.staging.example.com/', scope: ['read:orders'] }),
  ]);
});
