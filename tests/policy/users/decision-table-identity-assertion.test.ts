// Cross app access: what the identity provider of a connection says of a user, for an access token (token-issuance.md TX-18).

import {
  API,
  assertionRequest,
  firstParty,
  grant,
  organization,
  OTHER_API,
  permissive,
  type Row,
  type Setup,
  sharedGrant,
  strict,
} from './facts.js';
import { decisionTable } from './table.js';

const app = { ...firstParty, usesIdentityAssertions: true } as const;
const third = { ...strict, usesIdentityAssertions: true } as const;
const requires = { userPolicy: 'require_client_grant' } as const;
const everyScope = ['openid', 'email', 'read', 'write', 'offline_access'];

/** A request for `read`, with an assertion that is about the API. */
const row = (
  name: string,
  answer: string,
  setup: Setup,
  request = assertionRequest({ scopes: ['read'] }),
  decidedBy = 'TX-18',
): Row => ({ name, source: 'TX-18', setup: { client: app, ...setup }, request, answer, decidedBy });

decisionTable('who may exchange identity assertions', [
  row('a first party that has it switched on', '[read]', {}, undefined, 'TX-18'),
  row('a first party that has not', 'identity_assertion_not_allowed', { client: firstParty }),
  row('grant_types do not matter', '[read]', { client: { ...app, grantTypes: [] } }),
  row('a public client', '[read]', { client: { ...app, isConfidential: false } }),
  row('a permissive third party has it switched on in vain', 'identity_assertion_not_allowed', {
    client: { ...permissive, usesIdentityAssertions: true },
    grants: [grant('p1', ['read'])],
  }),
  row('a strict third party with a client grant', '[read]', {
    client: third,
    grants: [grant('t1', ['read'])],
  }),
  row('a strict third party with the default grant', '[read]', {
    client: third,
    grants: [sharedGrant(['read'])],
  }),
  row('a strict third party without one', 'client_grant_missing', { client: third }, undefined, 'TP-4'),
  row('a strict third party that has it switched off', 'identity_assertion_not_allowed', {
    client: strict,
    grants: [grant('t1', ['read'])],
  }),
]);

decisionTable('the API of an identity assertion', [
  row('its own', '[read]', {}),
  row('the request can repeat it', '[read]', {}, assertionRequest({ scopes: ['read'], audience: API })),
  row(
    'the request cannot name another',
    'audience_not_asserted',
    {},
    assertionRequest({ scopes: ['read'], audience: OTHER_API }),
  ),
  row(
    'nor with resource, where the tenant reads that',
    'audience_not_asserted',
    { tenant: { resourceParameterProfile: 'compatibility' } },
    assertionRequest({ scopes: ['read'], resource: OTHER_API }),
  ),
  row(
    'resource is left aside elsewhere',
    '[read]',
    {},
    assertionRequest({ scopes: ['read'], resource: OTHER_API }),
  ),
  row(
    'the default one, where it names none',
    '[read]',
    { tenant: { defaultAudience: API } },
    assertionRequest({ scopes: ['read'] }, { resources: [] }),
  ),
  row(
    'the default one does not come before its own',
    '[read]',
    { tenant: { defaultAudience: OTHER_API } },
    assertionRequest({ scopes: ['read'] }),
  ),
  row(
    'the request cannot name one where neither does',
    'audience_not_asserted',
    {},
    assertionRequest({ scopes: ['read'], audience: API }, { resources: [] }),
  ),
  row(
    'there is no token without one',
    'audience_missing',
    {},
    assertionRequest({ scopes: ['read'] }, { resources: [] }),
  ),
  row(
    'of several the request has to name one',
    'audience_missing',
    {},
    assertionRequest({ scopes: ['read'] }, { resources: [API, OTHER_API] }),
  ),
  row(
    'of several the request can name one',
    '[read]',
    {},
    assertionRequest({ scopes: ['read'], audience: API }, { resources: [OTHER_API, API] }),
  ),
  row(
    'one that is not there',
    'resource_server_unknown',
    {},
    assertionRequest({ scopes: ['read'] }, { resources: ['https://gone.example.com'] }),
    'AU-4',
  ),
  row('deny_all', 'policy_denies_all', { api: { userPolicy: 'deny_all' } }, undefined, 'US-1'),
  row('a grant is required and missing', 'client_grant_missing', { api: requires }, undefined, 'US-2'),
  row(
    'a system API is closed to third parties',
    'system_api_closed_to_third_parties',
    { client: third, api: { systemApi: 'my_account' }, grants: [grant('t1', ['read'])] },
    undefined,
    'TP-6',
  ),
]);

const asking = (...scopes: string[]) => assertionRequest({ scopes });

