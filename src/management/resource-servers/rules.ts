// What a JSON schema cannot state about an API (management-api.md 4 and 5).

import { isDeepStrictEqual } from 'node:util';
import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import type { components } from '../../generated/openapi.js';
import type { JsonObject } from '../../domain/json.js';
import { ManagementError } from '../../errors.js';
import type { ResourceServer, SystemApi, TokenEncryption } from '../../domain/resource-server.js';

type Schemas = components['schemas'];
type Settings = Schemas['ResourceServerSettings'];

/** The members that a PATCH of each system API may have (management-api.md 5, "PATCH allowed fields"). */
const CHANGEABLE: Record<SystemApi, readonly (keyof Settings)[]> = {
  management: [
    'token_lifetime',
    'skip_consent_for_verifiable_first_party_clients',
    'subject_type_authorization',
  ],
  my_account: [
    'token_lifetime',
    'skip_consent_for_verifiable_first_party_clients',
    'subject_type_authorization',
    'proof_of_possession',
    'authorization_policy',
  ],
  // Its lifetime is fixed (token-issuance.md SY-3).
  my_organization: [
    'skip_consent_for_verifiable_first_party_clients',
    'subject_type_authorization',
    'proof_of_possession',
    'authorization_policy',
  ],
  express_configuration: [
    'token_lifetime',
    'skip_consent_for_verifiable_first_party_clients',
    'subject_type_authorization',
    'proof_of_possession',
    'authorization_policy',
  ],
  // Nobody sees it here.
  mfa: [],
};

/**
 * Exports send back what they were given (clients.md 5), so what is fixed may be sent as it is.
 *
 * @param shown the API as answers show it.
 * @throws ManagementError when a PATCH changes what a system API has fixed.
 */
export function checkSystemApiChange(
  api: ResourceServer,
  body: Settings,
  shown: Schemas['ResourceServer'],
): void {
  if (api.systemApi === null) return;
  const changeable: readonly string[] = CHANGEABLE[api.systemApi];
  const isAsBefore = (name: string): boolean =>
    isDeepStrictEqual((body as JsonObject)[name], (shown as unknown as JsonObject)[name]);
  const others = Object.keys(body).filter((name) => !changeable.includes(name) && !isAsBefore(name));
  if (others.length > 0) {
    throw new ManagementError(
      'invalid_body',
      `Payload validation error: 'Additional properties not allowed: ${others.join(',')}'. System resource servers cannot be patched.`,
    );
  }
  const clientPolicy = body.subject_type_authorization?.client?.policy;
  if (clientPolicy !== undefined && clientPolicy !== api.clientPolicy) {
    throw new ManagementError('operation_not_supported', 'System resource servers cannot be patched.');
  }
}

/** @throws ManagementError for the system API that cannot be deleted; the opt-in ones can (recorded). */
export function checkDeletable(api: ResourceServer): void {
  if (api.systemApi === 'management') {
    throw new ManagementError('operation_not_supported', 'System resource servers cannot be deleted.');
  }
}

/** Tokens that are bound by mutual TLS are bound for all clients (management-api.md 4.1). */
export function checkProofOfPossession({ proof_of_possession: proof }: Settings): void {
  if (proof?.mechanism === 'mtls' && proof.required_for === 'public_clients') {
    throw new ManagementError('invalid_body', '`required_for` must be all_clients when `mechanism` is mtls');
  }
}

/** @throws ManagementError when the same scope is listed twice. */
export function checkScopes(scopes: Settings['scopes']): void {
  const seen = new Map<string, number>();
  for (const [index, { value }] of (scopes ?? []).entries()) {
    const first = seen.get(value);
    if (first !== undefined) {
      throw new ManagementError(
        'invalid_body',
        `Payload validation error: 'Array items are not unique (indexes ${first} and ${index})' on property scopes (List of permissions (scopes) that this API uses).`,
      );
    }
    seen.set(value, index);
  }
}

/**
 * Reads the key that tokens are to be encrypted with.
 *
 * @throws ManagementError when the PEM holds neither an RSA public key nor a certificate of one.
 */
export async function readEncryptionKey(
  encryption: NonNullable<Schemas['TokenEncryption']>,
): Promise<TokenEncryption> {
  const { name, alg, kid, pem } = encryption.encryption_key;
  const { key, isCertificate } = parsePem(pem);
  if (key?.asymmetricKeyType !== 'rsa' || key.asymmetricKeyDetails?.modulusLength === undefined) {
    throw new ManagementError(
      'invalid_body',
      'The encryption key must be a PEM of an RSA public key or certificate.',
    );
  }
  if (key.asymmetricKeyDetails.modulusLength < 2048) {
    throw new ManagementError('invalid_body', 'The encryption key must have at least 2048 bits.');
  }
  return {
    format: 'compact-nested-jwe',
    encryptionKey: {
      ...(name !== undefined && { name }),
      alg,
      ...(kid !== undefined && { kid }),
      pem,
      // Recorded: it is the thumbprint of the key (RFC 7638), not of the certificate.
      ...(isCertificate && {
        thumbprintSha256: await calculateJwkThumbprint(key.export({ format: 'jwk' })),
      }),
    },
  };
}

function parsePem(pem: string): { key?: KeyObject; isCertificate: boolean } {
  const isCertificate = pem.includes('-----BEGIN CERTIFICATE-----');
  try {
    if (isCertificate) return { key: new X509Certificate(pem).publicKey, isCertificate };
    // Node would take the public half of a private key; nobody means to send one.
    return pem.includes('-----BEGIN PUBLIC KEY-----')
      ? { key: createPublicKey(pem), isCertificate }
      : { isCertificate };
  } catch {
    return { isCertificate };
  }
}
