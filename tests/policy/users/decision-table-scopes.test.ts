// Which scopes a token for a user has (token-issuance.md 4.4, 5, 6.1, 9).

import { decideAccess } from '../../../src/policy/decide-access.js';
import type { UserGranted } from '../../../src/policy/decision.js';
import { platformChoices } from '../../../src/policy/platform-choices.js';
import { factsOf, firstParty, grant, organization, requestOf, type Setup } from './facts.js';
import { decisionTable } from './table.js';

const scopes = (text: string) => requestOf({ scopes: text.split(' ') });

const requires = { userPolicy: 'require_client_grant' } as const;

const rbac = { enforcesPolicies: true, showsPermissions: true } as const;

const readDelete = [grant('c1', ['read', 'delete'])];

const everything = [grant('c1', [], { allowAllScopes: true })];

decisionTable('scopes at a login', [
  {
    name: 'none asked for under a grant: none of the API',
    source: 'US-4, V15',
    setup: { api: requires, grants: readDelete },
    answer: '[]',
  },
  { name: 'none asked for under allow_all: none of the API', source: 'US-4, US-11', answer: '[]' },
  { name: 'an empty list asks for none', source: 'US-4', request: requestOf({ scopes: [] }), answer: '[]' },
  {
    name: 'what the grant does not give is left out',
    source: 'US-5, V13',
    setup: { api: requires, grants: readDelete },
    request: scopes('read write delete'),
    answer: '[read delete]',
  },
  {
    name: 'what the user may not do is left out',
    source: 'US-6, V14',
    setup: { api: { ...requires, ...rbac }, grants: readDelete },
    request: scopes('read write delete'),
    answer: '[read]',
  },
  {
    name: 'a grant of all scopes gives all of the API',
    source: 'US-5, US-7',
    setup: { api: requires, grants: everything },
    request: scopes('delete read'),
    answer: '[delete read]',
  },
  {
    name: 'a grant of all scopes is cut to the permissions',
    source: 'US-6, US-7',
    setup: { api: { ...requires, ...rbac }, grants: everything },
    request: scopes('delete read'),
    answer: '[read]',
  },
  {
    name: 'an empty grant lets in, with nothing',
    source: 'US-5, US-8',
    setup: { api: requires, grants: [grant('c1', [])] },
    request: scopes('read'),
    answer: '[]',
  },
  {
    name: 'under allow_all a grant is no ceiling',
    source: 'US-9, Q21',
    setup: { grants: [grant('c1', ['read'])] },
    request: scopes('read write'),
    answer: '[read write]',
  },
  {
    name: 'under allow_all a grant is the ceiling where that is chosen',
    source: 'US-5, Q21',
    setup: { grants: [grant('c1', ['read'])] },
    request: scopes('read write'),
    choices: { ...platformChoices, userGrantCapsUnderAllowAll: true },
    answer: '[read]',
  },
  {
    name: 'where that is chosen, no grant is still no limit',
    source: 'US-9, Q21',
    request: scopes('read write'),
    choices: { ...platformChoices, userGrantCapsUnderAllowAll: true },
    answer: '[read write]',
  },
  {
    name: 'RBAC cuts under allow_all',
    source: 'US-10, V12',
    setup: { api: rbac },
    request: scopes('read delete'),
    answer: '[read]',
  },
  {
    name: 'RBAC is no error although nothing is left',
    source: 'US-10',
    setup: { api: rbac },
    request: scopes('delete'),
    answer: '[]',
  },
  {
    name: 'permissions do not matter where RBAC is off',
    source: 'US-9',
    request: scopes('delete'),
    answer: '[delete]',
  },
  {
    name: 'what the API does not define is left out',
    source: 'US-12, US-9, V11',
    request: scopes('openid read nosuch'),
    answer: '[openid read]',
  },
  {
    name: 'what the API does not define is left out although the grant lists it',
    source: 'US-12',
    setup: { api: requires, grants: [grant('c1', ['read', 'gone'])] },
    request: scopes('gone read'),
    choices: { ...platformChoices, undefinedScopesInGrant: 'issue' },
    answer: '[read]',
  },
  {
    name: 'OpenID Connect is subject to neither grant nor RBAC nor the API',
    source: 'US-5, US-13',
    setup: { api: { ...requires, ...rbac, scopes: [] }, grants: [grant('c1', [])] },
    request: scopes('openid profile email address phone'),
    answer: '[openid profile email address phone]',
  },
  {
    name: 'scopes come in the order of the request, each once',
    source: 'US-9, 5',
    request: scopes('write openid read write'),
    answer: '[write openid read]',
  },
  {
    name: 'scopes are compared letter by letter',
    source: 'US-12',
    request: scopes('READ OpenID read'),
    answer: '[read]',
  },
  {
    name: 'offline_access goes where the API does not allow it',
    source: 'US-14, V36',
    setup: { api: { allowsOfflineAccess: false } },
    request: scopes('openid offline_access'),
    answer: '[openid]',
  },
  {
    name: 'offline_access stays where the API allows it',
    source: 'US-9, US-15',
    request: scopes('openid offline_access'),
    answer: '[openid offline_access]',
  },
  {
    name: 'offline_access stays without an API',
    source: 'AU-7, US-15',
    request: requestOf({ audience: null, scopes: ['openid', 'offline_access'] }),
    answer: '[openid offline_access]',
  },
  {
    name: 'offline_access goes where the client cannot refresh',
    source: 'US-15',
    setup: { client: { ...firstParty, grantTypes: ['authorization_code'] } },
    request: scopes('offline_access'),
    answer: '[]',
  },
  {
    name: 'offline_access goes without a code',
    source: 'US-15',
    request: requestOf({ responseType: 'token', scopes: ['read', 'offline_access'] }),
    answer: '[read]',
  },
  {
    name: 'online_access is a scope that no API defines',
    source: 'US-12',
    request: scopes('online_access read'),
    answer: '[read]',
  },
  {
    name: 'the device flow is a login too',
    source: 'US-9, DV-2',
    request: requestOf({
      flow: 'device',
      grantType: 'urn:ietf:params:oauth:grant-type:device_code',
      responseType: null,
      redirectUri: null,
      scopes: ['read', 'nosuch', 'offline_access'],
    }),
    answer: '[read offline_access]',
  },
  {
    name: 'at the device flow a missing grant refuses',
    source: 'US-2, DV-1',
    setup: { api: requires },
    request: requestOf({
      flow: 'device',
      grantType: 'urn:ietf:params:oauth:grant-type:device_code',
      responseType: null,
    }),
    answer: 'client_grant_missing',
  },
]);

