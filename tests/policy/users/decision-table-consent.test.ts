// Connections, consent and proof of possession on behalf of users (token-issuance.md 4.5, 4.8, 4.17).

import { decideAccess } from '../../../src/policy/decide-access.js';
import {
  API,
  factsOf,
  firstParty,
  grant,
  laterRequest,
  organization,
  passwordRequest,
  permissive,
  requestOf,
  type Row,
  type Setup,
  strict,
} from './facts.js';
import { decisionTable } from './table.js';

const allows = { ...firstParty, organizationUsage: 'allow' } as const;

const inOrg = (changes = {}): Setup => ({ client: allows, organizations: [organization(changes)] });

const orgA = requestOf({ organization: 'org_a', scopes: ['read'] });

const none = requestOf({ scopes: ['read'] });

const from = (connection: object): Setup => ({
  user: { connection: { id: 'con_9', isDomainConnection: false, isEnabledForClient: false, ...connection } },
});

decisionTable('connections', [
  {
    name: 'one that is not enabled for the client is refused',
    source: 'CN-1',
    setup: from({}),
    request: none,
    answer: 'connection_not_enabled',
  },
  {
    name: 'one that is enabled for the client will do',
    source: 'US-9',
    setup: from({ isEnabledForClient: true }),
    request: none,
    answer: '[read]',
  },
  {
    name: 'a domain connection will do',
    source: 'US-9',
    setup: from({ isDomainConnection: true }),
    request: none,
    answer: '[read]',
  },
  {
    name: 'the password grant is a login too',
    source: 'CN-1',
    setup: from({}),
    request: passwordRequest(),
    answer: 'connection_not_enabled',
  },
  {
    name: 'in an organization it has to be one of the organization',
    source: 'UO-6d',
    setup: { ...inOrg(), ...from({ isEnabledForClient: true }) },
    request: orgA,
    answer: 'connection_not_enabled',
  },
  {
    name: 'strict third parties need a domain connection',
    source: 'TP-13',
    setup: { client: strict, grants: [grant('t1', ['read'])], ...from({ isEnabledForClient: true }) },
    request: none,
    answer: 'connection_not_enabled',
  },
] satisfies Row[]);

const asks = { api: { skipsConsentForFirstParty: false } };

const silent: Setup = { user: { consents: [] } };

const agreed = (scopes: string[], changes = {}): Setup => ({
  user: { consents: [{ audience: API, organizationId: null, scopes, ...changes }] },
});

const to = (redirectUri: string | null) => requestOf({ scopes: ['read'], redirectUri });

decisionTable('consent', [
  {
    name: 'first parties need none where the API lets it be skipped',
    source: 'GE-12',
    setup: silent,
    request: none,
    answer: '[read]',
  },
  {
    name: 'first parties need it where the API does not',
    source: 'GE-12',
    setup: { ...asks, ...silent },
    request: none,
    answer: 'consent_required',
  },
  {
    name: 'what the user has agreed to is remembered',
    source: 'GE-12',
    setup: { ...asks, ...agreed(['read', 'write']) },
    request: none,
    answer: '[read]',
  },
  {
    name: 'a scope more is asked for',
    source: 'GE-12',
    setup: { ...asks, ...agreed(['write']) },
    request: none,
    answer: 'consent_required',
  },
  {
    name: 'consent for another API is none',
    source: 'GE-12',
    setup: { ...asks, ...agreed(['read'], { audience: null }) },
    request: none,
    answer: 'consent_required',
  },
  {
    name: 'consent in another organization is none',
    source: 'GE-12',
    setup: { ...asks, ...agreed(['read'], { organizationId: 'org_b' }) },
    request: none,
    answer: 'consent_required',
  },
  {
    name: 'OpenID Connect is agreed to as well',
    source: 'GE-12',
    setup: { ...asks, ...agreed(['read']) },
    request: requestOf({ scopes: ['openid', 'read'] }),
    answer: 'consent_required',
  },
  ...[
    'http://localhost:3000/cb',
    'https://localhost/cb',
    'https://app.localhost/cb',
    'http://127.0.0.1/cb',
    'https://127.8.9.1/cb',
    'https://[::1]:8443/cb',
    'http://app.example.com/cb',
    'com.example.app://cb',
    'no address',
    null,
  ].map((uri): Row => ({
    name: `nobody can tell who is behind ${uri}`,
    source: 'GE-12',
    setup: silent,
    request: to(uri),
    answer: 'consent_required',
  })),
  ...['https://app.example.com/cb', 'https://localhost.example.com/cb'].map((uri): Row => ({
    name: `${uri} can be told`,
    source: 'GE-12',
    setup: silent,
    request: to(uri),
    answer: '[read]',
  })),
  {
    name: 'callbacks that cannot be told will do where the client says so',
    source: 'GE-12',
    setup: { ...silent, client: { ...firstParty, trustsNonVerifiableCallbacks: true } },
    request: to('http://localhost/cb'),
    answer: '[read]',
  },
  {
    name: 'a device has no callback to be told',
    source: 'GE-12',
    setup: silent,
    request: requestOf({
      flow: 'device',
      grantType: 'urn:ietf:params:oauth:grant-type:device_code',
      responseType: null,
      redirectUri: null,
      scopes: ['read'],
    }),
    answer: '[read]',
  },
  {
    name: 'without an API first parties need none',
    source: 'GE-12',
    setup: silent,
    request: requestOf({ audience: null, scopes: ['openid'] }),
    answer: '[openid]',
  },
  {
    name: 'strict third parties always need it',
    source: 'TP-15',
    setup: { client: strict, grants: [grant('t1', ['read'])], ...silent },
    request: none,
    answer: 'consent_required',
  },
  {
    name: 'strict third parties need it although no scope is left',
    source: 'TP-15',
    setup: { client: strict, grants: [grant('t1', [])], ...silent },
    answer: 'consent_required',
  },
  {
    name: 'what the user has agreed to is remembered for third parties',
    source: 'TP-15',
    setup: { client: strict, grants: [grant('t1', ['read'])], ...agreed(['read']) },
    request: none,
    answer: '[read]',
  },
  {
    name: 'permissive third parties always need it',
    source: 'PM-7',
    setup: { client: permissive, ...silent },
    request: none,
    answer: 'consent_required',
  },
] satisfies Row[]);

