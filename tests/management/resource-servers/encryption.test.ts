// `token_encryption`: the key goes in and never comes out (recorded-behaviour.md 5, management-api.md 4.1).

import { calculateJwkThumbprint } from 'jose';
import { startServer, type TestServer } from '../../support/server.js';
import { type ApiWire, createApi, invalidBody, payloadError, seen, unique } from '../fixtures.js';
import { ecPublicPem, jwkOf, otherRsaKey, rsaKey, selfSignedCertificate, smallRsaKey } from '../keys.js';

let server: TestServer;
let certificate: string;
beforeAll(async () => {
  server = await startServer();
  certificate = await selfSignedCertificate();
});
afterAll(() => server.close());

const encryption = (key: object) => ({
  token_encryption: { format: 'compact-nested-jwe', encryption_key: { alg: 'RSA-OAEP-256', ...key } },
});

test('a public key comes back as its name, algorithm and key id', async () => {
  const api = await createApi(server, encryption({ name: 'Key', kid: 'my-kid', pem: rsaKey.publicPem }));
  expect(api.token_encryption).toEqual({
    format: 'compact-nested-jwe',
    encryption_key: { name: 'Key', alg: 'RSA-OAEP-256', kid: 'my-kid' },
  });
});

test('a certificate comes back as the thumbprint of its key', async () => {
  const api = await createApi(server, encryption({ name: 'Certificate', pem: certificate }));
  expect(api.token_encryption).toEqual({
    format: 'compact-nested-jwe',
    encryption_key: {
      name: 'Certificate',
      alg: 'RSA-OAEP-256',
      thumbprint_sha256: await calculateJwkThumbprint(jwkOf(rsaKey.publicPem)),
    },
  });
});

test.each(['RSA-OAEP-256', 'RSA-OAEP-384', 'RSA-OAEP-512'])('%s is stored', async (alg) => {
  const api = await createApi(server, encryption({ alg, pem: rsaKey.publicPem }));
  expect(api.token_encryption?.encryption_key).toEqual({ alg });
});

test('no answer ever holds the key', async () => {
  const body = { identifier: unique('sealed'), ...encryption({ pem: rsaKey.publicPem }) };
  const created = await server.api('post', 'resource-servers', body);
  const path = `resource-servers/${(created.body as ApiWire).id}`;
  const answers = [
    created,
    await server.api('get', path),
    await server.api('patch', path, { name: 'Other' }),
    await server.api('patch', path, encryption({ pem: otherRsaKey.publicPem })),
    await server.api('get', 'resource-servers'),
    await server.api('get', `${path}?fields=token_encryption`),
  ];
  for (const answer of answers) {
    expect(answer.ok).toBe(true);
    expect(answer.text).toContain('compact-nested-jwe');
    expect(answer.text).not.toMatch(/"pem"|BEGIN PUBLIC KEY/);
  }
});

test('a new key replaces the old one with all that belonged to it', async () => {
  const { id } = await createApi(server, encryption({ name: 'Old', kid: 'old', pem: certificate }));
  const body = encryption({ alg: 'RSA-OAEP-512', pem: otherRsaKey.publicPem });
  const { body: updated } = await server.api('patch', `resource-servers/${id}`, body);
  expect((updated as ApiWire).token_encryption).toEqual({
    format: 'compact-nested-jwe',
    encryption_key: { alg: 'RSA-OAEP-512' },
  });
});

test('null removes it, and null again is no error', async () => {
  const { id } = await createApi(server, encryption({ pem: rsaKey.publicPem }));
  const first = await server.api('patch', `resource-servers/${id}`, { token_encryption: null });
  expect(first.status).toBe(200);
  expect(first.body).not.toHaveProperty('token_encryption');
  const again = await server.api('patch', `resource-servers/${id}`, { token_encryption: null });
  expect(seen(again)).toEqual(seen(first));
});

describe('refusals', () => {
  test.each<[why: string, key: object, message: unknown]>([
    ['text that is no PEM', { pem: 'not a key' }, expect.any(String)],
    [
      'a PEM with rubbish in it',
      { pem: '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----' },
      expect.any(String),
    ],
    [
      'a certificate with rubbish in it',
      { pem: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' },
      expect.any(String),
    ],
    ['a private key', { pem: rsaKey.privatePem }, expect.any(String)],
    ['an elliptic curve key, which RSA-OAEP cannot use', { pem: ecPublicPem }, expect.any(String)],
    ['a key of 1024 bits', { pem: smallRsaKey.publicPem }, expect.stringContaining('2048')],
    ['an empty PEM', { pem: '' }, payloadError],
    ['a PEM over 4096 characters', { pem: rsaKey.publicPem + ' '.repeat(4096) }, payloadError],
    ['no PEM', {}, payloadError],
    ['another algorithm', { alg: 'RSA1_5', pem: rsaKey.publicPem }, payloadError],
    ['an empty key id', { kid: '', pem: rsaKey.publicPem }, payloadError],
    ['a key id of 129 characters', { kid: 'k'.repeat(129), pem: rsaKey.publicPem }, payloadError],
    ['a name of 129 characters', { name: 'n'.repeat(129), pem: rsaKey.publicPem }, payloadError],
    ['a member that nobody knows', { use: 'enc', pem: rsaKey.publicPem }, payloadError],
  ])('%s is refused, on creation and on update', async (_why, key, message) => {
    const created = await server.api('post', 'resource-servers', {
      identifier: unique('refused'),
      ...encryption(key),
    });
    expect(seen(created)).toEqual(invalidBody(message));
    const api = await createApi(server, encryption({ kid: 'kept', pem: rsaKey.publicPem }));
    const updated = await server.api('patch', `resource-servers/${api.id}`, encryption(key));
    expect(seen(updated)).toEqual(invalidBody(message));
    expect((await server.api('get', `resource-servers/${api.id}`)).body).toEqual(api);
  });

  test('another format is refused', async () => {
    const token_encryption = {
      format: 'jwe',
      encryption_key: { alg: 'RSA-OAEP-256', pem: rsaKey.publicPem },
    };
    const answer = await server.api('post', 'resource-servers', {
      identifier: unique('f'),
      token_encryption,
    });
    expect(seen(answer)).toEqual(invalidBody(payloadError));
  });

  test('a refusal does not repeat a private key', async () => {
    const answer = await server.api('post', 'resource-servers', {
      identifier: unique('leak'),
      ...encryption({ pem: rsaKey.privatePem }),
    });
    expect(answer.text).not.toContain(rsaKey.privatePem.slice(60, 90));
  });
});
