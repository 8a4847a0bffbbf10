import { createPublicKey, type KeyObject } from 'node:crypto';
import { ExternalSigningKey } from 'oidc-provider';
import type { RsaAlgorithm } from '../../../domain/signing-key.js';
import { signatureOf } from '../../jws.js';
import { type KeySet, rsaAlgorithms } from '../../signing-keys.js';

/** One of the tenant's keys, which the library signs with and never holds. */
class TenantKey extends ExternalSigningKey {
  readonly #kid: string;
  readonly #algorithm: RsaAlgorithm;
  readonly #key: KeyObject;
  readonly #publicKey: KeyObject;

  constructor(algorithm: RsaAlgorithm, { kid, key }: { readonly kid: string; readonly key: KeyObject }) {
    super();
    this.#kid = kid;
    this.#algorithm = algorithm;
    this.#key = key;
    this.#publicKey = createPublicKey(key);
  }

  override get kid(): string {
    return this.#kid;
  }

  override get alg(): RsaAlgorithm {
    return this.#algorithm;
  }

  override keyObject(): KeyObject {
    return this.#publicKey;
  }

  override sign(data: Uint8Array): Promise<Buffer> {
    return signatureOf(
      Buffer.from(data.buffer, data.byteOffset, data.byteLength),
      this.#algorithm,
      this.#key,
      false,
    );
  }
}

/** The tenant's keys, for the library. */
export const libraryKeys = (keys: KeySet): readonly ExternalSigningKey[] =>
  rsaAlgorithms.map((algorithm) => new TenantKey(algorithm, keys.signingKey(algorithm)));
