// What a new client is when its creator says nothing (recorded-behaviour.md 6; management-api.md 6.7).

import type { components } from '../../generated/openapi.js';
import type { ThirdPartySecurityMode } from '../../domain/access-policy.js';
import type { JsonObject } from '../../domain/json.js';

type Body = components['schemas']['CreateClient'];

/** Null for first-party clients. A third-party client without a mode is `permissive` (recorded). */
export function securityModeOf(body: Body): ThirdPartySecurityMode | null {
  if (body.is_first_party !== false) return null;
  return body.third_party_security_mode ?? 'permissive';
}

const withoutClientCredentials = ['authorization_code', 'implicit', 'refresh_token'];

export function defaultGrantTypes(body: Body, mode: ThirdPartySecurityMode | null): readonly string[] {
  if (mode === 'strict') return ['authorization_code'];
  switch (body.app_type) {
    case 'resource_server':
      return [];
    case 'express_configuration':
      return ['authorization_code', 'client_credentials'];
    default: {
      // A client that cannot authenticate cannot have client credentials (management-api.md 6.4).
      const isPublic = defaultAuthMethod(body) === 'none';
      return isPublic ? withoutClientCredentials : [...withoutClientCredentials, 'client_credentials'];
    }
  }
}

/** `spa` and `native` applications cannot keep a secret (management-api.md 6.7). */
export function defaultAuthMethod(body: Body): Body['token_endpoint_auth_method'] {
  if (body.token_endpoint_auth_method !== undefined) return body.token_endpoint_auth_method;
  const isPublic = body.app_type === 'spa' || body.app_type === 'native';
  return isPublic && body.client_authentication_methods === undefined ? 'none' : undefined;
}

export function defaultJwtConfiguration(body: Body, mode: ThirdPartySecurityMode | null): JsonObject {
  if (mode === 'strict') {
    return {
      secret_encoded: false,
      alg: 'RS256',
      lifetime_in_seconds: 3600,
      ...(body.jwt_configuration as JsonObject),
    };
  }
  // What is sent in part is not filled up, save for `secret_encoded`.
  if (body.jwt_configuration) return { secret_encoded: false, ...(body.jwt_configuration as JsonObject) };
  return body.app_type === 'resource_server' || body.app_type === 'express_configuration'
    ? { secret_encoded: false, alg: 'RS256' }
    : { secret_encoded: false, lifetime_in_seconds: 36_000 };
}

/** Lifetimes depend on whether `client_secret_post` was asked for. */
function refreshTokenLifetimes(body: Body): JsonObject {
  return body.token_endpoint_auth_method === 'client_secret_post'
    ? { token_lifetime: 31_557_600, idle_token_lifetime: 2_592_000 }
    : { token_lifetime: 2_592_000, idle_token_lifetime: 1_296_000 };
}

const neverExpiring = {
  rotation_type: 'non-rotating',
  expiration_type: 'non-expiring',
  leeway: 0,
  infinite_token_lifetime: true,
  infinite_idle_token_lifetime: true,
};

function defaultRefreshToken(body: Body, mode: ThirdPartySecurityMode | null): JsonObject {
  const lifetimes = refreshTokenLifetimes(body);
  if (body.refresh_token) return fillRefreshToken(body.refresh_token, lifetimes);
  if (mode === 'strict') {
    return {
      ...neverExpiring,
      expiration_type: 'expiring',
      ...lifetimes,
      infinite_idle_token_lifetime: false,
    };
  }
  if (mode === 'permissive' && body.app_type === 'spa') {
    return fillRefreshToken({ rotation_type: 'rotating', expiration_type: 'expiring' }, lifetimes);
  }
  return { ...neverExpiring, ...lifetimes };
}

/** Fills up what was sent of `refresh_token`. */
export function fillRefreshToken(
  sent: JsonObject,
  lifetimes: JsonObject = refreshTokenLifetimes({ name: '' }),
) {
  const isInfinite = sent['expiration_type'] === 'non-expiring';
  return {
    leeway: 0,
    ...lifetimes,
    infinite_token_lifetime: isInfinite,
    infinite_idle_token_lifetime: isInfinite,
    ...sent,
  };
}

/** What a member starts from when it is set, in part, for the first time: at creation or later (recorded). */
export const startsFrom: Readonly<Record<string, JsonObject>> = {
  session_transfer: {
    can_create_session_transfer_token: false,
    allowed_authentication_methods: [],
    enforce_device_binding: 'ip',
    allow_refresh_token: false,
    enforce_online_refresh_tokens: true,
    enforce_cascade_revocation: true,
  },
};

/** Members that no rule reads, as a new client has them. */
export function defaultSettings(body: Body, mode: ThirdPartySecurityMode | null): JsonObject {
  const isExpress = body.app_type === 'express_configuration';
  return {
    is_token_endpoint_ip_header_trusted: false,
    oidc_conformant: mode !== null || body.app_type === 'resource_server' || isExpress,
    sso_disabled: false,
    cross_origin_authentication: false,
    custom_login_page_on: true,
    refresh_token: defaultRefreshToken(body, mode),
    ...(mode === 'strict' && { redirection_policy: 'open_redirect_protection' }),
    ...(isExpress && {
      callbacks: ['https://system-admin.okta.com/admin/app/generic/oauth20redirect'],
      organization_require_behavior: 'pre_login_prompt',
      async_approval_notification_channels: ['guardian-push'],
    }),
  };
}
