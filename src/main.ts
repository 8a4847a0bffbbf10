// What `npm start` runs: configuration from the environment, a server, and what a person at the terminal wants to know.

import { loadEnvFile } from 'node:process';
import { type Config, ConfigError, readConfig } from './config.js';
import { startServer } from './server.js';
import { welcome } from './welcome.js';

function readEnvironment(): Config {
  try {
    loadEnvFile();
  } catch (error) {
    // There need not be one.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return readConfig(process.env);
}

try {
  const server = await startServer(readEnvironment());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());
  process.stdout.write(welcome(server));
} catch (error) {
  if (error instanceof ConfigError) {
    process.stderr.write(`The configuration cannot be used:\n${error.message}\nSee .env.example.\n`);
  } else {
    process.stderr.write(
      `Grantry could not start: ${error instanceof Error ? error.message : String(error)}\n`,
    );
  }
  process.exitCode = 1;
}
