// /api/v2/organizations and the client grants that were added to them (management-api.md 3 and 8).

import type { NewOrganization, Organization } from '../../domain/organization.js';
import type { OrganizationConnection } from '../../domain/organization-parts.js';
import type { Tenant } from '../../domain/tenant.js';
import { ManagementError } from '../../errors.js';
import type { Handlers, Query } from '../../http/contract.js';
import { requireScopes } from '../../http/authentication.js';
import { listBody, pageBody, pageOf, windowOfLongList } from '../../http/paging.js';
import type { ConfigReader, OrganizationOrder } from '../../storage/config.js';
import type { ConfigStore } from '../../storage/storage.js';
import type { ChangeConfig } from '../change.js';
import { toOrganizationWire, toWire as clientGrantToWire } from '../client-grants/wire.js';
import { addConnection } from './connection-routes.js';
import { existing } from './existing.js';
import { enabledConnectionToWire, toConnectionSettings } from './parts-wire.js';
import { toChanges, toWire } from './wire.js';

type Operations =
  | 'listOrganizations'
  | 'createOrganization'
  | 'getOrganization'
  | 'getOrganizationByName'
  | 'updateOrganization'
  | 'deleteOrganization'
  | 'listOrganizationClientGrants'
  | 'addOrganizationClientGrant'
  | 'removeOrganizationClientGrant';

/** management-api.md 1.8, public cloud. */
const MAX_CLIENT_GRANTS = 100;

const defaults: Omit<NewOrganization, 'name'> = {
  displayName: null,
  thirdPartyClientAccess: 'block',
  isAppEntitlementActive: false,
  branding: null,
  metadata: null,
  tokenQuota: null,
};

function orderOf({ sort }: Query<'listOrganizations'>): OrganizationOrder | undefined {
  const [by, direction] = sort?.split(':') ?? [];
  return by === undefined ? undefined : { by: by as OrganizationOrder['by'], descending: direction === '-1' };
}

/** The database holds the same rule. */
async function checkNameIsFree(
  config: ConfigReader,
  name: string | undefined,
  of?: Organization,
): Promise<void> {
  if (name === undefined || name === of?.name) return;
  if ((await config.organizations.findByName(name)) !== null)
    throw new ManagementError('organization_conflict');
}

export function organizationHandlers(
  storage: ConfigStore,
  change: ChangeConfig,
  tenant: Tenant,
): Handlers<Operations> {
  return {
    async listOrganizations({ query }) {
      const window = windowOfLongList(query);
      const listing = await storage.config.organizations.list({}, window, orderOf(query));
      const client = query.include_client_association_for;
      const ids = client === undefined ? [] : listing.items.map(({ id }) => id);
      const associations = await storage.config.organizationClients.associations(client ?? '', ids);
      const withAssociation = (organization: Organization) => {
        const isUsed = associations.get(organization.id);
        return {
          ...toWire(organization),
          ...(isUsed !== undefined && { client: { use_for_member_access: isUsed } }),
        };
      };
      const body = listBody('organizations', window, listing, withAssociation, { totalsLast: true });
      return { status: 200, body };
    },

    async createOrganization(call) {
      const { name, enabled_connections: connections, ...settings } = call.body;
      // management-api.md 8.2: a scope of its own, besides that for organizations.
      if (connections !== undefined) requireScopes(call.caller, [['create:organization_connections']]);
      const { created, added } = await change(call, async (config) => {
        await checkNameIsFree(config, name);
        const organization = await config.organizations.create({ ...defaults, ...toChanges(settings), name });
        const added: OrganizationConnection[] = [];
        for (const { connection_id, ...rest } of connections ?? []) {
          added.push(await addConnection(config, organization.id, connection_id, toConnectionSettings(rest)));
        }
        return { created: organization, added };
      });
      const enabled = connections && { enabled_connections: added.map(enabledConnectionToWire) };
      return { status: 201, body: { ...toWire(created), ...enabled } };
    },

    async getOrganization({ path }) {
      return { status: 200, body: toWire(await existing(storage.config, path.id)) };
    },

    async getOrganizationByName({ path }) {
      const found = await storage.config.organizations.findByName(path.name);
      if (found === null) throw new ManagementError('inexistent_organization');
      return { status: 200, body: toWire(found) };
    },

    async updateOrganization(call) {
      const updated = await change(call, async (config) => {
        const found = await existing(config, call.path.id);
        await checkNameIsFree(config, call.body.name, found);
        return config.organizations.update(found.id, toChanges(call.body));
      });
      return { status: 200, body: toWire(updated) };
    },

    async deleteOrganization(call) {
      await change(call, async (config) => {
        if (!(await config.organizations.delete(call.path.id)))
          throw new ManagementError('inexistent_organization');
      });
      return { status: 204, body: undefined };
    },

    async listOrganizationClientGrants({ path, query }) {
      const organization = await existing(storage.config, path.id);
      const window = pageOf(query);
      const filter = {
        organizationId: organization.id,
        ...(query.audience !== undefined && { audience: tenant.canonical(query.audience) }),
        ...(query.client_id !== undefined && { clientId: query.client_id }),
        ...(query.grant_ids && { ids: query.grant_ids }),
      };
      const listing = await storage.config.clientGrants.list(filter, window);
      return {
        status: 200,
        body: pageBody('client_grants', window, listing, clientGrantToWire, { totalsLast: true }),
      };
    },

    async addOrganizationClientGrant(call) {
      const grant = await change(call, async (config) => {
        const organization = await existing(config, call.path.id);
        const found = await config.clientGrants.find(call.body.grant_id);
        if (found === null) throw new ManagementError('inexistent_client_grant');
        if (found.clientId === null) {
          throw new ManagementError(
            'invalid_body',
            'A default client grant cannot be added to an organization',
          );
        }
        if (await config.organizations.hasClientGrant(organization.id, found.id)) {
          throw new ManagementError('organization_client_grant_conflict');
        }
        if ((await config.organizations.countClientGrants(organization.id)) >= MAX_CLIENT_GRANTS) {
          throw new ManagementError('organization_quota_exceeded');
        }
        await config.organizations.addClientGrant(organization.id, found.id);
        return found;
      });
      return { status: 201, body: toOrganizationWire(grant) };
    },

    async removeOrganizationClientGrant(call) {
      await change(call, async (config) => {
        const organization = await existing(config, call.path.id);
        await config.organizations.removeClientGrant(organization.id, call.path.grant_id);
      });
      return { status: 204, body: undefined };
    },
  };
}
