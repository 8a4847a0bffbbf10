// Who is asking, by signed assertion: RFC 7523 sections 2.2 and 3, token-issuance.md 7.2, clients.md 2.

import { createHmac } from 'node:crypto';
import { SignJWT } from 'jose';
import { startServer, type TestServer } from '../support/server.js';
import {
  askWithAssertion,
  claimsFor,
  givenKeyClient,
  type KeyClient,
  newCertifiedKeyPair,
  newKeyPair,
  signedBy,
} from './assertions.js';
import { askToken, bodyOf, givenJoined, refusalOf, unique } from './given.js';

// Keys take long to make, so that tests share them; each has clients of its own.
const key = newKeyPair();
const otherKey = newKeyPair();

let server: TestServer;
let now = new Date('2027-03-04T05:06:07.000Z');
beforeAll(async () => {
  server = await startServer({ now: () => now });
});
afterAll(() => server.close());

const seconds = (): number => now.getTime() / 1000;

const failed = {
  status: 401,
  body: { error: 'access_denied', error_description: 'Unauthorized' },
  reason: 'client_authentication_failed',
};
describe('a client with a key', () => {
  test.each(['RS256', 'RS384', 'PS256'])('is known by an assertion signed with %s (7.2)', async (alg) => {
    const client = await givenKeyClient(server, key, { alg });
    const assertion = await signedBy(client, claimsFor(server, client, now));
    expect((await askWithAssertion(server, client, assertion)).status).toBe(200);
  });

  test('is known by the key of a certificate (management-api.md 7.1)', async () => {
    const certified = await newCertifiedKeyPair(new Date('2040-01-01T00:00:00Z'));
    const client = await givenKeyClient(server, certified);
    const assertion = await signedBy(client, claimsFor(server, client, now));
    expect((await askWithAssertion(server, client, assertion)).status).toBe(200);
  });

  test('may name itself in client_id too (RFC 7521 section 4.2)', async () => {
    const client = await givenKeyClient(server, key);
    const assertion = await signedBy(client, claimsFor(server, client, now));
    const answer = await askWithAssertion(server, client, assertion, { client_id: client.id });
    expect(answer.status).toBe(200);
  });

  test('may name the key that it signed with', async () => {
    const client = await givenKeyClient(server, key, { kid: 'key-of-this-client' });
    const assertion = await signedBy(client, claimsFor(server, client, now), { kid: 'key-of-this-client' });
    expect((await askWithAssertion(server, client, assertion)).status).toBe(200);
  });

  test('may sign with either of two keys', async () => {
    const client = await givenKeyClient(server, key);
    const added = await bodyOf<{ id: string }>(
      server.api('post', `clients/${client.id}/credentials`, {
        credential_type: 'public_key',
        pem: otherKey.pem,
      }),
      201,
    );
    const credentials = [{ id: client.credentialId }, { id: added.id }];
    await bodyOf(
      server.api('patch', `clients/${client.id}`, {
        client_authentication_methods: { private_key_jwt: { credentials } },
      }),
      200,
    );
    const first = await signedBy(client, claimsFor(server, client, now));
    const second = await signedBy({ ...client, ...otherKey }, claimsFor(server, client, now));
    expect((await askWithAssertion(server, client, first)).status).toBe(200);
    expect((await askWithAssertion(server, client, second)).status).toBe(200);
  });

  test.each<[what: string, claims: () => Record<string, unknown>]>([
    [
      'the token endpoint as its audience (RFC 7523 3)',
      () => ({ aud: `${server.tenant.issuer}oauth/token` }),
    ],
    ['the issuer among its audiences', () => ({ aud: ['https://other.example.com/', server.tenant.issuer] })],
    ['five minutes to live', () => ({ exp: seconds() + 300 })],
    ['an end within the clock skew', () => ({ exp: seconds() - 9 })],
    ['a beginning within the clock skew', () => ({ nbf: seconds() + 9 })],
    ['no iat', () => ({ iat: undefined })],
    ['a jti of 64 characters', () => ({ jti: unique('j').padEnd(64, 'x') })],
    ['claims of its own', () => ({ scope: 'delete', anything: { at: 'all' } })],
  ])('is known by an assertion with %s (7.2)', async (_what, claims) => {
    const client = await givenKeyClient(server, key);
    const assertion = await signedBy(client, claimsFor(server, client, now, claims()));
    expect((await askWithAssertion(server, client, assertion)).status).toBe(200);
  });
});

