// What has to be there before the first request: signing keys, the system APIs, a database connection, the global client
// and one client that may do everything.

import { isDeepStrictEqual } from 'node:util';
import { newClientId, newClientSecret } from './domain/ids.js';
import type { SystemApi } from './domain/resource-server.js';
import type { SigningKey } from './domain/signing-key.js';
import { systemApis } from './domain/system-apis.js';
import type { Tenant } from './domain/tenant.js';
import { newClient } from './management/clients/new-client.js';
import { firstConnection } from './management/connections/defaults.js';
import { generateSigningKey, rsaAlgorithms } from './oauth/signing-keys.js';
import type { ConfigReader, ConfigWriter } from './storage/config.js';
import type { Storage } from './storage/storage.js';

/** These exist from the first start; the others when somebody asks for them (management-api.md 5). */
const INITIAL_SYSTEM_APIS = [
  'management',
  'my_account',
  'my_organization',
  'mfa',
] as const satisfies SystemApi[];

/** Those that no administrator can delete. */
const PERMANENT: ReadonlySet<SystemApi> = new Set<SystemApi>(['management', 'mfa']);

export interface BootstrapClient {
  readonly id: string;
  readonly secret: string;
}

/**
 * Makes what is missing. Several processes may do this at once: changes run one after the other, and each looks first.
 *
 * @param wanted id and secret of the management client; made up where they are not given.
 * @returns the management client if it was made now, else null. Its secret is not shown again.
 */
export async function bootstrap(
  storage: Storage,
  tenant: Tenant,
  wanted: { id: string | undefined; secret: string | undefined },
  now: Date,
): Promise<BootstrapClient | null> {
  const keys = await missingKeys(storage.config, tenant, now);
  if (keys.length === 0 && (await isComplete(storage.config, tenant, wanted.id))) return null;
  return storage.write(async (config) => {
    const existing = new Set((await config.signingKeys.list()).map(({ algorithm }) => algorithm));
    for (const key of keys) if (!existing.has(key.algorithm)) await config.signingKeys.create(key);
    const isFirstStart = (await config.resourceServers.findSystemApi('management')) === null;
    if (isFirstStart) await makeFirstObjects(config, tenant);
    else await refreshSystemApis(config, tenant);
    const isWanted = wanted.id !== undefined && (await config.clients.find(wanted.id)) === null;
    const result = isFirstStart || isWanted ? await createManagementClient(config, tenant, wanted) : null;
    return { result, entry: null };
  });
}

/** Keys take long to make, so they are made before the change that stores them. */
async function missingKeys(config: ConfigReader, tenant: Tenant, now: Date): Promise<readonly SigningKey[]> {
  const existing = new Set((await config.signingKeys.list()).map(({ algorithm }) => algorithm));
  const missing = rsaAlgorithms.filter((algorithm) => !existing.has(algorithm));
  return Promise.all(missing.map((algorithm) => generateSigningKey(algorithm, tenant.domain, now)));
}

/** True when a start has nothing to write. */
async function isComplete(
  config: ConfigReader,
  tenant: Tenant,
  wantedId: string | undefined,
): Promise<boolean> {
  if (wantedId !== undefined && (await config.clients.find(wantedId)) === null) return false;
  for (const kind of INITIAL_SYSTEM_APIS) {
    const api = await config.resourceServers.findSystemApi(kind);
    if (api === null && !PERMANENT.has(kind)) continue;
    if (api?.identifier !== tenant.identifierOf(kind) || !isUpToDate(api.scopes, kind)) return false;
  }
  return true;
}

const isUpToDate = (scopes: unknown, kind: SystemApi): boolean =>
  isDeepStrictEqual(scopes, systemApis[kind].scopes);

async function createSystemApi(config: ConfigWriter, tenant: Tenant, kind: SystemApi): Promise<void> {
  const identifier = tenant.identifierOf(kind);
  await config.resourceServers.create({ ...systemApis[kind], identifier, systemApi: kind });
}

async function makeFirstObjects(config: ConfigWriter, tenant: Tenant): Promise<void> {
  for (const kind of INITIAL_SYSTEM_APIS) await createSystemApi(config, tenant, kind);
  await config.connections.create(firstConnection());
  // Every tenant has one (recorded-behaviour.md 3). It can do nothing: it has no grant types.
  const { client } = await newClient({ name: 'All Applications', grant_types: [] });
  await config.clients.create({ ...client, isGlobal: true }, []);
}

/** Follows a change of the public address, and takes in scopes that a new version brings. */
async function refreshSystemApis(config: ConfigWriter, tenant: Tenant): Promise<void> {
  for (const kind of INITIAL_SYSTEM_APIS) {
    const api = await config.resourceServers.findSystemApi(kind);
    if (api === null) {
      // An earlier version did not have it.
      if (PERMANENT.has(kind)) await createSystemApi(config, tenant, kind);
      continue;
    }
    if (api.identifier !== tenant.identifierOf(kind)) {
      await config.resourceServers.moveSystemApi(kind, tenant.identifierOf(kind));
    }
    if (!isUpToDate(api.scopes, kind))
      await config.resourceServers.update(api.id, { scopes: systemApis[kind].scopes });
  }
}

async function createManagementClient(
  config: ConfigWriter,
  tenant: Tenant,
  wanted: { id: string | undefined; secret: string | undefined },
): Promise<BootstrapClient> {
  const { client } = await newClient({
    name: 'Management',
    description: 'Made at the first start. It may do everything.',
    app_type: 'non_interactive',
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['client_credentials'],
  });
  const id = wanted.id ?? newClientId();
  const secret = wanted.secret ?? newClientSecret();
  await config.clients.create({ ...client, clientId: id, secret }, []);
  await config.clientGrants.create({
    clientId: id,
    defaultFor: null,
    audience: tenant.identifierOf('management'),
    subjectType: 'client',
    scopes: (systemApis.management.scopes ?? []).map(({ value }) => value),
    allowAllScopes: null,
    organizationUsage: null,
    allowAnyOrganization: null,
    authorizationDetailsTypes: null,
    isSystem: false,
  });
  return { id, secret };
}
