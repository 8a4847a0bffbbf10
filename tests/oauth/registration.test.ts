// Clients that register themselves (RFC 7591; token-issuance.md 4.18, DC-1 and DC-2).

import type { Response } from 'supertest';
import { seen, unique } from '../management/fixtures.js';
import { startServer, type TestServer } from '../support/server.js';
import { askToken, givenApi, givenDefaultGrant } from './given.js';

let server: TestServer;
/** Requests are a second apart unless a test holds the clock. */
let time = Date.now();
beforeAll(async () => {
  server = await startServer({ now: () => new Date(time) });
});
afterAll(() => server.close());

const settings = async (body: object): Promise<void> => {
  expect((await server.api('patch', 'tenants/settings', body)).status).toBe(200);
};
const switchOn = (isOn: boolean) => settings({ flags: { enable_dynamic_client_registration: isOn } });
const strictMode = () => settings({ dynamic_client_registration_security_mode: 'strict' });
const permissiveMode = () => settings({ dynamic_client_registration_security_mode: 'permissive' });

const post = () => server.request().post('/oidc/register');
function register(metadata: object = {}): PromiseLike<Response> {
  time += 1000;
  return post().send({ redirect_uris: ['https://application.example.com/callback'], ...metadata });
}

interface Registered {
  readonly client_id: string;
  readonly client_secret?: string;
}
async function registered(metadata: object = {}): Promise<Registered> {
  const answer = await register(metadata);
  expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 201 });
  return answer.body as Registered;
}
const clientOf = async ({ client_id }: Registered): Promise<object> =>
  (await server.api('get', `clients/${client_id}`)).body as object;

const invalid = (about: string, error = 'invalid_client_metadata') => ({
  status: 400,
  body: { error, error_description: expect.stringContaining(about) as unknown },
});
const invalidUri = (about: string) => invalid(about, 'invalid_redirect_uri');

describe('while the tenant has not switched it on', () => {
  test('nobody is registered, and nothing of the request is looked at', async () => {
    for (const isOff of [() => Promise.resolve(), () => switchOn(false)]) {
      await isOff();
      const before = (await server.api('get', 'clients?include_totals=true')).body as { total: number };
      for (const metadata of [{}, { redirect_uris: 'nonsense' }]) {
        expect(seen(await register(metadata))).toEqual({
          status: 403,
          body: {
            error: 'access_denied',
            error_description: 'Dynamic client registration is not enabled',
          },
        });
      }
      const after = (await server.api('get', 'clients?include_totals=true')).body as { total: number };
      expect(after.total).toBe(before.total);
    }
  });
});

