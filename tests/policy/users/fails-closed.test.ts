// What the policy does not know about a user, an API or a client, it takes for what refuses or narrows (design.md 1: "A
// missing fact denies").

import type { AccessFacts } from '../../../src/domain/access-facts.js';
import { decideAccess } from '../../../src/policy/decide-access.js';
import type { UserAccessRequest } from '../../../src/policy/decision.js';
import {
  answerOf,
  assertionRequest,
  factsOf,
  firstParty,
  grant,
  organization,
  passwordRequest,
  requestOf,
  type Setup,
  strict,
} from './facts.js';

function without(facts: AccessFacts, path: string): AccessFacts {
  const copy = structuredClone(facts);
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let holder = copy as unknown as Record<string, unknown>;
  for (const key of keys) holder = holder[key] as Record<string, unknown>;
  holder[last] = undefined;
  return copy;
}

interface Case {
  readonly path: string;
  readonly because: string;
  readonly setup?: Setup;
  readonly request?: UserAccessRequest;
  readonly answer: string;
}

const read = requestOf({ scopes: ['read'] });
const inOrganization: Setup = {
  client: { ...firstParty, organizationUsage: 'allow' },
  organizations: [organization()],
};
const forOrganization = requestOf({ scopes: ['read'], organization: 'org_a' });

test.each<Case>([
  { path: 'user', because: 'nobody may have logged in', answer: 'configuration_not_understood' },
  { path: 'user.isBlocked', because: 'the user may be blocked', answer: 'user_blocked' },
  {
    path: 'user.consents',
    because: 'nothing may be agreed to',
    setup: { api: { skipsConsentForFirstParty: false } },
    answer: 'configuration_not_understood',
  },
  {
    path: 'user.connection',
    because: 'the connection may not be enabled',
    answer: 'configuration_not_understood',
  },
  {
    path: 'user.connection.isDomainConnection',
    because: 'it may be none',
    setup: { client: strict, grants: [grant('t1', ['read'])] },
    answer: 'connection_not_enabled',
  },
  {
    path: 'user.memberships',
    because: 'the user may be no member',
    setup: inOrganization,
    request: forOrganization,
    answer: 'configuration_not_understood',
  },
  {
    path: 'client.isFirstParty',
    because: 'the client may be a strict third party',
    answer: 'client_grant_missing',
  },
  {
    path: 'client.thirdPartySecurityMode',
    because: 'the client may be a strict one',
    setup: { client: { ...strict, thirdPartySecurityMode: 'permissive' } },
    answer: 'client_grant_missing',
  },
  {
    path: 'client.isConfidential',
    because: 'the client may be public',
    request: { ...read, hasCodeChallenge: false },
    answer: 'pkce_required',
  },
  {
    path: 'client.organizationUsage',
    because: 'it may be deny or require',
    answer: 'configuration_not_understood',
  },
  {
    path: 'client.organizationRequireBehavior',
    because: 'it may be no_prompt',
    setup: { client: { ...firstParty, organizationUsage: 'require' } },
    answer: 'configuration_not_understood',
  },
  {
    path: 'client.trustsNonVerifiableCallbacks',
    because: 'the client may not',
    request: { ...read, redirectUri: 'http://localhost/' },
    setup: { client: { ...firstParty, trustsNonVerifiableCallbacks: true }, user: { consents: [] } },
    answer: 'consent_required',
  },
  {
    path: 'client.requiresProofOfPossession',
    because: 'the client may',
    request: passwordRequest(),
    answer: 'proof_of_possession_required',
  },
  { path: 'resourceServer', because: 'there may be none', answer: 'configuration_not_understood' },
  {
    path: 'resourceServer.userPolicy',
    because: 'it may be deny_all',
    answer: 'configuration_not_understood',
  },
  {
    path: 'resourceServer.systemApi',
    because: 'it may be one',
    setup: { client: strict, grants: [grant('t1', ['read'])] },
    answer: 'system_api_closed_to_third_parties',
  },
  {
    path: 'resourceServer.scopes',
    because: 'the API may define none',
    answer: '[]',
  },
  {
    path: 'resourceServer.enforcesPolicies',
    because: 'RBAC may be on',
    setup: { user: { rolePermissions: [] } },
    answer: '[]',
  },
  {
    path: 'resourceServer.skipsConsentForFirstParty',
    because: 'the API may want consent',
    setup: { user: { consents: [] } },
    answer: 'consent_required',
  },
  {
    path: 'resourceServer.allowsOfflineAccess',
    because: 'the API may not',
    request: requestOf({ scopes: ['offline_access', 'read'] }),
    answer: '[read]',
  },
  {
    path: 'resourceServer.proofOfPossessionRequiredFor',
    because: 'the token may have to be bound',
    request: passwordRequest(),
    answer: 'proof_of_possession_required',
  },
  {
    path: 'clientGrants.0.subjectType',
    because: 'it may be for clients',
    setup: { api: { userPolicy: 'require_client_grant' }, grants: [grant('c1', ['read'])] },
    answer: 'client_grant_missing',
  },
  {
    path: 'clientGrants.0.allowAllScopes',
    because: 'it may be for what it lists',
    setup: {
      api: { userPolicy: 'require_client_grant' },
      grants: [grant('c1', [], { allowAllScopes: true })],
    },
    answer: '[]',
  },
  {
    path: 'organizations.0.isAppEntitlementActive',
    because: 'clients may have to be listed',
    setup: inOrganization,
    request: forOrganization,
    answer: 'organization_closed_to_client',
  },
  {
    path: 'organizations.0.allowsThirdPartyClients',
    because: 'the organization may not',
    setup: {
      client: { ...strict, organizationUsage: 'allow' },
      grants: [grant('t1', ['read'])],
      organizations: [organization({ allowsThirdPartyClients: true })],
    },
    request: forOrganization,
    answer: 'organization_closed_to_third_parties',
  },
  {
    path: 'organizations.0.enabledConnectionIds',
    because: 'the connection may be none of it',
    setup: inOrganization,
    request: forOrganization,
    answer: 'configuration_not_understood',
  },
])('without $path the answer is $answer: $because', ({ path, setup, request = read, answer }) => {
  const facts = factsOf(setup);
  expect(answerOf(decideAccess(request, without(facts, path)))).toBe(answer);
  // With it the answer is another one.
  expect(answerOf(decideAccess(request, facts))).not.toBe(answer);
});

