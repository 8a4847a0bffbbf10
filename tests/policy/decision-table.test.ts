// Client credentials: which flow, which API, which policy (token-issuance.md 4.1, 4.2, 4.7, 9). Client grants, scopes and
// organizations have tables of their own.
//
// The policy is told nothing of some rows, so they cannot go wrong here: RBAC (CC-9), `authorization_details` (CC-10),
// Hooks (CC-13), and whether members of an organization need access to the client (MO-10).

import type { AccessFacts } from '../../src/domain/access-facts.js';
import { decideAccess } from '../../src/policy/decide-access.js';
import type { ClientAccessRequest } from '../../src/policy/decision.js';
import {
  API,
  answerTo,
  defaultGrant,
  factsOf,
  firstParty,
  noClientGrant,
  ownGrant,
  permissiveThirdParty,
  requestOf,
  type Row,
  strictThirdParty,
  token,
} from './facts.js';

const grants = [ownGrant('c1')];
const notAllowed = { reason: 'grant_type_not_allowed', grantType: 'client_credentials' } as const;
const unknown = (audience: string) => ({ reason: 'resource_server_unknown', audience }) as const;
const denyAll = { reason: 'policy_denies_all', audience: API } as const;
const closed = { reason: 'system_api_closed_to_third_parties', audience: API } as const;

const whichFlow: Row[] = [
  {
    name: 'a client without the grant type gets nothing',
    source: 'GE-3',
    setup: { client: { ...firstParty, grantTypes: ['authorization_code'] }, grants },
    answer: notAllowed,
  },
  {
    name: 'a client without any grant type gets nothing',
    source: 'GE-3',
    setup: { client: { ...firstParty, grantTypes: [] }, grants },
    answer: notAllowed,
  },
  {
    name: 'the grant type has to be listed letter by letter',
    source: 'GE-3',
    setup: { client: { ...firstParty, grantTypes: ['Client_Credentials', 'client_credentials '] }, grants },
    answer: notAllowed,
  },
  {
    name: 'the refusal names the grant type that was asked for',
    source: 'GE-3',
    setup: { client: { ...firstParty, grantTypes: [] }, grants },
    request: { grantType: 'password' },
    answer: { reason: 'grant_type_not_allowed', grantType: 'password' },
  },
  {
    name: 'a public third-party client gets nothing',
    source: 'CC-12',
    setup: { client: { ...strictThirdParty, isConfidential: false }, grants: [ownGrant('t1')] },
    answer: notAllowed,
  },
  {
    name: 'a public first-party client gets nothing either',
    source: 'RFC 6749 section 4.4',
    setup: { client: { ...firstParty, isConfidential: false }, grants },
    answer: notAllowed,
  },
  {
    name: 'a client that registered itself gets nothing',
    source: 'CC-12',
    setup: { client: { ...strictThirdParty, isSelfRegistered: true }, grants: [ownGrant('t1')] },
    answer: notAllowed,
  },
  {
    name: 'a client without the grant type is not told whether an API exists',
    source: 'section 3, order',
    setup: { client: { ...firstParty, grantTypes: [] }, api: null },
    answer: notAllowed,
  },
];

const whichApi: Row[] = [
  {
    name: 'an audience that no API has is refused',
    source: 'AU-5, V9',
    setup: { api: null, grants },
    request: { audience: 'https://nope' },
    answer: unknown('https://nope'),
  },
  {
    name: 'a final slash makes another audience',
    source: 'AU-1, V10',
    setup: { grants },
    request: { audience: `${API}/` },
    answer: unknown(`${API}/`),
  },
  {
    name: 'capitals make another audience',
    source: 'AU-1',
    setup: { grants },
    request: { audience: 'https://API.example.com' },
    answer: unknown('https://API.example.com'),
  },
  {
    name: 'without an audience the default audience of the tenant counts',
    source: 'AU-2',
    setup: { tenant: { defaultAudience: API }, grants },
    request: { audience: null },
    answer: token(['read', 'write']),
  },
  {
    name: 'an audience that was asked for comes before the default audience',
    source: 'AU-1',
    setup: { tenant: { defaultAudience: 'https://other.example.com' }, grants },
    answer: token(['read', 'write']),
  },
  {
    name: 'without an audience the resource counts where the profile is compatibility',
    source: 'AU-3',
    setup: { tenant: { resourceParameterProfile: 'compatibility', defaultAudience: 'https://x' }, grants },
    request: { audience: null, resource: API },
    answer: token(['read', 'write']),
  },
  {
    name: 'an audience comes before the resource',
    source: 'AU-3',
    setup: { tenant: { resourceParameterProfile: 'compatibility' }, grants },
    request: { resource: 'https://other.example.com' },
    answer: token(['read', 'write']),
  },
  {
    name: 'without an audience and a resource the default audience counts in either profile',
    source: 'AU-2, AU-3',
    setup: { tenant: { resourceParameterProfile: 'compatibility', defaultAudience: API }, grants },
    request: { audience: null },
    answer: token(['read', 'write']),
  },
  {
    name: 'a resource that no API has is refused, whatever the default audience is',
    source: 'AU-3, AU-5',
    setup: { tenant: { resourceParameterProfile: 'compatibility', defaultAudience: API }, grants },
    request: { audience: null, resource: 'https://gone.example.com' },
    answer: unknown('https://gone.example.com'),
  },
  {
    name: 'the resource is left aside where the profile is audience',
    source: 'AU-3, AU-6',
    setup: { grants },
    request: { audience: null, resource: API },
    answer: { reason: 'audience_missing' },
  },
  {
    name: 'a default audience that no API has is refused like any other',
    source: 'Q16, AU-5',
    setup: { tenant: { defaultAudience: 'https://gone.example.com' }, api: null },
    request: { audience: null },
    answer: unknown('https://gone.example.com'),
  },
  {
    name: 'no audience and no default is refused',
    source: 'AU-6',
    setup: { api: null, grants },
    request: { audience: null },
    answer: { reason: 'audience_missing' },
  },
  {
    name: 'facts about an API that nobody asked for give no access to it',
    source: 'AU-6',
    setup: { grants },
    request: { audience: null },
    answer: { reason: 'audience_missing' },
  },
];

