// Third parties and system APIs on behalf of users (token-issuance.md 4.5 to 4.7, 9).

import { platformChoices } from '../../../src/policy/platform-choices.js';
import { grant, passwordRequest, permissive, requestOf, type Row, sharedGrant, strict } from './facts.js';
import { decisionTable } from './table.js';

const read = requestOf({ scopes: ['read'] });

const requires = { userPolicy: 'require_client_grant' } as const;

const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';

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
