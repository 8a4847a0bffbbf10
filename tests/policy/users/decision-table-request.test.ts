// What the request itself has to be, and rich authorization requests (token-issuance.md 4.4, 4.9, 4.17).

import { platformChoices } from '../../../src/policy/platform-choices.js';
import { factsOf, firstParty, grant, passwordRequest, requestOf, strict } from './facts.js';
import { decideAccess } from '../../../src/policy/decide-access.js';
import { decisionTable } from './table.js';

const read = requestOf({ scopes: ['read'] });

const requires = { userPolicy: 'require_client_grant' } as const;

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
