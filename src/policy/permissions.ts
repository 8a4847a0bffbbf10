import type { OrganizationFacts, ResourceServerFacts, UserFacts } from '../domain/access-facts.js';
import { mayBe } from './may-be.js';
import type { PlatformChoices } from './platform-choices.js';

/**
 * What the user may do with an API under RBAC, in the API's order; null where RBAC is off and nothing is cut.
 *
 * In an organization the roles count that the user has as a member of it; outside of all, those that it has outside
 * (token-issuance.md 4.4, "userPermissions"; Q22).
 */
export function permissionsOf(
  user: UserFacts,
  organization: OrganizationFacts | null,
  resourceServer: ResourceServerFacts,
  choices: PlatformChoices,
): readonly string[] | null {
  if (!mayBe(resourceServer.enforcesPolicies)) return null;
  const held = new Set(
    organization === null
      ? [...user.directPermissions, ...user.rolePermissions]
      : permissionsIn(organization, user, choices),
  );
  return [...new Set(resourceServer.scopes)].filter((scope) => held.has(scope));
}

function permissionsIn(
  { id }: OrganizationFacts,
  user: UserFacts,
  { permissionsInOrganization }: PlatformChoices,
): readonly string[] {
  const asMember = user.memberships
    .filter(({ organizationId }) => organizationId === id)
    .flatMap(({ permissions }) => permissions);
  switch (permissionsInOrganization) {
    case 'all':
      return [...asMember, ...user.directPermissions, ...user.rolePermissions];
    case 'member_roles_and_direct':
      return [...asMember, ...user.directPermissions];
    default:
      return asMember;
  }
}
