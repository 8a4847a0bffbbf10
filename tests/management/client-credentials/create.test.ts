// POST /clients/{id}/credentials (management-api.md 7.1, recorded-behaviour.md 6).

import { createHash, X509Certificate } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { startServer, type TestServer } from '../../support/server.js';
import {
  type ClientWire,
  createClient,
  type CredentialWire,
  invalidBody,
  noClient,
  payloadError,
  refused,
  seen,
} from '../fixtures.js';
import {
  certificateExpiry,
  ecPublicPem,
  jwkOf,
  otherRsaKey,
  rsaKey,
  selfSignedCertificate,
  smallRsaKey,
} from '../keys.js';

let server: TestServer;
let certificate: string;
let client: ClientWire;
beforeAll(async () => {
  server = await startServer();
  certificate = await selfSignedCertificate();
});
afterAll(() => server.close());
beforeEach(async () => {
  client = await createClient(server);
});

const add = (body: object, clientId = client.client_id) =>
  server.api('post', `clients/${clientId}/credentials`, body);
const publicKey = (more: object = {}) => ({ credential_type: 'public_key', pem: rsaKey.publicPem, ...more });
const id: unknown = expect.stringMatching(/^cred_[A-Za-z0-9]{22}$/);
const time: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

describe('a public key', () => {
  test('comes back as the recorded members, without the key', async () => {
    expect(seen(await add(publicKey({ name: 'Key' })))).toEqual({
      status: 201,
      body: {
        id,
        credential_type: 'public_key',
        kid: await calculateJwkThumbprint(jwkOf(rsaKey.publicPem)),
        alg: 'RS256',
        name: 'Key',
        created_at: time,
        updated_at: time,
      },
    });
  });

  test('is known by the RFC 7638 thumbprint of the key, whatever it came in', async () => {
    const fromKey = (await add(publicKey())).body as CredentialWire;
    const other = await createClient(server);
    const fromCertificate = (await add(publicKey({ pem: certificate }), other.client_id))
      .body as CredentialWire;
    expect(fromKey.kid).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(fromCertificate.kid).toBe(fromKey.kid);
  });

  test.each(['RS256', 'RS384', 'PS256'])('can be for %s', async (alg) => {
    expect((await add(publicKey({ alg }))).body).toMatchObject({ alg });
  });

  test.each(['0123456789', 'k'.repeat(64), 'with-_both-'])('can have the kid %s', async (kid) => {
    expect((await add(publicKey({ kid }))).body).toMatchObject({ kid });
  });

  test.each([
    ['2030-01-02T03:04:05Z', '2030-01-02T03:04:05.000Z'],
    ['2030-01-02T03:04:05.678+02:00', '2030-01-02T01:04:05.678Z'],
  ])('that expires at %s shows %s', async (expires_at, shown) => {
    expect((await add(publicKey({ expires_at }))).body).toMatchObject({ expires_at: shown });
  });

  test('from a certificate expires with it only when that is asked for', async () => {
    const asked = await add(publicKey({ pem: certificate, parse_expiry_from_cert: true }));
    expect(asked.body).toMatchObject({ expires_at: certificateExpiry.toISOString() });
    expect(asked.body).not.toHaveProperty('parse_expiry_from_cert');
    const notAsked = await add(publicKey({ pem: certificate, kid: 'another-kid' }));
    expect(notAsked.body).not.toHaveProperty('expires_at');
  });

  test('without a certificate has no expiry to parse', async () => {
    expect((await add(publicKey({ parse_expiry_from_cert: true }))).body).not.toHaveProperty('expires_at');
  });
});

describe('the subject of a certificate', () => {
  test('can be given as it is', async () => {
    expect((await add({ credential_type: 'cert_subject_dn', subject_dn: 'CN=a, O=b' })).body).toEqual({
      id,
      credential_type: 'cert_subject_dn',
      subject_dn: 'CN=a, O=b',
      created_at: time,
      updated_at: time,
    });
  });

  // recorded-behaviour.md 6: "parts joined by line feeds".
  test('can be read from a certificate', async () => {
    expect((await add({ credential_type: 'cert_subject_dn', pem: certificate })).body).toMatchObject({
      subject_dn: 'CN=client.example\nO=Example',
    });
  });
});

test('a self-signed certificate comes back as its thumbprint and expiry', async () => {
  const { raw } = new X509Certificate(certificate);
  expect((await add({ credential_type: 'x509_cert', name: 'Own', pem: certificate })).body).toEqual({
    id,
    credential_type: 'x509_cert',
    name: 'Own',
    thumbprint_sha256: createHash('sha256').update(raw).digest('base64url'),
    created_at: time,
    updated_at: time,
    expires_at: certificateExpiry.toISOString(),
  });
});

// management-api.md 7.1: "A new credential is not in use until PATCH of the client lists its id".
test('a new credential is not in use', async () => {
  const { encrypted: _encrypted, ...before } = client;
  await add(publicKey());
  expect((await server.api('get', `clients/${client.client_id}`)).body).toEqual(before);
});

