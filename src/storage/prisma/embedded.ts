// PostgreSQL in this process (PGlite), in a directory of its own: the database of a set-up without DATABASE_URL.
// Safe against the death of the process, not against power loss (docs/decisions/0003-one-dialect.md).

import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, cp, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { lockDirectory } from './directory-lock.js';
import { applyMigrations, type Migration, readMigrations } from './migrations.js';
import { PGliteStream } from './pglite-stream.js';

/** Where ready-made empty databases are kept. Making one takes seconds, copying it a fraction of one. */
const TEMPLATES_DIR = path.join(import.meta.dirname, '../../../node_modules/.cache/grantry');

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/** PGlite with a small buffer cache: the default of 128 MB would be most of the process. */
function start(dataDir: string): Promise<PGlite> {
  return PGlite.create({ dataDir, startParams: [...PGlite.defaultStartParams, '-c', 'shared_buffers=16MB'] });
}

/** A pool of the one connection that PGlite has. */
function connect(db: PGlite): pg.Pool {
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

async function migrate(pool: pg.Pool, migrations: readonly Migration[]): Promise<void> {
  const client = await pool.connect();
  try {
    await applyMigrations(client, migrations);
  } finally {
    client.release();
  }
}

/** Templates are named after what made them, so that none is ever used for another version. */
async function templateDirectory(migrations: readonly Migration[]): Promise<string> {
  const made = createHash('sha256').update(JSON.stringify(migrations.map(({ checksum }) => checksum)));
  return path.join(TEMPLATES_DIR, `database-${made.digest('hex').slice(0, 16)}`);
}

/**
 * Makes the template of this version unless it is there. The set-up calls this, never the server: initializing a
 * database takes seconds and half a gigabyte of memory.
 *
 * @public
 * @returns the template's directory.
 */
export async function makeTemplate(): Promise<string> {
  const migrations = await readMigrations();
  const directory = await templateDirectory(migrations);
  if (await exists(directory)) return directory;
  const draft = `${directory}.${randomUUID()}`;
  await mkdir(path.dirname(directory), { recursive: true });
  try {
    const db = await start(draft);
    const pool = connect(db);
    await migrate(pool, migrations);
    await pool.end();
    await db.close();
    await rename(draft, directory).catch((error: NodeJS.ErrnoException) => {
      // Another set-up was quicker; its template is the same.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return directory;
}

/** A first boot happens in a directory aside, so that a process that dies half-way leaves nothing that cannot open. */
async function createDatabase(directory: string, migrations: readonly Migration[]): Promise<void> {
  const draft = `${directory}.${randomUUID()}.new`;
  const template = await templateDirectory(migrations);
  if (await exists(template)) {
    await cp(template, draft, { recursive: true, mode: constants.COPYFILE_FICLONE });
  } else {
    await (await start(draft)).close();
  }
  await rename(draft, directory);
}

/** Removes what first boots that died have left behind. Only the holder of the lock may call it. */
async function removeDrafts(dataDir: string): Promise<void> {
  const { readdir } = await import('node:fs/promises');
  for (const name of await readdir(dataDir)) {
    if (/^database\.[0-9a-f-]{36}\.new$/.test(name)) await rm(path.join(dataDir, name), { recursive: true });
  }
}

export interface EmbeddedDatabase {
  readonly pool: pg.Pool;
  close(): Promise<void>;
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
    const db = await start(directory);
    const pool = connect(db);
    try {
      await migrate(pool, migrations);
    } catch (error) {
      await pool.end();
      await db.close();
      throw error;
    }
    return {
      pool,
      close: async () => {
        await pool.end();
        await db.close();
        await unlock();
      },
    };
  } catch (error) {
    await unlock();
    throw error;
  }
}
