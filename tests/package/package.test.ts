// The package as a project gets it: packed, installed into an empty folder without any install script, and used there as
// docs/testing.md and docs/examples/ say.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { configKeys } from '../../src/config.js';
import { freePort } from '../support/start-server.mjs';

const root = path.join(import.meta.dirname, '../..');
const run = promisify(execFile);

let project: string;
const inProject = (command: string, words: readonly string[], env: Record<string, string> = {}) =>
  run(command, [...words], { cwd: project, env: { ...process.env, ...env } });

beforeAll(async () => {
  project = await mkdtemp(path.join(tmpdir(), 'grantry-package-'));
  await mkdir(path.join(project, 'packed'));
  await run('npm', ['pack', '--pack-destination', path.join(project, 'packed')], { cwd: root });
  const [archive] = await readdir(path.join(project, 'packed'));
  await writeFile(path.join(project, 'package.json'), '{ "name": "project", "private": true }');
  const flags = ['--ignore-scripts', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund'];
  await inProject('npm', ['install', ...flags, `./packed/${archive}`]);
}, 600_000);
afterAll(() => rm(project, { recursive: true, force: true }));

const docs = (file: string): Promise<string> => readFile(path.join(root, 'docs', file), 'utf8');

test('it brings along no tests, no maps, and of the sources only what a browser loads', async () => {
  const files = await readdir(path.join(project, 'node_modules/grantry'), { recursive: true });
  expect(
    files.filter((file) =>
      /^(tests|bench|docs)\b|^src\/(?!reference(\/page|$)|pages(\/assets|$))|\.map$/.test(file),
    ),
  ).toEqual([]);
});

test('a script starts one in its process and gets a token, and its types hold', async () => {
  const script = `
    import { startGrantry, type Grantry } from 'grantry';
    const grantry: Grantry = await startGrantry({ port: 0 });
    const answer = await fetch(grantry.url + '/api/v2/clients', {
      headers: { authorization: 'Bearer ' + (await grantry.managementToken()) },
    });
    console.log(answer.status);
    await grantry.close();
  `;
  await writeFile(path.join(project, 'typed.mts'), script);
  const options = ['--strict', '--module', 'nodenext', '--target', 'es2022', '--outDir', '.'];
  const types = ['--typeRoots', path.join(root, 'node_modules/@types'), '--types', 'node'];
  await inProject(process.execPath, [
    path.join(root, 'node_modules/typescript/bin/tsc'),
    ...options,
    ...types,
    'typed.mts',
  ]);
  const { stdout } = await inProject(process.execPath, ['typed.mjs']);
  expect(stdout).toBe('200\n');
}, 120_000);

test("Jest's example on the page runs as it stands", async () => {
  const page = await docs('testing.md');
  const blocks = [
    ...page.matchAll(/^`([\w.-]+)`:\n\n```js\n(.*?)```|is\. `(jest[\w.]+)`:\n\n```js\n(.*?)```/gms),
  ];
  expect(blocks.map(([, name, , first]) => name ?? first)).toEqual([
    'jest.config.mjs',
    'grantry-setup.mjs',
    'grantry-teardown.mjs',
    'token.test.js',
  ]);
  for (const [, name, text, first, firstText] of blocks) {
    await writeFile(path.join(project, name ?? first ?? ''), text ?? firstText ?? '');
  }
  const jest = path.join(root, 'node_modules/jest/bin/jest.js');
  const { stderr } = await inProject(process.execPath, [jest, '--rootDir', '.'], { NODE_OPTIONS: '' });
  expect(stderr).toMatch(/Tests: +1 passed, 1 total/);
}, 180_000);

interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly env?: Record<string, string>;
}

test('the step of the workflow example that starts a server does, and it trusts what it says to trust', async () => {
  const workflow = parse(await docs('examples/github-actions.yml')) as {
    jobs: Record<string, { steps: Step[] }>;
  };
  const steps = workflow.jobs['beside-the-tests']?.steps ?? [];
  const start = steps.find(({ name }) => name === 'Start Grantry');
  expect(configKeys).toEqual(expect.arrayContaining(Object.keys(start?.env ?? {})));
  const port = String(await freePort());
  const address = `https://localhost:${port}`;
  // A group of its own, to end what it leaves running.
  const shell = spawn(
    'bash',
    ['-e', '-c', `${start?.run}\ncurl -s --cacert .data/tls/ca.pem ${address}/_grantry/health; wait`],
    {
      cwd: project,
      env: { ...process.env, ...start?.env, PORT: port, PUBLIC_URL: address },
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let output = '';
  try {
    for await (const chunk of shell.stdout) {
      output += String(chunk);
      if (output.includes('{')) break;
    }
  } finally {
    process.kill(-(shell.pid ?? 0), 'SIGTERM');
    if (shell.exitCode === null && shell.signalCode === null) await once(shell, 'exit');
  }
  expect(output).toMatch(/ok\n\{"status":"ok"\}$/);
}, 180_000);
