// The command line: what was asked for, configuration from the environment, a server, and what a person at the terminal
// wants to know. Loaded by bin.cts.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadEnvFile } from 'node:process';
import { parseArguments, UsageError, usage } from './arguments.js';
import { type Config, ConfigError, readConfig } from './config.js';
import { startServer } from './server.js';
import { welcome } from './welcome.js';

function readEnvironment(overrides: Readonly<Record<string, string>>): Config {
  try {
    loadEnvFile();
  } catch (error) {
    // There need not be one.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return readConfig({ ...process.env, ...overrides });
}

function version(): string {
  const file = path.join(import.meta.dirname, '../package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

async function run(): Promise<void> {
  const asked = parseArguments(process.argv.slice(2));
  if (asked.command === 'help') {
    process.stdout.write(usage);
  } else if (asked.command === 'version') {
    process.stdout.write(`${version()}\n`);
  } else {
    const server = await startServer(readEnvironment(asked.environment));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());
    process.stdout.write(welcome(server));
  }
}

try {
  await run();
} catch (error) {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n\n${usage}`);
    process.exitCode = 2;
  } else {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      error instanceof ConfigError
        ? `The configuration cannot be used:\n${message}\nSee .env.example.\n`
        : `Grantry could not start: ${message}\n`,
    );
    process.exitCode = 1;
  }
}
