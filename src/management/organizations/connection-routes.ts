// /organizations/{id}/connections and its older form, enabled_connections, which knows only the enabled ones and fewer of
// their settings.

import type {
  OrganizationConnection,
  OrganizationConnectionSettings,
} from '../../domain/organization-parts.js';
import { ManagementError } from '../../errors.js';
import type { Call, Handlers } from '../../http/contract.js';
import { pageBody, pageOf } from '../../http/paging.js';
import type { ConfigReader, ConfigWriter } from '../../storage/config.js';
import type { ConfigStore } from '../../storage/storage.js';
import type { ChangeConfig } from '../change.js';
import { existing } from './existing.js';
import {
  connectionToWire,
  defaultConnectionSettings,
  enabledConnectionToWire,
  toConnectionSettings,
} from './parts-wire.js';

type Operations =
  | 'listOrganizationConnections'
  | 'addOrganizationConnection'
  | 'getOrganizationConnection'
  | 'updateOrganizationConnection'
  | 'removeOrganizationConnection'
  | 'listOrganizationEnabledConnections'
  | 'addOrganizationEnabledConnection'
  | 'getOrganizationEnabledConnection'
  | 'updateOrganizationEnabledConnection'
  | 'removeOrganizationEnabledConnection';

interface Place {
  readonly id: string;
  readonly connection_id: string;
}

async function get(config: ConfigReader, { id, connection_id }: Place): Promise<OrganizationConnection> {
  const organization = await existing(config, id);
  const found = await config.organizationConnections.find(organization.id, connection_id);
  if (found === null) throw new ManagementError('inexistent_organization_connection');
  return found;
}

/** In the older form a connection that is not enabled is not there. */
async function getEnabled(config: ConfigReader, place: Place): Promise<OrganizationConnection> {
  const found = await get(config, place);
  if (!found.isEnabled) throw new ManagementError('inexistent_organization_connection');
  return found;
}

/** Adds a connection to an organization that exists. The database holds the same rules. */
export async function addConnection(
  config: ConfigWriter,
  organizationId: string,
  connectionId: string,
  settings: Partial<OrganizationConnectionSettings>,
): Promise<OrganizationConnection> {
  if ((await config.connections.find(connectionId)) === null) {
    throw new ManagementError('inexistent_organization_connection');
  }
  if ((await config.organizationConnections.find(organizationId, connectionId)) !== null) {
    throw new ManagementError('organization_connection_conflict');
  }
  return config.organizationConnections.add(organizationId, connectionId, {
    ...defaultConnectionSettings,
    ...settings,
  });
}

export function organizationConnectionHandlers(
  storage: ConfigStore,
  change: ChangeConfig,
): Handlers<Operations> {
  const add = (call: Call<'addOrganizationConnection' | 'addOrganizationEnabledConnection'>) => {
    const { connection_id, ...settings } = call.body;
    return change(call, async (config) => {
      const { id } = await existing(config, call.path.id);
      return addConnection(config, id, connection_id, toConnectionSettings(settings));
    });
  };

  const update = (
    call: Call<'updateOrganizationConnection' | 'updateOrganizationEnabledConnection'>,
    find: typeof get,
  ) =>
    change(call, async (config) => {
      const { organizationId, connectionId } = await find(config, call.path);
      const changes = toConnectionSettings(call.body);
      return config.organizationConnections.update(organizationId, connectionId, changes);
    });

  const remove = async (config: ConfigWriter, { id, connection_id }: Place) => {
    const organization = await existing(config, id);
    await config.organizationConnections.remove(organization.id, connection_id);
  };

  return {
    async listOrganizationConnections({ path, query }) {
      const { id } = await existing(storage.config, path.id);
      const window = pageOf(query);
      const filter = query.is_enabled === undefined ? {} : { isEnabled: query.is_enabled };
      const listing = await storage.config.organizationConnections.list(id, filter, window);
      return {
        status: 200,
        body: pageBody('connections', window, listing, connectionToWire, { totalsLast: true }),
      };
    },

    async addOrganizationConnection(call) {
      return { status: 201, body: connectionToWire(await add(call)) };
    },

    async getOrganizationConnection({ path }) {
      return { status: 200, body: connectionToWire(await get(storage.config, path)) };
    },

    async updateOrganizationConnection(call) {
      return { status: 200, body: connectionToWire(await update(call, get)) };
    },

    async removeOrganizationConnection(call) {
      await change(call, (config) => remove(config, call.path));
      return { status: 204, body: undefined };
    },

    async listOrganizationEnabledConnections({ path, query }) {
      const { id } = await existing(storage.config, path.id);
      const window = pageOf(query);
      const listing = await storage.config.organizationConnections.list(id, { isEnabled: true }, window);
      // Here `limit` is the length of the list (terraform-provider-auth0, TestAccOrganizationConnection).
      const shown = { ...window, limit: listing.items.length, offset: window.offset };
      const body = pageBody('enabled_connections', shown, listing, enabledConnectionToWire, {
        totalsLast: true,
      });
      return { status: 200, body };
    },

    async addOrganizationEnabledConnection(call) {
      return { status: 201, body: enabledConnectionToWire(await add(call)) };
    },

    async getOrganizationEnabledConnection({ path }) {
      return { status: 200, body: enabledConnectionToWire(await getEnabled(storage.config, path)) };
    },

    async updateOrganizationEnabledConnection(call) {
      return { status: 200, body: enabledConnectionToWire(await update(call, getEnabled)) };
    },

    async removeOrganizationEnabledConnection(call) {
      await change(call, (config) => remove(config, call.path));
      return { status: 204, body: undefined };
    },
  };
}
