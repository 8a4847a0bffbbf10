// Files that are never seen half-written: each is written aside, brought to the disk, and put in its place whole.

import { randomUUID } from 'node:crypto';
import { link, open, rename, unlink } from 'node:fs/promises';

async function writeAside(file: string, text: string, mode: number): Promise<string> {
  const draft = `${file}.${randomUUID()}`;
  const handle = await open(draft, 'wx', mode);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return draft;
}

/** Writes a file over what is there. Of several processes the last one wins. */
export async function replaceFile(file: string, text: string, mode: number): Promise<void> {
  await rename(await writeAside(file, text, mode), file);
}

/** Writes a file that only its owner can read, unless there is one: of several processes the first one wins. */
export async function createPrivateFile(file: string, text: string): Promise<void> {
  const draft = await writeAside(file, text, 0o600);
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(draft);
  }
}
