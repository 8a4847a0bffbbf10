// What keeps an embedded database whole (docs/decisions/0003-one-dialect.md): the lock of its directory, and a first boot that can be
// interrupted. Power loss is another matter: PGlite never calls fsync.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encryptionKeyIn } from '../../src/encryption-key.js';
import { lockDirectory } from '../../src/storage/prisma/directory-lock.js';
import { openEmbedded } from '../../src/storage/prisma/embedded.js';
import { outcomes, times } from './fixtures.js';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'grantry-test-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

/** Pretends that another process holds the lock. */
const lockBy = (holder: { pid: number; startedAt: string | null }, directory = dataDir): Promise<void> =>
  writeFile(path.join(directory, 'lock'), JSON.stringify({ ...holder, nonce: 'theirs' }));

describe('the lock of a data directory', () => {
  test('refuses a second holder, names the process and the way out, and leaves nothing behind', async () => {
    const unlock = await lockDirectory(dataDir);
    await expect(lockDirectory(dataDir)).rejects.toThrow(
      `${dataDir} is in use by process ${process.pid}; stop it, or choose another DATA_DIR`,
    );
    expect(await readdir(dataDir)).toEqual(['lock']);
    await unlock();
  });

  test('refuses while another living process holds it', async () => {
    const other = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    await once(other, 'spawn');
    await lockBy({ pid: other.pid ?? 0, startedAt: null });
    await expect(lockDirectory(dataDir)).rejects.toThrow(`in use by process ${other.pid}`);
    other.stdin.end();
    await once(other, 'exit');
  });

  test('is free after it was given back', async () => {
    await (
      await lockDirectory(dataDir)
    )();
    expect(await readdir(dataDir)).toEqual([]);
    await expect(lockDirectory(dataDir).then((unlock) => unlock())).resolves.toBeUndefined();
  });

  test('is taken from a process that is dead', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    await lockBy({ pid, startedAt: '1' });
    await lockDirectory(dataDir);
    expect(JSON.parse(await readFile(path.join(dataDir, 'lock'), 'utf8'))).toMatchObject({
      pid: process.pid,
    });
    expect(await readdir(dataDir)).toEqual(['lock']);
  });

  test('is taken from a dead process whose number a living one has', async () => {
    await lockBy({ pid: process.pid, startedAt: '1' });
    await expect(lockDirectory(dataDir)).resolves.toBeInstanceOf(Function);
  });

  test('of ten that find the lock of a dead process at once, one gets it, twenty times over', async () => {
    for (const round of times(20, String)) {
      const directory = path.join(dataDir, round);
      await mkdir(directory);
      await lockBy({ pid: process.pid, startedAt: '1' }, directory);
      const { succeeded, failures } = await outcomes(times(10, () => lockDirectory(directory)));
      expect(succeeded).toBe(1);
      expect(failures.map(String)).toEqual(times(9, () => expect.stringContaining('is in use by process')));
      expect(await readdir(directory)).toEqual(['lock']);
    }
  });
});

describe('the embedded database', () => {
  test('is open once, and free again when it is closed', async () => {
    const embedded = await openEmbedded(dataDir);
    await expect(openEmbedded(dataDir)).rejects.toThrow('is in use by process');
    await embedded.close();
    const again = await openEmbedded(dataDir);
    await again.close();
    expect(await readdir(dataDir)).toEqual(['database']);
  });

  test('gives the lock back when it cannot be opened', async () => {
    const embedded = await openEmbedded(dataDir);
    await embedded.pool.query(
      "INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('1', '', 'newer', now())",
    );
    await embedded.close();
    await expect(openEmbedded(dataDir)).rejects.toThrow('which this version does not know');
    expect(await readdir(dataDir)).toEqual(['database']);
  });

  test('is made over the drafts of first boots that died, and leaves everything else alone', async () => {
    const draft = 'database.0b1c2d3e-0000-4000-8000-000000000000.new';
    const others = ['database.backup', 'database.old.new', 'notes'];
    for (const name of [draft, ...others]) {
      await mkdir(path.join(dataDir, name));
      await writeFile(path.join(dataDir, name, 'PG_VERSION'), 'half a file');
    }
    const embedded = await openEmbedded(dataDir);
    const { rows } = await embedded.pool.query('SELECT count(*)::int AS n FROM config_version');
    await embedded.close();
    expect(rows).toEqual([{ n: 1 }]);
    expect((await readdir(dataDir)).toSorted()).toEqual(['database', ...others].toSorted());
  });

  // PostgreSQL writes this file at every start, and takes one without a number for a start that is under way.
  test.each(['', '\n', '-4'])('opens after a start that died while its pid file read %j', async (text) => {
    await (await openEmbedded(dataDir)).close();
    await writeFile(path.join(dataDir, 'database', 'postmaster.pid'), text);
    await expect(openEmbedded(dataDir).then((embedded) => embedded.close())).resolves.toBeUndefined();
  });

  test('can be read by its owner only', async () => {
    const inside = path.join(dataDir, 'new');
    const embedded = await openEmbedded(inside);
    await embedded.close();
    expect((await stat(inside)).mode & 0o777).toBe(0o700);
  });
});

describe('the encryption key beside it', () => {
  const keyFile = (): string => path.join(dataDir, 'encryption-key');

  test('is made at the first start, has 32 bytes and can be read by its owner only', async () => {
    const key = await encryptionKeyIn(dataDir);
    expect(key).toHaveLength(32);
    expect((await stat(keyFile())).mode & 0o777).toBe(0o600);
    expect(await readdir(dataDir)).toEqual(['encryption-key']);
  });

  test('is the same at the next start', async () => {
    const key = await encryptionKeyIn(dataDir);
    expect(await encryptionKeyIn(dataDir)).toEqual(key);
  });

  test('is one key where ten first starts make it at once', async () => {
    const keys = await Promise.all(times(10, () => encryptionKeyIn(dataDir)));
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
    expect(await readdir(dataDir)).toEqual(['encryption-key']);
  });

  test('is another one in another directory', async () => {
    const other = await encryptionKeyIn(path.join(dataDir, 'other'));
    expect(await encryptionKeyIn(dataDir)).not.toEqual(other);
  });

  test('is not made anew beside a database that was sealed with another', async () => {
    await mkdir(path.join(dataDir, 'database'));
    await expect(encryptionKeyIn(dataDir)).rejects.toThrow(
      `${keyFile()} is missing; the database beside it cannot be read without it. Restore it, or set ENCRYPTION_KEY`,
    );
    expect(existsSync(keyFile())).toBe(false);
  });

  test.each([
    ['nothing', ''],
    ['too little', Buffer.alloc(31).toString('base64')],
    ['too much', Buffer.alloc(33).toString('base64')],
  ])('is refused where its file holds %s', async (_name, text) => {
    await writeFile(keyFile(), text);
    await expect(encryptionKeyIn(dataDir)).rejects.toThrow(`${keyFile()} does not hold an encryption key`);
    expect(await readFile(keyFile(), 'utf8')).toBe(text);
  });
});