const whichPolicy: Row[] = [
  {
    name: 'deny_all refuses although there is a client grant',
    source: 'CC-1, V6',
    setup: { api: { clientPolicy: 'deny_all' }, grants },
    answer: denyAll,
  },
  {
    name: 'deny_all refuses a client grant for all scopes',
    source: 'CC-1',
    setup: { api: { clientPolicy: 'deny_all' }, grants: [ownGrant('c1', { allowAllScopes: true })] },
    answer: denyAll,
  },
  {
    name: 'deny_all refuses although there is a default grant',
    source: 'CC-1',
    setup: { client: strictThirdParty, api: { clientPolicy: 'deny_all' }, grants: [defaultGrant()] },
    answer: denyAll,
  },
  {
    name: 'deny_all is the reason even where there is no client grant',
    source: 'CC-1, section 3, order',
    setup: { api: { clientPolicy: 'deny_all' } },
    answer: denyAll,
  },
  {
    name: 'deny_all for users does not reach client credentials',
    source: 'section 1, rule 1',
    setup: { api: { userPolicy: 'deny_all' }, grants },
    answer: token(['read', 'write']),
  },
  {
    name: 'allow_all for users opens nothing for client credentials',
    source: 'section 1, rules 1 and 2',
    setup: { api: { userPolicy: 'allow_all' } },
    answer: noClientGrant,
  },
  {
    name: 'a first-party client with a client grant gets a token for a system API',
    source: 'SY-1',
    setup: { api: { systemApi: 'my_account' }, grants },
    answer: token(['read', 'write']),
  },
  {
    name: 'a first-party client without a client grant gets none for a system API',
    source: 'SY-1, CC-2',
    setup: { api: { systemApi: 'my_account' } },
    answer: noClientGrant,
  },
  {
    name: 'a system API that is for users only stays closed to client credentials',
    source: 'SY-2, SY-3',
    setup: {
      api: { systemApi: 'my_account', userPolicy: 'require_client_grant', clientPolicy: 'deny_all' },
      grants,
    },
    answer: denyAll,
  },
  ...[strictThirdParty, permissiveThirdParty].flatMap((client): Row[] => [
    {
      name: `a ${client.thirdPartySecurityMode} third party gets nothing at a system API, own grant or not`,
      source: 'SY-5',
      setup: { client, api: { systemApi: 'my_account' }, grants: [ownGrant(client.clientId)] },
      answer: closed,
    },
    {
      name: `a default grant opens no system API to a ${client.thirdPartySecurityMode} third party`,
      source: 'SY-5',
      setup: { client, api: { systemApi: 'my_account' }, grants: [defaultGrant()] },
      answer: closed,
    },
  ]),
];

const mustBind = { reason: 'proof_of_possession_required', audience: API } as const;
const proofOfPossession: Row[] = [
  {
    name: 'an API whose tokens must be bound to a key gives none, since nothing here can bind them',
    source: 'management-api.md 4.1, proof_of_possession',
    setup: { api: { proofOfPossessionRequiredFor: 'all_clients' }, grants },
    answer: mustBind,
  },
  {
    name: 'an API that wants only the tokens of public clients bound gives confidential ones theirs',
    source: 'management-api.md 4.1, proof_of_possession',
    setup: { api: { proofOfPossessionRequiredFor: 'public_clients' }, grants },
    answer: token(['read', 'write']),
  },
  {
    name: 'a client that wants its tokens bound gets none, whatever the API says',
    source: 'management-api.md 6.1, require_proof_of_possession',
    setup: { client: { ...firstParty, requiresProofOfPossession: true }, grants },
    answer: mustBind,
  },
  {
    name: 'a client without a client grant is told that, and not to bind its token',
    source: 'CC-2',
    setup: { api: { proofOfPossessionRequiredFor: 'all_clients' } },
    answer: noClientGrant,
  },
];

describe.each([
  { about: 'the flow', rows: whichFlow },
  { about: 'the API', rows: whichApi },
  { about: 'the policy', rows: whichPolicy },
  { about: 'proof of possession', rows: proofOfPossession },
])('$about', ({ rows }) => {
  test.each(rows)('$name ($source)', (row) => {
    expect(answerTo(row)).toEqual(row.answer);
  });
});

describe('the trace', () => {
  const sources = (request: ClientAccessRequest, facts: AccessFacts) =>
    decideAccess(request, facts).trace.map(({ rule, outcome, source }) => `${rule} ${outcome} ${source}`);

  test('a token comes with every rule that it passed, in order', () => {
    expect(sources(requestOf({ scopes: ['read'] }), factsOf({ grants }))).toEqual([
      'client.grant_type pass GE-3',
      'resource_server.known pass AU-1',
      'resource_server.policy pass CC-2',
      'client_grant pass CC-4',
      'scopes pass CC-5',
      'organization pass MO-1',
    ]);
  });

  test('a refusal ends with the rule that refused, and what comes after it is not looked at', () => {
    const facts = factsOf({ tenant: { defaultAudience: API }, api: { clientPolicy: 'deny_all' } });
    expect(sources(requestOf({ audience: null }), facts)).toEqual([
      'client.grant_type pass GE-3',
      'resource_server.known pass AU-2',
      'resource_server.policy deny CC-1',
    ]);
  });
});
