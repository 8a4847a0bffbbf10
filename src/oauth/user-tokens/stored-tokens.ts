// Refresh tokens and opaque access tokens in the form in which oidc-provider keeps them: it makes the first ones of a login,
// and finds all of them where they are revoked or shown. tests/oauth/provider/ fails where a new version has another form.

import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Artifact, Authorization, NewArtifact } from '../../domain/authorization.js';
import type { JsonObject } from '../../domain/json.js';
import type { RefreshTokenSettings } from './client-settings.js';

export const REFRESH_TOKEN = 'RefreshToken';
export const ACCESS_TOKEN = 'AccessToken';

/** token-issuance.md RT-12: of one user and client. */
export const MAX_REFRESH_TOKENS = 200;

/** A new token, and what is kept of it. */
interface Made {
  readonly value: string;
  readonly kept: NewArtifact;
}

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);
const newValue = (): string => randomBytes(32).toString('base64url');

const refreshToken = z.object({
  clientId: z.string(),
  jkt: z.string().optional(),
  authTime: z.number().optional(),
  nonce: z.string().optional(),
  claims: z.object({ id_token: z.object({ auth_time: z.unknown() }).partial().optional() }).optional(),
});

interface RefreshToken {
  readonly clientId: string;
  /** Thumbprint of the key that it is bound to (RFC 9449 section 5); null for none. */
  readonly key: string | null;
  /** Claims of ID tokens about the login (OpenID Connect Core section 12.2). */
  readonly ofLogin: JsonObject;
}

const known = new WeakMap<JsonObject, RefreshToken>();

/**
 * What a refresh token says of itself and of its login. Read once of each payload that was looked up.
 *
 * @throws when it has not the library's form.
 */
export function readRefreshToken({ payload }: Artifact): RefreshToken {
  const before = known.get(payload);
  if (before !== undefined) return before;
  const { clientId, jkt = null, authTime, nonce, claims } = refreshToken.parse(payload);
  // OpenID Connect Core section 2: where the login was asked to be recent.
  const tellsTime = claims?.id_token !== undefined && 'auth_time' in claims.id_token;
  const ofLogin = {
    ...(tellsTime && authTime !== undefined && { auth_time: authTime }),
    ...(nonce !== undefined && { nonce }),
  };
  const said = { clientId, key: jkt, ofLogin };
  known.set(payload, said);
  return said;
}

/** The next one after a refresh token that rotates: it lives from the login on, however often it is exchanged (RT-11). */
export function nextRefreshToken(
  { payload }: Artifact,
  authorization: Authorization,
  { lifetimeSeconds, leewaySeconds, idleSeconds }: RefreshTokenSettings,
  now: Date,
): Made {
  const value = newValue();
  const latest = now.getTime() + lifetimeSeconds * 1000;
  const expiresAt = new Date(Math.min(authorization.expiresAt.getTime(), latest));
  const kept = {
    payload: { ...payload, jti: value, iat: seconds(now), exp: seconds(expiresAt) },
    authorizationId: authorization.id,
    otherName: null,
    leewaySeconds,
    idleSeconds,
    expiresAt,
  };
  return { value, kept };
}

/** An access token that is good for `/userinfo` only. @param key thumbprint of the key that it is bound to; null for none. */
export function opaqueAccessToken(
  { id, userId, clientId }: Authorization,
  scopes: readonly string[],
  key: string | null,
  lifetimeSeconds: number,
  now: Date,
): Made {
  const value = newValue();
  const expiresAt = new Date(now.getTime() + lifetimeSeconds * 1000);
  const kept = {
    payload: {
      kind: ACCESS_TOKEN,
      jti: value,
      iat: seconds(now),
      exp: seconds(expiresAt),
      accountId: userId,
      clientId,
      grantId: id,
      extra: { scopes },
      ...(key !== null && { jkt: key }),
    },
    authorizationId: id,
    otherName: null,
    leewaySeconds: 0,
    idleSeconds: null,
    expiresAt,
  };
  return { value, kept };
}
