// Which scopes a token for a user has (token-issuance.md 4.4, 4.11, 4.14, 5, 6.1, 9).

import { applyActionScopes } from '../../../src/policy/action-scopes.js';
import { decideAccess } from '../../../src/policy/decide-access.js';
import type { UserGranted } from '../../../src/policy/decision.js';
import { platformChoices } from '../../../src/policy/platform-choices.js';
import {
  exchangeRequest,
  factsOf,
  firstParty,
  grant,
  organization,
  passwordRequest,
  requestOf,
  type Row,
  type Setup,
  strict,
} from './facts.js';
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

const five = 'openid profile email address phone';
const password = (text: string | null, changes = {}) =>
  passwordRequest({ scopes: text === null ? null : text.split(' '), ...changes });

decisionTable('the password grant', [
  {
    name: 'openid alone asks for all of OpenID Connect and all of the API',
    source: 'PW-1, PW-2, V34',
    request: password('openid'),
    answer: `[${five} read write delete]`,
  },
  {
    name: 'nothing asks for all of the API',
    source: 'PW-1',
    request: password(null),
    answer: '[read write delete]',
  },
  {
    name: 'OpenID Connect alone asks for all of the API',
    source: 'PW-1, PW-3',
    request: password('openid email'),
    answer: '[openid email read write delete]',
  },
  {
    name: 'nothing without an API asks for all of OpenID Connect',
    source: 'PW-2',
    request: password(null, { audience: null }),
    answer: `[${five}]`,
  },
  {
    name: 'openid without an API asks for all of OpenID Connect',
    source: 'PW-2',
    request: password('openid', { audience: null }),
    answer: `[${five}]`,
  },
  {
    name: 'openid and one more ask for just those',
    source: 'PW-3',
    request: password('openid email', { audience: null }),
    answer: '[openid email]',
  },
  {
    name: 'scopes of the API are taken as they are',
    source: 'PW-4',
    request: password('openid read nosuch'),
    answer: '[openid read]',
  },
  {
    name: 'an unknown scope is one that was asked for',
    source: 'PW-4',
    request: password('nosuch'),
    answer: '[]',
  },
  {
    name: 'all of the API is cut to the permissions',
    source: 'PW-1, PW-5, Q7',
    setup: { api: rbac },
    request: password(null),
    answer: '[read write]',
  },
  {
    name: 'all of the API is cut to the grant',
    source: 'PW-1, PW-6, Q7',
    setup: { api: requires, grants: readDelete },
    request: password(null),
    answer: '[read delete]',
  },
  {
    name: 'without a grant there is nothing',
    source: 'US-2, PW-7',
    setup: { api: requires },
    request: password(null),
    answer: 'client_grant_missing',
  },
  {
    name: 'consent is not asked for',
    source: 'CO-1',
    setup: { api: { skipsConsentForFirstParty: false }, user: { consents: [] } },
    request: password('read'),
    answer: '[read]',
  },
]);

const custom = { ...firstParty, tokenExchangeTypes: ['custom_authentication'] } as const;
const middle = {
  ...firstParty,
  appType: 'resource_server',
  resourceServerIdentifier: 'https://middle',
  tokenExchangeTypes: ['on_behalf_of_token_exchange'],
} as const;
const customs = (
  setup: Setup,
  asked: string[] | null,
  answer: string,
  source: string,
  name: string,
): Row => ({ name, source, setup, request: exchangeRequest('custom_exchange', { scopes: asked }), answer });
const behalf = (setup: Setup, asked: string[] | null, answer: string, source: string, name: string): Row => ({
  name,
  source,
  setup,
  request: exchangeRequest('on_behalf_of', { scopes: asked }),
  answer,
});

decisionTable('custom token exchange', [
  customs({ client: custom }, ['read', 'nosuch'], '[read]', 'TX-1', 'scopes are filtered as at a login'),
  customs(
    { client: { ...custom, tokenExchangeTypes: [] } },
    null,
    'token_exchange_not_allowed',
    'TX-1',
    'it has to be switched on',
  ),
  customs(
    { client: { ...custom, tokenExchangeTypes: ['on_behalf_of_token_exchange'] } },
    null,
    'token_exchange_not_allowed',
    'TX-1',
    'the other kind is not it',
  ),
  customs(
    { client: { ...strict, tokenExchangeTypes: ['custom_authentication'] } },
    null,
    'token_exchange_not_allowed',
    'TX-1',
    'third parties cannot',
  ),
  customs(
    { client: custom, api: requires },
    ['read'],
    'client_grant_missing',
    'US-2, TX-1',
    'the gate is the same',
  ),
  customs(
    { client: custom, api: { skipsConsentForFirstParty: false } },
    ['read'],
    'consent_missing',
    'TX-3',
    'an API that wants consent refuses, whatever the user has agreed to',
  ),
  customs(
    { client: custom },
    null,
    '[openid profile email]',
    'TX-4',
    'nothing asks for openid profile email',
  ),
  customs(
    { client: custom },
    ['offline_access'],
    '[offline_access]',
    'TX-1, TX-5',
    'offline_access is honoured',
  ),
  {
    name: 'without an API it is for /userinfo',
    source: 'AU-7, TX-2',
    setup: { client: custom },
    request: exchangeRequest('custom_exchange', { audience: null, scopes: ['openid'] }),
    answer: '[openid]',
  },
]);

