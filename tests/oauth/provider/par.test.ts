// Pushed authorization requests (RFC 9126; token-issuance.md 4.15, PA-1 to PA-5).

import * as client from 'openid-client';
import { startServer, type TestServer } from '../../support/server.js';
import { claimsFor, newKeyPair, signedBy } from '../assertions.js';
import { givenOrganization, bodyOf, type TestApi, type TestClient } from '../given.js';
import {
  authorizeUrl,
  Browser,
  CALLBACK,
  claimsOf,
  exchange,
  givenApp,
  givenOfflineApi,
  givenUser,
  givenUserGrant,
  logIn,
  logsOf,
  movingClock,
  type Page,
  parameterOf,
  type TestUser,
} from './given.js';

const clock = movingClock();
let server: TestServer;
let app: TestClient;
let api: TestApi;
let user: TestUser;
beforeAll(async () => {
  server = await startServer({ now: clock.now });
  app = await givenApp(server);
  api = await givenOfflineApi(server);
  user = await givenUser(server);
  await givenUserGrant(server, app, api, ['read']);
});
afterAll(async () => {
  clock.stop();
  await server.close();
});

const push = (parameters: Record<string, string> = {}, of: TestClient = app) =>
  server
    .request()
    .post('/oauth/par')
    .type('form')
    .send({
      client_id: of.id,
      ...(of.secret !== '' && { client_secret: of.secret }),
      response_type: 'code',
      redirect_uri: CALLBACK,
      scope: 'openid read write',
      audience: api.identifier,
      state: 'the-state',
      ...parameters,
    });

async function pushed(parameters: Record<string, string> = {}, of: TestClient = app): Promise<string> {
  return (await bodyOf<{ request_uri: string }>(push(parameters, of), 201)).request_uri;
}

/** Opens `/authorize` with a pushed request, and nothing but the client beside it. */
const open = (requestUri: string, beside: Record<string, string> = {}, of = app): Promise<Page> => {
  const query = new URLSearchParams({ client_id: of.id, request_uri: requestUri, ...beside });
  return logIn(new Browser(server.url), `${server.url}/authorize?${query.toString()}`, user);
};

test('PA-1: what a client is told', async () => {
  const answer = await push();
  expect(answer.status).toBe(201);
  expect(answer.body).toEqual({
    request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:/),
    // Recorded.
    expires_in: 30,
  });
  expect(answer.headers['cache-control']).toContain('no-store');
});

