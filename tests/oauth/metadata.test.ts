// What verifiers of tokens read: token-issuance.md 6.8 and 7.4, clients.md 9, RFC 8414, RFC 7517.

import { X509Certificate } from 'node:crypto';
import { calculateJwkThumbprint, createRemoteJWKSet, jwtVerify, type JWK } from 'jose';
import { startServer, type TestServer } from '../support/server.js';
import { askToken, givenApi, givenClient, givenGrant, givenJoined, headerOf } from './given.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const DISCOVERY = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'];
const JWKS = '/.well-known/jwks.json';

type PublishedKey = JWK & { x5c: string[]; x5t: string };
const publishedKeys = async (): Promise<PublishedKey[]> => (await server.request().get(JWKS)).body.keys;

describe('the key set', () => {
  test('has one RSA key for each algorithm, with these members and no private ones (6.8)', async () => {
    const keys = await publishedKeys();
    expect(new Set(keys.map(({ alg }) => alg))).toEqual(new Set(['PS256', 'RS256', 'RS512']));
    expect(keys).toHaveLength(3);
    for (const each of keys) {
      expect(Object.keys(each).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use', 'x5c', 'x5t']);
      expect(each).toMatchObject({ kty: 'RSA', use: 'sig' });
    }
  });

  test('leaves the algorithms out where the tenant wants it so', async () => {
    const flag = (remove_alg_from_jwks: boolean) =>
      server.api('patch', 'tenants/settings', { flags: { remove_alg_from_jwks } });
    const before = await publishedKeys();
    await flag(true);
    const without = await publishedKeys();
    await flag(false);
    expect(without).toEqual(before.map(({ alg: _alg, ...key }) => key));
    expect(await publishedKeys()).toEqual(before);
  });

  test('has no key twice: none serves two algorithms (RFC 8725 section 3.1)', async () => {
    const keys = await publishedKeys();
    expect(new Set(keys.map(({ n }) => n)).size).toBe(keys.length);
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length);
  });

  test('has keys of 2048 bits or more', async () => {
    for (const { n } of await publishedKeys()) {
      expect(Buffer.from(n ?? '', 'base64url').length).toBeGreaterThanOrEqual(256);
    }
  });

  test('names keys by their thumbprints (RFC 7638)', async () => {
    for (const each of await publishedKeys()) expect(each.kid).toBe(await calculateJwkThumbprint(each));
  });

  test('has for each key a certificate of that very key (RFC 7517 sections 4.7 and 4.8)', async () => {
    for (const { n, e, x5c, x5t } of await publishedKeys()) {
      const certificate = new X509Certificate(Buffer.from(x5c[0] ?? '', 'base64'));
      expect(x5c).toHaveLength(1);
      expect(certificate.publicKey.export({ format: 'jwk' })).toMatchObject({ n, e });
      expect(certificate.verify(certificate.publicKey)).toBe(true);
      const thumbprint = Buffer.from(certificate.fingerprint.replaceAll(':', ''), 'hex');
      expect(x5t).toBe(thumbprint.toString('base64url'));
    }
  });
});

