// The one place that asks the policy about a user's request.

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
  const { asserted, resource } = request;
  // Where the request leaves it to the assertion.
  const audience = request.audience ?? asserted?.resources[0] ?? null;
  const organization = request.organization ?? asserted?.organizationIds[0] ?? null;
  const facts = await storage.userTokenFacts({ ...subject, audience, resource, organization });
  return facts && { request, facts, decision: decideAccess(request, facts.access, choices) };
}
