// A whole server over TLS, asked by clients that trust its authority and by clients that do not.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { readConfig } from '../../src/config.js';
import { type RunningServer, startServer } from '../../src/server.js';
import { welcome } from '../../src/welcome.js';

let directory: string;
let server: RunningServer;
let ca: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'grantry tls '));
  server = await startServer(
    readConfig({ PORT: '0', TLS: 'auto', DATA_DIR: directory, LOG_LEVEL: 'silent' }),
  );
  ca = await readFile(server.authorityFile ?? '', 'utf8');
});
afterAll(async () => {
  await server.close({ graceMs: 0 });
  await rm(directory, { recursive: true, force: true });
});

interface Answer {
  readonly status: number | undefined;
  readonly body: Record<string, unknown>;
}

function ask(
  at: string,
  options: { ca?: string; agent?: Agent; bearer?: string },
  body?: object,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      new URL(at, server.tenant.issuer),
      {
        ...(options.ca !== undefined && { ca: options.ca }),
        ...(options.agent && { agent: options.agent }),
        method: body ? 'POST' : 'GET',
        headers: {
          'content-type': 'application/json',
          ...(options.bearer !== undefined && { authorization: `Bearer ${options.bearer}` }),
        },
      },
      (res) => {
        text(res).then(
          (read) => resolve({ status: res.statusCode, body: JSON.parse(read) as Answer['body'] }),
          reject,
        );
      },
    );
    sent.on('error', reject);
    sent.end(body && JSON.stringify(body));
  });
}

const credentials = () => ({
  grant_type: 'client_credentials',
  client_id: server.created?.id,
  client_secret: server.created?.secret,
  audience: server.tenant.identifierOf('management'),
});

test('its address is https, and so is what is derived from it', () => {
  expect(server.tenant.issuer).toBe(`https://127.0.0.1:${server.port}/`);
  expect(server.tenant.identifierOf('management')).toBe(`https://127.0.0.1:${server.port}/api/v2/`);
});

test('a token, and the Management API with it, over one connection that is kept', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca });
  const { status, body } = await ask('oauth/token', { agent }, credentials());
  expect(status).toBe(200);
  const clients = await ask('api/v2/clients', { agent, bearer: String(body['access_token']) });
  expect(clients).toMatchObject({
    status: 200,
    body: [{ name: 'Management' }, { name: 'All Applications' }],
  });
  const sockets = Object.values(agent.freeSockets).flat();
  agent.destroy();
  expect(sockets).toHaveLength(1);
});

test('a client that does not know its authority goes no further', async () => {
  await expect(ask('.well-known/jwks.json', {})).rejects.toMatchObject({
    code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  });
});

test('plain HTTP gets no answer', async () => {
  await expect(fetch(`http://127.0.0.1:${server.port}/.well-known/jwks.json`)).rejects.toThrow(
    'fetch failed',
  );
});

describe('the welcome', () => {
  test('names the authority to Node, Go and curl, as words of a shell', () => {
    const file = `'${path.join(directory, 'tls', 'ca.pem')}'`;
    const said = welcome(server);
    expect(said).toContain(`export NODE_EXTRA_CA_CERTS=${file}\n`);
    expect(said).toContain(`export SSL_CERT_FILE=${file}\n`);
    expect(said).toContain(`curl --cacert ${file}\n`);
  });

  test('has a curl that gets a token, pasted as it stands', async () => {
    const line = welcome(server)
      .split('\n')
      .find((each) => each.includes('/oauth/token'));
    const { stdout } = await promisify(execFile)('sh', ['-c', line ?? 'false']);
    expect(JSON.parse(stdout)).toMatchObject({ token_type: 'Bearer' });
  });

  test('has a line that makes Node trust the server', async () => {
    const line = /export NODE_EXTRA_CA_CERTS=.*/.exec(welcome(server))?.[0];
    const script = `fetch('${server.tenant.issuer}.well-known/jwks.json').then(({ status }) => console.log(status))`;
    const { stdout } = await promisify(execFile)('sh', [
      '-c',
      `${line}; "$0" -e "$1"`,
      process.execPath,
      script,
    ]);
    expect(stdout).toBe('200\n');
  });

  test('says nothing of authorities where the server has none', () => {
    expect(welcome({ ...server, authorityFile: null })).not.toMatch(/cacert|CERT/);
  });

  test('shows no client that was made before', () => {
    expect(welcome({ ...server, created: null })).not.toContain('secret');
  });
});
