// Keys and certificates that a client brings with it (management-api.md 7.1, recorded-behaviour.md 6).

import { createHash, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import type { components } from '../../generated/openapi.js';
import type { ClientCredential, KeyAuthenticationMethod, NewClientCredential } from '../../domain/client.js';
import { newCredentialId } from '../../domain/ids.js';
import { parseTime } from '../../domain/time.js';
import type { JsonObject } from '../../domain/json.js';
import { ManagementError } from '../../errors.js';

type Schemas = components['schemas'];
type NewMethods = Schemas['NewAuthenticationMethods'];
type Methods = NonNullable<Schemas['AuthenticationMethods']>;

const invalid = (message: string): ManagementError => new ManagementError('invalid_body', message);

/** @throws ManagementError when the PEM does not parse. */
function readCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw invalid('The certificate could not be parsed.');
  }
}

/** @throws ManagementError when the PEM holds neither an RSA public key nor a certificate of one. */
function readPublicKey(pem: string): { key: KeyObject; certificate: X509Certificate | null } {
  const certificate = pem.includes('-----BEGIN CERTIFICATE-----') ? readCertificate(pem) : null;
  let key: KeyObject;
  try {
    // Node would take the public half of a private key; nobody means to send one.
    if (pem.includes('PRIVATE KEY-----')) throw new TypeError('private key');
    key = certificate?.publicKey ?? createPublicKey(pem);
  } catch {
    throw invalid('The public key could not be parsed.');
  }
  if (key.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048) {
    throw invalid('The public key must be an RSA key of at least 2048 bits.');
  }
  return { key, certificate };
}

/** @throws ManagementError when it is no point in time. */
export function readExpiry(text: string): Date {
  const time = parseTime(text);
  if (time === null) {
    throw invalid(
      `Payload validation error: 'Object didn't pass validation for format date-time: ${text}' on property expires_at (When the key expires).`,
    );
  }
  return time;
}

type Unnamed = Omit<NewClientCredential, 'id' | 'clientId' | 'name' | 'credentialType'>;

const empty: Unnamed = {
  kid: null,
  algorithm: null,
  publicJwk: null,
  subjectDn: null,
  thumbprintSha256: null,
  expiresAt: null,
};

/** The `kid` depends on the key alone: it is the key's RFC 7638 thumbprint (recorded, checked against four keys). */
async function publicKey(body: Schemas['PublicKeyCredential']): Promise<Unnamed> {
  const { key, certificate } = readPublicKey(body.pem);
  const jwk = key.export({ format: 'jwk' });
  const fromCertificate = body.parse_expiry_from_cert && certificate ? new Date(certificate.validTo) : null;
  return {
    ...empty,
    kid: body.kid ?? (await calculateJwkThumbprint(jwk)),
    algorithm: body.alg ?? 'RS256',
    publicJwk: jwk as JsonObject,
    expiresAt: body.expires_at === undefined ? fromCertificate : readExpiry(body.expires_at),
  };
}

/** Node writes a subject as the recordings show it: parts joined by line feeds. */
function certificateSubject(body: Schemas['CertificateSubjectCredential']): Unnamed {
  return { ...empty, subjectDn: body.subject_dn ?? readCertificate(body.pem ?? '').subject };
}

function selfSignedCertificate(body: Schemas['CertificateCredential']): Unnamed {
  const certificate = readCertificate(body.pem);
  const thumbprintSha256 = createHash('sha256').update(certificate.raw).digest('base64url');
  return { ...empty, thumbprintSha256, expiresAt: new Date(certificate.validTo) };
}

type NewCredential =
  Schemas['PublicKeyCredential'] | Schemas['CertificateSubjectCredential'] | Schemas['CertificateCredential'];

/**
 * Reads one credential from the wire.
 *
 * @throws ManagementError when its key or certificate cannot be used.
 */
export async function readCredential(clientId: string, body: NewCredential): Promise<NewClientCredential> {
  const read = (): Unnamed | Promise<Unnamed> => {
    switch (body.credential_type) {
      case 'public_key':
        return publicKey(body);
      case 'cert_subject_dn':
        return certificateSubject(body);
      case 'x509_cert':
        return selfSignedCertificate(body);
    }
  };
  const { credential_type: credentialType, name } = body;
  return { id: newCredentialId(), clientId, credentialType, name: name ?? null, ...(await read()) };
}