decisionTable('on-behalf-of exchange', [
  behalf(
    { client: { ...middle, appType: 'spa' } },
    null,
    'token_exchange_not_allowed',
    'TX-10',
    'the client has to be that of an API',
  ),
  behalf(
    { client: { ...middle, resourceServerIdentifier: null } },
    null,
    'token_exchange_not_allowed',
    'TX-10',
    'the client has to name its API',
  ),
  behalf(
    { client: { ...middle, isConfidential: false } },
    null,
    'token_exchange_not_allowed',
    'TX-10, TX-14',
    'the client has to authenticate itself',
  ),
  behalf(
    { client: { ...middle, tokenExchangeTypes: ['custom_authentication'] } },
    null,
    'token_exchange_not_allowed',
    'TX-10',
    'it has to be switched on',
  ),
  behalf(
    { client: middle, api: requires },
    null,
    'client_grant_missing',
    'US-2, TX-11',
    'the gate is the same',
  ),
  behalf({ client: middle }, null, '[read write delete]', 'TX-12', 'nothing asks for all of the API'),
  behalf(
    { client: middle, api: { ...requires, ...rbac }, grants: readDelete },
    null,
    '[read]',
    'TX-12',
    'all of the API is cut to permissions and grant',
  ),
  behalf(
    { client: middle, api: rbac },
    ['read', 'delete'],
    '[read]',
    'TX-14, Q12',
    'a part that is not permitted is left out',
  ),
  {
    ...behalf(
      { client: middle, api: rbac },
      ['read', 'delete'],
      'scopes_not_permitted',
      'TX-14, Q12',
      'a part that is not permitted refuses where that is chosen',
    ),
    choices: { ...platformChoices, onBehalfOfInPart: 'refuse' },
  },
  behalf(
    { client: middle, api: rbac },
    ['delete'],
    'scopes_not_permitted',
    'TX-14',
    'nothing that is permitted refuses',
  ),
  behalf(
    { client: middle, api: rbac },
    ['openid', 'delete'],
    'scopes_not_permitted',
    'TX-14',
    'OpenID Connect is none of it',
  ),
  behalf({ client: middle }, ['read', 'offline_access'], '[read]', 'TX-17', 'there is never a refresh token'),
  behalf(
    { client: middle, api: { skipsConsentForFirstParty: false } },
    ['read'],
    'consent_missing',
    'TX-3',
    'an API that wants consent refuses',
  ),
  {
    name: 'it is always for an API',
    source: 'TX-10',
    setup: { client: middle },
    request: exchangeRequest('on_behalf_of', { audience: null }),
    answer: 'audience_missing',
  },
  {
    name: 'the organization of the subject token still needs the member',
    source: 'UO-5, TX-16',
    setup: {
      client: { ...middle, organizationUsage: 'allow' },
      organizations: [organization()],
      user: { memberships: [] },
    },
    request: exchangeRequest('on_behalf_of', { organization: 'org_a' }),
    answer: 'not_a_member',
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

describe('Actions', () => {
  const login = granted({ api: rbac }, scopes('openid read delete'));
  const withActions = (added: string[], removed: string[], choices = platformChoices, before = login) =>
    applyActionScopes(before, { addedScopes: added, removedScopes: removed }, choices);

  test('a removed scope is gone, and told (AC-1)', () => {
    const after = withActions([], ['read']);
    expect(after.scopes).toEqual(['openid']);
    expect(after.dropped).toContainEqual({ scope: 'read', source: 'AC-1', because: 'an Action removed it' });
    expect(after.trace.at(-1)).toMatchObject({ rule: 'actions', outcome: 'pass', source: 'AC-1' });
  });

  test('an added scope wins over RBAC, and is no longer told as left out (AC-1)', () => {
    const after = withActions(['delete'], []);
    expect(after.scopes).toEqual(['openid', 'read', 'delete']);
    expect(after.dropped).toEqual([]);
  });

  test('an added scope can go beyond the API and the client grant (AC-2, Q9)', () => {
    expect(withActions(['admin'], []).scopes).toEqual(['openid', 'read', 'admin']);
    expect(withActions(['admin'], []).trace.at(-1)).toMatchObject({ source: 'AC-2' });
  });

  test('an added scope cannot where that is chosen (AC-2, Q9)', () => {
    const after = withActions(['admin', 'delete'], [], {
      ...platformChoices,
      actionScopes: 'within_ceiling',
    });
    expect(after.scopes).toEqual(['openid', 'read', 'delete']);
    expect(after.dropped).toMatchObject([{ scope: 'admin', source: 'AC-2' }]);
  });

  test.each(['read write', 'a"b', '', 'a\\b', 'tab\t'])(
    '"%s" is no scope (RFC 6749 section 3.3)',
    (scope) => {
      expect(withActions([scope], []).scopes).toEqual(login.scopes);
    },
  );

  test('what is added and removed is not there', () => {
    expect(withActions(['admin'], ['admin']).scopes).toEqual(login.scopes);
  });

  test('offline_access cannot be added, and its removal ends offline access', () => {
    expect(withActions(['offline_access'], []).offline).toBe(false);
    expect(withActions(['offline_access'], []).scopes).not.toContain('offline_access');
    const offline = granted({}, scopes('read offline_access'));
    expect(withActions([], ['offline_access'], platformChoices, offline)).toMatchObject({
      offline: false,
      scopes: ['read'],
    });
  });

  test('OpenID Connect cannot be added for strict third parties (TP-10)', () => {
    const third = granted({ client: strict, grants: [grant('t1', ['read'])] }, scopes('read'));
    expect(withActions(['openid'], [], platformChoices, third).scopes).toEqual(['read']);
    expect(withActions(['email'], []).scopes).toEqual(['openid', 'read', 'email']);
  });

  test('without changes the decision is the same', () => {
    expect(withActions([], [])).toBe(login);
  });
});
