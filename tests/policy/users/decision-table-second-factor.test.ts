// Multi-factor authentication (docs/decision-table.md, MF; token-issuance.md PW-10, TX-8, TP-17).

import type { ActionsOutcome, PostLoginChanges } from '../../../src/domain/action.js';
import { decidePostLogin } from '../../../src/policy/actions.js';
import { decideAccess } from '../../../src/policy/decide-access.js';
import type { UserAccessRequest } from '../../../src/policy/decision.js';
import { platformChoices } from '../../../src/policy/platform-choices.js';
import {
  exchangeRequest,
  factsOf,
  firstParty,
  laterRequest,
  organization,
  passwordRequest,
  requestOf,
  type Setup,
  strict,
} from './facts.js';
import { decisionTable } from './table.js';

const asks = { requiresSecondFactor: true, hasSecondFactors: true } as const;
const read = { scopes: ['read'] };
const exchanges = {
  tenant: asks,
  client: { ...firstParty, tokenExchangeTypes: ['custom_authentication'] },
} as const satisfies Setup;
const refresh = (changes: Partial<UserAccessRequest> = {}) =>
  laterRequest('refresh', { scopes: ['read'] }, changes);

decisionTable('a tenant that requires a second factor', [
  {
    name: 'asks at a login',
    source: 'MF-1',
    setup: { tenant: asks },
    request: requestOf(read),
    answer: 'mfa_required',
  },
  {
    name: 'is content with one of this very request',
    source: 'MF-1',
    setup: { tenant: asks },
    request: requestOf({ ...read, secondFactor: 'now' }),
    answer: '[read]',
  },
  {
    name: 'is content with one of the session',
    source: 'MF-1',
    setup: { tenant: asks },
    request: requestOf({ ...read, secondFactor: 'before' }),
    answer: '[read]',
  },
  {
    name: 'asks at a password',
    source: 'MF-1, PW-10',
    setup: { tenant: asks },
    request: passwordRequest(read),
    answer: 'mfa_required',
  },
  {
    name: 'asks at a refresh of a login without one',
    source: 'MF-1',
    setup: { tenant: asks },
    request: refresh(),
    answer: 'mfa_required',
  },
  {
    name: 'does not ask at a refresh of a login with one',
    source: 'MF-1',
    setup: { tenant: asks },
    request: refresh({ secondFactor: 'before' }),
    answer: '[read]',
  },
  {
    name: 'does not ask where a code is exchanged',
    source: 'CX-1',
    setup: { tenant: asks },
    request: laterRequest('code_exchange', { scopes: ['read'] }),
    answer: '[read]',
  },
  {
    name: 'asks before it asks for consent',
    source: 'MF-1',
    setup: { tenant: asks, api: { skipsConsentForFirstParty: false }, user: { consents: [] } },
    request: requestOf(read),
    answer: 'mfa_required',
  },
  {
    name: 'asks nobody who may not have a token anyway',
    source: 'US-1',
    setup: { tenant: asks, api: { userPolicy: 'deny_all' } },
    request: requestOf(read),
    answer: 'policy_denies_all',
  },
  {
    name: 'lets nobody in where it can ask for none',
    source: 'MF-4',
    setup: { tenant: { requiresSecondFactor: true } },
    request: requestOf(read),
    answer: 'mfa_not_available',
  },
  {
    name: 'that does not say so requires one',
    source: 'MF-1',
    setup: { tenant: { ...asks, requiresSecondFactor: undefined as unknown as boolean } },
    request: requestOf(read),
    answer: 'mfa_required',
  },
  {
    name: 'asks at a custom exchange',
    source: 'MF-1',
    setup: exchanges,
    request: exchangeRequest('custom_exchange', read),
    answer: 'mfa_required',
  },
  {
    name: 'refuses a custom exchange with an actor',
    source: 'TX-8',
    setup: exchanges,
    request: exchangeRequest('custom_exchange', { ...read, hasActor: true }),
    answer: 'mfa_not_supported',
  },
  {
    name: 'refuses a custom exchange for an organization',
    source: 'MF-5',
    setup: {
      ...exchanges,
      client: { ...exchanges.client, organizationUsage: 'allow' },
      organizations: [organization()],
    },
    request: exchangeRequest('custom_exchange', { ...read, organization: 'org_a' }),
    answer: 'mfa_not_supported',
  },
]);