describe('the same key id again', () => {
  const conflict = refused(409, 'A credential with the same kid already exists for this client.');

  test('is a conflict, for the same key', async () => {
    await add(publicKey());
    expect(seen(await add(publicKey({ name: 'Again' })))).toEqual(conflict);
  });

  test('is a conflict, for another key with the same kid', async () => {
    await add(publicKey({ kid: 'the-same-kid' }));
    expect(seen(await add(publicKey({ kid: 'the-same-kid', pem: otherRsaKey.publicPem })))).toEqual(conflict);
  });

  test('is no conflict for another client', async () => {
    await add(publicKey());
    const other = await createClient(server);
    expect((await add(publicKey(), other.client_id)).status).toBe(201);
  });

  test('is no conflict once the first is gone', async () => {
    const { body } = await add(publicKey());
    await server.api('delete', `clients/${client.client_id}/credentials/${(body as CredentialWire).id}`);
    expect((await add(publicKey())).status).toBe(201);
  });

  test('at the same time leaves one', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => add(publicKey())));
    const statuses = answers.map(({ status }) => status).sort((a, b) => a - b);
    expect(statuses).toEqual([201, ...Array.from({ length: 7 }, () => 409)]);
  });
});

describe('refusals', () => {
  const rubbish = (kind: string): string => `-----BEGIN ${kind}-----\nAAAA\n-----END ${kind}-----`;

  test.each<[why: string, body: object, message: unknown]>([
    ['nothing', {}, payloadError],
    ['no type', { pem: rsaKey.publicPem }, payloadError],
    ['another type', publicKey({ credential_type: 'password' }), payloadError],
    ['no PEM', { credential_type: 'public_key' }, payloadError],
    ['an empty PEM', publicKey({ pem: '' }), payloadError],
    ['text that is no PEM', publicKey({ pem: 'rubbish' }), 'The public key could not be parsed.'],
    ['a PEM with rubbish in it', publicKey({ pem: rubbish('PUBLIC KEY') }), expect.any(String)],
    ['a certificate with rubbish in it', publicKey({ pem: rubbish('CERTIFICATE') }), expect.any(String)],
    ['a private key', publicKey({ pem: rsaKey.privatePem }), 'The public key could not be parsed.'],
    [
      'a public key with a private key behind it',
      publicKey({ pem: `${rsaKey.publicPem}${rsaKey.privatePem}` }),
      expect.any(String),
    ],
    ['an elliptic curve key, which RS256 cannot use', publicKey({ pem: ecPublicPem }), expect.any(String)],
    ['a key of 1024 bits', publicKey({ pem: smallRsaKey.publicPem }), expect.stringContaining('2048')],
    ['another algorithm', publicKey({ alg: 'HS256' }), payloadError],
    ['a kid of 9 characters', publicKey({ kid: 'k'.repeat(9) }), payloadError],
    ['a kid of 65 characters', publicKey({ kid: 'k'.repeat(65) }), payloadError],
    ['a kid with a space', publicKey({ kid: 'with a space' }), payloadError],
    ['a name of 129 characters', publicKey({ name: 'n'.repeat(129) }), payloadError],
    ['an expiry that is no time', publicKey({ expires_at: 'tomorrow' }), payloadError],
    ['an expiry that is a day', publicKey({ expires_at: '2030-01-01' }), payloadError],
    ['an expiry without time zone', publicKey({ expires_at: '2030-01-01T00:00:00' }), payloadError],
    // RFC 3339 section 5.7: a day of that month.
    ['an expiry on 30 February', publicKey({ expires_at: '2030-02-30T00:00:00Z' }), payloadError],
    ['a subject with a key', publicKey({ subject_dn: 'CN=a' }), payloadError],
    ['neither subject nor certificate', { credential_type: 'cert_subject_dn' }, payloadError],
    [
      'both subject and certificate',
      { credential_type: 'cert_subject_dn', subject_dn: 'CN=a', pem: 'x' },
      payloadError,
    ],
    ['an empty subject', { credential_type: 'cert_subject_dn', subject_dn: '' }, payloadError],
    [
      'a subject of 257 characters',
      { credential_type: 'cert_subject_dn', subject_dn: 's'.repeat(257) },
      payloadError,
    ],
    [
      'a certificate that is none',
      { credential_type: 'x509_cert', pem: rsaKey.publicPem },
      expect.any(String),
    ],
    ['a certificate with a kid', { credential_type: 'x509_cert', pem: 'x', kid: '0123456789' }, payloadError],
  ])('%s', async (_why, body, message) => {
    const answer = await add(body);
    expect(seen(answer)).toEqual(invalidBody(message));
    expect((await server.api('get', `clients/${client.client_id}/credentials`)).body).toEqual([]);
  });

  test('a client that does not exist', async () => {
    expect(seen(await add(publicKey(), 'nobody'))).toEqual(noClient);
  });
});
