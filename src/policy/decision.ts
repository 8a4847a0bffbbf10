// The question that `decideAccess` answers, and the two shapes of its answer.

import type { OrganizationFacts, OrganizationRequireBehavior } from '../domain/access-facts.js';
import type { AuthorizationDetail } from '../domain/authorization.js';

interface Asked {
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

/** One request for a token of the client's own, after the client has been authenticated. */
export interface ClientAccessRequest extends Asked {
  readonly subjectType: 'client';
}

/**
 * Where in a flow access for a user is decided. `authorize` and `device` are asked before and after login, and can ask the
 * user; `ciba` is asked before, when and after the user approves; all others happen behind the user's back.
 */
export type UserFlow =
  | 'authorize'
  | 'device'
  | 'password'
  /** The exchange of a code, or of a device code, for the tokens of the login. */
  | 'code_exchange'
  | 'refresh'
  | 'custom_exchange'
  | 'on_behalf_of'
  /** A backchannel authentication request, from its beginning to its tokens. */
  | 'ciba'
  /** Cross app access: the identity provider of a connection says for whom (TX-18). */
  | 'identity_assertion';

/** One request for access on behalf of a user. */
export interface UserAccessRequest extends Asked {
  readonly subjectType: 'user';
  readonly flow: UserFlow;
  /** What `/userinfo` goes by as an audience: asking for it is asking for no API. */
  readonly userinfoAudience: string;
  /** At `code_exchange` and `refresh`: those that the login was granted. */
  readonly authorizationDetails: readonly AuthorizationDetail[] | null;
  /** Whether the user has just agreed to them, on a page. */
  readonly hasAgreedToDetails: boolean;
  /** Null outside `/authorize`. */
  readonly responseType: string | null;
  readonly hasCodeChallenge: boolean;
  /** Null outside `/authorize`. */
  readonly redirectUri: string | null;
  /** Whether the request binds the token to a key (RFC 9449). */
  readonly bindsKey: boolean;
  /** At `code_exchange` and `refresh`, what the login came to; null in all other flows. */
  readonly original: OriginalAccess | null;
  /** At `custom_exchange`: whether somebody acts for the user. */
  readonly hasActor?: boolean;
  /**
   * When the user showed a second factor: for this very request, or `before`, in the session or at the login that the
   * request stands on. Left out: not at all.
   */
  readonly secondFactor?: 'now' | 'before';
  /** Where a second factor was shown at the token endpoint: the grant type that it was shown with. */
  readonly secondFactorGrantType?: string;
  /** Whether the request itself wants one (`acr_values`). */
  readonly asksForSecondFactor?: boolean;
  /** At `ciba`: the scopes that the user was shown and has approved; absent or null until then. */
  readonly approvedScopes?: readonly string[] | null;
  /** At `identity_assertion`, and there it has to be known. */
  readonly asserted?: AssertedAccess;
}

/** What an identity assertion is about, beside its user. */
export interface AssertedAccess {
  /** The APIs that it names. */
  readonly resources: readonly string[];
  /** The organizations that the connection of its issuer is enabled for. */
  readonly organizationIds: readonly string[];
}

/** What a login came to. The organization of the login is sent as that of the request. */
export interface OriginalAccess {
  readonly audience: string | null;
  readonly scopes: readonly string[];
  readonly needsConsent: boolean;
}

export type AccessRequest = ClientAccessRequest | UserAccessRequest;

/**
 * Why access was refused. A closed union: `oauth/` does not compile until a new reason has its error text. The names
 * are public (log rows and the `Grantry-Reason` header carry them) and never change their meaning.
 */
export type ClientDenial =
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
  /** `code` is an error code of OAuth; `description` is the Action's own, and may be empty. */
  | { readonly reason: 'action_denied'; readonly code: string; readonly description: string }
  | { readonly reason: 'action_failed' }
  | { readonly reason: 'configuration_not_understood'; readonly value: string };

/** What nobody can be asked for a second factor with. */
export type MfaObstacle = 'actor' | 'organization' | 'third_party' | 'flow';

/** The same for access on behalf of a user. Four of them ask for something: a login, an organization, a second factor, a consent. */
export type UserDenial =
  | Extract<
      ClientDenial,
      {
        reason:
          | 'grant_type_not_allowed'
          | 'audience_missing'
          | 'resource_server_unknown'
          | 'system_api_closed_to_third_parties'
          | 'policy_denies_all'
          | 'client_grant_missing'
          | 'organization_unknown'
          | 'organization_not_allowed'
          | 'organization_required'
          | 'action_denied'
          | 'action_failed'
          | 'configuration_not_understood';
      }
    >
  | { readonly reason: 'proof_of_possession_required'; readonly audience: string | null }
  | { readonly reason: 'token_exchange_not_allowed'; readonly grantType: string }
  | { readonly reason: 'identity_assertion_not_allowed'; readonly grantType: string }
  | { readonly reason: 'audience_not_asserted' }
  /** As the Action of a token exchange profile says it; the two texts are its own, and the second may be empty. */
  | { readonly reason: 'exchange_denied'; readonly code: string; readonly description: string }
  | { readonly reason: 'subject_token_rejected'; readonly description: string }
  | { readonly reason: 'response_type_not_allowed'; readonly responseType: string | null }
  | { readonly reason: 'pkce_required' }
  | { readonly reason: 'offline_and_online_access' }
  | { readonly reason: 'userinfo_closed_to_third_parties' }
  | { readonly reason: 'refresh_audience_not_allowed'; readonly audience: string }
  | { readonly reason: 'authorization_details_not_allowed'; readonly types: readonly string[] }
  | {
      readonly reason: 'organization_malformed';
      readonly organization: string;
      readonly namesAllowed: boolean;
    }
  | { readonly reason: 'organizations_not_supported' }
  | { readonly reason: 'organization_closed_to_third_parties'; readonly organization: string }
  | { readonly reason: 'organization_closed_to_client'; readonly organization: string }
  | { readonly reason: 'login_required' }
  | { readonly reason: 'user_blocked' }
  | {
      readonly reason: 'organization_selection_required';
      readonly behavior: Exclude<OrganizationRequireBehavior, 'no_prompt'>;
      /** Ids of the organizations that the user belongs to; null before login. */
      readonly choices: readonly string[] | null;
    }
  | { readonly reason: 'organization_membership_missing' }
  | { readonly reason: 'not_a_member'; readonly userId: string; readonly organization: string }
  | { readonly reason: 'connection_not_enabled'; readonly organization: string | null }
  | { readonly reason: 'scopes_unknown'; readonly unknown: readonly string[] }
  | { readonly reason: 'scopes_not_permitted'; readonly missing: readonly string[] }
  | {
      readonly reason: 'consent_required';
      readonly audience: string | null;
      /** All that the user would give. */
      readonly scopes: readonly string[];
    }
  | { readonly reason: 'consent_missing'; readonly audience: string | null }
  | { readonly reason: 'mfa_required' }
  | { readonly reason: 'mfa_not_supported'; readonly of: MfaObstacle }
  | { readonly reason: 'mfa_not_available' };

export type Denial = ClientDenial | UserDenial;
export type DenyReason = Denial['reason'];

/** The rules in the order in which they are looked at. */
export type Rule =
  /** That the facts are what their types say; looked at in passing. */
  | 'facts'
  | 'request.response_type'
  | 'client.grant_type'
  | 'request.pkce'
  | 'request.scopes'
  | 'resource_server.known'
  | 'resource_server.system_api'
  | 'resource_server.policy'
  | 'client_grant'
  | 'authorization_details'
  /** For client credentials looked at after the scopes. */
  | 'organization'
  | 'user'
  | 'user.connection'
  | 'organization.member'
  | 'scopes'
  | 'second_factor'
  | 'consent'
  | 'proof_of_possession'
  | 'actions';

/** One rule that the request went through. `source` is the row of docs/decision-table.md that it implements. */
export interface TraceStep {
  readonly rule: Rule;
  readonly outcome: 'pass' | 'deny';
  readonly source: string;
  /** The values that the rule looked at, for people to read. */
  readonly because: string;
}

/** A scope that was asked for and is not in the token. */
export interface DroppedScope {
  readonly scope: string;
  /** The row of docs/decision-table.md that took it. */
  readonly source: string;
  readonly because: string;
}

export interface Refused<D extends Denial = Denial> {
  readonly granted: false;
  readonly denial: D;
  readonly trace: readonly TraceStep[];
}

export interface ClientGranted {
  readonly granted: true;
  readonly audience: string;
  /** What the token may carry, without duplicates, in the order of the client grant. May be empty. */
  readonly scopes: readonly string[];
  readonly clientGrantId: string | null;
  /** The organization that the token is for; null when it is for none. */
  readonly organization: OrganizationFacts | null;
  readonly trace: readonly TraceStep[];
}

export interface UserGranted {
  readonly granted: true;
  /** Null: the token is good for `/userinfo` only. */
  readonly audience: string | null;
  /** All that the token may carry, OpenID Connect and `offline_access` included, each once, in the order of the request. */
  readonly scopes: readonly string[];
  /** What was asked for beside it, and what took it away. */
  readonly dropped: readonly DroppedScope[];
  /** All permissions of the user on the API, whatever was asked for; null where the token does not show them. */
  readonly permissions: readonly string[] | null;
  /** Whether there may be a refresh token. */
  readonly offline: boolean;
  readonly authorizationDetails: readonly AuthorizationDetail[] | null;
  /** Whether later tokens of the login are cut to what the user has consented to. */
  readonly needsConsent: boolean;
  /** No request of the client comes to more of the API than this; Actions may be held to it. */
  readonly ceiling: readonly string[];
  /** Whether tokens of the client can carry OpenID Connect scopes. */
  readonly oidc: boolean;
  readonly clientGrantId: string | null;
  readonly organization: OrganizationFacts | null;
  readonly trace: readonly TraceStep[];
}

export type ClientDecision = ClientGranted | Refused<ClientDenial>;
export type UserDecision = UserGranted | Refused<UserDenial>;
export type Decision = ClientDecision | UserDecision;
