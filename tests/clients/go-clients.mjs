// The official clients that are written in Go, built from their published modules. The tests run those that are built and
// skip the others, so building them is a step of its own:
//
//   node tests/clients/go-clients.mjs

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** GRANTRY_GO_CLIENTS names a folder that has them already. */
const folder = path.resolve(
  process.env['GRANTRY_GO_CLIENTS'] ??
    path.join(import.meta.dirname, '../../node_modules/.cache/grantry/go-clients'),
);

/** File name, and the package that it is built from. */
const packages = {
  'terraform-provider-auth0': 'github.com/auth0/terraform-provider-auth0@v1.55.0',
  auth0: 'github.com/auth0/auth0-cli/cmd/auth0@v1.33.0',
};

/**
 * Where a client is.
 *
 * @param {keyof typeof packages} name
 * @returns {string | null} the program's path; null when it was not built
 */
export function goClient(name) {
  const file = path.join(folder, name);
  return existsSync(file) ? file : null;
}

/** Builds those that are missing. @returns {boolean} whether all are there. */
function build() {
  mkdirSync(folder, { recursive: true });
  for (const [name, source] of Object.entries(packages)) {
    if (existsSync(path.join(folder, name))) continue;
    process.stdout.write(`Building ${source}…\n`);
    const { error, status } = spawnSync('go', ['install', '-trimpath', '-ldflags=-s -w', source], {
      stdio: 'inherit',
      env: { ...process.env, GOBIN: folder, GOFLAGS: '' },
    });
    if (error) process.stderr.write(`go: ${error.message}\n`);
    if (error || status !== 0) return false;
  }
  return true;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href && !build()) process.exitCode = 1;
