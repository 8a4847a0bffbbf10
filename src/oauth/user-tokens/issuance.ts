import type { ActionChanges, Authorization } from '../../domain/authorization.js';
import type { JsonObject } from '../../domain/json.js';
import type { TokenFacts, TokenSettings } from '../../domain/token-facts.js';
import type { User } from '../../domain/user.js';
import type { UserGranted } from '../../policy/decision.js';

/** What the tokens of one answer are made of: from the decision to its claims. */
export interface Issuance {
  readonly user: User;
  readonly facts: TokenFacts;
  /** With the scopes as Actions left them. */
  readonly decision: UserGranted;
  readonly authorization: Authorization;
  readonly changes: ActionChanges;
  /** token-issuance.md 6.1: named in tokens for `password` and `refresh_token` only. */
  readonly grantType: string;
  /** Claims that the flow itself adds, such as `act`. */
  readonly otherClaims: JsonObject;
}

/** How the access token is made; null for one that is good for `/userinfo` only, whatever API the tenant has by default. */
export const settingsOf = ({ decision, facts }: Issuance): TokenSettings | null =>
  decision.audience === null ? null : facts.token;

export const NO_CHANGES: ActionChanges = {
  accessTokenClaims: {},
  idTokenClaims: {},
  addedScopes: [],
  removedScopes: [],
};
