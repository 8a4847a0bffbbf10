// The tenant's own keys: one pair for each RSA algorithm, so that no key ever serves two (RFC 8725 section 3.1).

import { createPrivateKey, type KeyObject, webcrypto } from 'node:crypto';
import { calculateJwkThumbprint, createLocalJWKSet, type JWTVerifyGetKey } from 'jose';
import { isJsonObject } from '../domain/json.js';
import type { TenantSettings } from '../domain/tenant-settings.js';
import type { PublicJwk, RsaAlgorithm, SigningKey } from '../domain/signing-key.js';
import type { components } from '../generated/openapi.js';

type JsonWebKeySet = components['schemas']['JsonWebKeySet'];

export const rsaAlgorithms: readonly RsaAlgorithm[] = ['RS256', 'RS512', 'PS256'];

const webCryptoNames: Record<RsaAlgorithm, { name: string; hash: string; saltLength?: number }> = {
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  RS512: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512' },
  PS256: { name: 'RSA-PSS', hash: 'SHA-256', saltLength: 32 },
};

const CERTIFICATE_YEARS = 14;

/** Makes a key pair with a self-signed certificate for `/CN=<domain>`. */
export async function generateSigningKey(
  algorithm: RsaAlgorithm,
  domain: string,
  now: Date,
): Promise<SigningKey> {
  // Loaded here because only first starts need it.
  const { X509CertificateGenerator, X509Certificates } = await import('@peculiar/x509');
  const parameters = {
    ...webCryptoNames[algorithm],
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
  };
  const keys = await webcrypto.subtle.generateKey(parameters, true, ['sign', 'verify']);
  const notAfter = new Date(now);
  notAfter.setFullYear(now.getFullYear() + CERTIFICATE_YEARS);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      // As structured values: a port's colon would not survive in a string.
      name: [{ CN: [domain] }],
      notBefore: now,
      notAfter,
      keys,
      signingAlgorithm: webCryptoNames[algorithm],
    },
    webcrypto,
  );
  const { n, e } = (await webcrypto.subtle.exportKey('jwk', keys.publicKey)) as { n: string; e: string };
  const publicJwk: PublicJwk = { kty: 'RSA', n, e };
  const pkcs7 = new X509Certificates([certificate]).export('raw');
  return {
    kid: await calculateJwkThumbprint(publicJwk),
    algorithm,
    publicJwk,
    certificate: Buffer.from(certificate.rawData).toString('base64'),
    pkcs7: Buffer.from(pkcs7).toString('base64'),
    privateKey: Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)),
  };
}

/** PEM (RFC 7468) of base64. */
export function toPem(label: string, base64: string): string {
  return `-----BEGIN ${label}-----\n${base64.match(/.{1,64}/g)?.join('\n') ?? ''}\n-----END ${label}-----\n`;
}

type Keys = ReadonlyMap<RsaAlgorithm, { readonly kid: string; readonly key: KeyObject }>;

/** The keys that this process signs and verifies with. */
export class KeySet {
  /** As published (token-issuance.md 6.8). */
  readonly jwks: JsonWebKeySet;
  /** Finds the key that verifies one of our tokens. */
  readonly verificationKey: JWTVerifyGetKey;
  /** The certificate that the tenant shows as its own, base64 of its DER. */
  readonly face: { readonly certificate: string; readonly pkcs7: string };
  readonly #keys: Keys;

  private constructor(jwks: JsonWebKeySet, face: KeySet['face'], keys: Keys) {
    this.jwks = jwks;
    this.verificationKey = createLocalJWKSet(jwks);
    this.face = face;
    this.#keys = keys;
  }

  static async from(signingKeys: readonly SigningKey[]): Promise<KeySet> {
    const keys = new Map<RsaAlgorithm, { kid: string; key: KeyObject }>();
    for (const { algorithm, kid, privateKey } of signingKeys) {
      keys.set(algorithm, { kid, key: createPrivateKey({ key: privateKey, format: 'der', type: 'pkcs8' }) });
    }
    const face = signingKeys.find(({ algorithm }) => algorithm === 'RS256');
    if (face === undefined) throw new Error('there is no RS256 key');
    return new KeySet({ keys: await Promise.all(signingKeys.map(published)) }, face, keys);
  }

  /** As published for a tenant: without their algorithms where that is its wish (`flags.remove_alg_from_jwks`). */
  publishedFor({ settings }: Pick<TenantSettings, 'settings'>): JsonWebKeySet {
    const flags = settings['flags'];
    if (!isJsonObject(flags) || flags['remove_alg_from_jwks'] !== true) return this.jwks;
    return { keys: this.jwks.keys.map(({ alg: _alg, ...key }) => key) };
  }

  /** @throws when there is no key for the algorithm: first starts make one for each. */
  signingKey(algorithm: RsaAlgorithm): { readonly kid: string; readonly key: KeyObject } {
    const key = this.#keys.get(algorithm);
    if (key === undefined) throw new Error(`there is no ${algorithm} key`);
    return key;
  }
}

async function published({
  kid,
  algorithm,
  publicJwk,
  certificate,
}: SigningKey): Promise<JsonWebKeySet['keys'][number]> {
  const sha1 = await webcrypto.subtle.digest('SHA-1', Buffer.from(certificate, 'base64'));
  return {
    ...publicJwk,
    use: 'sig',
    alg: algorithm,
    kid,
    x5c: [certificate],
    x5t: Buffer.from(sha1).toString('base64url'),
  };
}
