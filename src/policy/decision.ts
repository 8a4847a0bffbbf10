import type { OrganizationFacts } from '../domain/access-facts.js';
import type { SubjectType } from '../domain/access-policy.js';

// The question that `decideAccess` answers, and the two shapes of its answer.

/** One request for a token, after the client has been authenticated. */
export interface AccessRequest {
  readonly subjectType: SubjectType;
  /** The OAuth grant type as the client sent it, for example `client_credentials`. */
  readonly grantType: string;
  /** Identifier of the API asked for; null when the request names none. */
  readonly audience: string | null;
  /** The `resource` parameter; null when the request has none. */
  readonly resource: string | null;
  /** Scope values asked for, in order; null when the request names none. */
  readonly scopes: readonly string[] | null;
  /** Organization id or name asked for; null when the request names none. */
  readonly organization: string | null;
}

/**
 * Why access was refused. A closed union: `oauth/` does not compile until a new reason has its error text. The names
 * are public (log rows and the `Grantry-Reason` header carry them) and never change their meaning.
 */
export type Denial =
  | { readonly reason: 'grant_type_not_allowed'; readonly grantType: string }
  | { readonly reason: 'audience_missing' }
  | { readonly reason: 'resource_server_unknown'; readonly audience: string }
  | { readonly reason: 'system_api_closed_to_third_parties'; readonly audience: string }
  | { readonly reason: 'policy_denies_all'; readonly audience: string }
  | { readonly reason: 'client_grant_missing'; readonly audience: string }
  | { readonly reason: 'scopes_not_granted'; readonly missing: readonly string[] }
  | { readonly reason: 'organization_unknown'; readonly organization: string }
  | { readonly reason: 'organization_not_allowed'; readonly organization: string }
  | { readonly reason: 'organization_required' }
  | { readonly reason: 'organization_not_granted'; readonly organization: string }
  | { readonly reason: 'proof_of_possession_required'; readonly audience: string }
  | { readonly reason: 'quota_exceeded'; readonly of: 'client' | 'organization' }
  | { readonly reason: 'configuration_not_understood'; readonly value: string };

export type DenyReason = Denial['reason'];

/** The rules in the order in which they are looked at. */
export type Rule =
  /** That the facts are what their types say; looked at in passing. */
  | 'facts'
  | 'client.grant_type'
  | 'resource_server.known'
  | 'resource_server.system_api'
  | 'resource_server.policy'
  | 'client_grant'
  | 'scopes'
  | 'organization'
  | 'proof_of_possession';

/** One rule that the request went through. `source` is the row of docs/decision-table.md that it implements. */
export interface TraceStep {
  readonly rule: Rule;
  readonly outcome: 'pass' | 'deny';
  readonly source: string;
  /** The values that the rule looked at, for people to read. */
  readonly because: string;
}

export type Decision =
  | {
      readonly granted: true;
      readonly audience: string;
      /** What the token may carry, without duplicates, in the order of the client grant. May be empty. */
      readonly scopes: readonly string[];
      readonly clientGrantId: string | null;
      /** The organization that the token is for; null when it is for none. */
      readonly organization: OrganizationFacts | null;
      readonly trace: readonly TraceStep[];
    }
  | { readonly granted: false; readonly denial: Denial; readonly trace: readonly TraceStep[] };
