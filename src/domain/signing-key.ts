/** Algorithms that sign with a key pair of the tenant. */
export type RsaAlgorithm = 'RS256' | 'RS512' | 'PS256';

/** Public half of a key (RFC 7517), as the key set shows it. */
export interface PublicJwk {
  readonly kty: 'RSA';
  readonly n: string;
  readonly e: string;
}

/** A key pair that signs access tokens with one algorithm. */
export interface SigningKey {
  readonly kid: string;
  readonly algorithm: RsaAlgorithm;
  readonly publicJwk: PublicJwk;
  /** Self-signed certificate of the key, base64 of its DER. */
  readonly certificate: string;
  /** PKCS #7 container of the certificate, base64 of its DER. */
  readonly pkcs7: string;
  /** PKCS #8 DER. Encrypted at rest. */
  readonly privateKey: Buffer;
}
