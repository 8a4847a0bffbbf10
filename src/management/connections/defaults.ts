// What a new connection has where its creator says nothing. Recorded in 2026 (terraform-provider-auth0,
// TestAccConnectionClients and TestAccOrganizationConnection).

import { DATABASE_STRATEGY, DEFAULT_CONNECTION, type NewConnection } from '../../domain/connection.js';
import type { JsonObject } from '../../domain/json.js';

const databaseOptions: JsonObject = {
  mfa: { active: true, return_enroll_settings: true },
  passwordPolicy: 'good',
  strategy_version: 2,
  authentication_methods: {
    password: { enabled: true, api_behavior: 'required' },
    passkey: { enabled: false },
  },
  passkey_options: {
    challenge_ui: 'both',
    progressive_enrollment_enabled: true,
    local_enrollment_enabled: true,
  },
  brute_force_protection: true,
};

/** Enterprise connections always have a name and a button to show (recorded for waad and okta). */
const ENTERPRISE = new Set([
  'ad',
  'adfs',
  'auth0-adldap',
  'custom',
  'google-apps',
  'ip',
  'office365',
  'oidc',
  'okta',
  'pingfederate',
  'samlp',
  'sharepoint',
  'waad',
]);

/** The connection of a name and a strategy to which nothing else was said. */
export function defaultConnection(name: string, strategy: string): NewConnection {
  const isEnterprise = ENTERPRISE.has(strategy);
  return {
    name,
    strategy,
    displayName: isEnterprise ? name : null,
    options: strategy === DATABASE_STRATEGY ? databaseOptions : {},
    isDomainConnection: false,
    showAsButton: isEnterprise ? false : null,
    realms: [name],
    metadata: null,
    settings: { authentication: { active: true }, connected_accounts: { active: false } },
    enabledClients: [],
  };
}

/** The database connection that a new tenant of the platform has. */
export const firstConnection = (): NewConnection => defaultConnection(DEFAULT_CONNECTION, DATABASE_STRATEGY);
