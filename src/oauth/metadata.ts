import type { components } from '../generated/openapi.js';
import type { Tenant } from '../domain/tenant.js';
import { assertionAlgorithms, grantTypes, IDENTITY_ASSERTION_PROFILE, responseTypes } from './vocabulary.js';

/**
 * Where the endpoints are and what they support (RFC 8414 section 2; token-issuance.md 7.4). Both discovery documents are
 * this one. It names nothing that this server does not have.
 */
export function discoveryDocument(tenant: Tenant): components['schemas']['Discovery'] {
  const { issuer } = tenant;
  return {
    issuer,
    authorization_endpoint: `${issuer}authorize`,
    token_endpoint: `${issuer}oauth/token`,
    device_authorization_endpoint: `${issuer}oauth/device/code`,
    userinfo_endpoint: `${issuer}userinfo`,
    jwks_uri: `${issuer}.well-known/jwks.json`,
    registration_endpoint: `${issuer}oidc/register`,
    revocation_endpoint: `${issuer}oauth/revoke`,
    end_session_endpoint: `${issuer}oidc/logout`,
    pushed_authorization_request_endpoint: `${issuer}oauth/par`,
    backchannel_authentication_endpoint: `${issuer}bc-authorize`,
    backchannel_token_delivery_modes_supported: ['poll'],
    mfa_challenge_endpoint: `${issuer}mfa/challenge`,
    scopes_supported: ['openid', 'profile', 'offline_access', 'email', 'phone'],
    response_types_supported: [...responseTypes],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    grant_types_supported: [...Object.values(grantTypes), 'implicit'],
    authorization_grant_profiles_supported: [IDENTITY_ASSERTION_PROFILE],
    code_challenge_methods_supported: ['S256'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['HS256', 'RS256', 'PS256'],
    token_endpoint_auth_methods_supported: [
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
      'none',
    ],
    token_endpoint_auth_signing_alg_values_supported: [...assertionAlgorithms],
    claims_supported: [
      'amr',
      'aud',
      'auth_time',
      'email',
      'email_verified',
      'exp',
      'family_name',
      'given_name',
      'iat',
      'iss',
      'name',
      'nickname',
      'phone_number',
      'phone_number_verified',
      'picture',
      'sub',
    ],
    dpop_signing_alg_values_supported: ['ES256'],
    authorization_response_iss_parameter_supported: true,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
  };
}
