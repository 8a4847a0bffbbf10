// Secrets at rest (design.md D6): AES-256-GCM, with the row a secret belongs to as additional data, so that a value
// copied to another row does not open.

import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals and opens secrets with one key. `place` names the row and column, for example `clients/<id>/secret`. */
export class Sealing {
  readonly #key: Buffer;

  /** @param key 32 bytes. */
  constructor(key: Buffer) {
    if (key.length !== 32) throw new RangeError('the encryption key must have 32 bytes');
    this.#key = key;
  }

  seal(plain: Buffer | string, place: string): Buffer<ArrayBuffer> {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(place));
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), sealed]);
  }

  /** @throws when the key is another one, or the value was changed or belongs to another place. */
  open(sealed: Uint8Array, place: string): Buffer {
    const value = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    if (value[0] !== VERSION || value.length < 1 + NONCE_BYTES + TAG_BYTES) {
      throw new Error(`sealed value of ${place} has an unknown form`);
    }
    const nonce = value.subarray(1, 1 + NONCE_BYTES);
    const tag = value.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(place))
      .setAuthTag(tag);
    try {
      return Buffer.concat([decipher.update(value.subarray(1 + NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    } catch {
      throw new Error(
        `cannot open the sealed value of ${place}: is ENCRYPTION_KEY the key it was sealed with?`,
      );
    }
  }

  /**
   * A name for a text that only the holder of the key can compute, so that whoever has the database cannot try texts.
   *
   * @param place what the text is, for example `login_failures/identifier`: no place has the names of another.
   */
  nameOf(text: string, place: string): string {
    const key = createHmac('sha256', this.#key).update(`names of ${place}`).digest();
    return createHmac('sha256', key).update(text).digest('base64url');
  }

  /** As `open`, for sealed text. */
  openText(sealed: Uint8Array, place: string): string {
    return this.open(sealed, place).toString('utf8');
  }
}
