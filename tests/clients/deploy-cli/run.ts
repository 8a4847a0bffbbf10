// Runs `a0deploy` as a script does: settings in the environment, one process for each command.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { TlsServer } from '../server.js';

const program = path.join(import.meta.dirname, '../node_modules/auth0-deploy-cli/lib/index.js');

export interface Run {
  readonly status: number | null;
  /** What it printed, both streams. */
  readonly output: string;
}

/** @param settings `AUTH0_…` beside those that name the server; objects are handed over as JSON. */
export async function deployCli(
  server: TlsServer,
  args: readonly string[],
  settings: Readonly<Record<string, unknown>> = {},
): Promise<Run> {
  const child = spawn(process.execPath, [program, ...args], {
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
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  await once(child, 'close');
  return { status: child.exitCode, output };
}
