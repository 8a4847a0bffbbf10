import { rmSync } from 'node:fs';
import { startServer } from '../../tests/support/start-server.mjs';
import { residentMegabytes, say } from '../measure.mjs';

export async function start() {
  say('### Start\n');
  say('From the start of the process to the answer of the first token request; best of five.\n');
  say('| database | ms | resident MB after it |');
  say('| --- | --- | --- |');
  const once = async (/** @type {string | undefined} */ dataDir) => {
    const server = await startServer(dataDir === undefined ? {} : { dataDir });
    await server.token();
    const milliseconds = Math.round(performance.now() - server.startedAt);
    const megabytes = residentMegabytes(server.pid);
    await server.stop({ keep: true });
    return { milliseconds, megabytes, dataDir: server.dataDir };
  };
  const fresh = [];
  for (let n = 0; n < 5; n++) fresh.push(await once(undefined));
  const existing = [];
  for (const { dataDir } of fresh) existing.push(await once(dataDir));
  for (const [name, runs] of /** @type {const} */ ([
    ['fresh', fresh],
    ['existing', existing],
  ])) {
    const best = runs.reduce((a, b) => (a.milliseconds < b.milliseconds ? a : b));
    say(`| ${name} | ${best.milliseconds} | ${best.megabytes} |`);
  }
  say();
  for (const { dataDir } of fresh) rmSync(dataDir, { recursive: true, force: true });
}
