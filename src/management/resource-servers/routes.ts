// /api/v2/resource-servers: APIs, their scopes and their access policies (management-api.md 4 and 5).

import { newSigningSecret } from '../../domain/ids.js';
import type { ResourceServer, ResourceServerChanges } from '../../domain/resource-server.js';
import { hiddenSystemApis, resourceServerDefaults, systemApis } from '../../domain/system-apis.js';
import type { Tenant } from '../../domain/tenant.js';
import { isUnstorable } from '../../domain/text.js';
import { ManagementError } from '../../errors.js';
import type { Handlers } from '../../http/contract.js';
import { pickFields } from '../../http/fields.js';
import { pageBody, pageOf } from '../../http/paging.js';
import type { ConfigReader } from '../../storage/config.js';
import type { ConfigStore } from '../../storage/storage.js';
import type { ChangeConfig } from '../change.js';
import { checkDeletable, checkProofOfPossession, checkScopes, checkSystemApiChange } from './rules.js';
import { toChanges, toWire } from './wire.js';

type Operations =
  | 'listResourceServers'
  | 'createResourceServer'
  | 'getResourceServer'
  | 'updateResourceServer'
  | 'deleteResourceServer';

/** HS256 needs a secret; it stays when the algorithm changes again (recorded). */
function withSigningSecret(changes: ResourceServerChanges, current: string | null): ResourceServerChanges {
  const missing =
    changes.signingAlgorithm === 'HS256' && current === null && changes.signingSecret === undefined;
  return missing ? { ...changes, signingSecret: newSigningSecret() } : changes;
}

/** What a text that was encoded twice stands for; null when it was not. */
function decodedAgain(text: string): string | null {
  if (!text.includes('%')) return null;
  try {
    const decoded = decodeURIComponent(text);
    return isUnstorable(decoded) ? null : decoded;
  } catch {
    return null;
  }
}

const visible = (api: ResourceServer | null): ResourceServer | null =>
  api?.systemApi && hiddenSystemApis.includes(api.systemApi) ? null : api;

export function resourceServerHandlers(
  storage: ConfigStore,
  change: ChangeConfig,
  tenant: Tenant,
): Handlers<Operations> {
  /** By id or identifier; clients send identifiers percent-encoded once or twice (recorded-behaviour.md 5). */
  async function find(config: ConfigReader, idOrIdentifier: string): Promise<ResourceServer | null> {
    const found = await config.resourceServers.find(tenant.canonical(idOrIdentifier));
    const decoded = decodedAgain(idOrIdentifier);
    if (found !== null || decoded === null) return visible(found);
    return visible(await config.resourceServers.find(tenant.canonical(decoded)));
  }

  return {
    async listResourceServers({ query }) {
      const window = pageOf(query);
      const filter = query.identifiers
        ? { identifiers: query.identifiers.map((each) => tenant.canonical(each)) }
        : {};
      const listing = await storage.config.resourceServers.list(filter, window);
      const body = pageBody('resource_servers', window, listing, (api) => pickFields(toWire(api), query));
      return { status: 200, body };
    },

    async createResourceServer(call) {
      const { identifier, ...settings } = call.body;
      checkScopes(settings.scopes);
      checkProofOfPossession(settings);
      const created = await change(call, async (config) => {
        const systemApi = tenant.systemApiOf(identifier);
        if (systemApi !== null) return activate(config, systemApi);
        if ((await config.resourceServers.findByIdentifier(identifier)) !== null) {
          throw new ManagementError('resource_server_conflict');
        }
        const changes = withSigningSecret(await toChanges(settings, {}), null);
        return config.resourceServers.create({
          ...resourceServerDefaults,
          ...changes,
          identifier,
          systemApi: null,
        });
      });
      return { status: 201, body: toWire(created) };

      /** Opt-in system APIs are created by their identifier; the rest of the body is ignored (recorded). */
      async function activate(
        config: Parameters<Parameters<ChangeConfig>[1]>[0],
        kind: keyof typeof systemApis,
      ) {
        if (kind === 'management' || hiddenSystemApis.includes(kind)) {
          throw new ManagementError('operation_not_supported', 'The selected identifier is reserved.');
        }
        const existing = await config.resourceServers.findSystemApi(kind);
        const definition = { ...systemApis[kind], identifier: tenant.identifierOf(kind), systemApi: kind };
        return existing ?? config.resourceServers.create(definition);
      }
    },

    async getResourceServer({ path, query }) {
      const found = await find(storage.config, path.id);
      if (found === null) throw new ManagementError('inexistent_resource_server');
      return { status: 200, body: pickFields(toWire(found), query) };
    },

    async updateResourceServer(call) {
      checkScopes(call.body.scopes);
      checkProofOfPossession(call.body);
      const updated = await change(call, async (config) => {
        const found = await find(config, call.path.id);
        if (found === null) throw new ManagementError('inexistent_resource_server');
        checkSystemApiChange(found, call.body, toWire(found));
        const changes = await toChanges(call.body, found.settings);
        return config.resourceServers.update(found.id, withSigningSecret(changes, found.signingSecret));
      });
      return { status: 200, body: toWire(updated) };
    },

    async deleteResourceServer(call) {
      await change(call, async (config) => {
        const found = await find(config, call.path.id);
        if (found === null) return;
        checkDeletable(found);
        await config.resourceServers.delete(found.id);
      });
      return { status: 204, body: undefined };
    },
  };
}
