// An API as the wire has it, and as the domain has it.

import type { components } from '../../generated/openapi.js';
import { type JsonObject, withoutNulls } from '../../domain/json.js';
import type { ResourceServer, ResourceServerChanges, TokenEncryption } from '../../domain/resource-server.js';
import { readEncryptionKey } from './rules.js';

type Schemas = components['schemas'];
type Wire = Schemas['ResourceServer'];
type Settings = Schemas['ResourceServerSettings'];

/** Members that no rule reads: they are kept and shown as they came. */
const KEPT_AS_SENT = [
  'allow_online_access',
  'allow_online_access_with_ephemeral_sessions',
  'consent_policy',
  'authorization_details',
  'authorization_policy',
] as const;

function encryptionToWire({ format, encryptionKey }: TokenEncryption): NonNullable<Wire['token_encryption']> {
  const { name, alg, kid, thumbprintSha256 } = encryptionKey;
  return {
    format,
    encryption_key: {
      ...(name !== undefined && { name }),
      alg,
      ...(kid !== undefined && { kid }),
      ...(thumbprintSha256 !== undefined && { thumbprint_sha256: thumbprintSha256 }),
    },
  };
}

/** Members in the recorded order. What was never set is left out (recorded-behaviour.md 5). */
export function toWire(api: ResourceServer): Wire {
  return {
    id: api.id,
    ...(api.name !== null && { name: api.name }),
    identifier: api.identifier,
    allow_offline_access: api.allowOfflineAccess,
    skip_consent_for_verifiable_first_party_clients: api.skipConsentForFirstParty,
    subject_type_authorization: { client: { policy: api.clientPolicy }, user: { policy: api.userPolicy } },
    token_lifetime: api.tokenLifetimeSeconds,
    token_lifetime_for_web: api.tokenLifetimeForWebSeconds,
    signing_alg: api.signingAlgorithm,
    ...(api.signingSecret !== null && { signing_secret: api.signingSecret }),
    ...(api.scopes !== null && { scopes: api.scopes.map((scope) => ({ ...scope })) }),
    ...(api.systemApi !== null && { is_system: true }),
    ...(api.enforcePolicies !== null && { enforce_policies: api.enforcePolicies }),
    ...(api.tokenDialect !== null && { token_dialect: api.tokenDialect }),
    ...(api.tokenEncryption !== null && { token_encryption: encryptionToWire(api.tokenEncryption) }),
    ...(api.proofOfPossession !== null && { proof_of_possession: { ...api.proofOfPossession } }),
    ...(api.settings as Partial<Wire>),
    ...(api.linkedClientId !== null && { client_id: api.linkedClientId }),
  };
}

/** `authorization_details: null` and the like remove the member; objects are replaced, not merged (recorded). */
function settingsOf(body: Settings, before: JsonObject): JsonObject {
  const sent = Object.fromEntries(
    KEPT_AS_SENT.flatMap((name) => (body[name] === undefined ? [] : [[name, body[name]]])),
  );
  return withoutNulls({ ...before, ...sent } as JsonObject);
}

/**
 * The changes that a body asks for.
 *
 * @throws ManagementError when its `token_encryption` holds no usable key.
 */
export async function toChanges(body: Settings, before: JsonObject): Promise<ResourceServerChanges> {
  const { subject_type_authorization: policies, token_encryption: encryption } = body;
  return {
    ...(body.name !== undefined && { name: body.name }),
    ...(body.scopes !== undefined && { scopes: body.scopes }),
    ...(policies?.user?.policy !== undefined && { userPolicy: policies.user.policy }),
    ...(policies?.client?.policy !== undefined && { clientPolicy: policies.client.policy }),
    ...(body.signing_alg !== undefined && { signingAlgorithm: body.signing_alg }),
    ...(body.signing_secret !== undefined && { signingSecret: body.signing_secret }),
    ...(body.token_dialect !== undefined && { tokenDialect: body.token_dialect }),
    ...(body.token_lifetime !== undefined && { tokenLifetimeSeconds: body.token_lifetime }),
    ...(body.token_lifetime_for_web !== undefined && {
      tokenLifetimeForWebSeconds: body.token_lifetime_for_web,
    }),
    ...(body.enforce_policies !== undefined && { enforcePolicies: body.enforce_policies }),
    ...(body.allow_offline_access !== undefined && { allowOfflineAccess: body.allow_offline_access }),
    ...(body.skip_consent_for_verifiable_first_party_clients !== undefined && {
      skipConsentForFirstParty: body.skip_consent_for_verifiable_first_party_clients,
    }),
    ...(encryption !== undefined && {
      tokenEncryption: encryption && (await readEncryptionKey(encryption)),
    }),
    ...(body.proof_of_possession !== undefined && {
      proofOfPossession: body.proof_of_possession,
    }),
    settings: settingsOf(body, before),
  };
}
