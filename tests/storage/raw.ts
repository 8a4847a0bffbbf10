// SQL behind the storage's back, for what the interface does not show: how rows are kept, and what the database itself
// refuses.

import pg from 'pg';
import { openEmbedded } from '../../src/storage/prisma/embedded.js';
import type { TestDatabase } from '../support/engines.js';

export type Query = <Row extends object>(sql: string, values?: unknown[]) => Promise<Row[]>;

/** Runs SQL on a migrated database. The embedded one has one session, so no storage may have it open meanwhile. */
export async function withRaw<T>(database: TestDatabase, work: (query: Query) => Promise<T>): Promise<T> {
  if (database.databaseUrl === undefined) {
    const embedded = await openEmbedded(database.dataDir);
    const client = await embedded.pool.connect();
    try {
      return await work(queryOn(client));
    } finally {
      client.release();
      await embedded.close();
    }
  }
  const client = new pg.Client({ connectionString: database.databaseUrl });
  await client.connect();
  try {
    return await work(queryOn(client));
  } finally {
    await client.end();
  }
}

const queryOn =
  (client: pg.ClientBase): Query =>
  async <Row extends object>(sql: string, values?: unknown[]) =>
    (await client.query<Row & pg.QueryResultRow>(sql, values)).rows;