test('an official client logs in with it', async () => {
  const config = await client.discovery(
    new URL(`${server.url}/`),
    app.id,
    undefined,
    client.ClientSecretPost(app.secret),
    { execute: [client.allowInsecureRequests] },
  );
  const verifier = client.randomPKCECodeVerifier();
  const address = await client.buildAuthorizationUrlWithPAR(config, {
    redirect_uri: CALLBACK,
    scope: 'openid read write',
    audience: api.identifier,
    state: 'own-state',
    nonce: 'own-nonce',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  expect([...address.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);
  const end = await logIn(new Browser(server.url), address.href, user);
  const tokens = await client.authorizationCodeGrant(config, end.url, {
    pkceCodeVerifier: verifier,
    expectedState: 'own-state',
    expectedNonce: 'own-nonce',
  });
  expect(tokens.scope).toBe('openid read');
  expect(tokens.claims()?.sub).toBe(user.id);
});

test('what comes beside the pushed request is not listened to', async () => {
  const end = await open(await pushed(), {
    scope: 'openid delete',
    audience: 'https://elsewhere.example.com',
    state: 'another',
    redirect_uri: 'https://evil.example.com/',
  });
  expect(end.url.href.startsWith(`${CALLBACK}?`)).toBe(true);
  expect(parameterOf(end, 'state')).toBe('the-state');
  const tokens = await exchange(server, app, parameterOf(end, 'code'));
  expect(tokens.body.scope).toBe('openid read');
  expect(claimsOf(tokens.body.access_token)['aud']).toContain(api.identifier);
});

test('an organization in it is honoured', async () => {
  const own = await givenApp(server, {
    organization_usage: 'require',
    organization_require_behavior: 'no_prompt',
  });
  await givenUserGrant(server, own, api, ['read']);
  const organization = await givenOrganization(server);
  const [connection] = await bodyOf<{ id: string }[]>(server.api('get', 'connections?name=Test-Users'), 200);
  await bodyOf(
    server.api('post', `organizations/${organization}/enabled_connections`, {
      connection_id: connection?.id,
      assign_membership_on_login: true,
    }),
    201,
  );
  const end = await open(await pushed({ organization }, own), {}, own);
  const tokens = await exchange(server, own, parameterOf(end, 'code'));
  expect(claimsOf(tokens.body.access_token)['org_id']).toBe(organization);
  // And one that is missing is missed when it is pushed.
  const without = await push({}, own);
  expect([without.status, without.body]).toEqual([
    400,
    { error: 'invalid_request', error_description: 'parameter organization is required for this client' },
  ]);
});

describe('a pushed request', () => {
  test('PA-3: is good once', async () => {
    const uri = await pushed();
    parameterOf(await open(uri), 'code');
    const again = await open(uri);
    expect(again.status).toBe(400);
    expect(again.url.origin).toBe(server.url);
  });

  test('ends after its time', async () => {
    const uri = await pushed();
    clock.forward(31);
    expect((await open(uri)).status).toBe(400);
  });

  test('lives as long as its client says', async () => {
    const own = await givenApp(server, { par_request_expiry: 300 });
    await givenUserGrant(server, own, api, ['read']);
    expect((await push({}, own)).body.expires_in).toBe(300);
    const [early, late] = [await pushed({}, own), await pushed({}, own)];
    clock.forward(290);
    parameterOf(await open(early, {}, own), 'code');
    clock.forward(20);
    expect((await open(late, {}, own)).status).toBe(400);
  });

  test('is of its client alone', async () => {
    const other = await givenApp(server);
    const answer = await open(await pushed(), {}, other);
    expect(answer.url.origin).toBe(server.url);
    expect(answer.status).toBe(400);
  });

  test('PA-3: is decided again at /authorize', async () => {
    const own = await givenApp(server);
    const grant = await givenUserGrant(server, own, api, ['read']);
    const uri = await pushed({}, own);
    await bodyOf(server.api('delete', `client-grants/${grant}`), 204);
    const end = await open(uri, {}, own);
    expect(parameterOf(end, 'error')).toBe('invalid_request');
    expect(parameterOf(end, 'state')).toBe('the-state');
  });

  test('that nobody made, and an address of elsewhere', async () => {
    expect((await open('urn:ietf:params:oauth:request_uri:made-up')).status).toBe(400);
    expect((await open('https://evil.example.com/request.jwt')).url.origin).toBe(server.url);
  });
});

describe('who cannot push', () => {
  test('PA-5: a client without a client grant', async () => {
    const closed = await givenOfflineApi(server);
    const answer = await push({ audience: closed.identifier });
    expect([answer.status, answer.body]).toEqual([
      400,
      {
        error: 'invalid_request',
        error_description: `Client "${app.id}" is not authorized to access resource server "${closed.identifier}".`,
      },
    ]);
    expect((await logsOf(server, app, 'fpar'))[0]?.description).toBe(answer.body.error_description);
  });

  test('PA-2: a public client', async () => {
    const made = await givenApp(server, { app_type: 'spa', token_endpoint_auth_method: 'none' });
    const answer = await push({}, { id: made.id, secret: '' });
    expect([answer.status, answer.body.error]).toEqual([403, 'unauthorized_client']);
  });

  test('one that does not prove who it is', async () => {
    expect((await push({ client_secret: 'wrong' })).status).toBe(401);
    expect((await push({}, { id: app.id, secret: '' })).status).toBe(401);
  });

  test('one with a callback that is not registered', async () => {
    const answer = await push({ redirect_uri: 'https://evil.example.com/' });
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
  });

  test('one that pushes a pushed request, or a request object', async () => {
    expect((await push({ request_uri: await pushed() })).status).toBe(400);
    const object = await push({ request: 'eyJhbGciOiJub25lIn0.e30.' });
    expect(object.status).toBe(400);
  });
});

test('PA-4: a client that has to push cannot do without', async () => {
  const own = await givenApp(server, { require_pushed_authorization_requests: true });
  await givenUserGrant(server, own, api, ['read']);
  const end = await new Browser(server.url).open(authorizeUrl(server, own, { audience: api.identifier }));
  expect(parameterOf(end, 'error')).toBe('invalid_request');
  parameterOf(await open(await pushed({}, own), {}, own), 'code');
});

test('a client that signs assertions pushes and exchanges with them', async () => {
  const pair = newKeyPair();
  const own = await givenApp(server, {
    client_authentication_methods: {
      private_key_jwt: { credentials: [{ credential_type: 'public_key', pem: pair.pem }] },
    },
  });
  await givenUserGrant(server, own, api, ['read']);
  const assertion = async () => ({
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await signedBy(
      { privateKey: pair.privateKey, algorithm: 'RS256' },
      claimsFor(server, own, clock.now()),
    ),
  });
  const bare = { id: own.id, secret: '' };
  const uri = await pushed(await assertion(), bare);
  const end = await open(uri, {}, bare);
  const tokens = await exchange(server, bare, parameterOf(end, 'code'), await assertion());
  expect([tokens.status, tokens.body.scope]).toEqual([200, 'openid read']);
  // Each is good once, here as at the token endpoint.
  const used = await assertion();
  await pushed(used, bare);
  expect((await push(used, bare)).status).toBe(401);
});