const pay = [{ type: 'pay' }];
const paying = (changes: Parameters<typeof requestOf>[0] = {}) =>
  requestOf({ scopes: ['read'], authorizationDetails: pay, ...changes });
const paid = { api: { authorizationDetailsTypes: ['pay'] } };

decisionTable('consent to authorization_details', [
  {
    name: 'is asked for, whatever is remembered',
    source: 'RA-11',
    setup: { ...agreed(['read']), api: { ...asks.api, ...paid.api } },
    request: paying(),
    answer: 'consent_required',
  },
  {
    name: 'is that of the page, and of no other',
    source: 'GE-12',
    setup: { ...agreed(['read']), api: { ...asks.api, ...paid.api } },
    request: paying({ hasAgreedToDetails: true }),
    answer: '[read]',
  },
  {
    name: 'is asked for by third parties',
    source: 'RA-11',
    setup: { ...paid, client: permissive, ...agreed(['read']) },
    request: paying(),
    answer: 'consent_required',
  },
  {
    name: 'is no matter where no consent is needed',
    source: 'GE-12',
    setup: { ...paid, ...silent },
    request: paying(),
    answer: '[read]',
  },
  {
    name: 'does not stand in for consent to scopes',
    source: 'GE-12',
    setup: { ...silent, api: { ...asks.api, ...paid.api } },
    request: paying({ hasAgreedToDetails: true }),
    answer: 'consent_required',
  },
]);

test('consent is asked for all that the token would have, and for nothing that is left out', () => {
  const request = requestOf({ scopes: ['openid', 'read', 'nosuch', 'delete', 'offline_access'] });
  const facts = factsOf({ api: { skipsConsentForFirstParty: false, enforcesPolicies: true }, ...silent });
  expect(decideAccess(request, facts)).toMatchObject({
    denial: { reason: 'consent_required', audience: API, scopes: ['openid', 'read', 'offline_access'] },
  });
});

const demands = {
  api: { proofOfPossessionRequiredFor: 'all_clients', proofOfPossessionMechanism: 'dpop' },
} as const;

const bound = passwordRequest({ scopes: ['read'], bindsKey: true });

decisionTable('proof of possession', [
  {
    name: 'a token that must be bound is not issued without a key',
    source: 'PP-1',
    setup: demands,
    request: passwordRequest(),
    answer: 'proof_of_possession_required',
  },
  {
    name: 'a token that is bound to a key is issued',
    source: 'PP-2',
    setup: demands,
    request: bound,
    answer: '[read]',
  },
  {
    name: 'the client can demand it too',
    source: 'PP-1',
    setup: { client: { ...firstParty, requiresProofOfPossession: true } },
    request: passwordRequest(),
    answer: 'proof_of_possession_required',
  },
  {
    name: 'the client can demand it without an API',
    source: 'PP-1',
    setup: { client: { ...firstParty, requiresProofOfPossession: true } },
    request: passwordRequest({ audience: null }),
    answer: 'proof_of_possession_required',
  },
  {
    name: 'the client can demand it, and bind a key',
    source: 'PP-2',
    setup: { client: { ...firstParty, requiresProofOfPossession: true } },
    request: bound,
    answer: '[read]',
  },
  {
    name: 'a key is no certificate',
    source: 'PP-1',
    setup: { api: { ...demands.api, proofOfPossessionMechanism: 'mtls' } },
    request: bound,
    answer: 'proof_of_possession_required',
  },
  {
    name: 'confidential clients are exempt where public ones are meant',
    source: 'US-9',
    setup: { api: { proofOfPossessionRequiredFor: 'public_clients' } },
    request: passwordRequest({ scopes: ['read'] }),
    answer: '[read]',
  },
  {
    name: 'a login for a code is not a token yet',
    source: 'US-9',
    setup: demands,
    request: none,
    answer: '[read]',
  },
  {
    name: 'a token straight from /authorize cannot be bound',
    source: 'PP-1',
    setup: demands,
    request: requestOf({ responseType: 'token', bindsKey: true }),
    answer: 'proof_of_possession_required',
  },
  {
    name: 'a code is exchanged for a bound token',
    source: 'PP-2',
    setup: demands,
    request: laterRequest('code_exchange', { scopes: ['read'] }, { bindsKey: true }),
    answer: '[read]',
  },
  {
    name: 'a refresh gives a bound token',
    source: 'PP-1',
    setup: demands,
    request: laterRequest('refresh', { scopes: ['read'] }),
    answer: 'proof_of_possession_required',
  },
] satisfies Row[]);
