// Tokens that are bound to a key (RFC 9449; docs/decision-table.md PP-1 and PP-2).

import { createHash, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import * as client from 'openid-client';
import { startServer, type TestServer } from '../../support/server.js';
import { givenApi, type TestApi, type TestClient } from '../given.js';
import {
  authorizeUrl,
  Browser,
  CALLBACK,
  claimsOf,
  givenApp,
  givenUser,
  logIn,
  newPkce,
  parameterOf,
  type TestUser,
} from './given.js';

let server: TestServer;
let user: TestUser;
let api: TestApi;
let strictApi: TestApi;
let spa: TestClient;
let confidential: TestClient;
let key: TestKey;
beforeAll(async () => {
  server = await startServer();
  user = await givenUser(server);
  const settings = { skip_consent_for_verifiable_first_party_clients: true, allow_offline_access: true };
  api = await givenApi(server, settings);
  strictApi = await givenApi(server, {
    ...settings,
    proof_of_possession: { mechanism: 'dpop', required: true },
  });
  const made = await givenApp(server, { app_type: 'spa', token_endpoint_auth_method: 'none' });
  spa = { id: made.id, secret: '' };
  confidential = await givenApp(server);
  key = await newKey();
});
afterAll(() => server.close());

interface TestKey {
  readonly privateKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
  readonly jwk: JWK;
  readonly thumbprint: string;
}

async function newKey(): Promise<TestKey> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwk = await exportJWK(publicKey);
  return { privateKey, jwk, thumbprint: await calculateJwkThumbprint(jwk) };
}

const proof = (changes: object = {}, by: TestKey = key, path = '/oauth/token'): Promise<string> =>
  new SignJWT({
    htm: 'POST',
    htu: `${server.url}${path}`,
    jti: randomUUID(),
    iat: Math.floor(Date.now() / 1000),
    ...changes,
  })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: by.jwk })
    .sign(by.privateKey);

/** A token request with a proof; none where it is empty. */
function ask(of: TestClient, parameters: Record<string, string>, dpop: string) {
  const request = server.request().post('/oauth/token').type('form');
  if (dpop !== '') request.set('DPoP', dpop);
  return request.send({
    client_id: of.id,
    ...(of.secret !== '' && { client_secret: of.secret }),
    ...parameters,
  });
}

/** A login and its exchange. */
async function login(of: TestClient, dpop: string, parameters: Record<string, string> = {}) {
  const { verifier, challenge } = newPkce();
  const address = authorizeUrl(server, of, {
    audience: api.identifier,
    scope: 'openid read offline_access',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...parameters,
  });
  const code = parameterOf(await logIn(new Browser(server.url), address, user), 'code');
  const exchange = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: CALLBACK,
    code_verifier: verifier,
  };
  return ask(of, exchange, dpop);
}

const refreshWith = (of: TestClient, refresh_token: string, dpop: string) =>
  ask(of, { grant_type: 'refresh_token', refresh_token }, dpop);

const userinfo = (token: string, scheme: string, dpop?: string) => {
  const request = server.request().get('/userinfo').set('Authorization', `${scheme} ${token}`);
  return dpop === undefined ? request : request.set('DPoP', dpop);
};

const shown = async (token: string, by: TestKey = key, changes: object = {}): Promise<string> => {
  const ath = createHash('sha256').update(token).digest('base64url');
  return proof({ htm: 'GET', ath, ...changes }, by, '/userinfo');
};

test('an official client: login, refresh and userinfo with one key', async () => {
  const config = await client.discovery(new URL(`${server.url}/`), spa.id, undefined, client.None(), {
    execute: [client.allowInsecureRequests],
  });
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair());
  const verifier = client.randomPKCECodeVerifier();
  const address = client.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: 'openid read offline_access',
    audience: api.identifier,
    dpop_jkt: await DPoP.calculateThumbprint(),
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  const end = await logIn(new Browser(server.url), address.href, user);
  const tokens = await client.authorizationCodeGrant(
    config,
    end.url,
    { pkceCodeVerifier: verifier },
    undefined,
    { DPoP },
  );
  expect(tokens.token_type).toBe('dpop');
  const renewed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, { DPoP });
  expect(claimsOf(renewed.access_token)['cnf']).toEqual({ jkt: await DPoP.calculateThumbprint() });
  const profile = await client.fetchUserInfo(config, renewed.access_token, user.id, { DPoP });
  expect(profile.sub).toBe(user.id);
});

test('6.1: the token names the key, and says what kind it is', async () => {
  const answer = await login(spa, await proof());
  expect([answer.status, answer.body.token_type]).toEqual([200, 'DPoP']);
  expect(claimsOf(answer.body.access_token)['cnf']).toEqual({ jkt: key.thumbprint });
  const plain = await login(spa, '');
  expect(plain.body.token_type).toBe('Bearer');
  expect(claimsOf(plain.body.access_token)).not.toHaveProperty('cnf');
});

