// The facts of a token request in one statement, so that all of them are from one state of the configuration.
// Prisma would need one query for each table and a transaction around them (docs/decisions/0004-token-path.md).

import type pg from 'pg';
import { z } from 'zod';
import type { TokenFacts, TokenFactsQuery } from '../../domain/token-facts.js';
import { clientSecretPlace } from './clients.js';
import {
  defaultTokenQuotas,
  fromColumn,
  jsonObject,
  proofOfPossession,
  scopes,
  strings,
  tokenEncryption,
  tokenQuota,
} from './json-columns.js';
import { signingSecretPlace } from './resource-servers.js';
import type { Sealing } from './sealing.js';

/**
 * $1 client id, $2 audience or null, $3 organization (id or name) or null, $4 resource or null. No row: there is no such
 * client. The API is found as `policy/audience.ts` says.
 */
const SELECT_FACTS = `
  SELECT
    v.version, nullif(t.default_audience, '') AS default_audience,
    coalesce(t.allow_organization_names, false) AS allow_organization_names,
    coalesce(t.resource_parameter_profile, 'audience') AS resource_parameter_profile, t.default_token_quota,
    c.client_id, c.name AS client_name, c.is_first_party, c.third_party_security_mode, c.external_metadata_type,
    c.grant_types, c.encrypted_secret, c.token_endpoint_auth_method, c.authentication_method,
    c.default_organization_id, c.jwt_configuration, c.requires_proof_of_possession, c.token_quota,
    c.app_type, c.resource_server_identifier, coalesce(c.organization_usage, 'deny') AS organization_usage,
    c.settings AS client_settings,
    r.id AS api_id, r.identifier, r.system_api, r.user_policy, r.client_policy, r.scopes, r.signing_algorithm,
    r.encrypted_signing_secret, r.token_lifetime_seconds, r.token_dialect, r.enforce_policies,
    r.token_encryption, r.proof_of_possession, r.token_lifetime_for_web_seconds, r.allow_offline_access,
    r.skip_consent_for_first_party, r.settings -> 'authorization_details' AS authorization_details,
    coalesce((
      SELECT json_agg(json_build_object('kid', k.kid, 'algorithm', k.algorithm, 'publicJwk', k.public_jwk, 'expiresAt', k.expires_at))
      FROM client_credentials k
      WHERE k.client_id = c.client_id AND k.credential_type = 'public_key' AND k.id = ANY (c.authentication_credentials)
    ), '[]') AS assertion_keys,
    coalesce(g.client_grants, '[]') AS client_grants,
    coalesce((
      SELECT json_agg(json_build_object(
        'id', o.id, 'name', o.name, 'tokenQuota', o.token_quota,
        'allowsThirdPartyClients', o.third_party_client_access = 'allow',
        'isAppEntitlementActive', o.is_app_entitlement_active,
        'isClientListedForMembers', EXISTS (
          SELECT FROM organization_clients oc
          WHERE oc.organization_id = o.id AND oc.client_id = c.client_id AND oc.use_for_member_access
        ),
        'enabledConnectionIds', (
          SELECT coalesce(json_agg(ocn.connection_id), '[]') FROM organization_connections ocn
          WHERE ocn.organization_id = o.id AND ocn.is_enabled
        ),
        'clientGrantIds', (
          SELECT coalesce(json_agg(og.client_grant_id), '[]') FROM organization_client_grants og
          WHERE og.organization_id = o.id AND og.client_grant_id = ANY (g.ids)
        )))
      FROM organizations o
      WHERE o.id = $3 OR o.name = $3 OR o.id = c.default_organization_id
    ), '[]') AS organizations
  FROM config_version v
  CROSS JOIN tenant t
  JOIN clients c ON c.client_id = $1
  LEFT JOIN resource_servers r ON r.identifier = coalesce(
    $2, CASE WHEN t.resource_parameter_profile = 'compatibility' THEN $4 END, nullif(t.default_audience, '')
  )
  LEFT JOIN LATERAL (
    SELECT array_agg(cg.id) AS ids, json_agg(json_build_object(
      'id', cg.id, 'clientId', cg.client_id, 'defaultFor', cg.default_for, 'audience', cg.audience,
      'subjectType', cg.subject_type, 'scopes', cg.scopes, 'allowAllScopes', coalesce(cg.allow_all_scopes, false),
      'organizationUsage', coalesce(cg.organization_usage, 'deny'),
      'allowAnyOrganization', coalesce(cg.allow_any_organization, false),
      'authorizationDetailsTypes', coalesce(cg.authorization_details_types, '[]')
    )) AS client_grants
    FROM (
      SELECT * FROM client_grants own WHERE own.client_id = c.client_id AND own.audience = r.identifier
      UNION ALL
      SELECT * FROM client_grants shared WHERE shared.default_for IS NOT NULL AND shared.audience = r.identifier
    ) cg
  ) g ON true
  -- Without this the planner takes the two tables of one row for large ones, and compiles the query at every call.
  WHERE v.id = 1 AND t.id = 1`;