/** The one method of `client_authentication_methods`, with what is listed under it. */
function methodOf<T>(methods: Partial<Record<KeyAuthenticationMethod, { credentials: T[] }>>): {
  method: KeyAuthenticationMethod;
  credentials: T[];
} {
  const [entry] = Object.entries(methods) as [KeyAuthenticationMethod, { credentials: T[] }][];
  if (entry === undefined) throw new RangeError('the contract asks for exactly one method');
  return { method: entry[0], credentials: entry[1].credentials };
}

/** The credentials of a new client's authentication method. @throws ManagementError when one cannot be used. */
export async function readNewMethods(clientId: string, methods: NewMethods) {
  const { method, credentials } = methodOf<NewCredential>(methods);
  return { method, credentials: await readCredentials(clientId, credentials) };
}

export function readCredentials(
  clientId: string,
  bodies: readonly NewCredential[],
): Promise<NewClientCredential[]> {
  return Promise.all(bodies.map((body) => readCredential(clientId, body)));
}

/** @throws ManagementError when a member lists what is no public key of the client. */
export function checkKeyUses(body: Schemas['UpdateClient'], existing: readonly ClientCredential[]): void {
  const keys = existing.filter(({ credentialType }) => credentialType === 'public_key').map(({ id }) => id);
  for (const name of keyUses) {
    const foreign = body[name]?.credentials?.find(({ id }) => !keys.includes(id));
    if (foreign) throw invalid(`Credential ${foreign.id} does not exist or cannot be used for ${name}`);
  }
}

/** The settings of a client after one of its credentials has gone. */
export function withoutCredential(settings: JsonObject, id: string): JsonObject {
  const uses = keyUses.flatMap((name): [string, JsonObject][] => {
    const use = settings[name] as { credentials?: readonly { id: string }[] } | undefined;
    const credentials = use?.credentials?.filter((each) => each.id !== id);
    return credentials === undefined ? [] : [[name, { ...use, credentials }]];
  });
  return { ...settings, ...Object.fromEntries(uses) };
}

/** Members that bring keys along for another use than authentication. */
export const keyUses = ['signed_request_object', 'token_vault_privileged_access'] as const;

/** Credentials of which kind each method uses (management-api.md 6.1). */
const KIND: Record<KeyAuthenticationMethod, ClientCredential['credentialType']> = {
  private_key_jwt: 'public_key',
  tls_client_auth: 'cert_subject_dn',
  self_signed_tls_client_auth: 'x509_cert',
};

/** @throws ManagementError when a method lists what is no credential of the client of the right kind. */
export function readMethods(methods: Methods, existing: readonly ClientCredential[]) {
  const { method, credentials } = methodOf<{ id: string }>(methods);
  const ids = credentials.map(({ id }) => id);
  const usable = existing.filter(({ credentialType }) => credentialType === KIND[method]).map(({ id }) => id);
  const foreign = ids.find((id) => !usable.includes(id));
  if (foreign !== undefined)
    throw invalid(`Credential ${foreign} does not exist or cannot be used for ${method}`);
  return { authenticationMethod: method, authenticationCredentials: ids };
}

/** A credential as the wire shows it: never its PEM. */
export function credentialToWire(credential: ClientCredential): Schemas['ClientCredential'] {
  const { kid, algorithm, name, subjectDn, thumbprintSha256, expiresAt } = credential;
  return {
    id: credential.id,
    credential_type: credential.credentialType,
    ...(kid !== null && { kid }),
    ...(algorithm !== null && { alg: algorithm }),
    ...(name !== null && { name }),
    ...(subjectDn !== null && { subject_dn: subjectDn }),
    ...(thumbprintSha256 !== null && { thumbprint_sha256: thumbprintSha256 }),
    created_at: credential.createdAt.toISOString(),
    updated_at: credential.updatedAt.toISOString(),
    ...(expiresAt !== null && { expires_at: expiresAt.toISOString() }),
  };
}
