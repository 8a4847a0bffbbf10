// Replays recorded traffic of the real service against a fresh server and prints, for each family of endpoints, how many
// steps it answered as the service did. The recordings are not part of the project; where they are missing this says so.
//
//   npm run conformance                              the families that are complete
//   npm run conformance -- --families clients,roles  these
//   npm run conformance -- --families all            every family in the recordings
//   npm run conformance -- --verbose                 with every cassette and difference

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startServer } from './support/start-server.mjs';

const COMPLETE = [
  'client-grants',
  'client-grants/organizations',
  'resource-servers',
  'organizations',
  'organizations/client-grants',
  'organizations/clients',
  'organizations/connections',
  'organizations/members',
  'clients',
  'clients/credentials',
  'clients/rotate-secret',
  'roles',
  'roles/permissions',
  'roles/users',
  'tenants/settings',
];

const { values } = parseArgs({
  options: { families: { type: 'string' }, verbose: { type: 'boolean', default: false } },
});
const recordings =
  process.env['CONFORMANCE_DIR'] ?? path.join(import.meta.dirname, '../../shared/conformance');
const tool = path.join(recordings, 'replay.mjs');
if (!existsSync(tool)) {
  process.stdout.write(
    'conformance: skipped, the recordings are not on this machine (CONFORMANCE_DIR names their folder)\n',
  );
  process.exit(0);
}

const families = values.families ?? COMPLETE.join(',');
const cassettes = readdirSync(path.join(recordings, 'cassettes')).filter((name) => name.endsWith('.json'));
const report = path.join(mkdtempSync(path.join(tmpdir(), 'grantry-conformance-')), 'report.json');
const server = await startServer();
let failed = true;
try {
  const token = await server.token();
  const replay = spawnSync(
    process.execPath,
    [
      tool,
      '--base',
      server.url,
      '--token',
      token,
      '--json',
      report,
      ...(families === 'all' ? [] : ['--families', families]),
      ...(values.verbose ? [] : ['--quiet']),
      ...cassettes.map((name) => path.join(recordings, 'cassettes', name)),
    ],
    { encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  const output = replay.stdout + replay.stderr;
  const totals = output.indexOf('By endpoint family');
  process.stdout.write(values.verbose || totals < 0 ? output : output.slice(totals));
  failed = replay.status !== 0 || JSON.parse(readFileSync(report, 'utf8')).totals.failed > 0;
} finally {
  await server.stop();
  rmSync(path.dirname(report), { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;
