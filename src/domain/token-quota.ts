/** How many client credentials tokens a client, or all clients for an organization, can have (token-issuance.md CC-15). */
export interface TokenQuota {
  /** Without it the quota is only counted. */
  readonly enforce: boolean;
  readonly perDay: number | null;
  readonly perHour: number | null;
}

/** The quota of one client or organization. */
export interface SubjectQuota {
  readonly of: 'client' | 'organization';
  /** Id of the client or organization. */
  readonly id: string;
  readonly quota: TokenQuota;
}

/** How far the quota of one hour or day is used. */
export interface QuotaUse {
  readonly of: 'client' | 'organization';
  readonly period: 'per_hour' | 'per_day';
  readonly limit: number;
  /** Tokens left after this one; 0 when there was none left for it. */
  readonly remaining: number;
  /** Seconds until the hour or day ends. */
  readonly resetSeconds: number;
  /** True when this request was too many and the quota is enforced. */
  readonly exceeded: boolean;
}
