// Signatures with the tenant's RSA keys. jose, which does everything else with tokens here, needs a promise or two before
// it hands the work to another thread; at one request at a time that is a tenth of a token (docs/decisions/0004-token-path.md).

import { constants, type KeyObject, sign } from 'node:crypto';
import type { RsaAlgorithm } from '../domain/signing-key.js';

interface Header {
  readonly alg: RsaAlgorithm;
  readonly typ?: string;
  readonly kid: string;
}

/** RFC 7518 sections 3.3 and 3.5. */
const DIGESTS: Record<RsaAlgorithm, string> = { RS256: 'sha256', RS512: 'sha512', PS256: 'sha256' };

/** RFC 7518 section 3.5. */
const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** As many as there are keys and types of tokens. */
const encodedHeaders = new Map<string, string>();

function encodedHeader(header: Header): string {
  const name = `${header.kid} ${header.alg} ${header.typ ?? ''}`;
  const before = encodedHeaders.get(name);
  if (before !== undefined) return before;
  const encoded = encode(header);
  encodedHeaders.set(name, encoded);
  return encoded;
}

/**
 * The signature of some data (RFC 7515 section 5.1, step 5).
 *
 * @param here signs on this thread. Handing the work to another one costs a sixth of it, which is only worth it when this
 * thread has something else to do meanwhile.
 */
export function signatureOf(
  data: Buffer,
  algorithm: RsaAlgorithm,
  key: KeyObject,
  here: boolean,
): Promise<Buffer> {
  const digest = DIGESTS[algorithm];
  const signer = algorithm === 'PS256' ? { key, ...PSS } : key;
  return new Promise((resolve, reject) => {
    if (here) resolve(sign(digest, data, signer));
    else sign(digest, data, signer, (error, signature) => (error ? reject(error) : resolve(signature)));
  });
}

/**
 * A signed token in compact form (RFC 7515 section 3.1).
 *
 * @param here see `signatureOf`.
 */
export async function signWithKey(
  claims: object,
  header: Header,
  key: KeyObject,
  here: boolean,
): Promise<string> {
  const input = `${encodedHeader(header)}.${encode(claims)}`;
  const signature = await signatureOf(Buffer.from(input), header.alg, key, here);
  return `${input}.${signature.toString('base64url')}`;
}
