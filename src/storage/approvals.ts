// What users are asked to approve. It is no configuration: no write here makes a new version of it.

import type {
  Approval,
  ApprovalDecision,
  ApprovalKind,
  AskingLimit,
  NewApproval,
  PolledApproval,
  PollingPace,
} from '../domain/approval.js';

/** How a client that waits for an approval names it. */
export interface Waiting {
  /** Known to the client alone; never stored. */
  readonly secret: string;
  readonly clientId: string;
}

export interface ApprovalStore {
  /**
   * Asks a user. Requests that are made at the same time, by whatever processes, are never more than the limit allows.
   * @returns false when this user has been asked too often.
   * @throws MissingReference when the user, client, API or organization is gone.
   */
  create(approval: NewApproval, secret: string, limit: AskingLimit): Promise<boolean>;
  find(id: string): Promise<Approval | null>;
  findBySecret(secret: string): Promise<Approval | null>;
  /** What a user has not answered yet of a kind, newest first. @param limit how many at most. */
  pendingOf(userId: string, kind: ApprovalKind, now: Date, limit: number): Promise<readonly Approval[]>;
  /**
   * Writes the answer of a user down: of one whom it asks, and the first only.
   * @returns false when it asks another user, has been answered, or has expired.
   */
  decide(id: string, userId: string, decision: ApprovalDecision, now: Date): Promise<boolean>;
  /** What has become of it, counting that it was asked for; null where the client waits for no such thing, or no more. */
  poll(waiting: Waiting, pace: PollingPace, now: Date): Promise<PolledApproval | null>;
  /** Uses an approval up. @returns false when somebody else was first, or it is not approved or has expired. */
  consume(waiting: Waiting, now: Date): Promise<boolean>;
}
