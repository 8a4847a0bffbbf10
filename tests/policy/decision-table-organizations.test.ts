// Client credentials and organizations (token-issuance.md 4.3, 9). Which members an organization has, and whether they need
// access to the client, is none of this decision's business (MO-10).

import type { ClientGrantFacts } from '../../src/domain/access-facts.js';
import { decideAccess } from '../../src/policy/decide-access.js';
import {
  answerTo,
  factsOf,
  firstParty,
  organization,
  ownGrant,
  requestOf,
  type Row,
  token,
} from './facts.js';

const scopes = ['read', 'write'];
const inNone = token(scopes);
const inOrgA = token(scopes, 'cgr_c1', 'org_a');

const granting = (changes: Partial<ClientGrantFacts>) => [ownGrant('c1', changes)];
const denying = granting({ organizationUsage: 'deny' });
const allowing = granting({ organizationUsage: 'allow' });
const requiring = granting({ organizationUsage: 'require' });
const allowingAny = granting({ organizationUsage: 'allow', allowAnyOrganization: true });
const requiringAny = granting({ organizationUsage: 'require', allowAnyOrganization: true });

const associated = organization('org_a', { clientGrantIds: ['cgr_other', 'cgr_c1'] });
const notAssociated = organization('org_a', { clientGrantIds: ['cgr_other'] });
const home = organization('org_home', { clientGrantIds: ['cgr_c1'] });
const withDefault = { ...firstParty, defaultOrganizationId: 'org_home' };

const askForA = { organization: 'org_a' };
const notAllowed = { reason: 'organization_not_allowed', organization: 'org_a' } as const;
const notAdded = { reason: 'organization_not_granted', organization: 'org_a' } as const;
const required = { reason: 'organization_required' } as const;
const unknown = (organization: string) => ({ reason: 'organization_unknown', organization }) as const;

const usages: Row[] = [
  {
    name: 'under deny a request without an organization gets a token without one',
    source: 'MO-1',
    setup: { grants: denying },
    answer: inNone,
  },
  {
    name: 'under deny an organization is refused',
    source: 'MO-2, V25',
    setup: { grants: denying, organizations: [associated] },
    request: askForA,
    answer: notAllowed,
  },
  {
    name: 'under deny an organization is refused although the grant allows any',
    source: 'MO-2',
    setup: {
      grants: granting({ organizationUsage: 'deny', allowAnyOrganization: true }),
      organizations: [associated],
    },
    request: askForA,
    answer: notAllowed,
  },
  {
    name: 'under deny the default organization is not used',
    source: 'MO-1',
    setup: { client: withDefault, grants: denying, organizations: [home] },
    answer: inNone,
  },
  {
    name: 'under allow a request without an organization gets a token without one',
    source: 'MO-3',
    setup: { grants: allowing },
    answer: inNone,
  },
  {
    name: 'under allow the default organization is not used',
    source: 'MO-3, V28',
    setup: { client: withDefault, grants: allowing, organizations: [home] },
    answer: inNone,
  },
  {
    name: 'under require a request without an organization is refused',
    source: 'MO-7, V26',
    setup: { grants: requiring, organizations: [associated] },
    answer: required,
  },
  {
    name: 'under require the default organization is used',
    source: 'MO-7, MO-5, V27',
    setup: { client: withDefault, grants: requiring, organizations: [home] },
    answer: token(scopes, 'cgr_c1', 'org_home'),
  },
  {
    name: 'under require a default organization without the client grant is refused',
    source: 'MO-7, MO-6',
    setup: { client: withDefault, grants: requiring, organizations: [{ ...home, clientGrantIds: [] }] },
    answer: { reason: 'organization_not_granted', organization: 'org_home' },
  },
  {
    name: 'under require a default organization without the client grant will do where the grant allows any',
    source: 'MO-7, MO-4',
    setup: { client: withDefault, grants: requiringAny, organizations: [{ ...home, clientGrantIds: [] }] },
    answer: token(scopes, 'cgr_c1', 'org_home'),
  },
  {
    name: 'under require a default organization that is gone is none',
    source: 'MO-7',
    setup: { client: withDefault, grants: requiring, organizations: [associated] },
    answer: required,
  },
  {
    name: 'the organization that is asked for comes before the default organization',
    source: 'MO-5, MO-7',
    setup: { client: withDefault, grants: requiring, organizations: [home, associated] },
    request: askForA,
    answer: inOrgA,
  },
  {
    name: 'the default organization does not stand in for one that is refused',
    source: 'MO-6, MO-7',
    setup: { client: withDefault, grants: requiring, organizations: [home, notAssociated] },
    request: askForA,
    answer: notAdded,
  },
];

