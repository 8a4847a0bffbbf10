// Who gets to the scopes at all on behalf of users (token-issuance.md 4.1, 4.4, 9): the API, its policy and the client grant.
// All of it is settled before anybody logs in.

import {
  API,
  factsOf,
  firstParty,
  grant,
  OTHER_API,
  permissive,
  requestOf,
  sharedGrant,
  strict,
  USERINFO,
} from './facts.js';
import { decideAccess } from '../../../src/policy/decide-access.js';
import { decisionTable } from './table.js';

const read = requestOf({ scopes: ['read'] });

const requires = { userPolicy: 'require_client_grant' } as const;

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
