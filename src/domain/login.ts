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
