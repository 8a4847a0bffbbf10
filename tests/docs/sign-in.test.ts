// The README's "Sign a user in", as a reader does it: each command as it stands, the application of docs/examples/ in a process
// of its own, and a browser in between.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Browser } from '../support/browser.js';
import { allScopes, startServer, type TestServer } from '../support/server.js';
import { freePort } from '../support/start-server.mjs';
import { logIn } from '../oauth/provider/given.js';
import { given as givenSeed } from '../seed/given.js';
import { requireCurl, runBlocks } from './run-blocks.js';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const readme = read('README.md');

/** The blocks of a section, shell and answers, in order. */
function blocksOf(heading: string): string[] {
  const section = readme.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^```(?:sh)?\n(.*?)\n```$/gms)].map(([, block]) => block ?? '');
}

/** What a reader has by then: the first section's own lines. */
const [variables = ''] = blocksOf('A token, and a refusal that says why');
const [make = '', start = '', shown = '', ask = '', dropped = ''] = blocksOf('Sign a user in');

/** Where the example listens; another test may have its port. */
const PORT = '4000';

/** What differs from run to run, by its shape. */
const alike = (output: string, url: string): string =>
  output
    .replaceAll(url, 'http://127.0.0.1:3000')
    .replace(/(?<=client_id=).*$/m, '…')
    .replaceAll(/'[A-Za-z0-9]{32}'/g, "'<client id>'")
    .replaceAll(/auth0\|[0-9a-f]{24}/g, '<user id>')
    .replaceAll(/\b1[0-9]{9}\b/g, '<time>')
    .trim();

let server: TestServer;
let port: string;
beforeAll(async () => {
  await requireCurl();
  server = await startServer();
  port = String(await freePort());
});
afterAll(() => server.close());

/** Runs blocks after those that a reader has run before. `api` also keeps the last answer, from which its id is read. */
async function inShell(...blocks: string[]): Promise<string[]> {
  const token = await server.tokenWith(...allScopes);
  const before = variables
    .split('\n')
    .slice(0, 3)
    .join('\n')
    .replace(/^GRANTRY=.*$/m, `GRANTRY=${server.url}`)
    .replace(/^TOKEN=.*$/m, `TOKEN=${token}`);
  const keep = 'eval "real_$(declare -f api)"; api() { real_api "$@" | tee last.json; }';
  const runs = await runBlocks([`${before}\n${keep}`, ...blocks]);
  expect(runs.map(({ exitCode }) => exitCode)).toEqual(runs.map(() => 0));
  return runs.slice(1).map(({ output }) => output);
}

const ID_OF_ANSWER = String.raw`$(sed 's/.*"client_id":"\([^"]*\)".*/\1/' last.json)`;

test('the commands of the README end in a narrowed token, and in a log that says why', async () => {
  expect(make).toContain('SHOP=<client_id of the answer>');
  const block = make
    .replace('<client_id of the answer>', ID_OF_ANSWER)
    .replace(`localhost:${PORT}`, `localhost:${port}`);
  const [made = '', shop = ''] = await inShell(block, 'printf %s "$SHOP"');
  expect(made).not.toContain('statusCode');

  const [, file = ''] = /^CLIENT_ID=\$SHOP node (\S+)$/.exec(start) ?? [];
  const program = spawn(process.execPath, [new URL(`../../${file}`, import.meta.url).pathname], {
    env: { PATH: process.env['PATH'], GRANTRY: server.url, CLIENT_ID: shop, APP_PORT: port },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const rest: string[] = [];
  program.stdout.on('data', (chunk: Buffer) => rest.push(chunk.toString()));
  const opened = await new Promise<string>((resolve) => {
    program.stdout.on('data', () => {
      const line = /^Open (.*)\n/.exec(rest.join(''))?.[1];
      if (line !== undefined) resolve(line);
    });
  });
  const [, email = ''] = /"email":"([^"]+)"/.exec(make) ?? [];
  const [, password = ''] = /"password":"([^"]+)"/.exec(make) ?? [];
  const browser = new Browser(server.url);
  const end = await logIn(browser, opened, { id: '', email }, password);
  expect((await fetch(end.url)).status).toBe(200);
  expect(await new Promise((resolve) => program.once('close', resolve))).toBe(0);
  expect(alike(rest.join(''), server.url)).toBe(alike(shown, 'http://127.0.0.1:3000'));

  const [log = ''] = await inShell(ask);
  expect(log).toContain(dropped);
});

test('the seed makes the same API, application and grant', async () => {
  const there = await givenSeed();
  const report = await there.apply(await there.write({ 'tenant.yaml': read('docs/examples/shop.yaml') }), {});
  expect(report).toMatchObject({ created: 3, updated: 0, warnings: [] });
  const { body: client } = await there.server.api('get', 'clients/shop');
  expect(client).toMatchObject({ callbacks: [`http://localhost:${PORT}/callback`], app_type: 'spa' });
  await there.close();
});
