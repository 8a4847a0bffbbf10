import type { ActionOutput } from '../domain/action.js';
import type { JsonObject } from '../domain/json.js';
import type { TokenFacts, TokenSettings } from '../domain/token-facts.js';
import type { QuotaUse } from '../domain/token-quota.js';
import type { ClientGranted, TraceStep } from '../policy/decision.js';
import type { Refusal } from './refusal.js';

export type Granted = ClientGranted;

interface Told {
  /** The rows of the decision table that the request went through, in order. */
  readonly rules: readonly string[];
  /** What the last rule looked at, for people. */
  readonly because: string | null;
  readonly quotaUses: readonly QuotaUse[];
  /** What Actions wrote. Left out where none ran. */
  readonly output?: readonly ActionOutput[];
}

export interface GrantedOutcome extends Told {
  readonly refusal: null;
  readonly facts: TokenFacts;
  readonly decision: Granted;
  readonly settings: TokenSettings;
  /** Claims of Actions, beside those that every token has. */
  readonly claims?: JsonObject;
}

export interface RefusedOutcome extends Told {
  readonly refusal: Refusal;
  readonly facts: TokenFacts | null;
}

/** What a token request comes to, with what the log is told of it. */
export type Outcome = GrantedOutcome | RefusedOutcome;

export function refused(
  facts: TokenFacts | null,
  refusal: Refusal,
  because: string | null,
  rules: readonly string[] = [],
): RefusedOutcome {
  return { refusal, facts, rules, because, quotaUses: [] };
}

/** What a decision went through, as the log has it: each rule with its row of the decision table, in order. */
export const rulesOf = (trace: readonly TraceStep[]): string[] =>
  trace.map(({ rule, source }) => `${rule} ${source}`);
