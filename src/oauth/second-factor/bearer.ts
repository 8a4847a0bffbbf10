// Who calls the MFA API: a user whose request waits for a second factor (`mfa_token`), or one with an access token for it.

import type { IncomingMessage } from 'node:http';
import { errors, jwtVerify } from 'jose';
import { z } from 'zod';
import { SECOND_FACTOR } from '../../domain/second-factor.js';
import type { Tenant } from '../../domain/tenant.js';
import type { User } from '../../domain/user.js';
import type { Storage } from '../../storage/storage.js';
import { rsaAlgorithms, type KeySet } from '../signing-keys.js';
import { challengeable } from './enrolled.js';
import type { BegunWith } from './enrolment.js';
import { findTransaction } from './transaction.js';

interface BearerOptions {
  readonly storage: Storage;
  readonly tenant: Tenant;
  readonly keys: KeySet;
  readonly now: () => Date;
}

export interface Caller {
  readonly user: User;
  readonly clientId: string;
  /** Null: the call belongs to a request that waits for a second factor, which nobody has shown yet. */
  readonly scopes: readonly string[] | null;
  /** How the user has shown who they are. */
  readonly shown: BegunWith;
}

const MAX_TOKEN = 16_384;

const claims = z
  .object({
    sub: z.string(),
    azp: z.string().optional(),
    client_id: z.string().optional(),
    scope: z.string().default(''),
    amr: z.array(z.string()).default([]),
    // Fails closed: nobody has shown the key that such a token is bound to (RFC 9449 section 7.2).
    cnf: z.undefined().optional(),
  })
  .transform(({ sub, azp, client_id, scope, amr }) => ({
    userId: sub,
    clientId: azp ?? client_id ?? '',
    scopes: scope.split(' '),
    shown: amr.includes(SECOND_FACTOR) ? ('second_factor' as const) : ('password' as const),
  }));

type Held = z.infer<typeof claims>;

async function verifyAccessToken(token: string, { keys, tenant, now }: BearerOptions): Promise<Held | null> {
  try {
    const { payload } = await jwtVerify(token, keys.verificationKey, {
      algorithms: [...rsaAlgorithms],
      issuer: tenant.issuer,
      audience: tenant.identifierOf('mfa'),
      requiredClaims: ['exp', 'iat', 'sub'],
      currentDate: now(),
    });
    const read = claims.safeParse(payload);
    return read.success ? read.data : null;
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}

/**
 * RFC 6750 section 2.1. MF-3 counts when a token is used, too: one of before the user had a second factor is over.
 *
 * @returns null for whoever has no token that is good here.
 */
export async function callerOf(req: IncomingMessage, options: BearerOptions): Promise<Caller | null> {
  const [, token] = /^Bearer +([\w.~+/-]+=*)$/i.exec(req.headers.authorization ?? '') ?? [];
  if (token === undefined || token.length > MAX_TOKEN) return null;
  const waiting = await findTransaction(token, options);
  const held = waiting
    ? { ...waiting, scopes: null, shown: 'password' as const }
    : await verifyAccessToken(token, options);
  const user = held && (await options.storage.config.users.find(held.userId));
  if (held === null || user === null || user.blocked === true) return null;
  const { clientId, scopes, shown } = held;
  const needsFactor = scopes !== null && shown === 'password';
  if (needsFactor && (await challengeable(user.userId, options.storage)).length > 0) return null;
  return { user, clientId, scopes, shown };
}
