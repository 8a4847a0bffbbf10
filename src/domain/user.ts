import type { JsonObject } from './json.js';

/** A user. `null` means "never set", which answers leave out. The hash of the password is never part of one. */
export interface User {
  /** `provider|id`. */
  readonly userId: string;
  /** Name of the connection that the user belongs to. */
  readonly connection: string;
  /** Strategy of that connection. */
  readonly provider: string;
  /** In lower case. */
  readonly email: string | null;
  readonly emailVerified: boolean | null;
  /** In lower case. */
  readonly username: string | null;
  readonly phoneNumber: string | null;
  readonly phoneVerified: boolean | null;
  readonly blocked: boolean | null;
  readonly name: string | null;
  readonly nickname: string | null;
  readonly picture: string | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly userMetadata: JsonObject | null;
  readonly appMetadata: JsonObject | null;
  /** When the password last changed after the user was made. */
  readonly lastPasswordReset: Date | null;
  readonly lastLogin: Date | null;
  /** Where that login came from. */
  readonly lastIp: string | null;
  readonly loginsCount: number | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What is given when a user is made. Both times are its `createdAt`. */
export type NewUser = Omit<
  User,
  'lastPasswordReset' | 'lastLogin' | 'lastIp' | 'loginsCount' | 'updatedAt'
> & {
  /** Argon2id; null for users of connections without passwords. */
  readonly passwordHash: string | null;
};

/** What can change. A key that is absent keeps its value, `null` clears it. */
export type UserChanges = Partial<Omit<NewUser, 'userId' | 'connection' | 'provider' | 'createdAt'>> &
  Partial<Pick<User, 'lastPasswordReset'>>;
