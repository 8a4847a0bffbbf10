// Secrets and keys of a client: rotate-secret, client_secret and client_authentication_methods.

import { calculateJwkThumbprint } from 'jose';
import { startServer, type TestServer } from '../../support/server.js';
import {
  type ClientWire,
  createClient,
  invalidBody,
  noClient,
  payloadError,
  refused,
  seen,
} from '../fixtures.js';
import { certificateExpiry, jwkOf, otherRsaKey, rsaKey, selfSignedCertificate } from '../keys.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const update = (id: string, body: object) => server.api('patch', `clients/${id}`, body);
const read = async (id: string) => (await server.api('get', `clients/${id}`)).body as ClientWire;
const publicKey = (more: object = {}) => ({ credential_type: 'public_key', pem: rsaKey.publicPem, ...more });
const privateKeyJwt = (...credentials: object[]) => ({
  client_authentication_methods: { private_key_jwt: { credentials } },
});
const idsOf = (client: ClientWire): { id: string }[] =>
  (client.client_authentication_methods as { private_key_jwt: { credentials: { id: string }[] } })
    .private_key_jwt.credentials;

describe('rotate-secret', () => {
  // recorded-behaviour.md 2: all of these bodies were seen.
  test.each<[body: string | undefined]>([[undefined], ['null'], ['{}']])(
    'with the body %s answers the client with a new secret, which stays',
    async (body) => {
      const { client_id, encrypted: _encrypted, ...client } = await createClient(server);
      const request = server
        .api('post', `clients/${client_id}/rotate-secret`)
        .set('Content-Type', 'application/json');
      const answer = await (body === undefined ? request : request.send(body));
      const { client_secret } = answer.body as ClientWire;
      expect(seen(answer)).toEqual({ status: 200, body: { ...client, client_id, client_secret } });
      expect(client_secret).toMatch(/^[A-Za-z0-9_-]{64}$/);
      expect(client_secret).not.toBe(client.client_secret);
      expect(await read(client_id)).toMatchObject({ client_secret });
    },
  );

  test('without body and content type works', async () => {
    const { client_id } = await createClient(server);
    expect((await server.api('post', `clients/${client_id}/rotate-secret`)).status).toBe(200);
  });

  test('of a client that does not exist is not found', async () => {
    expect(seen(await server.api('post', 'clients/nobody/rotate-secret'))).toEqual(noClient);
  });

  // management-api.md 6.5: "Not for `private_key_jwt` clients".
  test('is refused for a client that proves a key', async () => {
    const { client_id } = await createClient(server, privateKeyJwt(publicKey()));
    expect(seen(await server.api('post', `clients/${client_id}/rotate-secret`))).toEqual(
      refused(400, expect.any(String), 'operation_not_supported'),
    );
  });

  test('at the same time ends with the secret of one of the answers', async () => {
    const { client_id } = await createClient(server);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => server.api('post', `clients/${client_id}/rotate-secret`)),
    );
    const secrets = answers.map(({ body }) => (body as ClientWire).client_secret);
    expect(new Set(secrets).size).toBe(8);
    expect(secrets).toContain((await read(client_id)).client_secret);
  });
});

test('a secret can be set by an update', async () => {
  const { client_id } = await createClient(server);
  const client_secret = 'a secret of the owner, with ünïcode';
  expect((await update(client_id, { client_secret })).body).toMatchObject({ client_secret });
  expect(await read(client_id)).toMatchObject({ client_secret });
});

