import type { components } from '../generated/openapi.js';
import type { Tenant } from '../domain/tenant.js';
import { assertionAlgorithms, grantTypes } from './vocabulary.js';

/**
 * Where the endpoints are and what they support (RFC 8414 section 2; token-issuance.md 7.4). Both discovery documents are
 * this one. It names nothing that this server does not have.
 */
export function discoveryDocument(tenant: Tenant): components['schemas']['Discovery'] {
  return {
    issuer: tenant.issuer,
    token_endpoint: `${tenant.issuer}oauth/token`,
    jwks_uri: `${tenant.issuer}.well-known/jwks.json`,
    registration_endpoint: `${tenant.issuer}oidc/register`,
    response_types_supported: [],
    grant_types_supported: Object.values(grantTypes),
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: [...assertionAlgorithms],
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
  };
}
