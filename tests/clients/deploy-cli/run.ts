// Runs `a0deploy` as a script does: settings in the environment, one process for each command.

import path from 'node:path';
import { type Run, runProgram } from '../run-program.js';
import type { TlsServer } from '../server.js';

const program = path.join(import.meta.dirname, '../node_modules/auth0-deploy-cli/lib/index.js');

/** @param settings `AUTH0_…` beside those that name the server; objects are handed over as JSON. */
export async function deployCli(
  server: TlsServer,
  args: readonly string[],
  settings: Readonly<Record<string, unknown>> = {},
): Promise<Run> {
  return runProgram(process.execPath, [program, ...args], {
    env: {
      PATH: process.env['PATH'],
      NODE_EXTRA_CA_CERTS: server.authorityFile,
      AUTH0_DOMAIN: server.domain,
      AUTH0_CLIENT_ID: server.management.id,
      AUTH0_CLIENT_SECRET: server.management.secret,
      ...Object.fromEntries(
        Object.entries(settings).map(([key, value]) => [
          key,
          typeof value === 'string' ? value : JSON.stringify(value),
        ]),
      ),
    },
  });
}
