// Starts the compiled server as a process of its own on an empty database, for scripts that measure or replay.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.join(import.meta.dirname, '../..');

/** What `npm start` runs, with its flags: measuring anything else would mean nothing. */
const command = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  .scripts.start.split('&& node ')[1]
  .split(' ');

/** The same for every server, so that one that is started on the data of another is managed by the same client. */
const client = { id: 'management', secret: 'for a server that is thrown away' };

/** @returns {Promise<number>} a port that was free a moment ago */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/**
 * Starts a server and waits until it says that it is ready.
 *
 * @param {{
 *   env?: Record<string, string>;
 *   dataDir?: string;
 *   nodeOptions?: string[];
 *   args?: string[];
 *   tls?: boolean;
 * }} [options] `dataDir` of an earlier server to start on its data; `tls`: with its own authority, at `localhost`
 */
export async function startServer({ env = {}, dataDir, nodeOptions = [], args = [], tls = false } = {}) {
  const port = await freePort();
  const directory = dataDir ?? mkdtempSync(path.join(tmpdir(), 'grantry-'));
  const url = tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`;
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...nodeOptions, ...command, ...args], {
    cwd: root,
    env: {
      ...process.env,
      LOG_LEVEL: 'warn',
      HOST: '127.0.0.1',
      PORT: String(port),
      PUBLIC_URL: url,
      TLS: tls ? 'auto' : 'off',
      DATA_DIR: directory,
      BOOTSTRAP_CLIENT_ID: client.id,
      BOOTSTRAP_CLIENT_SECRET: client.secret,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // A script that fails does not leave its servers behind.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  let output = '';
  const exited = new Promise((resolve) => child.once('exit', resolve));
  await new Promise((resolve, reject) => {
    const listen = (/** @type {Buffer} */ chunk) => {
      output += chunk.toString();
      if (output.includes('Grantry is ready')) resolve(undefined);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${output}`)));
  });

  return {
    url,
    port,
    client,
    /** With `tls`: the certificate that its clients have to trust. */
    authorityFile: path.join(directory, 'tls/ca.pem'),
    dataDir: directory,
    pid: child.pid ?? 0,
    startedAt,
    /** A management token with every scope. */
    async token() {
      const answer = await fetch(`${url}/oauth/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          grant_type: 'client_credentials',
          client_id: client.id,
          client_secret: client.secret,
          audience: `${url}/api/v2/`,
        }),
      });
      if (answer.status !== 200) throw new Error(`no token: ${answer.status} ${await answer.text()}`);
      const { access_token } = /** @type {{ access_token: string }} */ (await answer.json());
      return access_token;
    },
    /** @param {{ keep?: boolean }} [how] `keep` leaves the data for another start */
    async stop({ keep = false } = {}) {
      child.kill('SIGTERM');
      await exited;
      if (!keep) rmSync(directory, { recursive: true, force: true });
    },
  };
}
