// Backchannel authentication requests (token-issuance.md 4.13, TP-12, RA-10): decided before the user is bothered, when they
// are shown, and when the token is issued.

import { decideAccess } from '../../../src/policy/decide-access.js';
import {
  API,
  backchannelRequest,
  factsOf,
  firstParty,
  grant,
  organization,
  permissive,
  strict,
  USERINFO,
} from './facts.js';
import { decisionTable } from './table.js';

const requires = { userPolicy: 'require_client_grant' } as const;
const CIBA = 'urn:openid:params:grant-type:ciba';
const asks = backchannelRequest({ scopes: ['openid', 'read', 'write', 'offline_access'] });
const approved = { ...asks, approvedScopes: ['openid', 'read', 'write', 'offline_access'] };
const details = [{ type: 'payment', amount: 5 }];

decisionTable('who may ask users behind their backs', [
  {
    name: 'the grant type has to be switched on',
    source: 'GE-3',
    setup: {
      client: { ...firstParty, grantTypes: firstParty.grantTypes.filter((type) => type !== CIBA) },
      user: null,
    },
    request: asks,
    answer: 'grant_type_not_allowed',
  },
  {
    name: 'a public client never may',
    source: 'CB-6',
    setup: { client: { ...firstParty, isConfidential: false }, user: null },
    request: asks,
    answer: 'grant_type_not_allowed',
  },
  {
    name: 'a client that is not oidc_conformant never may',
    source: 'CB-6',
    setup: { client: { ...firstParty, isOidcConformant: false }, user: null },
    request: asks,
    answer: 'grant_type_not_allowed',
  },
  {
    name: 'a strict third party never may, whatever it has switched on',
    source: 'TP-12',
    setup: { client: strict, grants: [grant('t1', ['read'])], user: null },
    request: asks,
    answer: 'grant_type_not_allowed',
  },
  {
    name: 'a permissive third party never may',
    source: 'TP-12',
    setup: { client: permissive, user: null },
    request: approved,
    answer: 'grant_type_not_allowed',
  },
  {
    name: 'an API that needs a client grant is refused before anybody is bothered',
    source: 'US-2',
    setup: { api: requires, user: null },
    request: asks,
    answer: 'client_grant_missing',
  },
  {
    name: 'an API that is closed is refused before anybody is bothered',
    source: 'US-1',
    setup: { api: { userPolicy: 'deny_all' }, user: null },
    request: asks,
    answer: 'policy_denies_all',
  },
  {
    name: 'an API that nobody knows',
    source: 'AU-4',
    setup: { api: null, user: null },
    request: asks,
    answer: 'resource_server_unknown',
  },
  {
    name: 'all else waits for the user',
    source: 'GE-9',
    setup: { user: null },
    request: asks,
    answer: 'login_required',
  },
  {
    name: 'a blocked user is not bothered',
    source: 'UB-1',
    setup: { user: { isBlocked: true } },
    request: asks,
    answer: 'user_blocked',
  },
  {
    name: 'a user who is blocked after the approval gets the client nothing',
    source: 'UB-1',
    setup: { user: { isBlocked: true } },
    request: approved,
    answer: 'user_blocked',
  },
  {
    name: 'a user of a connection that is not for the client is not bothered',
    source: 'CN-1',
    setup: {
      user: { connection: { id: 'con_2', isDomainConnection: false, isEnabledForClient: false } },
    },
    request: asks,
    answer: 'connection_not_enabled',
  },
]);

decisionTable('organizations', [
  {
    name: 'where one is needed, and nobody can be asked which',
    source: 'UO-2',
    setup: {
      client: {
        ...firstParty,
        organizationUsage: 'require',
        organizationRequireBehavior: 'post_login_prompt',
      },
    },
    request: asks,
    answer: 'organization_required',
  },
  {
    name: 'the user has to belong to it',
    source: 'UO-5',
    setup: {
      client: { ...firstParty, organizationUsage: 'allow' },
      organizations: [organization()],
      user: { memberships: [] },
    },
    request: { ...asks, organization: 'org_a' },
    answer: 'not_a_member',
  },
]);

