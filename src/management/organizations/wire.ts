// An organization as the wire has it, and as the domain has it.

import { withoutNulls } from '../../domain/json.js';
import type { components } from '../../generated/openapi.js';
import type { Organization, OrganizationChanges } from '../../domain/organization.js';
import { quotaFromWire, quotaToWire } from '../token-quota.js';

type Schemas = components['schemas'];
type Wire = Schemas['Organization'];

/** Members in the recorded order; what was never set is left out (recorded-behaviour.md 7). */
export function toWire(organization: Organization): Wire {
  const { id, name, displayName, branding, metadata, tokenQuota } = organization;
  return {
    id,
    ...(displayName !== null && { display_name: displayName }),
    name,
    ...(branding !== null && { branding: branding }),
    ...(metadata !== null && { metadata: metadata as NonNullable<Wire['metadata']> }),
    ...(tokenQuota !== null && { token_quota: quotaToWire(tokenQuota) }),
    third_party_client_access: organization.thirdPartyClientAccess,
    is_app_entitlement_active: organization.isAppEntitlementActive,
  };
}

/** The changes that a body asks for. `metadata` is replaced; `{}` removes it (recorded). */
export function toChanges(body: Schemas['UpdateOrganization']): OrganizationChanges {
  const metadata = body.metadata && withoutNulls(body.metadata);
  return {
    ...(body.name !== undefined && { name: body.name }),
    ...(body.display_name !== undefined && { displayName: body.display_name }),
    ...(body.branding !== undefined && { branding: body.branding }),
    ...(metadata !== undefined && { metadata: Object.keys(metadata).length > 0 ? metadata : null }),
    ...(body.token_quota !== undefined && {
      tokenQuota: body.token_quota && quotaFromWire(body.token_quota),
    }),
    ...(body.third_party_client_access !== undefined && {
      thirdPartyClientAccess: body.third_party_client_access,
    }),
    ...(body.is_app_entitlement_active !== undefined && {
      isAppEntitlementActive: body.is_app_entitlement_active,
    }),
  };
}
