import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { createPrivateFile } from './whole-file.js';

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
    await createPrivateFile(file, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
  }
  const key = Buffer.from((await readFile(file, 'utf8')).trim(), 'base64');
  if (key.length !== KEY_BYTES) throw new Error(`${file} does not hold an encryption key`);
  return key;
}
