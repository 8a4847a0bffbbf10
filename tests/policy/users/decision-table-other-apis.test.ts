// Refresh tokens for other APIs, and rich authorization requests after the login (token-issuance.md 4.9, 4.10, 9).

import { decideAccess } from '../../../src/policy/decide-access.js';
import type { OriginalAccess, UserAccessRequest } from '../../../src/policy/decision.js';
import {
  API,
  factsOf,
  firstParty,
  grant,
  laterRequest,
  OTHER_API,
  permissive,
  type Row,
  type Setup,
  USERINFO,
} from './facts.js';
import { decisionTable } from './table.js';

const requires = { userPolicy: 'require_client_grant' } as const;

const rbac = { enforcesPolicies: true } as const;

const login: Partial<OriginalAccess> = { scopes: ['openid', 'read', 'write', 'offline_access'] };

const refresh = (text: string | null, changes: Partial<UserAccessRequest> = {}, original = login) =>
  laterRequest('refresh', original, { scopes: text === null ? null : text.split(' '), ...changes });

const exchange = (original = login, changes: Partial<UserAccessRequest> = {}) =>
  laterRequest('code_exchange', original, changes);

const withPolicies = (audience: string, scopes: string[]) => ({
  ...firstParty,
  refreshTokenPolicies: [{ audience, scopes }],
});

const here = withPolicies(API, ['delete']);

const there = withPolicies(OTHER_API, ['read', 'delete', 'gone']);

const other = (changes = {}): Setup => ({ client: there, api: { identifier: OTHER_API, ...changes } });

const elsewhere = (text: string | null) => refresh(text, { audience: OTHER_API });

const readOnly: Partial<OriginalAccess> = { scopes: ['openid', 'read'] };

decisionTable('a multi-resource refresh', [
  {
    name: 'adds what the policy lists for the API of the login',
    source: 'MR-1, V33',
    setup: { client: here },
    request: refresh(null, {}, readOnly),
    answer: '[openid read delete]',
  },
  {
    name: 'adds it where the audience says so',
    source: 'MR-1',
    setup: { client: here },
    request: refresh(null, { audience: API }, readOnly),
    answer: '[openid read delete]',
  },
  {
    name: 'gives the part of both that is asked for',
    source: 'RT-2, MR-1',
    setup: { client: here },
    request: refresh('delete', {}, readOnly),
    answer: '[delete]',
  },
  {
    name: 'adds nothing at the exchange of a code',
    source: 'CX-1',
    setup: { client: here },
    request: exchange(readOnly),
    answer: '[openid read]',
  },
  {
    name: 'adds nothing where the API wants consent',
    source: 'RT-1',
    setup: { client: here, api: { skipsConsentForFirstParty: false } },
    request: refresh(null, {}, readOnly),
    answer: '[openid read]',
  },
  {
    name: 'for another API gives all that the policy lists, and OpenID Connect of the login',
    source: 'MR-2, MR-5',
    setup: other(),
    request: elsewhere(null),
    answer: '[openid offline_access read delete]',
  },
  {
    name: 'for another API gives the part that is asked for',
    source: 'MR-3',
    setup: other(),
    request: elsewhere('delete write nosuch'),
    answer: '[delete]',
  },
  {
    name: 'for another API goes by resource in the compatibility profile',
    source: 'MR-2',
    setup: { ...other(), tenant: { resourceParameterProfile: 'compatibility' } },
    request: refresh(null, { resource: OTHER_API }),
    answer: '[openid offline_access read delete]',
  },
  {
    name: 'for an API that no policy lists is refused',
    source: 'MR-4',
    setup: { api: { identifier: OTHER_API } },
    request: elsewhere(null),
    answer: 'refresh_audience_not_allowed',
  },
  {
    name: 'for an API that is not there is refused although a policy lists it',
    source: 'MR-5',
    setup: { client: there, api: null },
    request: elsewhere(null),
    answer: 'refresh_audience_not_allowed',
  },
  {
    name: 'for /userinfo is refused',
    source: 'MR-5',
    setup: { client: there, api: null },
    request: refresh(null, { audience: USERINFO }),
    answer: 'refresh_audience_not_allowed',
  },
  {
    name: 'of a third party is refused',
    source: 'MR-4',
    setup: { ...other(), client: { ...permissive, refreshTokenPolicies: there.refreshTokenPolicies } },
    request: elsewhere(null),
    answer: 'refresh_audience_not_allowed',
  },
  {
    name: 'for an API that wants consent is refused',
    source: 'MR-4',
    setup: other({ skipsConsentForFirstParty: false }),
    request: elsewhere(null),
    answer: 'refresh_audience_not_allowed',
  },
  {
    name: 'for the Management API is refused',
    source: 'MR-4',
    setup: other({ systemApi: 'management' }),
    request: elsewhere(null),
    answer: 'refresh_audience_not_allowed',
  },
  {
    name: 'goes through the gate of the other API',
    source: 'US-2, MR-6',
    setup: other(requires),
    request: elsewhere(null),
    answer: 'client_grant_missing',
  },
  {
    name: 'is cut to the grant for the other API',
    source: 'US-5, MR-6',
    setup: { ...other(requires), grants: [grant('c1', ['delete'], { audience: OTHER_API })] },
    request: elsewhere(null),
    answer: '[openid offline_access delete]',
  },
  {
    name: 'is cut to the permissions on the other API',
    source: 'US-10, MR-7',
    setup: other(rbac),
    request: elsewhere(null),
    answer: '[openid offline_access read]',
  },
] satisfies Row[]);

const details = [{ type: 'payment' }, { type: 'transfer' }];

describe('authorization_details of the login', () => {
  const detailsIn = (setup: Setup, request: UserAccessRequest) => {
    const decision = decideAccess(request, factsOf(setup));
    return decision.granted ? decision.authorizationDetails : decision.denial;
  };

  test('are there again', () => {
    const api = { authorizationDetailsTypes: ['payment', 'transfer'] };
    expect(detailsIn({ api }, refresh(null, { authorizationDetails: details }))).toEqual(details);
  });

  test('are cut to what is allowed now, and are no reason to refuse (RT-9)', () => {
    const api = { authorizationDetailsTypes: ['transfer'] };
    expect(detailsIn({ api }, refresh(null, { authorizationDetails: details }))).toEqual([
      { type: 'transfer' },
    ]);
    expect(detailsIn({}, refresh(null, { authorizationDetails: details }))).toBeNull();
  });

  test('are not for another API', () => {
    const setup = other({ authorizationDetailsTypes: ['payment'] });
    const request = refresh(null, { audience: OTHER_API, authorizationDetails: details });
    expect(detailsIn(setup, request)).toBeNull();
  });
});