const inOrgA: Setup = {
  client: { ...firstParty, organizationUsage: 'allow' },
  api: rbac,
  organizations: [organization()],
};

const forOrgA = requestOf({ organization: 'org_a', scopes: ['read', 'write', 'delete'] });

decisionTable('RBAC and organizations (Q22)', [
  {
    name: 'outside of organizations direct permissions and tenant roles count',
    source: 'US-10',
    setup: { ...inOrgA },
    request: { ...forOrgA, organization: null },
    answer: '[read write]',
  },
  {
    name: 'in an organization member roles and direct permissions count',
    source: 'US-10',
    setup: inOrgA,
    request: forOrgA,
    answer: '[write delete]',
  },
  {
    name: 'in an organization member roles alone count where that is chosen',
    source: 'US-10',
    setup: inOrgA,
    request: forOrgA,
    choices: { ...platformChoices, permissionsInOrganization: 'member_roles' },
    answer: '[delete]',
  },
  {
    name: 'in an organization all counts where that is chosen',
    source: 'UO-5',
    setup: inOrgA,
    request: forOrgA,
    choices: { ...platformChoices, permissionsInOrganization: 'all' },
    answer: '[read write delete]',
  },
  {
    name: 'roles in another organization do not count',
    source: 'US-10',
    setup: {
      ...inOrgA,
      user: {
        memberships: [
          { organizationId: 'org_a', permissions: [] },
          { organizationId: 'org_b', permissions: ['delete'] },
        ],
      },
    },
    request: forOrgA,
    answer: '[write]',
  },
]);

function granted(setup: Setup, request = requestOf({ scopes: ['read', 'write'] })): UserGranted {
  const decision = decideAccess(request, factsOf(setup));
  if (!decision.granted) throw new Error(decision.denial.reason);
  return decision;
}

describe('what comes with the scopes', () => {
  test('every scope that is left out is told, with the row that took it', () => {
    const { dropped } = granted(
      { api: { ...requires, ...rbac, allowsOfflineAccess: false }, grants: readDelete },
      scopes('read write delete nosuch offline_access'),
    );
    expect(dropped.map(({ scope, source }) => `${scope} ${source}`)).toEqual([
      'write US-5',
      'delete US-6',
      'nosuch US-12',
      'offline_access US-14',
    ]);
  });

  test('permissions are all that the user has on the API, whatever is asked for and granted (6.1, V14)', () => {
    const setup = { api: { ...requires, ...rbac }, grants: [grant('c1', ['delete'])] };
    expect(granted(setup).permissions).toEqual(['read', 'write']);
  });

  test.each([
    { api: { ...rbac, showsPermissions: false }, because: 'the dialect does not show them' },
    { api: { ...rbac, enforcesPolicies: false }, because: 'RBAC is off' },
  ])('permissions are null where $because (6.1)', ({ api }) => {
    expect(granted({ api }).permissions).toBeNull();
  });

  test.each([
    { text: 'openid offline_access', setup: {}, offline: true },
    { text: 'openid', setup: {}, offline: false },
    { text: 'offline_access', setup: { api: { allowsOfflineAccess: false } }, offline: false },
  ])('"$text" comes to offline $offline (US-14, US-15)', ({ text, setup, offline }) => {
    expect(granted(setup, scopes(text)).offline).toBe(offline);
  });
});
