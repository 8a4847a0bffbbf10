// The tenant of the tests of deploy-cli, read and made through the server's API.

import type { TlsServer } from '../server.js';

/** What of a tenant the tests import and export. */
export const kinds = ['resourceServers', 'clients', 'clientGrants', 'roles', 'organizations', 'tenant'];

type Item = Readonly<Record<string, unknown>>;

/** Every object of these kinds, and the tenant's settings. */
export async function contentsOf(server: TlsServer): Promise<{
  readonly resourceServers: readonly Item[];
  readonly clients: readonly Item[];
  readonly clientGrants: readonly Item[];
  readonly roles: readonly Item[];
  readonly organizations: readonly Item[];
  readonly tenant: Item;
}> {
  const get = async <Body>(path: string): Promise<Body> =>
    (await server.api('get', path).expect(200)).body as Body;
  const withParts = (kind: string, items: readonly Item[], parts: readonly string[]): Promise<Item[]> =>
    Promise.all(
      items.map(async (item) => ({
        ...item,
        ...Object.fromEntries(
          await Promise.all(
            parts.map(async (part) => [part, await get(`${kind}/${String(item['id'])}/${part}`)] as const),
          ),
        ),
      })),
    );
  return {
    resourceServers: await get('resource-servers?per_page=100'),
    clients: await get('clients?is_global=false&per_page=100'),
    clientGrants: await get('client-grants?per_page=100'),
    roles: await withParts('roles', await get('roles?per_page=100'), ['permissions']),
    organizations: await withParts('organizations', await get('organizations?per_page=100'), [
      'connections',
      'client-grants',
    ]),
    tenant: await get('tenants/settings'),
  };
}

/** Makes a tenant that has one of everything that can be told apart in an export. */
export async function provision(server: TlsServer): Promise<void> {
  const create = async (path: string, body: object): Promise<Item> => {
    const answer = await server.api('post', path, body);
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`);
    return answer.body as Item;
  };
  const orders = 'https://orders.example.com/';
  const invoices = 'https://invoices.example.com/v1';
  await create('resource-servers', {
    name: 'Orders',
    identifier: orders,
    token_lifetime: 3600,
    scopes: [{ value: 'read:orders', description: 'Read orders' }, { value: 'write:orders' }],
    subject_type_authorization: { user: { policy: 'require_client_grant' } },
  });
  await create('resource-servers', {
    name: 'Invoices',
    identifier: invoices,
    token_dialect: 'rfc9068_profile_authz',
    enforce_policies: true,
    scopes: [{ value: 'read:invoices' }],
  });
  const job = await create('clients', { name: 'Nightly job', app_type: 'non_interactive' });
  const portal = await create('clients', {
    name: 'Portal',
    app_type: 'regular_web',
    callbacks: ['https://portal.example.com/callback'],
    client_metadata: { team: 'web' },
  });
  const grant = await create('client-grants', {
    client_id: job['client_id'],
    audience: orders,
    scope: ['read:orders'],
    organization_usage: 'allow',
    allow_any_organization: false,
  });
  for (const grant of [
    { audience: orders, allow_all_scopes: true },
    { audience: invoices, scope: ['read:invoices'] },
  ]) {
    await create('client-grants', { ...grant, client_id: portal['client_id'], subject_type: 'user' });
  }
  await create('client-grants', {
    default_for: 'third_party_clients',
    audience: orders,
    subject_type: 'user',
    scope: ['read:orders'],
  });
  const clerk = await create('roles', { name: 'Clerk', description: 'Reads orders' });
  await create(`roles/${String(clerk['id'])}/permissions`, {
    permissions: [{ resource_server_identifier: orders, permission_name: 'read:orders' }],
  });
  const acme = await create('organizations', {
    name: 'acme',
    display_name: 'Acme',
    metadata: { plan: 'gold' },
  });
  await create(`organizations/${String(acme['id'])}/client-grants`, { grant_id: grant['id'] });
  await server.api('patch', 'tenants/settings', { friendly_name: 'Acme', session_lifetime: 100 }).expect(200);
}
