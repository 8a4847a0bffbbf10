// Asking the policy about a user's request, and what the library answers where the policy says no.

import type { TokenFacts } from '../../domain/token-facts.js';
import { decideAccess } from '../../policy/decide-access.js';
import type { Refused, UserAccessRequest, UserDecision, UserDenial } from '../../policy/decision.js';
import type { PlatformChoices } from '../../policy/platform-choices.js';
import type { Storage } from '../../storage/storage.js';
import { userRefusalFor } from '../user-refusal.js';
import { RefusedRequest } from './refused-request.js';

/** A request, and what it was decided on. */
export interface Considered {
  readonly request: UserAccessRequest;
  readonly facts: TokenFacts;
}

/**
 * Decides about a request, on facts as they are now.
 *
 * @param subject.userId null before login.
 * @returns null when there is no such client.
 */
export async function decideUserAccess(
  request: UserAccessRequest,
  subject: { readonly clientId: string; readonly userId: string | null },
  { storage, choices }: { readonly storage: Storage; readonly choices: PlatformChoices },
): Promise<(Considered & { readonly decision: UserDecision }) | null> {
  const { audience, resource, organization } = request;
  const facts = await storage.userTokenFacts({ ...subject, audience, resource, organization });
  return facts && { request, facts, decision: decideAccess(request, facts.access, choices) };
}

/** A denial as the library answers it, with the rules that led to it for the log. */
export function refusedAccess(
  { request, facts }: Considered,
  { denial, trace }: Refused<UserDenial>,
): RefusedRequest {
  return new RefusedRequest(userRefusalFor(denial, facts.access.client.clientId, request.flow), { trace });
}
