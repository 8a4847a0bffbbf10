// Identity assertions (ID-JAG): JWTs in which the identity provider of a connection says for whom a client may act
// (draft-ietf-oauth-identity-assertion-authz-grant, RFC 7521 section 5.2, RFC 7523 section 3, RFC 8725).

import { decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Connection } from '../domain/connection.js';
import { assertionIssuerOf } from '../domain/cross-app-access.js';
import { isUnstorable } from '../domain/text.js';
import type { Tenant } from '../domain/tenant.js';
import type { Storage } from '../storage/storage.js';
import type { IssuerKeys } from './issuer-keys.js';
import { fault, type Refusal } from './refusal.js';
import { IDENTITY_ASSERTION_TYPE } from './vocabulary.js';

const MAX_BYTES = 8_192;
const CLOCK_SKEW_SECONDS = 10;
/** Ours: what an issuer makes for longer is no assertion about now. */
const MAX_LIFETIME_SECONDS = 86_400;
/** TX-18: of a public client, whom a secret does not hold to its own assertions. */
const MAX_AGE_FOR_PUBLIC_SECONDS = 60;

const storable = (text: string): boolean => !isUnstorable(text);
const identifier = z.string().min(1).max(600).refine(storable);

/** The draft, section 3.1. */
const assertionClaims = z.object({
  sub: z.string().min(1).max(255).refine(storable),
  client_id: z.string(),
  jti: z.string().min(1),
  iat: z.number(),
  exp: z.number(),
  /** RFC 6749 section 3.3. */
  scope: z
    .string()
    .regex(/^[\x20\x21\x23-\x5b\x5d-\x7e]*$/)
    .optional(),
  resource: z.union([identifier.transform((one) => [one]), z.array(identifier).min(1).max(20)]).default([]),
  /** RFC 7800: of the key that has to be shown with it. */
  cnf: z.strictObject({ jkt: z.string() }).optional(),
  // Fails closed: what they narrow it to is not understood here.
  tenant: z.undefined().optional(),
  aud_tenant: z.undefined().optional(),
  authorization_details: z.undefined().optional(),
});

/** What a verified assertion says. */
export interface IdentityAssertion {
  /** Whose identity provider has made it. */
  readonly connection: Connection;
  readonly userId: string;
  /** APIs, under the identifiers that they are kept by. */
  readonly resources: readonly string[];
  /** Null where it says nothing of them. */
  readonly scopes: readonly string[] | null;
  /** Thumbprint of the key that has to be shown with it; null for none. */
  readonly key: string | null;
}

interface Unusable {
  readonly refusal: Refusal;
  /** For the log. */
  readonly because: string;
}

/** TX-18. */
const invalid = (because: string): Unusable => ({
  refusal: fault('identity_assertion_invalid', 400, 'invalid_grant', 'Assertion is invalid or has expired'),
  because,
});

/** TX-18: 401; the text is that of the others. */
const unsigned = (because: string): Unusable => {
  const { refusal } = invalid(because);
  return { refusal: { ...refusal, error: { ...refusal.error, status: 401 } }, because };
};

/** Whether it is made to be an identity assertion, and no other JWT; nothing is verified. */
export function isIdentityAssertion(assertion: string): boolean {
  if (Buffer.byteLength(assertion) > MAX_BYTES) return false;
  try {
    const { typ } = decodeProtectedHeader(assertion);
    return (
      typeof typ === 'string' && typ.toLowerCase().replace(/^application\//, '') === IDENTITY_ASSERTION_TYPE
    );
  } catch {
    return false;
  }
}

/** Who says that they have made it; nothing is verified. */
function claimedIssuer(assertion: string): string | null {
  try {
    const { iss } = decodeJwt(assertion);
    return typeof iss === 'string' && iss !== '' && storable(iss) ? iss : null;
  } catch {
    return null;
  }
}

/** Whom an assertion has to be for, and who shows it. */
interface Shown {
  readonly clientId: string;
  readonly isPublic: boolean;
}

interface ReadOptions {
  readonly storage: Pick<Storage, 'config'>;
  readonly tenant: Tenant;
  readonly issuerKeys: IssuerKeys;
  readonly now: () => Date;
}

/** Verifies an assertion, and reads what it says. */
export async function readIdentityAssertion(
  assertion: string,
  { clientId, isPublic }: Shown,
  { storage, tenant, issuerKeys, now }: ReadOptions,
): Promise<IdentityAssertion | Unusable> {
  if (!isIdentityAssertion(assertion))
    return invalid(`it is too long, or its typ is not ${IDENTITY_ASSERTION_TYPE}`);
  const issuer = claimedIssuer(assertion);
  // The draft, section 8 "Cross-Domain Use": never what this server might have made itself.
  if (issuer === null || issuer === tenant.issuer) return invalid('it has no issuer, or this one');
  const connection = await storage.config.connections.findByAssertionIssuer(issuer);
  const trusted = connection && assertionIssuerOf(connection);
  if (connection === null || trusted === null)
    return invalid(`no connection accepts assertions of ${issuer}`);

  const verified = await verify(() =>
    jwtVerify(assertion, issuerKeys.of(trusted), {
      algorithms: [...trusted.algorithms],
      typ: IDENTITY_ASSERTION_TYPE,
      issuer: trusted.issuer,
      audience: tenant.issuer,
      requiredClaims: ['exp', 'iat', 'jti', 'sub', 'client_id'],
      clockTolerance: CLOCK_SKEW_SECONDS,
      currentDate: now(),
    }),
  );
  if ('refusal' in verified) return verified;
  const parsed = assertionClaims.safeParse(verified.payload);
  if (!parsed.success)
    return invalid(`a claim is not usable: ${parsed.error.issues[0]?.path.join('.') ?? ''}`);
  const claims = parsed.data;
  // The draft, section 4.4.1: one audience and no other, and the client that has authenticated.
  if (Array.isArray(verified.payload.aud) && verified.payload.aud.length !== 1)
    return invalid('it is for others, too');
  if (claims.client_id !== clientId) return invalid('it is for another client');
  const untimely = whyUntimely(claims, isPublic, now().getTime() / 1000);
  if (untimely !== null) return invalid(untimely);
  return {
    connection,
    userId: `${connection.strategy}|${connection.name}|${claims.sub}`,
    resources: [...new Set(claims.resource.map((resource) => tenant.canonical(resource)))],
    scopes: claims.scope?.split(' ').filter((scope) => scope !== '') ?? null,
    key: claims.cnf?.jkt ?? null,
  };
}

/** A signature that holds with wrong claims is another fault than one that does not hold (TX-18). */
async function verify<T>(run: () => Promise<T>): Promise<T | Unusable> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired)
      return invalid(error.message);
    // Whatever else goes wrong, from keys that cannot be fetched to keys that are none: nobody has vouched for it.
    return unsigned(error instanceof Error ? error.message : 'the signature could not be verified');
  }
}

function whyUntimely(
  { iat, exp }: { readonly iat: number; readonly exp: number },
  isPublic: boolean,
  now: number,
): string | null {
  if (iat > now + CLOCK_SKEW_SECONDS) return 'iat is in the future';
  if (exp > now + MAX_LIFETIME_SECONDS + CLOCK_SKEW_SECONDS) return 'exp is more than a day ahead';
  if (isPublic && now - iat > MAX_AGE_FOR_PUBLIC_SECONDS)
    return 'iat is more than a minute ago, and the client is public';
  return null;
}
