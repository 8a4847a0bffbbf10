// /api/v2/client-grants: which client may use which API (management-api.md 2).

import type { NewClientGrant } from '../../domain/client-grant.js';
import type { Tenant } from '../../domain/tenant.js';
import { ManagementError } from '../../errors.js';
import type { Handlers, Query, RequestBody } from '../../http/contract.js';
import { listBody, windowOf } from '../../http/paging.js';
import type { ClientGrantFilter } from '../../storage/config.js';
import { AlreadyExists, type ConfigStore } from '../../storage/storage.js';
import type { ChangeConfig } from '../change.js';
import { toWire as organizationToWire } from '../organizations/wire.js';
import {
  checkClientGrant,
  checkNoOrganizationsOnSystemApi,
  checkNotSystem,
  checkScopeChange,
} from './rules.js';
import { toChanges, toWire } from './wire.js';

type Operations =
  | 'listClientGrants'
  | 'createClientGrant'
  | 'getClientGrant'
  | 'updateClientGrant'
  | 'deleteClientGrant'
  | 'listClientGrantOrganizations';

function badQuery(message: string): ManagementError {
  return new ManagementError('invalid_query_string', message);
}

/** Which filters exclude or need each other: management-api.md 2.2. */
function filterOf(query: Query<'listClientGrants'>, tenant: Tenant): ClientGrantFilter {
  const { client_id, audience, subject_type, default_for, allow_any_organization } = query;
  if (client_id !== undefined && default_for !== undefined) {
    throw badQuery('`client_id` and `default_for` cannot be used together');
  }
  if (
    subject_type !== undefined &&
    client_id === undefined &&
    audience === undefined &&
    default_for === undefined
  ) {
    throw badQuery('`subject_type` can only be used together with `client_id`, `audience` or `default_for`');
  }
  return {
    ...(client_id !== undefined && { clientId: client_id }),
    ...(audience !== undefined && { audience: tenant.canonical(audience) }),
    ...(subject_type !== undefined && { subjectType: subject_type }),
    ...(default_for !== undefined && { defaultFor: default_for }),
    ...(allow_any_organization && { allowAnyOrganization: true }),
  };
}

function newClientGrant(body: RequestBody<'createClientGrant'>, tenant: Tenant): NewClientGrant {
  if ((body.client_id === undefined) === (body.default_for === undefined)) {
    throw new ManagementError(
      'invalid_body',
      'Exactly one of `client_id` and `default_for` must be provided',
    );
  }
  if (body.scope === undefined && body.allow_all_scopes !== true) {
    throw new ManagementError(
      'invalid_body',
      "Payload validation error: 'Missing required property: scope'.",
    );
  }
  return {
    clientId: body.client_id ?? null,
    defaultFor: body.default_for ?? null,
    audience: tenant.canonical(body.audience),
    subjectType: body.subject_type ?? 'client',
    scopes: body.scope ?? [],
    allowAllScopes: body.allow_all_scopes ?? null,
    organizationUsage: body.organization_usage ?? null,
    allowAnyOrganization: body.allow_any_organization ?? null,
    authorizationDetailsTypes: body.authorization_details_types ?? null,
    isSystem: false,
  };
}

/** One grant for each client (or default group), API and subject type: a rule of the database. */
function conflictOf(error: unknown, { clientId, defaultFor, audience }: NewClientGrant): unknown {
  if (!(error instanceof AlreadyExists)) return error;
  return new ManagementError(
    'client_grant_conflict',
    `A client grant already exists between ${clientId ?? defaultFor} and ${audience}`,
  );
}

export function clientGrantHandlers(
  storage: ConfigStore,
  change: ChangeConfig,
  tenant: Tenant,
): Handlers<Operations> {
  return {
    async listClientGrants({ query }) {
      const window = windowOf(query);
      const listing = await storage.config.clientGrants.list(filterOf(query, tenant), window);
      return { status: 200, body: listBody('client_grants', window, listing, toWire) };
    },

    async createClientGrant(call) {
      const grant = newClientGrant(call.body, tenant);
      const created = await change(call, async (config) => {
        const api = await config.resourceServers.findByIdentifier(grant.audience);
        if (api === null) throw new ManagementError('inexistent_resource_server');
        const client = grant.clientId === null ? null : await config.clients.find(grant.clientId);
        if (grant.clientId !== null && client === null) throw new ManagementError('inexistent_client');
        checkNoOrganizationsOnSystemApi(toChanges(call.body), api);
        checkClientGrant(grant, client, api);
        return config.clientGrants.create(grant);
      }).catch((error: unknown) => {
        throw conflictOf(error, grant);
      });
      return { status: 201, body: toWire(created) };
    },

    async getClientGrant({ path }) {
      const found = await storage.config.clientGrants.find(path.id);
      if (found === null) throw new ManagementError('inexistent_client_grant');
      return { status: 200, body: toWire(found) };
    },

    async updateClientGrant(call) {
      const changes = toChanges(call.body);
      const updated = await change(call, async (config) => {
        const found = await config.clientGrants.find(call.path.id);
        if (found === null) throw new ManagementError('inexistent_client_grant');
        checkNotSystem(found);
        const api = await config.resourceServers.findByIdentifier(found.audience);
        const client = found.clientId === null ? null : await config.clients.find(found.clientId);
        if (api === null) throw new Error(`client grant ${found.id} has no API`);
        checkNoOrganizationsOnSystemApi(changes, api);
        checkScopeChange(found, changes);
        checkClientGrant({ ...found, ...changes }, client, api);
        return config.clientGrants.update(found.id, changes);
      });
      return { status: 200, body: toWire(updated) };
    },

    async deleteClientGrant(call) {
      await change(call, async (config) => {
        const found = await config.clientGrants.find(call.path.id);
        if (found === null) return;
        checkNotSystem(found);
        await config.clientGrants.delete(found.id);
      });
      return { status: 204, body: undefined };
    },

    async listClientGrantOrganizations({ path, query }) {
      const found = await storage.config.clientGrants.find(path.id);
      if (found === null) throw new ManagementError('inexistent_client_grant');
      const window = windowOf(query);
      const listing = await storage.config.organizations.list({ clientGrantId: found.id }, window);
      return {
        status: 200,
        body: listBody('organizations', window, listing, organizationToWire, { totalsLast: true }),
      };
    },
  };
}
