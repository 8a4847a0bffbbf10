// /organizations/{id}/clients: the clients that are associated with an organization (recorded-behaviour.md 7).

import type { OrganizationClient } from '../../domain/organization-parts.js';
import { ManagementError } from '../../errors.js';
import type { Handlers } from '../../http/contract.js';
import { checkpointBody, checkpointOf } from '../../http/paging.js';
import type { ConfigReader } from '../../storage/config.js';
import type { ConfigStore } from '../../storage/storage.js';
import type { ChangeConfig } from '../change.js';
import { existing } from './existing.js';
import { organizationClientToWire } from './parts-wire.js';

type Operations =
  | 'listOrganizationClients'
  | 'addOrganizationClients'
  | 'getOrganizationClient'
  | 'updateOrganizationClient'
  | 'removeOrganizationClients';

/** Terraform's documentation of auth0_organization_clients. */
const MAX_CLIENTS = 100;

async function get(
  config: ConfigReader,
  { id, client_id }: { id: string; client_id: string },
): Promise<OrganizationClient & { readonly organizationId: string }> {
  const organization = await existing(config, id);
  const found = await config.organizationClients.find(organization.id, client_id);
  if (found === null) throw new ManagementError('inexistent_organization_client');
  return { ...found, organizationId: organization.id };
}

export function organizationClientHandlers(storage: ConfigStore, change: ChangeConfig): Handlers<Operations> {
  return {
    async listOrganizationClients({ path, query }) {
      const { id } = await existing(storage.config, path.id);
      const listing = await storage.config.organizationClients.list(id, checkpointOf(query));
      return { status: 200, body: checkpointBody('clients', listing, organizationClientToWire) };
    },

    async addOrganizationClients(call) {
      const added = await change(call, async (config) => {
        const { id } = await existing(config, call.path.id);
        const { clients } = call.body;
        if ((await config.organizationClients.count(id)) + clients.length > MAX_CLIENTS) {
          throw new ManagementError('organization_clients_exceeded');
        }
        const associated: OrganizationClient[] = [];
        for (const { client_id, use_for_member_access } of clients) {
          if ((await config.clients.find(client_id)) === null) throw new ManagementError('inexistent_client');
          if ((await config.organizationClients.find(id, client_id)) !== null) {
            throw new ManagementError('organization_client_conflict');
          }
          associated.push(await config.organizationClients.add(id, client_id, use_for_member_access));
        }
        return associated;
      });
      return { status: 201, body: added.map(organizationClientToWire) };
    },

    async getOrganizationClient({ path }) {
      return { status: 200, body: organizationClientToWire(await get(storage.config, path)) };
    },

    async updateOrganizationClient(call) {
      const updated = await change(call, async (config) => {
        const found = await get(config, call.path);
        const wanted = call.body.use_for_member_access ?? found.useForMemberAccess;
        return config.organizationClients.update(found.organizationId, found.client.clientId, wanted);
      });
      return { status: 200, body: organizationClientToWire(updated) };
    },

    async removeOrganizationClients(call) {
      await change(call, async (config) => {
        const { id } = await existing(config, call.path.id);
        await config.organizationClients.remove(id, call.body.clients);
      });
      return { status: 204, body: undefined };
    },
  };
}
