import type { ResourceServerFacts } from '../domain/access-facts.js';
import type { JsonObject } from '../domain/json.js';

/**
 * The claims of Actions that a token for an API gets (AC-4, AC-6). A token for the server's own APIs has none without a
 * namespace (token-issuance.md 6.6).
 */
export function claimsAllowedFor(resourceServer: ResourceServerFacts | null, claims: JsonObject): JsonObject {
  // Fails closed: of an API that is not known, it is assumed that it is one of the server's own.
  if (resourceServer !== null && resourceServer.systemApi === null) return claims;
  return Object.fromEntries(Object.entries(claims).filter(([name]) => /^https?:\/\//.test(name)));
}
