// Who is asking? Client secrets (RFC 6749 section 2.3.1) and signed assertions (RFC 7523 section 2.2).

import { hash, timingSafeEqual } from 'node:crypto';
import { errors, importJWK, jwtVerify, type JWK } from 'jose';
import type { AssertionKey, ClientAuthenticationFacts, TokenFacts } from '../domain/token-facts.js';
import type { Tenant } from '../domain/tenant.js';
import { isUnstorable } from '../domain/text.js';
import type { Storage } from '../storage/storage.js';
import type { ClientIdentity, ClientProof } from './client-identity.js';
import { assertionReplayed, authenticationFailed, type Refusal } from './refusal.js';
import { assertionAlgorithms } from './vocabulary.js';

/** An assertion that has been verified, and that may be used once. */
interface UsedAssertion {
  readonly jti: string;
  /** Until then another one with this `jti` would be a repetition. */
  readonly expiresAt: Date;
}

type Authentication =
  | { readonly authenticated: true; readonly assertion: UsedAssertion | null }
  | { readonly authenticated: false; readonly because: string };

const failed = (because: string): Authentication => ({ authenticated: false, because });
const succeeded: Authentication = { authenticated: true, assertion: null };

/** A client that is who it says it is, or why it is not: in public words, and for the log. */
export type Proven =
  | { readonly refusal: null; readonly facts: TokenFacts }
  | { readonly refusal: Refusal; readonly because: string };

interface ProofOptions {
  readonly storage: Pick<Storage, 'useAssertion'>;
  readonly tenant: Tenant;
  readonly now: () => Date;
}

/**
 * Authenticates a client, at whichever endpoint it asks. An assertion is used up by it.
 *
 * @param facts null when there is no such client.
 * @param once for a request that is decided again: keeps its assertion from being used up twice.
 */
export async function proveClient(
  { clientId, proof }: ClientIdentity,
  facts: TokenFacts | null,
  { storage, tenant, now }: ProofOptions,
  once: (use: () => Promise<boolean>) => Promise<boolean> = (use) => use(),
): Promise<Proven> {
  const authentication = await authenticate(clientId, proof, facts?.authentication ?? null, tenant, now());
  if (!authentication.authenticated) {
    return { refusal: authenticationFailed(), because: authentication.because };
  }
  if (facts === null) return { refusal: authenticationFailed(), because: 'there is no such client' };
  const { assertion } = authentication;
  if (assertion) {
    const { jti, expiresAt } = assertion;
    const isNew = await once(() => storage.useAssertion(clientId, jti, expiresAt));
    if (!isNew) return { refusal: assertionReplayed(), because: `jti ${jti} has been used before` };
  }
  return { refusal: null, facts };
}

/** Compares in constant time, whatever the lengths. */
function equalSecrets(a: string, b: string): boolean {
  const digest = (text: string): Buffer => hash('sha256', text, 'buffer');
  return timingSafeEqual(digest(a), digest(b));
}

/** token-issuance.md 7.2. */
const MAX_ASSERTION_BYTES = 2048;
const MAX_CLAIM_LENGTH = 64;
const MAX_LIFETIME_SECONDS = 300;
const CLOCK_SKEW_SECONDS = 10;

/**
 * Decides whether a proof holds.
 *
 * Clients with a secret may send it either way, whatever method they are registered for: the official Go clients try
 * Basic first (clients.md 2). Public clients have nothing to prove; whether they may go on is for the policy to say.
 *
 * @param facts null when there is no such client; the work is the same.
 */
async function authenticate(
  clientId: string,
  proof: ClientProof,
  facts: ClientAuthenticationFacts | null,
  tenant: Tenant,
  now: Date,
): Promise<Authentication> {
  switch (proof.kind) {
    case 'secret': {
      const matches = equalSecrets(proof.secret, facts?.secret ?? '');
      if (facts === null) return failed('there is no such client');
      if (facts.authenticationMethod !== null)
        return failed(`the client authenticates with ${facts.authenticationMethod}`);
      return matches ? succeeded : failed('the secret is wrong');
    }
    case 'assertion':
      if (facts === null) return failed('there is no such client');
      if (facts.authenticationMethod !== 'private_key_jwt')
        return failed('the client does not use private_key_jwt');
      return verifyAssertion(clientId, proof.assertion, facts.assertionKeys, tenant, now);
    case 'none':
      if (facts === null) return failed('there is no such client');
      return facts.tokenEndpointAuthMethod === 'none' && facts.authenticationMethod === null
        ? succeeded
        : failed('the client has to authenticate and did not');
  }
}

async function verifyAssertion(
  clientId: string,
  assertion: string,
  keys: readonly AssertionKey[],
  tenant: Tenant,
  now: Date,
): Promise<Authentication> {
  if (Buffer.byteLength(assertion) > MAX_ASSERTION_BYTES) return failed('the assertion is too long');
  const usable = keys.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
  let reason = 'no key of the client verifies the assertion';
  for (const key of usable) {
    try {
      const { payload } = await jwtVerify(assertion, await publicKey(key), {
        algorithms: [key.algorithm],
        issuer: clientId,
        subject: clientId,
        // The issuer (token-issuance.md 7.2), or the endpoint's address (RFC 7523 section 3, item 3).
        audience: [tenant.issuer, `${tenant.issuer}oauth/token`],
        requiredClaims: ['exp', 'jti'],
        clockTolerance: CLOCK_SKEW_SECONDS,
        currentDate: now,
      });
      const { exp = 0, jti = '' } = payload;
      if (typeof jti !== 'string' || jti === '' || jti.length > MAX_CLAIM_LENGTH || isUnstorable(jti)) {
        return failed('jti is not usable');
      }
      const latest = now.getTime() / 1000 + MAX_LIFETIME_SECONDS + CLOCK_SKEW_SECONDS;
      if (exp > latest) return failed('exp is more than five minutes ahead');
      const expiresAt = new Date((exp + CLOCK_SKEW_SECONDS) * 1000);
      return { authenticated: true, assertion: { jti, expiresAt } };
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
      // A signature that holds with wrong claims says more than the keys that did not fit.
      if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired)
        reason = error.message;
    }
  }
  return failed(reason);
}

async function publicKey({ publicJwk, algorithm }: AssertionKey) {
  if (!(assertionAlgorithms as readonly string[]).includes(algorithm)) {
    throw new errors.JOSENotSupported(`algorithm ${algorithm}`);
  }
  return importJWK(publicJwk as JWK, algorithm);
}
