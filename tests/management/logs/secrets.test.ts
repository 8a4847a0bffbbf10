// Secrets never reach the log (design.md D6).

import { startServer, type TestServer } from '../../support/server.js';
import { type ClientWire, createApi, createClient, unique } from '../fixtures.js';
import { otherRsaKey, rsaKey, selfSignedCertificate } from '../keys.js';
import { latest } from './log-entry.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const allText = async (): Promise<string> => (await server.api('get', 'logs?per_page=100')).text;

const hidden = 'SECRET-THAT-MUST-NOT-BE-LOGGED';
const login = `<html>${hidden}</html>`;

test.each<[what: string, method: 'post' | 'patch', path: () => Promise<string>, body: () => Promise<object>]>(
  [
    [
      'client_secret',
      'patch',
      async () => `clients/${(await createClient(server)).client_id}`,
      async () => ({ client_secret: hidden }),
    ],
    [
      'signing_secret',
      'post',
      async () => 'resource-servers',
      async () => ({ identifier: unique('s'), signing_alg: 'HS256', signing_secret: hidden }),
    ],
    [
      'options of a connection',
      'post',
      async () => 'connections',
      async () => ({ name: unique('c'), strategy: 'oidc', options: { client_secret: hidden } }),
    ],
    [
      'addons',
      'post',
      async () => 'clients',
      async () => ({ name: 'x', addons: { azure_sb: { sasKey: hidden } } }),
    ],
    [
      'custom_login_page',
      'post',
      async () => 'clients',
      async () => ({ name: 'x', custom_login_page: login }),
    ],
    [
      'encryption_key',
      'post',
      async () => 'clients',
      async () => ({ name: 'x', encryption_key: { pub: hidden } }),
    ],
    // Refused, and still not logged.
    [
      'a secret that is refused',
      'post',
      async () => 'clients',
      async () => ({ name: 'x', client_secret: hidden }),
    ],
    [
      'a secret in a place of its own',
      'post',
      async () => 'clients',
      async () => ({ name: 'x', mobile: { deep: [{ client_secret: hidden }] } }),
    ],
  ],
)('%s', async (_what, method, path, body) => {
  await server.api(method, await path(), await body());
  const entry = JSON.stringify(await latest(server));
  expect(entry).toContain('[redacted]');
  expect(entry).not.toContain(hidden);
});

test('keys and certificates', async () => {
  const certificate = await selfSignedCertificate();
  const { client_id } = await createClient(server);
  const key = (pem: string) => ({ credential_type: 'public_key', pem });
  await server.api('post', `clients/${client_id}/credentials`, key(rsaKey.publicPem));
  await server.api('post', `clients/${client_id}/credentials`, key(rsaKey.privatePem));
  await server.api('post', `clients/${client_id}/credentials`, {
    credential_type: 'x509_cert',
    pem: certificate,
  });
  await createClient(server, {
    client_authentication_methods: { private_key_jwt: { credentials: [key(otherRsaKey.publicPem)] } },
  });
  const encryption_key = { alg: 'RSA-OAEP-256', pem: rsaKey.publicPem };
  await createApi(server, { token_encryption: { format: 'compact-nested-jwe', encryption_key } });
  expect(await allText()).not.toMatch(/BEGIN (PUBLIC|PRIVATE|CERTIFICATE|RSA)/);
});

test('secrets that the server makes', async () => {
  const { client_id, client_secret } = await createClient(server);
  const rotated = (await server.api('post', `clients/${client_id}/rotate-secret`)).body as ClientWire;
  const api = await createApi(server, { signing_alg: 'HS256' });
  const text = await allText();
  expect(text).toContain(client_id);
  for (const secret of [client_secret, rotated.client_secret, api.signing_secret]) {
    expect(secret).toBeDefined();
    expect(text).not.toContain(secret);
  }
});

test('bearer tokens', async () => {
  const token = await server.tokenWith('create:clients');
  await server
    .request()
    .post('/api/v2/clients')
    .set('Authorization', `Bearer ${token}`)
    .send({ name: 'Token' });
  expect(await allText()).not.toContain(token.split('.')[2]);
});
