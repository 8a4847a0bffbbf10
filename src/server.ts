// Composition root: configuration, storage, application, listener. Whatever starts a server (the command line, a test suite
// through `startGrantry`, the tests here) starts it with this.

import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { pino } from 'pino';
import { ActionRunner } from './actions/run-actions.js';
import { configurationHandlers, createApp } from './app.js';
import { type BootstrapClient, bootstrap } from './bootstrap.js';
import type { Config } from './config.js';
import { Tenant } from './domain/tenant.js';
import { encryptionKeyIn } from './encryption-key.js';
import { learnAddress, trusting } from './http/connection.js';
import { readContract } from './http/contract.js';
import { KeySet } from './oauth/signing-keys.js';
import type { SeedOptions, SeedReport } from './seed/seed.js';
import { openStorage } from './storage/prisma/prisma-storage.js';
import type { ConfigStore, Storage } from './storage/storage.js';
import { localIdentity } from './tls/local-identity.js';
import { ownIdentity } from './tls/own-identity.js';
import { createSecureServer } from './tls/secure-server.js';

const HOUR_MS = 3_600_000;
/** Shorter than what container engines wait before they kill. */
const GRACE_MS = 8000;

export interface StartOptions {
  /** Opens another storage than the one that the configuration names. The server closes it. */
  readonly openStorage?: () => Promise<Storage>;
  readonly now?: () => Date;
  /** What the server has to have before it takes the first request. */
  readonly seed?: Pick<SeedOptions, 'path' | 'configFile' | 'env' | 'progress'>;
  /** Checks answers against the contract as well as requests. For tests. */
  readonly validateResponses?: boolean;
}

export interface RunningServer {
  readonly tenant: Tenant;
  /** Where it listens. */
  readonly port: number;
  readonly storage: Storage;
  readonly keys: KeySet;
  /** The management client, if this start made it. */
  readonly created: BootstrapClient | null;
  /** What became of the seed, where there was one. */
  readonly seeded: SeedReport | null;
  /** The certificate that clients have to trust; null where there is none of the server's own. */
  readonly authorityFile: string | null;
  /** Takes no more requests, lets those under way finish for so long, and closes the storage. */
  close(options?: { graceMs: number }): Promise<void>;
}

async function storageOf(config: Config): Promise<Storage> {
  const { databaseUrl, dataDir } = config;
  return openStorage({
    databaseUrl,
    dataDir,
    encryptionKey: config.encryptionKey ?? (await encryptionKeyIn(dataDir)),
  });
}

interface Listener {
  readonly server: Server | HttpsServer;
  readonly authorityFile: string | null;
}

async function createListener(config: Config, now: () => Date, log: pino.Logger): Promise<Listener> {
  if (config.tls === null) return { server: createServer(), authorityFile: null };
  const source =
    config.tls === 'auto'
      ? localIdentity(path.join(config.dataDir, 'tls'), config.publicUrl)
      : ownIdentity(config.tls);
  const { server } = await createSecureServer(source, now, (error) =>
    log.error({ err: error }, 'the certificate could not be renewed'),
  );
  return { server, authorityFile: source.authorityFile };
}

async function listen(server: Server | HttpsServer, { port, host }: Config): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** The public address with the port that was found for port 0. */
function publicUrlOf({ publicUrl }: Config, port: number): URL {
  const url = new URL(publicUrl);
  if (url.port === '0') url.port = String(port);
  return url;
}

/** @returns a function that stops it. */
function pruneHourly(storage: Storage, retentionDays: number, log: pino.Logger): () => void {
  const prune = async (): Promise<void> => {
    const now = new Date();
    try {
      await storage.prune({ logs: new Date(now.getTime() - retentionDays * 24 * HOUR_MS), now });
    } catch (error) {
      log.error({ err: error }, 'old log entries could not be removed');
    }
  };
  const timer = setInterval(() => void prune(), HOUR_MS).unref();
  return () => clearInterval(timer);
}

/**
 * Starts a server, and waits until it serves. It takes its port first, since its address is part of what it stores;
 * requests that come meanwhile are answered when it is ready.
 *
 * @throws SeedError when there is a seed that cannot be applied.
 */
export async function startServer(config: Config, options: StartOptions = {}): Promise<RunningServer> {
  const now = options.now ?? (() => new Date());
  const log = pino({ level: config.logLevel });
  const contract = readContract();
  const { server, authorityFile } = await createListener(config, now, log);
  let app: RequestListener | null = null;
  const early: Parameters<RequestListener>[] = [];
  const isTrusted = config.trustedProxies.length === 0 ? null : trusting(config.trustedProxies);
  server.on('request', (req: IncomingMessage, res: ServerResponse) => {
    if (isTrusted) learnAddress(req, isTrusted);
    if (app) app(req, res);
    else early.push([req, res]);
  });
  const port = await listen(server, config);

  let storage: Storage | null = null;
  try {
    const tenant = new Tenant(publicUrlOf(config, port));
    storage = await (options.openStorage ?? (() => storageOf(config)))();
    const created = await bootstrap(storage, tenant, config.bootstrapClient, now());
    const keys = await KeySet.from(await storage.config.signingKeys.list());
    const handlersOn = (store: ConfigStore) => configurationHandlers(store, { tenant, keys });
    let seeded: SeedReport | null = null;
    if (options.seed) {
      // Loaded here because few starts have one.
      const { applySeed } = await import('./seed/seed.js');
      seeded = await applySeed({ ...options.seed, contract, tenant, storage, handlersOn });
    }
    const actions = config.actions ? new ActionRunner() : null;
    const serve = createApp({
      contract,
      storage,
      tenant,
      keys,
      actions,
      choices: config.choices,
      now,
      log,
      reasonHeader: config.reasonHeader,
      snapshots: config.snapshots,
      testLogin: config.testLogin,
      validateResponses: options.validateResponses ?? false,
    });
    app = serve;
    for (const [req, res] of early) serve(req, res);
    const stopPruning = pruneHourly(storage, config.logRetentionDays, log);
    const opened = storage;
    return {
      tenant,
      port,
      storage,
      keys,
      created,
      seeded,
      authorityFile,
      close: async ({ graceMs } = { graceMs: GRACE_MS }) => {
        stopPruning();
        server.close();
        server.closeIdleConnections();
        const closed = once(server, 'close');
        const timer = setTimeout(() => server.closeAllConnections(), graceMs);
        await closed;
        clearTimeout(timer);
        await actions?.close();
        await opened.close();
      },
    };
  } catch (error) {
    server.close();
    server.closeAllConnections();
    await storage?.close();
    throw error;
  }
}
