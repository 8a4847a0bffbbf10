// Organizations in flows with a user (token-issuance.md 4.8). What a client grant says about organizations has no effect
// here (UO-10).

import type {
  AccessFacts,
  ClientFacts,
  OrganizationFacts,
  TenantFacts,
  UserFacts,
} from '../domain/access-facts.js';
import { isStrictThirdParty, isThirdParty } from './client-kind.js';
import type { UserAccessRequest, UserDenial, UserFlow } from './decision.js';
import { mayBe } from './may-be.js';
import type { Trace } from './trace.js';

type Found = OrganizationFacts | null | UserDenial;

/** The flows in which the user can be asked for something. */
export const isInteractive = (flow: UserFlow): boolean => flow === 'authorize' || flow === 'device';

/** The organization that a login is for: the one that was asked for, or none. */
export function findOrganization(request: UserAccessRequest, facts: AccessFacts, trace: Trace): Found {
  const { client, tenant } = facts;
  const wanted = request.organization;
  const usage: string = client.organizationUsage;
  if (usage !== 'deny' && usage !== 'allow' && usage !== 'require') {
    return notUnderstood(`organization_usage = ${usage}`, trace);
  }
  if (isThirdParty(client) && !isStrictThirdParty(client) && (wanted !== null || usage === 'require')) {
    return trace.deny('organization', 'UO-6c', 'a permissive third party cannot use organizations', {
      reason: 'organizations_not_supported',
    });
  }
  if (wanted === null) {
    if (request.flow === 'identity_assertion') return organizationOfConnection(request, facts, trace);
    if (usage === 'require') return requireOrganization(request, facts, trace);
    trace.pass('organization', 'UO-4', `none was asked for; the client's organization_usage is ${usage}`);
    return null;
  }
  // Strict third parties cannot have the setting (management-api.md 4): for them, the organization says (UO-7, UO-9).
  if (usage === 'deny' && !isStrictThirdParty(client)) {
    return trace.deny('organization', 'UO-1', "the client's organization_usage is deny", {
      reason: 'organization_not_allowed',
      organization: wanted,
    });
  }
  const asked =
    facts.organizations.find(({ id }) => id === wanted) ??
    facts.organizations.find(({ name }) => tenant.allowOrganizationNames && name === wanted);
  return asked ? checkClientIn(asked, client, trace) : unknown(wanted, tenant, trace);
}

/** TX-18: the one organization that the connection of the assertion is for, where the user is a member of it. */
function organizationOfConnection(request: UserAccessRequest, facts: AccessFacts, trace: Trace): Found {
  const { client, user } = facts;
  const [only, ...others] = request.asserted?.organizationIds ?? [];
  // Strict third parties cannot have the setting: for them, the organization says (UO-7, UO-9).
  const isOff = client.organizationUsage === 'deny' && !isStrictThirdParty(client);
  if (only === undefined || isOff) {
    if (client.organizationUsage === 'require') return requireOrganization(request, facts, trace);
    trace.pass('organization', 'UO-4', 'the connection is for none, or the client uses none');
    return null;
  }
  if (others.length > 0) {
    return trace.deny('organization', 'TX-18', 'the connection is for several: one has to be named', {
      reason: 'organization_required',
    });
  }
  if (user === null) return null;
  if (!user.memberships.some(({ organizationId }) => organizationId === only)) {
    const because = `the user is no member of ${only}`;
    if (client.organizationUsage !== 'require') {
      trace.pass('organization', 'TX-18', because);
      return null;
    }
    const denial = { reason: 'not_a_member', userId: user.userId, organization: only } as const;
    return trace.deny('organization', 'TX-18', because, denial);
  }
  const organization = facts.organizations.find(({ id }) => id === only);
  return organization ? checkClientIn(organization, client, trace) : unknown(only, facts.tenant, trace);
}

/** UO-2, UO-3, UO-6: the client needs an organization, and the request names none. */
function requireOrganization(
  { flow }: UserAccessRequest,
  { client, user }: AccessFacts,
  trace: Trace,
): Found {
  const behavior: string = client.organizationRequireBehavior;
  if (behavior !== 'no_prompt' && behavior !== 'pre_login_prompt' && behavior !== 'post_login_prompt') {
    return notUnderstood(`organization_require_behavior = ${behavior}`, trace);
  }
  if (behavior === 'no_prompt' || !isInteractive(flow)) {
    return trace.deny('organization', 'UO-2', 'the client requires one and none was asked for', {
      reason: 'organization_required',
    });
  }
  const choices = user && user.memberships.map(({ organizationId }) => organizationId);
  if (behavior === 'post_login_prompt') {
    if (choices === null) {
      trace.pass('organization', 'UO-3', 'the user will be asked after login');
      return null;
    }
    if (choices.length === 0) {
      return trace.deny('organization', 'UO-6', 'the user belongs to no organization', {
        reason: 'organization_membership_missing',
      });
    }
  }
  return trace.deny('organization', 'UO-3', `the user has to be asked: ${behavior}`, {
    reason: 'organization_selection_required',
    behavior,
    choices,
  });
}

