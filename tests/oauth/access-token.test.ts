// The token itself: token-issuance.md 6.1, 6.2, 6.7 and Q13, management-api.md 4.1 (token_encryption), clients.md 9.

import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { compactDecrypt, createRemoteJWKSet, jwtVerify } from 'jose';
import { startServer, type TestServer } from '../support/server.js';
import { newCertifiedKeyPair } from './assertions.js';
import { askToken, associate, bodyOf, claimsOf, givenJoined, givenOrganization, headerOf } from './given.js';

let server: TestServer;
// With a fraction of a second, so that rounding shows.
const now = new Date(Math.floor(Date.now() / 1000) * 1000 + 999);
const issuedAt = Math.floor(now.getTime() / 1000);
beforeAll(async () => {
  server = await startServer({ now: () => now });
});
afterAll(() => server.close());

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const authz = ['access_token_authz', 'rfc9068_profile_authz'];

describe('claims', () => {
  const shared = (clientId: string, audience: string) => ({
    iss: server.tenant.issuer,
    sub: `${clientId}@clients`,
    aud: audience,
    iat: issuedAt,
    exp: issuedAt + 86_400,
    scope: 'read write',
  });

  test.each([undefined, 'access_token', 'access_token_authz'])(
    '6.2, V1: of the dialect %s are exactly those of the Auth0 profile',
    async (dialect) => {
      const settings = dialect === undefined ? {} : { token_dialect: dialect };
      const { client, api } = await givenJoined(server, { api: settings });
      const answer = await askToken(server, client, api);
      expect(headerOf(answer)).toEqual({ alg: 'RS256', typ: 'JWT', kid: expect.any(String) as unknown });
      expect(claimsOf(answer)).toEqual({
        ...shared(client.id, api.identifier),
        azp: client.id,
        gty: 'client-credentials',
      });
    },
  );

  test.each(['rfc9068_profile', 'rfc9068_profile_authz'])(
    '6.2, V37: of the dialect %s are exactly those of RFC 9068',
    async (dialect) => {
      const { client, api } = await givenJoined(server, { api: { token_dialect: dialect } });
      const answer = await askToken(server, client, api);
      expect(headerOf(answer)).toEqual({ alg: 'RS256', typ: 'at+jwt', kid: expect.any(String) as unknown });
      expect(claimsOf(answer)).toEqual({
        ...shared(client.id, api.identifier),
        client_id: client.id,
        jti: expect.stringMatching(UUID) as unknown,
      });
    },
  );

  test('6.1: no two tokens have the same jti', async () => {
    const { client, api } = await givenJoined(server, { api: { token_dialect: 'rfc9068_profile' } });
    const answers = await Promise.all(Array.from({ length: 20 }, () => askToken(server, client, api)));
    expect(new Set(answers.map((answer) => claimsOf(answer)['jti'])).size).toBe(20);
  });

  test.each(['access_token', 'rfc9068_profile'])(
    '6.2, CC-7: of %s have no scope when it is empty',
    async (dialect) => {
      const { client, api } = await givenJoined(server, {
        api: { token_dialect: dialect },
        grant: { scope: [] },
      });
      const answer = await askToken(server, client, api);
      expect(claimsOf(answer)).not.toHaveProperty('scope');
      expect(answer.body).not.toHaveProperty('scope');
    },
  );

  test.each(authz)('6.1, Q13: of %s list permissions where the API enforces policies', async (dialect) => {
    const { client, api } = await givenJoined(server, {
      api: { token_dialect: dialect, enforce_policies: true },
    });
    const answer = await askToken(server, client, api);
    expect(claimsOf(answer)).toMatchObject({ permissions: ['read', 'write'], scope: 'read write' });
  });

  test.each(authz)('6.1, Q13: of %s list no permission where none was granted', async (dialect) => {
    const { client, api } = await givenJoined(server, {
      api: { token_dialect: dialect, enforce_policies: true },
      grant: { scope: [] },
    });
    expect(claimsOf(await askToken(server, client, api))['permissions']).toEqual([]);
  });

  test.each([
    { token_dialect: 'access_token', enforce_policies: true },
    { token_dialect: 'rfc9068_profile', enforce_policies: true },
    { token_dialect: 'access_token_authz', enforce_policies: false },
    { token_dialect: 'rfc9068_profile_authz', enforce_policies: false },
  ])('6.1: have no permissions with %j', async (settings) => {
    const { client, api } = await givenJoined(server, { api: settings });
    expect(claimsOf(await askToken(server, client, api))).not.toHaveProperty('permissions');
  });

  test.each(['access_token', 'rfc9068_profile'])('6.2: of %s name the organization', async (dialect) => {
    const { client, api, grantId } = await givenJoined(server, {
      api: { token_dialect: dialect },
      grant: { organization_usage: 'require' },
    });
    const organization = await givenOrganization(server);
    await associate(server, organization, grantId);
    const answer = await askToken(server, client, api, { organization });
    expect(claimsOf(answer)['org_id']).toBe(organization);
  });
});

