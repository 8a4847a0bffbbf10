// One statement for all facts of a token request, and what comes back of it.

import { z } from 'zod';
import type { RunnableTrigger } from '../../domain/action.js';
import { independentFactors } from '../../domain/second-factor.js';
import { ACTION_REFERENCES } from './deployed-actions.js';
import { defaultTokenQuotas, jsonObject, scopes, strings, tokenQuota } from './json-columns.js';

/** Users of a hundred organizations have to name one. */
const MAX_MEMBERSHIPS = 100;

/**
 * $1 client id, $2 audience or null, $3 organization (id or name) or null, $4 resource or null. No row: there is no such
 * client. The API is found as `policy/audience.ts` says. What Actions are told of is read where there are some.
 */
const statement = (trigger: RunnableTrigger, clientSettings: string, userColumn: string): string => `
  SELECT
    v.version, nullif(t.default_audience, '') AS default_audience,
    coalesce(t.allow_organization_names, false) AS allow_organization_names,
    coalesce(t.resource_parameter_profile, 'audience') AS resource_parameter_profile, t.default_token_quota,
    t.mfa_policies <> '{}' AS requires_second_factor,
    t.mfa_factors && ARRAY[${independentFactors.map((factor) => `'${factor}'`).join(', ')}] AS has_second_factors,
    c.client_id, c.name AS client_name, c.is_first_party, c.third_party_security_mode, c.external_metadata_type,
    c.grant_types, c.encrypted_secret, c.token_endpoint_auth_method, c.authentication_method,
    c.default_organization_id, c.jwt_configuration, c.requires_proof_of_possession, c.token_quota,
    c.app_type, c.resource_server_identifier, coalesce(c.organization_usage, 'deny') AS organization_usage,
    ${clientSettings} AS client_settings,
    r.id AS api_id, r.identifier, r.system_api, r.user_policy, r.client_policy, r.scopes, r.signing_algorithm,
    r.encrypted_signing_secret, r.token_lifetime_seconds, r.token_dialect, r.enforce_policies,
    r.token_encryption, r.proof_of_possession, r.token_lifetime_for_web_seconds, r.allow_offline_access,
    r.skip_consent_for_first_party, r.settings -> 'authorization_details' AS authorization_details,
    coalesce((
      SELECT json_agg(json_build_object('kid', k.kid, 'algorithm', k.algorithm, 'publicJwk', k.public_jwk, 'expiresAt', k.expires_at))
      FROM client_credentials k
      WHERE k.client_id = c.client_id AND k.credential_type = 'public_key' AND k.id = ANY (c.authentication_credentials)
    ), '[]') AS assertion_keys,
    x.actions, CASE WHEN x.actions IS NOT NULL THEN c.settings -> 'client_metadata' END AS client_metadata,
    coalesce(g.client_grants, '[]') AS client_grants,
    coalesce((
      SELECT json_agg(json_build_object(
        'id', o.id, 'name', o.name, 'tokenQuota', o.token_quota, 'displayName', o.display_name,
        'metadata', CASE WHEN x.actions IS NOT NULL THEN o.metadata END,
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
    ), '[]') AS organizations${userColumn}
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
  CROSS JOIN (${ACTION_REFERENCES(`'${trigger}'`)}) x
  -- Without this the planner takes the two tables of one row for large ones, and compiles the query at every call.
  WHERE v.id = 1 AND t.id = 1`;

/** For client credentials: without a user, and without the settings that only rules about users read, which cost a fifth. */
export const SELECT_FACTS = statement('credentials-exchange', `'{}'::jsonb`, '');

/** The settings that rules about users read, among others that they do not. */
const CLIENT_SETTINGS = `jsonb_build_object(
      'refresh_token', c.settings -> 'refresh_token',
      'organization_require_behavior', c.settings -> 'organization_require_behavior',
      'token_exchange', c.settings -> 'token_exchange',
      'identity_assertion_authorization_grant', c.settings -> 'identity_assertion_authorization_grant',
      'oidc_conformant', c.settings -> 'oidc_conformant',
      'skip_non_verifiable_callback_uri_confirmation_prompt',
      c.settings -> 'skip_non_verifiable_callback_uri_confirmation_prompt'
    )`;

/**
 * $5 user id or null. Memberships in the organization that is asked for, or in all where none is and the client requires
 * one; consents for the API and for none.
 */
