// What tokens for a user say (token-issuance.md 6.1, 6.4), whoever makes them.

import type { JWTPayload } from 'jose';
import { SECOND_FACTOR } from '../../domain/second-factor.js';
import type { Tenant } from '../../domain/tenant.js';
import type { TokenSettings } from '../../domain/token-facts.js';
import { claimsOf } from '../access-token.js';
import { grantTypes } from '../vocabulary.js';
import type { Issuance } from './issuance.js';
import { userClaims } from './user-claims.js';

/** Q23. */
const GTY: Record<string, string> = {
  [grantTypes.password]: 'password',
  [grantTypes.passwordRealm]: 'password',
  [grantTypes.refreshToken]: 'refresh_token',
};

/** Claims of an access token for an API. @param settings those of the issuance. */
export function accessTokenClaims(
  issuance: Issuance,
  settings: TokenSettings,
  tenant: Tenant,
  now: Date,
): JWTPayload {
  const { decision, user, changes, facts, authorization, otherClaims } = issuance;
  if (decision.audience === null) throw new TypeError('a token for an API without an API');
  const details = decision.authorizationDetails;
  const bearer = {
    subject: user.userId,
    clientId: facts.access.client.clientId,
    gty: GTY[issuance.grantType] ?? null,
    permissions: decision.permissions,
    // token-issuance.md 6.1.
    isForUserinfo: decision.scopes.includes('openid') && settings.signingAlgorithm === 'RS256',
    otherClaims: {
      ...changes.accessTokenClaims,
      ...otherClaims,
      ...(details && { authorization_details: details }),
      // What the MFA API goes by (MF-3; RFC 9068 section 2.2.1).
      ...(facts.access.resourceServer?.systemApi === 'mfa' &&
        authorization.hasSecondFactor && { amr: [SECOND_FACTOR] }),
    },
  };
  const { scopes, organization, audience } = decision;
  const orgName = facts.access.tenant.allowOrganizationNames;
  return claimsOf({ scopes, organization, audience }, bearer, settings, tenant, now, orgName);
}

/** Claims of an ID token, around those that the protocol needs. */
export function idTokenClaims(
  { user, decision, facts, changes, authorization }: Issuance,
  ofProtocol: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const { organization } = decision;
  return {
    // Those of Actions never replace a claim of ours.
    ...changes.idTokenClaims,
    ...ofProtocol,
    // The platform's page "Configure Step-up Authentication for Web Apps"; RFC 8176.
    ...(authorization.hasSecondFactor && { amr: [SECOND_FACTOR] }),
    ...userClaims(user, decision.scopes),
    ...(organization && { org_id: organization.id }),
    ...(organization && facts.access.tenant.allowOrganizationNames && { org_name: organization.name }),
  };
}
