// Who calls: every request below /api/v2 needs a bearer token for the Management API (management-api.md 1.2, RFC 6750).

import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignJWT, UnsecuredJWT } from 'jose';
import { startServer, type TestServer } from '../support/server.js';
import { seen } from '../management/fixtures.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const list = (authorization?: string) => {
  const request = server.request().get('/api/v2/client-grants');
  return authorization === undefined ? request : request.set('Authorization', authorization);
};

interface Forgery {
  readonly claims?: Record<string, unknown>;
  readonly header?: Record<string, unknown>;
  readonly key?: KeyObject | Uint8Array;
}

/** A token that would be taken as it is, save for what is said. A claim of `undefined` is left out. */
function token({ claims = {}, header = {}, key }: Forgery = {}): Promise<string> {
  const signing = server.keys.signingKey('RS256');
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({
    iss: server.tenant.issuer,
    sub: `${server.management.id}@clients`,
    aud: server.tenant.identifierOf('management'),
    azp: server.management.id,
    iat: now,
    exp: now + 60,
    scope: 'read:client_grants',
    ...claims,
  })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: signing.kid, ...header })
    .sign(key ?? signing.key);
}

/** hapi's form of a 401, as the platform answers it. */
const unauthorized = (message: unknown) => ({
  status: 401,
  body: { statusCode: 401, error: 'Unauthorized', message, attributes: { error: message } },
});
const invalidToken = unauthorized(expect.stringMatching(/^Invalid token\.?$/));
const invalidSignature = unauthorized(
  expect.stringMatching(/^Invalid signature received for JSON Web Token validation\.?$/),
);
const now = (): number => Math.floor(Date.now() / 1000);

describe('taken', () => {
  test('a token of a client', async () => {
    expect((await list(`Bearer ${await token()}`)).status).toBe(200);
  });

  // RFC 9110 section 11.1: the scheme is case-insensitive.
  test.each(['bearer', 'BEARER'])('with the scheme %s', async (scheme) => {
    expect((await list(`${scheme} ${await token()}`)).status).toBe(200);
  });

  test('a token of the RFC 9068 profile, which names the client in client_id', async () => {
    const claims = { azp: undefined, client_id: server.management.id };
    expect((await list(`Bearer ${await token({ claims, header: { typ: 'at+jwt' } })}`)).status).toBe(200);
  });

  test('a token for several audiences, one of which is this', async () => {
    const aud = ['https://api.example/', server.tenant.identifierOf('management')];
    expect((await list(`Bearer ${await token({ claims: { aud } })}`)).status).toBe(200);
  });

  test('a token of another algorithm of the tenant', async () => {
    const { kid, key } = server.keys.signingKey('PS256');
    const signed = await token({ key, header: { kid, alg: 'PS256' } });
    expect((await list(`Bearer ${signed}`)).status).toBe(200);
  });
});

test('no token is 401', async () => {
  expect(seen(await list())).toEqual(unauthorized(expect.any(String)));
});

// RFC 9110 section 15.5.2: a 401 must name a scheme.
test('a 401 names the scheme', async () => {
  expect((await list()).headers['www-authenticate']).toMatch(/^Bearer\b/);
});

// RFC 6750 section 2.3 is optional, and leaks tokens into logs.
test('a token in the query is no token', async () => {
  const answer = await server.request().get(`/api/v2/client-grants?access_token=${await token()}`);
  expect(answer.status).toBe(401);
});

// management-api.md 1.4.
test.each([
  'Bearer',
  'Bearer ',
  'Basic dXNlcjpwYXNz',
  'Token abc',
  'abc',
  'Bearer a b',
  'Bearer a,b',
  'Bearer äöü',
  'Bearer "a"',
])('the header `%s` is malformed', async (header) => {
  const value = Buffer.from(header, 'utf8').toString('latin1');
  expect(seen(await list(value))).toEqual({
    status: 400,
    body: { statusCode: 400, error: 'Bad Request', message: 'Bad HTTP authentication header format' },
  });
});

