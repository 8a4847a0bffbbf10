// What logins read and write. None of it is configuration: no write here makes a new version of it.

import type { AddressLimits, LoginConnection, LoginLimits, LoginSource } from '../domain/login.js';
import type { NewLogEntry } from '../domain/log-entry.js';
import type { User } from '../domain/user.js';

/** Whether an attempt may be made, or why not. */
export type Admission = 'admitted' | 'identifier_blocked' | 'address_blocked';

interface UserWithPassword {
  readonly user: User;
  /** Null for users of connections without passwords. */
  readonly passwordHash: string | null;
}

export interface LoginStore {
  /**
   * Counts an attempt as a failure before it is checked, whoever it is about. Attempts that are made at the same time,
   * by whatever processes, are never more than the limits allow.
   */
  admit(source: LoginSource, limits: LoginLimits, now: Date): Promise<Admission>;

  /**
   * Takes back that an attempt was counted, and forgets the failures before it with that identifier from that address.
   * @param login of whom it was and where it came from; null where the user did not get in all the same.
   */
  succeeded(
    source: LoginSource,
    limits: LoginLimits,
    now: Date,
    login: { userId: string; ip: string } | null,
  ): Promise<void>;

  /** The user with this email address or, where there is none, user name, in the first of these connections that has one. */
  findUser(connections: readonly string[], identifier: string): Promise<UserWithPassword | null>;

  /** Puts another hash of the same password in place of this one, unless that has changed meanwhile. */
  renewHash(userId: string, from: string, to: string): Promise<void>;

  /** The connections of a client's users: those that it is enabled for, in order of creation. */
  connectionsOfClient(clientId: string, which: ConnectionChoice): Promise<readonly LoginConnection[]>;

  /** The connections that are enabled for an organization, in the order in which they were added. */
  connectionsOfOrganization(
    organizationId: string,
    which: { onlyDomain: boolean },
  ): Promise<readonly LoginConnection[]>;

  /** The addresses that cannot log in with an identifier, in order. */
  blockedAddresses(identifier: string, limits: LoginLimits, now: Date): Promise<readonly string[]>;
  isAddressBlocked(address: string, limits: AddressLimits, now: Date): Promise<boolean>;
  /** Counts a failure of an address, whoever it tried to be. */
  addressFailed(address: string, limits: AddressLimits, now: Date): Promise<void>;
  /**
   * Counts a failure of a name before it is tried, unless it has had as many as it may. Of attempts at the same time, by
   * whatever processes, never more are let through. @returns whether it may be tried.
   */
  count(name: string, limits: AddressLimits, now: Date): Promise<boolean>;
  /** Takes back that `count` counted one. */
  uncount(name: string, limits: AddressLimits): Promise<void>;
  /**
   * Marks a one-time password as used, by its time step. @returns false when that one or a later one was used before
   * (RFC 6238 section 5.2), or its app has gone.
   */
  useStep(authenticatorId: string, step: number, now: Date): Promise<boolean>;
  /** Notes that an authenticator was used. */
  usedAuthenticator(authenticatorId: string, now: Date): Promise<void>;
  /** Forgets the failures with these identifiers, wherever they came from. */
  unblockIdentifiers(identifiers: readonly string[], entry: NewLogEntry): Promise<void>;
  /** Forgets the failures of an address, its exchanges of tokens among them. */
  unblockAddress(address: string, entry: NewLogEntry): Promise<void>;
}

/** `enabled`: those that are enabled for the client. `domain`: those for all third parties. `either`: both. */
export type ConnectionChoice = 'enabled' | 'domain' | 'either';
