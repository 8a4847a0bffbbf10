// The append-only log: token requests come by the thousand and are written in groups, changes of the configuration are
// written with the change itself, and both are read through Prisma.

import type pg from 'pg';
import type { Log as Row, Prisma } from '../../generated/prisma/client.js';
import type { LogEntry, LogType, NewLogEntry } from '../../domain/log-entry.js';
import type { LogFilter } from '../storage.js';
import { InvalidCursor, type Listing, type Window } from '../window.js';
import { jsonObject } from './json-columns.js';
import { insertRows } from './insert-rows.js';
import { list } from './listing.js';

type Db = Prisma.TransactionClient;

/** More rows than this in one statement do not make it cheaper by the row. */
const MAX_GROUP = 256;

const COLUMNS = 'date, type, client_id, audience, organization_id, reason, config_version, data';

/** The rest of the entries is one JSON array: as an array of SQL each would be quoted here, and unquoted there. */
const APPEND = `
  INSERT INTO logs (${COLUMNS})
  SELECT * FROM ROWS FROM (
    unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[]),
    json_array_elements($8::json)
  ) AS entry (${COLUMNS})`;

/** One statement sees one state, so no change of the configuration comes between the comparison and the row. */
const APPEND_CURRENT = `${APPEND} WHERE entry.config_version = (SELECT version FROM config_version) RETURNING config_version`;

/** What a row costs hardly grows with its group, so groups wait this long to become large. */
const LINGER_MS = 5;
/** More than this never wait: the database is slower than the requests, which then have to wait for it. */
const MAX_LINGERING = 4096;

interface Waiting {
  readonly entry: NewLogEntry;
  readonly ifCurrent: boolean;
  readonly resolve: (isWritten: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** Writes entries in groups: a statement for many rows costs little more than for one. */
export class LogWriter {
  readonly #pool: pg.Pool;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | null = null;
  #linger: NodeJS.Timeout | null = null;
  /** The last group that nobody waited for was not written. */
  #failure: unknown = null;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /**
   * Writes an entry and waits for it. A group is what arrived in one turn of the event loop.
   *
   * @param ifCurrent writes the entry only while the configuration has the version that it names.
   * @returns whether the entry was written.
   */
  append(entry: NewLogEntry, ifCurrent: boolean): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, ifCurrent, resolve, reject });
      this.#start();
    });
  }

  /**
   * Takes an entry that is written a few milliseconds later.
   *
   * Fails closed: while entries cannot be written this waits for the database, and rejects when it refuses.
   */
  async appendLater(entry: NewLogEntry): Promise<void> {
    if (this.#failure !== null || this.#waiting.length >= MAX_LINGERING) {
      await this.append(entry, false);
      this.#failure = null;
      return;
    }
    const reject = (error: unknown): void => {
      this.#failure = error;
    };
    this.#waiting.push({ entry, ifCurrent: false, resolve: () => undefined, reject });
    this.#linger ??= setTimeout(() => this.#start(), LINGER_MS);
  }

  /** Writes what is waiting. */
  async flush(): Promise<void> {
    this.#start();
    await this.#writing;
  }

  #start(): void {
    if (this.#linger) clearTimeout(this.#linger);
    this.#linger = null;
    if (this.#waiting.length > 0) this.#writing ??= this.#drain();
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      await new Promise(setImmediate);
      await this.#writeGroup(this.#takeGroup());
    }
    this.#writing = null;
  }

  /** The entries at the head that are written alike. */
  #takeGroup(): readonly Waiting[] {
    const others = this.#waiting.findIndex(({ ifCurrent }) => ifCurrent !== this.#waiting[0]?.ifCurrent);
    return this.#waiting.splice(0, Math.min(others === -1 ? MAX_GROUP : others, MAX_GROUP));
  }

  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    try {
      const column = <T>(of: (entry: NewLogEntry) => T): T[] => group.map(({ entry }) => of(entry));
      const isConditional = group[0]?.ifCurrent ?? false;
      const { rows } = await this.#pool.query<{ config_version: string }>({
        name: isConditional ? 'append_current_logs' : 'append_logs',
        text: isConditional ? APPEND_CURRENT : APPEND,
        values: [
          column(({ date }) => date.toISOString()),
          column(({ type }) => type),
          column(({ clientId }) => clientId),
          column(({ audience }) => audience),
          column(({ organizationId }) => organizationId),
          column(({ reason }) => reason),
          column(({ configVersion }) => configVersion),
          JSON.stringify(column(({ data }) => data)),
        ],
      });
      const current = rows[0] && Number(rows[0].config_version);
      for (const { entry, resolve } of group) resolve(!isConditional || entry.configVersion === current);
    } catch (error) {
      const [first, ...others] = group;
      if (others.length === 0) first?.reject(error);
      // One entry that cannot be written must not take the others along.
      else for (const each of group) await this.#writeGroup([each]);
    }
  }
}

/**
 * Writes entries in the transaction of the changes that they are about.
 *
 * @param configVersion the version that the changes make; null where they are none of the configuration.
 */
export async function writeLogs(
  db: Db,
  entries: readonly NewLogEntry[],
  configVersion: bigint | null,
): Promise<void> {
  if (entries.length === 0) return;
  await insertRows(
    db,
    'logs',
    entries.map((entry) => ({ ...entry, configVersion })),
  );
}

function toDomain(row: Row): LogEntry {
  return {
    logId: String(row.id),
    date: row.date,
    type: row.type as LogType,
    clientId: row.clientId,
    audience: row.audience,
    organizationId: row.organizationId,
    reason: row.reason,
    configVersion: row.configVersion === null ? null : Number(row.configVersion),
    data: jsonObject.parse(row.data),
  };
}

function idOf(logId: string): bigint | null {
  return /^\d{1,18}$/.test(logId) ? BigInt(logId) : null;
}

function where(filter: LogFilter): Prisma.LogWhereInput {
  return {
    ...(filter.type !== undefined && { type: filter.type }),
    ...(filter.clientId !== undefined && { clientId: filter.clientId }),
    ...(filter.audience !== undefined && { audience: filter.audience }),
    ...(filter.organizationId !== undefined && { organizationId: filter.organizationId }),
    ...(filter.reason !== undefined && { reason: filter.reason }),
    ...(filter.logId !== undefined && { id: idOf(filter.logId) ?? -1n }),
    ...((filter.since || filter.until) && {
      date: { ...(filter.since && { gte: filter.since }), ...(filter.until && { lte: filter.until }) },
    }),
  };
}

export async function findLog(db: Db, logId: string): Promise<LogEntry | null> {
  const id = idOf(logId);
  if (id === null) return null;
  const row = await db.log.findUnique({ where: { id } });
  return row && toDomain(row);
}

/** Checkpoint windows go oldest first whatever the order, as their cursor is an entry's id. */
export function listLogs(
  db: Db,
  filter: LogFilter,
  window: Window,
  oldestFirst: boolean,
): Promise<Listing<LogEntry>> {
  const matches = where(filter);
  return list(
    window,
    {
      count: () => db.log.count({ where: matches }),
      page: (part) =>
        db.log.findMany({ where: matches, orderBy: { id: oldestFirst ? 'asc' : 'desc' }, ...part }),
      after: (cursor, take) => {
        const after = cursor === null ? 0n : idOf(cursor);
        if (after === null) throw new InvalidCursor();
        return db.log.findMany({
          where: { AND: [matches, { id: { gt: after } }] },
          orderBy: { id: 'asc' },
          take,
        });
      },
      cursor: (row) => String(row.id),
    },
    toDomain,
  );
}