export const SELECT_USER_FACTS = statement(
  'post-login',
  CLIENT_SETTINGS,
  `, (
      SELECT json_build_object(
        'userId', u.user_id, 'isBlocked', coalesce(u.blocked, false),
        'hasSecondFactor', EXISTS (
          SELECT FROM authenticators a
          WHERE a.user_id = u.user_id AND a.kind <> 'recovery-code' AND a.confirmed_at IS NOT NULL
        ),
        'connection', json_build_object(
          'id', cn.id, 'isDomainConnection', cn.is_domain_connection,
          'isEnabledForClient', EXISTS (
            SELECT FROM connection_clients cc WHERE cc.connection_id = cn.id AND cc.client_id = c.client_id
          )
        ),
        'directPermissions', (
          SELECT coalesce(json_agg(up.permission_name ORDER BY up.permission_name), '[]') FROM user_permissions up
          WHERE up.user_id = u.user_id AND up.resource_server_identifier = r.identifier
        ),
        'rolePermissions', (
          SELECT coalesce(json_agg(DISTINCT rp.permission_name), '[]')
          FROM user_roles ur JOIN role_permissions rp ON rp.role_id = ur.role_id
          WHERE ur.user_id = u.user_id AND rp.resource_server_identifier = r.identifier
        ),
        'memberships', (
          SELECT coalesce(json_agg(json_build_object('organizationId', m.organization_id, 'permissions', (
            SELECT coalesce(json_agg(DISTINCT rp.permission_name), '[]')
            FROM organization_member_roles mr JOIN role_permissions rp ON rp.role_id = mr.role_id
            WHERE mr.organization_id = m.organization_id AND mr.user_id = u.user_id
              AND rp.resource_server_identifier = r.identifier
          )) ORDER BY m.seq), '[]')
          FROM (
            SELECT om.organization_id, om.seq FROM organization_members om
            WHERE om.user_id = u.user_id AND (
              ($3 IS NULL AND c.organization_usage = 'require')
              OR om.organization_id IN (SELECT o.id FROM organizations o WHERE o.id = $3 OR o.name = $3)
            )
            ORDER BY om.seq LIMIT ${MAX_MEMBERSHIPS}
          ) m
        ),
        'consents', (
          SELECT coalesce(json_agg(json_build_object(
            'audience', uc.audience, 'organizationId', uc.organization_id, 'scopes', uc.scopes
          )), '[]')
          FROM user_consents uc
          WHERE uc.user_id = u.user_id AND uc.client_id = c.client_id
            AND (uc.audience IS NULL OR uc.audience = r.identifier)
            AND (
              uc.organization_id IS NULL
              OR uc.organization_id IN (SELECT o.id FROM organizations o WHERE o.id = $3 OR o.name = $3)
            )
        )
      )
      FROM users u JOIN connections cn ON cn.name = u.connection
      WHERE u.user_id = $5
    ) AS user_facts`,
);

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
  displayName: z.string().nullable(),
  metadata: jsonObject.nullable(),
  tokenQuota: tokenQuota.nullable(),
  clientGrantIds: z.array(z.string()),
  allowsThirdPartyClients: z.boolean(),
  isAppEntitlementActive: z.boolean(),
  isClientListedForMembers: z.boolean(),
  enabledConnectionIds: z.array(z.string()),
});

const actionReference = z.strictObject({
  actionId: z.string(),
  name: z.string(),
  versionId: z.string(),
});

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
  identity_assertion_authorization_grant: z.object({ active: z.boolean().nullish() }).nullish(),
  oidc_conformant: z.boolean().nullish(),
  skip_non_verifiable_callback_uri_confirmation_prompt: z.boolean().nullish(),
});

const sealed = z.instanceof(Uint8Array);

export const clientColumns = z.object({
  version: z.coerce.number().int(),
  default_audience: z.string().nullable(),
  allow_organization_names: z.boolean(),
  resource_parameter_profile: z.enum(['audience', 'compatibility']),
  requires_second_factor: z.boolean(),
  has_second_factors: z.boolean(),
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
  actions: z.array(actionReference).nullable(),
  client_metadata: jsonObject.nullable(),
});

export const resourceServerColumns = z.object({
  api_id: z.string(),
  identifier: z.string(),
  system_api: z
    .enum(['management', 'my_account', 'my_organization', 'express_configuration', 'mfa'])
    .nullable(),
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

/** Null: nobody has that id, or nobody was asked for. */
export const userFacts = z
  .strictObject({
    userId: z.string(),
    isBlocked: z.boolean(),
    hasSecondFactor: z.boolean(),
    connection: z.strictObject({
      id: z.string(),
      isDomainConnection: z.boolean(),
      isEnabledForClient: z.boolean(),
    }),
    directPermissions: strings,
    rolePermissions: strings,
    memberships: z.array(z.strictObject({ organizationId: z.string(), permissions: strings })),
    consents: z.array(
      z.strictObject({
        audience: z.string().nullable(),
        organizationId: z.string().nullable(),
        scopes: strings,
      }),
    ),
  })
  .nullable();

export type ClientColumns = z.infer<typeof clientColumns>;
export type ResourceServerColumns = z.infer<typeof resourceServerColumns>;