/** UO-6a for what can be no organization here; the text of UO-7 for what could be one and is none. */
function unknown(wanted: string, { allowOrganizationNames }: TenantFacts, trace: Trace): UserDenial {
  const couldBe =
    wanted.startsWith('org_') || (allowOrganizationNames && /^[a-z0-9][a-z0-9_-]{0,49}$/.test(wanted));
  return couldBe
    ? trace.deny('organization', 'UO-7', 'no organization goes by what was asked for', {
        reason: 'organization_unknown',
        organization: wanted,
      })
    : trace.deny('organization', 'UO-6a', 'what was asked for is no id, and no name that would do', {
        reason: 'organization_malformed',
        organization: wanted,
        namesAllowed: allowOrganizationNames,
      });
}

/** UO-7 to UO-9: whether members of the organization may use the client. */
function checkClientIn(organization: OrganizationFacts, client: ClientFacts, trace: Trace): Found {
  const { id } = organization;
  const needsListing = mayBe(organization.isAppEntitlementActive);
  const isListed = needsListing && organization.isClientListedForMembers;
  if (isListed) {
    trace.pass('organization', isThirdParty(client) ? 'UO-9' : 'UO-8', `the client is listed in ${id}`);
    return organization;
  }
  if (isThirdParty(client)) {
    if (organization.allowsThirdPartyClients) {
      trace.pass('organization', 'UO-7', `${id} allows third-party clients`);
      return organization;
    }
    return trace.deny('organization', 'UO-7', `third_party_client_access of ${id} is not allow`, {
      reason: 'organization_closed_to_third_parties',
      organization: id,
    });
  }
  if (needsListing) {
    return trace.deny('organization', 'UO-8', `the client is not listed for members of ${id}`, {
      reason: 'organization_closed_to_client',
      organization: id,
    });
  }
  trace.pass('organization', 'UO-5', `the login is for ${id}`);
  return organization;
}

/** UO-5: whose organization it is. */
export function checkMember(
  user: UserFacts,
  organization: OrganizationFacts | null,
  trace: Trace,
): UserDenial | null {
  if (organization === null) return null;
  if (!user.memberships.some(({ organizationId }) => organizationId === organization.id)) {
    return trace.deny('organization.member', 'UO-5', 'the user is no member of the organization', {
      reason: 'not_a_member',
      userId: user.userId,
      organization: organization.id,
    });
  }
  trace.pass('organization.member', 'UO-5', `the user is a member of ${organization.id}`);
  return null;
}

/**
 * UO-6d, TP-13 and CN-1: the connection that the user logs in with is one of the organization, or else of the client.
 * It is about logging in, so what happens later does not look at it.
 */
export function checkConnection(
  { flow }: UserAccessRequest,
  client: ClientFacts,
  { connection }: UserFacts,
  organization: OrganizationFacts | null,
  trace: Trace,
): UserDenial | null {
  // TX-1: what a custom exchange comes to is a login, and so is what a user approves. TX-18: the connection has to allow the client.
  const isAssertion = flow === 'identity_assertion';
  const isLogin = flow === 'password' || flow === 'custom_exchange' || flow === 'ciba' || isAssertion;
  if (!isInteractive(flow) && !isLogin) return null;
  const denial = { reason: 'connection_not_enabled', organization: organization?.id ?? null } as const;
  // TX-18: there the identity provider approves of them, one by one.
  if (isStrictThirdParty(client) && !connection.isDomainConnection && !isAssertion) {
    return trace.deny('user.connection', 'TP-13', `${connection.id} is no domain connection`, denial);
  }
  if (organization !== null) {
    if (organization.enabledConnectionIds.includes(connection.id)) return null;
    return trace.deny(
      'user.connection',
      'UO-6d',
      `${connection.id} is not enabled for ${organization.id}`,
      denial,
    );
  }
  if (connection.isDomainConnection || connection.isEnabledForClient) return null;
  return trace.deny('user.connection', 'CN-1', `${connection.id} is not enabled for the client`, denial);
}

const notUnderstood = (value: string, trace: Trace): UserDenial =>
  trace.deny('organization', 'FC-1', `${value} is not understood`, {
    reason: 'configuration_not_understood',
    value,
  });
