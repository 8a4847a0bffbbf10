// Who gets to the scopes at all (token-issuance.md 4.1, 4.4 to 4.7, 9): the request, the API, its policy and the client
// grant. All of it is settled before anybody logs in.

import { platformChoices } from '../../../src/policy/platform-choices.js';
import {
  API,
  factsOf,
  firstParty,
  grant,
  OTHER_API,
  passwordRequest,
  permissive,
  requestOf,
  type Row,
  sharedGrant,
  strict,
  USERINFO,
} from './facts.js';
import { decideAccess } from '../../../src/policy/decide-access.js';
import { decisionTable } from './table.js';

const read = requestOf({ scopes: ['read'] });
const requires = { userPolicy: 'require_client_grant' } as const;
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';

decisionTable('the policy for users', [
  {
    name: 'deny_all beats a grant',
    source: 'US-1, V17',
    setup: { api: { userPolicy: 'deny_all' }, grants: [grant('c1', ['read'])] },
    request: read,
    answer: 'policy_denies_all',
  },
  {
    name: 'require_client_grant refuses without a grant',
    source: 'US-2',
    setup: { api: requires },
    request: read,
    answer: 'client_grant_missing',
  },
  {
    name: 'require_client_grant refuses without a grant although no scope is asked for',
    source: 'US-2',
    setup: { api: requires },
    answer: 'client_grant_missing',
  },
  {
    name: 'a grant for client credentials is none',
    source: 'US-2, US-3, V16',
    setup: { api: requires, grants: [grant('c1', ['read'], { subjectType: 'client' })] },
    request: read,
    answer: 'client_grant_missing',
  },
  {
    name: 'a grant of another client is none',
    source: 'US-2',
    setup: { api: requires, grants: [grant('c2', ['read'])] },
    request: read,
    answer: 'client_grant_missing',
  },
  {
    name: 'a grant for another API is none',
    source: 'US-2',
    setup: { api: requires, grants: [grant('c1', ['read'], { audience: OTHER_API })] },
    request: read,
    answer: 'client_grant_missing',
  },
  {
    name: 'a shared grant is none for a first party',
    source: 'US-2, V21',
    setup: { api: requires, grants: [sharedGrant(['read'])] },
    request: read,
    answer: 'client_grant_missing',
  },
  {
    name: 'a grant opens require_client_grant',
    source: 'US-5',
    setup: { api: requires, grants: [grant('c1', ['read'])] },
    request: read,
    answer: '[read]',
  },
  { name: 'allow_all needs no grant', source: 'US-9', request: read, answer: '[read]' },
  {
    name: 'the change from require_client_grant to allow_all lets a client in',
    source: 'US-9, US-17, V38',
    setup: { api: { userPolicy: 'allow_all' } },
    request: read,
    answer: '[read]',
  },
  {
    name: 'the policy for client credentials does not matter',
    source: 'US-9',
    setup: { api: { clientPolicy: 'deny_all' } },
    request: read,
    answer: '[read]',
  },
]);

