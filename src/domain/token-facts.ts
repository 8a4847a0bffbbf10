import type { AccessFacts } from './access-facts.js';
import type { ActionReference } from './action.js';
import type { JsonObject } from './json.js';
import type { SigningAlgorithm, TokenDialect, TokenEncryption } from './resource-server.js';
import type { DefaultTokenQuotas } from './tenant-settings.js';
import type { TokenQuota } from './token-quota.js';

/** Which facts a token request needs. */
export interface TokenFactsQuery {
  readonly clientId: string;
  /** Null: what the resource names, where the tenant allows that, or the tenant's default audience. */
  readonly audience: string | null;
  /** Left out: the request has none. */
  readonly resource?: string | null;
  /** Id or name; null when the request names none. */
  readonly organization: string | null;
}

/** Which facts access for a user needs. */
export interface UserTokenFactsQuery extends TokenFactsQuery {
  /** Null before login. */
  readonly userId: string | null;
}

/** A public key that the client may sign assertions with. */
export interface AssertionKey {
  readonly kid: string | null;
  readonly algorithm: string;
  readonly publicJwk: JsonObject;
  readonly expiresAt: Date | null;
}

/** What proves that a request comes from the client. */
export interface ClientAuthenticationFacts {
  readonly secret: string;
  readonly tokenEndpointAuthMethod: string | null;
  readonly authenticationMethod: string | null;
  readonly assertionKeys: readonly AssertionKey[];
}

/** How a token for the API is made. */
export interface TokenSettings {
  readonly signingAlgorithm: SigningAlgorithm;
  /** For HS256; null otherwise. */
  readonly signingSecret: string | null;
  readonly lifetimeSeconds: number;
  /** For tokens that a browser gets straight from `/authorize`. */
  readonly lifetimeForWebSeconds: number;
  /** Upper bound that a strict third-party client sets on its own tokens; null when it sets none. */
  readonly clientLifetimeSeconds: number | null;
  readonly dialect: TokenDialect;
  readonly enforcesPolicies: boolean;
  readonly encryption: TokenEncryption | null;
}

/** Quotas that count; null where there is none. */
export interface TokenQuotas {
  readonly client: TokenQuota | null;
  /** By organization id. */
  readonly organizations: Readonly<Record<string, TokenQuota>>;
  /** For those that have none of their own. */
  readonly defaults: DefaultTokenQuotas;
}

/** What a request runs before its token is made, and what these Actions are told of. */
export interface ActionFacts {
  /** In the order in which they run; at least one. */
  readonly references: readonly ActionReference[];
  readonly clientMetadata: JsonObject;
  /** By organization id. */
  readonly organizations: Readonly<
    Record<string, { readonly displayName: string | null; readonly metadata: JsonObject }>
  >;
}

/** Everything about one token request, as it was at one version of the configuration. */
export interface TokenFacts {
  readonly configVersion: number;
  /** False when the facts may be older than the request: `appendLog` then has to confirm the version. */
  readonly fresh: boolean;
  readonly authentication: ClientAuthenticationFacts;
  readonly access: AccessFacts;
  /** Null exactly when `access.resourceServer` is null. */
  readonly token: TokenSettings | null;
  readonly quotas: TokenQuotas;
  /** Those of `credentials-exchange`, or of `post-login` where the facts are about a user; null where none is bound. */
  readonly actions: ActionFacts | null;
}
