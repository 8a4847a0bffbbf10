// Everything that docs/benchmarks.md reports, in one run: figures of different runs do not compare on a shared machine.
//
//   npm run bench                      all of it
//   npm run bench -- tokens start      only these parts: tokens, management, start, suite, million

import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { startServer } from '../tests/support/start-server.mjs';
import {
  httpRequest,
  load,
  machine,
  rawSignatures,
  residentMegabytes,
  say,
  tokenRequest,
} from './measure.mjs';
import { pairOf, SECRET, seed } from './seed.mjs';
import { suite } from './suite.mjs';

const parts = process.argv.slice(2);
const wants = (/** @type {string} */ part) => parts.length === 0 || parts.includes(part);
const ratio = (/** @type {number} */ a, /** @type {number} */ b) => (a / b).toFixed(2);

/** A data directory with a tenant of the given size in it. */
async function seeded(/** @type {{ clients: number; apis: number; apisPerClient: number }} */ size) {
  const server = await startServer();
  await server.stop({ keep: true });
  await seed(server.dataDir, size);
  return server.dataDir;
}

/** Token requests for the first so many pairs of a client and an API. */
function requestsFor(
  /** @type {number} */ count,
  /** @type {{ apis: number; apisPerClient: number }} */ size,
) {
  return Array.from({ length: count }, (_, n) => {
    const { clientId, audience } = pairOf(n, size);
    return tokenRequest(clientId, SECRET, audience);
  });
}

async function tokens() {
  const size = { clients: 1000, apis: 100, apisPerClient: 10 };
  const dataDir = await seeded(size);
  const server = await startServer({ dataDir });
  say('### Tokens over HTTP\n');
  say('1,000 clients, 100 APIs, 10,000 grants; every request is for another client and API.\n');
  say('| connections | raw signatures/s | tokens/s | of raw | p50 ms | p99 ms |');
  say('| --- | --- | --- | --- | --- | --- |');
  const requests = requestsFor(10_000, size);
  // The code that is measured is the compiled code, and the cache is filled.
  await load({ port: server.port, connections: 16, seconds: 1, warmUpSeconds: 8, requests });
  for (const connections of [1, 16, 64]) {
    const before = await rawSignatures(connections);
    const { perSecond, failed, p50, p99 } = await load({ port: server.port, connections, requests });
    const raw = (before + (await rawSignatures(connections))) / 2;
    if (failed > 0) throw new Error(`${failed} requests failed`);
    say(
      `| ${connections} | ${Math.round(raw)} | ${perSecond} | ${ratio(perSecond, raw)} | ${p50} | ${p99} |`,
    );
  }
  say(`\nResident memory after it: ${residentMegabytes(server.pid)} MB.\n`);
  await server.stop();
}

async function management() {
  const size = { clients: 1000, apis: 100, apisPerClient: 10 };
  const dataDir = await seeded(size);
  const server = await startServer({ dataDir });
  const token = await server.token();
  const get = (/** @type {string} */ target) => [httpRequest('GET', `/api/v2/${target}`, { token })];
  let made = 0;
  const creations = Array.from({ length: 20_000 }, () => {
    const body = JSON.stringify({ identifier: `https://made-${made++}.example.com/`, name: 'Made' });
    return httpRequest('POST', '/api/v2/resource-servers', { token, type: 'application/json', body });
  });
  say('### Management API\n');
  say('The same tenant, 16 connections.\n');
  say('| request | per second | p50 ms | p99 ms |');
  say('| --- | --- | --- | --- |');
  for (const [name, requests] of /** @type {const} */ ([
    ['get a client grant', get(`client-grants/cgr_${'0'.repeat(16)}`)],
    [
      'list 50 client grants of an API',
      get('client-grants?audience=https%3A%2F%2Fapi-1.example.com%2F&per_page=50'),
    ],
    ['list 50 clients', get('clients?per_page=50')],
    ['create an API', creations],
  ])) {
    const { perSecond, failed, p50, p99 } = await load({ port: server.port, connections: 16, requests });
    if (failed > 0) throw new Error(`${failed} requests failed`);
    say(`| ${name} | ${perSecond} | ${p50} | ${p99} |`);
  }
  say();
  await server.stop();
}

async function start() {
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

async function million() {
  say('### A million grants\n');
  say(
    'The same 1,000 pairs of a client and an API ask for tokens; lookups are uncached and over all grants.\n',
  );
  say('| grants | tokens/s at 16 connections | µs per token | µs per uncached lookup | resident MB |');
  say('| --- | --- | --- | --- | --- |');
  const measured = [];
  for (const size of [
    { clients: 100, apis: 100, apisPerClient: 10 },
    { clients: 10_000, apis: 100, apisPerClient: 100 },
  ]) {
    const dataDir = await seeded(size);
    const lookup = Number(
      execFileSync(process.execPath, [
        path.join(import.meta.dirname, 'lookups.mjs'),
        ...[dataDir, size.clients, size.apis, size.apisPerClient].map(String),
      ]),
    );
    const server = await startServer({ dataDir });
    const requests = requestsFor(1000, size);
    const { perSecond } = await load({ port: server.port, connections: 16, warmUpSeconds: 6, requests });
    const megabytes = residentMegabytes(server.pid);
    await server.stop();
    measured.push({ perSecond, lookup });
    const grants = (size.clients * size.apisPerClient).toLocaleString('en');
    say(`| ${grants} | ${perSecond} | ${Math.round(1e6 / perSecond)} | ${lookup} | ${megabytes} |`);
  }
  const [few, many] = measured;
  if (few && many) {
    say(
      `\nCost at 1,000,000 against 1,000: per token ${ratio(few.perSecond, many.perSecond)}, per uncached lookup ${ratio(many.lookup, few.lookup)}.\n`,
    );
  }
}

say(`Machine: ${machine()}. Load generator and server share it.\n`);
if (wants('start')) await start();
if (wants('suite')) await suite();
if (wants('tokens')) await tokens();
if (wants('management')) await management();
if (wants('million')) await million();
