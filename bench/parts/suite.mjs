// What a test suite waits for: a server in its own process, and a restore of 1,000 objects (300 clients, 50 APIs, 600 client grants,
// 50 organizations) through HTTP. Each start is measured in a process of its own, for the first of a process costs the most.

import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { startServer } from '../../tests/support/start-server.mjs';
import { say } from '../measure.mjs';

const IN_PROCESS = `
  const began = performance.now();
  const { startGrantry } = await import(${JSON.stringify(path.join(import.meta.dirname, '../../dist/start-grantry.js'))});
  const grantry = await startGrantry();
  await grantry.managementToken();
  const milliseconds = performance.now() - began;
  process.stdout.write(JSON.stringify({ milliseconds, megabytes: process.memoryUsage().rss / 2 ** 20 }));
  await grantry.close();
`;

/** @typedef {{ url: string; token: string }} Target */

async function call(
  /** @type {Target} */ { url, token },
  /** @type {string} */ method,
  /** @type {string} */ at,
  /** @type {object} */ body = {},
) {
  const answer = await fetch(`${url}/${at}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(method === 'POST' && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${at}: ${answer.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

/** @returns {Promise<string[]>} the client ids */
async function fill(/** @type {Target} */ target) {
  const clients = [];
  for (let n = 0; n < 300; n++) {
    clients.push((await call(target, 'POST', 'api/v2/clients', { name: `Client ${n}` })).client_id);
  }
  for (let n = 0; n < 50; n++) {
    const scopes = [{ value: 'read:all' }, { value: 'write:all' }];
    await call(target, 'POST', 'api/v2/resource-servers', { identifier: `https://api-${n}/`, scopes });
    await call(target, 'POST', 'api/v2/organizations', { name: `organization-${n}` });
  }
  for (let n = 0; n < 600; n++) {
    await call(target, 'POST', 'api/v2/client-grants', {
      client_id: clients[n % 300],
      audience: `https://api-${n % 50}/`,
      scope: ['read:all'],
      subject_type: n < 300 ? 'client' : 'user',
    });
  }
  return clients;
}

/** @returns {Promise<number>} the median of the milliseconds that a restore took after each of some messes */
async function restores(/** @type {Target} */ target, /** @type {() => Promise<unknown>} */ mess) {
  const taken = [];
  for (let n = 0; n < 9; n++) {
    await mess();
    const began = performance.now();
    await call(target, 'POST', '_grantry/restore');
    taken.push(performance.now() - began);
  }
  return taken.sort((a, b) => a - b)[4] ?? NaN;
}

export async function suite() {
  say('### In a test suite\n');
  const starts = Array.from(
    { length: 5 },
    () =>
      /** @type {{ milliseconds: number; megabytes: number }} */ (
        JSON.parse(
          execFileSync(process.execPath, ['--input-type=module', '-e', IN_PROCESS], { encoding: 'utf8' }),
        )
      ),
  );
  const best = starts.reduce((a, b) => (a.milliseconds < b.milliseconds ? a : b));
  const [time, size] = [Math.round(best.milliseconds), Math.round(best.megabytes)];
  say(
    `\`startGrantry()\` to the first token, the import included: ${time} ms, ${size} MB resident; best of five.\n`,
  );

  const server = await startServer({ env: { SNAPSHOTS: 'on' } });
  const target = { url: server.url, token: await server.token() };
  const clients = await fill(target);
  await call(target, 'POST', '_grantry/snapshot');
  const deleteClients = async (/** @type {number} */ count) => {
    for (const id of clients.slice(0, count)) await call(target, 'DELETE', `api/v2/clients/${id}`);
  };
  say('| restore of 1,000 objects after | ms, median of nine |');
  say('| --- | --- |');
  for (const [name, mess] of /** @type {const} */ ([
    ['nothing', async () => undefined],
    ['one new client', () => call(target, 'POST', 'api/v2/clients', { name: 'New' })],
    ['10 clients deleted, with their grants', () => deleteClients(10)],
    ['all 300 clients deleted, with their grants', () => deleteClients(300)],
  ])) {
    say(`| ${name} | ${(await restores(target, mess)).toFixed(1)} |`);
  }
  say();
  await server.stop();
}