decisionTable('a request', [
  {
    name: 'can ask for a second factor itself',
    source: 'MF-2',
    setup: { tenant: { hasSecondFactors: true } },
    request: requestOf({ ...read, asksForSecondFactor: true }),
    answer: 'mfa_required',
  },
  {
    name: 'for the MFA API needs the second factor that the user has',
    source: 'MF-3',
    setup: {
      tenant: { hasSecondFactors: true },
      api: { systemApi: 'mfa' },
      user: { hasSecondFactor: true },
    },
    request: requestOf(read),
    answer: 'mfa_required',
  },
  {
    name: 'on behalf of a user is no way around that',
    source: 'MF-5',
    setup: {
      tenant: { hasSecondFactors: true },
      client: {
        ...firstParty,
        appType: 'resource_server',
        resourceServerIdentifier: 'https://middle',
        tokenExchangeTypes: ['on_behalf_of_token_exchange'],
      },
      api: { systemApi: 'mfa' },
      user: { hasSecondFactor: true },
    },
    request: exchangeRequest('on_behalf_of', read),
    answer: 'mfa_not_supported',
  },
  {
    name: 'for the MFA API of a user without one needs none',
    source: 'US-9',
    setup: { tenant: { hasSecondFactors: true }, api: { systemApi: 'mfa' } },
    request: requestOf(read),
    answer: '[read]',
  },
  {
    name: 'with a second factor needs its grant type',
    source: 'GE-3',
    setup: { tenant: asks },
    request: passwordRequest({
      ...read,
      secondFactor: 'now',
      secondFactorGrantType: 'http://auth0.com/oauth/grant-type/mfa-otp',
    }),
    answer: 'grant_type_not_allowed',
  },
  {
    name: 'of a strict third party has no such grant type',
    source: 'TP-11',
    setup: {
      tenant: asks,
      client: { ...strict, grantTypes: [...strict.grantTypes, 'http://auth0.com/oauth/grant-type/mfa-otp'] },
    },
    request: refresh({
      secondFactor: 'now',
      secondFactorGrantType: 'http://auth0.com/oauth/grant-type/mfa-otp',
    }),
    answer: 'grant_type_not_allowed',
  },
]);

decisionTable('a strict third party', [
  {
    name: 'cannot be asked at a refresh',
    source: 'TP-17',
    setup: {
      tenant: asks,
      client: strict,
      grants: [
        {
          ...factsOf().clientGrants[0],
          id: 'cgr_t1',
          clientId: 't1',
          defaultFor: null,
          audience: 'https://api.example.com',
          subjectType: 'user',
          scopes: ['read'],
          allowAllScopes: false,
          organizationUsage: 'deny',
          allowAnyOrganization: false,
          authorizationDetailsTypes: [],
        },
      ],
    },
    request: refresh(),
    answer: 'mfa_not_supported',
  },
]);

describe('an Action that demands one', () => {
  const demands = (allowRememberBrowser: boolean): ActionsOutcome<PostLoginChanges> => ({
    kind: 'completed',
    ran: ['first'],
    output: [],
    changes: {
      accessTokenClaims: {},
      idTokenClaims: {},
      addedScopes: [],
      removedScopes: [],
      userMetadata: {},
      appMetadata: {},
      secondFactor: { allowRememberBrowser },
    },
  });

  function answerTo(
    request: UserAccessRequest,
    allowRememberBrowser = false,
    tenant: Setup['tenant'] = { hasSecondFactors: true },
  ): string {
    const facts = factsOf({ tenant });
    const decision = decideAccess(request, facts);
    if (!decision.granted) throw new Error(decision.denial.reason);
    const final = decidePostLogin(
      decision,
      demands(allowRememberBrowser),
      { request, facts },
      platformChoices,
    );
    return final.granted ? 'granted' : `${final.denial.reason} ${final.trace.at(-1)?.source}`;
  }

  test('MF-6: asks for it', () => {
    expect(answerTo(requestOf(read))).toBe('mfa_required MF-6');
    expect(answerTo(passwordRequest(read))).toBe('mfa_required MF-6');
    expect(answerTo(refresh())).toBe('mfa_required MF-6');
  });

  test('MF-6: is content with one of this very request', () => {
    expect(answerTo(requestOf({ ...read, secondFactor: 'now' }))).toBe('granted');
    expect(answerTo(refresh({ secondFactor: 'now' }))).toBe('granted');
  });

  test('MF-6: is content with one of before in a browser only, where it says so', () => {
    const before = requestOf({ ...read, secondFactor: 'before' });
    expect(answerTo(before)).toBe('mfa_required MF-6');
    expect(answerTo(before, true)).toBe('granted');
    expect(answerTo(refresh({ secondFactor: 'before' }), true)).toBe('mfa_required MF-6');
  });

  test('MF-4: lets nobody in where the tenant can ask for none', () => {
    expect(answerTo(requestOf(read), false, {})).toBe('mfa_not_available MF-4');
  });
});