test.each([
  ['client.usesIdentityAssertions', 'the client may not', 'identity_assertion_not_allowed'],
  ['user.memberships', 'the user may be no member', 'configuration_not_understood'],
  ['organizations', 'the organization may be closed to the client', 'configuration_not_understood'],
])('at an identity assertion, without %s: %s', (path, _, answer) => {
  const request = assertionRequest({ scopes: ['read'] }, { organizationIds: ['org_a'] });
  const client = { ...firstParty, usesIdentityAssertions: true, organizationUsage: 'allow' } as const;
  const facts = factsOf({ client, organizations: [organization()] });
  expect(answerOf(decideAccess(request, without(facts, path)))).toBe(answer);
  expect(answerOf(decideAccess(request, facts))).toBe('[read]');
});

test('an identity assertion that nobody has read gets nothing', () => {
  const { asserted: _, ...request } = assertionRequest({ scopes: ['read'] });
  const facts = factsOf({ client: { ...firstParty, usesIdentityAssertions: true } });
  expect(answerOf(decideAccess(request, facts))).toBe('configuration_not_understood');
});

test('a flow that is not known gets nothing', () => {
  expect(answerOf(decideAccess({ ...read, flow: 'nosuch' as never }, factsOf()))).toBe(
    'configuration_not_understood',
  );
});
