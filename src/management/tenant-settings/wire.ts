// The tenant's settings as the wire has them, and as the domain has them.

import type { components } from '../../generated/openapi.js';
import { type JsonObject, type JsonValue, withoutNulls } from '../../domain/json.js';
import type {
  DefaultTokenQuotas,
  TenantSettings,
  TenantSettingsChanges,
} from '../../domain/tenant-settings.js';
import type { Tenant } from '../../domain/tenant.js';
import { quotaFromWire, quotaToWire } from '../token-quota.js';

type Schemas = components['schemas'];
type Wire = Schemas['TenantSettings'];
type Update = Schemas['UpdateTenantSettings'];

/** Settings of a new tenant: those that recorded tenants have without having set them. */
const ofNewTenant = {
  enabled_locales: ['en'],
  flags: {
    allow_changing_enable_sso: false,
    disable_impersonation: true,
    enable_sso: true,
    new_universal_login_experience_enabled: true,
    universal_login: true,
    revoke_refresh_token_grant: false,
    disable_clickjack_protection_headers: false,
  },
  sandbox_version: '22',
  oidc_logout: { rp_logout_end_session_endpoint_discovery: true },
  universal_login: {},
  resource_parameter_profile: 'audience',
  phone_consolidated_experience: false,
  client_id_metadata_document_supported: false,
} satisfies Wire;

/** Flags that the answer to a PATCH shows although nobody set them, and a GET does not (recorded). */
const shownAfterChange = {
  cannot_change_enforce_client_authentication_on_passwordless_start: true,
  enforce_client_authentication_on_passwordless_start: true,
};

const SANDBOX_VERSIONS = ['22', '18'];

/** The order of members in recorded answers. */
const ORDER: readonly (keyof Wire)[] = [
  'allowed_logout_urls',
  'acr_values_supported',
  'change_password',
  'default_audience',
  'default_directory',
  'default_redirection_uri',
  'default_token_quota',
  'device_flow',
  'enabled_locales',
  'error_page',
  'flags',
  'friendly_name',
  'guardian_mfa_page',
  'idle_session_lifetime',
  'ephemeral_session_lifetime',
  'idle_ephemeral_session_lifetime',
  'picture_url',
  'sandbox_version',
  'legacy_sandbox_version',
  'session_lifetime',
  'support_email',
  'support_url',
  'security_headers',
  'sessions',
  'oidc_logout',
  'allow_organization_name_in_authentication_api',
  'customize_mfa_in_postlogin_action',
  'pushed_authorization_requests_supported',
  'authorization_response_iss_parameter_supported',
  'mtls',
  'skip_non_verifiable_callback_uri_confirmation_prompt',
  'universal_login',
  'resource_parameter_profile',
  'phone_consolidated_experience',
  'client_id_metadata_document_supported',
  'dynamic_client_registration_security_mode',
  'enable_ai_guide',
  'include_session_metadata_in_tenant_logs',
  'country_codes',
  'session_cookie',
  'sandbox_versions_available',
];

function quotasToWire({
  clients,
  organizations,
}: DefaultTokenQuotas): NonNullable<Wire['default_token_quota']> {
  return {
    ...(clients && { clients: quotaToWire(clients) }),
    ...(organizations && { organizations: quotaToWire(organizations) }),
  };
}

/** @param shownIn the answer that it is for: these differ a little (recorded-behaviour.md 9). */
export function toWire(tenant: TenantSettings, shownIn: { changed: boolean }): Wire {
  const settings = tenant.settings as Wire;
  const { defaultAudience, allowOrganizationNames, resourceParameterProfile, defaultTokenQuotas } = tenant;
  const wire: Wire = {
    ...ofNewTenant,
    ...settings,
    flags: { ...ofNewTenant.flags, ...(shownIn.changed && shownAfterChange), ...settings.flags },
    ...(defaultAudience !== null && { default_audience: defaultAudience }),
    ...(allowOrganizationNames !== null && {
      allow_organization_name_in_authentication_api: allowOrganizationNames,
    }),
    ...(resourceParameterProfile !== null && { resource_parameter_profile: resourceParameterProfile }),
    ...(defaultTokenQuotas !== null && { default_token_quota: quotasToWire(defaultTokenQuotas) }),
    ...(!shownIn.changed && { sandbox_versions_available: SANDBOX_VERSIONS }),
  };
  return Object.fromEntries(ORDER.flatMap((name) => (name in wire ? [[name, wire[name]]] : [])));
}

/** Members that stand in columns of their own. */
const COLUMNS = new Set([
  'default_audience',
  'allow_organization_name_in_authentication_api',
  'resource_parameter_profile',
  'default_token_quota',
]);

/** Members that a PATCH merges key by key; others it replaces (recorded). */
const MERGED = new Set(['flags', 'universal_login']);

const MINUTES = '_in_minutes';

function settingOf(name: string, sent: JsonValue, before: JsonObject): [string, JsonValue] {
  // Lifetimes are shown in hours, however they were set (recorded).
  if (name.endsWith(MINUTES)) return [name.slice(0, -MINUTES.length), Number(sent) / 60];
  if (MERGED.has(name)) {
    return [name, withoutNulls({ ...(before[name] as JsonObject), ...(sent as JsonObject) })];
  }
  // Recorded; `""` is kept elsewhere.
  if (name === 'default_redirection_uri' && sent === '') return [name, null];
  return [name, sent];
}

/** The changes that a body asks for. `null` removes a setting (recorded). */
export function toChanges(body: Update, before: TenantSettings, tenant: Tenant): TenantSettingsChanges {
  const {
    default_audience: audience,
    allow_organization_name_in_authentication_api: names,
    resource_parameter_profile: profile,
    default_token_quota: quotas,
  } = body;
  const sent = Object.entries(body as JsonObject).filter(([name]) => !COLUMNS.has(name));
  const settings = sent.map(([name, value]) => settingOf(name, value, before.settings));
  return {
    ...(audience !== undefined && { defaultAudience: tenant.canonical(audience) }),
    ...(names !== undefined && { allowOrganizationNames: names }),
    ...(profile !== undefined && { resourceParameterProfile: profile }),
    ...(quotas !== undefined && {
      defaultTokenQuotas: quotas && {
        clients: quotas.clients ? quotaFromWire(quotas.clients) : null,
        organizations: quotas.organizations ? quotaFromWire(quotas.organizations) : null,
      },
    }),
    settings: withoutNulls({ ...before.settings, ...Object.fromEntries(settings) }),
  };
}
