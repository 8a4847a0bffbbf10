// What a refresh answers is what the login answered, whatever the client and the API ask of tokens: the library makes those
// of the login, and this server itself those of a refresh.

import { compactDecrypt, decodeProtectedHeader, exportSPKI, generateKeyPair } from 'jose';
import { startServer, type TestServer } from '../../support/server.js';
import { givenApi, type TestClient } from '../given.js';
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
  refresh,
  requestToken,
  type TestUser,
} from './given.js';

let server: TestServer;
let user: TestUser;
beforeAll(async () => {
  server = await startServer();
  user = await givenUser(server, { name: 'Ada', nickname: 'ada' });
});
afterAll(() => server.close());

const API = { skip_consent_for_verifiable_first_party_clients: true, allow_offline_access: true };

type Body = Record<string, unknown> & { readonly access_token: string; readonly id_token: string };

/** A login and a refresh of it. */
async function both(
  app: TestClient,
  parameters: Record<string, string>,
): Promise<{ readonly login: Body; readonly refreshed: Body }> {
  const { verifier, challenge } = newPkce();
  const address = authorizeUrl(server, app, {
    code_challenge: challenge,
    code_challenge_method: 'S256',
    scope: 'openid profile email read offline_access',
    ...parameters,
  });
  const page = await logIn(new Browser(server.url), address, user);
  const exchange = {
    grant_type: 'authorization_code',
    code: parameterOf(page, 'code'),
    redirect_uri: CALLBACK,
    code_verifier: verifier,
  };
  const login = (await requestToken(server, app, exchange)).body as unknown as Body;
  const refreshed = (await refresh(server, app, login['refresh_token'] as string)).body as unknown as Body;
  return { login, refreshed };
}

/** Without what differs between any two tokens, and what says how one came about. */
function lasting(token: string): object {
  const { iat, exp, jti, gty: _gty, ...rest } = claimsOf(token);
  return { ...rest, lifetime: (exp as number) - (iat as number), hasId: jti !== undefined };
}

const givenApiWith = async (settings: object): Promise<string> =>
  (await givenApi(server, { ...API, ...settings })).identifier;

describe('the ID token', () => {
  test.each<[string, object, Record<string, string>]>([
    ['RS256', {}, {}],
    ['PS256', { jwt_configuration: { alg: 'PS256', lifetime_in_seconds: 120 } }, {}],
    ['HS256', { jwt_configuration: { alg: 'HS256' } }, {}],
    ['a nonce', {}, { nonce: 'n-0S6_WzA2Mj' }],
    ['the time of the login, where that was asked for', {}, { max_age: '3600' }],
  ])('%s', async (_name, settings, parameters) => {
    const app = await givenApp(server, settings);
    const { login, refreshed } = await both(app, { audience: await givenApiWith({}), ...parameters });
    expect(decodeProtectedHeader(refreshed.id_token)).toEqual(decodeProtectedHeader(login.id_token));
    expect(lasting(refreshed.id_token)).toEqual(lasting(login.id_token));
    expect(lasting(refreshed.id_token)).toMatchObject({ ...('nonce' in parameters && parameters) });
    expect('auth_time' in lasting(refreshed.id_token)).toBe('max_age' in parameters);
  });
});

describe('the access token', () => {
  test.each<[string, object]>([
    ['RS256', {}],
    ['RS512', { signing_alg: 'RS512' }],
    ['PS256', { signing_alg: 'PS256' }],
    ['HS256', { signing_alg: 'HS256' }],
    ['the profile of RFC 9068', { token_dialect: 'rfc9068_profile' }],
    ['a lifetime', { token_lifetime: 300 }],
    ['permissions', { enforce_policies: true, token_dialect: 'access_token_authz' }],
  ])('%s', async (_name, settings) => {
    const app = await givenApp(server);
    const { login, refreshed } = await both(app, { audience: await givenApiWith(settings) });
    expect(decodeProtectedHeader(refreshed.access_token)).toEqual(decodeProtectedHeader(login.access_token));
    expect(lasting(refreshed.access_token)).toEqual(lasting(login.access_token));
    const { access_token: _access, id_token: _id, refresh_token: _refresh, ...said } = refreshed;
    expect(said).toEqual({
      scope: login['scope'],
      expires_in: login['expires_in'],
      token_type: login['token_type'],
    });
  });

  test('encrypted', async () => {
    const { publicKey, privateKey } = await generateKeyPair('RSA-OAEP-256', { extractable: true });
    const encryption_key = { name: 'key', alg: 'RSA-OAEP-256', kid: 'k', pem: await exportSPKI(publicKey) };
    const app = await givenApp(server);
    const audience = await givenApiWith({
      token_encryption: { format: 'compact-nested-jwe', encryption_key },
    });
    const { login, refreshed } = await both(app, { audience });
    expect(decodeProtectedHeader(refreshed.access_token)).toEqual(decodeProtectedHeader(login.access_token));
    const inside = async ({ access_token }: Body): Promise<object> => {
      const { plaintext } = await compactDecrypt(access_token, privateKey);
      return lasting(new TextDecoder().decode(plaintext));
    };
    expect(await inside(refreshed)).toEqual(await inside(login));
  });

  test('without an API: opaque, and good for /userinfo until it is revoked', async () => {
    const app = await givenApp(server);
    const { login, refreshed } = await both(app, { scope: 'openid profile offline_access' });
    expect(refreshed.access_token).toHaveLength(login.access_token.length);
    expect(refreshed['expires_in']).toBe(login['expires_in']);
    const userinfo = () =>
      server.request().get('/userinfo').set('Authorization', `Bearer ${refreshed.access_token}`);
    expect((await userinfo()).body).toMatchObject({ sub: user.id, name: 'Ada' });
    const revoked = await server
      .request()
      .post('/oauth/revoke')
      .type('form')
      .send({ client_id: app.id, client_secret: app.secret, token: refreshed['refresh_token'] });
    expect(revoked.status).toBe(200);
    expect((await userinfo()).status).toBe(401);
    expect((await refresh(server, app, refreshed['refresh_token'] as string)).status).toBe(403);
  });
});
