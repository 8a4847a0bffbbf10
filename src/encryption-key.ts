import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import path from 'node:path';

const KEY_BYTES = 32;

/**
 * The key in a data directory, made if there is none.
 *
 * @returns 32 bytes.
 * @throws when the file holds no key, or is missing although there is a database that was sealed with it.
 */
export async function encryptionKeyIn(dataDir: string): Promise<Buffer> {
  const file = path.join(dataDir, 'encryption-key');
  if (!existsSync(file)) {
    if (existsSync(path.join(dataDir, 'database'))) {
      throw new Error(
        `${file} is missing; the database beside it cannot be read without it. Restore it, or set ENCRYPTION_KEY`,
      );
    }
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await create(file);
  }
  const key = Buffer.from((await readFile(file, 'utf8')).trim(), 'base64');
  if (key.length !== KEY_BYTES) throw new Error(`${file} does not hold an encryption key`);
  return key;
}

/** Linking a finished file is atomic: there is never half a key, and of two first starts one wins. */
async function create(file: string): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(`${randomBytes(KEY_BYTES).toString('base64')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(draft);
  }
}
