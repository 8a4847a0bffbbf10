// Arbitrary facts and requests for property tests. Every value comes from a handful, so that they meet: about a quarter of
// all requests get a token, and every reason for a refusal turns up.

import fc from 'fast-check';
import type {
  AccessFacts,
  ClientFacts,
  ClientGrantFacts,
  OrganizationFacts,
  ResourceServerFacts,
} from '../../src/domain/access-facts.js';
import type { SystemApi } from '../../src/domain/resource-server.js';
import type { ClientAccessRequest } from '../../src/policy/decision.js';
import type { PlatformChoices } from '../../src/policy/platform-choices.js';

const mostly = (value: boolean, weight = 24): fc.Arbitrary<boolean> =>
  fc.oneof({ arbitrary: fc.constant(value), weight }, { arbitrary: fc.constant(!value), weight: 1 });
const rarely = <T>(usual: T, ...rest: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ arbitrary: fc.constant(usual), weight: 24 }, { arbitrary: fc.constantFrom(...rest), weight: 1 });

const audiences = ['api', 'api/', 'other'] as const;
const clientIds = ['c1', 'c2'] as const;
const subjectTypes = ['client', 'user'] as const;
const scope = fc.constantFrom('a', 'b', 'c', 'd');
/** May repeat a scope, and may have one, `e`, that no API defines. */
export const listedScopes = fc.shuffledSubarray(['a', 'a', 'b', 'c', 'd', 'e']);

const client: fc.Arbitrary<ClientFacts> = fc
  .record({
    clientId: rarely(...clientIds),
    name: fc.constant('Client'),
    kind: fc.constantFrom('first-party', 'strict', 'permissive'),
    grantTypes: rarely(['client_credentials', 'refresh_token'], [], ['refresh_token']),
    isConfidential: mostly(true),
    isSelfRegistered: mostly(false),
    isOidcConformant: fc.constant(true),
    requiresProofOfPossession: mostly(false),
    defaultOrganizationId: fc.constantFrom(null, 'org_1', 'org_2', 'org_gone'),
    appType: fc.constantFrom(null, 'resource_server'),
    resourceServerIdentifier: fc.constantFrom(null, 'other'),
    organizationUsage: fc.constantFrom('deny', 'allow', 'allow', 'require'),
    organizationRequireBehavior: fc.constantFrom('no_prompt', 'pre_login_prompt', 'post_login_prompt'),
    refreshTokenPolicies: fc.subarray([
      { audience: 'api', scopes: ['b', 'e'] },
      { audience: 'other', scopes: ['a', 'b'] },
    ]),
    usesIdentityAssertions: fc.boolean(),
    tokenExchangeTypes: fc.subarray(['custom_authentication', 'on_behalf_of_token_exchange'] as const),
    trustsNonVerifiableCallbacks: fc.boolean(),
  })
  .map(({ kind, ...rest }) => ({
    ...rest,
    isFirstParty: kind === 'first-party',
    thirdPartySecurityMode: kind === 'strict' || kind === 'permissive' ? kind : null,
  }));

const resourceServer: fc.Arbitrary<ResourceServerFacts> = fc.record({
  identifier: rarely(...audiences),
  systemApi: rarely<SystemApi | null>(null, 'management', 'my_account'),
  userPolicy: fc.constantFrom('allow_all', 'require_client_grant', 'deny_all'),
  clientPolicy: rarely('require_client_grant', 'deny_all'),
  scopes: fc.shuffledSubarray(['a', 'a', 'b', 'c', 'd'], { minLength: 2 }),
  proofOfPossessionRequiredFor: rarely(null, 'all_clients', 'public_clients'),
  proofOfPossessionMechanism: fc.constantFrom(null, 'dpop', 'mtls'),
  allowsOfflineAccess: fc.boolean(),
  enforcesPolicies: fc.boolean(),
  showsPermissions: fc.boolean(),
  skipsConsentForFirstParty: fc.boolean(),
  authorizationDetailsTypes: fc.subarray(['pay', 'sign']),
});

