// What belongs to an organization and goes with it.

import type { Client } from './client.js';
import type { User } from './user.js';

/** What an organization's administrators may do with one of its connections. */
export type ConnectionAccessLevel = 'none' | 'readonly' | 'limited' | 'full';

/** A connection that members of an organization can log in with. */
export interface OrganizationConnection {
  readonly organizationId: string;
  readonly connectionId: string;
  /** Name of the connection in the organization; null until set. */
  readonly name: string | null;
  readonly assignMembershipOnLogin: boolean;
  readonly showAsButton: boolean;
  readonly isSignupEnabled: boolean;
  readonly accessLevel: ConnectionAccessLevel;
  readonly isEnabled: boolean;
  /** Of the connection itself. */
  readonly connection: { readonly name: string; readonly strategy: string };
}

export type OrganizationConnectionSettings = Omit<
  OrganizationConnection,
  'organizationId' | 'connectionId' | 'connection'
>;

/** A client that is associated with an organization. */
export interface OrganizationClient {
  readonly useForMemberAccess: boolean;
  readonly client: Client;
}

/** An email domain that leads to an organization. */
export interface DiscoveryDomain {
  readonly id: string;
  readonly organizationId: string;
  readonly domain: string;
  readonly status: 'pending' | 'verified';
  readonly useForOrganizationDiscovery: boolean;
  /** What a text record of the domain has to hold. */
  readonly verificationTxt: string;
}

export type NewDiscoveryDomain = Omit<DiscoveryDomain, 'id'>;

/** A user who is a member of an organization, with the roles in it, by name. */
export interface OrganizationMember {
  readonly user: User;
  readonly roles: readonly { readonly id: string; readonly name: string }[];
}
