// Runs of client programs against a server over TLS that tells what it had to do for them.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startServer } from '../tests/support/start-server.mjs';
import { peakMegabytes, ratio, say } from './measure.mjs';

/**
 * @typedef {object} Run
 * @property {string} name what the table calls it
 * @property {string} command
 * @property {string[]} args
 * @property {Record<string, string>} env beside what every client needs to find the server
 */

/** What the program printed is the reason when it fails. */
function finish(/** @type {import('node:child_process').ChildProcess} */ child) {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (/** @type {Buffer} */ chunk) => (output = (output + chunk.toString()).slice(-4000)));
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve(undefined) : reject(new Error(output))));
  });
}

/** What a server is started with so that it tells what it had to do. */
export function observation(/** @type {string} */ folder) {
  return {
    env: { BENCH_REPORT: path.join(folder, 'report.json') },
    nodeOptions: ['--require', path.join(import.meta.dirname, 'request-times.cjs')],
  };
}

/**
 * @typedef {{ requests: number; busyMs: number; cpuMs: number }} Work
 * @param {string} folder that of `observation`
 * @param {number} pid the server's
 * @returns {Promise<Work>} what it had to do since the call before
 */
async function workOf(folder, pid) {
  const report = path.join(folder, 'report.json');
  rmSync(report, { force: true });
  process.kill(pid, 'SIGUSR2');
  while (!existsSync(report)) await new Promise((resolve) => setTimeout(resolve, 10));
  return JSON.parse(readFileSync(report, 'utf8'));
}

/**
 * Runs programs one after the other against one server, and prints a row for each.
 *
 * @param {{ url: string; pid: number; client: { id: string; secret: string } }} server over TLS, with an `observation`
 * @param {string} folder where the programs work
 * @param {Run[]} runs
 */
export async function measureClientRuns(server, folder, runs) {
  await workOf(folder, server.pid);
  const columns = [
    'run',
    'total s',
    'requests',
    'server answering s',
    'client’s own s',
    'client’s own, of total',
    'server’s processor s',
    'server’s peak MB',
  ];
  say(`| ${columns.join(' | ')} |`);
  say(`| ${columns.map(() => '---').join(' | ')} |`);
  for (const { name, command, args, env } of runs) {
    const began = performance.now();
    await finish(
      spawn(command, args, {
        cwd: folder,
        env: {
          PATH: process.env['PATH'],
          HOME: folder,
          AUTH0_DOMAIN: new URL(server.url).host,
          AUTH0_CLIENT_ID: server.client.id,
          AUTH0_CLIENT_SECRET: server.client.secret,
          ...env,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
    const total = (performance.now() - began) / 1000;
    const { requests, busyMs, cpuMs } = await workOf(folder, server.pid);
    const answering = busyMs / 1000;
    const own = total - answering;
    const figures = [total.toFixed(1), requests, answering.toFixed(1), own.toFixed(1), ratio(own, total)];
    say(`| ${[name, ...figures, (cpuMs / 1000).toFixed(1), peakMegabytes(server.pid)].join(' | ')} |`);
  }
  say();
}

/**
 * The same against a Grantry that is started for it.
 *
 * @param {(folder: string, authorityFile: string) => Run[]} runsIn the programs, which work in a folder of their own
 */
export async function measureClientRunsOnGrantry(runsIn) {
  const folder = mkdtempSync(path.join(tmpdir(), 'grantry-bench-'));
  const server = await startServer({ tls: true, ...observation(folder) });
  try {
    await measureClientRuns(server, folder, runsIn(folder, server.authorityFile));
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
