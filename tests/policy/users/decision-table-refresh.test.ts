// What becomes of a login afterwards (token-issuance.md 4.10, 9): codes and refresh tokens. The gate, the client grant and RBAC
// count as they are now (RT-9, Q8).

import { decideAccess } from '../../../src/policy/decide-access.js';
import type { OriginalAccess, UserAccessRequest } from '../../../src/policy/decision.js';
import { platformChoices } from '../../../src/policy/platform-choices.js';
import { API, factsOf, firstParty, grant, laterRequest, organization, OTHER_API, strict } from './facts.js';
import { decisionTable } from './table.js';

const requires = { userPolicy: 'require_client_grant' } as const;

const rbac = { enforcesPolicies: true } as const;

const login: Partial<OriginalAccess> = { scopes: ['openid', 'read', 'write', 'offline_access'] };

const refresh = (text: string | null, changes: Partial<UserAccessRequest> = {}, original = login) =>
  laterRequest('refresh', original, { scopes: text === null ? null : text.split(' '), ...changes });

const exchange = (original = login, changes: Partial<UserAccessRequest> = {}) =>
  laterRequest('code_exchange', original, changes);

decisionTable('the exchange of a code', [
  {
    name: 'gives what the login came to',
    source: 'CX-1',
    request: exchange(),
    answer: '[openid read write offline_access]',
  },
  {
    name: 'has no scopes of its own',
    source: 'CX-1',
    request: exchange(login, { scopes: ['delete'] }),
    answer: '[openid read write offline_access]',
  },
  {
    name: 'has no audience of its own',
    source: 'CX-1',
    setup: { client: { ...firstParty, refreshTokenPolicies: [{ audience: OTHER_API, scopes: ['read'] }] } },
    request: exchange(login, { audience: OTHER_API }),
    answer: '[openid read write offline_access]',
  },
  {
    name: 'gives nothing of what the policy denies since',
    source: 'US-1, RT-9',
    setup: { api: { userPolicy: 'deny_all' } },
    request: exchange(),
    answer: 'policy_denies_all',
  },
  {
    name: 'of a login without an API is for /userinfo, whatever the default audience is',
    source: 'AU-7, CX-1',
    setup: { tenant: { defaultAudience: API } },
    request: exchange({ audience: null, scopes: ['openid'] }),
    answer: '[openid]',
  },
  {
    name: 'needs the login',
    source: 'FC-2',
    request: { ...exchange(), original: null },
    answer: 'configuration_not_understood',
  },
  {
    name: 'needs an API that is still there',
    source: 'AU-4',
    setup: { api: null },
    request: exchange(),
    answer: 'resource_server_unknown',
  },
]);

decisionTable('a refresh', [
  {
    name: 'without scopes gives what the login came to',
    source: 'RT-1, V31',
    request: refresh(null),
    answer: '[openid read write offline_access]',
  },
  {
    name: 'gives the part that is asked for',
    source: 'RT-2, V32',
    request: refresh('openid read'),
    answer: '[openid read]',
  },
  {
    name: 'gives no more than the login came to',
    source: 'RT-3',
    request: refresh('read delete email'),
    answer: '[read]',
  },
  {
    name: 'with scopes that nobody knows is refused',
    source: 'RT-4',
    request: refresh('read nosuch'),
    answer: 'scopes_unknown',
  },
  {
    name: 'leaves them out where that is chosen',
    source: 'RT-3, RT-4',
    request: refresh('read nosuch'),
    choices: { ...platformChoices, unknownScopesAtRefresh: 'drop' },
    answer: '[read]',
  },
  {
    name: 'is not refused for a scope that the API has dropped since',
    source: 'US-12, RT-4',
    setup: { api: { scopes: ['write'] } },
    request: refresh('read write'),
    answer: '[write]',
  },
  {
    name: 'is refused under deny_all',
    source: 'US-1, RT-9',
    setup: { api: { userPolicy: 'deny_all' } },
    request: refresh(null),
    answer: 'policy_denies_all',
  },
  {
    name: 'is refused when the grant has gone',
    source: 'US-2, RT-9',
    setup: { api: requires },
    request: refresh(null),
    answer: 'client_grant_missing',
  },
  {
    name: 'is cut to what the grant gives now',
    source: 'US-5, RT-9',
    setup: { api: requires, grants: [grant('c1', ['write'])] },
    request: refresh(null),
    answer: '[openid write offline_access]',
  },
  {
    name: 'is cut to what the user may do now',
    source: 'US-10, RT-9',
    setup: { api: rbac, user: { directPermissions: [] } },
    request: refresh(null),
    answer: '[openid read offline_access]',
  },
  {
    name: 'is refused when the grant type has been switched off',
    source: 'GE-3',
    setup: { client: { ...firstParty, grantTypes: ['authorization_code'] } },
    request: refresh(null),
    answer: 'grant_type_not_allowed',
  },
  {
    name: 'is refused when the user has been blocked',
    source: 'UB-1',
    setup: { user: { isBlocked: true } },
    request: refresh(null),
    answer: 'user_blocked',
  },
  {
    name: 'is refused when the user has left the organization',
    source: 'UO-5',
    setup: {
      client: { ...firstParty, organizationUsage: 'allow' },
      organizations: [organization()],
      user: { memberships: [] },
    },
    request: refresh(null, { organization: 'org_a' }),
    answer: 'not_a_member',
  },
  {
    name: 'does not look at the connection of the login',
    source: 'RT-1',
    setup: { user: { connection: { id: 'con_9', isDomainConnection: false, isEnabledForClient: false } } },
    request: refresh('read'),
    answer: '[read]',
    decidedBy: 'RT-2',
  },
  {
    name: 'keeps offline_access although the API has stopped allowing it',
    source: 'RT-1',
    setup: { api: { allowsOfflineAccess: false } },
    request: refresh(null),
    answer: '[openid read write offline_access]',
  },
  {
    name: 'is refused when consent that the login needed has gone',
    source: 'CO-2',
    setup: { user: { consents: [] } },
    request: refresh(null, {}, { ...login, needsConsent: true }),
    answer: 'consent_missing',
  },
  {
    name: 'is cut to the consent that the login needed',
    source: 'CO-2',
    setup: { user: { consents: [{ audience: API, organizationId: null, scopes: ['read'] }] } },
    request: refresh(null, {}, { ...login, needsConsent: true }),
    answer: '[read]',
  },
  {
    name: 'of a third party needs consent whatever the login says',
    source: 'TP-15',
    setup: { client: strict, grants: [grant('t1', ['read'])], user: { consents: [] } },
    request: refresh(null),
    answer: 'consent_missing',
  },
  {
    name: 'gives strict third parties no OpenID Connect',
    source: 'TP-10',
    setup: { client: strict, grants: [grant('t1', ['read'])] },
    request: refresh(null),
    answer: '[read offline_access]',
  },
  {
    name: 'of a login for /userinfo leaves scopes of APIs out',
    source: 'RT-3',
    request: refresh('openid read', {}, { audience: null, scopes: ['openid'] }),
    answer: '[openid]',
  },
]);

test.each(['openid read', null])('a refresh for "%s" does not end offline access (RT-2)', (text) => {
  expect(decideAccess(refresh(text), factsOf())).toMatchObject({ granted: true, offline: true });
});

test('a refresh keeps what the login said about consent', () => {
  const original = { ...login, needsConsent: true };
  expect(decideAccess(refresh(null, {}, original), factsOf())).toMatchObject({ needsConsent: true });
  expect(decideAccess(refresh(null), factsOf())).toMatchObject({ needsConsent: false });
});
