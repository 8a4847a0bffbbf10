// The command line: what was asked for, configuration from the environment, a server, and what a person at the terminal
// wants to know. Loaded by bin.cts.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadEnvFile } from 'node:process';
import { parseArguments, type SeedOnCommandLine, UsageError, usage } from './arguments.js';
import { type Config, ConfigError, readConfig } from './config.js';
import { askHealth } from './instance/ask-health.js';
import { SeedError } from './seed/mistakes.js';

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

async function start(config: Config, asked: SeedOnCommandLine | null): Promise<void> {
  // The first process of a container has no other way to end while it starts.
  let stop = (): void => process.exit(1);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop());
  // Loaded here because nothing else needs a server.
  const [{ startServer }, { welcome }] = await Promise.all([import('./server.js'), import('./welcome.js')]);
  const progress = (message: string): void => void process.stderr.write(`${message}\n`);
  const server = await startServer(config, asked ? { seed: { ...asked, env: process.env, progress } } : {});
  stop = () => void server.close();
  if (asked && server.seeded) {
    const { seedSummary } = await import('./seed/seed.js');
    process.stdout.write(seedSummary(asked.path, server.seeded));
  }
  process.stdout.write(welcome(server));
}

async function run(): Promise<void> {
  const asked = parseArguments(process.argv.slice(2));
  switch (asked.command) {
    case 'help':
      process.stdout.write(usage);
      return;
    case 'version':
      process.stdout.write(`${version()}\n`);
      return;
    case 'health': {
      const health = await askHealth(readEnvironment(asked.environment));
      process.stdout.write(`${health}\n`);
      process.exitCode = health === 'ok' ? 0 : 1;
      return;
    }
    case 'start':
      await start(readEnvironment(asked.environment), asked.seed);
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
    if (error instanceof SeedError) {
      process.stderr.write(`Nothing of the seed was applied:\n${message}\n`);
    } else if (error instanceof ConfigError) {
      process.stderr.write(`The configuration cannot be used:\n${message}\nSee .env.example.\n`);
    } else {
      process.stderr.write(`Grantry could not start: ${message}\n`);
    }
    process.exitCode = 1;
  }
}
