// What the row of a write says (design.md D7; management-api.md 12: `sapi`). That every write leaves one, tests/contract/ sees.

import { startServer, type TestServer } from '../../support/server.js';
import {
  type ApiWire,
  type ClientGrantWire,
  type ClientWire,
  createApi,
  createClient,
  createClientGrant,
  CONNECTION,
  createOrganization,
  createRole,
  createUser,
  type CredentialWire,
  type OrganizationWire,
  PASSWORD,
  permissions,
  type RoleWire,
  unique,
  userPath,
  type UserWire,
} from '../fixtures.js';
import { rsaKey } from '../keys.js';
import { latest } from './log-entry.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

interface Objects {
  api: ApiWire;
  client: ClientWire;
  grant: ClientGrantWire;
  organization: OrganizationWire;
  credential: CredentialWire;
  role: RoleWire;
  user: UserWire;
}

/** One of each, made anew: every test below changes or deletes one. */
async function objects(): Promise<Objects> {
  const client = await createClient(server);
  const added = await server.api('post', `clients/${client.client_id}/credentials`, {
    credential_type: 'public_key',
    pem: rsaKey.publicPem,
  });
  return {
    api: await createApi(server, { scopes: [{ value: 'a' }] }),
    client,
    grant: await createClientGrant(server, { organization_usage: 'allow' }),
    organization: await createOrganization(server),
    credential: added.body as CredentialWire,
    role: await createRole(server),
    user: await createUser(server),
  };
}

