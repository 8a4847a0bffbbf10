// The APIs that belong to the server itself (management-api.md 5; recorded-behaviour.md 5).

import { managementScopes } from './management-scopes.js';
import type { NewResourceServer, Scope, SystemApi } from './resource-server.js';

type Definition = Omit<NewResourceServer, 'identifier' | 'systemApi'>;

/** What every API has until something else is said. */
export const resourceServerDefaults = {
  name: null,
  scopes: null,
  userPolicy: 'allow_all',
  clientPolicy: 'require_client_grant',
  signingAlgorithm: 'RS256',
  signingSecret: null,
  tokenDialect: null,
  tokenLifetimeSeconds: 86_400,
  tokenLifetimeForWebSeconds: 7200,
  enforcePolicies: null,
  allowOfflineAccess: false,
  skipConsentForFirstParty: false,
  tokenEncryption: null,
  proofOfPossession: null,
  settings: {},
} as const satisfies Definition;

/** `create read: a` and so on as scopes. */
function scopes(verbsByNoun: Record<string, string>): Scope[] {
  return Object.entries(verbsByNoun).flatMap(([noun, verbs]) =>
    verbs.split(' ').map((verb) => ({ value: `${verb}:${noun}` })),
  );
}

const forUsersOnly = {
  ...resourceServerDefaults,
  userPolicy: 'require_client_grant',
  clientPolicy: 'deny_all',
  tokenLifetimeSeconds: 600,
  tokenLifetimeForWebSeconds: 600,
} as const satisfies Definition;

export const systemApis: Record<SystemApi, Definition> = {
  management: { ...resourceServerDefaults, name: 'Auth0 Management API', scopes: managementScopes },
  my_account: {
    ...forUsersOnly,
    name: 'Auth0 My Account API',
    allowOfflineAccess: true,
    skipConsentForFirstParty: true,
    proofOfPossession: { mechanism: 'dpop', required: false },
    scopes: scopes({
      'me:connected_accounts': 'create read delete',
      'me:authentication_methods': 'create read update delete',
      'me:factors': 'read',
      'me:consents': 'read',
      'me:organizations': 'read',
    }),
  },
  my_organization: {
    ...forUsersOnly,
    name: 'Auth0 My Organization API',
    scopes: scopes({
      'my_org:configuration': 'read',
      'my_org:details': 'read update',
      'my_org:organizations': 'delete',
      'my_org:domains': 'create read update delete',
      'my_org:identity_providers': 'create read update delete',
      'my_org:identity_providers_detach': 'update',
      'my_org:identity_providers_domains': 'create delete',
      'my_org:identity_providers_provisioning': 'create read update delete',
      'my_org:identity_providers_scim_tokens': 'create read delete',
      'my_org:members': 'read',
      'my_org:memberships': 'delete',
      'my_org:member_invitations': 'create read delete',
      'my_org:member_roles': 'create read delete',
      'my_org:clients': 'create read delete',
      'my_org:client_grants': 'create',
      'my_org:user_stores': 'read',
    }),
  },
  express_configuration: {
    ...resourceServerDefaults,
    name: 'Okta OIN Express Configuration API',
    userPolicy: 'require_client_grant',
    clientPolicy: 'deny_all',
    tokenLifetimeSeconds: 300,
    enforcePolicies: true,
    scopes: [{ value: 'express_configure:sso' }, { value: 'express_configure:scim' }],
  },
  // management-api.md 5; token-issuance.md SY-4. First parties need no client grant for it.
  mfa: {
    ...forUsersOnly,
    name: 'Auth0 MFA API',
    userPolicy: 'allow_all',
    allowOfflineAccess: true,
    skipConsentForFirstParty: true,
    scopes: [
      { value: 'enroll', description: 'Enroll an authenticator' },
      { value: 'read:authenticators', description: 'Read your authenticators' },
      { value: 'remove:authenticators', description: 'Remove an authenticator' },
    ],
  },
};

/** Those that are always there, and that the Management API knows nothing of. */
export const hiddenSystemApis: readonly SystemApi[] = ['mfa'];

/** What a client of `app_type` `express_configuration` may do through the Management API (recorded). */
export const expressConfigurationScopes: readonly string[] = [
  'read:clients',
  'read:user_attribute_profiles',
  'read:connection_profiles',
  'read:organizations_summary',
  'read:connections',
  'create:connections',
  'update:connections',
  'read:connections_options',
  'update:connections_options',
  'read:organization_connections',
  'create:organization_connections',
  'update:organization_connections',
  'create:scim_config',
  'read:scim_token',
  'create:scim_token',
  'delete:scim_token',
];

/** What tokens of users can carry for the Management API (management-api.md 1.2). */
export const currentUserScopes: readonly string[] = [
  'read:current_user',
  'update:current_user_identities',
  'create:current_user_metadata',
  'update:current_user_metadata',
  'delete:current_user_metadata',
  'create:current_user_device_credentials',
  'delete:current_user_device_credentials',
];
