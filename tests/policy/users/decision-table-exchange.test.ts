// The password grant and token exchanges (token-issuance.md 4.11, 4.14, 9).

import { platformChoices } from '../../../src/policy/platform-choices.js';
import {
  exchangeRequest,
  firstParty,
  grant,
  organization,
  passwordRequest,
  type Row,
  type Setup,
  strict,
} from './facts.js';
import { decisionTable } from './table.js';

const requires = { userPolicy: 'require_client_grant' } as const;

const rbac = { enforcesPolicies: true, showsPermissions: true } as const;

const readDelete = [grant('c1', ['read', 'delete'])];

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
    { client: { ...custom, isOidcConformant: false } },
    null,
    'token_exchange_not_allowed',
    'TX-1',
    'the client has to be oidc_conformant',
  ),
  customs(
    { client: custom, api: requires },
    ['read'],
    'client_grant_missing',
    'US-2, TX-1',
    'the gate is the same',
  ),
  customs(
    {
      client: custom,
      user: { connection: { id: 'con_2', isDomainConnection: false, isEnabledForClient: false } },
    },
    ['read'],
    'connection_not_enabled',
    'CN-1, TX-1',
    'it is a login: the connection has to be enabled for the client',
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
    name: 'offline_access is left out where somebody acts for the user',
    source: 'TX-5',
    setup: { client: custom },
    request: exchangeRequest('custom_exchange', { scopes: ['read', 'offline_access'], hasActor: true }),
    answer: '[read]',
  },
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
