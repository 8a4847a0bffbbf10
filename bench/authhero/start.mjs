// Installs and starts AuthHero, apart from this repository. It is AGPL-3.0: nothing here may depend on it or copy from it.

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../tests/support/start-server.mjs';

/** The server, and the newest storage adapter for it that the registry has. */
export const versions = { authhero: '9.6.1', '@authhero/kysely-adapter': '10.119.0' };
/** What the two import. `libsql` stands for `better-sqlite3`: the same interface, and its binary comes from the registry. */
const installed = {
  '@authhero/adapter-interfaces': '0.154.0',
  '@hono/node-server': '2.1.9',
  '@hono/zod-openapi': '1.6.3',
  hono: '4.13.19',
  kysely: '0.27.6',
  libsql: '0.5.29',
  nanoid: '5.1.11',
  zod: '4.6.7',
};

export const MANAGEMENT_AUDIENCE = 'urn:authhero:management';

/**
 * Installs AuthHero in a folder for temporary files, once. Its two packages are unpacked rather than installed, since they
 * name others that the registry does not have; the bundles do not import those.
 */
export function installAuthHero() {
  const folder = path.join(tmpdir(), `grantry-bench-authhero-${versions.authhero}`);
  if (existsSync(folder)) return folder;
  const making = mkdtempSync(`${folder}-`);
  const npm = (/** @type {string[]} */ ...args) =>
    execFileSync('npm', args, { cwd: making, stdio: ['ignore', 'ignore', 'inherit'] });
  writeFileSync(
    path.join(making, 'package.json'),
    JSON.stringify({ private: true, dependencies: installed }),
  );
  npm('install', '--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund');
  for (const [name, version] of Object.entries(versions)) {
    npm('pack', '--silent', `${name}@${version}`);
    const archive = readdirSync(making).find((file) => file.endsWith('.tgz')) ?? '';
    const target = path.join(making, 'node_modules', name);
    mkdirSync(target, { recursive: true });
    execFileSync('tar', ['-xzf', archive, '-C', target, '--strip-components=1'], { cwd: making });
    rmSync(path.join(making, archive));
  }
  renameSync(making, folder);
  return folder;
}

/** @typedef {{ clients: object[]; apis: object[]; grants: object[] }} Tenant */

/**
 * @typedef {object} Options
 * @property {string} file of the database; `:memory:` for none
 * @property {Tenant} [tenant] what an empty database is filled with
 * @property {{ cert: string; key: string }} [tls] for `localhost`
 * @property {Record<string, string>} [env]
 * @property {string[]} [nodeOptions]
 */

/** @typedef {{ port: number; pid: number; startedAt: number; token(): Promise<string>; stop(): Promise<void> }} Server */

export async function startAuthHero(
  /** @type {string} */ folder,
  /** @type {Options} */ {
    file,
    tenant = { clients: [], apis: [], grants: [] },
    tls,
    env = {},
    nodeOptions = [],
  },
) {
  const port = await freePort();
  const url = tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`;
  const client = { id: 'management', secret: 'for a server that is thrown away' };
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...nodeOptions, path.join(import.meta.dirname, 'server.mjs')], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(JSON.stringify({ folder, file, port, issuer: `${url}/`, client, tenant, tls }));
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  const exited = new Promise((resolve) => child.once('exit', resolve));
  let output = '';
  await new Promise((resolve, reject) => {
    const listen = (/** @type {Buffer} */ chunk) => {
      output = (output + chunk.toString()).slice(-4000);
      if (output.includes('ready\n')) resolve(undefined);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('exit', () => reject(new Error(`AuthHero ended:\n${output}`)));
  });
  return {
    url,
    port,
    client,
    pid: child.pid ?? 0,
    startedAt,
    async token() {
      const answer = await fetch(`${url}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          client_id: client.id,
          client_secret: client.secret,
          grant_type: 'client_credentials',
          audience: MANAGEMENT_AUDIENCE,
        }),
      });
      if (answer.status !== 200) throw new Error(`no token: ${answer.status} ${await answer.text()}`);
      return /** @type {{ access_token: string }} */ (await answer.json()).access_token;
    },
    async stop() {
      kill();
      await exited;
    },
  };
}