describe('a client that registers itself', () => {
  beforeAll(() => switchOn(true));

  test('is answered as documented, with a secret unless it wants none', async () => {
    const metadata = {
      client_name: 'My Dynamic Application',
      redirect_uris: ['https://application.example.com/callback', 'http://localhost:8080/cb'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    };
    const answer = await register({ ...metadata, token_endpoint_auth_method: 'none' });
    const shared = {
      client_name: 'My Dynamic Application',
      client_id: expect.stringMatching(/^tpc_[A-Za-z0-9]{22}$/) as unknown,
      redirect_uris: metadata.redirect_uris,
      client_secret_expires_at: 0,
      grant_types: ['authorization_code', 'refresh_token'],
    };
    expect(seen(answer)).toEqual({
      status: 201,
      body: { ...shared, token_endpoint_auth_method: 'none' },
    });
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache' });
    expect(await registered(metadata)).toEqual({
      ...shared,
      client_secret: expect.stringMatching(/^[\w-]{64}$/) as unknown,
      token_endpoint_auth_method: 'client_secret_post',
    });
  });

  test('is a strict third party, as the Management API shows', async () => {
    const made = await registered({ client_name: 'Partner' });
    expect(await clientOf(made)).toMatchObject({
      name: 'Partner',
      is_first_party: false,
      third_party_security_mode: 'strict',
      external_metadata_type: 'dcr',
      callbacks: ['https://application.example.com/callback'],
      grant_types: ['authorization_code'],
      token_endpoint_auth_method: 'client_secret_post',
      client_secret: made.client_secret,
      oidc_conformant: true,
      redirection_policy: 'open_redirect_protection',
      refresh_token: { expiration_type: 'expiring' },
      jwt_configuration: { alg: 'RS256' },
    });
  });

  test('gets no more grant types than it can have, and one where it names none (DC-1)', async () => {
    const { body } = await register({
      grant_types: ['password', 'refresh_token', 'client_credentials', 'implicit', 'authorization_code'],
    });
    expect(body).toMatchObject({ grant_types: ['authorization_code', 'refresh_token'] });
    expect(await registered()).toMatchObject({ grant_types: ['authorization_code'] });
  });

  test('gets no token by itself, not even with a grant for all third parties (DC-2)', async () => {
    const api = await givenApi(server);
    await givenDefaultGrant(server, api, { subject_type: 'client' });
    const made = await registered({ grant_types: ['authorization_code', 'client_credentials'] });
    const client = { id: made.client_id, secret: made.client_secret ?? '' };
    expect((await askToken(server, client, api)).status).toBe(403);
  });

  test('cannot say what only an administrator can', async () => {
    const made = await registered({
      is_first_party: true,
      third_party_security_mode: 'permissive',
      client_id: 'chosen',
      client_secret: 'chosen',
      organization_usage: 'allow',
      allowed_origins: ['https://evil.example.com'],
      logo_uri: 'https://evil.example.com/logo.png',
      client_metadata: { a: 'b' },
    });
    const client = await clientOf(made);
    expect(client).toMatchObject({ is_first_party: false, third_party_security_mode: 'strict' });
    expect([made.client_id, made.client_secret]).not.toContain('chosen');
    for (const member of ['organization_usage', 'allowed_origins', 'logo_uri', 'client_metadata']) {
      expect(client).not.toHaveProperty(member);
    }
  });

  test('is in the log, with where the request came from and without the secret', async () => {
    const made = await registered({ client_name: unique('Logged') });
    const { body, text } = await server.api('get', 'logs?per_page=1');
    expect(body).toMatchObject([
      {
        type: 'sapi',
        description: 'Dynamic client registration',
        client_id: made.client_id,
        ip: expect.stringContaining('127.0.0.1') as unknown,
        details: { security_mode: 'strict', request: { path: '/oidc/register' } },
      },
    ]);
    expect(text).not.toContain(made.client_secret);
  });

  describe('in permissive mode', () => {
    beforeAll(permissiveMode);
    afterAll(strictMode);

    test('has an ordinary id and more grant types, never that of passwords', async () => {
      const made = await registered({
        client_name: 'Older',
        grant_types: ['password', 'implicit', 'authorization_code', 'client_credentials'],
        response_types: ['token', 'code'],
        application_type: 'native',
      });
      expect(made).toMatchObject({
        client_id: expect.stringMatching(/^[A-Za-z0-9]{32}$/) as unknown,
        grant_types: ['authorization_code', 'implicit'],
      });
      expect(await clientOf(made)).toMatchObject({
        is_first_party: false,
        third_party_security_mode: 'permissive',
        external_metadata_type: 'dcr',
        app_type: 'native',
      });
    });
  });
});

describe('is refused', () => {
  beforeAll(() => switchOn(true));

  test.each([
    ['https://a.example.com/cb'],
    ['https://a.example.com:8443/cb?x=1&y=%20'],
    ['http://localhost/cb'],
    ['http://127.0.0.1:3000/'],
    ['http://[::1]:3000/cb'],
  ])('not: the redirect URI %s', async (uri) => {
    expect(await registered({ redirect_uris: [uri] })).toMatchObject({ redirect_uris: [uri] });
  });

  test.each([
    ['http://a.example.com/cb', 'https'],
    ['http://localhost.example.com/cb', 'https'],
    ['http://127.0.0.1.example.com/cb', 'https'],
    ['http://localhost@example.com/cb', 'credentials'],
    ['https://user:pass@example.com/cb', 'credentials'],
    ['https://example.com\\@evil.example.com/cb', 'characters'],
    ['https://example.com/cb#fragment', 'fragment'],
    ['https://example.com/cb#', 'fragment'],
    ['https://*.example.com/cb', 'wildcards'],
    ['https://example.com/a b', 'characters'],
    ['https://example.com/\r\nSet-Cookie:x', 'characters'],
    ['https://exämple.com/cb', 'characters'],
    ['HTTPS://example.com/cb', 'https'],
    ['javascript:alert(1)', 'https'],
    ['data:text/html,x', 'https'],
    ['com.example.app:/cb', 'https'],
    ['/relative', 'absolute'],
    ['https://', 'absolute'],
    ['', 'texts'],
    [`https://example.com/${'x'.repeat(2048)}`, 'longer'],
    [null, 'texts'],
    [{}, 'texts'],
  ])('the redirect URI %j', async (uri, about) => {
    expect(seen(await register({ redirect_uris: ['https://good.example.com/', uri] }))).toEqual(
      invalidUri(about),
    );
  });

  test.each([
    ['none', undefined],
    ['an empty list', []],
    ['no list', 'https://a.example.com/cb'],
    ['too many', Array.from({ length: 21 }, (_, n) => `https://a.example.com/${n}`)],
  ])('with redirect URIs that are %s', async (_, redirect_uris) => {
    expect(seen(await register({ redirect_uris }))).toEqual(invalidUri('1 to 20'));
  });

  test.each([
    ['client_name', ''],
    ['client_name', '   '],
    ['client_name', 7],
    ['client_name', null],
    ['client_name', 'x'.repeat(256)],
    ['client_name', '<script>'],
    ['client_name', 'two\nlines'],
    ['client_name', 'turned \u202Earound'],
    ['client_name', 'nul\0'],
    ['client_name', 'half \uD800'],
    ['token_endpoint_auth_method', 'private_key_jwt'],
    ['token_endpoint_auth_method', 'client_secret_basic'],
    ['token_endpoint_auth_method', null],
    ['grant_types', 'authorization_code'],
    ['grant_types', []],
    ['grant_types', [1]],
    ['grant_types', ['client_credentials']],
    ['grant_types', ['refresh_token']],
    ['grant_types', Array.from({ length: 51 }, () => 'authorization_code')],
    ['response_types', ['token']],
    ['response_types', ['code', 'id_token token']],
    ['response_types', { code: true }],
  ])('%s %j', async (member, value) => {
    expect(seen(await register({ [member]: value }))).toEqual(invalid(member));
  });

  test.each([
    ['a list', '[]', 'application/json'],
    ['a text', '"x"', 'application/json'],
    ['no JSON', '{', 'application/json'],
    ['a form', 'client_name=x', 'application/x-www-form-urlencoded'],
    ['JSON by another name', '{}', 'text/plain'],
  ])('a body that is %s', async (_, body, type) => {
    time += 1000;
    expect(seen(await post().type(type).send(body))).toEqual(invalid('body must be'));
  });

  test('a body that is too long', async () => {
    expect(seen(await register({ padding: 'x'.repeat(70_000) }))).toMatchObject({
      status: 413,
      body: { error: 'invalid_client_metadata' },
    });
  });

  test('and the refusal is in the log', async () => {
    await register({ client_name: '<script>' });
    expect((await server.api('get', 'logs?per_page=1')).body).toMatchObject([
      {
        type: 'fapi',
        description: 'Dynamic client registration',
        details: { response: { statusCode: 400, body: { error: 'invalid_client_metadata' } } },
      },
    ]);
  });

  test('the sixth request of a second, and not the first of the next', async () => {
    time = (Math.floor(time / 1000) + 2) * 1000;
    const ask = async () => {
      const { status } = await post().send({ redirect_uris: ['https://a.example.com/'] });
      return status;
    };
    const statuses: number[] = [];
    for (let n = 0; n < 7; n++) statuses.push(await ask());
    expect(statuses).toEqual([201, 201, 201, 201, 201, 429, 429]);
    const answer = await post().send({});
    expect(answer.headers).toMatchObject({ 'retry-after': '1' });
    expect(answer.body).toEqual({ error: 'too_many_requests', error_description: 'Too Many Requests' });
    time += 1000;
    expect(await ask()).toBe(201);
  });
});

test('the endpoint is named by the discovery documents', async () => {
  const { body } = await server.request().get('/.well-known/openid-configuration');
  expect(body).toMatchObject({ registration_endpoint: `${server.url}/oidc/register` });
});
