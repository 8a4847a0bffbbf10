// /organizations/{id}/discovery-domains: email domains that lead to an organization. Nothing here asks the DNS: whoever
// may write says whether a domain is verified, as on the platform.

import { randomBytes } from 'node:crypto';
import type { DiscoveryDomain } from '../../domain/organization-parts.js';
import { ManagementError } from '../../errors.js';
import type { Handlers } from '../../http/contract.js';
import { checkpointBody, checkpointOf } from '../../http/paging.js';
import type { ConfigReader } from '../../storage/config.js';
import type { ConfigStore } from '../../storage/storage.js';
import type { ChangeConfig } from '../change.js';
import { existing } from './existing.js';
import { discoveryDomainToWire } from './parts-wire.js';

type Operations =
  | 'listOrganizationDiscoveryDomains'
  | 'createOrganizationDiscoveryDomain'
  | 'getOrganizationDiscoveryDomain'
  | 'getOrganizationDiscoveryDomainByName'
  | 'updateOrganizationDiscoveryDomain'
  | 'deleteOrganizationDiscoveryDomain';

async function get(
  config: ConfigReader,
  { id, discovery_domain_id }: { id: string; discovery_domain_id: string },
): Promise<DiscoveryDomain> {
  const organization = await existing(config, id);
  const found = await config.discoveryDomains.find(organization.id, discovery_domain_id);
  if (found === null) throw new ManagementError('inexistent_discovery_domain');
  return found;
}

export function discoveryDomainHandlers(storage: ConfigStore, change: ChangeConfig): Handlers<Operations> {
  return {
    async listOrganizationDiscoveryDomains({ path, query }) {
      const { id } = await existing(storage.config, path.id);
      const listing = await storage.config.discoveryDomains.list(id, checkpointOf(query));
      return { status: 200, body: checkpointBody('domains', listing, discoveryDomainToWire) };
    },

    async createOrganizationDiscoveryDomain(call) {
      const { domain, status, use_for_organization_discovery } = call.body;
      const created = await change(call, async (config) => {
        const { id } = await existing(config, call.path.id);
        // The database holds the same rule.
        if ((await config.discoveryDomains.findByDomain(id, domain)) !== null) {
          throw new ManagementError('discovery_domain_conflict');
        }
        return config.discoveryDomains.create({
          organizationId: id,
          domain,
          status: status ?? 'pending',
          useForOrganizationDiscovery: use_for_organization_discovery ?? true,
          verificationTxt: randomBytes(16).toString('hex'),
        });
      });
      return { status: 201, body: discoveryDomainToWire(created) };
    },

    async getOrganizationDiscoveryDomain({ path }) {
      return { status: 200, body: discoveryDomainToWire(await get(storage.config, path)) };
    },

    async getOrganizationDiscoveryDomainByName({ path }) {
      const { id } = await existing(storage.config, path.id);
      const found = await storage.config.discoveryDomains.findByDomain(id, path.discovery_domain);
      if (found === null) throw new ManagementError('inexistent_discovery_domain');
      return { status: 200, body: discoveryDomainToWire(found) };
    },

    async updateOrganizationDiscoveryDomain(call) {
      const { status, use_for_organization_discovery: isUsed } = call.body;
      const updated = await change(call, async (config) => {
        const { id } = await get(config, call.path);
        return config.discoveryDomains.update(id, {
          ...(status !== undefined && { status }),
          ...(isUsed !== undefined && { useForOrganizationDiscovery: isUsed }),
        });
      });
      return { status: 200, body: discoveryDomainToWire(updated) };
    },

    async deleteOrganizationDiscoveryDomain(call) {
      await change(call, async (config) => {
        const { id } = await get(config, call.path);
        await config.discoveryDomains.delete(id);
      });
      return { status: 204, body: undefined };
    },
  };
}
