// openapi.yaml and openapi.json as they are published, and the files of the page.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Test } from 'supertest';
import { parse } from 'yaml';
import { raw } from '../http/raw.js';
import { contract, startServer, type TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ snapshots: true, env: { TEST_LOGIN: 'on' } });
});
afterAll(() => server.close());

const get = (at: string): Test => server.request().get(at).buffer(true);
const etagOf = async (at: string): Promise<string> =>
  ((await get(at)).headers as Record<string, string>)['etag'] ?? '';

const DOCUMENTS = ['/openapi.yaml', '/openapi.json'];
const FILES = ['page.js', 'page.css', 'icon.svg', 'swagger-ui-bundle.js', 'swagger-ui.css'];
const FILE_PATHS = FILES.map((file) => `/reference/${file}`);

describe('the document', () => {
  test('names this server, by its public address, as the only one', async () => {
    const { body } = await get('/openapi.json');
    expect(body).toMatchObject({ servers: [{ url: server.url }] });
  });

  test('is in all else the contract that requests are checked against', async () => {
    const { body } = await get('/openapi.json');
    expect({ ...body, servers: contract.document['servers'] }).toEqual(contract.document);
  });

  test('is the same as YAML and as JSON', async () => {
    const [yaml, json] = await Promise.all(DOCUMENTS.map((at) => get(at)));
    expect(parse(yaml?.text ?? '')).toEqual(json?.body);
  });

  test('as YAML has no anchors and merge keys, which not every tool knows', async () => {
    const { text } = await get('/openapi.yaml');
    expect(text.match(/^\s*(?:- )*(?:<<:|[^'"\s]+: [&*]\w+$)/m)).toBeNull();
  });

  test.each(DOCUMENTS)('%s says nothing of the address that a request names', async (at) => {
    const headers = { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example' };
    const { text } = await raw(server, at, { headers });
    expect(text).toContain(server.url);
    expect(text).not.toContain('evil.example');
  });
});

test.each([
  ['/openapi.yaml', 'application/yaml; charset=utf-8'],
  ['/openapi.json', 'application/json; charset=utf-8'],
])('%s is %s, for pages of any origin, and may be kept for a while', async (at, type) => {
  const { headers } = await get(at).set('Origin', 'https://a.example');
  expect(headers).toMatchObject({
    'content-type': type,
    'access-control-allow-origin': '*',
    'cache-control': 'public, max-age=300',
  });
});

test.each([...DOCUMENTS, '/reference', ...FILE_PATHS])('%s is not sent to who has it', async (at) => {
  const again = await get(at).set('If-None-Match', await etagOf(at));
  expect([again.status, again.text]).toEqual([304, '']);
  expect((await get(at).set('If-None-Match', '"older"')).status).toBe(200);
});

test('the names of different texts differ', async () => {
  const names = await Promise.all([...DOCUMENTS, '/reference', ...FILE_PATHS].map(etagOf));
  expect(new Set(names).size).toBe(names.length);
});

describe('the page', () => {
  const policyOf = async (at: string): Promise<string[]> => {
    const { headers } = await get(at);
    return ((headers as Record<string, string>)['content-security-policy'] ?? '').split(';');
  };

  test('may run the files of this server, ask this server, and nothing else', async () => {
    expect(await policyOf('/reference')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
  });

  test('is the only answer that may run anything', async () => {
    for (const at of [...DOCUMENTS, ...FILE_PATHS, '/reference/nothing']) {
      expect(await policyOf(at)).toEqual(["default-src 'none'", "frame-ancestors 'none'"]);
    }
  });

  test('names no other place, and each of its files is there', async () => {
    const { text } = await get('/reference');
    const named = [...text.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, at]) => at ?? '');
    expect(named.filter((at) => at.startsWith('/reference/')).sort()).toEqual(
      FILES.map((file) => `/reference/${file}`).sort(),
    );
    expect(named.filter((at) => !at.startsWith('/reference/')).sort()).toEqual([
      '/openapi.json',
      '/openapi.yaml',
    ]);
    for (const at of named) expect((await get(at)).status).toBe(200);
  });

  test.each(['index.html', 'package.json', 'LICENSE', 'swagger-initializer.js', '..%2Froutes.ts'])(
    'has no file %j, though its folders or their neighbours have',
    async (file) => {
      expect((await get(`/reference/${file}`)).status).toBe(404);
    },
  );

  test('is there with a slash at its end, too', async () => {
    expect((await get('/reference/')).text).toBe((await get('/reference')).text);
  });

  test('keeps the browser from an older version of its files', async () => {
    for (const at of ['/reference', ...FILE_PATHS]) {
      expect((await get(at)).headers).toMatchObject({ 'cache-control': 'no-cache' });
    }
  });

  test('is in the package, where only some folders are', async () => {
    const manifest = JSON.parse(
      await readFile(path.join(import.meta.dirname, '../../package.json'), 'utf8'),
    ) as { files: string[] };
    expect(manifest.files).toEqual(expect.arrayContaining(['openapi.yaml', 'src/reference/page']));
  });

  test('is not there for writing', async () => {
    for (const at of ['/reference', ...DOCUMENTS]) {
      expect((await server.request().post(at).send({})).status).toBe(404);
    }
  });
});
