// Runs the official clients against the server. Installs them first (package.json and its lockfile stand beside this file),
// and makes every process of the run trust one certificate authority, which Node reads at its start and not later.
//
//   npm run test:clients [-- <arguments for jest>]

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { goClient } from './go-clients.mjs';
import { installClients } from './install.mjs';

const here = import.meta.dirname;
const root = path.join(here, '../..');

/** The clients that are not npm packages, whose tests skip themselves. */
function sayWhatIsMissing() {
  const missing = [
    ...(goClient('terraform-provider-auth0') ? [] : ['the Terraform provider (not built)']),
    ...(spawnSync('terraform', ['version']).error ? ['the program terraform (not on this machine)'] : []),
    ...(goClient('auth0') ? [] : ['the auth0 command line (not built)']),
  ];
  if (missing.length === 0) return;
  process.stdout.write(
    `\nSkipped for want of: ${missing.join(', ')}. \`node tests/clients/go-clients.mjs\` builds what is written in Go.\n`,
  );
}

installClients();
// What TLS=auto makes at its first start.
const dataDir = mkdtempSync(path.join(tmpdir(), 'grantry-clients-'));
const { localIdentity } = await import(String(new URL('../../dist/tls/local-identity.js', import.meta.url)));
const identity = localIdentity(path.join(dataDir, 'tls'), new URL('https://localhost'));
try {
  await identity.load(new Date());
  const { status } = spawnSync(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--no-warnings',
      path.join(root, 'node_modules/jest/bin/jest.js'),
      '--config',
      path.join(here, 'jest.config.mjs'),
      ...process.argv.slice(2),
    ],
    {
      cwd: root,
      stdio: 'inherit',
      env: {
        ...process.env,
        GRANTRY_TEST_DATA_DIR: dataDir,
        NODE_EXTRA_CA_CERTS: identity.authorityFile,
      },
    },
  );
  process.exitCode = status ?? 1;
  sayWhatIsMissing();
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