test.each(['abc', 'a.b.c', '..', 'x'.repeat(8000)])('`%s` is no token', async (text) => {
  expect(seen(await list(`Bearer ${text}`))).toEqual(invalidToken);
});

describe('signatures', () => {
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicKey = (): KeyObject => createPublicKey(server.keys.signingKey('RS256').key);
  const jwk = () => publicKey().export({ format: 'jwk' });
  const pem = (): Buffer => Buffer.from(publicKey().export({ type: 'spki', format: 'pem' }));
  const der = (): Buffer => publicKey().export({ type: 'spki', format: 'der' });

  test.each<[what: string, forged: () => Promise<string>, answer: object]>([
    ['by a foreign key', () => token({ key: stranger.privateKey }), invalidSignature],
    [
      'by a foreign key with a key id of its own',
      () => token({ key: stranger.privateKey, header: { kid: 'mine' } }),
      invalidSignature,
    ],
    [
      'by a foreign key that the header brings along (RFC 7515 section 4.1.3)',
      () =>
        token({
          key: stranger.privateKey,
          header: { kid: undefined, jwk: stranger.publicKey.export({ format: 'jwk' }) },
        }),
      invalidSignature,
    ],
    [
      'with HS256 and the public key in PEM as the secret (RFC 8725 section 2.1)',
      () => token({ key: pem(), header: { alg: 'HS256' } }),
      invalidToken,
    ],
    [
      'with HS256 and the public key in DER as the secret',
      () => token({ key: der(), header: { alg: 'HS256' } }),
      invalidToken,
    ],
    [
      'with HS256 and the modulus as the secret',
      () => token({ key: Buffer.from(String(jwk().n), 'base64url'), header: { alg: 'HS256' } }),
      invalidToken,
    ],
    [
      'with the key of another algorithm',
      () => token({ key: server.keys.signingKey('RS512').key, header: { alg: 'RS512' } }),
      unauthorized(expect.any(String)),
    ],
    [
      'with an extension that must be understood (RFC 7515 section 4.1.11)',
      () => token().then((good) => withHeader(good, { crit: ['exp'], exp: 1 })),
      unauthorized(expect.any(String)),
    ],
    ['that was cut off', async () => (await token()).replace(/[^.]*$/, ''), unauthorized(expect.any(String))],
    ['that was cut short', async () => (await token()).slice(0, -8), unauthorized(expect.any(String))],
  ])('%s', async (_what, forged, answer) => {
    expect(seen(await list(`Bearer ${await forged()}`))).toEqual(answer);
  });

  function withHeader(good: string, more: object): string {
    const [header, ...rest] = good.split('.');
    const changed = {
      ...(JSON.parse(Buffer.from(String(header), 'base64url').toString()) as object),
      ...more,
    };
    return [Buffer.from(JSON.stringify(changed)).toString('base64url'), ...rest].join('.');
  }

  // RFC 8725 section 3.2.
  test.each(['none', 'None', 'NONE', 'nOnE'])('alg `%s` is no signature', async (alg) => {
    const unsecured = new UnsecuredJWT({ scope: 'read:client_grants', azp: server.management.id })
      .setIssuer(server.tenant.issuer)
      .setSubject(`${server.management.id}@clients`)
      .setAudience(server.tenant.identifierOf('management'))
      .setIssuedAt()
      .setExpirationTime('1h')
      .encode();
    const forged = withHeader(unsecured, { alg, kid: server.keys.signingKey('RS256').kid });
    expect((await list(`Bearer ${forged}`)).status).toBe(401);
    expect((await list(`Bearer ${forged}AAAA`)).status).toBe(401);
  });

  test('claims that were changed after signing', async () => {
    const [header, claims, signature] = (await token({ claims: { scope: 'read:clients' } })).split('.');
    const changed = Buffer.from(String(claims), 'base64url')
      .toString()
      .replace('read:clients', 'delete:clients');
    const forged = `${header}.${Buffer.from(changed).toString('base64url')}.${signature}`;
    expect(seen(await list(`Bearer ${forged}`))).toEqual(invalidSignature);
  });
});