decisionTable('approvals', [
  {
    name: 'the user has to approve, though consent is skipped and was given before',
    source: 'CB-7',
    request: asks,
    answer: 'consent_required',
  },
  {
    name: 'what the user has approved is had',
    source: 'CB-7',
    setup: { api: { allowsOfflineAccess: true } },
    request: approved,
    answer: '[openid read write offline_access]',
  },
  {
    name: 'nothing is had that was not shown',
    source: 'CB-7',
    request: { ...asks, approvedScopes: ['openid', 'read'] },
    answer: '[openid read]',
  },
  {
    name: 'nothing is had that was not asked for, whatever was approved',
    source: 'CB-7',
    request: { ...backchannelRequest({ scopes: ['openid'] }), approvedScopes: ['openid', 'read', 'delete'] },
    answer: '[openid]',
  },
  {
    name: 'an approval of nothing gives nothing',
    source: 'CB-7',
    request: { ...asks, approvedScopes: [] },
    answer: '[]',
  },
  {
    name: 'a permission that was lost after the approval is lost',
    source: 'US-10',
    setup: { api: { enforcesPolicies: true }, user: { directPermissions: [], rolePermissions: ['read'] } },
    request: approved,
    answer: '[openid read offline_access]',
  },
  {
    name: 'a scope that the grant lost after the approval is lost',
    source: 'US-5',
    setup: { api: requires, grants: [grant('c1', ['write'])] },
    request: approved,
    answer: '[openid write offline_access]',
  },
  {
    name: 'a client grant that was lost after the approval ends it',
    source: 'US-2',
    setup: { api: requires },
    request: approved,
    answer: 'client_grant_missing',
  },
  {
    name: 'a proof of possession is due with the tokens, and not before',
    source: 'PP-1',
    setup: { client: { ...firstParty, requiresProofOfPossession: true } },
    request: approved,
    answer: 'proof_of_possession_required',
  },
  {
    name: 'the approval comes before it',
    source: 'CB-7',
    setup: { client: { ...firstParty, requiresProofOfPossession: true } },
    request: asks,
    answer: 'consent_required',
  },
]);

decisionTable('authorization_details', [
  {
    name: 'a type that the API does not take is refused before anybody is bothered',
    source: 'RA-1, RA-10',
    setup: { user: null },
    request: { ...asks, authorizationDetails: details },
    answer: 'authorization_details_not_allowed',
  },
  {
    name: 'a type that the grant does not list is refused',
    source: 'RA-3, RA-10',
    setup: { api: { ...requires, authorizationDetailsTypes: ['payment'] }, grants: [grant('c1', ['read'])] },
    request: { ...approved, authorizationDetails: details },
    answer: 'authorization_details_not_allowed',
  },
]);

test('authorization_details that were approved come with the decision, and need no consent later', () => {
  const facts = factsOf({ api: { authorizationDetailsTypes: ['payment'] } });
  expect(decideAccess({ ...approved, authorizationDetails: details }, facts)).toMatchObject({
    granted: true,
    authorizationDetails: details,
    needsConsent: false,
  });
});

test('what the user would approve is what is left of the request', () => {
  const facts = factsOf({ api: { enforcesPolicies: true }, user: { directPermissions: [] } });
  expect(decideAccess(asks, facts)).toMatchObject({
    denial: { reason: 'consent_required', audience: API, scopes: ['openid', 'read', 'offline_access'] },
  });
  const aboutProfile = { ...asks, audience: USERINFO, scopes: ['openid', 'profile', 'read'] };
  expect(decideAccess(aboutProfile, facts)).toMatchObject({
    denial: { reason: 'consent_required', audience: null, scopes: ['openid', 'profile'] },
  });
});
