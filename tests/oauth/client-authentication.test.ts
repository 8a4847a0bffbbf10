// Who is asking, by secret: RFC 6749 sections 2.3.1 and 5.2, token-issuance.md GE-1, GE-2 and 7.2, clients.md 2.
// Signed assertions are in client-assertions.test.ts.

import { startServer, type TestServer } from '../support/server.js';
import {
  askToken,
  bodyOf,
  givenApi,
  givenClient,
  givenGrant,
  givenJoined,
  refusalOf,
  type TestApi,
  type TestClient,
  unique,
} from './given.js';

/** application/x-www-form-urlencoded, as RFC 6749 section 2.3.1 wants id and secret before they are joined. */
const formEncode = (text: string): string => new URLSearchParams({ v: text }).toString().slice(2);

const basic = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${formEncode(id)}:${formEncode(secret)}`).toString('base64')}`;

const failed = {
  status: 401,
  body: { error: 'access_denied', error_description: 'Unauthorized' },
  reason: 'client_authentication_failed',
};

const malformed = (description: string) => ({
  status: 400,
  body: { error: 'invalid_request', error_description: description },
  reason: 'request_malformed',
});

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

/** A request whose only authentication is this header. */
const askWith = (authorization: string, api: TestApi, parameters: Record<string, string> = {}) =>
  server
    .requestToken({ grant_type: 'client_credentials', audience: api.identifier, ...parameters })
    .set('Authorization', authorization);

/** A client whose secret is this text. */
async function givenSecret(secret: string): Promise<{ client: TestClient; api: TestApi }> {
  const { client, api } = await givenJoined(server);
  await bodyOf(server.api('patch', `clients/${client.id}`, { client_secret: secret }), 200);
  return { client: { id: client.id, secret }, api };
}

describe('a client with a secret', () => {
  const secrets = ['p@ss:wo/rd', 'a+b c&d=e%f', '100%', 'ключ-🔑-é', '"\\\'<>', ' padded '];

  test.each(secrets)('is known by the secret %j in the body (7.2)', async (secret) => {
    const { client, api } = await givenSecret(secret);
    expect((await askToken(server, client, api)).status).toBe(200);
  });

  test.each(secrets)(
    'is known by the secret %j in a form-encoded Basic header (RFC 6749 2.3.1)',
    async (secret) => {
      const { client, api } = await givenSecret(secret);
      expect((await askWith(basic(client.id, secret), api)).status).toBe(200);
    },
  );

  test('is known by an id that is form-encoded though it need not be (RFC 6749 2.3.1)', async () => {
    const { client, api } = await givenJoined(server);
    const id = [...client.id].map((char) => `%${char.charCodeAt(0).toString(16)}`).join('');
    const header = `Basic ${Buffer.from(`${id}:${client.secret}`).toString('base64')}`;
    expect((await askWith(header, api)).status).toBe(200);
  });

  test('may repeat its id in the body (clients.md 2)', async () => {
    const { client, api } = await givenJoined(server);
    const answer = await askWith(basic(client.id, client.secret), api, { client_id: client.id });
    expect(answer.status).toBe(200);
  });

  test('may write the scheme in other letters (RFC 9110 section 11.1)', async () => {
    const { client, api } = await givenJoined(server);
    const header = basic(client.id, client.secret).replace('Basic', 'bASIC');
    expect((await askWith(header, api)).status).toBe(200);
  });

  test.each([
    { registered: 'client_secret_post', header: true },
    { registered: 'client_secret_basic', header: false },
    { registered: 'client_secret_post', header: false },
    { registered: 'client_secret_basic', header: true },
  ])(
    'is known whichever way it sends it: registered for $registered, header $header (clients.md 2)',
    async ({ registered, header }) => {
      const { client, api } = await givenJoined(server, {
        client: { token_endpoint_auth_method: registered },
      });
      const answer = header
        ? await askWith(basic(client.id, client.secret), api)
        : await askToken(server, client, api);
      expect(answer.status).toBe(200);
    },
  );
});

