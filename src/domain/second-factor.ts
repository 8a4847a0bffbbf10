// Multi-factor authentication: what users show beside a password, and when they are asked for it.

import type { AddressLimits } from './login.js';

/** How a user was authenticated who has shown one: in `amr` of tokens and sessions (RFC 8176). */
export const SECOND_FACTOR = 'mfa';

/** When logins need a second factor, by the platform's names. An empty list: when an Action or a request asks for it. */
export type MfaPolicy =
  | 'all-applications'
  /** Where a login looks risky. No login is rated here, so it asks always (docs/compatibility.md). */
  | 'confidence-score';

export interface SecondFactorSettings {
  readonly policies: readonly MfaPolicy[];
  /** Names of the factors that are switched on, those among them that this server cannot ask for. */
  readonly factors: readonly string[];
}

/** The factors that this server can ask for, by the platform's names, and what a user enrols for each. */
export const factorKinds = {
  otp: 'totp',
  'push-notification': 'push',
  'recovery-code': 'recovery-code',
} as const satisfies Record<string, AuthenticatorKind>;

/** Those that stand by themselves; a recovery code stands in for one of them. */
export const independentFactors = ['otp', 'push-notification'] as const;

export type AuthenticatorKind =
  /** An app that makes one-time passwords (RFC 6238). */
  | 'totp'
  /** A browser on another device that was paired, and where the user approves. */
  | 'push'
  | 'recovery-code';

export interface Authenticator {
  /** `totp|dev_…`, as the platform has it. */
  readonly id: string;
  readonly userId: string;
  readonly kind: AuthenticatorKind;
  readonly name: string | null;
  /** Null until the user has shown that it works: it counts for nothing before that. */
  readonly confirmedAt: Date | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

export type NewAuthenticator = Pick<Authenticator, 'userId' | 'name' | 'confirmedAt' | 'createdAt'> &
  (
    | {
        readonly kind: 'totp';
        /** The key, in base 32. */
        readonly secret: string;
      }
    | { readonly kind: 'recovery-code'; readonly code: string }
    | { readonly kind: 'push' }
  );

/** Of a user: more than anybody has devices, and few enough to try a one-time password with each. */
export const MAX_AUTHENTICATORS = 20;

/** Whether a user can be asked for it. A recovery code alone is no second factor. */
export const isSecondFactor = ({ kind, confirmedAt }: Authenticator): boolean =>
  kind !== 'recovery-code' && confirmedAt !== null;

/**
 * Wrong codes of one user, from wherever: 10, of which one comes back every 6 minutes (auth0/docs-v2,
 * multi-factor-authentication-factors/configure-otp-notifications-for-mfa.mdx).
 */
export const secondFactorLimits: AddressLimits = { failuresPerAddress: 10, forgiveSeconds: 360 };
