// The earlier majors of the `auth0` SDK that scripts still use. Their lists differ: pages in 4, checkpoints from 5 on.

import { ManagementClient as Version4 } from 'auth0-4';
import { ManagementClient as Version5 } from 'auth0-5';
import { ManagementClient as Version6 } from 'auth0-6';
import { startTlsServer, type TlsServer } from './server.js';

let server: TlsServer;

beforeAll(async () => {
  server = await startTlsServer();
});
afterAll(() => server.close());

function options(): { domain: string; clientId: string; clientSecret: string } {
  const { id, secret } = server.management;
  return { domain: server.domain, clientId: id, clientSecret: secret };
}

async function collect<Item>(pages: Promise<AsyncIterable<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of await pages) items.push(item);
  return items;
}

test('auth0 4 creates, lists page by page, changes and deletes', async () => {
  const management = new Version4(options());
  const identifier = 'https://four.example.com/';
  const { data: api } = await management.resourceServers.create({ identifier, scopes: [{ value: 'read' }] });
  const { data: client } = await management.clients.create({ name: 'Four', app_type: 'non_interactive' });
  const { data: grant } = await management.clientGrants.create({
    client_id: client.client_id,
    audience: identifier,
    scope: ['read'],
  });

  const { data: page } = await management.clientGrants.getAll({
    client_id: client.client_id,
    page: 0,
    per_page: 50,
    include_totals: true,
  });
  expect(page).toMatchObject({ start: 0, limit: 50, total: 1, client_grants: [{ id: grant.id }] });
  const { data: apis } = await management.resourceServers.getAll({ include_totals: true });
  expect(apis.resource_servers.map((item) => item.identifier)).toContain(identifier);
  const { data: changed } = await management.clientGrants.update({ id: grant.id }, { scope: [] });
  expect(changed.scope).toEqual([]);

  await management.clientGrants.delete({ id: grant.id });
  await management.clients.delete({ client_id: client.client_id });
  await management.resourceServers.delete({ id: api.id });
  await expect(management.resourceServers.get({ id: api.id })).rejects.toMatchObject({ statusCode: 404 });
});

describe.each([
  ['5', Version5],
  ['6', Version6],
] as const)('auth0 %s', (major, ManagementClient) => {
  test('creates, lists from checkpoint to checkpoint, changes and deletes', async () => {
    const management = new ManagementClient(options());
    const identifier = `https://${major}.example.com/`;
    await management.resourceServers.create({ identifier, scopes: [{ value: 'read' }] });
    const client = await management.clients.create({ name: `Major ${major}`, app_type: 'non_interactive' });
    const client_id = client.client_id ?? '';
    for (const subject_type of ['client', 'user'] as const) {
      await management.clientGrants.create({
        client_id,
        audience: identifier,
        scope: ['read'],
        subject_type,
      });
    }

    const grants = await collect(management.clientGrants.list({ client_id, take: 1 }));
    expect(grants.map(({ subject_type }) => subject_type)).toEqual(
      expect.arrayContaining(['client', 'user']),
    );
    const apis = await collect(management.resourceServers.list());
    expect(apis.map((item) => item.identifier)).toContain(identifier);
    const [{ id = '' } = {}] = grants;
    expect(await management.clientGrants.update(id, { scope: [] })).toMatchObject({ scope: [] });

    await management.clientGrants.delete(id);
    await management.clients.delete(client_id);
    await management.resourceServers.delete(identifier);
    await expect(management.resourceServers.get(identifier)).rejects.toMatchObject({ statusCode: 404 });
  });
});
