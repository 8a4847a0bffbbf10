// PostgreSQL in this process (PGlite), in a directory of its own: the database of a set-up without DATABASE_URL. Or in
// memory, for a test suite. In a directory it is safe against the death of the process, not against power loss
// (docs/decisions/0003-one-dialect.md).

import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import type pg from 'pg';
import { lockDirectory } from './directory-lock.js';
import { type Migration, readMigrations } from './migrations.js';
import { connectTo, migrate, startPGlite } from './pglite.js';
import { copyTemplate, exists, readArchive } from './template.js';

/** A first boot happens in a directory aside, so that a process that dies half-way leaves nothing that cannot open. */
async function createDatabase(directory: string, migrations: readonly Migration[]): Promise<void> {
  const draft = `${directory}.${randomUUID()}.new`;
  await copyTemplate(migrations, draft);
  await rename(draft, directory);
}

/** Removes what first boots that died have left behind. Only the holder of the lock may call it. */
async function removeDrafts(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (/^database\.[0-9a-f-]{36}\.new$/.test(name)) await rm(path.join(dataDir, name), { recursive: true });
  }
}

export interface EmbeddedDatabase {
  readonly pool: pg.Pool;
  readonly close: () => Promise<void>;
}

async function connectMigrated(db: PGlite, migrations: readonly Migration[]): Promise<EmbeddedDatabase> {
  const pool = connectTo(db);
  const close = async (): Promise<void> => {
    await pool.end();
    await db.close();
  };
  try {
    await migrate(pool, migrations);
  } catch (error) {
    await close();
    throw error;
  }
  return { pool, close };
}

/** Opens an empty database that is gone when it is closed. It leaves no files. */
export async function openInMemory(): Promise<EmbeddedDatabase> {
  const migrations = await readMigrations();
  return connectMigrated(await startPGlite(null, await readArchive(migrations)), migrations);
}

/**
 * Opens the embedded database under a data directory, made and migrated if need be.
 *
 * @throws when another process has it open.
 */
export async function openEmbedded(dataDir: string): Promise<EmbeddedDatabase> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const unlock = await lockDirectory(dataDir);
  try {
    const migrations = await readMigrations();
    const directory = path.join(dataDir, 'database');
    if (!(await exists(directory))) {
      await removeDrafts(dataDir);
      await createDatabase(directory, migrations);
    }
    // PostgreSQL's own lock file. Ours is held, so no other server is there; and if its last holder died between making
    // and filling it, the database would never open again.
    await rm(path.join(directory, 'postmaster.pid'), { force: true });
    const { pool, close } = await connectMigrated(await startPGlite(directory, null), migrations);
    return {
      pool,
      close: async () => {
        await close();
        await unlock();
      },
    };
  } catch (error) {
    await unlock();
    throw error;
  }
}