const associations: Row[] = (
  [
    ['allow', allowing, allowingAny],
    ['require', requiring, requiringAny],
  ] as const
).flatMap(([usage, grants, any]) => [
  {
    name: `under ${usage} an organization with the client grant gets a token`,
    source: 'MO-5',
    setup: { grants, organizations: [associated] },
    request: askForA,
    answer: inOrgA,
  },
  {
    name: `under ${usage} an organization without the client grant is refused`,
    source: 'MO-6, V29',
    setup: { grants, organizations: [notAssociated] },
    request: askForA,
    answer: notAdded,
  },
  {
    name: `under ${usage} an organization without the client grant will do where the grant allows any`,
    source: 'MO-4, V30',
    setup: { grants: any, organizations: [notAssociated] },
    request: askForA,
    answer: inOrgA,
  },
  {
    name: `under ${usage} no organization goes by an unknown id, even where the grant allows any`,
    source: 'MO-8',
    setup: { grants: any, organizations: [] },
    request: { organization: 'org_nowhere' },
    answer: unknown('org_nowhere'),
  },
]);

const identities: Row[] = [
  {
    name: 'an organization that does not exist is refused under deny too',
    source: 'MO-8',
    setup: { grants: denying },
    request: { organization: 'org_nowhere' },
    answer: unknown('org_nowhere'),
  },
  {
    name: 'an organization that was not asked for does not stand in for one that does not exist',
    source: 'MO-8',
    setup: { client: withDefault, grants: requiring, organizations: [home] },
    request: { organization: 'org_nowhere' },
    answer: unknown('org_nowhere'),
  },
  {
    name: 'an organization goes by its name where the tenant allows names',
    source: '4.3, org; MO-5',
    setup: { tenant: { allowOrganizationNames: true }, grants: allowing, organizations: [associated] },
    request: { organization: 'a' },
    answer: inOrgA,
  },
  {
    name: 'an organization does not go by its name where the tenant does not allow names',
    source: '4.3, org; MO-8',
    setup: { grants: allowing, organizations: [associated] },
    request: { organization: 'a' },
    answer: unknown('a'),
  },
  {
    name: 'an organization still goes by its id where the tenant allows names',
    source: '4.3, org; MO-5',
    setup: { tenant: { allowOrganizationNames: true }, grants: allowing, organizations: [associated] },
    request: askForA,
    answer: inOrgA,
  },
  {
    name: 'an id comes before a name that reads the same',
    source: '4.3, org',
    setup: {
      tenant: { allowOrganizationNames: true },
      grants: allowing,
      organizations: [organization('org_b', { name: 'org_a', clientGrantIds: ['cgr_c1'] }), associated],
    },
    request: askForA,
    answer: inOrgA,
  },
  {
    name: 'ids are compared letter by letter',
    source: 'MO-8',
    setup: { grants: allowingAny, organizations: [associated] },
    request: { organization: 'ORG_A' },
    answer: unknown('ORG_A'),
  },
];

describe.each([
  { about: 'organization_usage', rows: usages },
  { about: 'the client grant in the organization', rows: associations },
  { about: 'which organization', rows: identities },
])('$about', ({ rows }) => {
  test.each(rows)('$name ($source)', (row) => {
    expect(answerTo(row)).toEqual(row.answer);
  });
});

test.each([
  { grants: denying, organization: null, source: 'MO-1' },
  { grants: allowing, organization: null, source: 'MO-3' },
  { grants: allowingAny, organization: 'org_a', source: 'MO-4' },
  { grants: allowing, organization: 'org_a', source: 'MO-5' },
])('the trace says which rule let the organization through ($source)', ({ grants, organization, source }) => {
  const facts = factsOf({ grants, organizations: [associated] });
  expect(decideAccess(requestOf({ organization }), facts).trace.at(-1)).toMatchObject({
    rule: 'organization',
    outcome: 'pass',
    source,
  });
});

test.each([
  { grants: denying, organization: 'org_a', source: 'MO-2' },
  { grants: allowing, organization: 'org_b', source: 'MO-6' },
  { grants: requiring, organization: null, source: 'MO-7' },
  { grants: allowing, organization: 'org_x', source: 'MO-8' },
])(
  'the trace says which rule refused the organization ($source)',
  ({ grants, organization: asked, source }) => {
    const facts = factsOf({ grants, organizations: [associated, organization('org_b')] });
    expect(decideAccess(requestOf({ organization: asked }), facts).trace.at(-1)).toMatchObject({
      rule: 'organization',
      outcome: 'deny',
      source,
    });
  },
);
