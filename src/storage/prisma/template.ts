// Ready-made empty databases: making one takes seconds and half a gigabyte of memory, copying it a fraction of a second.
// The set-up makes two forms of one: a directory, which is the quicker to copy, and an archive, which fills a database in
// memory and is what the package brings along (npm would leave out its empty directories).

import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Migration, readMigrations } from './migrations.js';
import { connectTo, migrate, startPGlite } from './pglite.js';

const ROOT = path.join(import.meta.dirname, '../../..');

export const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/** Templates are named after what made them, so that none is ever used for another version. */
function placesOf(migrations: readonly Migration[]): { directory: string; archive: string } {
  const made = createHash('sha256').update(JSON.stringify(migrations.map(({ checksum }) => checksum)));
  const name = `database-${made.digest('hex').slice(0, 16)}`;
  return {
    directory: path.join(ROOT, 'node_modules/.cache/grantry', name),
    archive: path.join(ROOT, 'prisma/template', `${name}.tar.gz`),
  };
}

/** The archive of this version's template; null where the set-up has not made it. */
export async function readArchive(migrations: readonly Migration[]): Promise<Blob | null> {
  const { archive } = placesOf(migrations);
  if (!(await exists(archive))) return null;
  return new Blob([await readFile(archive)], { type: 'application/x-gzip' });
}

/** Makes an empty database in a directory that is not there yet. */
export async function copyTemplate(migrations: readonly Migration[], to: string): Promise<void> {
  const { directory } = placesOf(migrations);
  if (await exists(directory)) {
    await cp(directory, to, { recursive: true, mode: constants.COPYFILE_FICLONE });
  } else {
    await (await startPGlite(to, await readArchive(migrations))).close();
  }
}

/**
 * Makes the template of this version unless it is there. The set-up calls this, never the server.
 *
 * @public
 */
export async function makeTemplate(): Promise<void> {
  const migrations = await readMigrations();
  const { directory, archive } = placesOf(migrations);
  if ((await exists(directory)) && (await exists(archive))) return;
  const draft = `${directory}.${randomUUID()}`;
  const archiveDraft = `${archive}.${randomUUID()}`;
  await mkdir(path.dirname(directory), { recursive: true });
  await mkdir(path.dirname(archive), { recursive: true });
  try {
    const db = await startPGlite(draft, null);
    const pool = connectTo(db);
    await migrate(pool, migrations);
    await pool.end();
    const dump = await db.dumpDataDir('gzip');
    await writeFile(archiveDraft, Buffer.from(await dump.arrayBuffer()));
    await db.close();
    await rename(archiveDraft, archive);
    await rename(draft, directory).catch((error: NodeJS.ErrnoException) => {
      // Another set-up was quicker; its template is the same.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
    // The package brings along whatever is there.
    for (const name of await readdir(path.dirname(archive))) {
      if (/^database-[0-9a-f]{16}\.tar\.gz$/.test(name) && name !== path.basename(archive)) {
        await rm(path.join(path.dirname(archive), name), { force: true });
      }
    }
  } finally {
    await rm(draft, { recursive: true, force: true });
    await rm(archiveDraft, { force: true });
  }
}
