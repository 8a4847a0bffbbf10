// The compiled program as a process of its own.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildServer } from '../storage/server-process.js';

const root = path.join(import.meta.dirname, '../..');
const program = path.join(root, 'dist/bin.cjs');

let directory: string;
beforeAll(async () => {
  buildServer();
  directory = await mkdtemp(path.join(tmpdir(), 'grantry-cli-'));
}, 120_000);
afterAll(() => rm(directory, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program to its end. */
function run(words: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [program, ...words],
      { cwd: directory, env },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

test('--version prints the version of the package', async () => {
  const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  expect(await run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});

test('--help prints the usage', async () => {
  const { code, stdout } = await run(['--help']);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^Usage: grantry start/)]);
});

test('an unknown option is refused with the usage, and nothing is started', async () => {
  const { code, stdout, stderr } = await run(['start', '--prot', '1']);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^Unknown option '--prot'\n\nUsage: grantry start/);
});

test('settings that cannot be used are all named, those of options too', async () => {
  const { code, stderr } = await run(['start', '--port', 'http'], { LOG_LEVEL: 'loud' });
  expect(code).toBe(1);
  expect(stderr).toMatch(/PORT must be a whole number.*\nLOG_LEVEL must be one of/);
});

test("the operator's certificate is looked at before anything is made", async () => {
  const env = { TLS_CERT: 'missing.pem', TLS_KEY: 'missing.pem', DATA_DIR: 'untouched' };
  const { code, stderr } = await run(['start'], env);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^The configuration cannot be used:\nTLS_CERT cannot be read: ENOENT .*\nTLS_KEY cannot/,
  );
});

test('a seed with mistakes ends it with their places, and nothing is on standard output', async () => {
  await writeFile(path.join(directory, 'tenant.yaml'), 'clients:\n  - name: A\n    app_type: x\n  - 3\n');
  const env = { PORT: '0', LOG_LEVEL: 'silent' };
  const { code, stdout, stderr } = await run(['start', '--seed', 'tenant.yaml'], env);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr.split('\n')).toEqual([
    'Nothing of the seed was applied:',
    expect.stringMatching(/^tenant\.yaml:3:15: Payload validation error: 'No enum match for: x'/),
    'tenant.yaml:4:5: Expected type object but found type number',
    '',
  ]);
}, 120_000);

test('a port that is taken ends it with the reason', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const { code, stderr } = await run(['start', '--port', String(port)]);
  other.close();
  expect([code, stderr]).toEqual([1, expect.stringContaining('EADDRINUSE')]);
});

test('options come before .env, a free port is found, and SIGTERM ends it well', async () => {
  await writeFile(path.join(directory, '.env'), 'PORT=1\nLOG_LEVEL=silent\n');
  const child = spawn(process.execPath, [program, 'start', '--port', '0', '--data-dir', 'data'], {
    cwd: directory,
    env: {},
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  while (!output.includes('is ready at') && child.exitCode === null) await once(child.stdout, 'data');
  const url = /ready at (\S+)/.exec(output)?.[1] ?? '';
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d{4,5}\/$/);
  expect((await fetch(`${url}.well-known/jwks.json`)).status).toBe(200);
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number | null];
  expect(code).toBe(0);
}, 120_000);
