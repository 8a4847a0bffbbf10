// What the benchmarks measure with: raw signatures in this process, and load from a process of its own.

import { spawn } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import path from 'node:path';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const data = Buffer.alloc(400, 'a');

/** RS256 signatures per second in this process, on Node's thread pool, with so many under way at once. */
export async function rawSignatures(/** @type {number} */ concurrency, seconds = 2) {
  let count = 0;
  const end = performance.now() + seconds * 1000;
  const one = () => new Promise((resolve) => sign('sha256', data, privateKey, resolve));
  const worker = async () => {
    while (performance.now() < end) {
      await one();
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return count / seconds;
}

/**
 * @typedef {{ perSecond: number; failed: number; p50: number; p99: number }} Load
 * @param {{ port: number; connections: number; seconds?: number; warmUpSeconds?: number; requests: string[] }} options
 * @returns {Promise<Load>}
 */
export function load({ seconds = 5, warmUpSeconds = 2, ...options }) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(import.meta.dirname, 'load.mjs')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (/** @type {Buffer} */ chunk) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve(JSON.parse(output)) : reject(new Error('the load generator failed')),
    );
    child.stdin.end(JSON.stringify({ seconds, warmUpSeconds, ...options }));
  });
}

/** An HTTP/1.1 request as text. */
export function httpRequest(
  /** @type {string} */ method,
  /** @type {string} */ target,
  /** @type {{ token?: string; type?: string; body?: string }} */ { token, type, body } = {},
) {
  const headers = [
    'Host: 127.0.0.1',
    ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
    ...(body === undefined ? [] : [`Content-Type: ${type}`, `Content-Length: ${Buffer.byteLength(body)}`]),
  ];
  return `${method} ${target} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n${body ?? ''}`;
}

export function tokenRequest(
  /** @type {string} */ clientId,
  /** @type {string} */ secret,
  /** @type {string} */ audience,
) {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: secret,
    audience,
  }).toString();
  return httpRequest('POST', '/oauth/token', { type: 'application/x-www-form-urlencoded', body });
}

/** Resident memory of a process in megabytes. */
export function residentMegabytes(/** @type {number} */ pid) {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kilobytes) / 1024);
}

/** The most memory that a process has held so far, in megabytes. */
export function peakMegabytes(/** @type {number} */ pid) {
  const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kilobytes) / 1024);
}

export const ratio = (/** @type {number} */ a, /** @type {number} */ b) => (a / b).toFixed(2);

/** Processor time that a process has used so far. */
export function processorSeconds(/** @type {number} */ pid) {
  const [, figures = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const [user, system] = figures.split(' ').slice(11, 13);
  return (Number(user) + Number(system)) / 100;
}

/** The machine in words. */
export function machine() {
  const processors = cpus();
  return `${processors.length} processors (${processors[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, OpenSSL ${process.versions.openssl}`;
}

export function say(/** @type {string} */ line = '') {
  process.stdout.write(`${line}\n`);
}
