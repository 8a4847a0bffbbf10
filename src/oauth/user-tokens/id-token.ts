import { SignJWT } from 'jose';
import type { Tenant } from '../../domain/tenant.js';
import { signWithKey } from '../jws.js';
import type { KeySet } from '../signing-keys.js';
import { idTokenClaims } from './claims.js';
import type { IdTokenSettings } from './client-settings.js';
import type { Issuance } from './issuance.js';

/**
 * An ID token of a refresh, which says of the login what its first one said (OpenID Connect Core section 12.2).
 *
 * @param ofLogin the claims about the login.
 * @param secret the client's, for HS256.
 * @param options.here see `signWithKey`.
 */
export async function mintIdToken(
  issuance: Issuance,
  ofLogin: Readonly<Record<string, unknown>>,
  { algorithm: alg, lifetimeSeconds }: IdTokenSettings,
  secret: string,
  { tenant, keys, now, here }: { tenant: Tenant; keys: KeySet; now: Date; here: boolean },
): Promise<string> {
  const issuedAt = Math.floor(now.getTime() / 1000);
  const claims = {
    ...idTokenClaims(issuance, ofLogin),
    iss: tenant.issuer,
    aud: issuance.authorization.clientId,
    iat: issuedAt,
    exp: issuedAt + lifetimeSeconds,
  };
  if (alg === 'HS256') return new SignJWT(claims).setProtectedHeader({ alg }).sign(Buffer.from(secret));
  const { kid, key } = keys.signingKey(alg);
  return signWithKey(claims, { alg, kid }, key, here);
}
