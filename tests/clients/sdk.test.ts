// The `auth0` SDK for Node at its current major, as its documentation shows it: a domain, a client id and a secret.

import { ManagementClient, ManagementError } from 'auth0';
import { startTlsServer, type TlsServer } from './server.js';

const AUDIENCE = 'https://orders.example.com/';

let server: TlsServer;
let management: ManagementClient;

beforeAll(async () => {
  server = await startTlsServer();
  management = new ManagementClient({
    domain: server.domain,
    clientId: server.management.id,
    clientSecret: server.management.secret,
  });
});
afterAll(() => server.close());

async function collect<Item>(pages: Promise<AsyncIterable<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of await pages) items.push(item);
  return items;
}

/** What a careful script does: it looks before it creates. @returns the id of the client */
async function provision(): Promise<string> {
  const apis = await collect(management.resourceServers.list({ identifiers: [AUDIENCE] }));
  if (apis.length === 0) {
    await management.resourceServers.create({
      identifier: AUDIENCE,
      name: 'Orders',
      scopes: [{ value: 'read:orders', description: 'Read orders' }, { value: 'write:orders' }],
      subject_type_authorization: { user: { policy: 'require_client_grant' } },
    });
  }
  const clients = await collect(management.clients.list({ app_type: 'non_interactive' }));
  const existing = clients.find(({ name }) => name === 'Nightly job');
  const client =
    existing ?? (await management.clients.create({ name: 'Nightly job', app_type: 'non_interactive' }));
  const clientId = client.client_id ?? '';
  for (const subjectType of ['client', 'user'] as const) {
    const found = await collect(
      management.clientGrants.list({ client_id: clientId, audience: AUDIENCE, subject_type: subjectType }),
    );
    if (found.length > 0) continue;
    await management.clientGrants.create({
      client_id: clientId,
      audience: AUDIENCE,
      scope: ['read:orders'],
      subject_type: subjectType,
    });
  }
  const defaults = await collect(
    management.clientGrants.list({ default_for: 'third_party_clients', audience: AUDIENCE }),
  );
  if (defaults.length === 0) {
    await management.clientGrants.create({
      default_for: 'third_party_clients',
      audience: AUDIENCE,
      allow_all_scopes: true,
      subject_type: 'user',
    });
  }
  return clientId;
}

test('a script that looks before it creates writes nothing the second time', async () => {
  await provision();
  expect(server.writes()).toEqual([
    'POST resource-servers',
    'POST clients',
    'POST client-grants',
    'POST client-grants',
    'POST client-grants',
  ]);
  await provision();
  expect(server.writes()).toEqual([]);
});

test('an API is created, read by id and by identifier, changed and deleted', async () => {
  const identifier = 'https://invoices.example.com/v1';
  const created = await management.resourceServers.create({ identifier, token_lifetime: 3600 });
  expect(created).toMatchObject({ identifier, token_lifetime: 3600, signing_alg: 'RS256' });
  const id = created.id ?? '';

  expect(await management.resourceServers.get(identifier)).toEqual(await management.resourceServers.get(id));
  const changed = await management.resourceServers.update(identifier, { scopes: [{ value: 'read:all' }] });
  expect(changed).toMatchObject({ id, scopes: [{ value: 'read:all' }], token_lifetime: 3600 });

  await management.resourceServers.delete(id);
  await expect(management.resourceServers.get(id)).rejects.toMatchObject({ statusCode: 404 });
});

test('a client is created, read, changed, given a new secret and deleted', async () => {
  const created = await management.clients.create({
    name: 'Portal',
    app_type: 'regular_web',
    callbacks: ['https://portal.example.com/callback'],
    client_metadata: { team: 'web', tier: 'gold' },
  });
  const id = created.client_id ?? '';
  expect(created.client_secret).toMatch(/.{48,}/);

  const named = await management.clients.get(id, { fields: 'name,callbacks' });
  expect(named).toMatchObject({ name: 'Portal', callbacks: ['https://portal.example.com/callback'] });
  const changed = await management.clients.update(id, { client_metadata: { tier: null } });
  expect(changed.client_metadata).toEqual({ team: 'web' });
  const rotated = await management.clients.rotateSecret(id);
  expect(rotated.client_secret).not.toBe(created.client_secret);

  await management.clients.delete(id);
  await expect(management.clients.get(id)).rejects.toMatchObject({ statusCode: 404 });
});

