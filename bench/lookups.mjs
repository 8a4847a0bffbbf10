// Uncached reads of the facts that a token request is decided on, per second, over random grants. A process of its own:
// the database belongs to one process at a time.
//
//   node bench/lookups.mjs <data directory> <clients> <apis> <apis per client>

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openStorage } from '../dist/storage/prisma/prisma-storage.js';
import { pairOf } from './seed.mjs';

const [dataDir = '', clients = '0', apis = '0', apisPerClient = '0'] = process.argv.slice(2);
const size = { apis: Number(apis), apisPerClient: Number(apisPerClient) };
const pairs = Number(clients) * size.apisPerClient;
const encryptionKey = Buffer.from(readFileSync(path.join(dataDir, 'encryption-key'), 'utf8'), 'base64');
const storage = await openStorage({ databaseUrl: undefined, dataDir, encryptionKey });

async function run(/** @type {number} */ seconds) {
  let count = 0;
  const start = performance.now();
  while (performance.now() - start < seconds * 1000) {
    const pair = pairOf(Math.floor(Math.random() * pairs), size);
    const facts = await storage.tokenFacts({ ...pair, organization: null }, { fresh: true });
    if (facts?.access.clientGrants.length !== 1) throw new Error('the grant was not found');
    count += 1;
  }
  return (seconds * 1e6) / count;
}

await run(3);
process.stdout.write(String(Math.round(await run(5))));
await storage.close();
