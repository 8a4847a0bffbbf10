// Arbitrary requests of users and facts for them, from the same handful of values as those for client credentials.

import fc from 'fast-check';
import type { AccessFacts, UserFacts } from '../../../src/domain/access-facts.js';
import type { UserAccessRequest, UserFlow } from '../../../src/policy/decision.js';
import { facts as clientFacts } from '../arbitraries.js';
import { USERINFO } from './facts.js';

export { choices } from '../arbitraries.js';

const flows: readonly UserFlow[] = [
  'authorize',
  'authorize',
  'device',
  'password',
  'code_exchange',
  'refresh',
  'refresh',
  'custom_exchange',
  'on_behalf_of',
  'ciba',
  'identity_assertion',
];
const grantTypes: Record<UserFlow, string> = {
  authorize: 'authorization_code',
  device: 'urn:ietf:params:oauth:grant-type:device_code',
  password: 'password',
  code_exchange: 'authorization_code',
  refresh: 'refresh_token',
  custom_exchange: 'urn:ietf:params:oauth:grant-type:token-exchange',
  on_behalf_of: 'urn:ietf:params:oauth:grant-type:token-exchange',
  ciba: 'urn:openid:params:grant-type:ciba',
  identity_assertion: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
};
const everyGrantType = [...new Set([...Object.values(grantTypes), 'implicit'])];
const usually = <T>(usual: T, ...rest: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ arbitrary: fc.constant(usual), weight: 9 }, { arbitrary: fc.constantFrom(...rest), weight: 1 });

/** `e` is defined by no API. */
export const someScopes = fc.shuffledSubarray([
  'openid',
  'email',
  'offline_access',
  'a',
  'a',
  'b',
  'c',
  'd',
  'e',
]);
const permissions = fc.subarray(['a', 'b', 'c', 'd']);
const organization = fc.constantFrom(null, null, 'org_1', 'org_1', 'org_2', 'name 1', 'org_gone');

const user: fc.Arbitrary<UserFacts> = fc.record({
  userId: fc.constant('auth0|u'),
  isBlocked: usually(false, true),
  hasSecondFactor: fc.boolean(),
  connection: fc.record({
    id: fc.constantFrom('con_1', 'con_1', 'con_2'),
    isDomainConnection: usually(true, false),
    isEnabledForClient: usually(true, false),
  }),
  directPermissions: permissions,
  rolePermissions: permissions,
  memberships: fc.uniqueArray(fc.record({ organizationId: fc.constantFrom('org_1', 'org_2'), permissions }), {
    selector: ({ organizationId }) => organizationId,
  }),
  consents: fc.uniqueArray(
    fc.record({
      audience: fc.constantFrom('api', 'api', 'other', null),
      organizationId: fc.constantFrom(null, 'org_1', 'org_2'),
      scopes: fc.oneof(
        fc.constant(['openid', 'email', 'offline_access', 'a', 'b', 'c', 'd', 'e']),
        someScopes,
      ),
    }),
    { selector: ({ audience, organizationId }) => `${audience} ${organizationId}` },
  ),
});

/** Facts with a user who has logged in. */
export const facts: fc.Arbitrary<AccessFacts & { readonly user: UserFacts }> = fc
  .record({
    facts: clientFacts,
    user,
    organizationUsage: fc.constantFrom('deny', 'allow', 'allow', 'require'),
    requiresSecondFactor: usually(false, true),
  })
  .map(({ facts: f, user: u, organizationUsage, requiresSecondFactor }) => ({
    ...f,
    tenant: { ...f.tenant, requiresSecondFactor },
    // What is asked for in these tests goes by `api` or `other`; grants for users are what is of interest.
    client: { ...f.client, grantTypes: everyGrantType, organizationUsage } as AccessFacts['client'],
    clientGrants: f.clientGrants.map((grant, index) =>
      index % 3 === 0 ? grant : { ...grant, subjectType: 'user' as const },
    ),
    user: u,
  }));

/** Requests of these flows. */
export const requestIn = (...of: readonly UserFlow[]): fc.Arbitrary<UserAccessRequest> =>
  fc
    .record({
      flow: fc.constantFrom(...of),
      audience: usually<string | null>('api', null, 'other', 'api/', USERINFO),
      resource: usually<string | null>(null, 'api', 'other'),
      scopes: fc.option(someScopes, { freq: 5 }),
      organization,
      authorizationDetails: usually<UserAccessRequest['authorizationDetails']>(null, [{ type: 'pay' }], []),
      responseType: usually<string | null>('code', 'token', 'code id_token', 'id_token'),
      hasCodeChallenge: usually(true, false),
      redirectUri: usually<string | null>('https://app.example.com/cb', 'http://localhost/cb', null),
      bindsKey: fc.boolean(),
      hasAgreedToDetails: fc.boolean(),
      approvedScopes: fc.option(someScopes),
      asserted: fc.record({
        resources: fc.constantFrom<string[][]>(['api'], ['api'], [], ['other'], ['api', 'other']),
        organizationIds: fc.constantFrom<string[][]>([], ['org_1'], ['org_1'], ['org_2'], ['org_1', 'org_2']),
      }),
      secondFactor: usually<UserAccessRequest['secondFactor'] | null>(null, 'before', 'now'),
      asksForSecondFactor: usually(false, true),
      original: fc.record({
        audience: usually<string | null>('api', null, 'other'),
        scopes: someScopes,
        needsConsent: fc.boolean(),
      }),
    })
    .map(({ flow, asserted, secondFactor, ...rest }) => {
      const isLater = flow === 'refresh' || flow === 'code_exchange';
      return {
        subjectType: 'user',
        grantType: grantTypes[flow],
        userinfoAudience: USERINFO,
        ...rest,
        ...(secondFactor && { secondFactor }),
        flow,
        approvedScopes: flow === 'ciba' ? rest.approvedScopes : null,
        ...(flow === 'identity_assertion' && { asserted }),
        hasActor: flow === 'custom_exchange' && rest.hasAgreedToDetails,
        audience: isLater && rest.audience === 'api' ? null : rest.audience,
        responseType: flow === 'authorize' ? rest.responseType : null,
        original: isLater ? rest.original : null,
      };
    });

export const request = requestIn(...flows);
