// Facts and requests about users for tests of the policy: valid defaults, so that a test shows only what it is about.

import type {
  AccessFacts,
  ClientFacts,
  ClientGrantFacts,
  OrganizationFacts,
  ResourceServerFacts,
  TenantFacts,
  UserFacts,
} from '../../../src/domain/access-facts.js';
import { decideAccess } from '../../../src/policy/decide-access.js';
import type {
  AssertedAccess,
  OriginalAccess,
  UserAccessRequest,
  UserDecision,
} from '../../../src/policy/decision.js';
import type { PlatformChoices } from '../../../src/policy/platform-choices.js';
import * as base from '../facts.js';

export { API } from '../facts.js';
export const OTHER_API = 'https://other.example.com';
export const USERINFO = 'https://tenant.example.com/userinfo';
const API = base.API;

const grantTypes = [
  'authorization_code',
  'refresh_token',
  'implicit',
  'password',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:openid:params:grant-type:ciba',
];

/** `c1` of token-issuance.md 9. */
export const firstParty: ClientFacts = { ...base.firstParty, grantTypes };
/** `t1`, with more switched on than it can have. */
export const strict: ClientFacts = { ...base.strictThirdParty, grantTypes };
export const permissive: ClientFacts = { ...base.permissiveThirdParty, grantTypes };

/** `u1`: may `read` and `write`, belongs to `org_a` and has agreed to all that there is. */
const user: UserFacts = {
  userId: 'auth0|u1',
  isBlocked: false,
  hasSecondFactor: false,
  connection: { id: 'con_1', isDomainConnection: true, isEnabledForClient: true },
  directPermissions: ['write'],
  rolePermissions: ['read'],
  memberships: [{ organizationId: 'org_a', permissions: ['delete'] }],
  consents: [API, OTHER_API, null].flatMap((audience) =>
    [null, 'org_a'].map((organizationId) => ({
      audience,
      organizationId,
      scopes: ['openid', 'profile', 'email', 'address', 'phone', 'offline_access', 'read', 'write', 'delete'],
    })),
  ),
};

export const grant = (clientId: string, scopes: readonly string[], changes: Partial<ClientGrantFacts> = {}) =>
  base.ownGrant(clientId, { subjectType: 'user', scopes, ...changes });
export const sharedGrant = (scopes: readonly string[], changes: Partial<ClientGrantFacts> = {}) =>
  base.defaultGrant({ subjectType: 'user', scopes, ...changes });
export const organization = (changes: Partial<OrganizationFacts> = {}): OrganizationFacts =>
  base.organization('org_a', { enabledConnectionIds: ['con_1'], ...changes });

export interface Setup {
  readonly tenant?: Partial<TenantFacts>;
  readonly client?: ClientFacts;
  /** Null: no API has the identifier. */
  readonly api?: Partial<ResourceServerFacts> | null;
  readonly grants?: readonly ClientGrantFacts[];
  readonly organizations?: readonly OrganizationFacts[];
  /** Null: nobody has logged in. */
  readonly user?: Partial<UserFacts> | null;
}

export const factsOf = ({ client = firstParty, user: given = {}, ...setup }: Setup = {}): AccessFacts => ({
  ...base.factsOf({ ...setup, client }),
  user: given && { ...user, ...given },
});

/** The code flow with PKCE to a callback that can be verified. */
export function requestOf(changes: Partial<UserAccessRequest> = {}): UserAccessRequest {
  return {
    subjectType: 'user',
    flow: 'authorize',
    grantType: 'authorization_code',
    userinfoAudience: USERINFO,
    audience: API,
    resource: null,
    scopes: null,
    organization: null,
    authorizationDetails: null,
    responseType: 'code',
    hasCodeChallenge: true,
    redirectUri: 'https://app.example.com/callback',
    bindsKey: false,
    hasAgreedToDetails: false,
    original: null,
    ...changes,
  };
}

const behind = { responseType: null, redirectUri: null, hasCodeChallenge: false } as const;

export const passwordRequest = (changes: Partial<UserAccessRequest> = {}): UserAccessRequest =>
  requestOf({ ...behind, flow: 'password', grantType: 'password', ...changes });

/** At the token endpoint, after a login that came to this. */
export const laterRequest = (
  flow: 'refresh' | 'code_exchange',
  original: Partial<OriginalAccess>,
  changes: Partial<UserAccessRequest> = {},
): UserAccessRequest =>
  requestOf({
    ...behind,
    flow,
    grantType: flow === 'refresh' ? 'refresh_token' : 'authorization_code',
    audience: null,
    original: { audience: API, scopes: [], needsConsent: false, ...original },
    ...changes,
  });

/** A backchannel request. @param changes.approvedScopes what its user has approved; none where it waits. */
export const backchannelRequest = (changes: Partial<UserAccessRequest> = {}): UserAccessRequest =>
  requestOf({ ...behind, flow: 'ciba', grantType: 'urn:openid:params:grant-type:ciba', ...changes });

export const exchangeRequest = (
  flow: 'custom_exchange' | 'on_behalf_of',
  changes: Partial<UserAccessRequest> = {},
): UserAccessRequest =>
  requestOf({
    ...behind,
    flow,
    grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
    ...changes,
  });

/** With an assertion that is about `API`, of a connection that no organization has. */
export const assertionRequest = (
  changes: Partial<UserAccessRequest> = {},
  asserted: Partial<AssertedAccess> = {},
): UserAccessRequest =>
  requestOf({
    ...behind,
    flow: 'identity_assertion',
    grantType: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    audience: null,
    asserted: { resources: [API], organizationIds: [], ...asserted },
    ...changes,
  });

/** A decision as tables state it: the scopes of the token in brackets, or the reason why there is none. */
export function answerOf(decision: UserDecision): string {
  return decision.granted ? `[${decision.scopes.join(' ')}]` : decision.denial.reason;
}

/** One row of a decision table. */
export interface Row {
  /** A guarantee. */
  readonly name: string;
  /** Rows of token-issuance.md. */
  readonly source: string;
  readonly setup?: Setup;
  readonly request?: UserAccessRequest;
  readonly choices?: PlatformChoices;
  /** Scopes in brackets, or the reason. */
  readonly answer: string;
  /** The row that the trace ends with, or that took a scope; the first of `source` where it is left out. */
  readonly decidedBy?: string;
}

export const decide = ({ setup, request = requestOf(), choices }: Omit<Row, 'name' | 'source' | 'answer'>) =>
  decideAccess(request, factsOf(setup), choices);
