// OpenID CIBA Core 1.0 section 10.1 (token-issuance.md CB-4): a client asks again and again what its user has answered, and
// gets tokens once for a yes.

import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { platformPollingPace, type PolledApproval } from '../../../domain/approval.js';
import { fault, malformed, type Refusal } from '../../refusal.js';
import { grantTypes } from '../../vocabulary.js';
import type { UserTokenOptions } from '../../user-tokens/options.js';
import { decideUserAccess } from '../../user-tokens/user-access.js';
import { requestOfApproval } from '../backchannel/access.js';
import { refusedAccess, RefusedRequest } from '../refused-request.js';
import { issueTo, refuseBeforeLogin, requestWithoutBrowser } from './grants.js';
import { askedAtTokenEndpoint } from './token-parameters.js';

/** Section 11: of another client, used before, or none at all. */
const unknown: Refusal = fault('approval_unknown', 400, 'invalid_grant', 'Invalid or expired auth_req_id');

const pending: Refusal = fault(
  'authorization_pending',
  400,
  'authorization_pending',
  'The end-user authorization is pending',
);

/** The platform has one text for the two. */
const refusedByUser = (reason: 'approval_denied' | 'approval_expired'): Refusal =>
  fault(reason, 400, 'access_denied', 'The end-user denied the authorization request or it has been expired');

const slowDown = (interval: number): Refusal => ({
  reason: 'polled_too_fast',
  error: {
    status: 400,
    error: 'slow_down',
    description: `You are polling faster than allowed. Try again in ${interval} seconds.`,
    more: { interval },
  },
});

/** Why there are no tokens, as far as the user and the clock say; null where the user has said yes. */
function refusalOf(polled: PolledApproval, now: Date): Refusal | null {
  if (polled.isTooSoon) return slowDown(polled.intervalSeconds);
  if (polled.status === 'denied') return refusedByUser('approval_denied');
  if (now >= polled.expiresAt) return refusedByUser('approval_expired');
  return polled.status === 'approved' ? null : pending;
}

async function exchange(
  provider: Provider,
  ctx: KoaContextWithOIDC,
  options: UserTokenOptions,
): Promise<void> {
  const { storage, now, tenant } = options;
  const { clientId, parameters } = askedAtTokenEndpoint(ctx);
  const secret = parameters.get('auth_req_id');
  if (secret === undefined) throw new RefusedRequest(malformed('Missing required parameter: auth_req_id'));
  const waiting = { secret, clientId };
  const asked = requestWithoutBrowser(ctx, 'ciba');
  const polled = await storage.approvals.poll(waiting, platformPollingPace, now());
  if (polled?.kind !== 'ciba') {
    // A client that may not use the grant type is told that (GE-3), and no more.
    const aboutNothing = { ...asked, audience: asked.userinfoAudience, organization: null };
    await refuseBeforeLogin(
      ctx,
      aboutNothing,
      options,
      new Set(['login_required', 'organization_required'] as const),
    );
    throw new RefusedRequest(unknown);
  }
  const refusal = refusalOf(polled, now());
  if (refusal !== null) throw new RefusedRequest(refusal);

  const request = { ...requestOfApproval(polled, tenant), bindsKey: asked.bindsKey };
  // What the policy refuses by now does not use the approval up.
  const considered = await decideUserAccess(request, { clientId, userId: polled.userId }, options);
  if (considered === null) throw new TypeError('the client has gone');
  if (!considered.decision.granted) throw refusedAccess(considered, considered.decision);
  const user = await storage.config.users.find(polled.userId);
  if (user === null || !(await storage.approvals.consume(waiting, now()))) throw new RefusedRequest(unknown);
  const { authenticatedAt } = polled;
  await issueTo(
    provider,
    ctx,
    { user, request, otherClaims: {}, ...(authenticatedAt !== null && { authenticatedAt }) },
    options,
  );
}

/** Teaches the library the grant type. */
export function addBackchannelGrant(provider: Provider, options: UserTokenOptions): void {
  provider.registerGrantType(grantTypes.ciba, (ctx) => exchange(provider, ctx, options));
}