decisionTable('scopes of an identity assertion', [
  row(
    'cut to the grant',
    '[read]',
    { api: requires, grants: [grant('c1', ['read'])] },
    asking('read', 'write'),
    'US-5',
  ),
  row(
    'cut to the permissions',
    '[write]',
    { api: { enforcesPolicies: true }, user: { rolePermissions: [] } },
    asking('read', 'write'),
    'US-10',
  ),
  row(
    'none of them can be had',
    'scopes_not_permitted',
    { api: requires, grants: [grant('c1', [])] },
    asking('read'),
  ),
  row('only OpenID Connect is asked for', 'scopes_not_permitted', {}, asking('openid')),
  row('OpenID Connect and offline_access are left out', '[read write]', {}, asking(...everyScope)),
  row('none is asked for: none is given', '[]', {}, assertionRequest(), 'US-4'),
]);

decisionTable('the user of an identity assertion', [
  row('is not there', 'login_required', { user: null }, undefined, 'GE-9'),
  row('is blocked', 'user_blocked', { user: { isBlocked: true } }, undefined, 'UB-1'),
  row('has agreed to nothing, and is not asked', '[read]', {
    api: { skipsConsentForFirstParty: false },
    user: { consents: [] },
  }),
  row('has agreed to nothing, and a third party does not ask', '[read]', {
    client: third,
    grants: [grant('t1', ['read'])],
    user: { consents: [] },
  }),
  row(
    'is of a connection that is not enabled for the client',
    'connection_not_enabled',
    { user: { connection: { id: 'con_1', isDomainConnection: false, isEnabledForClient: false } } },
    undefined,
    'CN-1',
  ),
  row('of a connection that is none of the domain, with a strict third party', '[read]', {
    client: third,
    grants: [grant('t1', ['read'])],
    user: { connection: { id: 'con_1', isDomainConnection: false, isEnabledForClient: true } },
  }),
  row(
    'has to prove a key where the API wants that',
    'proof_of_possession_required',
    { api: { proofOfPossessionRequiredFor: 'all_clients' } },
    undefined,
    'PP-1',
  ),
]);

const inOrganization = (...organizationIds: string[]) =>
  assertionRequest({ scopes: ['read'] }, { organizationIds });
const allowing = { ...app, organizationUsage: 'allow' } as const;
const requiring = { ...app, organizationUsage: 'require' } as const;
const rbac = { enforcesPolicies: true } as const;
const stranger = { memberships: [] };
const organizations = [organization()];

decisionTable('the organization of an identity assertion', [
  row(
    'is that of the connection: the roles of its member count',
    '[delete]',
    { client: allowing, organizations, api: rbac, user: { directPermissions: [] } },
    assertionRequest({ scopes: ['read', 'delete'] }, { organizationIds: ['org_a'] }),
    'US-10',
  ),
  row(
    'is none where the user is no member',
    '[read]',
    { client: allowing, organizations, api: rbac, user: { memberships: [] } },
    inOrganization('org_a'),
  ),
  row('is none where the client uses none', '[read]', { organizations }, inOrganization('org_a')),
  row(
    'is missing where the client requires one, and the connection is for none',
    'organization_required',
    { client: requiring },
    inOrganization(),
    'UO-2',
  ),
  row(
    'is not that of a stranger, where the client requires one',
    'not_a_member',
    { client: requiring, organizations, user: stranger },
    inOrganization('org_a'),
  ),
  row(
    'is not clear where there are several',
    'organization_required',
    { client: allowing, organizations },
    inOrganization('org_a', 'org_b'),
  ),
  row(
    'can be named where there are several',
    '[read]',
    { client: allowing, organizations },
    assertionRequest({ scopes: ['read'], organization: 'org_a' }, { organizationIds: ['org_a', 'org_b'] }),
  ),
  row(
    'cannot be named where the user is no member',
    'not_a_member',
    { client: allowing, organizations, user: stranger },
    assertionRequest({ scopes: ['read'], organization: 'org_a' }),
    'UO-5',
  ),
  row(
    'cannot be named where it does not have the connection',
    'connection_not_enabled',
    { client: allowing, organizations: [organization({ enabledConnectionIds: [] })] },
    assertionRequest({ scopes: ['read'], organization: 'org_a' }),
    'UO-6d',
  ),
  row(
    'keeps out third parties that it does not allow',
    'organization_closed_to_third_parties',
    { client: third, grants: [grant('t1', ['read'])], organizations },
    inOrganization('org_a'),
    'UO-7',
  ),
  row(
    'lets in third parties that it allows',
    '[read]',
    {
      client: third,
      grants: [grant('t1', ['read'])],
      organizations: [organization({ allowsThirdPartyClients: true })],
    },
    inOrganization('org_a'),
  ),
  row(
    'keeps out clients that it does not list',
    'organization_closed_to_client',
    { client: allowing, organizations: [organization({ isAppEntitlementActive: true })] },
    inOrganization('org_a'),
    'UO-8',
  ),
]);
