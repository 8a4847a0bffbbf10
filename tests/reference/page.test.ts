// The page as a browser shows it. Runs where Chromium is installed; a CI run without one fails.

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { chromiumProgram as chromium } from '../support/chromium.js';
import { contract, startServer, type TestServer } from '../support/server.js';

interface Shown {
  readonly dom: string;
  /** Errors and warnings, those about the content security policy among them. */
  readonly complaints: readonly string[];
}

/** Opens an address in a browser of its own and waits until nothing happens any more. */
async function show(program: string, url: string): Promise<Shown> {
  const profile = await mkdtemp(path.join(tmpdir(), 'grantry-page-'));
  try {
    const flags = [
      '--headless',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // Its sandbox needs rights that containers do not give.
      '--no-sandbox',
      `--user-data-dir=${profile}`,
      // Swagger UI shows what is in the window only, from 150 operations and tags on.
      '--window-size=1280,40000',
      '--enable-logging=stderr',
      '--virtual-time-budget=20000',
      '--dump-dom',
      url,
    ];
    const options = { maxBuffer: 64 * 1024 * 1024, timeout: 100_000 };
    const { stdout, stderr } = await promisify(execFile)(program, flags, options);
    return { dom: stdout, complaints: stderr.split('\n').filter((line) => line.includes(':CONSOLE')) };
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

test('there is a browser to test with, in CI', () => {
  expect(process.env['CI'] === undefined || chromium !== undefined).toBe(true);
});

(chromium === undefined ? describe.skip : describe)('in a browser', () => {
  let server: TestServer;
  let shown: Shown;
  beforeAll(async () => {
    server = await startServer({ snapshots: true, env: { TEST_LOGIN: 'on' } });
    const operation = '#/client-grants/createClientGrant';
    shown = await show(chromium ?? '', `${server.url}/reference${operation}`);
  }, 120_000);
  afterAll(() => server.close());

  test('the page breaks no rule of its policy, and nothing else is complained about', () => {
    expect(shown.complaints).toEqual([]);
  });

  test('every operation is there', () => {
    const headings = shown.dom.matchAll(/id="operations-(?!tag-)[^"]*?-([A-Za-z]+)"/g);
    const ids = [...headings].map(([, id]) => String(id));
    expect(ids.sort()).toEqual(contract.operations.map(({ id }) => id).sort());
  });

  test('an operation that is named in the address is open, with its scopes and its schemas', () => {
    expect(shown.dom).toMatch(/Needs the scope <code>create:client_grants<\/code>/);
    expect(shown.dom).toContain('allow_any_organization');
  });
});

(chromium === undefined ? test.skip : test)(
  'a complaint would be seen',
  async () => {
    const server = createServer((_req, res) => {
      res.setHeader('Content-Security-Policy', "default-src 'none'");
      res.setHeader('Content-Type', 'text/html').end('<p style="color: red">not by this policy</p>');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const { complaints } = await show(chromium ?? '', `http://127.0.0.1:${port}/`);
      expect(complaints.join('\n')).toContain('Content Security Policy');
    } finally {
      server.closeAllConnections();
      server.close();
    }
  },
  120_000,
);
