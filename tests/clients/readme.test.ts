// The README's section on the official clients, run as a reader would: a server process with TLS=auto, whose authority is
// its own, and the SDK and deploy-cli with the README's files.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { startServer } from '../support/start-server.mjs';

const readme = await readFile(path.join(import.meta.dirname, '../../README.md'), 'utf8');

/** The first block of a language in the section. */
function block(language: string): string {
  const [, section = ''] = readme.split('## The official clients, unmodified\n');
  const found = new RegExp(`\n\`\`\`${language}\n(.*?\n)\`\`\`\n`, 's').exec(section)?.[1];
  if (found === undefined) throw new Error(`the README has no block of ${language} on the official clients`);
  return found;
}

let folder: string;
let server: Awaited<ReturnType<typeof startServer>>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'grantry-readme-'));
  server = await startServer({ tls: true });
  await symlink(path.join(import.meta.dirname, 'node_modules'), path.join(folder, 'node_modules'));
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

async function run(file: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(file, args, {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      NODE_EXTRA_CA_CERTS: path.join(server.dataDir, 'tls/ca.pem'),
      AUTH0_DOMAIN: new URL(server.url).host,
      AUTH0_CLIENT_ID: server.client.id,
      AUTH0_CLIENT_SECRET: server.client.secret,
    },
  });
  return stripVTControlCharacters(stdout);
}

test('the program on the SDK provisions', async () => {
  await writeFile(path.join(folder, 'provision.mjs'), block('js'));
  const output = await run(process.execPath, ['provision.mjs']);
  expect(output).toContain("audience: 'https://stock.example.com/'");
  expect(output).toContain("scope: [ 'read:stock' ]");
});

test('the file for deploy-cli is imported, and the tenant exported', async () => {
  await writeFile(path.join(folder, 'tenant.yaml'), block('yaml'));
  const imported = await run('npx', ['a0deploy', 'import', '-i', 'tenant.yaml']);
  for (const kind of ['resourceServers', 'clients', 'clientGrants']) {
    expect(imported).toContain(`info: Created [${kind}]`);
  }
  expect(imported).toContain('Import Successful');
  await run('npx', ['a0deploy', 'export', '-f', 'yaml', '-o', 'exported']);
  const exported = await readFile(path.join(folder, 'exported/tenant.yaml'), 'utf8');
  for (const name of ['Nightly job', 'Stock job']) expect(exported).toContain(`- name: ${name}`);
});
