// RFC 6238, as every authenticator app has it: SHA-1, six digits, thirty seconds.

import { Secret, TOTP } from 'otpauth';
import type { Tenant } from '../../domain/tenant.js';
import type { User } from '../../domain/user.js';

const PERIOD_SECONDS = 30;
const COMMON = { algorithm: 'SHA1', digits: 6, period: PERIOD_SECONDS } as const;
/** RFC 6238 section 5.2: one step before and after, for clocks that differ. */
const WINDOW = 1;
const FORM = /^\d{6}$/;

/** 160 bits, in base 32 (RFC 4226 section 4). */
export const newSecret = (): string => new Secret({ size: 20 }).base32;

/** What an app reads from a QR code. */
export function enrolmentUri(secret: string, user: User, tenant: Tenant): string {
  const label = user.email ?? user.username ?? user.userId;
  return new TOTP({ ...COMMON, issuer: tenant.name, label, secret: Secret.fromBase32(secret) }).toString();
}

/** The time step that a one-time password is of; null when it is of none that counts now. Compares in constant time. */
export function stepOf(password: string, secret: string, now: Date): number | null {
  if (!FORM.test(password)) return null;
  const timestamp = now.getTime();
  const delta = TOTP.validate({
    ...COMMON,
    token: password,
    secret: Secret.fromBase32(secret),
    timestamp,
    window: WINDOW,
  });
  return delta === null ? null : Math.floor(timestamp / 1000 / PERIOD_SECONDS) + delta;
}