describe('a write that succeeds', () => {
  type Row = [
    summary: string,
    method: 'post' | 'patch' | 'delete',
    path: (of: Objects) => string,
    body: ((of: Objects) => object) | undefined,
  ];
  const rows: Row[] = [
    ['Create an API', 'post', () => 'resource-servers', () => ({ identifier: unique('logged') })],
    ['Update an API', 'patch', ({ api }) => `resource-servers/${api.id}`, () => ({ name: 'New' })],
    ['Delete an API', 'delete', ({ api }) => `resource-servers/${api.id}`, undefined],
    [
      'Create a client grant',
      'post',
      () => 'client-grants',
      ({ client, api }) => ({ client_id: client.client_id, audience: api.identifier, scope: ['a'] }),
    ],
    ['Update a client grant', 'patch', ({ grant }) => `client-grants/${grant.id}`, () => ({ scope: null })],
    ['Delete a client grant', 'delete', ({ grant }) => `client-grants/${grant.id}`, undefined],
    ['Create a client', 'post', () => 'clients', () => ({ name: 'Logged' })],
    ['Update a client', 'patch', ({ client }) => `clients/${client.client_id}`, () => ({ name: 'New' })],
    ['Delete a client', 'delete', ({ client }) => `clients/${client.client_id}`, undefined],
    [
      'Rotate a client secret',
      'post',
      ({ client }) => `clients/${client.client_id}/rotate-secret`,
      () => ({}),
    ],
    [
      'Add a credential to a client',
      'post',
      ({ client }) => `clients/${client.client_id}/credentials`,
      () => ({ credential_type: 'cert_subject_dn', subject_dn: 'CN=a' }),
    ],
    [
      'Change when a credential expires',
      'patch',
      ({ client, credential }) => `clients/${client.client_id}/credentials/${credential.id}`,
      () => ({ expires_at: null }),
    ],
    [
      'Remove a credential from a client',
      'delete',
      ({ client, credential }) => `clients/${client.client_id}/credentials/${credential.id}`,
      undefined,
    ],
    ['Create an organization', 'post', () => 'organizations', () => ({ name: unique('logged') })],
    [
      'Update an organization',
      'patch',
      ({ organization }) => `organizations/${organization.id}`,
      () => ({ metadata: { a: '1' } }),
    ],
    ['Delete an organization', 'delete', ({ organization }) => `organizations/${organization.id}`, undefined],
    [
      'Add a client grant to an organization',
      'post',
      ({ organization }) => `organizations/${organization.id}/client-grants`,
      ({ grant }) => ({ grant_id: grant.id }),
    ],
    ['Update the settings of the tenant', 'patch', () => 'tenants/settings', () => ({ flags: {} })],
    [
      'Remove a client grant from an organization',
      'delete',
      ({ organization, grant }) => `organizations/${organization.id}/client-grants/${grant.id}`,
      undefined,
    ],
    ['Create a role', 'post', () => 'roles', () => ({ name: unique('logged') })],
    ['Update a role', 'patch', ({ role }) => `roles/${role.id}`, () => ({ description: 'x' })],
    ['Delete a role', 'delete', ({ role }) => `roles/${role.id}`, undefined],
    [
      'Add permissions to a role',
      'post',
      ({ role }) => `roles/${role.id}/permissions`,
      ({ api }) => permissions(api, 'a'),
    ],
    [
      'Remove permissions from a role',
      'delete',
      ({ role }) => `roles/${role.id}/permissions`,
      ({ api }) => permissions(api, 'a'),
    ],
    [
      'Give a role to users',
      'post',
      ({ role }) => `roles/${role.id}/users`,
      ({ user }) => ({ users: [user.user_id] }),
    ],
    [
      'Create a user',
      'post',
      () => 'users',
      () => ({ connection: CONNECTION, email: `${unique('logged')}@example.com`, password: PASSWORD }),
    ],
    ['Update a user', 'patch', ({ user }) => userPath(user), () => ({ password: PASSWORD })],
    ['Delete a user', 'delete', ({ user }) => userPath(user), undefined],
    [
      'Give roles to a user',
      'post',
      ({ user }) => userPath(user, '/roles'),
      ({ role }) => ({ roles: [role.id] }),
    ],
    [
      'Take roles from a user',
      'delete',
      ({ user }) => userPath(user, '/roles'),
      ({ role }) => ({ roles: [role.id] }),
    ],
    [
      'Add permissions to a user',
      'post',
      ({ user }) => userPath(user, '/permissions'),
      ({ api }) => permissions(api, 'a'),
    ],
    [
      'Remove permissions from a user',
      'delete',
      ({ user }) => userPath(user, '/permissions'),
      ({ api }) => permissions(api, 'a'),
    ],
  ];

  test.each<Row>(rows)('%s', async (summary, method, path, body) => {
    const of = await objects();
    const before = await latest(server);
    const sent = body?.(of);
    const logged = sent && 'password' in sent ? { ...sent, password: '[redacted]' } : sent;
    expect((await server.api(method, path(of), sent)).ok).toBe(true);
    expect(await latest(server)).toEqual({
      log_id: expect.any(String),
      date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      type: 'sapi',
      description: summary,
      client_id: server.management.id,
      ip: '127.0.0.1',
      hostname: server.tenant.domain,
      tenant_name: server.tenant.name,
      audience: server.tenant.identifierOf('management'),
      config_version: (before.config_version ?? 0) + 1,
      details: {
        request: { method, path: `/api/v2/${path(of)}`, ...(logged !== undefined && { body: logged }) },
      },
    });
  });

  test('names the caller by its agent and its correlation id, of which 64 characters are kept', async () => {
    await server
      .api('post', 'clients', { name: 'Correlated' })
      .set('User-Agent', 'terraform/1.2')
      .set('X-Correlation-ID', 'c'.repeat(100));
    expect(await latest(server)).toMatchObject({
      user_agent: 'terraform/1.2',
      details: { request: { correlation_id: 'c'.repeat(64) } },
    });
  });

  test('an identifier in the path is logged encoded', async () => {
    const api = await createApi(server, { identifier: unique('https://path.example/a b') });
    await server.api('patch', `resource-servers/${encodeURIComponent(api.identifier)}`, { name: 'New' });
    expect((await latest(server)).details.request.path).toBe(
      `/api/v2/resource-servers/${encodeURIComponent(api.identifier)}`,
    );
  });

  test('a body of many kilobytes is left out', async () => {
    await server.api('post', 'clients', { name: 'Long', custom_login_page_preview: 'x'.repeat(20_000) });
    expect((await latest(server)).details.request.body).toMatch(/^\[left out: \d+ characters\]$/);
  });

  test('reading leaves no row', async () => {
    await createClient(server);
    const before = await latest(server);
    for (const path of ['clients', 'resource-servers', 'client-grants', 'organizations', 'logs']) {
      expect((await server.api('get', path)).status).toBe(200);
    }
    expect((await server.api('get', 'clients/nobody')).status).toBe(404);
    expect(await latest(server)).toEqual(before);
  });
});
