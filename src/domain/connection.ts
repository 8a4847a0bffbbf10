import type { JsonObject } from './json.js';

/** The strategy of database connections, whose users and passwords are kept here. */
export const DATABASE_STRATEGY = 'auth0';

/** The database connection that a new tenant has. */
export const DEFAULT_CONNECTION = 'Username-Password-Authentication';

/** A source of users. `null` means "never set", which answers leave out. */
export interface Connection {
  readonly id: string;
  readonly name: string;
  readonly strategy: string;
  readonly displayName: string | null;
  /** In wire form, secrets included. */
  readonly options: JsonObject;
  readonly isDomainConnection: boolean;
  readonly showAsButton: boolean | null;
  readonly realms: readonly string[];
  readonly metadata: JsonObject | null;
  /** What else can be set, in wire form: nothing here reads it. */
  readonly settings: JsonObject;
  /** The clients that it is enabled for, in the order in which they were enabled. */
  readonly enabledClients: readonly string[];
}

export type NewConnection = Omit<Connection, 'id'>;

/** What can change; name and strategy never do. A key that is absent keeps its value, `null` clears it. */
export type ConnectionChanges = Partial<Omit<NewConnection, 'name' | 'strategy'>>;