decisionTable('which API', [
  {
    name: 'an identifier is compared letter by letter',
    source: 'AU-4',
    request: requestOf({ audience: `${API}/` }),
    answer: 'resource_server_unknown',
  },
  {
    name: 'nobody has an unknown audience',
    source: 'AU-4',
    setup: { api: null },
    answer: 'resource_server_unknown',
  },
  {
    name: 'the default audience counts where none is sent',
    source: 'AU-2',
    setup: { tenant: { defaultAudience: API } },
    request: requestOf({ audience: null, scopes: ['read'] }),
    answer: '[read]',
  },
  {
    name: 'a default audience that is gone is unknown',
    source: 'AU-4',
    setup: { tenant: { defaultAudience: OTHER_API } },
    request: requestOf({ audience: null }),
    answer: 'resource_server_unknown',
  },
  {
    name: 'a resource counts in the compatibility profile',
    source: 'AU-3',
    setup: { tenant: { resourceParameterProfile: 'compatibility' } },
    request: requestOf({ audience: null, resource: API, scopes: ['read'] }),
    answer: '[read]',
  },
  {
    name: 'a resource does not count in the audience profile',
    source: 'AU-7, AU-3',
    request: requestOf({ audience: null, resource: API, scopes: ['openid', 'read'] }),
    answer: '[openid]',
  },
  {
    name: 'without an API the token is for /userinfo',
    source: 'AU-7',
    request: requestOf({ audience: null, scopes: ['openid', 'email'] }),
    answer: '[openid email]',
  },
  {
    name: 'the audience of /userinfo is no API',
    source: 'AU-7',
    setup: { tenant: { defaultAudience: API } },
    request: requestOf({ audience: USERINFO, scopes: ['openid', 'read'] }),
    answer: '[openid]',
  },
  {
    name: 'strict third parties need an API',
    source: 'AU-8',
    setup: { client: strict },
    request: requestOf({ audience: null }),
    answer: 'userinfo_closed_to_third_parties',
  },
  {
    name: 'strict third parties cannot ask for /userinfo',
    source: 'AU-8',
    setup: { client: strict },
    request: requestOf({ audience: USERINFO }),
    answer: 'userinfo_closed_to_third_parties',
  },
  {
    name: 'permissive third parties can',
    source: 'AU-7, PM-5',
    setup: { client: permissive },
    request: requestOf({ audience: null, scopes: ['openid'] }),
    answer: '[openid]',
  },
]);

decisionTable('strict third parties', [
  {
    name: 'an own grant is the ceiling under allow_all',
    source: 'TP-1',
    setup: { client: strict, grants: [grant('t1', ['read'])] },
    request: requestOf({ scopes: ['read', 'write'] }),
    answer: '[read]',
  },
  {
    name: 'a shared grant will do',
    source: 'TP-2, V19',
    setup: { client: strict, grants: [sharedGrant(['read', 'write'])] },
    request: requestOf({ scopes: ['read', 'delete'] }),
    answer: '[read]',
  },
  {
    name: 'an own grant hides the shared one',
    source: 'TP-1, TP-3, V20',
    setup: { client: strict, grants: [sharedGrant(['read', 'write']), grant('t1', ['delete'])] },
    request: requestOf({ scopes: ['read', 'delete'] }),
    answer: '[delete]',
  },
  {
    name: 'without a grant nothing opens allow_all',
    source: 'TP-4, V18',
    setup: { client: strict },
    request: read,
    answer: 'client_grant_missing',
  },
  {
    name: 'a grant for client credentials is none',
    source: 'TP-4',
    setup: {
      client: strict,
      grants: [
        grant('t1', ['read'], { subjectType: 'client' }),
        sharedGrant(['read'], { subjectType: 'client' }),
      ],
    },
    request: read,
    answer: 'client_grant_missing',
  },
  {
    name: 'deny_all beats grants',
    source: 'TP-5',
    setup: { client: strict, api: { userPolicy: 'deny_all' }, grants: [grant('t1', ['read'])] },
    request: read,
    answer: 'policy_denies_all',
  },
  {
    name: 'system APIs are closed',
    source: 'TP-6, SY-5, V23',
    setup: {
      client: strict,
      api: { systemApi: 'management' },
      grants: [grant('t1', ['read']), sharedGrant(['read'])],
    },
    request: read,
    answer: 'system_api_closed_to_third_parties',
  },
  {
    name: 'a code needs PKCE',
    source: 'TP-7, V22',
    setup: { client: strict, grants: [grant('t1', ['read'])] },
    request: requestOf({ hasCodeChallenge: false }),
    answer: 'pkce_required',
  },
  ...['token', 'id_token', 'code id_token', 'none'].map((responseType): Row => ({
    name: `response_type ${responseType} is refused`,
    source: 'TP-9',
    setup: { client: strict, grants: [grant('t1', ['read'])] },
    request: requestOf({ responseType }),
    answer: 'response_type_not_allowed',
  })),
  {
    name: 'OpenID Connect scopes are left out',
    source: 'TP-10',
    setup: { client: strict, grants: [grant('t1', ['read'])] },
    request: requestOf({ scopes: ['openid', 'email', 'read'] }),
    answer: '[read]',
  },
  {
    name: 'OpenID Connect scopes are granted where that is chosen',
    source: 'TP-1',
    setup: { client: strict, grants: [grant('t1', ['read'])] },
    request: requestOf({ scopes: ['openid', 'read'] }),
    choices: { ...platformChoices, strictThirdPartyOidcScopes: 'grant' },
    answer: '[openid read]',
  },
  {
    name: 'offline_access is honoured',
    source: 'TP-1, Q14',
    setup: { client: strict, grants: [grant('t1', ['read'])] },
    request: requestOf({ scopes: ['read', 'offline_access'] }),
    answer: '[read offline_access]',
  },
  {
    name: 'offline_access is left out where that is chosen',
    source: 'TP-10, Q14',
    setup: { client: strict, grants: [grant('t1', ['read'])] },
    request: requestOf({ scopes: ['read', 'offline_access'] }),
    choices: { ...platformChoices, strictThirdPartyOfflineAccess: 'drop' },
    answer: '[read]',
  },
  {
    name: 'the device flow is closed although grant_types list it',
    source: 'TP-11',
    setup: { client: strict, grants: [grant('t1', ['read'])] },
    request: requestOf({ flow: 'device', grantType: DEVICE, responseType: null }),
    answer: 'grant_type_not_allowed',
  },
  {
    name: 'the password grant is closed although grant_types list it',
    source: 'TP-11, PW-9',
    setup: { client: strict, grants: [grant('t1', ['read'])] },
    request: passwordRequest(),
    answer: 'grant_type_not_allowed',
  },
  {
    name: 'a third party of an unknown mode is a strict one',
    source: 'TP-4',
    setup: { client: { ...permissive, thirdPartySecurityMode: null } },
    request: read,
    answer: 'client_grant_missing',
  },
]);

