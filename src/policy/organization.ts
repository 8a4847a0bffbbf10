import type { AccessFacts, ClientGrantFacts, OrganizationFacts } from '../domain/access-facts.js';
import type { ClientAccessRequest, ClientDenial } from './decision.js';
import type { Trace } from './trace.js';

/**
 * Which organization a client credentials token is for (token-issuance.md 4.3): the one asked for, the client's
 * default where the grant requires one, or none.
 *
 * @returns the organization, null for a token without one, or the reason why there can be no token.
 */
export function decideOrganization(
  request: ClientAccessRequest,
  facts: AccessFacts,
  grant: ClientGrantFacts,
  trace: Trace,
): OrganizationFacts | null | ClientDenial {
  const usage: string = grant.organizationUsage;
  if (usage !== 'deny' && usage !== 'allow' && usage !== 'require') {
    return trace.deny('organization', 'FC-1', `organization_usage ${usage} is not understood`, {
      reason: 'configuration_not_understood',
      value: `organization_usage = ${usage}`,
    });
  }

  if (request.organization === null) {
    if (usage !== 'require') {
      // MO-3: under `allow` the client's default organization is not applied.
      trace.pass(
        'organization',
        usage === 'deny' ? 'MO-1' : 'MO-3',
        'none was asked for and none is required',
      );
      return null;
    }
    const byDefault = facts.organizations.find(({ id }) => id === facts.client.defaultOrganizationId);
    if (!byDefault) {
      return trace.deny(
        'organization',
        'MO-7',
        'the grant requires one; none was asked for, the client has no default',
        {
          reason: 'organization_required',
        },
      );
    }
    return checkAssociation(byDefault, facts, grant, trace);
  }

  const wanted = request.organization;
  const asked =
    facts.organizations.find(({ id }) => id === wanted) ??
    facts.organizations.find(({ name }) => facts.tenant.allowOrganizationNames && name === wanted);
  if (!asked) {
    return trace.deny('organization', 'MO-8', 'no organization goes by what was asked for', {
      reason: 'organization_unknown',
      organization: wanted,
    });
  }
  if (usage === 'deny') {
    return trace.deny('organization', 'MO-2', "the client grant's organization_usage is deny", {
      reason: 'organization_not_allowed',
      organization: asked.id,
    });
  }
  return checkAssociation(asked, facts, grant, trace);
}

/** MO-4 to MO-6, MO-9: third parties need the association even where the grant says that any organization will do. */
function checkAssociation(
  organization: OrganizationFacts,
  { client }: AccessFacts,
  grant: ClientGrantFacts,
  trace: Trace,
): OrganizationFacts | ClientDenial {
  if (grant.allowAnyOrganization && client.isFirstParty) {
    trace.pass('organization', 'MO-4', `the client grant allows any organization; it is ${organization.id}`);
    return organization;
  }
  if (organization.clientGrantIds.includes(grant.id)) {
    trace.pass('organization', 'MO-5', `the client grant was added to ${organization.id}`);
    return organization;
  }
  return trace.deny(
    'organization',
    client.isFirstParty ? 'MO-6' : 'MO-9',
    'the client grant was not added to it',
    {
      reason: 'organization_not_granted',
      organization: organization.id,
    },
  );
}
