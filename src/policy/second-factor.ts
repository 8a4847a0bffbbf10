// Multi-factor authentication (PW-10, TX-8, TP-17; docs/decision-table.md, MF): whether a user who has shown a password has to
// show something else.

import type { AccessFacts, UserFacts } from '../domain/access-facts.js';
import { isStrictThirdParty } from './client-kind.js';
import type { MfaObstacle, UserAccessRequest, UserDenial, UserFlow } from './decision.js';
import { mayBe } from './may-be.js';
import type { Trace } from './trace.js';

/** Flows that stand on a token, for which the user was asked or somebody else answers. */
const SETTLED: ReadonlySet<UserFlow> = new Set<UserFlow>(['on_behalf_of', 'identity_assertion']);
/** Flows in which a user can be asked: on a page, or by the application, or where the user approves. */
const ASKABLE: ReadonlySet<UserFlow> = new Set<UserFlow>([
  'authorize',
  'device',
  'password',
  'custom_exchange',
  'refresh',
  'ciba',
]);

interface Missing {
  readonly source: string;
  readonly because: string;
  readonly denial: Extract<
    UserDenial,
    { reason: 'mfa_required' | 'mfa_not_supported' | 'mfa_not_available' }
  >;
}

/** What comes of a request whose second factor is missing: the user is asked, or it cannot go on. */
export function missingSecondFactor(
  { flow, hasActor = false, organization }: UserAccessRequest,
  { tenant, client }: Pick<AccessFacts, 'tenant' | 'client'>,
): Missing {
  const notSupported = (source: string, because: string, of: MfaObstacle) => ({
    source,
    because,
    denial: { reason: 'mfa_not_supported', of } as const,
  });
  if (!ASKABLE.has(flow)) return notSupported('MF-5', 'nobody can be asked in this flow', 'flow');
  if (flow === 'custom_exchange' && hasActor) {
    return notSupported('TX-8', 'nobody can be asked while somebody acts for the user', 'actor');
  }
  if (flow === 'custom_exchange' && organization !== null) {
    return notSupported('MF-5', 'exchanges for an organization cannot ask for it', 'organization');
  }
  if (flow === 'refresh' && isStrictThirdParty(client)) {
    return notSupported('TP-17', 'strict third parties cannot be asked at a refresh', 'third_party');
  }
  if (!tenant.hasSecondFactors) {
    const denial = { reason: 'mfa_not_available' } as const;
    return { source: 'MF-4', because: 'no factor is switched on that users can be asked for', denial };
  }
  return { source: 'MF-1', because: 'the user has to be asked', denial: { reason: 'mfa_required' } };
}

/** MF-1 to MF-3: why this login needs a second factor; null where it does not. */
function need(
  { flow, approvedScopes = null, asksForSecondFactor = false }: UserAccessRequest,
  { tenant, resourceServer }: AccessFacts,
  user: UserFacts,
): { readonly source: string; readonly because: string } | null {
  // The user was asked at the login.
  if (flow === 'code_exchange') return null;
  // The user is asked when there is something to approve, and not before.
  if (flow === 'ciba' && approvedScopes === null) return null;
  if (resourceServer?.systemApi === 'mfa' && mayBe(user.hasSecondFactor)) {
    return { source: 'MF-3', because: 'whoever has a second factor needs it to manage second factors' };
  }
  if (SETTLED.has(flow)) return null;
  // Fails closed: a tenant that does not say so wants it.
  if (mayBe(tenant.requiresSecondFactor)) {
    return { source: 'MF-1', because: 'the tenant requires a second factor of everybody' };
  }
  if (asksForSecondFactor) return { source: 'MF-2', because: 'the request asks for a second factor' };
  return null;
}

/** Refuses a login without the second factor that it needs. What Actions demand comes after them (`actions.ts`). */
export function checkSecondFactor(
  request: UserAccessRequest,
  facts: AccessFacts,
  user: UserFacts,
  trace: Trace,
): UserDenial | null {
  const needed = need(request, facts, user);
  if (needed === null) return null;
  if (request.secondFactor !== undefined) {
    trace.pass('second_factor', needed.source, `${needed.because}; it was shown`);
    return null;
  }
  const { source, because, denial } = missingSecondFactor(request, facts);
  const row = source === 'MF-1' ? needed.source : source;
  return trace.deny('second_factor', row, `${needed.because}; ${because}`, denial);
}
