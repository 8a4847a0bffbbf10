// Proofs of the possession of a key (RFC 9449), where this server answers itself. The library does the same for its requests.

import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';
import { z } from 'zod';
import { markUntil } from '../domain/authorization.js';
import type { Tenant } from '../domain/tenant.js';
import type { Storage } from '../storage/storage.js';

interface ProofOptions {
  readonly storage: Pick<Storage, 'artifacts'>;
  readonly tenant: Tenant;
  readonly now: () => Date;
}

const MAX_LENGTH = 8192;
/** As the library has it. */
const MAX_AGE_SECONDS = 300;
/** Where the library has those that it has seen. */
const KIND = 'ReplayDetection';

const claims = z.object({
  htm: z.string(),
  htu: z.string().refine((text) => URL.canParse(text)),
  jti: z.string().min(1).max(255),
  iat: z.number(),
  ath: z.string().optional(),
  // This server asks for none.
  nonce: z.undefined().optional(),
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

interface Expected {
  readonly endpoint: 'oauth/token' | 'userinfo';
  /** The token that is shown with the proof (RFC 9449 section 7); null at the token endpoint. */
  readonly accessToken: string | null;
  /** Whose proofs have ids of their own; null: each key's. */
  readonly clientId: string | null;
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

export const sendsProof = (req: IncomingMessage): boolean => (req.headers['dpop'] ?? '') !== '';

/** The thumbprint of the key that a request proves to have; null where it proves none. */
export async function keyOf(
  req: IncomingMessage,
  { endpoint, accessToken, clientId }: Expected,
  { storage, tenant, now }: ProofOptions,
): Promise<string | null> {
  const sent = req.headers['dpop'];
  if (typeof sent !== 'string' || sent.length > MAX_LENGTH) return null;
  const proof = await read(sent, now());
  if (proof === null) return null;
  const { origin, pathname } = new URL(proof.htu);
  if (proof.htm !== req.method || `${origin}${pathname}` !== `${tenant.issuer}${endpoint}`) return null;
  if (Math.abs(now().getTime() / 1000 - proof.iat) > MAX_AGE_SECONDS) return null;
  if (accessToken !== null && proof.ath !== digestOf(accessToken)) return null;
  // RFC 9449 section 11.1: each is good once.
  const expiresAt = new Date(now().getTime() + 2 * MAX_AGE_SECONDS * 1000);
  const name = digestOf(`${clientId ?? proof.key}${proof.jti}`);
  const isNew = await storage.artifacts.putNew(KIND, name, markUntil(expiresAt), now());
  return isNew ? proof.key : null;
}
