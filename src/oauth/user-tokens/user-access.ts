// What a user's request is decided on, and the decision.

import type { TokenFacts } from '../../domain/token-facts.js';
import { decideAccess } from '../../policy/decide-access.js';
import type { UserAccessRequest, UserDecision } from '../../policy/decision.js';
import type { PlatformChoices } from '../../policy/platform-choices.js';
import type { Storage } from '../../storage/storage.js';

/** A request, and what it was decided on. */
export interface Considered {
  readonly request: UserAccessRequest;
  readonly facts: TokenFacts;
}

/** Whose request it is. */
interface Subject {
  readonly clientId: string;
  /** Null before login. */
  readonly userId: string | null;
}

/** The facts that a client is authenticated on, as they are now; null when there is no such client. */
export const factsOfClient = (clientId: string, storage: Storage): Promise<TokenFacts | null> =>
  storage.tokenFacts({ clientId, audience: null, organization: null }, { fresh: true });

/** The facts that a request is decided on, as they are now; null when there is no such client. */
export function factsFor(
  { asserted, resource, ...request }: UserAccessRequest,
  subject: Subject,
  storage: Storage,
): Promise<TokenFacts | null> {
  // Where the request leaves it to the assertion.
  const audience = request.audience ?? asserted?.resources[0] ?? null;
  const organization = request.organization ?? asserted?.organizationIds[0] ?? null;
  return storage.userTokenFacts({ ...subject, audience, resource, organization });
}

/**
 * Decides about a request, on facts as they are now.
 *
 * @returns null when there is no such client.
 */
export async function decideUserAccess(
  request: UserAccessRequest,
  subject: Subject,
  { storage, choices }: { readonly storage: Storage; readonly choices: PlatformChoices },
): Promise<(Considered & { readonly decision: UserDecision }) | null> {
  const facts = await factsFor(request, subject, storage);
  return facts && { request, facts, decision: decideAccess(request, facts.access, choices) };
}
