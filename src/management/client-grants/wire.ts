// A client grant as the wire has it, and as the domain has it.

import type { components } from '../../generated/openapi.js';
import type { ClientGrant, ClientGrantChanges } from '../../domain/client-grant.js';

type Schemas = components['schemas'];

/** Members in the recorded order; what was never set is left out (recorded-behaviour.md 4). */
export function toWire(grant: ClientGrant): Schemas['ClientGrant'] {
  return {
    id: grant.id,
    ...(grant.clientId !== null && { client_id: grant.clientId }),
    audience: grant.audience,
    // All scopes and a list of scopes exclude each other.
    ...(grant.allowAllScopes !== true && { scope: [...grant.scopes] }),
    ...(grant.organizationUsage !== null && { organization_usage: grant.organizationUsage }),
    ...(grant.allowAnyOrganization !== null && { allow_any_organization: grant.allowAnyOrganization }),
    ...(grant.isSystem && { is_system: true }),
    subject_type: grant.subjectType,
    ...(grant.defaultFor !== null && { default_for: grant.defaultFor }),
    ...(grant.authorizationDetailsTypes !== null && {
      authorization_details_types: [...grant.authorizationDetailsTypes],
    }),
    ...(grant.allowAllScopes !== null && { allow_all_scopes: grant.allowAllScopes }),
  };
}

/** The answer to adding a grant to an organization: `grant_id` in place of `id`, no `subject_type` (recorded). */
export function toOrganizationWire(grant: ClientGrant): Schemas['OrganizationClientGrant'] {
  const { id, client_id, audience, scope, organization_usage, allow_any_organization } = toWire(grant);
  return {
    grant_id: id,
    ...(client_id !== undefined && { client_id }),
    audience,
    ...(scope !== undefined && { scope }),
    ...(organization_usage !== undefined && { organization_usage }),
    ...(allow_any_organization !== undefined && { allow_any_organization }),
  };
}

/** The changes that a PATCH asks for. Switching `allow_all_scopes` takes the list of scopes away, either way (recorded). */
export function toChanges(body: Schemas['UpdateClientGrant']): ClientGrantChanges {
  return {
    ...(body.allow_all_scopes === true && { scopes: [] }),
    ...(body.scope !== undefined && { scopes: body.scope ?? [] }),
    ...(body.allow_all_scopes !== undefined && { allowAllScopes: body.allow_all_scopes }),
    ...(body.organization_usage !== undefined && { organizationUsage: body.organization_usage }),
    ...(body.allow_any_organization !== undefined && { allowAnyOrganization: body.allow_any_organization }),
    ...(body.authorization_details_types !== undefined && {
      authorizationDetailsTypes: body.authorization_details_types,
    }),
  };
}