decisionTable('permissive third parties', [
  {
    name: 'allow_all needs no grant',
    source: 'US-9, PM-1, V24',
    setup: { client: permissive },
    request: read,
    answer: '[read]',
  },
  {
    name: 'require_client_grant needs one',
    source: 'US-2, PM-1',
    setup: { client: permissive, api: requires },
    request: read,
    answer: 'client_grant_missing',
  },
  {
    name: 'an own grant opens require_client_grant',
    source: 'PM-1',
    setup: { client: permissive, api: requires, grants: [grant('p1', ['read'])] },
    request: read,
    answer: '[read]',
  },
  {
    name: 'a shared grant opens require_client_grant',
    source: 'PM-2',
    setup: { client: permissive, api: requires, grants: [sharedGrant(['read'])] },
    request: read,
    answer: '[read]',
  },
  {
    name: 'system APIs are closed',
    source: 'PM-3, SY-5',
    setup: { client: permissive, api: { systemApi: 'my_account' } },
    request: read,
    answer: 'system_api_closed_to_third_parties',
  },
  {
    name: 'the password grant is closed although grant_types list it',
    source: 'PM-4, PW-9',
    setup: { client: permissive },
    request: passwordRequest(),
    answer: 'grant_type_not_allowed',
  },
  {
    name: 'a code needs no PKCE',
    source: 'US-9, PM-5',
    setup: { client: permissive },
    request: requestOf({ scopes: ['read'], hasCodeChallenge: false }),
    answer: '[read]',
  },
  {
    name: 'OpenID Connect works',
    source: 'US-9, PM-5',
    setup: { client: permissive },
    request: requestOf({ scopes: ['openid'] }),
    answer: '[openid]',
  },
]);

const current = ['read:current_user', 'update:current_user_metadata'];
const management = { systemApi: 'management', scopes: ['read:users', ...current] } as const;