const assertionKey = z.strictObject({
  kid: z.string().nullable(),
  algorithm: z.string(),
  publicJwk: jsonObject,
  expiresAt: z.iso
    .datetime({ offset: true })
    .nullable()
    .transform((text) => (text === null ? null : new Date(text))),
});

const clientGrant = z.strictObject({
  id: z.string(),
  clientId: z.string().nullable(),
  defaultFor: z.enum(['third_party_clients']).nullable(),
  audience: z.string(),
  subjectType: z.enum(['client', 'user']),
  scopes: z.array(z.string()),
  allowAllScopes: z.boolean(),
  organizationUsage: z.enum(['deny', 'allow', 'require']),
  allowAnyOrganization: z.boolean(),
  authorizationDetailsTypes: strings,
});

const organization = z.strictObject({
  id: z.string(),
  name: z.string(),
  tokenQuota: tokenQuota.nullable(),
  clientGrantIds: z.array(z.string()),
  allowsThirdPartyClients: z.boolean(),
  isAppEntitlementActive: z.boolean(),
  isClientListedForMembers: z.boolean(),
  enabledConnectionIds: z.array(z.string()),
});

/** The settings that rules read, among others that they do not. */
const clientSettings = z.object({
  refresh_token: z
    .object({ policies: z.array(z.object({ audience: z.string(), scope: z.array(z.string()) })).nullish() })
    .nullish(),
  organization_require_behavior: z.enum(['no_prompt', 'pre_login_prompt', 'post_login_prompt']).nullish(),
  token_exchange: z
    .object({
      allow_any_profile_of_type: z
        .array(z.enum(['custom_authentication', 'on_behalf_of_token_exchange']))
        .nullish(),
    })
    .nullish(),
  skip_non_verifiable_callback_uri_confirmation_prompt: z.boolean().nullish(),
});

const sealed = z.instanceof(Uint8Array);

const clientColumns = z.object({
  version: z.coerce.number().int(),
  default_audience: z.string().nullable(),
  allow_organization_names: z.boolean(),
  resource_parameter_profile: z.enum(['audience', 'compatibility']),
  default_token_quota: defaultTokenQuotas.nullable(),
  client_id: z.string(),
  client_name: z.string(),
  is_first_party: z.boolean(),
  third_party_security_mode: z.enum(['strict', 'permissive']).nullable(),
  external_metadata_type: z.string().nullable(),
  grant_types: z.array(z.string()),
  encrypted_secret: sealed,
  token_endpoint_auth_method: z.string().nullable(),
  authentication_method: z.string().nullable(),
  default_organization_id: z.string().nullable(),
  jwt_configuration: jsonObject,
  requires_proof_of_possession: z.boolean().nullable(),
  app_type: z.string().nullable(),
  resource_server_identifier: z.string().nullable(),
  organization_usage: z.enum(['deny', 'allow', 'require']),
  client_settings: clientSettings,
  token_quota: tokenQuota.nullable(),
  assertion_keys: z.array(assertionKey),
  client_grants: z.array(clientGrant),
  organizations: z.array(organization),
});

const resourceServerColumns = z.object({
  api_id: z.string(),
  identifier: z.string(),
  system_api: z.enum(['management', 'my_account', 'my_organization', 'express_configuration']).nullable(),
  user_policy: z.enum(['allow_all', 'require_client_grant', 'deny_all']),
  client_policy: z.enum(['require_client_grant', 'deny_all']),
  scopes: scopes.nullable(),
  signing_algorithm: z.enum(['HS256', 'RS256', 'RS512', 'PS256']),
  encrypted_signing_secret: sealed.nullable(),
  token_lifetime_seconds: z.number().int(),
  token_dialect: z
    .enum(['access_token', 'access_token_authz', 'rfc9068_profile', 'rfc9068_profile_authz'])
    .nullable(),
  enforce_policies: z.boolean().nullable(),
  token_encryption: z.unknown(),
  proof_of_possession: z.unknown(),
  token_lifetime_for_web_seconds: z.number().int(),
  allow_offline_access: z.boolean(),
  skip_consent_for_first_party: z.boolean(),
  authorization_details: z.array(z.object({ type: z.string() })).nullable(),
});

/** Reads the facts of one request; null when there is no such client. */
export async function readTokenFacts(
  pool: pg.Pool,
  sealing: Sealing,
  { clientId, audience, organization: wanted, resource = null }: TokenFactsQuery,
): Promise<TokenFacts | null> {
  const { rows } = await pool.query<Record<string, unknown>>({
    name: 'token_facts',
    text: SELECT_FACTS,
    values: [clientId, audience, wanted, resource],
  });
  const [row] = rows;
  if (row === undefined) return null;
  const client = clientColumns.parse(row);
  const api = row['api_id'] === null ? null : resourceServerColumns.parse(row);
  return {
    configVersion: client.version,
    fresh: true,
    authentication: authenticationFacts(client, sealing),
    access: accessFacts(client, api),
    token: api && tokenSettings(client, api, sealing),
    idToken: idTokenSettings(client),
    quotas: {
      client: client.token_quota,
      organizations: Object.fromEntries(
        client.organizations.flatMap(({ id, tokenQuota }) => (tokenQuota ? [[id, tokenQuota]] : [])),
      ),
      defaults: client.default_token_quota ?? { clients: null, organizations: null },
    },
  };
}