describe('claims', () => {
  const issuer = (): string => server.tenant.issuer;
  const audience = (): string => server.tenant.identifierOf('management');

  test.each<[what: string, claims: () => Record<string, unknown>]>([
    ['expired a second ago', () => ({ exp: now() - 1 })],
    ['expired long ago', () => ({ iat: now() - 7200, exp: now() - 3600 })],
    ['that never expires', () => ({ exp: undefined })],
    ['that is not valid yet', () => ({ nbf: now() + 60 })],
    ['that was issued at no time', () => ({ iat: undefined })],
    ['of another issuer', () => ({ iss: 'https://evil.example/' })],
    ['of the issuer without its slash', () => ({ iss: issuer().slice(0, -1) })],
    ['of no issuer', () => ({ iss: undefined })],
    ['for another API', () => ({ aud: 'https://api.example/' })],
    ['for the Management API of another tenant', () => ({ aud: 'https://other.example/api/v2/' })],
    ['for the audience without its slash', () => ({ aud: audience().slice(0, -1) })],
    ['for a longer audience', () => ({ aud: `${audience()}clients` })],
    ['for no audience', () => ({ aud: undefined })],
    ['for an empty list of audiences', () => ({ aud: [] })],
    ['of nobody', () => ({ sub: undefined })],
    ['of a user', () => ({ sub: 'auth0|5f7c8ec7c33c6c004bbafe82' })],
    ['of a client other than the one that got it', () => ({ sub: 'somebody@clients' })],
    ['of no client', () => ({ azp: undefined })],
    ['with scopes in a list', () => ({ scope: ['read:client_grants'] })],
  ])('a token %s is refused', async (_what, claims) => {
    expect(seen(await list(`Bearer ${await token({ claims: claims() })}`))).toEqual(
      unauthorized(expect.any(String)),
    );
  });

  test.each<[what: string, claims: () => Record<string, unknown>, message: RegExp]>([
    ['an expired token', () => ({ exp: now() - 1 }), /^Expired token/],
    ['another audience', () => ({ aud: 'https://api.example/' }), /^Bad audience: https:\/\/api\.example\//],
  ])('the message says so: %s', async (_what, claims, message) => {
    const { body } = await list(`Bearer ${await token({ claims: claims() })}`);
    expect((body as { message: string }).message).toMatch(message);
  });

  test('a token without scopes gets as far as the scopes', async () => {
    expect((await list(`Bearer ${await token({ claims: { scope: undefined } })}`)).status).toBe(403);
    expect((await list(`Bearer ${await token({ claims: { scope: '' } })}`)).status).toBe(403);
  });

  test('scopes are whole words', async () => {
    for (const scope of [
      'read:client_grants2',
      'read:client',
      'READ:CLIENT_GRANTS',
      'read:client_grants,x',
    ]) {
      expect((await list(`Bearer ${await token({ claims: { scope } })}`)).status).toBe(403);
    }
  });
});

// docs/compatibility.md, "Everywhere": the token comes first, so strangers learn nothing.
test.each([
  ['post', '/api/v2/clients'],
  ['get', '/api/v2/clients?page=-1'],
  ['get', `/api/v2/clients/${'x'.repeat(300)}`],
  ['delete', '/api/v2/client-grants/cgr_aaaaaaaaaaaaaaaa'],
] as const)('without a token, %s %s is 401 whatever else is wrong with it', async (method, path) => {
  const answer = await server.request()[method](path);
  expect(seen(answer)).toEqual(unauthorized(expect.any(String)));
});

test('without a token, a body is not even parsed', async () => {
  const answer = await server
    .request()
    .post('/api/v2/clients')
    .set('Content-Type', 'application/json')
    .send('{"broken":');
  expect(answer.status).toBe(401);
});
