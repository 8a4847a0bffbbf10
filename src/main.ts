// Composition root: configuration, storage, application, server. Imported by nothing.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { loadEnvFile } from 'node:process';
import { pino } from 'pino';
import { createApp } from './app.js';
import { type BootstrapClient, bootstrap } from './bootstrap.js';
import { type Config, ConfigError, readConfig } from './config.js';
import { Tenant } from './domain/tenant.js';
import { encryptionKeyIn } from './encryption-key.js';
import { readContract } from './http/contract.js';
import { KeySet } from './oauth/signing-keys.js';
import { openStorage } from './storage/prisma/prisma-storage.js';
import type { Storage } from './storage/storage.js';

const HOUR_MS = 3_600_000;

function readEnvironment(): Config {
  try {
    loadEnvFile();
  } catch (error) {
    // There need not be one.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return readConfig(process.env);
}

/** What a person at the terminal wants to know. */
function welcome(tenant: Tenant, client: BootstrapClient | null): string {
  const lines = [`Grantry is ready at ${tenant.issuer}`, ''];
  if (client) {
    const request = JSON.stringify({
      grant_type: 'client_credentials',
      client_id: client.id,
      client_secret: client.secret,
      audience: tenant.identifierOf('management'),
    });
    lines.push(
      'Management client (shown this once):',
      `  client id      ${client.id}`,
      `  client secret  ${client.secret}`,
      '',
      'Get a token with it:',
      `  curl -s ${tenant.issuer}oauth/token -H 'Content-Type: application/json' -d '${request}'`,
      '',
    );
  }
  return `${lines.join('\n')}\n`;
}

function pruneHourly(storage: Storage, retentionDays: number, log: pino.Logger): void {
  const prune = async (): Promise<void> => {
    const now = new Date();
    try {
      await storage.prune({ logs: new Date(now.getTime() - retentionDays * 24 * HOUR_MS), now });
    } catch (error) {
      log.error({ err: error }, 'old log entries could not be removed');
    }
  };
  setInterval(() => void prune(), HOUR_MS).unref();
}

async function start(): Promise<void> {
  const config = readEnvironment();
  const log = pino({ level: config.logLevel });
  const tenant = new Tenant(config.publicUrl);
  const encryptionKey = config.encryptionKey ?? (await encryptionKeyIn(config.dataDir));
  const contract = readContract();
  const storage = await openStorage({
    databaseUrl: config.databaseUrl,
    dataDir: config.dataDir,
    encryptionKey,
  });
  const created = await bootstrap(storage, tenant, config.bootstrapClient, new Date());
  const keys = await KeySet.from(await storage.config.signingKeys.list());

  const now = (): Date => new Date();
  const { choices, reasonHeader } = config;
  const app = createApp({
    contract,
    storage,
    tenant,
    keys,
    choices,
    now,
    log,
    reasonHeader,
    validateResponses: false,
  });
  const server = createServer(app);
  server.listen(config.port, config.host);
  await once(server, 'listening');

  const stop = async (): Promise<void> => {
    server.close();
    server.closeIdleConnections();
    await once(server, 'close');
    await storage.close();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
  pruneHourly(storage, config.logRetentionDays, log);
  process.stdout.write(welcome(tenant, created));
}

try {
  await start();
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
