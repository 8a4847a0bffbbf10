// `clients` (auth0-deploy-cli 8.44.0, lib/tools/auth0/handlers/clients.js and clientAuthCredentials.js).

import type { SeedRun, Stored } from '../run.js';
import { applyCredentials } from './client-credentials.js';
import { collection } from './collection.js';
import type { Entry } from './kind.js';
import { identities, text, without } from './members.js';

type Body = Record<string, unknown>;

/** What the tool takes off before it creates a client. */
const NOT_CREATED = ['external_metadata_type', 'external_metadata_created_by', 'jwks_uri'];
/** What it takes off before it updates one. */
const NOT_UPDATED = [
  ...NOT_CREATED,
  'callback_url_template',
  'signing_keys',
  'global',
  'tenant',
  'resource_server_identifier',
  'third_party_security_mode',
];
/** What a client that stands for an API does not have. */
const NOT_OF_APIS = ['oidc_backchannel_logout', 'oidc_logout', 'refresh_token'];

/** An entry as the tool sends it. */
function settingsOf(value: Body): Body {
  const settings = without(
    value,
    'client_id',
    'client_authentication_methods',
    'token_vault_privileged_access',
    // The newer names of these two win.
    'cross_origin_auth',
    'oidc_backchannel_logout',
    ...(value['app_type'] === 'resource_server' ? NOT_OF_APIS : []),
    // Keys and secrets exclude each other.
    ...(value['client_authentication_methods'] ? ['token_endpoint_auth_method'] : []),
  );
  if ('cross_origin_auth' in value) settings['cross_origin_authentication'] ??= value['cross_origin_auth'];
  if ('oidc_backchannel_logout' in value && value['app_type'] !== 'resource_server') {
    settings['oidc_logout'] ??= value['oidc_backchannel_logout'];
  }
  return settings;
}

function updateOf(value: Body, stored: Stored): Body {
  const body = without(settingsOf(value), ...NOT_UPDATED);
  const { jwt_configuration: jwt, client_metadata: metadata } = body;
  if (typeof jwt === 'object' && jwt !== null)
    body['jwt_configuration'] = without(jwt as Body, 'secret_encoded');
  // The tool empties the metadata of a client only where it may delete.
  const isEmpty = typeof metadata === 'object' && Object.keys(metadata ?? {}).length === 0;
  if (isEmpty && Object.keys(stored['client_metadata'] ?? {}).length > 0) delete body['client_metadata'];
  return body;
}

function isSkipped({ value }: Entry, run: SeedRun): boolean {
  if (run.isExcluded('clients', value['name'])) return true;
  if (run.options.settings.excludesThirdParties && value['is_first_party'] !== true) return true;
  if (value['token_vault_privileged_access'] !== undefined) {
    run.options.warn('clients: `token_vault_privileged_access` was left out, as auth0-deploy-cli does');
  }
  if (value['external_client_id'] !== undefined) {
    run.options.warn('clients: those with an `external_client_id` were left out: they register themselves');
    return true;
  }
  return false;
}

/** A secret can only be given to a client that exists (management-api.md 6.1). */
async function applySecret(entry: Entry, value: Body, stored: Stored, run: SeedRun): Promise<boolean | null> {
  const secret = value['client_secret'];
  if (secret === undefined || stored['client_secret'] === secret) return false;
  const path = { id: text(stored, 'client_id') };
  const changed = await run.change(entry, { id: 'updateClient', path, body: { client_secret: secret } });
  return changed === null ? null : true;
}

export const clients = collection({
  type: 'clients',
  at: { folder: 'clients' },
  // The tool writes long login pages to files of their own; a short one stands in the entry.
  files: ({ custom_login_page: page }) =>
    typeof page === 'string' && page !== ''
      ? [{ path: ['custom_login_page'], folder: 'clients', isOptional: true }]
      : [],
  list: { id: 'listClients', query: { is_global: false } },
  isSkipped,
  identitiesOf: (value) => identities(value, 'client_id', 'name'),
  async reread(listed, run) {
    return (await run.read('getClient', { path: { id: text(listed, 'client_id') } })) as Stored;
  },
  create: (value) => ({
    id: 'createClient',
    body: without(settingsOf(value), 'client_secret', ...NOT_CREATED),
    // Whoever gives an id in a seed has it in the configuration of the application.
    ...(typeof value['client_id'] === 'string' && { clientId: value['client_id'] }),
  }),
  // An alias belongs to one client, which no rule of the database holds.
  isIndependent: ({ client_aliases: aliases }) => aliases === undefined,
  update: (value, stored) => ({
    id: 'updateClient',
    path: { id: text(stored, 'client_id') },
    body: updateOf(value, stored),
  }),
  async applyParts(entry, value, stored, run) {
    const isNew = stored['encrypted'] === true;
    const outcomes = [
      isNew ? await applySecret(entry, value, stored, run) : false,
      await applyCredentials(entry, value, stored, run),
    ];
    return outcomes.includes(null) ? null : outcomes.includes(true);
  },
  remember: (stored, run) => run.names.add('clients', text(stored, 'name'), text(stored, 'client_id')),
});
