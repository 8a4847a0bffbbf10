import { randomBytes } from 'node:crypto';

/** RFC 4648 section 6, which has no characters that are taken for each other. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** As the platform's have (auth0/docs-v2, challenge-with-recovery-codes.mdx): 120 bits. */
const LENGTH = 24;

export const newRecoveryCode = (): string =>
  [...randomBytes(LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');

/** As it was typed, without what people put between groups; null for what cannot be one. */
export function readRecoveryCode(typed: string): string | null {
  const code = typed.replaceAll(/[\s-]/g, '').toUpperCase();
  return /^[A-Z2-7]{24}$/.test(code) ? code : null;
}
