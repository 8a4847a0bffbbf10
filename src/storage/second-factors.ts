import type { Authenticator, NewAuthenticator, SecondFactorSettings } from '../domain/second-factor.js';

export interface SecondFactorSettingsReader {
  get(): Promise<SecondFactorSettings>;
}

export interface SecondFactorSettingsWriter extends SecondFactorSettingsReader {
  update(changes: Partial<SecondFactorSettings>): Promise<SecondFactorSettings>;
}

export interface AuthenticatorReader {
  /** All of a user, oldest first. */
  listOf(userId: string): Promise<readonly Authenticator[]>;
  find(userId: string, id: string): Promise<Authenticator | null>;
  /** Whoever has it. */
  findById(id: string): Promise<Authenticator | null>;
  /** The key of an app that makes one-time passwords, in base 32; null for everything else. */
  secretOf(id: string): Promise<string | null>;
  /** Those that a browser was paired as: one for each user. */
  pairedAs(deviceKey: string): Promise<readonly Authenticator[]>;
}

export interface AuthenticatorWriter extends AuthenticatorReader {
  /** A new recovery code takes the place of the one before. @throws MissingReference when the user has gone. */
  create(authenticator: NewAuthenticator): Promise<Authenticator>;
  /**
   * Takes away what is not confirmed; of a user without a second factor also the recovery code of before. Whatever is set up
   * next is the first, and nothing that somebody else began is to be good beside it.
   */
  forgetUnfinished(userId: string): Promise<void>;
  rename(id: string, name: string | null): Promise<void>;
  /** Confirms one, and the recovery code that came with it. @returns false when it was confirmed before, or has gone. */
  confirm(id: string, now: Date): Promise<boolean>;
  /**
   * Confirms one like `confirm`, with what the browser is known by from now on, for all users that it was paired for before.
   * @param before what it was known by until now; null for a browser that nobody has paired.
   * @returns false when it was paired before, or has gone.
   */
  pair(id: string, deviceKey: string, before: string | null, now: Date): Promise<boolean>;
  /** Takes a user's recovery code away. @returns false when it is another one, or not good yet. */
  takeRecoveryCode(userId: string, code: string): Promise<boolean>;
  /** @returns false when the user has none of that id. */
  delete(userId: string, id: string): Promise<boolean>;
  /** @returns how many there were. */
  deleteAllOf(userId: string): Promise<number>;
}
