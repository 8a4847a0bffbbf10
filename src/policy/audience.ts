import type { TenantFacts } from '../domain/access-facts.js';
import type { AccessRequest } from './decision.js';

/** Which API a request is about, and the row of token-issuance.md that says so. */
export interface AudienceAsked {
  readonly audience: string;
  readonly source: 'AU-1' | 'AU-2' | 'AU-3';
  readonly because: string;
}

/**
 * AU-1 to AU-3: `audience`; without one `resource`, where the tenant's profile is `compatibility`; without either the
 * tenant's default audience. Null when nothing names an API.
 *
 * Any other profile leaves `resource` aside, as if it had not been sent.
 */
export function audienceOf(
  { audience, resource }: Pick<AccessRequest, 'audience' | 'resource'>,
  tenant: TenantFacts,
): AudienceAsked | null {
  if (audience !== null) return { audience, source: 'AU-1', because: 'an API has this identifier' };
  if (resource !== null && tenant.resourceParameterProfile === 'compatibility') {
    return { audience: resource, source: 'AU-3', because: 'an API has the resource as its identifier' };
  }
  const byDefault = tenant.defaultAudience;
  if (byDefault == null) return null;
  return { audience: byDefault, source: 'AU-2', because: "the tenant's default audience" };
}
