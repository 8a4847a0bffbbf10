// RFC 9449 section 7: whoever shows a token that is bound to a key shows that they have it. The library does the same for the
// token endpoint; `/userinfo` is ours.

import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';
import { z } from 'zod';
import { markUntil } from '../../../domain/authorization.js';
import type { Tenant } from '../../../domain/tenant.js';
import type { Storage } from '../../../storage/storage.js';

interface ProofOptions {
  readonly storage: Pick<Storage, 'artifacts'>;
  readonly tenant: Tenant;
  readonly now: () => Date;
}

const MAX_LENGTH = 8192;
/** As the library has it. */
const MAX_AGE_SECONDS = 300;
const KIND = 'KeyProof';

const claims = z.object({
  htm: z.string(),
  htu: z.string().refine((text) => URL.canParse(text)),
  jti: z.string().min(1).max(255),
  iat: z.number(),
  ath: z.string(),
});

const header = z.object({ jwk: z.record(z.string(), z.unknown()) });

/** What a proof says; null for what is none, however it is broken. */
async function read(proof: string, now: Date) {
  try {
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
      algorithms: ['ES256'],
      typ: 'dpop+jwt',
      currentDate: now,
    });
    const key = await calculateJwkThumbprint(header.parse(protectedHeader).jwk);
    return { ...claims.parse(payload), key };
  } catch {
    // Keys that are no points of the curve fail in many ways.
    return null;
  }
}

/**
 * The thumbprint of the key that a request proves to have; null where it proves none.
 *
 * @param token the access token that is shown with it.
 */
export async function keyOf(
  req: IncomingMessage,
  token: string,
  { storage, tenant, now }: ProofOptions,
): Promise<string | null> {
  const sent = req.headers['dpop'];
  if (typeof sent !== 'string' || sent.length > MAX_LENGTH) return null;
  const proof = await read(sent, now());
  if (proof === null) return null;
  const { origin, pathname } = new URL(proof.htu);
  if (proof.htm !== req.method || `${origin}${pathname}` !== `${tenant.issuer}userinfo`) return null;
  if (Math.abs(now().getTime() / 1000 - proof.iat) > MAX_AGE_SECONDS) return null;
  if (proof.ath !== createHash('sha256').update(token).digest('base64url')) return null;
  // RFC 9449 section 11.1: each is good once.
  const expiresAt = new Date(now().getTime() + 2 * MAX_AGE_SECONDS * 1000);
  const isNew = await storage.artifacts.putNew(
    KIND,
    `${proof.key}:${proof.jti}`,
    markUntil(expiresAt),
    now(),
  );
  return isNew ? proof.key : null;
}