describe('an assertion is refused', () => {
  test.each<[what: string, claims: () => Record<string, unknown>]>([
    ['for another audience', () => ({ aud: 'https://other.example.com/' })],
    ['for the issuer without its slash', () => ({ aud: server.tenant.issuer.slice(0, -1) })],
    ['for nobody', () => ({ aud: undefined })],
    ['from another issuer', () => ({ iss: 'somebody-else' })],
    ['from nobody', () => ({ iss: undefined })],
    ['about somebody else', () => ({ sub: 'somebody-else' })],
    ['about nobody', () => ({ sub: undefined })],
    ['that is over', () => ({ exp: seconds() - 11 })],
    ['that never ends', () => ({ exp: undefined })],
    ['that ends in more than five minutes', () => ({ exp: seconds() + 311 })],
    ['that has not begun', () => ({ nbf: seconds() + 11 })],
    ['without jti', () => ({ jti: undefined })],
    ['with an empty jti', () => ({ jti: '' })],
    ['with a jti of 65 characters', () => ({ jti: 'x'.repeat(65) })],
    ['with a jti that is a number', () => ({ jti: 7 })],
    ['with an end that is text', () => ({ exp: String(seconds() + 100) })],
  ])('%s (7.2)', async (_what, claims) => {
    const client = await givenKeyClient(server, key);
    const assertion = await signedBy(client, claimsFor(server, client, now, claims()));
    const answer = await askWithAssertion(server, client, assertion, { client_id: client.id });
    expect(refusalOf(answer)).toEqual(failed);
  });

  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

  test.each<[what: string, make: (client: KeyClient) => string | Promise<string>]>([
    ['without a signature', (client) => `${part({ alg: 'none' })}.${part(claimsFor(server, client, now))}.`],
    [
      'that takes the public key for a secret',
      (client) => {
        const input = `${part({ alg: 'HS256' })}.${part(claimsFor(server, client, now))}`;
        return `${input}.${createHmac('sha256', key.pem).update(input).digest('base64url')}`;
      },
    ],
    [
      'signed with the key of somebody else',
      (client) => signedBy({ ...client, ...otherKey }, claimsFor(server, client, now)),
    ],
    [
      'signed in another way than the key is for',
      (client) => signedBy({ ...client, algorithm: 'PS256' }, claimsFor(server, client, now)),
    ],
    [
      'signed in a way that no key can be for',
      (client) => signedBy({ ...client, algorithm: 'RS512' }, claimsFor(server, client, now)),
    ],
    [
      'changed after it was signed',
      async (client) => {
        const [header, , signature] = (await signedBy(client, claimsFor(server, client, now))).split('.');
        return `${header}.${part(claimsFor(server, client, now))}.${signature}`;
      },
    ],
    [
      'with a critical header that is not understood (RFC 7515 section 4.1.11)',
      (client) =>
        new SignJWT(claimsFor(server, client, now))
          .setProtectedHeader({ alg: 'RS256', crit: ['exp'], exp: 1 })
          .sign(client.privateKey, { crit: { exp: true } }),
    ],
    ['that is none', () => 'a.b.c'],
    ['of one part', () => 'abc'],
    ['of a billion parts', () => '.'.repeat(2048)],
  ])('%s', async (_what, make) => {
    const client = await givenKeyClient(server, key);
    const answer = await askWithAssertion(server, client, await make(client), { client_id: client.id });
    expect(refusalOf(answer)).toEqual(failed);
  });

  test('when it is longer than 2048 bytes (7.2)', async () => {
    const client = await givenKeyClient(server, key);
    const ofLength = async (filler: number): Promise<string> =>
      signedBy(client, claimsFor(server, client, now, { filler: 'x'.repeat(filler) }));
    const shortest = (await ofLength(0)).length;
    // Three bytes of a claim are four of the assertion.
    const fits = await ofLength(Math.floor(((2048 - shortest) * 3) / 4) - 3);
    const tooLong = await ofLength(Math.ceil(((2049 - shortest) * 3) / 4) + 3);
    expect((await askWithAssertion(server, client, fits)).status).toBe(200);
    expect(refusalOf(await askWithAssertion(server, client, tooLong))).toEqual(failed);
  });

  test('of a client that does not exist', async () => {
    const client = await givenKeyClient(server, key);
    const assertion = await signedBy(client, claimsFor(server, { id: 'nobody' }, now));
    expect(refusalOf(await askWithAssertion(server, client, assertion))).toEqual(failed);
  });

  test('of a client that has a secret only', async () => {
    const { client, api } = await givenJoined(server);
    const assertion = await signedBy({ ...key, algorithm: 'RS256' }, claimsFor(server, client, now));
    expect(refusalOf(await askWithAssertion(server, { api }, assertion))).toEqual(failed);
  });

  test('signed with a key that the client has and does not use (management-api.md 7.1)', async () => {
    const client = await givenKeyClient(server, key);
    const credential = { credential_type: 'public_key', pem: otherKey.pem };
    await bodyOf(server.api('post', `clients/${client.id}/credentials`, credential), 201);
    const assertion = await signedBy({ ...client, ...otherKey }, claimsFor(server, client, now));
    expect(refusalOf(await askWithAssertion(server, client, assertion))).toEqual(failed);
  });

  test('once the key has expired, though nothing was changed', async () => {
    const client = await givenKeyClient(server, key, {
      expires_at: new Date(now.getTime() + 1000).toISOString(),
    });
    const before = await signedBy(client, claimsFor(server, client, now));
    expect((await askWithAssertion(server, client, before)).status).toBe(200);
    now = new Date(now.getTime() + 1000);
    const after = await signedBy(client, claimsFor(server, client, now));
    expect(refusalOf(await askWithAssertion(server, client, after))).toEqual(failed);
  });

  test('once the certificate has expired, where it says when the key does', async () => {
    const certified = await newCertifiedKeyPair(new Date('2027-01-01T00:00:00Z'));
    const client = await givenKeyClient(server, certified, { parse_expiry_from_cert: true });
    const assertion = await signedBy(client, claimsFor(server, client, now));
    expect(refusalOf(await askWithAssertion(server, client, assertion))).toEqual(failed);
  });

  test.each([undefined, 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer'])(
    'when its type is %s (RFC 7521 section 4.2)',
    async (type) => {
      const client = await givenKeyClient(server, key);
      const assertion = await signedBy(client, claimsFor(server, client, now));
      const answer = await askWithAssertion(server, client, assertion, { client_assertion_type: type ?? '' });
      expect(refusalOf(answer)).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    },
  );

  test('with a challenge (RFC 6749 section 5.2)', async () => {
    const client = await givenKeyClient(server, key);
    const answer = await askWithAssertion(server, client, 'a.b.c', { client_id: client.id });
    expect(answer.headers['www-authenticate']).toBe(`Basic realm="${server.tenant.domain}"`);
  });
});

test('a client that has moved to keys is not known by its old secret any more', async () => {
  const { client, api } = await givenJoined(server);
  const credential = { credential_type: 'public_key', pem: key.pem };
  const { id } = await bodyOf<{ id: string }>(
    server.api('post', `clients/${client.id}/credentials`, credential),
    201,
  );
  await bodyOf(
    server.api('patch', `clients/${client.id}`, {
      client_authentication_methods: { private_key_jwt: { credentials: [{ id }] } },
    }),
    200,
  );
  expect(refusalOf(await askToken(server, client, api))).toEqual(failed);
});
