// /api/v2/clients: applications (management-api.md 6).

import type { Client, ClientChanges } from '../../domain/client.js';
import { newClientSecret } from '../../domain/ids.js';
import { expressConfigurationScopes } from '../../domain/system-apis.js';
import type { Tenant } from '../../domain/tenant.js';
import { ManagementError } from '../../errors.js';
import type { Handlers, Query } from '../../http/contract.js';
import { listBody, windowOf } from '../../http/paging.js';
import type { ClientFilter, ConfigReader, ConfigWriter } from '../../storage/config.js';
import type { ConfigStore } from '../../storage/storage.js';
import type { ChangeConfig } from '../change.js';
import { checkKeyUses, readMethods } from './credentials.js';
import { byDefault, newClient } from './new-client.js';
import {
  checkAuthentication,
  checkGrantTypes,
  checkMetadataSize,
  checkThirdParty,
  checkUnchangeable,
} from './rules.js';
import { checkSettable, visibleToReader, visibleToWriter } from './visibility.js';
import { type TenantFace, toChanges, toWire } from './wire.js';

type Operations =
  'listClients' | 'createClient' | 'getClient' | 'updateClient' | 'deleteClient' | 'rotateClientSecret';

/** `q` has two forms, needs checkpoint paging and stands alone (management-api.md 6.3). */
function filterOf(query: Query<'listClients'>): ClientFilter {
  const { is_global, is_first_party, app_type, external_client_id, q, take, from } = query;
  if (q === undefined) {
    return {
      ...(is_global !== undefined && { isGlobal: is_global }),
      ...(is_first_party !== undefined && { isFirstParty: is_first_party }),
      ...(app_type !== undefined && { appTypes: app_type.split(',') }),
      ...(external_client_id !== undefined && { externalClientId: external_client_id }),
    };
  }
  const others = [is_global, is_first_party, app_type, external_client_id];
  const usable = others.every((other) => other === undefined) && (take !== undefined || from !== undefined);
  const organizationId = /^client_grant\.organization_id:"?(org_[A-Za-z0-9]{16})"?$/.exec(q)?.[1];
  if (usable && organizationId !== undefined) return { grantOrganizationId: organizationId };
  if (usable && /^client_grant\.allow_any_organization:"?true"?$/.test(q))
    return { grantAllowsAnyOrganization: true };
  const forms = 'client_grant.organization_id:{id} or client_grant.allow_any_organization:true';
  throw new ManagementError(
    'invalid_query_string',
    `Query validation error: 'Must be ${forms}, with take or from and no other filter' on property q.`,
  );
}

async function get(config: ConfigReader, clientId: string): Promise<Client> {
  const found = await config.clients.find(clientId);
  if (found === null) throw new ManagementError('inexistent_client');
  return found;
}

/** What a client refers to has to be there. */
async function checkReferences(config: ConfigReader, changes: ClientChanges): Promise<void> {
  const { defaultOrganizationId } = changes;
  if (defaultOrganizationId && (await config.organizations.find(defaultOrganizationId)) === null) {
    throw new ManagementError('invalid_body', 'The organization of `default_organization` does not exist');
  }
}

/** An alias belongs to one client. Changes run one after the other, so nobody takes it in between. */
async function checkAliases(
  config: ConfigReader,
  aliases: readonly string[] | undefined,
  of: string,
): Promise<void> {
  const window = { kind: 'page', offset: 0, limit: 2, countTotal: false } as const;
  for (const alias of aliases ?? []) {
    const { items } = await config.clients.list({ alias }, window);
    if (items.some(({ clientId }) => clientId !== of)) throw new ManagementError('alias_conflict');
  }
}

