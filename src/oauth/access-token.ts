// Access tokens: their claims (token-issuance.md 6.1, 6.2), signature and encryption.

import { randomUUID, X509Certificate } from 'node:crypto';
import { CompactEncrypt, importSPKI, SignJWT, type JWTPayload } from 'jose';
import type { JsonObject } from '../domain/json.js';
import type { TokenEncryption } from '../domain/resource-server.js';
import type { TokenSettings } from '../domain/token-facts.js';
import type { Tenant } from '../domain/tenant.js';
import type { ClientGranted } from '../policy/decision.js';
import { signWithKey } from './jws.js';
import type { KeySet } from './signing-keys.js';

/** Seconds that a token is valid: the API's lifetime, or less where the client asks for less (token-issuance.md 6.7). */
export function lifetimeOf({ lifetimeSeconds, clientLifetimeSeconds }: TokenSettings): number {
  return Math.min(lifetimeSeconds, clientLifetimeSeconds ?? lifetimeSeconds);
}

/** Whom a token is for, and what it says beside the decision. */
export interface Bearer {
  readonly subject: string;
  readonly clientId: string;
  /** How the token came about, for the profile that says so; null where it does not. */
  readonly gty: string | null;
  /** Null where they must not be shown. */
  readonly permissions: readonly string[] | null;
  /** Whether the token is good for `/userinfo` as well. */
  readonly isForUserinfo: boolean;
  /** Of Actions, and of flows: they never replace a claim of ours. */
  readonly otherClaims: JsonObject;
}

/** Q13: with role-based access control the scopes that were granted, as an array. */
function clientBearer(decision: ClientGranted, clientId: string, settings: TokenSettings): Bearer {
  const showsPermissions = settings.enforcesPolicies && settings.dialect.endsWith('_authz');
  return {
    subject: `${clientId}@clients`,
    clientId,
    gty: 'client-credentials',
    permissions: showsPermissions ? decision.scopes : null,
    isForUserinfo: false,
    otherClaims: {},
  };
}

/** token-issuance.md 6.1 and 6.2: two profiles that name the client differently. */
export function claimsOf(
  decision: Pick<ClientGranted, 'scopes' | 'organization'> & { readonly audience: string },
  bearer: Bearer,
  settings: TokenSettings,
  tenant: Tenant,
  now: Date,
  orgName: boolean,
): JWTPayload {
  const issuedAt = Math.floor(now.getTime() / 1000);
  const isRfc9068 = settings.dialect.startsWith('rfc9068');
  const { clientId, gty, permissions } = bearer;
  return {
    ...bearer.otherClaims,
    iss: tenant.issuer,
    sub: bearer.subject,
    aud: bearer.isForUserinfo ? [decision.audience, `${tenant.issuer}userinfo`] : decision.audience,
    iat: issuedAt,
    exp: issuedAt + lifetimeOf(settings),
    ...(decision.scopes.length > 0 && { scope: decision.scopes.join(' ') }),
    ...(decision.organization && { org_id: decision.organization.id }),
    ...(decision.organization && orgName && { org_name: decision.organization.name }),
    ...(isRfc9068
      ? { client_id: clientId, jti: randomUUID() }
      : { ...(gty !== null && { gty }), azp: clientId }),
    ...(permissions && { permissions: [...permissions] }),
  };
}

/** RFC 9068 section 2.1, where the API's profile is that one. */
export const typeOf = ({ dialect }: TokenSettings): string =>
  dialect.startsWith('rfc9068') ? 'at+jwt' : 'JWT';

/**
 * Makes the token for a decision.
 *
 * @param options.orgName whether the tenant shows organization names (token-issuance.md MO-4).
 * @param options.here see `signWithKey`.
 * @param options.claims what Actions added (token-issuance.md 6.6).
 * @throws when the API signs with a secret that it does not have.
 */
export async function mintAccessToken(
  decision: ClientGranted,
  clientId: string,
  settings: TokenSettings,
  {
    tenant,
    keys,
    now,
    orgName,
    here,
    claims: otherClaims,
  }: {
    tenant: Tenant;
    keys: KeySet;
    now: Date;
    orgName: boolean;
    here: boolean;
    claims: JsonObject;
  },
): Promise<string> {
  const bearer = { ...clientBearer(decision, clientId, settings), otherClaims };
  const claims = claimsOf(decision, bearer, settings, tenant, now, orgName);
  return signAccessToken(claims, settings, keys, here);
}

/**
 * Signs an access token as its API has it, and encrypts it where the API wants that.
 *
 * @param here see `signWithKey`.
 * @throws when the API signs with a secret that it does not have.
 */
export async function signAccessToken(
  claims: JWTPayload,
  settings: TokenSettings,
  keys: KeySet,
  here: boolean,
): Promise<string> {
  const signed = await sign(claims, settings, keys, here);
  return settings.encryption === null ? signed : encryptToken(signed, settings.encryption);
}

/** As `jws.ts` for the tenant's keys; for HS256 with the API's own secret. */
function sign(claims: JWTPayload, settings: TokenSettings, keys: KeySet, here: boolean): Promise<string> {
  const typ = typeOf(settings);
  const alg = settings.signingAlgorithm;
  if (alg !== 'HS256') {
    const { kid, key } = keys.signingKey(alg);
    return signWithKey(claims, { alg, typ, kid }, key, here);
  }
  if (settings.signingSecret === null) throw new Error('an API that signs with HS256 has no secret');
  return new SignJWT(claims).setProtectedHeader({ alg, typ }).sign(Buffer.from(settings.signingSecret));
}

/** RFC 7519 section 5.2: a nested token says so in `cty`. */
export async function encryptToken(token: string, { encryptionKey }: TokenEncryption): Promise<string> {
  const { alg, pem, kid } = encryptionKey;
  const isCertificate = pem.includes('-----BEGIN CERTIFICATE-----');
  const spki = isCertificate
    ? new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'pem' }).toString()
    : pem;
  return new CompactEncrypt(Buffer.from(token))
    .setProtectedHeader({ alg, enc: 'A256GCM', cty: 'JWT', ...(kid !== undefined && { kid }) })
    .encrypt(await importSPKI(spki, alg));
}
