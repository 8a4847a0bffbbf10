// Passwords are kept as Argon2id hashes (RFC 9106), with the parameters that OWASP's password storage page names first.

import { hash } from '@node-rs/argon2';

const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 };

/** The hash of a password, with its salt and parameters in it. Argon2id is the library's default. */
export function hashPassword(password: string): Promise<string> {
  return hash(password, PARAMETERS);
}