export function clientHandlers(
  storage: ConfigStore,
  change: ChangeConfig,
  tenant: Tenant,
  face: TenantFace,
): Handlers<Operations> {
  /** The server makes this grant for the client by itself; nobody can change it (recorded-behaviour.md 4). */
  async function grantToExpressConfiguration(config: ConfigWriter, { clientId }: Client): Promise<void> {
    await config.clientGrants.create({
      clientId,
      defaultFor: null,
      audience: tenant.identifierOf('management'),
      subjectType: 'client',
      scopes: expressConfigurationScopes,
      allowAllScopes: null,
      organizationUsage: null,
      allowAnyOrganization: null,
      authorizationDetailsTypes: null,
      isSystem: true,
    });
  }

  return {
    async listClients({ query, caller }) {
      const window = windowOf(query);
      const listing = await storage.config.clients.list(filterOf(query), window);
      const body = listBody('clients', window, listing, (client) =>
        visibleToReader(toWire(client, face, { list: true }), caller, query),
      );
      return { status: 200, body };
    },

    async createClient(call) {
      const { body, caller } = call;
      checkSettable(body, caller, 'create');
      checkAuthentication(body);
      const { client, credentials } = await newClient(body);
      checkGrantTypes(body, client.tokenEndpointAuthMethod);
      checkThirdParty(body, client, toWire(await byDefault(body), face));
      checkMetadataSize(client);
      const created = await change(call, async (config) => {
        await checkReferences(config, client);
        await checkAliases(config, body.client_aliases, client.clientId);
        const identifier = client.resourceServerIdentifier;
        if (identifier !== null && (await config.resourceServers.findByIdentifier(identifier)) === null) {
          throw new ManagementError('inexistent_resource_server');
        }
        const stored = await config.clients.create(client, credentials);
        if (client.appType === 'express_configuration') await grantToExpressConfiguration(config, stored);
        return stored;
      });
      const wire = toWire(created, face, { created: credentials });
      return { status: 201, body: visibleToWriter(wire, caller, 'create:client_keys') };
    },

    async getClient({ path, query, caller }) {
      const found = await get(storage.config, path.id);
      return { status: 200, body: visibleToReader(toWire(found, face), caller, query) };
    },

    async updateClient(call) {
      const { body, caller, path } = call;
      checkSettable(body, caller, 'update');
      checkAuthentication(body);
      const updated = await change(call, async (config) => {
        const found = await get(config, path.id);
        checkUnchangeable(body, found);
        checkThirdParty(body, found, toWire(found, face));
        const methods = body.client_authentication_methods;
        const credentials = await config.clients.listCredentials(found.clientId);
        checkKeyUses(body, credentials);
        const changes: ClientChanges = {
          ...toChanges(body, found),
          ...(body.client_secret !== undefined && { secret: body.client_secret }),
          ...(methods === null && { authenticationMethod: null, authenticationCredentials: [] }),
          ...(methods && {
            ...readMethods(methods, credentials),
            tokenEndpointAuthMethod: null,
          }),
        };
        const after = { ...found, ...changes };
        checkGrantTypes(body, after.tokenEndpointAuthMethod);
        checkMetadataSize(after);
        await checkReferences(config, changes);
        await checkAliases(config, body.client_aliases, found.clientId);
        return config.clients.update(found.clientId, changes);
      });
      return { status: 200, body: visibleToWriter(toWire(updated, face), caller) };
    },

    async deleteClient(call) {
      await change(call, async (config) => {
        const found = await config.clients.find(call.path.id);
        if (found?.isGlobal) {
          throw new ManagementError('operation_not_supported', 'Global client cannot be deleted.');
        }
        await config.clients.delete(call.path.id);
      });
      return { status: 204, body: undefined };
    },

    async rotateClientSecret(call) {
      const rotated = await change(call, async (config) => {
        const found = await get(config, call.path.id);
        if (found.authenticationMethod !== null) {
          throw new ManagementError(
            'operation_not_supported',
            'Clients that authenticate with keys have no secret.',
          );
        }
        return config.clients.update(found.clientId, { secret: newClientSecret() });
      });
      // Whoever may make a new secret has to be told what it is.
      return { status: 200, body: visibleToWriter(toWire(rotated, face), call.caller, 'update:client_keys') };
    },
  };
}