decisionTable('system APIs', [
  {
    name: 'of the Management API users get what is about themselves',
    source: 'SY-1',
    setup: { api: management },
    request: requestOf({ scopes: ['read:users', ...current] }),
    answer: `[${current.join(' ')}]`,
  },
  {
    name: 'of the Management API users get what is about themselves although it does not list it',
    source: 'US-9, SY-1',
    setup: { api: { ...management, scopes: ['read:users'] } },
    request: requestOf({ scopes: current }),
    answer: `[${current.join(' ')}]`,
  },
  {
    name: 'no grant gives users more of the Management API',
    source: 'SY-1',
    setup: {
      api: { ...management, ...requires },
      grants: [grant('c1', ['read:users', 'read:current_user'])],
    },
    request: requestOf({ scopes: ['read:users', ...current] }),
    answer: '[read:current_user]',
  },
  {
    name: 'not even one of all scopes',
    source: 'SY-1',
    setup: { api: { ...management, ...requires }, grants: [grant('c1', [], { allowAllScopes: true })] },
    request: requestOf({ scopes: ['read:users', ...current] }),
    choices: { ...platformChoices, undefinedScopesInGrant: 'issue' },
    answer: `[${current.join(' ')}]`,
  },
  {
    name: 'My Account needs a grant',
    source: 'US-2, SY-2',
    setup: { api: { ...requires, systemApi: 'my_account' } },
    answer: 'client_grant_missing',
  },
  {
    name: 'My Organization takes allow_all',
    source: 'US-9, SY-3',
    setup: { api: { systemApi: 'my_organization' } },
    request: read,
    answer: '[read]',
  },
]);

const publicClient = { ...firstParty, isConfidential: false };
const spa = { ...firstParty, grantTypes: ['authorization_code'] };

decisionTable('the request', [
  {
    name: 'the grant type has to be switched on',
    source: 'GE-3',
    setup: { client: { ...firstParty, grantTypes: [] } },
    answer: 'grant_type_not_allowed',
  },
  {
    name: 'response_type token needs implicit',
    source: 'GE-3',
    setup: { client: spa },
    request: requestOf({ responseType: 'token' }),
    answer: 'grant_type_not_allowed',
  },
  {
    name: 'response_type code id_token needs both',
    source: 'GE-3',
    setup: { client: spa },
    request: requestOf({ responseType: 'code id_token' }),
    answer: 'grant_type_not_allowed',
  },
  {
    name: 'response_type code id_token works where both are there',
    source: 'GE-3',
    request: requestOf({ responseType: 'code id_token', scopes: ['openid'] }),
    answer: '[openid]',
  },
  {
    name: 'the password grant has to be switched on',
    source: 'GE-3',
    setup: { client: spa },
    request: passwordRequest(),
    answer: 'grant_type_not_allowed',
  },
  {
    name: 'public clients need PKCE for a code',
    source: 'PK-1',
    setup: { client: publicClient },
    request: requestOf({ hasCodeChallenge: false }),
    answer: 'pkce_required',
  },
  {
    name: 'public clients need none without a code',
    source: 'US-9',
    setup: { client: publicClient },
    request: requestOf({ hasCodeChallenge: false, responseType: 'token', scopes: ['read'] }),
    answer: '[read]',
  },
  {
    name: 'public clients need none where that is chosen',
    source: 'US-9',
    setup: { client: publicClient },
    request: requestOf({ hasCodeChallenge: false, scopes: ['read'] }),
    choices: { ...platformChoices, publicClientsNeedPkce: false },
    answer: '[read]',
  },
  {
    name: 'confidential clients need none',
    source: 'US-9',
    request: requestOf({ hasCodeChallenge: false, scopes: ['read'] }),
    answer: '[read]',
  },
  {
    name: 'online_access and offline_access exclude each other',
    source: 'US-16',
    request: requestOf({ scopes: ['online_access', 'offline_access'] }),
    answer: 'offline_and_online_access',
  },
  {
    name: 'a blocked user gets nothing',
    source: 'UB-1',
    setup: { user: { isBlocked: true } },
    request: read,
    answer: 'user_blocked',
  },
]);

