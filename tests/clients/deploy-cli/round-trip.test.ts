// `a0deploy export`, and the export imported into an empty server, which then exports the same.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { startTlsServer, type TlsServer } from '../server.js';
import { deployCli } from './run.js';
import { kinds, provision } from './tenant.js';

const settings = {
  AUTH0_INCLUDED_ONLY: kinds,
  // They belong to a server; their identifiers name its address.
  AUTH0_EXCLUDED_RESOURCE_SERVERS: ['Auth0 My Account API', 'Auth0 My Organization API'],
};

let source: TlsServer;
let folder: string;

beforeAll(async () => {
  source = await startTlsServer();
  await provision(source);
  folder = await mkdtemp(path.join(tmpdir(), 'grantry-export-'));
});
afterAll(async () => {
  await source.close();
  await rm(folder, { recursive: true, force: true });
});

type Files = ReadonlyMap<string, string>;

async function exportTo(server: TlsServer, format: string, name: string): Promise<Files> {
  const output = path.join(folder, name);
  expect(await deployCli(server, ['export', '-f', format, '-o', output], settings)).toMatchObject({
    status: 0,
    output: expect.stringContaining('Export Successful'),
  });
  expect(server.writes()).toEqual([]);
  const files = await readdir(output, { recursive: true, withFileTypes: true });
  const texts = files
    .filter((file) => file.isFile())
    .map(async (file) => {
      const at = path.join(file.parentPath, file.name);
      return [path.relative(output, at), await readFile(at, 'utf8')] as const;
    });
  return new Map(await Promise.all(texts));
}

/** The tool exports a default grant with a client id that its own import refuses (docs/compatibility.md). */
async function mendDefaultGrants(name: string, files: Files): Promise<void> {
  for (const [file, text] of files) {
    const mended = text
      .replace(/client_id: undefined_clientId\n\s*/, '')
      .replace(/"client_id": "undefined_clientId",?\s*/, '');
    if (mended !== text) await writeFile(path.join(folder, name, file), mended.replace(/,(\s*\})/, '$1'));
  }
}

/** Grants of one client come in the order of their ids, which differ from server to server. */
function inOrder(files: Files): unknown {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      return value.map(sorted).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    }
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, sorted(member)]));
  };
  // JSON is YAML.
  return Object.fromEntries([...files].map(([file, text]) => [file, sorted(parse(text))]));
}

test.each([
  ['yaml', 'tenant.yaml'],
  ['directory', ''],
])('an export in the %s format, imported into an empty server, is exported equal', async (format, input) => {
  source.requests();
  const exported = await exportTo(source, format, format);
  expect([...exported.values()].join('\n')).toContain('Nightly job');
  await mendDefaultGrants(format, exported);

  const target = await startTlsServer();
  try {
    const file = path.join(folder, format, input);
    expect(await deployCli(target, ['import', '-i', file], settings)).toMatchObject({
      status: 0,
      output: expect.stringContaining('Import Successful'),
    });
    target.requests();
    expect(inOrder(await exportTo(target, format, `${format}-again`))).toEqual(inOrder(exported));
  } finally {
    await target.close();
  }
});

test('an export without any restriction succeeds and writes nothing', async () => {
  source.requests();
  const output = path.join(folder, 'everything');
  expect(await deployCli(source, ['export', '-f', 'yaml', '-o', output])).toMatchObject({
    status: 0,
    output: expect.stringContaining('Export Successful'),
  });
  expect(source.writes()).toEqual([]);
});
