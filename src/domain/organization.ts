import type { JsonObject } from './json.js';
import type { TokenQuota } from './token-quota.js';

/** An organization. `null` means "never set", which answers leave out. */
export interface Organization {
  readonly id: string;
  readonly name: string;
  readonly displayName: string | null;
  readonly thirdPartyClientAccess: 'allow' | 'block';
  readonly isAppEntitlementActive: boolean;
  readonly branding: JsonObject | null;
  readonly metadata: JsonObject | null;
  readonly tokenQuota: TokenQuota | null;
}

export type NewOrganization = Omit<Organization, 'id'>;

/** What can change. A key that is absent keeps its value, `null` clears it. */
export type OrganizationChanges = Partial<NewOrganization>;
