import { errors } from 'oidc-provider';
import type { Refused, TraceStep, UserDenial } from '../../policy/decision.js';
import type { Refusal } from '../refusal.js';
import type { Considered } from '../user-tokens/user-access.js';
import { userRefusalFor } from '../user-refusal.js';

/** A refusal of ours, in the form that the library answers: at the client's address, on a page, or as JSON. */
export class RefusedRequest extends errors.OIDCProviderError {
  readonly refusal: Refusal;
  /** For the log only. */
  readonly because: string | null;
  /** For the log: the rules that were looked at, where the policy refused. */
  readonly trace: readonly TraceStep[];
  /** For the log: whose request it was, where that is known. */
  readonly userId: string | null;

  constructor(
    refusal: Refusal,
    told: { because?: string; trace?: readonly TraceStep[]; userId?: string | null } = {},
  ) {
    super(refusal.error.status, refusal.error.error);
    this.because = told.because ?? null;
    this.refusal = refusal;
    this.trace = told.trace ?? [];
    this.userId = told.userId ?? null;
    this.error_description = refusal.error.description;
    // RFC 6749 section 4.1.2.1 keeps those without a redirect to what is wrong with the address itself.
    this.allow_redirect = true;
    this.expose = true;
  }
}

/** A denial as the library answers it, with the rules that led to it for the log. */
export function refusedAccess(
  { request, facts }: Considered,
  { denial, trace }: Refused<UserDenial>,
): RefusedRequest {
  const { client, user } = facts.access;
  const refusal = userRefusalFor(denial, client.clientId, request.flow);
  return new RefusedRequest(refusal, { trace, userId: user?.userId ?? null });
}