type ClientColumns = z.infer<typeof clientColumns>;
type ResourceServerColumns = z.infer<typeof resourceServerColumns>;

function authenticationFacts(client: ClientColumns, sealing: Sealing): TokenFacts['authentication'] {
  return {
    secret: sealing.openText(client.encrypted_secret, clientSecretPlace(client.client_id)),
    tokenEndpointAuthMethod: client.token_endpoint_auth_method,
    authenticationMethod: client.authentication_method,
    assertionKeys: client.assertion_keys,
  };
}

function accessFacts(client: ClientColumns, api: ResourceServerColumns | null): TokenFacts['access'] {
  const proof = api && fromColumn(proofOfPossession, api.proof_of_possession);
  const settings = client.client_settings;
  return {
    tenant: {
      defaultAudience: client.default_audience,
      allowOrganizationNames: client.allow_organization_names,
      resourceParameterProfile: client.resource_parameter_profile,
    },
    client: {
      clientId: client.client_id,
      name: client.client_name,
      isFirstParty: client.is_first_party,
      thirdPartySecurityMode: client.third_party_security_mode,
      grantTypes: client.grant_types,
      isConfidential: client.token_endpoint_auth_method !== 'none' || client.authentication_method !== null,
      isSelfRegistered: client.external_metadata_type !== null,
      requiresProofOfPossession: client.requires_proof_of_possession ?? false,
      defaultOrganizationId: client.default_organization_id,
      appType: client.app_type,
      resourceServerIdentifier: client.resource_server_identifier,
      organizationUsage: client.organization_usage,
      organizationRequireBehavior: settings.organization_require_behavior ?? 'no_prompt',
      refreshTokenPolicies: (settings.refresh_token?.policies ?? []).map(({ audience, scope }) => ({
        audience,
        scopes: scope,
      })),
      tokenExchangeTypes: settings.token_exchange?.allow_any_profile_of_type ?? [],
      trustsNonVerifiableCallbacks: settings.skip_non_verifiable_callback_uri_confirmation_prompt ?? false,
    },
    resourceServer: api && {
      identifier: api.identifier,
      systemApi: api.system_api,
      userPolicy: api.user_policy,
      clientPolicy: api.client_policy,
      scopes: (api.scopes ?? []).map(({ value }) => value),
      // Absent means all clients (management-api.md 4.1).
      proofOfPossessionRequiredFor: proof?.required ? (proof.required_for ?? 'all_clients') : null,
      proofOfPossessionMechanism: proof?.mechanism ?? null,
      allowsOfflineAccess: api.allow_offline_access,
      enforcesPolicies: api.enforce_policies ?? false,
      showsPermissions: api.token_dialect?.endsWith('_authz') ?? false,
      skipsConsentForFirstParty: api.skip_consent_for_first_party,
      authorizationDetailsTypes: (api.authorization_details ?? []).map(({ type }) => type),
    },
    clientGrants: client.client_grants,
    organizations: client.organizations.map(({ tokenQuota: _, ...facts }) => facts),
    user: null,
  };
}

/** token-issuance.md 6.4. */
function idTokenSettings({ jwt_configuration }: ClientColumns): TokenFacts['idToken'] {
  const { alg, lifetime_in_seconds: lifetime } = jwt_configuration;
  return {
    signingAlgorithm: typeof alg === 'string' ? alg : 'RS256',
    lifetimeSeconds: typeof lifetime === 'number' ? lifetime : 36_000,
  };
}

function tokenSettings(
  client: ClientColumns,
  api: ResourceServerColumns,
  sealing: Sealing,
): TokenFacts['token'] {
  const lifetime = client.jwt_configuration['lifetime_in_seconds'];
  return {
    signingAlgorithm: api.signing_algorithm,
    signingSecret:
      api.encrypted_signing_secret &&
      sealing.openText(api.encrypted_signing_secret, signingSecretPlace(api.api_id)),
    lifetimeSeconds: api.token_lifetime_seconds,
    lifetimeForWebSeconds: api.token_lifetime_for_web_seconds,
    // Only strict third parties bound their access tokens themselves (token-issuance.md 6.7).
    clientLifetimeSeconds:
      client.third_party_security_mode === 'strict' && typeof lifetime === 'number' ? lifetime : null,
    dialect: api.token_dialect ?? 'access_token',
    enforcesPolicies: api.enforce_policies ?? false,
    encryption: fromColumn(tokenEncryption, api.token_encryption),
  };
}
