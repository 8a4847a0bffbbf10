// PostgreSQL in this process: how it is started, and how `pg` reaches it.

import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { applyMigrations, type Migration } from './migrations.js';
import { PGliteStream } from './pglite-stream.js';

/**
 * Starts PGlite with a small buffer cache: the default of 128 MB would be most of the process.
 *
 * @param dataDir null: in memory.
 * @param archive what an empty `dataDir` is filled with; without it a database is initialized, which takes seconds.
 */
export function startPGlite(dataDir: string | null, archive: Blob | null): Promise<PGlite> {
  return PGlite.create({
    dataDir: dataDir ?? 'memory://',
    startParams: [...PGlite.defaultStartParams, '-c', 'shared_buffers=16MB'],
    ...(archive && { loadDataDir: archive }),
  });
}

/** A pool of the one connection that PGlite has. */
export function connectTo(db: PGlite): pg.Pool {
  return new pg.Pool({
    max: 1,
    // A second client would be a stranger in the same session, where its prepared statements exist already.
    idleTimeoutMillis: 0,
    user: 'postgres',
    database: 'postgres',
    // pg calls few of a socket's methods, and PGliteStream has exactly those.
    stream: () => new PGliteStream(db),
  });
}

export async function migrate(pool: pg.Pool, migrations: readonly Migration[]): Promise<void> {
  const client = await pool.connect();
  try {
    await applyMigrations(client, migrations);
  } finally {
    client.release();
  }
}
