// The key of an app that makes one-time passwords, as a request has it. No message repeats it.

import { ManagementError } from '../../errors.js';

/** 80 bits, which is what many apps were given; keys that are made here have 160. */
const MIN_LENGTH = 16;
/** RFC 4648 section 6: what a last group of eight can be cut to. */
const REMAINDERS = new Set([0, 2, 4, 5, 7]);

/** @throws ManagementError when it is none, or too short to be one. */
export function readTotpSecret(sent: string | undefined): string {
  if (sent === undefined) {
    throw new ManagementError(
      'invalid_body',
      "Payload validation error: 'Missing required property: totp_secret'.",
    );
  }
  const secret = sent.replace(/=+$/, '').toUpperCase();
  const isBase32 = /^[A-Z2-7]+$/.test(secret) && REMAINDERS.has(secret.length % 8);
  if (!isBase32 || secret.length < MIN_LENGTH) {
    const why = `Object didn't pass validation for format base32 of ${MIN_LENGTH} or more characters`;
    throw new ManagementError('invalid_body', `Payload validation error: '${why}' on property totp_secret.`);
  }
  return secret;
}
