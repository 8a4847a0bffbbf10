import type { QuotaUse, SubjectQuota } from '../domain/token-quota.js';
import type { TokenQuotas } from '../domain/token-facts.js';
import type { ClientDenial, ClientGranted } from './decision.js';

/**
 * The quotas that a granted token counts against (token-issuance.md CC-15): the client's and the organization's, or the
 * tenant's defaults where these have none of their own.
 */
export function quotasFor(
  decision: ClientGranted,
  clientId: string,
  quotas: TokenQuotas,
): readonly SubjectQuota[] {
  const { organization } = decision;
  const ofClient = quotas.client ?? quotas.defaults.clients;
  const ofOrganization =
    organization && (quotas.organizations[organization.id] ?? quotas.defaults.organizations);
  return [
    ...(ofClient ? [{ of: 'client', id: clientId, quota: ofClient } as const] : []),
    ...(organization && ofOrganization
      ? [{ of: 'organization', id: organization.id, quota: ofOrganization } as const]
      : []),
  ];
}

/** Refuses what is too much for a quota that is enforced. */
export function decideQuota(uses: readonly QuotaUse[]): ClientDenial | null {
  const exceeded = uses.find((use) => use.exceeded);
  return exceeded ? { reason: 'quota_exceeded', of: exceeded.of } : null;
}
