import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startServer } from '../../tests/support/start-server.mjs';
import { peakMegabytes, processorSeconds, say } from '../measure.mjs';
import { tenantFile } from '../tenant-file.mjs';

const SIZE = { clients: 10_000, apis: 200, apisPerClient: 5 };

/** How long a start takes that reads a large tenant from a file, and the memory that it needs. */
export async function seedFile() {
  const folder = mkdtempSync(path.join(tmpdir(), 'grantry-bench-'));
  const file = path.join(folder, 'tenant.yaml');
  writeFileSync(file, tenantFile(SIZE));
  const count = (/** @type {number} */ n) => n.toLocaleString('en');
  say('### Start with a seed\n');
  say(
    `${count(SIZE.clients)} clients, ${SIZE.apis} APIs, ${count(SIZE.clients * SIZE.apisPerClient)} grants, from a file. From the start of the process to its first token.\n`,
  );
  say('| start | s | processor s | peak MB |');
  say('| --- | --- | --- | --- |');
  /** @type {string | undefined} */
  let dataDir;
  for (const [name, args] of /** @type {const} */ ([
    ['an empty database, no seed', []],
    ['the seed, first', ['--seed', file]],
    ['the seed, again', ['--seed', file]],
  ])) {
    const server = await startServer({ args: [...args], ...(dataDir !== undefined && { dataDir }) });
    await server.token();
    const seconds = (performance.now() - server.startedAt) / 1000;
    say(
      `| ${name} | ${seconds.toFixed(1)} | ${processorSeconds(server.pid).toFixed(1)} | ${peakMegabytes(server.pid)} |`,
    );
    await server.stop({ keep: true });
    dataDir = server.dataDir;
  }
  say();
  for (const directory of [folder, dataDir]) {
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  }
}
