// Two processes can open one embedded database without a complaint, and writes of the first are then lost
// (docs/decisions/0003-one-dialect.md). This lock is what keeps the second one out.

import { randomUUID } from 'node:crypto';
import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { readFileSync, unlinkSync } from 'node:fs';
import path from 'node:path';

interface Holder {
  readonly pid: number;
  /** When that process started, in clock ticks since boot; null where the system does not tell. */
  readonly startedAt: string | null;
  readonly nonce: string;
}

/** Field 22 of /proc/<pid>/stat. It tells a process from a later one that got the same number. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

function isAlive(holder: Holder): boolean {
  if (holder.pid <= 0) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it runs, as another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return holder.startedAt === null || holder.startedAt === startOf(holder.pid);
}

/** What a lock holds that a power cut has garbled: nobody. */
const NOBODY: Holder = { pid: 0, startedAt: null, nonce: 'garbled' };

async function read(file: string): Promise<Holder | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder;
  } catch (error) {
    if (error instanceof SyntaxError) return NOBODY;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Links `draft` to `file`. @returns false when there is such a file. */
async function linked(draft: string, file: string): Promise<boolean> {
  try {
    // Unlike writing, linking a finished file is atomic: nobody ever reads half a lock.
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Makes `file` the lock that `draft` is. Where it is a dead process's, whoever links a marker that has the name of that very
 * lock replaces it, and looks again first: nobody else can replace it meanwhile, and no later lock has that name.
 */
async function take(file: string, draft: string, directory: string): Promise<void> {
  for (;;) {
    if (await linked(draft, file)) return;
    const holder = await read(file);
    if (holder === null) continue;
    if (isAlive(holder)) {
      throw new Error(`${directory} is in use by process ${holder.pid}; stop it, or choose another DATA_DIR`);
    }
    const marker = `${file}.${holder.nonce}`;
    await take(marker, draft, directory);
    try {
      if ((await read(file))?.nonce === holder.nonce) {
        const copy = `${draft}.${randomUUID()}`;
        await link(draft, copy);
        await rename(copy, file);
        return;
      }
    } finally {
      await unlink(marker);
    }
  }
}

/**
 * Takes the lock of a data directory, over the body of a process that died with it if need be.
 *
 * @returns a function that gives the lock back; it is also given back when the process exits by itself.
 * @throws when a running process holds the lock.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const file = path.join(directory, 'lock');
  const mine: Holder = { pid: process.pid, startedAt: startOf(process.pid), nonce: randomUUID() };
  const draft = `${file}.${mine.nonce}.new`;
  await writeFile(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    await take(file, draft, directory);
  } finally {
    await unlink(draft);
  }
  const onExit = (): void => {
    try {
      unlinkSync(file);
    } catch {
      // It was given back already.
    }
  };
  process.once('exit', onExit);
  return async () => {
    process.off('exit', onExit);
    await unlink(file);
  };
}
