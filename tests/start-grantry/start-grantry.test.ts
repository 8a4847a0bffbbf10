import { request } from 'node:https';
import { access, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Grantry, startGrantry } from '../../src/start-grantry.js';

let running: Grantry[] = [];
afterEach(async () => {
  await Promise.all(running.map((grantry) => grantry.close()));
  running = [];
});

async function start(options?: Parameters<typeof startGrantry>[0]): Promise<Grantry> {
  const grantry = await startGrantry(options);
  running.push(grantry);
  return grantry;
}

const clientNames = async ({ url, managementToken }: Grantry): Promise<string[]> => {
  const headers = { authorization: `Bearer ${await managementToken()}` };
  const clients = (await (await fetch(`${url}/api/v2/clients`, { headers })).json()) as { name: string }[];
  return clients.map(({ name }) => name);
};

test('it listens on a free port, and says where and to whom', async () => {
  const { url, issuer, managementAudience, clientId, clientSecret, ca } = await start();
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect([issuer, managementAudience, ca]).toEqual([`${url}/`, `${url}/api/v2/`, null]);
  const answer = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      audience: managementAudience,
    }),
  });
  expect(answer.status).toBe(200);
});

test('its management token may do everything', async () => {
  const grantry = await start();
  const headers = {
    authorization: `Bearer ${await grantry.managementToken()}`,
    'content-type': 'application/json',
  };
  const body = JSON.stringify({ identifier: 'https://api.example.com/' });
  const answer = await fetch(`${grantry.url}/api/v2/resource-servers`, { method: 'POST', headers, body });
  expect(answer.status).toBe(201);
});

test('several at once know nothing of each other', async () => {
  const [one, two] = await Promise.all([start(), start()]);
  const headers = {
    authorization: `Bearer ${await one.managementToken()}`,
    'content-type': 'application/json',
  };
  const body = JSON.stringify({ name: 'Only here' });
  await fetch(`${one.url}/api/v2/clients`, { method: 'POST', headers, body });
  expect(await clientNames(one)).toContain('Only here');
  expect(await clientNames(two)).not.toContain('Only here');
  const foreign = await fetch(`${two.url}/api/v2/clients`, { headers });
  expect(foreign.status).toBe(401);
});

test('what is given is used: the client, its secret, the public address', async () => {
  const grantry = await start({
    clientId: 'suite',
    clientSecret: 'a secret that the suite knows',
    publicUrl: 'https://auth.example.com',
  });
  expect(grantry).toMatchObject({
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    issuer: 'https://auth.example.com/',
    managementAudience: 'https://auth.example.com/api/v2/',
    clientId: 'suite',
    clientSecret: 'a secret that the suite knows',
  });
  expect(await clientNames(grantry)).toContain('Management');
});

test('a suite puts it back to a state that it knows', async () => {
  const grantry = await start();
  await expect(grantry.restore()).rejects.toThrow('there is no snapshot to restore');
  await grantry.snapshot();
  const headers = {
    authorization: `Bearer ${await grantry.managementToken()}`,
    'content-type': 'application/json',
  };
  const body = JSON.stringify({ name: 'Made by a test' });
  await fetch(`${grantry.url}/api/v2/clients`, { method: 'POST', headers, body });
  expect(await clientNames(grantry)).toContain('Made by a test');
  await grantry.restore();
  expect(await clientNames(grantry)).not.toContain('Made by a test');
});

test('with TLS it brings along what clients have to trust, until it is closed', async () => {
  const grantry = await startGrantry({ tls: true });
  const { url, ca } = grantry;
  expect(url).toMatch(/^https:/);
  const status = await new Promise((resolve, reject) => {
    request(`${url}/.well-known/jwks.json`, { ca: ca?.pem }, (answer) => resolve(answer.statusCode))
      .on('error', reject)
      .end();
  });
  expect(status).toBe(200);
  expect((await grantry.managementToken()).split('.')).toHaveLength(3);
  await access(ca?.file ?? '');
  await grantry.close();
  await expect(access(ca?.file ?? '')).rejects.toMatchObject({ code: 'ENOENT' });
});

test('it writes nothing to the disk', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'grantry-test-'));
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = directory;
  try {
    const grantry = await start();
    expect(await clientNames(grantry)).toHaveLength(2);
    expect(await readdir(directory)).toEqual([]);
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    await rm(directory, { recursive: true });
  }
});

test('once closed, its port is free for another', async () => {
  const first = await startGrantry();
  const port = Number(new URL(first.url).port);
  await first.close();
  const second = await start({ port });
  expect(second.url).toBe(first.url);
});

test.each([
  [{ port: 70_000 }, 'PORT must be a whole number from 0 to 65535 (it is "70000")'],
  [{ publicUrl: 'auth.example.com' }, /^PUBLIC_URL must be http:\/\/host/],
  [{ publicUrl: 'http://auth.example.com', tls: true }, /^PUBLIC_URL must be https:\/\/host when TLS is on/],
  [{ clientSecret: 'short' }, 'BOOTSTRAP_CLIENT_SECRET must have at least 16 characters'],
])('%j cannot be used, and why', async (options, message) => {
  await expect(startGrantry(options)).rejects.toThrow(message);
});
