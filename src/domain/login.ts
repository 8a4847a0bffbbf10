/** How many failed logins there may be. */
export interface LoginLimits {
  /** Brute-force protection: failures one after the other, with one identifier from one address. */
  readonly failuresPerIdentifier: number;
  /** For how long after the last of them that address cannot log in with that identifier. */
  readonly blockSeconds: number;
  /** Suspicious IP throttling: failures of one address, whoever it tries to be. */
  readonly failuresPerAddress: number;
  /** One of these is forgiven each time so many seconds have passed. */
  readonly forgiveSeconds: number;
}

const DAY_SECONDS = 86_400;

/**
 * The platform's defaults (auth0/docs-v2, secure/attack-protection: brute-force-protection.mdx and the schema of
 * suspicious IP throttling): 10 for 30 days; 100 a day, of which one comes back every 864 seconds.
 */
export const platformLoginLimits: LoginLimits = {
  failuresPerIdentifier: 10,
  blockSeconds: 30 * DAY_SECONDS,
  failuresPerAddress: 100,
  forgiveSeconds: 864,
};

/** How many failures one address may have. */
export type AddressLimits = Pick<LoginLimits, 'failuresPerAddress' | 'forgiveSeconds'>;

/**
 * Subject tokens that were rejected: 10, of which one comes back every 600 seconds (the platform's page "Attack Protection
 * with Custom Token Exchange"; `pre-custom-token-exchange` of suspicious IP throttling).
 */
export const platformExchangeLimits: AddressLimits = { failuresPerAddress: 10, forgiveSeconds: 600 };

/** What an address is counted as where it exchanges tokens, beside its logins. @param address as `addressGroup` makes it. */
export const exchangeAddress = (address: string): string => `token-exchange ${address}`;

/** What failed logins are counted by. */
export interface LoginSource {
  /** An email address or a user name, in lower case. */
  readonly identifier: string;
  /** As `addressGroup` makes it. */
  readonly address: string;
}

/** A connection that a user can log in with. */
export interface LoginConnection {
  readonly id: string;
  readonly name: string;
  readonly strategy: string;
}
