// `tenant` (auth0-deploy-cli 8.44.0, lib/tools/auth0/handlers/tenant.js and lib/sessionDurationsToMinutes.js).

import type { SeedRun, Stored } from '../run.js';
import type { Kind } from './kind.js';

type Body = Record<string, unknown>;

/** Given in hours, which the tool turns into minutes. */
const LIFETIMES = [
  'session_lifetime',
  'idle_session_lifetime',
  'ephemeral_session_lifetime',
  'idle_ephemeral_session_lifetime',
];

/** The flags that the tool sends: those that the platform documents. */
const FLAGS = new Set([
  'change_pwd_flow_v1',
  'enable_client_connections',
  'enable_apis_section',
  'enable_pipeline2',
  'enable_dynamic_client_registration',
  'allow_legacy_tokeninfo_endpoint',
  'enable_legacy_profile',
  'enable_idtoken_api2',
  'enable_public_signup_user_exists_error',
  'allow_legacy_delegation_grant_types',
  'allow_legacy_ro_grant_types',
  'enable_sso',
  'disable_clickjack_protection_headers',
  'no_disclose_enterprise_connections',
  'disable_management_api_sms_obfuscation',
  'enforce_client_authentication_on_passwordless_start',
  'trust_azure_adfs_email_verified_connection_property',
  'enable_adfs_waad_email_verification',
  'revoke_refresh_token_grant',
  'dashboard_log_streams_next',
  'dashboard_insights_view',
  'disable_fields_map_fix',
  'require_pushed_authorization_requests',
  'mfa_show_factor_list_on_enrollment',
]);

function flagsOf(flags: object, run: SeedRun): Body {
  const others = Object.keys(flags).filter((name) => !FLAGS.has(name));
  if (others.length > 0)
    run.options.warn(`tenant: flags were left out, as the tool does: ${others.join(', ')}`);
  return Object.fromEntries(Object.entries(flags).filter(([name]) => FLAGS.has(name)));
}

function settingsOf(value: Body, run: SeedRun): Body {
  const members = Object.entries(value).flatMap(([name, setting]): [string, unknown][] => {
    if (LIFETIMES.includes(name) && typeof setting === 'number') {
      return [[`${name}_in_minutes`, Math.round(setting * 60)]];
    }
    if (name !== 'flags' || typeof setting !== 'object' || setting === null) return [[name, setting]];
    const flags = flagsOf(setting, run);
    return Object.keys(flags).length > 0 ? [[name, flags]] : [];
  });
  return Object.fromEntries(members);
}

export const tenant: Kind = {
  type: 'tenant',
  at: { file: 'tenant.json' },
  async apply(entries, run) {
    for (const entry of entries) {
      const body = entry.isBroken ? {} : settingsOf(entry.value, run);
      if (Object.keys(body).length === 0) continue;
      const reread = async (): Promise<Stored> => (await run.read('getTenantSettings', {})) as Stored;
      const call = { id: 'updateTenantSettings', body } as const;
      const changed = await run.update(entry, await reread(), call, reread);
      if (changed !== null) run.tally('tenant')[changed ? 'updated' : 'unchanged']++;
    }
  },
};
