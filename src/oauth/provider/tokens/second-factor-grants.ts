// The platform's grant types for a request that waits for a second factor (PW-10, CB-5): a one-time password, a recovery
// code, and an approval on another device. What comes of them is what the waiting request comes to.

import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { platformPollingPace, type PolledApproval } from '../../../domain/approval.js';
import type { User } from '../../../domain/user.js';
import { fault, malformed, type Refusal } from '../../refusal.js';
import { endTransaction, findTransaction, type MfaTransaction } from '../../second-factor/transaction.js';
import { takeOneTimePassword, takeRecoveryCode, type Wrong } from '../../second-factor/verification.js';
import type { UserTokenOptions } from '../../user-tokens/options.js';
import { decideUserAccess } from '../../user-tokens/user-access.js';
import { grantTypes } from '../../vocabulary.js';
import { refusedAccess, RefusedRequest } from '../refused-request.js';
import { issueTo } from './grants.js';
import { askedAtTokenEndpoint } from './token-parameters.js';

/** auth0/Auth0.swift, `AuthenticationError`: what clients know the two by. */
const unknownTransaction = (): Refusal =>
  fault('mfa_token_invalid', 403, 'invalid_grant', 'Malformed mfa_token');
const foreignTransaction = (): Refusal =>
  fault('mfa_token_invalid', 400, 'invalid_request', 'mfa_token not issued to this client');

const tooMany = (): Refusal =>
  fault(
    'too_many_attempts',
    429,
    'too_many_attempts',
    'Too many failed codes. Wait for some minutes before retrying.',
  );
/** auth0/auth0.net and Auth0.Android: `isMultifactorCodeInvalid`. */
const wrongPassword = (): Refusal => fault('second_factor_wrong', 403, 'invalid_grant', 'Invalid otp_code.');
/** auth0/docs, `mfa-recovery-code`. */
const wrongRecoveryCode = (): Refusal =>
  fault('second_factor_wrong', 403, 'invalid_grant', 'MFA Authorization rejected.');

/** auth0/docs, "MFA API errors": what does not belong together. */
const foreignApproval = (): Refusal => malformed("The oob_code doesn't match the mfa_token");

/** CB-5; the other two as the platform's page "Verify with Out-of-Band" and its list of errors have them. */
function unanswered(polled: PolledApproval, now: Date): Refusal | null {
  if (polled.isTooSoon) {
    const description = `You are polling faster than allowed. Try again in ${polled.intervalSeconds} seconds.`;
    const more = { interval: polled.intervalSeconds };
    return { reason: 'polled_too_fast', error: { status: 400, error: 'slow_down', description, more } };
  }
  if (polled.status === 'denied')
    return fault('approval_denied', 400, 'access_denied', 'MFA Authorization rejected.');
  if (now >= polled.expiresAt) return fault('approval_expired', 403, 'expired_token', 'oob_code is expired');
  if (polled.status === 'approved') return null;
  const description = 'Authorization pending: please repeat the request in a few seconds.';
  return fault('authorization_pending', 400, 'authorization_pending', description);
}

function required(ctx: KoaContextWithOIDC, name: string): string {
  const value = askedAtTokenEndpoint(ctx).parameters.get(name);
  if (value === undefined) throw new RefusedRequest(malformed(`Missing required parameter: ${name}`));
  return value;
}

/** What a request goes on with, and for whom. */
interface Waiting extends MfaTransaction {
  readonly token: string;
  readonly user: User;
}

/** @throws RefusedRequest when nothing waits under the token, or may not go on by now. */
async function waitingFor(ctx: KoaContextWithOIDC, options: UserTokenOptions): Promise<Waiting> {
  const { clientId, grantType } = askedAtTokenEndpoint(ctx);
  const token = required(ctx, 'mfa_token');
  const kept = await findTransaction(token, options);
  if (kept === null) throw new RefusedRequest(unknownTransaction());
  if (kept.clientId !== clientId) throw new RefusedRequest(foreignTransaction());
  const user = await options.storage.config.users.find(kept.userId);
  if (user === null) throw new RefusedRequest(unknownTransaction(), { because: 'the user has gone' });
  const request = {
    ...kept.request,
    bindsKey: ctx.get('DPoP') !== '',
    secondFactor: 'now',
    secondFactorGrantType: grantType,
  } as const;
  // Whoever may not have tokens is not let try codes.
  const considered = await decideUserAccess(request, { clientId, userId: user.userId }, options);
  if (considered === null) throw new TypeError('the client has gone');
  if (!considered.decision.granted) throw refusedAccess(considered, considered.decision);
  return { ...kept, request, token, user };
}

const refuse = (wrong: Wrong, { userId }: User, refusal: Refusal): RefusedRequest =>
  new RefusedRequest(wrong === 'wrong' ? refusal : tooMany(), { userId });

async function finish(
  provider: Provider,
  ctx: KoaContextWithOIDC,
  { token, user, request, otherClaims, authenticatedAt }: Waiting,
  options: UserTokenOptions,
): Promise<void> {
  if (!(await endTransaction(token, options))) throw new RefusedRequest(unknownTransaction());
  await issueTo(provider, ctx, { user, request, otherClaims, authenticatedAt }, options);
}

/** Teaches the library the grant types. */
export function addSecondFactorGrants(provider: Provider, options: UserTokenOptions): void {
  provider.registerGrantType(grantTypes.mfaOtp, async (ctx) => {
    const waiting = await waitingFor(ctx, options);
    const taken = await takeOneTimePassword(waiting.user, required(ctx, 'otp'), options);
    if (typeof taken === 'string') throw refuse(taken, waiting.user, wrongPassword());
    await finish(provider, ctx, waiting, options);
  });
  provider.registerGrantType(grantTypes.mfaOob, async (ctx) => {
    const waiting = await waitingFor(ctx, options);
    const { clientId, user } = waiting;
    const approval = { secret: required(ctx, 'oob_code'), clientId };
    const polled = await options.storage.approvals.poll(approval, platformPollingPace, options.now());
    const { userId } = user;
    if (polled?.kind !== 'second_factor' || polled.userId !== userId)
      throw new RefusedRequest(foreignApproval(), { userId });
    const refusal = unanswered(polled, options.now());
    if (refusal) throw new RefusedRequest(refusal, { userId });
    if (!(await options.storage.approvals.consume(approval, options.now())))
      throw new RefusedRequest(foreignApproval(), { userId });
    await finish(provider, ctx, waiting, options);
  });
  provider.registerGrantType(grantTypes.mfaRecoveryCode, async (ctx) => {
    const waiting = await waitingFor(ctx, options);
    const taken = await takeRecoveryCode(waiting.user, required(ctx, 'recovery_code'), options);
    if (typeof taken === 'string') throw refuse(taken, waiting.user, wrongRecoveryCode());
    // The user has to be shown it, whatever becomes of the request: the one that was taken is no good any more.
    const next = { recovery_code: taken.next };
    try {
      await finish(provider, ctx, waiting, options);
    } catch (error) {
      if (!(error instanceof RefusedRequest)) throw error;
      const { refusal, trace, userId } = error;
      throw new RefusedRequest(
        { ...refusal, error: { ...refusal.error, more: { ...refusal.error.more, ...next } } },
        { trace, userId },
      );
    }
    ctx.body = { ...(ctx.body as object), ...next };
  });
}
