// What a JSON schema cannot state about a client (management-api.md 6).

import type { components } from '../../generated/openapi.js';
import type { Client } from '../../domain/client.js';
import { ManagementError } from '../../errors.js';
import type { ClientWire } from './wire.js';

type Schemas = components['schemas'];
type Body = Schemas['CreateClient'] | Schemas['UpdateClient'];

const invalid = (message: string): ManagementError => new ManagementError('invalid_body', message);

/** Clients that cannot authenticate have no client credentials. The text is real (management-api.md 6.4). */
export function checkGrantTypes(body: Body, authMethod: string | null): void {
  if (authMethod === 'none' && body.grant_types?.includes('client_credentials')) {
    throw invalid('Invalid grant types: client_credentials');
  }
}

/** Keys and secrets exclude each other (management-api.md 6.4). */
export function checkAuthentication(body: Body): void {
  const hasKeys =
    body.client_authentication_methods !== undefined && body.client_authentication_methods !== null;
  const hasMethod = body.token_endpoint_auth_method !== undefined && body.token_endpoint_auth_method !== null;
  if (hasKeys && hasMethod) {
    throw invalid(
      '`client_authentication_methods` and `token_endpoint_auth_method` cannot be provided together',
    );
  }
}

/** What is decided when a client is created (management-api.md 6.5, 6.6). The same value again is no change. */
export function checkUnchangeable(body: Schemas['UpdateClient'], client: Client): void {
  if (body.is_first_party !== undefined && body.is_first_party !== client.isFirstParty) {
    throw invalid('`is_first_party` cannot be changed');
  }
  const mode = body.third_party_security_mode;
  if (mode !== undefined && mode !== client.thirdPartySecurityMode) {
    throw invalid('`third_party_security_mode` cannot be changed');
  }
}

/** What strict third-party clients can have of their own (management-api.md 6.6). */
const STRICT_MEMBERS = new Set([
  'name',
  'description',
  'logo_uri',
  'callbacks',
  'allowed_origins',
  'web_origins',
  'grant_types',
  'token_endpoint_auth_method',
  'app_type',
  'client_metadata',
  'client_secret',
  'jwt_configuration',
  'refresh_token',
  'client_authentication_methods',
  'require_proof_of_possession',
  'redirection_policy',
  'is_first_party',
  'third_party_security_mode',
  // For client credentials, which strict clients can have (token-issuance.md CC-11, MO-9).
  'default_organization',
  'token_quota',
  // The platform's page "Cross App Access, Get Token": strict clients are among those that can use it.
  'identity_assertion_authorization_grant',
]);
const STRICT_GRANT_TYPES = ['authorization_code', 'refresh_token', 'client_credentials'];
const STRICT_APP_TYPES = ['regular_web', 'spa', 'native', 'non_interactive'];
const STRICT_JWT_MEMBERS = ['alg', 'lifetime_in_seconds', 'secret_encoded'];

/**
 * Holds a body against the rules for third parties.
 *
 * @param current the client as it is, or as it would be by default: members that only repeat it are no request.
 */
export function checkThirdParty(
  body: Body,
  client: Pick<Client, 'isFirstParty' | 'thirdPartySecurityMode'>,
  current: ClientWire,
): void {
  if (client.isFirstParty) {
    const mode = body.third_party_security_mode;
    if (mode !== undefined)
      throw invalid('`third_party_security_mode` can only be provided for third-party clients');
    return;
  }
  const usesOrganizations =
    (body.organization_usage ?? 'deny') !== 'deny' ||
    (body.organization_require_behavior ?? 'no_prompt') !== 'no_prompt';
  if (usesOrganizations) throw new ManagementError('organizations_for_first_party_only');
  if (client.thirdPartySecurityMode === 'strict') checkStrict(body, current);
  else if (body.grant_types?.includes('password')) throw invalid('Invalid grant types: password');
}

function checkStrict(body: Body, current: ClientWire): void {
  const members = Object.entries(body).filter(
    ([name, value]) => value !== null && JSON.stringify(value) !== JSON.stringify(current[name]),
  );
  const refused = members.map(([name]) => name).filter((name) => !STRICT_MEMBERS.has(name));
  if (refused.length > 0) {
    throw invalid(`Properties not allowed for third-party clients in strict mode: ${refused.join(',')}`);
  }
  const grantType = body.grant_types?.find((each) => !STRICT_GRANT_TYPES.includes(each));
  if (grantType !== undefined) throw invalid(`Invalid grant types: ${grantType}`);
  if (body.app_type !== undefined && !STRICT_APP_TYPES.includes(body.app_type)) {
    throw invalid(`\`app_type\` ${body.app_type} is not allowed for third-party clients in strict mode`);
  }
  if (body.jwt_configuration?.alg !== undefined && body.jwt_configuration.alg !== 'RS256') {
    throw invalid('`jwt_configuration.alg` must be RS256 for third-party clients in strict mode');
  }
  const jwtMember = Object.keys(body.jwt_configuration ?? {}).find(
    (name) => !STRICT_JWT_MEMBERS.includes(name),
  );
  if (jwtMember !== undefined) {
    throw invalid(`\`jwt_configuration.${jwtMember}\` is not allowed for third-party clients in strict mode`);
  }
  if (body.refresh_token?.expiration_type === 'non-expiring') {
    throw invalid('Refresh tokens of third-party clients in strict mode must expire');
  }
  const methods = body.client_authentication_methods;
  if (methods && !('private_key_jwt' in methods)) {
    throw invalid('Third-party clients in strict mode can only use private_key_jwt');
  }
  const urls = [body.callbacks, body.allowed_origins, body.web_origins].flatMap((list) => list ?? []);
  if (urls.some((url) => url.includes('*'))) {
    throw invalid('Wildcards are not allowed in URLs of third-party clients in strict mode');
  }
}

/** The database keeps metadata as it comes, so its size after merging is checked here (management-api.md 6.1). */
export function checkMetadataSize(client: Pick<Client, 'settings'>): void {
  const metadata = client.settings['client_metadata'];
  if (typeof metadata === 'object' && metadata !== null && Object.keys(metadata).length > 10) {
    throw invalid(
      "Payload validation error: 'Too many properties defined (>10), maximum 10' on property client_metadata.",
    );
  }
}
