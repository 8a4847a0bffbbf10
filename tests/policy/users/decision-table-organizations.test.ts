// Organizations on behalf of users (token-issuance.md 4.8).

import { decideAccess } from '../../../src/policy/decide-access.js';
import {
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

const needs = { ...firstParty, organizationUsage: 'require' } as const;

const before = { ...needs, organizationRequireBehavior: 'pre_login_prompt' } as const;

const after = { ...needs, organizationRequireBehavior: 'post_login_prompt' } as const;

const third = { ...strict, organizationUsage: 'allow' } as const;

const thirdIn = (changes = {}): Setup => ({
  client: third,
  grants: [grant('t1', ['read'])],
  organizations: [organization(changes)],
});

const inOrg = (changes = {}): Setup => ({ client: allows, organizations: [organization(changes)] });

const orgA = requestOf({ organization: 'org_a', scopes: ['read'] });

const named = (name: string) => requestOf({ organization: name, scopes: ['read'] });

const none = requestOf({ scopes: ['read'] });

const names = { tenant: { allowOrganizationNames: true } };

decisionTable('organizations', [
  {
    name: 'under deny one that is sent is refused',
    source: 'UO-1',
    setup: { organizations: [organization()] },
    request: orgA,
    answer: 'organization_not_allowed',
  },
  {
    name: 'under deny nobody learns whether one exists',
    source: 'UO-1',
    request: named('org_x'),
    answer: 'organization_not_allowed',
  },
  { name: 'under deny none is needed', source: 'UO-4', request: none, answer: '[read]' },
  {
    name: 'strict third parties cannot have the setting: the organization opens itself to them',
    source: 'UO-7',
    setup: { ...thirdIn({ allowsThirdPartyClients: true }), client: strict },
    request: orgA,
    answer: '[read]',
  },
  {
    name: 'strict third parties cannot have the setting: or it does not',
    source: 'UO-7',
    setup: { ...thirdIn(), client: strict },
    request: orgA,
    answer: 'organization_closed_to_third_parties',
  },
  {
    name: 'under allow none is needed',
    source: 'UO-4',
    setup: { client: allows },
    request: none,
    answer: '[read]',
  },
  {
    name: 'under require without a prompt none is an error',
    source: 'UO-2',
    setup: { client: needs },
    request: none,
    answer: 'organization_required',
  },
  {
    name: 'under require the prompt comes before login',
    source: 'UO-3',
    setup: { client: before, user: null },
    request: none,
    answer: 'organization_selection_required',
  },
  {
    name: 'the prompt before login comes after it where there was a session',
    source: 'UO-3',
    setup: { client: before },
    request: none,
    answer: 'organization_selection_required',
  },
  {
    name: 'the prompt after login waits for it',
    source: 'GE-9, UO-3',
    setup: { client: after, user: null },
    request: none,
    answer: 'login_required',
  },
  {
    name: 'under require the prompt comes after login',
    source: 'UO-3',
    setup: { client: after },
    request: none,
    answer: 'organization_selection_required',
  },
  {
    name: 'whoever belongs to none cannot be asked',
    source: 'UO-6',
    setup: { client: after, user: { memberships: [] } },
    request: none,
    answer: 'organization_membership_missing',
  },
  {
    name: "behind the user's back nobody is asked",
    source: 'UO-2',
    setup: { client: after },
    request: passwordRequest(),
    answer: 'organization_required',
  },
  {
    name: 'under require one that is sent will do',
    source: 'UO-5',
    setup: { client: after, organizations: [organization()] },
    request: orgA,
    answer: '[read]',
  },
  {
    name: 'a refresh without one is refused where the client has come to require it',
    source: 'UO-2, RT-9',
    setup: { client: needs },
    request: laterRequest('refresh', { scopes: ['read'] }),
    answer: 'organization_required',
  },
  {
    name: 'strangers are refused',
    source: 'UO-5',
    setup: { ...inOrg(), user: { memberships: [{ organizationId: 'org_b', permissions: [] }] } },
    request: orgA,
    answer: 'not_a_member',
  },
  { name: 'members get a token', source: 'UO-5', setup: inOrg(), request: orgA, answer: '[read]' },
  {
    name: 'one that is not there is refused',
    source: 'UO-7',
    setup: { client: allows },
    request: named('org_x'),
    answer: 'organization_unknown',
  },
  {
    name: 'a name is refused where the tenant takes ids',
    source: 'UO-6a',
    setup: inOrg(),
    request: named('a'),
    answer: 'organization_malformed',
  },
  {
    name: 'a name will do where the tenant takes names',
    source: 'UO-5',
    setup: { ...inOrg(), ...names },
    request: named('a'),
    answer: '[read]',
  },
  {
    name: 'a name that nobody has is refused',
    source: 'UO-7',
    setup: { ...inOrg(), ...names },
    request: named('b'),
    answer: 'organization_unknown',
  },
  {
    name: 'what is neither id nor name is refused',
    source: 'UO-6a',
    setup: { ...inOrg(), ...names },
    request: named('No name!'),
    answer: 'organization_malformed',
  },
  {
    name: 'permissive third parties cannot use them',
    source: 'UO-6c, PM-6',
    setup: { ...inOrg(), client: { ...permissive, organizationUsage: 'allow' } },
    request: orgA,
    answer: 'organizations_not_supported',
  },
  {
    name: 'permissive third parties cannot need them',
    source: 'UO-6c, PM-6',
    setup: { client: { ...permissive, organizationUsage: 'require' } },
    request: none,
    answer: 'organizations_not_supported',
  },
  {
    name: 'strict third parties need third_party_client_access',
    source: 'UO-7',
    setup: thirdIn(),
    request: orgA,
    answer: 'organization_closed_to_third_parties',
  },
  {
    name: 'strict third parties may with third_party_client_access',
    source: 'UO-7',
    setup: thirdIn({ allowsThirdPartyClients: true }),
    request: orgA,
    answer: '[read]',
  },
  {
    name: 'third_party_client_access does not matter to first parties',
    source: 'UO-5',
    setup: inOrg({ allowsThirdPartyClients: false }),
    request: orgA,
    answer: '[read]',
  },
  {
    name: 'under per-application access clients have to be listed',
    source: 'UO-8',
    setup: inOrg({ isAppEntitlementActive: true }),
    request: orgA,
    answer: 'organization_closed_to_client',
  },
  {
    name: 'under per-application access a listed client may',
    source: 'UO-8',
    setup: inOrg({ isAppEntitlementActive: true, isClientListedForMembers: true }),
    request: orgA,
    answer: '[read]',
  },
  {
    name: 'under per-application access a listed third party may',
    source: 'UO-9',
    setup: thirdIn({ isAppEntitlementActive: true, isClientListedForMembers: true }),
    request: orgA,
    answer: '[read]',
  },
  {
    name: 'under per-application access third_party_client_access counts for others',
    source: 'UO-7, UO-9',
    setup: thirdIn({ isAppEntitlementActive: true }),
    request: orgA,
    answer: 'organization_closed_to_third_parties',
  },
  {
    name: 'without per-application access the list does not matter',
    source: 'UO-7, UO-9',
    setup: thirdIn({ isClientListedForMembers: true }),
    request: orgA,
    answer: 'organization_closed_to_third_parties',
  },
  {
    name: 'what a grant says about organizations does not matter',
    source: 'UO-5, UO-10',
    setup: {
      ...inOrg(),
      api: { userPolicy: 'require_client_grant' },
      grants: [grant('c1', ['read'], { organizationUsage: 'deny' })],
    },
    request: orgA,
    answer: '[read]',
  },
  {
    name: 'nor does what it requires',
    source: 'UO-4, UO-10',
    setup: {
      api: { userPolicy: 'require_client_grant' },
      grants: [grant('c1', ['read'], { organizationUsage: 'require' })],
    },
    request: none,
    answer: '[read]',
  },
] satisfies Row[]);

test('the prompt after login offers the organizations of the user, that before login none', () => {
  expect(decideAccess(none, factsOf({ client: after }))).toMatchObject({
    denial: { behavior: 'post_login_prompt', choices: ['org_a'] },
  });
  expect(decideAccess(none, factsOf({ client: before, user: null }))).toMatchObject({
    denial: { behavior: 'pre_login_prompt', choices: null },
  });
});