describe('keys given with a new client', () => {
  // recorded-behaviour.md 6: on POST in full without `pem`, later as ids alone; no client_secret.
  test('show in full once, without the key itself, and as ids later', async () => {
    const created = await createClient(server, privateKeyJwt(publicKey({ name: 'Key' })));
    expect(idsOf(created)).toEqual([
      {
        id: expect.stringMatching(/^cred_[A-Za-z0-9]{22}$/),
        credential_type: 'public_key',
        kid: await calculateJwkThumbprint(jwkOf(rsaKey.publicPem)),
        alg: 'RS256',
        name: 'Key',
        created_at: expect.any(String),
        updated_at: expect.any(String),
      },
    ]);
    expect(created).not.toHaveProperty('client_secret');
    const later = await read(created.client_id);
    expect(idsOf(later)).toEqual([{ id: idsOf(created)[0]?.id }]);
    expect(later).not.toHaveProperty('client_secret');
  });

  test('can be several', async () => {
    const created = await createClient(
      server,
      privateKeyJwt(publicKey(), publicKey({ pem: otherRsaKey.publicPem, alg: 'PS256' })),
    );
    expect(idsOf(created)).toHaveLength(2);
    const listed = await server.api('get', `clients/${created.client_id}/credentials`);
    expect(listed.body).toHaveLength(2);
  });

  test('can be certificates', async () => {
    const pem = await selfSignedCertificate();
    const { client_authentication_methods } = await createClient(server, {
      client_authentication_methods: {
        self_signed_tls_client_auth: { credentials: [{ credential_type: 'x509_cert', pem }] },
      },
    });
    expect(client_authentication_methods).toMatchObject({
      self_signed_tls_client_auth: { credentials: [{ expires_at: certificateExpiry.toISOString() }] },
    });
  });

  test.each<[why: string, body: object, message: unknown]>([
    [
      'a secret method besides',
      { ...privateKeyJwt(publicKey()), token_endpoint_auth_method: 'none' },
      expect.any(String),
    ],
    ['no credentials', privateKeyJwt(), payloadError],
    ['eleven credentials', privateKeyJwt(...Array.from({ length: 11 }, () => publicKey())), payloadError],
    ['no method', { client_authentication_methods: {} }, payloadError],
    [
      'two methods',
      {
        client_authentication_methods: {
          private_key_jwt: { credentials: [publicKey()] },
          tls_client_auth: { credentials: [{ credential_type: 'cert_subject_dn', subject_dn: 'CN=a' }] },
        },
      },
      payloadError,
    ],
    ['another method', { client_authentication_methods: { password: { credentials: [] } } }, payloadError],
    ['a key that is none', privateKeyJwt(publicKey({ pem: 'rubbish' })), expect.any(String)],
    ['a private key', privateKeyJwt(publicKey({ pem: rsaKey.privatePem })), expect.any(String)],
    ['an id in place of a key', privateKeyJwt({ id: 'cred_aaaaaaaaaaaaaaaaaaaaaa' }), payloadError],
    [
      'a credential of another kind',
      privateKeyJwt({ credential_type: 'cert_subject_dn', subject_dn: 'CN=a' }),
      payloadError,
    ],
  ])('are refused with %s', async (_why, body, message) => {
    const answer = await server.api('post', 'clients', { name: 'Keys', ...body });
    expect(seen(answer)).toEqual(invalidBody(message));
  });
});

test('the same key twice for a new client is a conflict, and there is no client', async () => {
  const name = 'Twice the same';
  const body = { name, ...privateKeyJwt(publicKey(), publicKey()) };
  expect(seen(await server.api('post', 'clients', body))).toEqual(
    refused(409, 'A credential with the same kid already exists for this client.'),
  );
  expect((await server.api('get', 'clients?fields=name&per_page=100')).text).not.toContain(name);
});

// Keys can have other uses; they are credentials of the client like any other.
describe.each(['signed_request_object', 'token_vault_privileged_access'])('keys for %s', (member) => {
  interface Use {
    credentials: { id: string }[];
  }
  const useOf = (client: unknown): Use => (client as Record<string, Use>)[member] ?? { credentials: [] };
  const withKeys = (...credentials: object[]) => ({ [member]: { credentials } });
  /** `token_vault_privileged_access` needs a scope of its own. */
  const updateUse = async (id: string, body: object) => {
    const token = await server.tokenWith('update:clients', 'update:client_token_vault_privileged_access');
    const request = server.request().patch(`/api/v2/clients/${id}`);
    return request.set('Authorization', `Bearer ${token}`).send(body);
  };

  test('show in full once, without the key itself, and as ids later', async () => {
    const created = await createClient(server, withKeys(publicKey({ name: 'Use' })));
    const [shown] = useOf(created).credentials;
    expect(shown).toMatchObject({ credential_type: 'public_key', alg: 'RS256', name: 'Use' });
    expect(shown).not.toHaveProperty('pem');
    expect(useOf(await read(created.client_id)).credentials).toEqual([{ id: shown?.id }]);
    const listed = await server.api('get', `clients/${created.client_id}/credentials`);
    expect(listed.body).toMatchObject([{ id: shown?.id }]);
  });

  test('cannot be those of another client', async () => {
    const owner = await createClient(server, withKeys(publicKey()));
    const other = await createClient(server);
    const [foreign] = useOf(owner).credentials;
    const answer = await updateUse(other.client_id, withKeys({ id: foreign?.id ?? '' }));
    expect(seen(answer)).toEqual(invalidBody(expect.stringContaining(String(foreign?.id))));
  });

  test('that are removed are no longer listed', async () => {
    const { client_id, ...created } = await createClient(server, withKeys(publicKey()));
    const [key] = useOf(created).credentials;
    await server.api('delete', `clients/${client_id}/credentials/${key?.id}`);
    expect(useOf(await read(client_id)).credentials).toEqual([]);
  });
});

