// Credentials that are there: listed, read, changed and removed (management-api.md 7.1).

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
import { otherRsaKey, rsaKey, selfSignedCertificate } from '../keys.js';

let server: TestServer;
let client: ClientWire;
let path: string;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  client = await createClient(server);
  path = `clients/${client.client_id}/credentials`;
});

async function added(body: object = {}): Promise<CredentialWire> {
  const answer = await server.api('post', path, {
    credential_type: 'public_key',
    pem: rsaKey.publicPem,
    ...body,
  });
  expect(answer.status).toBe(201);
  return answer.body as CredentialWire;
}
const noCredential = refused(404, 'Credential does not exist');
const shown = async () => (await server.api('get', `clients/${client.client_id}`)).body as ClientWire;
const use = (...ids: string[]) =>
  server.api('patch', `clients/${client.client_id}`, {
    client_authentication_methods: { private_key_jwt: { credentials: ids.map((id) => ({ id })) } },
  });

describe('the list', () => {
  // management-api.md 1.6: always a bare array, "paging parameters ignored".
  test.each(['', '?include_totals=true', '?page=5&per_page=1', '?page=0&per_page=100&include_totals=true'])(
    'is the whole bare array with the query `%s`',
    async (query) => {
      const [a, b] = [await added({ kid: 'aaaaaaaaaa' }), await added({ kid: 'bbbbbbbbbb' })];
      const { status, body } = await server.api('get', `${path}${query}`);
      expect(status).toBe(200);
      expect(body).toMatchObject([{ id: a.id }, { id: b.id }]);
      expect(body).toHaveLength(2);
    },
  );

  test('never holds a key', async () => {
    await added({ pem: await selfSignedCertificate() });
    expect((await server.api('get', path)).text).not.toMatch(/BEGIN|"pem"|"n":|jwk/);
  });

  test('of a client without credentials is empty', async () => {
    expect(seen(await server.api('get', path))).toEqual({ status: 200, body: [] });
  });

  test('holds the credentials of its client only', async () => {
    await added();
    const other = await createClient(server);
    expect((await server.api('get', `clients/${other.client_id}/credentials`)).body).toEqual([]);
  });

  test('of a client that does not exist is not found', async () => {
    expect(seen(await server.api('get', 'clients/nobody/credentials'))).toEqual(noClient);
  });
});

describe('one credential', () => {
  test('is read by its id', async () => {
    const credential = await added({ name: 'Key' });
    expect(seen(await server.api('get', `${path}/${credential.id}`))).toEqual({
      status: 200,
      body: credential,
    });
  });

  test('that does not exist is not found', async () => {
    expect(seen(await server.api('get', `${path}/cred_aaaaaaaaaaaaaaaaaaaaaa`))).toEqual(noCredential);
  });

  test('of another client is not found', async () => {
    const { id } = await added();
    const other = await createClient(server);
    const foreign = `clients/${other.client_id}/credentials/${id}`;
    expect(seen(await server.api('get', foreign))).toEqual(noCredential);
    expect(seen(await server.api('patch', foreign, { expires_at: null }))).toEqual(noCredential);
    expect((await server.api('delete', foreign)).status).toBe(204);
    expect((await server.api('get', `${path}/${id}`)).status).toBe(200);
  });

  test('of a client that does not exist is about the client', async () => {
    const { id } = await added();
    expect(seen(await server.api('get', `clients/nobody/credentials/${id}`))).toEqual(noClient);
    expect(seen(await server.api('patch', `clients/nobody/credentials/${id}`, { expires_at: null }))).toEqual(
      noClient,
    );
  });
});

describe('changing when a credential expires', () => {
  // The document says 201, the service answers 200 (management-api.md 7.1).
  test('answers 200 with the credential', async () => {
    const credential = await added();
    const answer = await server.api('patch', `${path}/${credential.id}`, {
      expires_at: '2031-01-01T00:00:00+01:00',
    });
    expect(seen(answer)).toEqual({
      status: 200,
      body: { ...credential, updated_at: expect.any(String), expires_at: '2030-12-31T23:00:00.000Z' },
    });
    expect((answer.body as CredentialWire).updated_at >= credential.updated_at).toBe(true);
    expect((await server.api('get', `${path}/${credential.id}`)).body).toEqual(answer.body);
  });

  test('null takes the expiry away', async () => {
    const { id } = await added({ expires_at: '2031-01-01T00:00:00Z' });
    const { body } = await server.api('patch', `${path}/${id}`, { expires_at: null });
    expect(body).not.toHaveProperty('expires_at');
  });

  test.each<[why: string, body: object]>([
    ['nothing', {}],
    ['a time that is none', { expires_at: 'never' }],
    ['a number', { expires_at: 1 }],
    ['another member', { name: 'New' }],
    ['the key', { pem: rsaKey.publicPem }],
    ['the kid', { kid: '0123456789', expires_at: null }],
  ])('%s is refused', async (_why, body) => {
    const credential = await added();
    expect(seen(await server.api('patch', `${path}/${credential.id}`, body))).toEqual(
      invalidBody(payloadError),
    );
    expect((await server.api('get', `${path}/${credential.id}`)).body).toEqual(credential);
  });

  test('a credential that does not exist is not found', async () => {
    const answer = await server.api('patch', `${path}/cred_aaaaaaaaaaaaaaaaaaaaaa`, { expires_at: null });
    expect(seen(answer)).toEqual(noCredential);
  });
});

describe('removing a credential', () => {
  test('answers without a body, and it is gone', async () => {
    const { id } = await added();
    const answer = await server.api('delete', `${path}/${id}`);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(seen(await server.api('get', `${path}/${id}`))).toEqual(noCredential);
  });

  // recorded-behaviour.md 2, "Deleting what is gone".
  test('a second time, or of a client that does not exist, is no error', async () => {
    const { id } = await added();
    await server.api('delete', `${path}/${id}`);
    expect((await server.api('delete', `${path}/${id}`)).status).toBe(204);
    expect((await server.api('delete', `clients/nobody/credentials/${id}`)).status).toBe(204);
  });

  // docs/compatibility.md, "Clients": withdrawing a key must not fail.
  test('that is in use takes it out of use at once, and leaves the others', async () => {
    const [gone, stays] = [await added(), await added({ pem: otherRsaKey.publicPem })];
    expect((await use(gone.id, stays.id)).status).toBe(200);
    expect((await server.api('delete', `${path}/${gone.id}`)).status).toBe(204);
    expect((await shown()).client_authentication_methods).toEqual({
      private_key_jwt: { credentials: [{ id: stays.id }] },
    });
  });

  test('that is the last in use does not let the secret in again', async () => {
    const { id } = await added();
    await use(id);
    await server.api('delete', `${path}/${id}`);
    const after = await shown();
    expect(after.client_authentication_methods).toEqual({ private_key_jwt: { credentials: [] } });
    expect(after).not.toHaveProperty('client_secret');
  });

  test('and using it at the same time never leaves a client that lists what is gone', async () => {
    for (let round = 0; round < 5; round++) {
      const { id } = await added();
      const [used, removed] = await Promise.all([use(id), server.api('delete', `${path}/${id}`)]);
      expect([200, 400]).toContain(used.status);
      expect(removed.status).toBe(204);
      expect(JSON.stringify(await shown())).not.toContain(id);
    }
  });
});
