// /api/v2/connections: where users come from, and the clients that may ask there.

import type { Connection } from '../../domain/connection.js';
import { ManagementError } from '../../errors.js';
import type { Handlers, Query } from '../../http/contract.js';
import { pickFields } from '../../http/fields.js';
import { checkpointBody, checkpointOf, listBody, windowOf } from '../../http/paging.js';
import type { ConfigReader, ConnectionFilter } from '../../storage/config.js';
import type { ConfigStore } from '../../storage/storage.js';
import type { ChangeConfig } from '../change.js';
import { checkAssertionIssuer } from './cross-app-access.js';
import { ALWAYS_SHOWN, toChanges, toNewConnection, toWire } from './wire.js';

type Operations =
  | 'listConnections'
  | 'createConnection'
  | 'getConnection'
  | 'updateConnection'
  | 'deleteConnection'
  | 'listConnectionClients'
  | 'updateConnectionClients';

function filterOf({ name, strategy, domain_alias }: Query<'listConnections'>): ConnectionFilter {
  return {
    ...(name !== undefined && { name }),
    ...(strategy && { strategies: strategy }),
    ...(domain_alias !== undefined && { domainAlias: domain_alias }),
  };
}

async function get(config: ConfigReader, id: string): Promise<Connection> {
  const found = await config.connections.find(id);
  if (found === null) throw new ManagementError('inexistent_connection');
  return found;
}

async function checkClientsExist(config: ConfigReader, clientIds: Iterable<string>): Promise<void> {
  for (const clientId of clientIds) {
    if ((await config.clients.find(clientId)) === null) {
      throw new ManagementError('invalid_body', `the client \`${clientId}\` does not exist`);
    }
  }
}

export function connectionHandlers(storage: ConfigStore, change: ChangeConfig): Handlers<Operations> {
  return {
    async listConnections({ query }) {
      const window = windowOf(query);
      const listing = await storage.config.connections.list(filterOf(query), window);
      const body = listBody('connections', window, listing, (connection) =>
        pickFields(toWire(connection), query, ALWAYS_SHOWN),
      );
      return { status: 200, body };
    },

    async createConnection(call) {
      const created = await change(call, async (config) => {
        const connection = toNewConnection(call.body);
        // The database holds the same rule.
        if ((await config.connections.findByName(connection.name)) !== null) {
          throw new ManagementError('connection_conflict');
        }
        await checkClientsExist(config, connection.enabledClients);
        await checkAssertionIssuer(config, connection, null);
        return config.connections.create(connection);
      });
      return { status: 201, body: toWire(created) };
    },

    async getConnection({ path, query }) {
      const found = await get(storage.config, path.id);
      return { status: 200, body: pickFields(toWire(found), query, ALWAYS_SHOWN) };
    },

    async updateConnection(call) {
      const updated = await change(call, async (config) => {
        const found = await get(config, call.path.id);
        const changes = toChanges(found, call.body);
        const enabled = new Set(found.enabledClients);
        await checkClientsExist(
          config,
          (changes.enabledClients ?? []).filter((clientId) => !enabled.has(clientId)),
        );
        await checkAssertionIssuer(config, { ...found, ...changes }, found.id);
        return config.connections.update(found.id, changes);
      });
      return { status: 200, body: toWire(updated) };
    },

    async deleteConnection(call) {
      const wasThere = await change(call, (config) => config.connections.delete(call.path.id));
      // recorded-behaviour.md 2, "Status codes seen".
      if (!wasThere) return { status: 204, body: undefined };
      return { status: 202, body: { deleted_at: new Date().toISOString() } };
    },

    async listConnectionClients({ path, query }) {
      const { id } = await get(storage.config, path.id);
      const listing = await storage.config.connections.listClients(id, checkpointOf(query));
      return { status: 200, body: checkpointBody('clients', listing, (client_id) => ({ client_id })) };
    },

    async updateConnectionClients(call) {
      await change(call, async (config) => {
        const { id } = await get(config, call.path.id);
        // The last word on a client counts.
        const wanted = new Map(call.body.map(({ client_id, status }) => [client_id, status]));
        const those = (status: boolean) => [...wanted.keys()].filter((each) => wanted.get(each) === status);
        await checkClientsExist(config, those(true));
        await config.connections.enableClients(id, those(true));
        await config.connections.disableClients(id, those(false));
      });
      return { status: 204, body: undefined };
    },
  };
}
