// Facts and requests for tests of the policy: valid defaults, so that a test shows only what it is about.

import type {
  AccessFacts,
  ClientFacts,
  ClientGrantFacts,
  OrganizationFacts,
  ResourceServerFacts,
  TenantFacts,
} from '../../src/domain/access-facts.js';
import { decideAccess } from '../../src/policy/decide-access.js';
import type { ClientAccessRequest, ClientDecision, ClientDenial } from '../../src/policy/decision.js';
import type { PlatformChoices } from '../../src/policy/platform-choices.js';

export const API = 'https://api.example.com';

export const firstParty: ClientFacts = {
  clientId: 'c1',
  name: 'First',
  isFirstParty: true,
  thirdPartySecurityMode: null,
  grantTypes: ['client_credentials'],
  isConfidential: true,
  isSelfRegistered: false,
  isOidcConformant: true,
  requiresProofOfPossession: false,
  defaultOrganizationId: null,
  appType: null,
  resourceServerIdentifier: null,
  organizationUsage: 'deny',
  organizationRequireBehavior: 'no_prompt',
  refreshTokenPolicies: [],
  tokenExchangeTypes: [],
  usesIdentityAssertions: false,
  trustsNonVerifiableCallbacks: false,
};

export const strictThirdParty: ClientFacts = {
  ...firstParty,
  clientId: 't1',
  name: 'Third, strict',
  isFirstParty: false,
  thirdPartySecurityMode: 'strict',
};

export const permissiveThirdParty: ClientFacts = {
  ...strictThirdParty,
  clientId: 'p1',
  name: 'Third, permissive',
  thirdPartySecurityMode: 'permissive',
};

export const resourceServer: ResourceServerFacts = {
  identifier: API,
  systemApi: null,
  userPolicy: 'allow_all',
  clientPolicy: 'require_client_grant',
  scopes: ['read', 'write', 'delete'],
  proofOfPossessionRequiredFor: null,
  proofOfPossessionMechanism: null,
  allowsOfflineAccess: true,
  enforcesPolicies: false,
  showsPermissions: false,
  skipsConsentForFirstParty: true,
  authorizationDetailsTypes: [],
};

/** A client's own grant for client credentials: `read write`, no organizations. */
export function ownGrant(clientId: string, changes: Partial<ClientGrantFacts> = {}): ClientGrantFacts {
  return {
    id: `cgr_${clientId}`,
    clientId,
    defaultFor: null,
    audience: API,
    subjectType: 'client',
    scopes: ['read', 'write'],
    allowAllScopes: false,
    organizationUsage: 'deny',
    allowAnyOrganization: false,
    authorizationDetailsTypes: [],
    ...changes,
  };
}

/** The grant that all third-party clients share. */
export function defaultGrant(changes: Partial<ClientGrantFacts> = {}): ClientGrantFacts {
  return ownGrant('', {
    id: 'cgr_default',
    clientId: null,
    defaultFor: 'third_party_clients',
    ...changes,
  });
}

export function organization(id: string, changes: Partial<OrganizationFacts> = {}): OrganizationFacts {
  return {
    id,
    name: id.replace('org_', ''),
    clientGrantIds: [],
    allowsThirdPartyClients: false,
    isAppEntitlementActive: false,
    isClientListedForMembers: false,
    enabledConnectionIds: [],
    ...changes,
  };
}

export interface Setup {
  readonly tenant?: Partial<TenantFacts>;
  readonly client?: ClientFacts;
  /** Null: no API has the identifier. */
  readonly api?: Partial<ResourceServerFacts> | null;
  readonly grants?: readonly ClientGrantFacts[];
  readonly organizations?: readonly OrganizationFacts[];
}

export function factsOf({
  tenant = {},
  client = firstParty,
  api = {},
  grants = [],
  organizations = [],
}: Setup): AccessFacts {
  return {
    tenant: {
      defaultAudience: null,
      allowOrganizationNames: false,
      resourceParameterProfile: 'audience',
      requiresSecondFactor: false,
      hasSecondFactors: false,
      ...tenant,
    },
    client,
    resourceServer: api && { ...resourceServer, ...api },
    clientGrants: grants,
    organizations,
    user: null,
  };
}

export function requestOf(changes: Partial<ClientAccessRequest> = {}): ClientAccessRequest {
  return {
    subjectType: 'client',
    grantType: 'client_credentials',
    audience: API,
    resource: null,
    scopes: null,
    organization: null,
    ...changes,
  };
}

/** A decision without its trace, as tables state it. */
export type Answer =
  | { readonly scopes: readonly string[]; readonly organization: string | null; readonly by: string | null }
  | ClientDenial;

export function answerOf(decision: ClientDecision): Answer {
  if (!decision.granted) return decision.denial;
  return {
    scopes: decision.scopes,
    organization: decision.organization?.id ?? null,
    by: decision.clientGrantId,
  };
}

/** One row of a decision table. */
export interface Row {
  /** A guarantee. */
  readonly name: string;
  /** Rows of token-issuance.md. */
  readonly source: string;
  readonly setup: Setup;
  readonly request?: Partial<ClientAccessRequest>;
  readonly choices?: PlatformChoices;
  readonly answer: Answer;
}

export const answerTo = ({ setup, request, choices }: Row): Answer =>
  answerOf(decideAccess(requestOf(request), factsOf(setup), choices));

/** What a token has, and the client grant that gives it. */
export const token = (
  scopes: readonly string[],
  by = 'cgr_c1',
  organization: string | null = null,
): Answer => ({ scopes, organization, by });

export const notGranted = (...missing: string[]): ClientDenial => ({ reason: 'scopes_not_granted', missing });
export const noClientGrant: ClientDenial = { reason: 'client_grant_missing', audience: API };
