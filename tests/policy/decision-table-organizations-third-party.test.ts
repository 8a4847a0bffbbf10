// Client credentials of third parties for organizations (token-issuance.md 4.3, MO-9). Whether the organization lets third
// parties sign its members in, and by which connections, is none of this decision's business.

import { decideAccess } from '../../src/policy/decide-access.js';
import {
  answerTo,
  defaultGrant,
  factsOf,
  organization,
  ownGrant,
  permissiveThirdParty,
  requestOf,
  type Row,
  strictThirdParty,
  token,
} from './facts.js';

const scopes = ['read', 'write'];
const notAssociated = organization('org_a', { clientGrantIds: ['cgr_other'] });
const askForA = { organization: 'org_a' };
const notAdded = { reason: 'organization_not_granted', organization: 'org_a' } as const;

const rows: Row[] = [strictThirdParty, permissiveThirdParty].flatMap((client) => {
  const kind = client.thirdPartySecurityMode;
  const own = ownGrant(client.clientId, { organizationUsage: 'allow' });
  const any = { ...own, allowAnyOrganization: true };
  const added = organization('org_a', { clientGrantIds: [own.id] });
  return [
    {
      name: `a ${kind} third party gets a token for an organization with its client grant`,
      source: 'MO-9, MO-5',
      setup: { client, grants: [own], organizations: [added] },
      request: askForA,
      answer: token(scopes, own.id, 'org_a'),
    },
    {
      name: `a ${kind} third party is refused an organization without its client grant`,
      source: 'MO-9, MO-6',
      setup: { client, grants: [own], organizations: [notAssociated] },
      request: askForA,
      answer: notAdded,
    },
    {
      name: `allow_any_organization does nothing for a ${kind} third party`,
      source: 'MO-9',
      setup: { client, grants: [any], organizations: [notAssociated] },
      request: askForA,
      answer: notAdded,
    },
    {
      name: `the default organization of a ${kind} third party needs the client grant too`,
      source: 'MO-9, MO-7',
      setup: {
        client: { ...client, defaultOrganizationId: 'org_a' },
        grants: [{ ...any, organizationUsage: 'require' as const }],
        organizations: [notAssociated],
      },
      answer: notAdded,
    },
    {
      name: `for a ${kind} third party the organization needs the client grant that counts, not the hidden one`,
      source: 'MO-9, TP-3',
      setup: {
        client,
        grants: [defaultGrant({ organizationUsage: 'allow' }), own],
        organizations: [organization('org_a', { clientGrantIds: ['cgr_default'] })],
      },
      request: askForA,
      answer: notAdded,
    },
    {
      name: `a ${kind} third party without a grant of its own needs the default grant in the organization`,
      source: 'MO-9, CC-11',
      setup: {
        client,
        grants: [defaultGrant({ organizationUsage: 'allow' })],
        organizations: [organization('org_a', { clientGrantIds: ['cgr_default'] })],
      },
      request: askForA,
      answer: token(scopes, 'cgr_default', 'org_a'),
    },
  ];
});

test.each(rows)('$name ($source)', (row) => {
  expect(answerTo(row)).toEqual(row.answer);
});

test('the trace says that it was the rule for third parties (MO-9)', () => {
  const grants = [ownGrant('t1', { organizationUsage: 'allow', allowAnyOrganization: true })];
  const facts = factsOf({ client: strictThirdParty, grants, organizations: [notAssociated] });
  expect(decideAccess(requestOf(askForA), facts).trace.at(-1)).toMatchObject({
    outcome: 'deny',
    source: 'MO-9',
  });
});
