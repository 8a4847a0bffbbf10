// A client as the wire has it, and as the domain has it.

import type { components } from '../../generated/openapi.js';
import type { Client, ClientChanges, ClientCredential } from '../../domain/client.js';
import { isJsonObject, type JsonObject, type JsonValue, withoutNulls } from '../../domain/json.js';
import { quotaFromWire, quotaToWire } from '../token-quota.js';
import { credentialToWire, keyUses } from './credentials.js';
import { fillRefreshToken, startsFrom } from './defaults.js';

type Schemas = components['schemas'];
type Update = Schemas['UpdateClient'];
export type ClientWire = Schemas['Client'];

/** What every client shows of the tenant's. */
export interface TenantFace {
  readonly name: string;
  readonly domain: string;
  /** The certificate that the tenant signs with: PEM, and PEM of a PKCS #7 container around it. */
  readonly certificate: { readonly pem: string; readonly pkcs7: string };
}

/** Arrays are objects too, and none of these. */
type Created = readonly ClientCredential[];

/** A new client shows its credentials in full; later answers name their ids only (recorded). */
function credentialsToWire(ids: readonly string[], created: Created): JsonObject[] {
  return ids.map((id) => {
    const credential = created.find((each) => each.id === id);
    return credential ? { ...credentialToWire(credential) } : { id };
  });
}

function methodsToWire(client: Client, created: Created): JsonObject | undefined {
  if (client.authenticationMethod === null) return undefined;
  return {
    [client.authenticationMethod]: {
      credentials: credentialsToWire(client.authenticationCredentials, created),
    },
  };
}

function keyUsesToWire({ settings }: Client, created: Created): JsonObject {
  const shown = keyUses.flatMap((name): [string, JsonObject][] => {
    const use = settings[name];
    if (!isJsonObject(use) || !Array.isArray(use['credentials'])) return [];
    const ids = (use['credentials'] as readonly { id: string }[]).map(({ id }) => id);
    return [[name, { ...use, credentials: credentialsToWire(ids, created) }]];
  });
  return Object.fromEntries(shown);
}

/**
 * A client with everything that it has; `visibility.ts` takes away what the caller may not see.
 *
 * @param shownIn the answer that it is for: these differ a little (recorded-behaviour.md 6).
 */
export function toWire(
  client: Client,
  face: TenantFace,
  shownIn: { list?: boolean; created?: readonly ClientCredential[] } = {},
): ClientWire {
  const { pem: cert, pkcs7 } = face.certificate;
  const created = shownIn.created ?? [];
  const methods = methodsToWire(client, created);
  return {
    tenant: face.name,
    global: client.isGlobal,
    name: client.name,
    client_id: client.clientId,
    // Clients that prove a key have no secret to show (recorded).
    ...(methods === undefined && { client_secret: client.secret }),
    ...(client.appType !== null && { app_type: client.appType as NonNullable<ClientWire['app_type']> }),
    is_first_party: client.isFirstParty,
    ...(client.thirdPartySecurityMode !== null && {
      third_party_security_mode: client.thirdPartySecurityMode,
    }),
    cross_origin_auth: client.settings['cross_origin_authentication'] ?? false,
    callback_url_template: false,
    ...(shownIn.created && { encrypted: true }),
    ...(client.settings as Partial<ClientWire>),
    ...keyUsesToWire(client, created),
    jwt_configuration: client.jwtConfiguration,
    signing_keys: [{ cert, pkcs7, subject: shownIn.list ? 'deprecated' : `/CN=${face.domain}` }],
    grant_types: [...client.grantTypes],
    ...(client.tokenEndpointAuthMethod !== null && {
      token_endpoint_auth_method: client.tokenEndpointAuthMethod,
    }),
    ...(methods !== undefined && { client_authentication_methods: methods }),
    ...(client.organizationUsage !== null && { organization_usage: client.organizationUsage }),
    ...(client.defaultOrganizationId !== null && {
      default_organization: { organization_id: client.defaultOrganizationId, flows: ['client_credentials'] },
    }),
    ...(client.resourceServerIdentifier !== null && {
      resource_server_identifier: client.resourceServerIdentifier,
    }),
    ...(client.requiresProofOfPossession !== null && {
      require_proof_of_possession: client.requiresProofOfPossession,
    }),
    ...(client.tokenQuota !== null && { token_quota: quotaToWire(client.tokenQuota) }),
    ...(client.externalMetadataType !== null && { external_metadata_type: client.externalMetadataType }),
  };
}