test('the refresh token of a public client is of no use without the key', async () => {
  const { body } = await login(spa, await proof());
  expect((await refreshWith(spa, body.refresh_token, '')).body.error).toBe('invalid_grant');
  expect((await refreshWith(spa, body.refresh_token, await proof({}, await newKey()))).body.error).toBe(
    'invalid_grant',
  );
  const answer = await refreshWith(spa, body.refresh_token, await proof());
  expect(claimsOf(answer.body.access_token)['cnf']).toEqual({ jkt: key.thumbprint });
});

test('a client that proves who it is can change its key (RFC 9449 section 5)', async () => {
  const { body } = await login(confidential, await proof());
  const other = await newKey();
  const answer = await refreshWith(confidential, body.refresh_token, await proof({}, other));
  expect(claimsOf(answer.body.access_token)['cnf']).toEqual({ jkt: other.thumbprint });
});

test('a code that was asked for with a key is of no use with another', async () => {
  const answer = await login(spa, await proof({}, await newKey()), { dpop_jkt: key.thumbprint });
  expect([answer.status, answer.body.error]).toEqual([400, 'invalid_grant']);
});

describe('a proof that is none', () => {
  test.each<[string, () => Promise<string>]>([
    ['for another endpoint', () => proof({ htu: 'https://elsewhere.example.com/oauth/token' })],
    ['for another method', () => proof({ htm: 'GET' })],
    ['that is old', () => proof({ iat: Math.floor(Date.now() / 1000) - 3600 })],
    ['without a jti', () => proof({ jti: undefined })],
    ['signed by another key', async () => proof({}, { ...(await newKey()), jwk: key.jwk })],
    ['that is no JWT', async () => 'none'],
  ])('%s', async (_name, make) => {
    const answer = await login(confidential, await make());
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_dpop_proof']);
  });

  test('that was used before', async () => {
    const once = await proof();
    expect((await login(confidential, once)).status).toBe(200);
    const again = await login(confidential, once);
    expect(again.status).toBe(400);
    expect(['invalid_grant', 'invalid_dpop_proof']).toContain(again.body.error);
  });
});

describe('PP-1: where a key is needed', () => {
  test('an API that requires it', async () => {
    const without = await login(spa, '', { audience: strictApi.identifier });
    expect([without.status, without.body.error]).toEqual([400, 'invalid_request']);
    expect((await login(spa, await proof(), { audience: strictApi.identifier })).body.token_type).toBe(
      'DPoP',
    );
  });

  test('a client that requires it, for its refreshes too', async () => {
    const strict = await givenApp(server, { require_proof_of_possession: true });
    const without = await login(strict, '');
    expect([without.status, without.body]).toEqual([
      400,
      {
        error: 'invalid_request',
        error_description: `Tokens for resource server "${api.identifier}" must be bound to a key.`,
      },
    ]);
    const { body } = await login(strict, await proof());
    expect((await refreshWith(strict, body.refresh_token, '')).status).toBe(400);
    expect((await refreshWith(strict, body.refresh_token, await proof())).status).toBe(200);
  });

  test('a browser cannot have such a token in its address', async () => {
    const address = authorizeUrl(server, confidential, {
      response_type: 'id_token token',
      nonce: 'n',
      audience: strictApi.identifier,
    });
    const page = await logIn(new Browser(server.url), address, user);
    expect(page.url.href).toContain('error=');
    expect(page.url.href).not.toContain('access_token=');
  });
});

describe('/userinfo', () => {
  test.each([
    ['a token for an API', () => api.identifier],
    ['a token without an API', () => ''],
  ])('%s: with its key, once, and not without', async (_name, audience) => {
    const { body } = await login(confidential, await proof(), { audience: audience() });
    const token = body.access_token as string;
    const once = await shown(token);
    expect((await userinfo(token, 'DPoP', once)).body.sub).toBe(user.id);
    const refused = [
      await userinfo(token, 'DPoP', once),
      await userinfo(token, 'DPoP'),
      await userinfo(token, 'Bearer'),
      await userinfo(token, 'Bearer', await shown(token)),
      await userinfo(token, 'DPoP', await shown(token, await newKey())),
      await userinfo(token, 'DPoP', await shown('another token')),
      await userinfo(token, 'DPoP', await shown(token, key, { htu: `${server.url}/oauth/token` })),
      await userinfo(token, 'DPoP', await shown(token, key, { htm: 'POST' })),
      await userinfo(token, 'DPoP', await shown(token, key, { iat: 1 })),
      await userinfo(token, 'DPoP', 'none'),
    ];
    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 401));
    expect(refused[1]?.headers['www-authenticate']).toContain('DPoP');
  });

  test('a bearer token is none of a key', async () => {
    const { body } = await login(confidential, '');
    const token = body.access_token as string;
    expect((await userinfo(token, 'DPoP', await shown(token))).status).toBe(401);
    expect((await userinfo(token, 'Bearer')).status).toBe(200);
  });
});
