// What docs/benchmarks.md reports. Every table is from one run: figures of different runs do not compare on a shared machine.
//
//   npm run bench                      the short parts, some minutes
//   npm run bench -- tokens start      only these
//   npm run bench -- deploy-cli        a long one: only when it is named

import { machine, say } from './measure.mjs';
import { authhero } from './parts/authhero.mjs';
import { deployCli } from './parts/deploy-cli.mjs';
import { logins } from './parts/logins.mjs';
import { management } from './parts/management.mjs';
import { million } from './parts/million.mjs';
import { seedFile } from './parts/seed-file.mjs';
import { start } from './parts/start.mjs';
import { suite } from './parts/suite.mjs';
import { terraform } from './parts/terraform.mjs';
import { tokens } from './parts/tokens.mjs';

const short = { start, suite, tokens, logins, management, million };
/** A tenant that takes minutes to read, clients that hold themselves back, and packages that are fetched from the registry. */
const long = { seed: seedFile, 'deploy-cli': deployCli, terraform, authhero };
/** @type {Record<string, () => Promise<void>>} */
const parts = { ...short, ...long };

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  process.stderr.write(`There is no ${unknown.join(', ')}. There is ${Object.keys(parts).join(', ')}.\n`);
  process.exit(1);
}

say(`Machine: ${machine()}. Load generator and server share it.\n`);
for (const name of asked.length > 0 ? asked : Object.keys(short)) await parts[name]?.();
