// Quotas of client credentials tokens (token-issuance.md CC-15). Counting is storage's part; here is whose quota counts
// and what a count means.

import type { QuotaUse, TokenQuota } from '../../src/domain/token-quota.js';
import { decideAccess } from '../../src/policy/decide-access.js';
import { decideQuota, quotasFor } from '../../src/policy/quota.js';
import { factsOf, organization, ownGrant, requestOf } from './facts.js';

const perHour: TokenQuota = { enforce: true, perDay: null, perHour: 10 };
const noDefaults = { clients: null, organizations: null };
const perDay: TokenQuota = { enforce: false, perDay: 1000, perHour: null };

function grantedFor(organizationId: string | null) {
  const facts = factsOf({
    grants: [ownGrant('c1', { organizationUsage: 'allow', allowAnyOrganization: true })],
    organizations: [organization('org_a'), organization('org_b')],
  });
  const decision = decideAccess(requestOf({ organization: organizationId }), facts);
  if (!decision.granted) throw new Error(decision.denial.reason);
  return decision;
}

describe('which quotas a token counts against', () => {
  test.each([
    {
      name: 'none, where neither client nor organization has one',
      organization: 'org_a',
      quotas: { client: null, organizations: {} },
      counted: [],
    },
    {
      name: 'that of the client',
      organization: null,
      quotas: { client: perHour, organizations: {} },
      counted: [{ of: 'client', id: 'c1', quota: perHour }],
    },
    {
      name: 'that of the organization',
      organization: 'org_a',
      quotas: { client: null, organizations: { org_a: perDay } },
      counted: [{ of: 'organization', id: 'org_a', quota: perDay }],
    },
    {
      name: 'both, the client first',
      organization: 'org_b',
      quotas: { client: perHour, organizations: { org_a: perHour, org_b: perDay } },
      counted: [
        { of: 'client', id: 'c1', quota: perHour },
        { of: 'organization', id: 'org_b', quota: perDay },
      ],
    },
    {
      name: 'not that of an organization that the token is not for',
      organization: null,
      quotas: { client: null, organizations: { org_a: perHour } },
      counted: [],
    },
    {
      name: 'not that of another organization',
      organization: 'org_b',
      quotas: { client: null, organizations: { org_a: perHour } },
      counted: [],
    },
    {
      name: "the tenant's defaults, where client and organization have none of their own",
      organization: 'org_a',
      quotas: { client: null, organizations: { org_b: perHour } },
      defaults: { clients: perHour, organizations: perDay },
      counted: [
        { of: 'client', id: 'c1', quota: perHour },
        { of: 'organization', id: 'org_a', quota: perDay },
      ],
    },
    {
      name: 'their own before the defaults',
      organization: 'org_a',
      quotas: { client: perDay, organizations: { org_a: perHour } },
      defaults: { clients: perHour, organizations: perDay },
      counted: [
        { of: 'client', id: 'c1', quota: perDay },
        { of: 'organization', id: 'org_a', quota: perHour },
      ],
    },
    {
      name: 'no default of organizations where the token is for none',
      organization: null,
      quotas: { client: null, organizations: {} },
      defaults: { clients: null, organizations: perDay },
      counted: [],
    },
  ])('$name', ({ organization, quotas, defaults = noDefaults, counted }) => {
    expect(quotasFor(grantedFor(organization), 'c1', { ...quotas, defaults })).toEqual(counted);
  });
});

describe('what a count means', () => {
  const use = (of: QuotaUse['of'], exceeded: boolean): QuotaUse => ({
    of,
    period: 'per_hour',
    limit: 10,
    remaining: 0,
    resetSeconds: 60,
    exceeded,
  });

  test.each([
    { name: 'a token that nothing counts is let through', uses: [], denial: null },
    {
      name: 'the last token of a quota is let through',
      uses: [use('client', false), use('organization', false)],
      denial: null,
    },
    {
      name: 'one too many for the client is refused',
      uses: [use('client', true)],
      denial: { reason: 'quota_exceeded', of: 'client' },
    },
    {
      name: 'one too many for the organization is refused, although the client has some left',
      uses: [use('client', false), use('organization', true)],
      denial: { reason: 'quota_exceeded', of: 'organization' },
    },
    {
      name: 'one too many for both is told of the client, which is looked at first',
      uses: [use('client', true), use('organization', true)],
      denial: { reason: 'quota_exceeded', of: 'client' },
    },
  ])('$name', ({ uses, denial }) => {
    expect(decideQuota(uses)).toEqual(denial);
  });
});
