// What kill -9 does to a server on the embedded database, from outside: real processes, real requests.

import { existsSync, readdirSync, watch } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { randomInt } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openEmbedded } from '../../src/storage/prisma/embedded.js';
import { signal, times, unique } from './fixtures.js';
import { buildServer, ServerProcess } from './server-process.js';

/** Several starts of a process, on a machine that may be busy. */
const TIMEOUT_MS = 120_000;

let dataDir: string;
const processes: ServerProcess[] = [];

beforeAll(buildServer, 300_000);
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'grantry-crash-'));
});
afterEach(async () => {
  await Promise.all(processes.splice(0).map((server) => server.kill()));
  await rm(dataDir, { recursive: true, force: true });
});

async function start(): Promise<ServerProcess> {
  const server = await ServerProcess.start(dataDir);
  processes.push(server);
  return server;
}

async function startReady(): Promise<ServerProcess> {
  const server = await start();
  await server.ready;
  return server;
}

/** What the server was asked to make of one API: `answered` is the name it has confirmed last. */
interface Written {
  readonly id: string;
  answered: string;
  /** The name in a request that may not have been answered. */
  asked: string;
}

/** Writes until the server is gone: one API after the other, each made and then renamed twice. */
async function write(server: ServerProcess, token: string, written: Written[], onAnswer: () => void) {
  const send = async (
    method: string,
    at: string,
    body: object,
    expected: number,
  ): Promise<{ id: string }> => {
    const answer = await fetch(`${server.url}/api/v2/resource-servers${at}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (answer.status !== expected) throw new UnexpectedAnswer(`${answer.status} ${text}`);
    onAnswer();
    return JSON.parse(text) as { id: string };
  };
  try {
    for (;;) {
      const made = unique('made');
      const { id } = await send('POST', '', { identifier: unique('urn'), name: made }, 201);
      const api = { id, answered: made, asked: made };
      written.push(api);
      for (const name of times(2, () => unique('renamed'))) {
        api.asked = name;
        await send('PATCH', `/${id}`, { name }, 200);
        api.answered = name;
      }
    }
  } catch (error) {
    // The connection broke, as it has to.
    if (error instanceof UnexpectedAnswer) throw error;
  }
}

class UnexpectedAnswer extends Error {}

/** The names of all APIs, by id. */
async function namesOn(server: ServerProcess): Promise<Map<string, string>> {
  const token = await server.token();
  const names = new Map<string, string>();
  for (let page = 0; ; page++) {
    const answer = await fetch(`${server.url}/api/v2/resource-servers?per_page=100&page=${page}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const apis = (await answer.json()) as { id: string; name: string }[];
    for (const { id, name } of apis) names.set(id, name);
    if (apis.length < 100) return names;
  }
}

test(
  'every write that was answered survives kill -9, round after round',
  async () => {
    const written: Written[] = [];
    let server = await startReady();
    for (const _round of [1, 2, 3]) {
      const token = await server.token();
      const enough = signal();
      let left = randomInt(20, 120);
      const onAnswer = (): void => {
        left -= 1;
        if (left === 0) enough.give();
      };
      const writing = Promise.all(times(4, () => write(server, token, written, onAnswer)));
      await Promise.race([enough.given, writing]);
      await server.kill();
      await writing;

      server = await startReady();
      const names = await namesOn(server);
      const lost = written.filter(({ id, answered, asked }) => {
        const name = names.get(id);
        return name !== answered && name !== asked;
      });
      expect(lost).toEqual([]);
      // From here on the names that are there are the ones to be kept.
      for (const api of written) api.answered = names.get(api.id) ?? '';
    }
    expect(written.length).toBeGreaterThan(15);
  },
  TIMEOUT_MS,
);

/** Waits until something in a directory satisfies the condition, which it may do already. */
async function until(directory: string, isThere: (names: string[]) => boolean): Promise<void> {
  const found = signal();
  const look = (): void => {
    // Synchronously, so that what is seen is what was there when the watcher called.
    if (existsSync(directory) && isThere(readdirSync(directory))) found.give();
  };
  const watcher = watch(directory, look);
  look();
  await found.given;
  watcher.close();
}

const has =
  (pattern: RegExp) =>
  (names: string[]): boolean =>
    names.some((name) => pattern.test(name));

describe('after kill -9 during the very first boot the next one succeeds', () => {
  test.each<[string, () => Promise<void>]>([
    ['when it has made its encryption key', () => until(dataDir, has(/^encryption-key$/))],
    ['while it copies the database', () => until(dataDir, has(/^database\..*\.new$/))],
    ['when the database is in its place', () => until(dataDir, has(/^database$/))],
    [
      'while the database runs for the first time',
      async () => {
        await until(dataDir, has(/^database$/));
        await until(path.join(dataDir, 'database'), has(/^postmaster\.pid$/));
      },
    ],
  ])(
    '%s',
    async (_moment, reached) => {
      const first = await start();
      const isReady = first.ready.then(() => {
        throw new Error('the server was ready before');
      });
      await Promise.race([reached(), isReady]);
      await first.kill();
      await isReady.catch(() => undefined);

      const second = await startReady();
      await expect(second.token()).resolves.toEqual(expect.any(String));
      expect((await readdir(dataDir)).filter((name) => name.startsWith('database'))).toEqual(['database']);
    },
    TIMEOUT_MS,
  );
});

test(
  'a running server keeps everybody else out of its database until it has stopped',
  async () => {
    const server = await startReady();
    await server.token();
    await expect(openEmbedded(dataDir)).rejects.toThrow(`in use by process ${server.pid}`);
    expect(await server.stop()).toBe(0);
    await expect(openEmbedded(dataDir).then((embedded) => embedded.close())).resolves.toBeUndefined();
  },
  TIMEOUT_MS,
);