describe('moving between secrets and keys', () => {
  const addKey = async (client_id: string, more: object = {}): Promise<{ id: string }> => {
    const answer = await server.api('post', `clients/${client_id}/credentials`, publicKey(more));
    return { id: (answer.body as { id: string }).id };
  };

  // recorded-behaviour.md 6, "To move to private key JWT".
  test('an update to keys shows their ids alone and hides the secret', async () => {
    const { client_id } = await createClient(server, { token_endpoint_auth_method: 'client_secret_post' });
    const key = await addKey(client_id);
    const answer = await update(client_id, { ...privateKeyJwt(key), token_endpoint_auth_method: null });
    expect(answer.status).toBe(200);
    expect(idsOf(answer.body as ClientWire)).toEqual([key]);
    expect(answer.body).not.toHaveProperty('client_secret');
    expect(answer.body).not.toHaveProperty('token_endpoint_auth_method');
    expect(await read(client_id)).toEqual(answer.body);
  });

  test('an update back to a secret shows the secret of before', async () => {
    const { client_id, client_secret } = await createClient(server);
    await update(client_id, privateKeyJwt(await addKey(client_id)));
    const answer = await update(client_id, {
      client_authentication_methods: null,
      token_endpoint_auth_method: 'client_secret_post',
    });
    expect(answer.body).toMatchObject({ client_secret, token_endpoint_auth_method: 'client_secret_post' });
    expect(answer.body).not.toHaveProperty('client_authentication_methods');
  });

  test('the credentials in use are replaced as a whole, in the order sent', async () => {
    const { client_id } = await createClient(server);
    const [a, b] = [await addKey(client_id), await addKey(client_id, { pem: otherRsaKey.publicPem })];
    await update(client_id, privateKeyJwt(a));
    expect(idsOf((await update(client_id, privateKeyJwt(b, a))).body as ClientWire)).toEqual([b, a]);
    expect(idsOf((await update(client_id, privateKeyJwt(b))).body as ClientWire)).toEqual([b]);
  });

  test('the credential of another client cannot be used', async () => {
    const [one, other] = [await createClient(server), await createClient(server)];
    const key = await addKey(other.client_id);
    expect(seen(await update(one.client_id, privateKeyJwt(key)))).toEqual(
      invalidBody(expect.stringContaining(key.id)),
    );
  });

  test('a public key cannot be used as a certificate', async () => {
    const { client_id } = await createClient(server);
    const credentials = [await addKey(client_id)];
    const methods = { tls_client_auth: { credentials } };
    expect(seen(await update(client_id, { client_authentication_methods: methods }))).toEqual(
      invalidBody(expect.stringContaining('tls_client_auth')),
    );
  });

  test.each<[why: string, body: object]>([
    ['a secret method besides', { ...privateKeyJwt({ id: 'a' }), token_endpoint_auth_method: 'none' }],
    ['a key in place of an id', privateKeyJwt(publicKey())],
    ['no method', { client_authentication_methods: {} }],
  ])('%s is refused', async (_why, body) => {
    const { client_id } = await createClient(server);
    expect(seen(await update(client_id, body))).toEqual(invalidBody(expect.any(String)));
  });
});
