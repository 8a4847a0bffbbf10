import type { DefaultGroup, OrganizationUsage, SubjectType } from './access-policy.js';

/**
 * Joins a client, or a group of clients, to an API for one subject type, and is the ceiling of what tokens can carry.
 * `null` means "never set", which answers leave out.
 */
export interface ClientGrant {
  readonly id: string;
  /** Null exactly when `defaultFor` is set. */
  readonly clientId: string | null;
  readonly defaultFor: DefaultGroup | null;
  readonly audience: string;
  readonly subjectType: SubjectType;
  /** Empty while `allowAllScopes` is true. */
  readonly scopes: readonly string[];
  readonly allowAllScopes: boolean | null;
  readonly organizationUsage: OrganizationUsage | null;
  readonly allowAnyOrganization: boolean | null;
  readonly authorizationDetailsTypes: readonly string[] | null;
  /** Made by the server for a client of its own; can be neither changed nor deleted. */
  readonly isSystem: boolean;
}

export type NewClientGrant = Omit<ClientGrant, 'id'>;

/** What can change. A key that is absent keeps its value, `null` clears it. */
export type ClientGrantChanges = Partial<
  Pick<
    ClientGrant,
    'scopes' | 'allowAllScopes' | 'organizationUsage' | 'allowAnyOrganization' | 'authorizationDetailsTypes'
  >
>;
