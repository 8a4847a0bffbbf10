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
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it runs, as another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return holder.startedAt === null || holder.startedAt === startOf(holder.pid);
}

async function read(file: string): Promise<Holder | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
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
  const draft = `${file}.${mine.nonce}`;
  await writeFile(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    for (let attempt = 0; ; attempt++) {
      try {
        // Unlike writing, linking a finished file is atomic: nobody ever reads half a lock.
        await link(draft, file);
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt === 10) throw error;
      }
      const holder = await read(file);
      if (holder === null) continue;
      if (isAlive(holder)) {
        throw new Error(
          `${directory} is in use by process ${holder.pid}; stop it, or choose another DATA_DIR`,
        );
      }
      await takeAway(file, holder);
    }
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

/** Removes a dead process's lock, and puts back what it finds if another process was quicker. */
async function takeAway(file: string, dead: Holder): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const taken = await read(aside);
  if (taken !== null && taken.nonce !== dead.nonce) await link(aside, file);
  await unlink(aside);
}
