// The compiled server as a process of its own, which a test can kill.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { freePort } from '../support/start-server.mjs';

const root = path.join(import.meta.dirname, '../..');

const credentials = { id: 'management', secret: 'a secret for the test only' };

/** Compiles the server and makes the template of its database, unless that was done. */
export function buildServer(): void {
  execFileSync(process.execPath, ['src/setup.mjs'], { cwd: root, stdio: 'ignore' });
}

export class ServerProcess {
  readonly url: string;
  readonly pid: number;
  /** Resolves when the server takes requests, rejects when it ends before. */
  readonly ready: Promise<void>;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
    this.pid = child.pid ?? 0;
    this.#ended = once(child, 'exit');
    let output = '';
    this.ready = new Promise((resolve, reject) => {
      const read = (chunk: Buffer): void => {
        output += chunk.toString();
        if (output.includes('is ready at')) resolve();
      };
      child.stdout?.on('data', read);
      child.stderr?.on('data', read);
      child.on('exit', () => reject(new Error(`the server ended: ${output}`)));
    });
    // Whoever kills a server that is not ready yet does not wait for it to be.
    this.ready.catch(() => undefined);
  }

  static async start(dataDir: string): Promise<ServerProcess> {
    const port = await freePort();
    const child = spawn(process.execPath, [path.join(root, 'dist/bin.cjs'), 'start'], {
      // No .env is there.
      cwd: dataDir,
      env: {
        PORT: String(port),
        DATA_DIR: dataDir,
        LOG_LEVEL: 'silent',
        BOOTSTRAP_CLIENT_ID: credentials.id,
        BOOTSTRAP_CLIENT_SECRET: credentials.secret,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new ServerProcess(child, `http://127.0.0.1:${port}`);
  }

  /** A bearer token for the Management API with every scope. */
  async token(): Promise<string> {
    const answer = await fetch(`${this.url}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        grant_type: 'client_credentials',
        client_id: credentials.id,
        client_secret: credentials.secret,
        audience: `${this.url}/api/v2/`,
      }),
    });
    if (answer.status !== 200) throw new Error(`no token: ${answer.status} ${await answer.text()}`);
    return ((await answer.json()) as { access_token: string }).access_token;
  }

  /** Ends it as a power switch would, as far as the process goes. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** Asks it to end. @returns its exit code. */
  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    await this.#ended;
    return this.#child.exitCode;
  }
}
