import type { ResourceServerFacts } from '../domain/access-facts.js';
import type { AuthorizationDetail } from '../domain/authorization.js';
import type { UserAccessRequest, UserDenial } from './decision.js';
import type { Gate } from './gate.js';
import type { Trace } from './trace.js';

type Decided = { readonly granted: readonly AuthorizationDetail[] | null } | UserDenial;

/**
 * Rich authorization requests (4.9): of types that the API takes and, where a client grant is what lets the client in,
 * that the grant lists. RBAC does not cut them (RA-8), and `allow_all_scopes` does not widen them (RA-5).
 */
export function decideAuthorizationDetails(
  request: UserAccessRequest,
  resourceServer: ResourceServerFacts | null,
  gate: Gate | null,
  trace: Trace,
): Decided {
  const asked = request.authorizationDetails;
  if (asked === null || asked.length === 0) return { granted: null };
  const { flow } = request;
  const isLater = flow === 'code_exchange' || flow === 'refresh';
  const isForOtherApi = isLater && request.original?.audience !== resourceServer?.identifier;
  const takesDetails = flow === 'authorize' || flow === 'ciba';
  if ((!takesDetails && !isLater) || isForOtherApi) {
    trace.pass('authorization_details', 'RA-10', 'not for this flow, or for this API; they are left aside');
    return { granted: null };
  }
  const onApi = new Set(resourceServer?.authorizationDetailsTypes);
  const inGrant = gate?.clientGrant ? new Set(gate.clientGrant.authorizationDetailsTypes) : null;
  const isAllowed = ({ type }: AuthorizationDetail): boolean =>
    onApi.has(type) && (inGrant === null || inGrant.has(type));
  const refused = asked.filter((detail) => !isAllowed(detail)).map(({ type }) => type);
  if (refused.length === 0) {
    const [source, by] = inGrant
      ? (['RA-3', 'the API and the client grant'] as const)
      : (['RA-2', 'the API'] as const);
    trace.pass('authorization_details', source, `every type is one of ${by}`);
    return { granted: asked };
  }
  const types = [...new Set(refused)];
  if (isLater) {
    // RT-9: narrowed since the login, as scopes are.
    trace.pass('authorization_details', 'RT-9', `left out, since no longer allowed: ${types.join(' ')}`);
    const left = asked.filter(isAllowed);
    return { granted: left.length > 0 ? left : null };
  }
  const isUnregistered = types.some((type) => !onApi.has(type));
  return trace.deny(
    'authorization_details',
    isUnregistered ? 'RA-1' : 'RA-3',
    `types that ${isUnregistered ? 'the API does not take' : 'the client grant does not list'}: ${types.join(' ')}`,
    { reason: 'authorization_details_not_allowed', types },
  );
}
