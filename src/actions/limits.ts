// How much Actions may use and ask for. The first three are ours; the others are the platform's (its pages "Actions
// Limitations" and "Create Custom Claims").

export interface ActionLimits {
  /** For all Actions of a request together, from the first instruction on. */
  readonly timeMs: number;
  /** Until the thread that runs them is ended: for what the engine cannot interrupt, its own start included. */
  readonly wallMs: number;
  /** How long a request waits until a thread is free. */
  readonly waitMs: number;
  /** Of one Action. */
  readonly memoryBytes: number;
  readonly stackBytes: number;
}

export const actionLimits: ActionLimits = {
  timeMs: 500,
  wallMs: 3000,
  waitMs: 5000,
  memoryBytes: 32 * 1024 * 1024,
  stackBytes: 256 * 1024,
};

/** Of the custom claims of one token, as JSON. */
export const MAX_CLAIMS_LENGTH = 102_400;
/** Of each kind of metadata, as JSON. */
export const MAX_METADATA_LENGTH = 32_768;
export const MAX_SCOPES = 1000;
export const MAX_SCOPE_LENGTH = 280;
export const MAX_REASON_LENGTH = 1024;
/** Of what an Action writes with `console`. */
export const MAX_OUTPUT_LENGTH = 256;
/** Of the name of a connection, and of what else names one thing. */
export const MAX_NAME_LENGTH = 512;
export const MAX_USER_ATTRIBUTES = 24;
/** Who acts for a user, and who acts for whom before, together. */
export const MAX_ACTOR_DEPTH = 5;
/** Of one actor, beside `sub` and `act`. */
export const MAX_ACTOR_MEMBERS = 5;
export const MAX_ACTOR_SUB_LENGTH = 512;
export const MAX_ACTOR_TEXT_LENGTH = 64;
