// A request at the token endpoint that waits for a second factor. `mfa_token` stands for it (PW-10).

import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { AuthorizationDetail } from '../../domain/authorization.js';
import { isJsonObject, type JsonObject } from '../../domain/json.js';
import { factorKinds } from '../../domain/second-factor.js';
import type { UserAccessRequest } from '../../policy/decision.js';
import type { Storage } from '../../storage/storage.js';
import type { Refusal } from '../refusal.js';
import { challengeable, usableFactors } from './enrolled.js';

/** token-issuance.md SY-4: as long as tokens for the MFA API. */
const LIFETIME_SECONDS = 600;
const MFA_TOKEN = 'MfaTransaction';
/** How the token begins, so that no other is taken for one. */
const PREFIX = 'mfa_';

/** The flows whose requests can wait: of the others, a page asks, or nobody can. */
const WAITING_FLOWS = ['password', 'custom_exchange', 'refresh'] as const;

export const canWait = ({ flow }: UserAccessRequest): boolean =>
  WAITING_FLOWS.some((waiting) => waiting === flow);

const detail: z.ZodType<AuthorizationDetail> = z.custom<AuthorizationDetail>(
  (value) => isJsonObject(value) && typeof value['type'] === 'string',
);

const request = z.object({
  subjectType: z.literal('user'),
  flow: z.enum(WAITING_FLOWS),
  grantType: z.string(),
  audience: z.string().nullable(),
  resource: z.string().nullable(),
  scopes: z.array(z.string()).nullable(),
  organization: z.string().nullable(),
  userinfoAudience: z.string(),
  authorizationDetails: z.array(detail).nullable(),
  original: z
    .object({
      audience: z.string().nullable(),
      scopes: z.array(z.string()),
      needsConsent: z.boolean(),
    })
    .nullable(),
});

const transaction = z.object({
  clientId: z.string(),
  userId: z.string(),
  request,
  otherClaims: z.custom<JsonObject>(isJsonObject),
  authenticatedAt: z.coerce.date(),
});

export interface MfaTransaction {
  readonly clientId: string;
  readonly userId: string;
  readonly request: UserAccessRequest;
  /** Claims that the flow adds to access tokens. */
  readonly otherClaims: JsonObject;
  /** When the user showed what the request stands on. */
  readonly authenticatedAt: Date;
}

interface Asking {
  readonly storage: Storage;
  readonly now: () => Date;
}

/**
 * Refuses a request that lacks a second factor with what it can be gone on with: `mfa_token`, and which factors there are
 * (`mfa_requirements`, as auth0/auth0-spa-js reads them: to be challenged, or to be set up).
 *
 * @param authorizationId what the request stands on, and ends with; null for a request of its own.
 */
export async function askForSecondFactor(
  waiting: MfaTransaction,
  authorizationId: string | null,
  asking: Asking,
): Promise<Refusal> {
  const { storage, now } = asking;
  const token = `${PREFIX}${randomBytes(32).toString('base64url')}`;
  const kept = transaction.parse(waiting);
  const artifact = {
    payload: JSON.parse(JSON.stringify(kept)) as JsonObject,
    authorizationId,
    otherName: null,
    leewaySeconds: 0,
    idleSeconds: null,
    expiresAt: new Date(now().getTime() + LIFETIME_SECONDS * 1000),
  };
  await storage.artifacts.put(MFA_TOKEN, token, artifact, now());
  const enrolled = await challengeable(waiting.userId, storage);
  const factors = await usableFactors(storage);
  const [word, types] =
    enrolled.length > 0
      ? ([
          'challenge',
          factors.filter((factor) => enrolled.some(({ kind }) => kind === factorKinds[factor])),
        ] as const)
      : (['enroll', factors] as const);
  return {
    reason: 'mfa_required',
    error: {
      status: 403,
      error: 'mfa_required',
      description: 'Multifactor authentication required',
      more: { mfa_token: token, mfa_requirements: { [word]: types.map((type) => ({ type })) } },
    },
  };
}

/** What a token stands for; null when it is none, has come to tokens, or has expired. */
export async function findTransaction(
  token: string,
  { storage, now }: Asking,
): Promise<MfaTransaction | null> {
  if (!token.startsWith(PREFIX)) return null;
  const artifact = await storage.artifacts.find(MFA_TOKEN, token);
  const isOver = artifact === null || artifact.consumedAt !== null || artifact.expiresAt <= now();
  if (isOver) return null;
  const kept = transaction.parse(artifact.payload);
  const asked = { responseType: null, redirectUri: null, hasCodeChallenge: false, hasAgreedToDetails: false };
  return { ...kept, request: { ...kept.request, ...asked, bindsKey: false } };
}

/** Ends a transaction: it comes to tokens once. @returns false when somebody was first. */
export const endTransaction = (token: string, { storage, now }: Asking): Promise<boolean> =>
  storage.artifacts.consume(MFA_TOKEN, token, now());