/** Members that stand in columns of their own or never change. */
const NOT_SETTINGS = new Set([
  'name',
  'client_secret',
  'app_type',
  'is_first_party',
  'third_party_security_mode',
  'jwt_configuration',
  'grant_types',
  'token_endpoint_auth_method',
  'client_authentication_methods',
  'organization_usage',
  'default_organization',
  'resource_server_identifier',
  'require_proof_of_possession',
  'token_quota',
  'cross_origin_auth',
]);

/** Members that a PATCH merges key by key; others it replaces (recorded). */
const MERGED = new Set(['client_metadata', 'mobile', 'native_social_login', 'session_transfer']);

/** `null` takes a key away, also from what is new. */
function merged(before: JsonValue | undefined, sent: JsonValue): JsonValue {
  return isJsonObject(sent) ? withoutNulls({ ...(isJsonObject(before) && before), ...sent }) : sent;
}

/** The members of a body that no rule reads, over what was there before. `null` and `""` remove (recorded). */
export function settingsOf(body: Update | Schemas['CreateClient'], before: JsonObject): JsonObject {
  const sent = Object.entries(body as JsonObject).filter(([name]) => !NOT_SETTINGS.has(name));
  const settings = Object.fromEntries(
    sent.map(([name, value]): [string, JsonValue] => {
      // clients.md 3: an empty object removes every key.
      if (name === 'client_metadata' && isJsonObject(value) && Object.keys(value).length === 0)
        return [name, {}];
      if (MERGED.has(name)) return [name, merged(before[name] ?? startsFrom[name], value)];
      if (name === 'refresh_token' && isJsonObject(value)) return [name, fillRefreshToken(value)];
      if (name === 'initiate_login_uri' && value === '') return [name, null];
      return [name, value];
    }),
  );
  // The older name of the same switch, and the older shape of the same addresses.
  if (body.cross_origin_auth !== undefined && body.cross_origin_authentication === undefined) {
    settings['cross_origin_authentication'] = body.cross_origin_auth;
  }
  if (body.oidc_logout !== undefined)
    settings['oidc_backchannel_logout'] = backchannelLogout(settings['oidc_logout']);
  return withoutNulls({ ...before, ...settings });
}

/** `oidc_backchannel_logout` mirrors the addresses of `oidc_logout` (recorded). */
function backchannelLogout(logout: JsonValue | undefined): JsonValue {
  const urls = isJsonObject(logout) ? logout['backchannel_logout_urls'] : undefined;
  return urls === undefined ? null : { backchannel_logout_urls: urls };
}

/** The changes that a body asks for, apart from credentials. Rules have been checked before. */
export function toChanges(
  body: Update | Schemas['CreateClient'],
  before: Pick<Client, 'settings' | 'jwtConfiguration'>,
) {
  const changes: ClientChanges = {
    ...(body.name !== undefined && { name: body.name }),
    ...(body.app_type !== undefined && { appType: body.app_type }),
    ...(body.grant_types !== undefined && { grantTypes: body.grant_types }),
    ...(body.token_endpoint_auth_method !== undefined && {
      tokenEndpointAuthMethod: body.token_endpoint_auth_method,
    }),
    ...(body.jwt_configuration !== undefined && {
      jwtConfiguration: { ...before.jwtConfiguration, ...(body.jwt_configuration as JsonObject) },
    }),
    ...(body.organization_usage !== undefined && { organizationUsage: body.organization_usage }),
    ...(body.default_organization !== undefined && {
      defaultOrganizationId: body.default_organization?.organization_id ?? null,
    }),
    ...(body.require_proof_of_possession !== undefined && {
      requiresProofOfPossession: body.require_proof_of_possession,
    }),
    ...(body.token_quota !== undefined && {
      tokenQuota: body.token_quota && quotaFromWire(body.token_quota),
    }),
    settings: settingsOf(body, before.settings),
  };
  return changes;
}
