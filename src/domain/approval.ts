// What a user is asked to approve away from the application that waits for it.

import type { AuthorizationDetail } from './authorization.js';

/** What waits for the answer. */
export type ApprovalKind =
  /** A backchannel authentication request (OpenID CIBA Core 1.0). */
  | 'ciba'
  /** A login that needs a second factor, of a user who approves on a paired device. */
  | 'second_factor';

type ApprovalStatus = 'pending' | 'approved' | 'denied';

/** What is asked, for people to read. */
export interface AskedApproval {
  /** Tells the user that this is the request that they expect. For a second factor: the address that the login comes from. */
  readonly bindingMessage: string;
  /** All that the application asked for, in its order: what may be had of it is decided when it is shown. */
  readonly scopes: readonly string[];
  readonly authorizationDetails: readonly AuthorizationDetail[] | null;
}

export interface NewApproval {
  /** Stands in addresses, and opens nothing by itself. */
  readonly id: string;
  readonly kind: ApprovalKind;
  readonly userId: string;
  readonly clientId: string;
  /** Null for tokens that are good for `/userinfo` only. */
  readonly audience: string | null;
  readonly organizationId: string | null;
  readonly asked: AskedApproval;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export interface Approval extends NewApproval {
  readonly status: ApprovalStatus;
  /** Null while it is pending. */
  readonly decidedAt: Date | null;
  /** Those that the user was shown, and approved; null until then. */
  readonly approvedScopes: readonly string[] | null;
  /** When the user who approved had signed in; null until then. */
  readonly authenticatedAt: Date | null;
  /** Whether the user who approved had shown a second factor. */
  readonly hasSecondFactor: boolean;
}

/** What a user says to it. */
export type ApprovalDecision =
  | {
      readonly status: 'approved';
      readonly scopes: readonly string[];
      readonly authenticatedAt: Date;
      readonly hasSecondFactor: boolean;
    }
  | { readonly status: 'denied' };

/** An approval as whoever waits for it finds it. */
export interface PolledApproval extends Approval {
  /** Whether it was asked for sooner than it may be. */
  readonly isTooSoon: boolean;
  /** Seconds to wait before asking again. */
  readonly intervalSeconds: number;
}

/** How fast whoever waits may ask. Each time it is too fast it has to wait longer (OpenID CIBA Core 1.0 section 11). */
export interface PollingPace {
  readonly firstSeconds: number;
  readonly stepSeconds: number;
  readonly longestSeconds: number;
}

/** How often one user may be asked, by whomever. */
export interface AskingLimit {
  readonly requests: number;
  readonly seconds: number;
}

/** The platform's: "no more than 5 requests per minute" for a user (auth0/docs-v2, email-notifications-with-ciba.mdx). */
export const platformAskingLimit: AskingLimit = { requests: 5, seconds: 60 };

/** CB-1, CB-4: 5 seconds, and 10 after the first poll that was too fast. */
export const platformPollingPace: PollingPace = { firstSeconds: 5, stepSeconds: 5, longestSeconds: 60 };
