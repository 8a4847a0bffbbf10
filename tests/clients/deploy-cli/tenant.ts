// The tenant of the tests of deploy-cli, read and made through the server's API.

import type { TlsServer } from '../server.js';

/** What of a tenant the tests import and export. */
export const kinds = ['resourceServers', 'clients', 'clientGrants'];

type Item = Readonly<Record<string, unknown>>;

/** Every object of the kinds that the tests import, secrets included. */
export async function contentsOf(
  server: TlsServer,
): Promise<Readonly<Record<'clients' | 'clientGrants' | 'resourceServers', readonly Item[]>>> {
  const list = async (path: string): Promise<readonly Item[]> => {
    const { body } = await server.api('get', `${path}per_page=100`).expect(200);
    return body as Item[];
  };
  return {
    resourceServers: await list('resource-servers?'),
    clients: await list('clients?is_global=false&'),
    clientGrants: await list('client-grants?'),
  };
}

/** Makes a tenant that has one of everything that can be told apart in an export. */
export async function provision(server: TlsServer): Promise<void> {
  const create = async (path: string, body: object): Promise<Item> => {
    const answer = await server.api('post', path, body);
    if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`);
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
  await create('client-grants', {
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
}