const clientGrant: fc.Arbitrary<Omit<ClientGrantFacts, 'id'>> = fc
  .record({
    owner: fc.constantFrom('c1', 'c1', 'c2', null),
    audience: fc.constantFrom('api', 'api', 'api', 'api', ...audiences),
    subjectType: fc.constantFrom('client', 'client', ...subjectTypes),
    scopes: listedScopes,
    allowAllScopes: fc.boolean(),
    organizationUsage: fc.constantFrom('deny', 'allow', 'allow', 'require'),
    allowAnyOrganization: fc.boolean(),
    authorizationDetailsTypes: fc.subarray(['pay', 'sign']),
  })
  .map(({ owner, ...rest }) => ({
    ...rest,
    clientId: owner,
    defaultFor: owner === null ? 'third_party_clients' : null,
  }));

/** What the database lets exist only once. */
export const placeOf = (grant: Omit<ClientGrantFacts, 'id'>): string =>
  [grant.clientId, grant.audience, grant.subjectType].join(' ');

const clientGrants: fc.Arbitrary<ClientGrantFacts[]> = fc
  .uniqueArray(clientGrant, { selector: placeOf, minLength: 4, maxLength: 8 })
  .map((grants) => grants.map((grant) => ({ ...grant, id: `cgr ${placeOf(grant)}` })));

const organizations = (grants: readonly ClientGrantFacts[]): fc.Arbitrary<OrganizationFacts[]> =>
  fc
    .tuple(
      ...['1', '2'].map((index) =>
        fc.record({
          id: fc.constant(`org_${index}`),
          name: fc.constant(`name ${index}`),
          clientGrantIds: fc.subarray(grants.map(({ id }) => id)),
          allowsThirdPartyClients: fc.boolean(),
          isAppEntitlementActive: fc.boolean(),
          isClientListedForMembers: fc.boolean(),
          enabledConnectionIds: fc.subarray(['con_1', 'con_2']),
        }),
      ),
    )
    .chain((all) => fc.shuffledSubarray(all, { minLength: 1 }));

export const facts: fc.Arbitrary<AccessFacts> = clientGrants.chain((grants) =>
  fc.record({
    tenant: fc.record({
      defaultAudience: fc.constantFrom('api', null),
      allowOrganizationNames: fc.boolean(),
      resourceParameterProfile: fc.constantFrom('audience', 'compatibility'),
      requiresSecondFactor: rarely(false, true),
      hasSecondFactors: fc.boolean(),
    }),
    client,
    resourceServer: fc.option(resourceServer, { freq: 19 }),
    clientGrants: fc.constant(grants),
    organizations: organizations(grants),
    user: fc.constant(null),
  }),
);

export const request: fc.Arbitrary<ClientAccessRequest> = fc.record({
  subjectType: fc.constant('client' as const),
  grantType: fc.constant('client_credentials'),
  audience: rarely<string | null>('api', null, 'api/', 'other'),
  resource: rarely<string | null>(null, 'api', 'other'),
  scopes: fc.option(fc.array(scope, { maxLength: 2 }), { freq: 2 }),
  organization: fc.option(fc.constantFrom('org_1', 'org_1', 'org_2', 'org_2', 'name 1', 'org_gone'), {
    freq: 2,
  }),
});

export const choices: fc.Arbitrary<PlatformChoices> = fc.record({
  clientCredentialsScopes: fc.constantFrom('all_of_grant', 'requested_part'),
  undefinedScopesInGrant: fc.constantFrom('drop', 'issue'),
  publicClientsNeedPkce: fc.boolean(),
  unknownScopesAtRefresh: fc.constantFrom('refuse', 'drop'),
  actionScopes: fc.constantFrom('unlimited', 'within_ceiling'),
  onBehalfOfInPart: fc.constantFrom('drop', 'refuse'),
  strictThirdPartyOidcScopes: fc.constantFrom('drop', 'grant'),
  strictThirdPartyOfflineAccess: fc.constantFrom('grant', 'drop'),
  userGrantCapsUnderAllowAll: fc.boolean(),
  permissionsInOrganization: fc.constantFrom('member_roles_and_direct', 'member_roles', 'all'),
});

export function holds<T extends unknown[]>(property: fc.IProperty<T>, numRuns = 1000): void {
  fc.assert(property, { numRuns });
}
