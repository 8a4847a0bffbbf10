import type { Scope } from './resource-server.js';

/** `noun` is the resource in descriptions, where that is not its name in title case. */
type Row = readonly [resource: string, verbs: string, noun?: string];

/**
 * The 273 scopes that the platform's own Management API listed in 2026-08, so that client grants written for
 * it are valid here. In that order, but for `read:group_roles`. Source: auth0/auth0-deploy-cli at 01bcbaa,
 * test/e2e/recordings/should-dump-without-throwing-an-error.json.
 */
const RECORDED: readonly Row[] = [
  ['client_grants', 'read create delete update'],
  ['users', 'read update delete create'],
  ['users_app_metadata', 'read update delete create'],
  ['user_custom_blocks', 'read create delete', 'Custom User Blocks'],
  ['user_tickets', 'create'],
  ['clients', 'read update delete create'],
  ['client_keys', 'read update delete create'],
  ['client_credentials', 'read update delete create'],
  ['connections', 'read update delete create'],
  ['resource_servers', 'read update delete create'],
  ['device_credentials', 'read update delete create'],
  ['rules', 'read update delete create'],
  ['rules_configs', 'read update delete'],
  ['hooks', 'read update delete create'],
  ['actions', 'read update delete create'],
  ['email_provider', 'read update delete create'],
  ['tokens', 'blacklist'],
  ['stats', 'read'],
  ['insights', 'read'],
  ['tenant_settings', 'read update'],
  ['logs', 'read'],
  ['logs_users', 'read', 'logs relating to users'],
  ['shields', 'read create update delete'],
  ['anomaly_blocks', 'read delete', 'Anomaly Detection Blocks'],
  ['triggers', 'update read'],
  ['grants', 'read delete', 'User Grants'],
  ['guardian_factors', 'read update', 'Guardian factors'],
  ['guardian_enrollments', 'read delete', 'Guardian enrollments'],
  ['guardian_enrollment_tickets', 'create', 'enrollment tickets for Guardian'],
  ['user_idp_tokens', 'read', 'Users IDP tokens'],
  ['passwords_checking_job', 'create delete', 'password checking jobs'],
  ['custom_domains', 'read delete create update', 'custom domains configurations'],
  ['email_templates', 'read create update', 'email templates'],
  ['mfa_policies', 'read update', 'Multifactor Authentication policies'],
  ['roles', 'read create delete update', 'roles'],
  ['prompts', 'read update', 'prompts settings'],
  ['branding', 'read update delete', 'branding settings'],
  ['log_streams', 'read create delete update', 'log_streams'],
  ['signing_keys', 'create read update', 'signing keys'],
  ['limits', 'read update', 'entity limits'],
  ['role_members', 'create read delete', 'role members'],
  ['entitlements', 'read', 'entitlements'],
  ['attack_protection', 'read update', 'attack protection'],
  ['organizations_summary', 'read', 'organization summary'],
  ['authentication_methods', 'create read update delete'],
  ['organizations', 'read update create delete'],
  ['organization_discovery_domains', 'read update create delete'],
  ['organization_members', 'create read delete', 'organization members'],
  ['organization_connections', 'create read update delete', 'organization connections'],
  ['organization_member_roles', 'create read delete', 'organization member roles'],
  ['organization_invitations', 'create read delete', 'organization invitations'],
  ['scim_config', 'read create update delete', 'SCIM configuration'],
  ['scim_token', 'create read delete', 'SCIM token'],
  ['directory_provisionings', 'read create update delete', 'directory provisioning configurations'],
  ['phone_providers', 'delete create read update', 'a Phone Notification Provider'],
  ['phone_templates', 'delete create read update', 'a Phone Notification Template'],
  ['encryption_keys', 'create read update delete', 'encryption keys'],
  ['sessions', 'read update delete'],
  ['refresh_tokens', 'read update delete'],
  ['self_service_profiles', 'create read update delete'],
  ['sso_access_tickets', 'create delete', 'SSO Access Tickets'],
  ['forms', 'read update delete create'],
  ['flows', 'read update delete create'],
  ['flows_vault', 'read', 'Flows Vault items'],
  ['flows_vault_connections', 'read update delete create', 'Flows Vault connections'],
  ['flows_executions', 'read delete'],
  ['connections_options', 'read update'],
  ['self_service_profile_custom_texts', 'read update'],
  ['network_acls', 'create update read delete', 'Network ACLs'],
  ['vdcs_templates', 'delete read create update', 'Verifiable Digital Credential Templates'],
  ['custom_signing_keys', 'create read update delete', 'Customer Provided Public Signing Keys'],
  ['federated_connections_tokens', 'read delete', 'Federated Connections Tokensets belonging to a user'],
  ['user_attribute_profiles', 'create read update delete'],
  ['event_streams', 'read create delete update', 'event streams'],
  ['event_deliveries', 'read update', 'event stream deliveries'],
  ['connection_profiles', 'create read update delete'],
  ['group_roles', 'create delete read'],
  ['user_effective_permissions', 'read'],
  ['user_effective_roles', 'read'],
  ['organization_member_effective_roles', 'read'],
  ['user_role_source_groups', 'read'],
  ['organization_member_role_source_groups', 'read'],
  ['user_permission_source_roles', 'read'],
  ['organization_groups', 'read create delete'],
  ['organization_group_roles', 'read create delete'],
  ['token_exchange_profiles', 'create read update delete', 'Token Exchange Profile'],
  ['organization_client_grants', 'read create delete'],
  ['organization_clients', 'read create update delete'],
  ['events', 'read'],
  ['rate_limit_policies', 'create read update delete'],
  ['portals', 'create read update delete'],
  ['network_acl_keys', 'create update read delete', 'Network ACL Keys'],
  ['security_metrics', 'read'],
  ['connections_keys', 'read update create', 'connection keys'],
  ['groups', 'create read update delete'],
  ['group_members', 'read'],
];

/**
 * Not in that list, but possibly in scripts. The platform's OpenAPI document has the first two (auth0/docs-v2
 * at 01c7cf7); client grants of older tenants have the others. Descriptions are derived.
 */
const ELSEWHERE: readonly Row[] = [
  ['client_summary', 'read'],
  ['client_token_vault_privileged_access', 'update'],
  ['actions_log_sessions', 'create'],
  ['flows_vault', 'create update delete', 'Flows Vault items'],
];

/** Descriptions that do not follow from verb and noun. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  'read:guardian_factors': 'Read Guardian factors configuration',
  'delete:passwords_checking_job': 'Deletes password checking job and all its resources',
  'create:custom_domains': 'Configure new custom domains',
  'update:custom_domains': 'Update custom domain configurations',
  'delete:role_members': 'Update role members',
  'read:federated_connections_tokens': 'List Federated Connections Tokensets belonging to a user',
  'update:event_deliveries': 'Redeliver event(s) to an event stream',
  'read:token_exchange_profiles': 'Read Token Exchange Profiles',
};

export const managementScopes: readonly Scope[] = [...RECORDED, ...ELSEWHERE].flatMap(scopesOf);

function scopesOf([resource, verbs, noun = titleCase(resource)]: Row): Scope[] {
  return verbs.split(' ').map((verb) => {
    const value = `${verb}:${resource}`;
    return { description: DESCRIPTIONS[value] ?? `${titleCase(verb)} ${noun}`, value };
  });
}

function titleCase(name: string): string {
  return name
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}
