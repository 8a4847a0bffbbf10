// What the policy is asked about a backchannel request, each time that it is: before the user is bothered, when the user looks
// at it, and when its tokens are due.

import type { Approval, AskedApproval } from '../../../domain/approval.js';
import type { Tenant } from '../../../domain/tenant.js';
import type { UserAccessRequest } from '../../../policy/decision.js';
import { grantTypes } from '../../vocabulary.js';

interface About {
  readonly audience: string | null;
  readonly resource: string | null;
  readonly organization: string | null;
  readonly asked: AskedApproval;
}

/** What `/userinfo` goes by as an audience. */
const userinfoOf = ({ issuer }: Tenant): string => `${issuer}userinfo`;

/** A request that nobody has approved yet. */
export function requestToAsk(
  { audience, resource, organization, asked }: About,
  tenant: Tenant,
): UserAccessRequest {
  return {
    subjectType: 'user',
    flow: 'ciba',
    grantType: grantTypes.ciba,
    audience,
    resource,
    scopes: asked.scopes,
    organization,
    authorizationDetails: asked.authorizationDetails,
    userinfoAudience: userinfoOf(tenant),
    responseType: null,
    hasCodeChallenge: false,
    redirectUri: null,
    hasAgreedToDetails: false,
    bindsKey: false,
    original: null,
    approvedScopes: null,
  };
}

/** The same, of one that is kept: for the API that it was made for, whatever the tenant's default is by now. */
export function requestOfApproval(
  { audience, organizationId: organization, asked, approvedScopes, hasSecondFactor }: Approval,
  tenant: Tenant,
): UserAccessRequest {
  const about = { audience: audience ?? userinfoOf(tenant), resource: null, organization, asked };
  return {
    ...requestToAsk(about, tenant),
    approvedScopes,
    hasAgreedToDetails: approvedScopes !== null,
    ...(hasSecondFactor && { secondFactor: 'now' }),
  };
}