describe('signatures', () => {
  test.each(['access_token', 'rfc9068_profile'])(
    "with HS256 are made with the API's secret (clients.md 9): %s",
    async (dialect) => {
      const { client, api } = await givenJoined(server, {
        api: { signing_alg: 'HS256', token_dialect: dialect },
      });
      const answer = await askToken(server, client, api);
      const secret = new TextEncoder().encode(api.signingSecret);
      const { payload } = await jwtVerify(answer.body.access_token, secret, {
        algorithms: ['HS256'],
        issuer: server.tenant.issuer,
        audience: api.identifier,
        currentDate: now,
      });
      expect(payload.sub).toBe(`${client.id}@clients`);
    },
  );

  test('with HS256 are made with the secret that was chosen for the API', async () => {
    const secret = 'a secret of my own: пароль';
    const { client, api } = await givenJoined(server, {
      api: { signing_alg: 'HS256', signing_secret: secret },
    });
    const answer = await askToken(server, client, api);
    const verified = jwtVerify(answer.body.access_token, new TextEncoder().encode(secret), {
      currentDate: now,
    });
    await expect(verified).resolves.toMatchObject({ payload: { aud: api.identifier } });
  });

  test("with HS256 do not hold with another API's secret", async () => {
    const [one, two] = await Promise.all(
      [1, 2].map(() => givenJoined(server, { api: { signing_alg: 'HS256' } })),
    );
    if (one === undefined || two === undefined) throw new Error('there are two');
    const answer = await askToken(server, one.client, one.api);
    const other = new TextEncoder().encode(two.api.signingSecret);
    await expect(jwtVerify(answer.body.access_token, other)).rejects.toThrow('signature verification failed');
  });

  test('with RS256 are of the key that the header names (6.1)', async () => {
    const { client, api } = await givenJoined(server);
    const answer = await askToken(server, client, api);
    const keys = createRemoteJWKSet(new URL(`${server.url}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(answer.body.access_token, keys, {
      algorithms: ['RS256'],
      issuer: server.tenant.issuer,
      audience: api.identifier,
      currentDate: now,
    });
    expect(payload).toEqual(claimsOf(answer));
  });
});

describe('lifetime (6.7)', () => {
  test.each([1, 600, 2_592_000])('of %d seconds is what the API says', async (seconds) => {
    const { client, api } = await givenJoined(server, { api: { token_lifetime: seconds } });
    const answer = await askToken(server, client, api);
    expect(answer.body.expires_in).toBe(seconds);
    expect(claimsOf(answer)['exp']).toBe(issuedAt + seconds);
  });

  test('is not that for browsers', async () => {
    const { client, api } = await givenJoined(server, {
      api: { token_lifetime: 600, token_lifetime_for_web: 300 },
    });
    expect((await askToken(server, client, api)).body.expires_in).toBe(600);
  });
});

describe('encryption (management-api.md 4.1)', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();

  /** Decrypts a token, and verifies what is inside. */
  async function open(token: string, key: KeyObject) {
    const { plaintext, protectedHeader } = await compactDecrypt(token, key);
    const keys = createRemoteJWKSet(new URL(`${server.url}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(plaintext, keys, { currentDate: now });
    return { payload, protectedHeader };
  }

  test.each(['RSA-OAEP-256', 'RSA-OAEP-384', 'RSA-OAEP-512'])('with %s holds a signed token', async (alg) => {
    const { client, api } = await givenJoined(server, {
      api: {
        token_encryption: { format: 'compact-nested-jwe', encryption_key: { alg, pem, kid: 'of-the-api' } },
      },
    });
    const answer = await askToken(server, client, api);
    const { payload, protectedHeader } = await open(answer.body.access_token, privateKey);
    expect(protectedHeader).toEqual({ alg, enc: 'A256GCM', cty: 'JWT', kid: 'of-the-api' });
    expect(payload).toMatchObject({ aud: api.identifier, scope: 'read write', azp: client.id });
  });

  test('takes the key of a certificate', async () => {
    const certified = await newCertifiedKeyPair(new Date('2040-01-01T00:00:00Z'));
    const { client, api } = await givenJoined(server, {
      api: {
        token_encryption: {
          format: 'compact-nested-jwe',
          encryption_key: { alg: 'RSA-OAEP-256', pem: certified.pem },
        },
      },
    });
    const answer = await askToken(server, client, api);
    const { payload, protectedHeader } = await open(answer.body.access_token, certified.privateKey);
    expect(protectedHeader).toEqual({ alg: 'RSA-OAEP-256', enc: 'A256GCM', cty: 'JWT' });
    expect(payload.aud).toBe(api.identifier);
  });

  test('ends when it is switched off', async () => {
    const { client, api } = await givenJoined(server, {
      api: {
        token_encryption: { format: 'compact-nested-jwe', encryption_key: { alg: 'RSA-OAEP-256', pem } },
      },
    });
    await bodyOf(server.api('patch', `resource-servers/${api.id}`, { token_encryption: null }), 200);
    expect(headerOf(await askToken(server, client, api)).alg).toBe('RS256');
  });
});