describe('the discovery documents', () => {
  test('are the same at both addresses (7.3)', async () => {
    const [openid, oauth] = await Promise.all(DISCOVERY.map((path) => server.request().get(path)));
    expect(oauth?.body).toEqual(openid?.body);
  });

  test('say what there is (RFC 8414 section 2, 7.4)', async () => {
    const { body } = await server.request().get(DISCOVERY[0] ?? '');
    expect(body).toMatchObject({
      issuer: `${server.url}/`,
      authorization_endpoint: `${server.url}/authorize`,
      token_endpoint: `${server.url}/oauth/token`,
      jwks_uri: `${server.url}${JWKS}`,
      code_challenge_methods_supported: ['S256'],
      subject_types_supported: ['public'],
      // draft-ietf-oauth-identity-assertion-authz-grant, section 7.2: the two belong together.
      authorization_grant_profiles_supported: ['urn:ietf:params:oauth:grant-profile:id-jag'],
      grant_types_supported: expect.arrayContaining(['urn:ietf:params:oauth:grant-type:jwt-bearer']),
      token_endpoint_auth_signing_alg_values_supported: ['RS256', 'RS384', 'PS256'],
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
    });
    // RFC 9700 section 2.1.2.
    expect(body.response_types_supported).not.toContain('token');
  });

  test('name only endpoints that there are', async () => {
    const { body } = await server.request().get(DISCOVERY[0] ?? '');
    const endpoints = Object.entries<string>(body).filter(([name]) => name.endsWith('_endpoint'));
    expect(endpoints.length).toBeGreaterThan(6);
    for (const [name, address] of endpoints) {
      const answer = await fetch(address, { method: 'POST', redirect: 'manual' });
      expect([name, answer.status]).not.toEqual([name, 404]);
    }
  });

  test('name a token endpoint that issues tokens of their issuer, which verify with the keys that they name', async () => {
    const { body } = await server.request().get(DISCOVERY[0] ?? '');
    const { client, api } = await givenJoined(server);
    const answer = await fetch(body.token_endpoint, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: client.id,
        client_secret: client.secret,
        audience: api.identifier,
      }),
    });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(body.jwks_uri)), {
      issuer: body.issuer,
      audience: api.identifier,
    });
    expect(payload.sub).toBe(`${client.id}@clients`);
  });
});

describe.each([JWKS, ...DISCOVERY])('%s', (path) => {
  test('is JSON, for anybody, from anywhere, and may be kept for a while (clients.md 9)', async () => {
    const answer = await server.request().get(path).set('Origin', 'https://spa.example.com');
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'access-control-allow-origin': '*',
      'cache-control': 'public, max-age=300',
    });
  });

  test('is there whatever the caller shows', async () => {
    const answer = await server.request().get(path).set('Authorization', 'Bearer not-a-token');
    expect(answer.status).toBe(200);
  });
});

describe('a verifier with nothing but the key set', () => {
  const verify = (token: string, alg: string) =>
    jwtVerify(token, createRemoteJWKSet(new URL(`${server.url}${JWKS}`)), { algorithms: [alg] });

  test.each(['RS256', 'RS512', 'PS256'])('accepts tokens that are signed with %s', async (alg) => {
    const { client, api } = await givenJoined(server, { api: { signing_alg: alg } });
    const answer = await askToken(server, client, api);
    const { protectedHeader } = await verify(answer.body.access_token, alg);
    const key = (await publishedKeys()).find((each) => each.alg === alg);
    expect(protectedHeader).toEqual({ alg, typ: 'JWT', kid: key?.kid });
  });

  test.each([0, 1, 100])(
    'refuses a token of which character %d of the signature was changed',
    async (index) => {
      const { client, api } = await givenJoined(server);
      const { access_token: token } = (await askToken(server, client, api)).body as { access_token: string };
      const at = token.lastIndexOf('.') + 1 + index;
      const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
      await expect(verify(changed, 'RS256')).rejects.toThrow('signature verification failed');
    },
  );

  test('accepts tokens from one connection that asks again and again', async () => {
    // Such tokens are signed in another way than those of many connections.
    const { client, api } = await givenJoined(server);
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: client.id,
      client_secret: client.secret,
      audience: api.identifier,
    });
    for (let asked = 0; asked < 4; asked++) {
      const answer = await fetch(`${server.url}/oauth/token`, { method: 'POST', body });
      const { access_token: token } = (await answer.json()) as { access_token: string };
      expect((await verify(token, 'RS256')).payload.aud).toBe(api.identifier);
    }
  });

  test('does not find a key for a token that is signed with a secret', async () => {
    const client = await givenClient(server);
    const api = await givenApi(server, { signing_alg: 'HS256' });
    await givenGrant(server, client, api);
    const answer = await askToken(server, client, api);
    expect(headerOf(answer)).toEqual({ alg: 'HS256', typ: 'JWT' });
    await expect(verify(answer.body.access_token, 'HS256')).rejects.toThrow();
  });
});
