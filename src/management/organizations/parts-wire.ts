// What belongs to an organization, as the wire has it.

import type { components } from '../../generated/openapi.js';
import type {
  DiscoveryDomain,
  OrganizationClient,
  OrganizationConnection,
  OrganizationConnectionSettings,
  OrganizationMember,
} from '../../domain/organization-parts.js';
import { toRoleUserWire } from '../roles/wire.js';

type Schemas = components['schemas'];

/** Recorded: a connection that was only named is shown on the login page and grants nothing by itself. */
export const defaultConnectionSettings: OrganizationConnectionSettings = {
  name: null,
  assignMembershipOnLogin: false,
  showAsButton: true,
  isSignupEnabled: false,
  accessLevel: 'none',
  isEnabled: true,
};

/** The settings that a body names. `null` puts a setting back to what it was at first. */
export function toConnectionSettings(
  body: Schemas['UpdateOrganizationConnection'],
): Partial<OrganizationConnectionSettings> {
  const { organization_connection_name: name, organization_access_level: accessLevel, is_enabled } = body;
  const { assign_membership_on_login, show_as_button, is_signup_enabled } = body;
  const { accessLevel: noAccess, isEnabled } = defaultConnectionSettings;
  return {
    ...(name !== undefined && { name }),
    ...(assign_membership_on_login !== undefined && { assignMembershipOnLogin: assign_membership_on_login }),
    ...(show_as_button !== undefined && { showAsButton: show_as_button }),
    ...(is_signup_enabled !== undefined && { isSignupEnabled: is_signup_enabled }),
    ...(accessLevel !== undefined && { accessLevel: accessLevel ?? noAccess }),
    ...(is_enabled !== undefined && { isEnabled: is_enabled ?? isEnabled }),
  };
}

/** Members in the order of terraform-provider-auth0's recording TestAccOrganizationConnection. */
export function enabledConnectionToWire(added: OrganizationConnection): Schemas['EnabledConnection'] {
  return {
    connection_id: added.connectionId,
    assign_membership_on_login: added.assignMembershipOnLogin,
    is_signup_enabled: added.isSignupEnabled,
    show_as_button: added.showAsButton,
    connection: { ...added.connection },
  };
}

export function connectionToWire(added: OrganizationConnection): Schemas['OrganizationConnection'] {
  const { connection, ...settings } = enabledConnectionToWire(added);
  return {
    ...settings,
    ...(added.name !== null && { organization_connection_name: added.name }),
    organization_access_level: added.accessLevel,
    is_enabled: added.isEnabled,
    connection,
  };
}

/** recorded-behaviour.md 7: of the client only what it has. */
export function organizationClientToWire(associated: OrganizationClient): Schemas['OrganizationClient'] {
  const { clientId, name, appType, isFirstParty, grantTypes, organizationUsage, settings } =
    associated.client;
  const { logo_uri: logo } = settings;
  return {
    client_id: clientId,
    use_for_member_access: associated.useForMemberAccess,
    client: {
      name,
      ...(appType !== null && { app_type: appType }),
      ...(typeof logo === 'string' && { logo_uri: logo }),
      is_first_party: isFirstParty,
      grant_types: [...grantTypes],
      ...(organizationUsage !== null && { organization_usage: organizationUsage }),
    },
  };
}

/** Members in the order of terraform-provider-auth0's recording TestAccOrganizationDiscoveryDomain. */
export function discoveryDomainToWire(found: DiscoveryDomain): Schemas['DiscoveryDomain'] {
  return {
    id: found.id,
    domain: found.domain,
    status: found.status,
    verification_host: `_ss-verification.${found.organizationId}.${found.domain}`,
    verification_txt: found.verificationTxt,
    use_for_organization_discovery: found.useForOrganizationDiscovery,
  };
}

/** As go-auth0's recording TestOrganizationManager_Members has it. */
export function memberToWire({ user, roles }: OrganizationMember): Schemas['OrganizationMember'] {
  return { ...toRoleUserWire(user), roles: roles.map(({ id, name }) => ({ id, name })) };
}
