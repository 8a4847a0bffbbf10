// The facts of a token request in one statement, so that all of them are from one state of the configuration.
// Prisma would need one query for each table and a transaction around them (docs/decisions/0004-token-path.md).

import type pg from 'pg';
import type { UserFacts } from '../../domain/access-facts.js';
import type { TokenFacts, TokenFactsQuery, UserTokenFactsQuery } from '../../domain/token-facts.js';
import { clientSecretPlace } from './clients.js';
import { fromColumn, proofOfPossession, tokenEncryption } from './json-columns.js';
import { signingSecretPlace } from './resource-servers.js';
import type { Sealing } from './sealing.js';
import {
  clientColumns,
  type ClientColumns,
  resourceServerColumns,
  type ResourceServerColumns,
  SELECT_FACTS,
  SELECT_USER_FACTS,
  userFacts,
} from './token-facts-statement.js';

/** Reads the facts of one request; null when there is no such client. */
export async function readTokenFacts(
  pool: pg.Pool,
  sealing: Sealing,
  { clientId, audience, organization, resource = null }: TokenFactsQuery,
): Promise<TokenFacts | null> {
  const { rows } = await pool.query<Row>({
    name: 'token_facts',
    text: SELECT_FACTS,
    values: [clientId, audience, organization, resource],
  });
  const [row] = rows;
  return row === undefined ? null : factsOf(row, null, sealing);
}

/** The same with the facts about a user. */
export async function readUserTokenFacts(
  pool: pg.Pool,
  sealing: Sealing,
  { clientId, audience, organization, resource = null, userId }: UserTokenFactsQuery,
): Promise<TokenFacts | null> {
  const { rows } = await pool.query<Row>({
    name: 'user_token_facts',
    text: SELECT_USER_FACTS,
    values: [clientId, audience, organization, resource, userId],
  });
  const [row] = rows;
  return row === undefined ? null : factsOf(row, userFacts.parse(row['user_facts']), sealing);
}

type Row = Record<string, unknown>;

function factsOf(row: Row, user: UserFacts | null, sealing: Sealing): TokenFacts {
  const client = clientColumns.parse(row);
  const api = row['api_id'] === null ? null : resourceServerColumns.parse(row);
  return {
    configVersion: client.version,
    fresh: true,
    authentication: authenticationFacts(client, sealing),
    access: accessFacts(client, api, user),
    token: api && tokenSettings(client, api, sealing),
    quotas: {
      client: client.token_quota,
      organizations: Object.fromEntries(
        client.organizations.flatMap(({ id, tokenQuota }) => (tokenQuota ? [[id, tokenQuota]] : [])),
      ),
      defaults: client.default_token_quota ?? { clients: null, organizations: null },
    },
    actions: actionFacts(client),
  };
}

function authenticationFacts(client: ClientColumns, sealing: Sealing): TokenFacts['authentication'] {
  return {
    secret: sealing.openText(client.encrypted_secret, clientSecretPlace(client.client_id)),
    tokenEndpointAuthMethod: client.token_endpoint_auth_method,
    authenticationMethod: client.authentication_method,
    assertionKeys: client.assertion_keys,
  };
}

function accessFacts(
  client: ClientColumns,
  api: ResourceServerColumns | null,
  user: UserFacts | null,
): TokenFacts['access'] {
  const proof = api && fromColumn(proofOfPossession, api.proof_of_possession);
  const settings = client.client_settings;
  return {
    tenant: {
      defaultAudience: client.default_audience,
      allowOrganizationNames: client.allow_organization_names,
      resourceParameterProfile: client.resource_parameter_profile,
      requiresSecondFactor: client.requires_second_factor,
      hasSecondFactors: client.has_second_factors,
    },
    client: {
      clientId: client.client_id,
      name: client.client_name,
      isFirstParty: client.is_first_party,
      thirdPartySecurityMode: client.third_party_security_mode,
      grantTypes: client.grant_types,
      isConfidential: client.token_endpoint_auth_method !== 'none' || client.authentication_method !== null,
      isSelfRegistered: client.external_metadata_type !== null,
      isOidcConformant: settings.oidc_conformant ?? false,
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
      usesIdentityAssertions: settings.identity_assertion_authorization_grant?.active ?? false,
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
    organizations: client.organizations.map((organization) => ({
      id: organization.id,
      name: organization.name,
      clientGrantIds: organization.clientGrantIds,
      allowsThirdPartyClients: organization.allowsThirdPartyClients,
      isAppEntitlementActive: organization.isAppEntitlementActive,
      isClientListedForMembers: organization.isClientListedForMembers,
      enabledConnectionIds: organization.enabledConnectionIds,
    })),
    user,
  };
}

function actionFacts(client: ClientColumns): TokenFacts['actions'] {
  if (client.actions === null) return null;
  const organizations = client.organizations.map(({ id, displayName, metadata }) => [
    id,
    { displayName, metadata: metadata ?? {} },
  ]);
  return {
    references: client.actions,
    clientMetadata: client.client_metadata ?? {},
    organizations: Object.fromEntries(organizations) as NonNullable<TokenFacts['actions']>['organizations'],
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
