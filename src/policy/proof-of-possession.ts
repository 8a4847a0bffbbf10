import type { ClientFacts, ResourceServerFacts } from '../domain/access-facts.js';
import type { UserAccessRequest, UserDenial } from './decision.js';
import { mayBe } from './may-be.js';
import type { Trace } from './trace.js';

/** Whether tokens of the client for the API have to be bound to a key. Fails closed: they may have to. */
export function mustBindKey(client: ClientFacts, resourceServer: ResourceServerFacts | null): boolean {
  if (mayBe(client.requiresProofOfPossession)) return true;
  if (resourceServer === null) return false;
  const who = resourceServer.proofOfPossessionRequiredFor;
  return who !== null && !(who === 'public_clients' && client.isConfidential);
}

/** Which requests come to a token at once: before that, nobody can say whether it will be bound. */
const issuesToken = ({ flow, responseType }: UserAccessRequest): boolean =>
  flow === 'authorize' ? (responseType ?? '').split(' ').includes('token') : flow !== 'device';

/** PP-1, PP-2: RFC 9449 is the only way in which tokens are bound here, and tokens for a browser cannot be. */
export function checkProofOfPossession(
  request: UserAccessRequest,
  client: ClientFacts,
  resourceServer: ResourceServerFacts | null,
  trace: Trace,
): UserDenial | null {
  if (!issuesToken(request) || !mustBindKey(client, resourceServer)) return null;
  const byOtherMeans = resourceServer?.proofOfPossessionMechanism === 'mtls';
  if (request.bindsKey && !byOtherMeans && request.flow !== 'authorize') {
    trace.pass('proof_of_possession', 'PP-2', 'the token is bound to the key of the request');
    return null;
  }
  return trace.deny(
    'proof_of_possession',
    'PP-1',
    byOtherMeans
      ? 'the token would have to be bound to a certificate'
      : 'the token would have to be bound to a key',
    { reason: 'proof_of_possession_required', audience: resourceServer?.identifier ?? null },
  );
}
