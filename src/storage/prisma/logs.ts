// The append-only log: token requests come by the thousand and are written in groups, changes of the configuration are
// written with the change itself, and both are read through Prisma.

import type pg from 'pg';
import type { Log as Row, Prisma } from '../../generated/prisma/client.js';
import type { LogEntry, LogType, NewLogEntry } from '../../domain/log-entry.js';
import { InvalidCursor, type Listing, type LogFilter, type Window } from '../storage.js';
import { jsonObject } from './json-columns.js';
import { list } from './listing.js';

type Db = Prisma.TransactionClient;

/** More rows than this in one statement do not make it cheaper by the row. */
const MAX_GROUP = 256;

/**
 * Writes a group of entries and tells the version of the configuration that the statement saw. Entries that must be
 * current are left out when they name another one. One statement sees one state, so nothing can come between.
 */
const APPEND = `
  WITH current AS (SELECT version FROM config_version),
  written AS (
    INSERT INTO logs (date, type, client_id, audience, organization_id, reason, config_version, data)
    SELECT e.date, e.type, e.client_id, e.audience, e.organization_id, e.reason, e.config_version, e.data
    FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::jsonb[], $9::boolean[])
      AS e (date, type, client_id, audience, organization_id, reason, config_version, data, if_current), current
    WHERE NOT e.if_current OR e.config_version = current.version
  )
  SELECT version FROM current`;

interface Waiting {
  readonly entry: NewLogEntry;
  readonly ifCurrent: boolean;
  readonly resolve: (version: number) => void;
  readonly reject: (error: unknown) => void;
}

/** Groups entries that arrive while the group before them is being written into one statement. */
export class LogWriter {
  readonly #pool: pg.Pool;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | null = null;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** @returns the version of the configuration when the entry was written or, being out of date, was not. */
  append(entry: NewLogEntry, ifCurrent: boolean): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, ifCurrent, resolve, reject });
      this.#writing ??= this.#drain();
    });
  }

  /** Resolves when nothing is waiting any more. */
  async idle(): Promise<void> {
    await this.#writing;
  }

  async #drain(): Promise<void> {
    // What arrives in the same turn of the event loop joins the first group.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) await this.#writeGroup(this.#waiting.splice(0, MAX_GROUP));
    this.#writing = null;
  }

  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    try {
      const column = <T>(of: (waiting: Waiting) => T): T[] => group.map(of);
      const { rows } = await this.#pool.query<{ version: string }>({
        name: 'append_logs',
        text: APPEND,
        values: [
          column(({ entry }) => entry.date.toISOString()),
          column(({ entry }) => entry.type),
          column(({ entry }) => entry.clientId),
          column(({ entry }) => entry.audience),
          column(({ entry }) => entry.organizationId),
          column(({ entry }) => entry.reason),
          column(({ entry }) => entry.configVersion),
          column(({ entry }) => JSON.stringify(entry.data)),
          column(({ ifCurrent }) => ifCurrent),
        ],
      });
      const version = Number(rows[0]?.version);
      for (const { resolve } of group) resolve(version);
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}

/** Writes an entry in the transaction of the change that it is about. */
export async function writeLog(db: Db, entry: NewLogEntry, configVersion: bigint): Promise<void> {
  const { data, ...columns } = entry;
  await db.log.create({ data: { ...columns, configVersion, data: data as Prisma.InputJsonObject } });
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
      page: (part) => db.log.findMany({ where: matches, orderBy: { id: oldestFirst ? 'asc' : 'desc' }, ...part }),
      after: (cursor, take) => {
        const after = cursor === null ? 0n : idOf(cursor);
        if (after === null) throw new InvalidCursor();
        return db.log.findMany({ where: { AND: [matches, { id: { gt: after } }] }, orderBy: { id: 'asc' }, take });
      },
      cursor: (row) => String(row.id),
    },
    toDomain,
  );
}
