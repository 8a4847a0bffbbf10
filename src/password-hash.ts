// Passwords are kept as Argon2id hashes (RFC 9106), with the parameters that OWASP's password storage page names first.
//
// Each takes 19 MiB and one thread for as long as it runs (docs/security.md has the time), and threads are Node's few,
// which sign tokens too. So only two run at once: at worst 38 MiB, and signatures always find a thread.

import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { Gate } from './gate.js';

/** Argon2id is the library's default. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 };
const PREFIX = `$argon2id$v=19$m=${PARAMETERS.memoryCost},t=${PARAMETERS.timeCost},p=${PARAMETERS.parallelism}$`;

const AT_ONCE = 2;
const gate = new Gate(AT_ONCE);

/** The hash of a password, with its salt and parameters in it. */
export function hashPassword(password: string): Promise<string> {
  return gate.run(() => hash(password, PARAMETERS));
}

/** Whether a hash is that of a password. */
export type VerifyPassword = (hash: string, password: string) => Promise<boolean>;

export const verifyPassword: VerifyPassword = (hashed, password) => gate.run(() => verify(hashed, password));

/** Whether a hash was made with other parameters than those of today. */
export const isOutdated = (hashed: string): boolean => !hashed.startsWith(PREFIX);

/** A hash of no password. To compare with it takes as long as with any other. */
export function hashOfNothing(): string {
  const random = (bytes: number): string => randomBytes(bytes).toString('base64').replaceAll('=', '');
  return `${PREFIX}${random(16)}$${random(PARAMETERS.outputLen)}`;
}
