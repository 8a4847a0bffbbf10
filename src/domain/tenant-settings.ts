import type { JsonObject } from './json.js';
import type { TokenQuota } from './token-quota.js';

/** How a request names the API that it wants a token for. */
export type ResourceParameterProfile =
  /** By `audience` only. */
  | 'audience'
  /** By `audience` or, where there is none, by `resource` (RFC 8707). */
  | 'compatibility';

/** Quotas of the clients and organizations that have none of their own. */
export interface DefaultTokenQuotas {
  readonly clients: TokenQuota | null;
  readonly organizations: TokenQuota | null;
}

/** What holds for the whole tenant. `null` means "never set", which answers leave out. */
export interface TenantSettings {
  /** Empty where it was set to nothing, which is as good as none. */
  readonly defaultAudience: string | null;
  readonly allowOrganizationNames: boolean | null;
  readonly resourceParameterProfile: ResourceParameterProfile | null;
  readonly defaultTokenQuotas: DefaultTokenQuotas | null;
  /** The settings that no rule reads, in wire form. */
  readonly settings: JsonObject;
}

/** What can change. A key that is absent keeps its value, `null` clears it. */
export type TenantSettingsChanges = Partial<TenantSettings>;