const details = [{ type: 'payment', amount: 5 }];
const takes = { authorizationDetailsTypes: ['payment', 'transfer'] };
const asking = requestOf({ authorizationDetails: details });

decisionTable('authorization_details', [
  {
    name: 'a type that the API does not take is refused',
    source: 'RA-1',
    request: asking,
    answer: 'authorization_details_not_allowed',
  },
  {
    name: 'without an API every type is refused',
    source: 'RA-1',
    request: { ...asking, audience: null },
    answer: 'authorization_details_not_allowed',
  },
  {
    name: 'under allow_all every type of the API will do',
    source: 'RA-2',
    setup: { api: takes },
    request: asking,
    answer: '[]',
  },
  {
    name: 'a grant has to list the type',
    source: 'RA-3, V35',
    setup: {
      api: { ...takes, ...requires },
      grants: [grant('c1', [], { authorizationDetailsTypes: ['payment'] })],
    },
    request: requestOf({ authorizationDetails: [{ type: 'transfer' }] }),
    answer: 'authorization_details_not_allowed',
  },
  {
    name: 'a grant that lists the type will do',
    source: 'RA-3',
    setup: {
      api: { ...takes, ...requires },
      grants: [grant('c1', [], { authorizationDetailsTypes: ['payment'] })],
    },
    request: asking,
    answer: '[]',
  },
  {
    name: 'deny_all allows no type',
    source: 'US-1, RA-4',
    setup: { api: { ...takes, userPolicy: 'deny_all' } },
    request: asking,
    answer: 'policy_denies_all',
  },
  {
    name: 'allow_all_scopes does not widen the types',
    source: 'RA-3, RA-5',
    setup: { api: { ...takes, ...requires }, grants: [grant('c1', [], { allowAllScopes: true })] },
    request: asking,
    answer: 'authorization_details_not_allowed',
  },
  {
    name: 'RBAC does not cut the types',
    source: 'RA-2, RA-8',
    setup: {
      api: { ...takes, enforcesPolicies: true },
      user: { directPermissions: [], rolePermissions: [] },
    },
    request: asking,
    answer: '[]',
  },
  {
    name: 'a strict third party needs the type in its grant under allow_all too',
    source: 'RA-3',
    setup: { client: strict, api: takes, grants: [grant('t1', ['read'])] },
    request: asking,
    answer: 'authorization_details_not_allowed',
  },
  {
    name: 'the password grant takes none',
    source: 'RA-10',
    setup: { api: { ...takes, scopes: [] } },
    request: passwordRequest({ authorizationDetails: details }),
    answer: '[]',
  },
]);

test('what is granted of authorization_details comes with the decision', () => {
  expect(decideAccess(asking, factsOf({ api: takes }))).toMatchObject({ authorizationDetails: details });
});

test.each([
  { client: firstParty, api: { userPolicy: 'deny_all' } as const, reason: 'policy_denies_all' },
  { client: strict, api: {}, reason: 'client_grant_missing' },
  { client: firstParty, api: {}, reason: 'login_required' },
])(
  'before login the answer is $reason: nobody logs in for what cannot succeed (Q5)',
  ({ client, api, reason }) => {
    const decision = decideAccess(read, factsOf({ client, api, user: null }));
    expect(decision).toMatchObject({ granted: false, denial: { reason } });
  },
);

test('the trace of a token has every rule in order', () => {
  const { trace } = decideAccess(read, factsOf({ api: requires, grants: [grant('c1', ['read'])] }));
  expect(trace.map(({ rule, outcome, source }) => `${rule} ${outcome} ${source}`)).toEqual([
    'client.grant_type pass GE-3',
    'resource_server.known pass AU-1',
    'resource_server.policy pass US-2',
    'client_grant pass US-5',
    'organization pass UO-4',
    'scopes pass US-5',
    'consent pass GE-12',
  ]);
});