describe('a client that is not known by what it sends (GE-1)', () => {
  const wrong: { what: string; secret: (right: string) => string }[] = [
    { what: 'another secret', secret: () => 'wrong' },
    { what: 'the beginning of the secret', secret: (right) => right.slice(0, -1) },
    { what: 'the secret and more', secret: (right) => `${right}x` },
    { what: 'the secret in other letters', secret: (right) => right.toLowerCase() },
    { what: 'a secret of 100,000 characters', secret: () => 'x'.repeat(100_000) },
  ];

  test.each(wrong)('is refused with $what in the body', async ({ secret }) => {
    const { client, api } = await givenJoined(server);
    const answer = await askToken(server, client, api, { client_secret: secret(client.secret) });
    expect(refusalOf(answer)).toEqual(failed);
  });

  test.each(wrong.slice(0, 4))('is refused with $what in the header', async ({ secret }) => {
    const { client, api } = await givenJoined(server);
    const answer = await askWith(basic(client.id, secret(client.secret)), api);
    expect(refusalOf(answer)).toEqual(failed);
  });

  test('is refused with an empty secret in the header', async () => {
    const { client, api } = await givenJoined(server);
    expect(refusalOf(await askWith(basic(client.id, ''), api))).toEqual(failed);
  });

  test("is refused with another client's secret", async () => {
    const [{ client, api }, other] = await Promise.all([givenJoined(server), givenClient(server)]);
    const answer = await askToken(server, client, api, { client_secret: other.secret });
    expect(refusalOf(answer)).toEqual(failed);
  });

  test('is refused without a secret', async () => {
    const { client, api } = await givenJoined(server);
    expect(refusalOf(await askToken(server, client, api, { client_secret: '' }))).toEqual(failed);
  });

  test('is refused with a certificate to show and a secret in hand', async () => {
    const credential = { credential_type: 'cert_subject_dn', subject_dn: 'CN=client' };
    const api = await givenApi(server);
    const client = await givenClient(server, {
      app_type: 'non_interactive',
      client_authentication_methods: { tls_client_auth: { credentials: [credential] } },
    });
    await givenGrant(server, client, api);
    expect(refusalOf(await askToken(server, client, api, { client_secret: '' }))).toEqual(failed);
  });

  test('is refused in the same way whether it exists or not', async () => {
    const { client, api } = await givenJoined(server);
    const wrongSecret = await askToken(server, client, api, { client_secret: 'wrong' });
    const unknown = await askToken(server, { id: unique('nobody'), secret: 'wrong' }, api);
    const comparable = ({ status, body, headers }: typeof unknown) => ({
      status,
      body: body as unknown,
      headers: { ...(headers as Record<string, string>), date: '' },
    });
    expect(comparable(unknown)).toEqual(comparable(wrongSecret));
  });

  test.each([
    ['without a secret', { client_secret: '' }],
    ['with an id of 100,000 characters', { client_id: 'x'.repeat(100_000) }],
    ['with the id of a property of objects', { client_id: '__proto__' }],
  ])('is refused when it does not exist, %s', async (_what, parameters) => {
    const api = await givenApi(server);
    const answer = await askToken(server, { id: unique('nobody'), secret: 'any' }, api, parameters);
    expect(refusalOf(answer)).toEqual(failed);
  });

  test('is told how to authenticate (RFC 6749 section 5.2)', async () => {
    const { client, api } = await givenJoined(server);
    const answer = await askWith(basic(client.id, 'wrong'), api);
    expect(answer.headers['www-authenticate']).toBe(`Basic realm="${server.tenant.domain}"`);
  });

  test('GE-2: is told that its id is missing', async () => {
    const api = await givenApi(server);
    const answer = await askToken(server, { id: '', secret: 'any' }, api);
    expect(refusalOf(answer)).toEqual({
      status: 401,
      body: { error: 'invalid_client', error_description: 'Missing client_id' },
      reason: 'client_id_missing',
    });
    expect(answer.headers['www-authenticate']).toBeDefined();
  });
});