test('a client grant is changed and deleted, and an equal one is a conflict', async () => {
  const identifier = 'https://stock.example.com/';
  await management.resourceServers.create({ identifier, scopes: [{ value: 'read' }, { value: 'write' }] });
  const client = await management.clients.create({ name: 'Stock', app_type: 'non_interactive' });
  const request = { client_id: client.client_id ?? '', audience: identifier, scope: ['read'] };
  const grant = await management.clientGrants.create(request);
  expect(grant).toMatchObject({ ...request, subject_type: 'client' });
  const id = grant.id ?? '';

  await expect(management.clientGrants.create(request)).rejects.toBeInstanceOf(ManagementError);
  await expect(management.clientGrants.create(request)).rejects.toMatchObject({ statusCode: 409 });
  const changed = await management.clientGrants.update(id, {
    scope: ['read', 'write'],
    organization_usage: 'allow',
    allow_any_organization: true,
  });
  expect(changed).toMatchObject({ scope: ['read', 'write'], organization_usage: 'allow' });
  expect(await management.clientGrants.get(id)).toEqual(changed);

  await management.clientGrants.delete(id);
  await expect(management.clientGrants.get(id)).rejects.toMatchObject({ statusCode: 404 });
});

test('client grants come page by page, each once', async () => {
  const client = await management.clients.create({ name: 'Many grants', app_type: 'non_interactive' });
  const clientId = client.client_id ?? '';
  const audiences = Array.from({ length: 5 }, (_, index) => `https://many-${index}.example.com/`);
  for (const audience of audiences) {
    await management.resourceServers.create({ identifier: audience });
    await management.clientGrants.create({ client_id: clientId, audience, scope: [] });
  }
  server.requests();
  const listed = await collect(management.clientGrants.list({ client_id: clientId, take: 2 }));
  expect(listed).toHaveLength(audiences.length);
  expect(new Set(listed.map(({ audience }) => audience))).toEqual(new Set(audiences));
  expect(server.requests()).toHaveLength(3);
});

test('an organization is given a client grant and loses it', async () => {
  const clientId = await provision();
  const [grant] = await collect(
    management.clientGrants.list({ client_id: clientId, subject_type: 'client' }),
  );
  const grantId = grant?.id ?? '';
  await management.clientGrants.update(grantId, { organization_usage: 'allow' });
  const organization = await management.organizations.create({ name: 'acme', display_name: 'Acme' });
  const id = organization.id ?? '';
  expect((await management.organizations.getByName('acme')).id).toBe(id);

  await management.organizations.clientGrants.create(id, { grant_id: grantId });
  const associated = await collect(management.organizations.clientGrants.list(id));
  expect(associated.map((item) => item.id)).toEqual([grantId]);
  const organizations = await collect(management.clientGrants.organizations.list(grantId));
  expect(organizations.map((item) => item.id)).toEqual([id]);

  await management.organizations.clientGrants.delete(id, grantId);
  expect(await collect(management.organizations.clientGrants.list(id))).toEqual([]);
  await management.organizations.update(id, { display_name: 'Acme Inc.' });
  const all = await collect(management.organizations.list());
  expect(all.map(({ display_name }) => display_name)).toEqual(['Acme Inc.']);
  await management.organizations.delete(id);
});

test('errors have the class of the SDK and the texts of the platform', async () => {
  const refused = management.clientGrants.create({
    client_id: 'nobody',
    audience: AUDIENCE,
    scope: ['read:orders'],
  });
  await expect(refused).rejects.toBeInstanceOf(ManagementError);
  await expect(refused).rejects.toMatchObject({ statusCode: 404 });
});
