// What users have consented to. It is no configuration: no write here makes a new version of it.

import type { Consent, NewConsent } from '../domain/consent.js';
import type { NewLogEntry } from '../domain/log-entry.js';
import type { Listing, PageWindow } from './window.js';

export interface ConsentFilter {
  readonly userId?: string;
  readonly clientId?: string;
  /** Null for those to `/userinfo`. */
  readonly audience?: string | null;
}

export interface ConsentStore {
  /** All that a user has allowed a client to do, oldest first. */
  find(userId: string, clientId: string): Promise<readonly Consent[]>;
  /** Oldest first. */
  list(filter: ConsentFilter, window: PageWindow): Promise<Listing<Consent>>;
  /**
   * Adds scopes to what the user has allowed before, also when others do the same at the same time.
   * @returns what is allowed now.
   * @throws MissingReference when the user, the client, the API or the organization is gone.
   */
  remember(consent: NewConsent): Promise<Consent>;
  /**
   * Forgets a consent, and ends what clients got by it: codes, refresh tokens.
   * @param entry is logged with it.
   * @returns whether there was one.
   */
  delete(id: string, entry: NewLogEntry | null): Promise<boolean>;
  /** As `delete`, for all that a user has consented to. @returns how many there were. */
  deleteOfUser(userId: string, entry: NewLogEntry | null): Promise<number>;
}
