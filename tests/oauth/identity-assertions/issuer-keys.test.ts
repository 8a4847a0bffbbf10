// Keys of identity providers that do not answer as they should, or that lead elsewhere (RFC 8725 section 3.10, OpenID Connect
// Discovery 1.0 section 4.3).

import type { ServerResponse } from 'node:http';
import { type AssertionIssuer, issuerAlgorithms } from '../../../src/domain/cross-app-access.js';
import { IssuerKeys } from '../../../src/oauth/issuer-keys.js';
import { movingClock } from '../provider/given.js';
import { IdentityProvider, type Issuer, newIssuerKey } from './identity-provider.js';

let provider: IdentityProvider;
beforeAll(async () => {
  provider = await IdentityProvider.start();
});
afterAll(() => provider.close());

const HEADER = { alg: 'ES256' };
const TOKEN = { payload: '', signature: '', protected: '' };

const trusted = (issuer: Issuer, changes: Partial<AssertionIssuer> = {}): AssertionIssuer => ({
  issuer: issuer.issuer,
  jwksUri: issuer.jwksUri,
  discoveryUrl: `${issuer.issuer}/.well-known/openid-configuration`,
  algorithms: issuerAlgorithms,
  ...changes,
});

const keyOf = (keys: IssuerKeys, issuer: AssertionIssuer, kid?: string): Promise<unknown> =>
  Promise.resolve(keys.of(issuer)({ ...HEADER, ...(kid !== undefined && { kid }) }, TOKEN));

test('are fetched once, however many ask at the same time', async () => {
  const issuer = provider.newIssuer();
  const keys = new IssuerKeys();
  const found = trusted(issuer, { jwksUri: null });
  await Promise.all(Array.from({ length: 20 }, () => keyOf(keys, found, issuer.keys[0]?.kid)));
  expect(issuer.asked).toEqual({ keys: 1, discovery: 1 });
});

test('of a name that nobody knows are not asked for again and again', async () => {
  const issuer = provider.newIssuer();
  const keys = new IssuerKeys();
  for (let i = 0; i < 10; i += 1)
    await expect(keyOf(keys, trusted(issuer), `foreign-${i}`)).rejects.toThrow();
  expect(issuer.asked.keys).toBe(1);
});

test('that are new are found once the last answer is half a minute old', async () => {
  const issuer = provider.newIssuer();
  const keys = new IssuerKeys();
  await keyOf(keys, trusted(issuer), issuer.keys[0]?.kid);
  const next = newIssuerKey();
  issuer.keys.push(next);
  const clock = movingClock();
  clock.forward(31);
  try {
    await keyOf(keys, trusted(issuer), next.kid);
  } finally {
    clock.stop();
  }
  expect(issuer.asked.keys).toBe(2);
});

describe.each<[about: string, answer: (res: ServerResponse) => void]>([
  ['redirects elsewhere', (res) => res.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
  ['answers with an error', (res) => res.writeHead(500).end('{"keys":[]}')],
  ['answers with no key set', (res) => res.end('{"a":1}')],
  ['answers with no JSON', (res) => res.end('<html>')],
  ['answers without an end', (res) => res.end(`{"keys":[],"x":"${'x'.repeat(300_000)}"}`)],
  ['ends the connection', (res) => res.destroy()],
])('an issuer that %s', (_, answer) => {
  test('has no keys, and is left alone for a while', async () => {
    const issuer = provider.newIssuer();
    issuer.keysAnswer = answer;
    const keys = new IssuerKeys();
    for (let i = 0; i < 3; i += 1) await expect(keyOf(keys, trusted(issuer))).rejects.toThrow();
    expect(issuer.asked.keys).toBe(1);
  });
});

describe('a discovery document', () => {
  const discovered = (issuer: Issuer) => keyOf(new IssuerKeys(), trusted(issuer, { jwksUri: null }));

  test.each([
    ['of another issuer', (other: Issuer) => ({ issuer: other.issuer })],
    ['without keys', () => ({ jwks_uri: undefined })],
    ['with keys without TLS on another machine', () => ({ jwks_uri: 'http://keys.example.com/' })],
    ['with keys in a file', () => ({ jwks_uri: 'file:///etc/passwd' })],
    ['with keys behind a password', () => ({ jwks_uri: 'https://a:b@keys.example.com/' })],
  ])('%s leads nowhere, and is not asked for again at once', async (_, metadata) => {
    const issuer = provider.newIssuer();
    issuer.metadata = metadata(provider.newIssuer());
    const keys = new IssuerKeys();
    for (const _again of [1, 2]) {
      await expect(keyOf(keys, trusted(issuer, { jwksUri: null }))).rejects.toThrow();
    }
    expect(issuer.asked).toEqual({ keys: 0, discovery: 1 });
  });

  test('can name keys at another address of the issuer', async () => {
    const issuer = provider.newIssuer();
    const other = provider.newIssuer();
    issuer.metadata = { jwks_uri: other.jwksUri };
    await discovered(issuer);
    expect([issuer.asked.keys, other.asked.keys]).toEqual([0, 1]);
  });
});
