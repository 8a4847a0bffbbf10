// What the server keeps, in domain nouns. No row, no query and no HTTP status crosses this file; only `prisma/` beside
// it implements it, and tests/storage/conformance.ts says what every implementation owes.

import type { ActionReference, DeployedAction, RunnableTrigger } from '../domain/action.js';
import type { Client } from '../domain/client.js';
import type { LogEntry, LogType, NewLogEntry } from '../domain/log-entry.js';
import type { TokenFacts, TokenFactsQuery, UserTokenFactsQuery } from '../domain/token-facts.js';
import type { User } from '../domain/user.js';
import type { QuotaUse, SubjectQuota } from '../domain/token-quota.js';
import type { ApprovalStore } from './approvals.js';
import type { ConfigReader, ConfigWriter } from './config.js';
import type { ArtifactStore, AuthorizationStore } from './protocol.js';
import type { ConsentStore } from './consents.js';
import type { LoginStore } from './logins.js';
import type { Window, Listing } from './window.js';

/** A unique constraint refused the write: there is one already. `constraint` names the rule, not the table. */
export class AlreadyExists extends Error {
  readonly constraint:
    | 'client_grant'
    | 'resource_server'
    | 'connection'
    | 'assertion_issuer'
    | 'organization'
    | 'organization_client_grant'
    | 'organization_connection'
    | 'organization_client'
    | 'discovery_domain'
    | 'role'
    | 'user'
    | 'client_credential'
    | 'action'
    | 'token_exchange_profile'
    | 'other';
  constructor(constraint: AlreadyExists['constraint']) {
    super(`already exists: ${constraint}`);
    this.constraint = constraint;
  }
}

/** The write refers to something that does not exist (any more). */
export class MissingReference extends Error {}

/** A rule of the database refused the write. Code checks the same rules first, so this is a defect or a race. */
export class RuleBroken extends Error {
  readonly constraint: string;
  constructor(constraint: string) {
    super(`database rule broken: ${constraint}`);
    this.constraint = constraint;
  }
}

export interface LogFilter {
  readonly type?: LogType;
  readonly clientId?: string;
  readonly audience?: string;
  readonly organizationId?: string;
  readonly reason?: string;
  readonly logId?: string;
  /** Inclusive bounds. */
  readonly since?: Date;
  readonly until?: Date;
}

/** What a change of the configuration comes to: its result, and the log entry that is written with it. */
export interface Change<T> {
  readonly result: T;
  /** Null where nobody asked for the change: the server set itself up. */
  readonly entry: NewLogEntry | null;
}

/** Reads and changes the configuration: all that the handlers of the Management API need of the storage. */
export interface ConfigStore {
  readonly config: ConfigReader;

  /**
   * Runs one change of the configuration: all of it happens, or nothing. Changes run one after the other, whichever
   * process they come from, so what `change` reads stays true until it has written. Its log entry is written with it:
   * there is no change without its entry.
   */
  write<T>(change: (config: ConfigWriter) => Promise<Change<T>>): Promise<T>;

  /**
   * Runs many changes as one: all of them happen, or none when `work` rejects. It may take as long as it needs, and
   * nobody else changes the configuration meanwhile.
   *
   * `work` has to use the store that it is given, one call after the other. Reads see what was written there before;
   * everybody else sees it, as one new version of the configuration, once `work` is done. A `write` that rejects takes
   * only itself back, and `atomically` within `atomically` what was written in it: `work` can go on. Without a write
   * there is no new version.
   */
  atomically<T>(work: (store: AtomicConfigStore) => Promise<T>): Promise<T>;
}

/** The store inside `atomically`. */
export interface AtomicConfigStore extends ConfigStore {
  /**
   * Runs changes side by side, which costs far less than one after the other. None of them may depend on another, or be
   * refused for its sake by anything but a rule of the database: each reads what was written before all of them. Their log
   * entries are in the order of the changes.
   *
   * When one rejects, none has happened, and `together` rejects with the error of the first that did.
   */
  together<T>(changes: readonly (() => Promise<T>)[]): Promise<T[]>;
}

export interface Storage extends ConfigStore {
  /**
   * Parts of the configuration that the token path needs again and again, as old as the newest version that this process
   * knows of: as new as facts that were read fresh for the same request.
   */
  readonly known: {
    client(clientId: string): Promise<Client | null>;
    user(userId: string): Promise<User | null>;
  };
  readonly authorizations: AuthorizationStore;
  readonly artifacts: ArtifactStore;
  readonly logins: LoginStore;
  readonly consents: ConsentStore;
  readonly approvals: ApprovalStore;

  /**
   * The facts for a token request, all from one version of the configuration; null when there is no such client.
   * With `fresh` they are as they are after the call; otherwise they may be older, and `appendLog` tells.
   * They are those of client credentials: what only rules about users read is as where nothing is set.
   */
  tokenFacts(query: TokenFactsQuery, options?: { fresh: boolean }): Promise<TokenFacts | null>;

  /** The Actions that a trigger runs when it is called, in order. */
  deployedActions(trigger: RunnableTrigger): Promise<readonly DeployedAction[]>;

  /** The Actions that the facts of a token request name; null when one is gone, so that the facts are out of date. */
  actionsOf(references: readonly ActionReference[]): Promise<readonly DeployedAction[] | null>;

  /**
   * The same for access on behalf of a user, always read after the call; null when there is no such client. Without a
   * user of that id `access.user` is null, as it is before login.
   */
  userTokenFacts(query: UserTokenFactsQuery): Promise<TokenFacts | null>;

  /**
   * Adds an entry to the log. With `ifCurrent` the entry is only written while the configuration still has the version
   * that the entry names.
   * @returns false when it was not written because the configuration has moved on.
   */
  appendLog(entry: NewLogEntry, options?: { ifCurrent: boolean }): Promise<boolean>;
  findLog(logId: string): Promise<LogEntry | null>;
  /** Newest first, unless `oldestFirst`. A checkpoint window starts after the entry with that `log_id`. */
  listLogs(filter: LogFilter, window: Window, options?: { oldestFirst: boolean }): Promise<Listing<LogEntry>>;

  /** Remembers that a client used an assertion. @returns false when it had been used before. */
  useAssertion(clientId: string, jti: string, expiresAt: Date): Promise<boolean>;

  /**
   * Counts one token against each of these quotas, all or nothing: where an enforced one is used up, none is counted.
   * @returns one entry for each hour or day that a quota limits, as it is after the call.
   */
  takeFromQuotas(quotas: readonly SubjectQuota[], now: Date): Promise<readonly QuotaUse[]>;

  /**
   * Deletes what is of no use any more: log entries, used assertions, token counts, failed logins, approvals,
   * authorizations and artifacts.
   * @returns how many.
   */
  prune(before: { logs: Date; now: Date }): Promise<number>;

  /**
   * Remembers the whole state, in place of what was remembered before: the configuration but for the signing keys, used
   * assertions, counted tokens, and where the log ends. It outlives the process.
   */
  takeSnapshot(): Promise<void>;

  /**
   * Puts back what `takeSnapshot` remembered, and deletes the log entries since: all of it, or nothing. The version of the
   * configuration goes up as with any change, so facts read before are out of date everywhere.
   * @returns false when nothing is remembered, or only by another version of the server.
   */
  restoreSnapshot(): Promise<boolean>;

  /** @throws when the database does not answer. */
  ping(): Promise<void>;

  /** Waits for what is under way and closes the database. */
  close(): Promise<void>;
}
