// What the package exports: a server inside the process of a test suite, in memory, on a port of its own.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { readConfig } from './config.js';
import { type RunningServer, startServer } from './server.js';
import { openStorage } from './storage/prisma/prisma-storage.js';

export interface GrantryOptions {
  /** Default: any that is free. */
  readonly port?: number;
  /** Serves HTTPS with a certificate of its own authority, `ca`. Default: false. */
  readonly tls?: boolean;
  /** A YAML file or directory of auth0-deploy-cli that the server is to have; keywords come from the environment. */
  readonly seed?: string;
  /** The address that others know it by, where that is not the one that it listens on. */
  readonly publicUrl?: string;
  /** Of the management client. Default: made up. */
  readonly clientId?: string;
  /** Of the management client, 16 to 512 characters. Default: made up. */
  readonly clientSecret?: string;
}

export interface Grantry {
  /** Where it listens, without a final slash: `http://127.0.0.1:49152`. */
  readonly url: string;
  /** `iss` of its tokens, with a final slash. */
  readonly issuer: string;
  /** The audience of its Management API. */
  readonly managementAudience: string;
  /** The management client, which may do everything through the Management API. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** With `tls`, what clients have to trust: the certificate as PEM, and the file that it is in until `close`. */
  readonly ca: { readonly pem: string; readonly file: string } | null;
  /** A token for the Management API with every scope. */
  readonly managementToken: () => Promise<string>;
  /** Remembers the whole state, in place of what was remembered before. */
  readonly snapshot: () => Promise<void>;
  /** Puts back the state that `snapshot` remembered. @throws when there is none. */
  readonly restore: () => Promise<void>;
  /** Ends it. Nothing is left of it. */
  readonly close: () => Promise<void>;
}

/**
 * Starts a server in this process, in memory. Any number of them can run at once.
 *
 * @throws when an option cannot be used; the message names the setting that it stands for.
 */
export async function startGrantry(options: GrantryOptions = {}): Promise<Grantry> {
  // Certificates have to be in a file, for clients in other processes.
  const directory = options.tls ? await mkdtemp(path.join(tmpdir(), 'grantry-')) : null;
  const removeDirectory = async (): Promise<void> => {
    if (directory !== null) await rm(directory, { recursive: true, force: true });
  };
  try {
    const config = readConfig({
      HOST: '127.0.0.1',
      PORT: String(options.port ?? 0),
      PUBLIC_URL: options.publicUrl,
      TLS: options.tls ? 'auto' : 'off',
      DATA_DIR: directory ?? undefined,
      BOOTSTRAP_CLIENT_ID: options.clientId,
      BOOTSTRAP_CLIENT_SECRET: options.clientSecret,
      LOG_LEVEL: 'silent',
      TEST_LOGIN: 'on',
    });
    const server = await startServer(config, {
      ...(options.seed !== undefined && { seed: { path: options.seed, env: process.env } }),
      openStorage: () =>
        openStorage({ databaseUrl: undefined, dataDir: null, encryptionKey: randomBytes(32) }),
    });
    return await handleOf(server, options.tls ?? false, removeDirectory);
  } catch (error) {
    await removeDirectory();
    throw error;
  }
}

async function handleOf(
  server: RunningServer,
  isSecure: boolean,
  removeDirectory: () => Promise<void>,
): Promise<Grantry> {
  const { tenant, port, created, authorityFile, storage } = server;
  if (created === null) throw new Error('an empty database had a management client');
  const url = `${isSecure ? 'https' : 'http'}://127.0.0.1:${port}`;
  const ca =
    authorityFile === null ? null : { pem: await readFile(authorityFile, 'utf8'), file: authorityFile };
  const managementAudience = tenant.identifierOf('management');
  return {
    url,
    issuer: tenant.issuer,
    managementAudience,
    clientId: created.id,
    clientSecret: created.secret,
    ca,
    managementToken: () =>
      requestToken(new URL('/oauth/token', url), ca?.pem, {
        grant_type: 'client_credentials',
        client_id: created.id,
        client_secret: created.secret,
        audience: managementAudience,
      }),
    snapshot: () => storage.takeSnapshot(),
    restore: async () => {
      if (!(await storage.restoreSnapshot())) throw new Error('there is no snapshot to restore');
    },
    close: async () => {
      await server.close({ graceMs: 0 });
      await removeDirectory();
    },
  };
}

/** Not `fetch`, which cannot be told whom to trust. */
async function requestToken(url: URL, ca: string | undefined, body: Record<string, string>): Promise<string> {
  const options = { method: 'POST', headers: { 'content-type': 'application/json' } };
  const request = ca === undefined ? requestHttp(url, options) : requestHttps(url, { ...options, ca });
  request.end(JSON.stringify(body));
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  const read = (await json(answer)) as { access_token?: string };
  if (read.access_token === undefined) {
    throw new Error(`no token: ${answer.statusCode} ${JSON.stringify(read)}`);
  }
  return read.access_token;
}
