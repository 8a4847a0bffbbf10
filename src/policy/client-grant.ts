import type { ClientFacts, ClientGrantFacts, ResourceServerFacts } from '../domain/access-facts.js';
import type { SubjectType } from '../domain/access-policy.js';
import { mayBe } from './may-be.js';
import type { PlatformChoices } from './platform-choices.js';

/**
 * The client grant that counts for a client, an API and a subject type; null when there is none.
 *
 * A client's own grant hides the default one for the same API, even with fewer scopes. Default grants are for third
 * parties only and never reach a system API (token-issuance.md 3, "Grant lookup"; TP-3, SY-5).
 */
export function findClientGrant(
  clientGrants: readonly ClientGrantFacts[],
  client: ClientFacts,
  resourceServer: ResourceServerFacts,
  subjectType: SubjectType,
): ClientGrantFacts | null {
  const candidates = clientGrants.filter(
    (grant) => grant.audience === resourceServer.identifier && grant.subjectType === subjectType,
  );
  const own = candidates.find((grant) => grant.clientId === client.clientId);
  if (own) return own;
  // Fails closed: only who is known to be a third party has default grants, and only for what is known to be no system API.
  if (mayBe(client.isFirstParty) || resourceServer.systemApi !== null) return null;
  return (
    candidates.find((grant) => grant.clientId === null && grant.defaultFor === 'third_party_clients') ?? null
  );
}

/**
 * The scopes that a client grant can give now: the API's own when it allows all of them, else the grant's in its own
 * order, cut to what the API defines (see `undefinedScopesInGrant`).
 */
export function grantedScopes(
  grant: ClientGrantFacts,
  resourceServer: ResourceServerFacts,
  choices: PlatformChoices,
): ReadonlySet<string> {
  const defined = new Set(resourceServer.scopes);
  if (grant.allowAllScopes) return defined;
  if (choices.undefinedScopesInGrant === 'issue') return new Set(grant.scopes);
  return new Set(grant.scopes.filter((scope) => defined.has(scope)));
}