describe('more than one method at once is refused (RFC 6749 section 2.3)', () => {
  const twice = malformed('The client must not use more than one authentication method');
  const assertion = { client_assertion: 'a.b.c' };

  test('the right secret in header and body', async () => {
    const { client, api } = await givenJoined(server);
    const header = basic(client.id, client.secret);
    const answer = await askToken(server, client, api).set('Authorization', header);
    expect(refusalOf(answer)).toEqual(twice);
  });

  test('a secret in the header and an assertion', async () => {
    const { client, api } = await givenJoined(server);
    const answer = await askWith(basic(client.id, client.secret), api, assertion);
    expect(refusalOf(answer)).toEqual(twice);
  });

  test('a secret in the body and an assertion', async () => {
    const { client, api } = await givenJoined(server);
    expect(refusalOf(await askToken(server, client, api, assertion))).toEqual(twice);
  });

  test('ids that differ between header and body', async () => {
    const [{ client, api }, other] = await Promise.all([givenJoined(server), givenClient(server)]);
    const answer = await askWith(basic(client.id, client.secret), api, { client_id: other.id });
    expect(refusalOf(answer)).toEqual(malformed('client_id does not match the Authorization header'));
  });
});

describe('an Authorization header that cannot be read', () => {
  const encoded = (text: string): string => Buffer.from(text).toString('base64');

  test.each([
    ['nothing after the scheme', 'Basic'],
    ['no base64', 'Basic ???'],
    ['no colon', `Basic ${encoded('id')}`],
    ['no id', `Basic ${encoded(':secret')}`],
    ['a broken escape', `Basic ${encoded('id:100%')}`],
    ['NUL in the id', `Basic ${encoded('i%00d:secret')}`],
  ])('with %s is refused as malformed', async (_what, header) => {
    const answer = await askWith(header, await givenApi(server));
    expect(refusalOf(answer)).toEqual(malformed('The Authorization header is not valid'));
  });

  test('of another scheme is refused as an unsupported method, with a challenge (RFC 6749 section 5.2)', async () => {
    const answer = await askWith('Bearer abc', await givenApi(server));
    expect(answer.status).toBe(401);
    expect(answer.body.error).toBe('invalid_client');
    expect(answer.headers['www-authenticate']).toBeDefined();
  });
});

describe('a public client', () => {
  const flowNotAllowed = {
    status: 403,
    body: { error: 'unauthorized_client' },
    reason: 'grant_type_not_allowed',
  };
  const ask = (id: string, api: TestApi, secret: Record<string, string> = {}) =>
    server.requestToken({
      grant_type: 'client_credentials',
      client_id: id,
      audience: api.identifier,
      ...secret,
    });

  test.each(['spa', 'native'])('of type %s has no client credentials (GE-3)', async (appType) => {
    const { client, api } = await givenJoined(server, { client: { app_type: appType } });
    expect(refusalOf(await ask(client.id, api))).toMatchObject(flowNotAllowed);
  });

  test('has none either when it had them while it was confidential (CC-12)', async () => {
    const { client, api } = await givenJoined(server);
    const settings = { token_endpoint_auth_method: 'none' };
    await bodyOf(server.api('patch', `clients/${client.id}`, settings), 200);
    expect(refusalOf(await ask(client.id, api))).toMatchObject(flowNotAllowed);
  });

  test('has none either with the secret that it still has (CC-12)', async () => {
    const { client, api } = await givenJoined(server);
    const settings = { token_endpoint_auth_method: 'none' };
    await bodyOf(server.api('patch', `clients/${client.id}`, settings), 200);
    const answer = await ask(client.id, api, { client_secret: client.secret });
    expect(refusalOf(answer)).toMatchObject(flowNotAllowed);
  });
});
