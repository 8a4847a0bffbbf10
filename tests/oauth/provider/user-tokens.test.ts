// What tokens for users say and how long they live (token-issuance.md 4.9, 6.1, 6.3, 6.4, 6.7).

import { compactDecrypt, createRemoteJWKSet, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import { startServer, type TestServer } from '../../support/server.js';
import { newKeyPair } from '../assertions.js';
import { bodyOf, givenApi, givenOrganization, type TestApi, type TestClient } from '../given.js';
import {
  authorizeUrl,
  Browser,
  CALLBACK,
  claimsOf,
  givenApp,
  givenOfflineApi,
  givenUser,
  givenUserGrant,
  logIn,
  newPkce,
  parameterOf,
  refresh,
  type TestUser,
  type TokenAnswer,
  tokensOf,
} from './given.js';

const ALLOW_ALL = {
  skip_consent_for_verifiable_first_party_clients: true,
  subject_type_authorization: { user: { policy: 'allow_all' }, client: { policy: 'require_client_grant' } },
};

let server: TestServer;
let app: TestClient;
let user: TestUser;
beforeAll(async () => {
  server = await startServer();
  app = await givenApp(server, { organization_usage: 'allow' });
  user = await givenUser(server, { name: 'Ada Lovelace', given_name: 'Ada' });
});
afterAll(() => server.close());

const headerOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8')) as Record<string, unknown>;

const keySet = () => createRemoteJWKSet(new URL(`${server.url}/.well-known/jwks.json`));

const loginFor = async (settings: object, parameters: Record<string, string> = {}): Promise<TokenAnswer> => {
  const api = await givenApi(server, { ...ALLOW_ALL, ...settings });
  return tokensOf(server, app, user, { audience: api.identifier, scope: 'openid read', ...parameters });
};

async function permit(api: TestApi, ...names: string[]): Promise<void> {
  const permissions = names.map((permission_name) => ({
    resource_server_identifier: api.identifier,
    permission_name,
  }));
  await bodyOf(server.api('post', `users/${encodeURIComponent(user.id)}/permissions`, { permissions }), 201);
}

test('an official client validates everything: discovery, PKCE, nonce, ID token, access token, userinfo', async () => {
  const api = await givenApi(server, { ...ALLOW_ALL, token_dialect: 'rfc9068_profile' });
  const options = { [oauth.allowInsecureRequests]: true };
  const issuer = new URL(`${server.url}/`);
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options));
  const client = { client_id: app.id };
  const { verifier, challenge } = newPkce();
  const address = authorizeUrl(server, app, {
    audience: api.identifier,
    scope: 'openid profile read',
    nonce: 'own-nonce',
    max_age: '3600',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  });
  const { url } = await logIn(new Browser(server.url), address, user);
  const parameters = oauth.validateAuthResponse(as, client, url, 'the-state');
  const authentication = oauth.ClientSecretPost(app.secret);
  const response = await oauth.authorizationCodeGrantRequest(
    as,
    client,
    authentication,
    parameters,
    CALLBACK,
    verifier,
    options,
  );
  const answer = await oauth.processAuthorizationCodeResponse(as, client, response, {
    expectedNonce: 'own-nonce',
    maxAge: 3600,
    requireIdToken: true,
  });
  await oauth.validateApplicationLevelSignature(as, response, options);
  const request = new Request('https://api.example.com/', {
    headers: { authorization: `Bearer ${answer.access_token}` },
  });
  const claims = await oauth.validateJwtAccessToken(as, request, api.identifier, options);
  expect(claims).toMatchObject({ sub: user.id, client_id: app.id, scope: 'openid profile read' });
  const profile = await oauth.processUserInfoResponse(
    as,
    client,
    user.id,
    await oauth.userInfoRequest(as, client, answer.access_token, options),
  );
  expect(profile).toMatchObject({ sub: user.id, name: 'Ada Lovelace', given_name: 'Ada' });
  expect(oauth.getValidatedIdTokenClaims(answer)).toMatchObject({ sub: user.id, name: 'Ada Lovelace' });
});

describe('6.1: the four dialects', () => {
  test.each([
    ['access_token', 'JWT', { azp: true, client_id: false, jti: false, permissions: false }],
    ['access_token_authz', 'JWT', { azp: true, client_id: false, jti: false, permissions: true }],
    ['rfc9068_profile', 'at+jwt', { azp: false, client_id: true, jti: true, permissions: false }],
    ['rfc9068_profile_authz', 'at+jwt', { azp: false, client_id: true, jti: true, permissions: true }],
  ])('%s', async (token_dialect, typ, has) => {
    const api = await givenApi(server, { ...ALLOW_ALL, token_dialect, enforce_policies: true });
    await permit(api, 'read', 'write');
    // V14: what the user may do, whatever was asked for.
    const parameters = { audience: api.identifier, scope: 'openid read delete' };
    const { access_token: token } = await tokensOf(server, app, user, parameters);
    expect(headerOf(token)).toMatchObject({ alg: 'RS256', typ });
    const claims = claimsOf(token);
    expect(Object.fromEntries(Object.keys(has).map((name) => [name, name in claims]))).toEqual(has);
    expect(claims['scope']).toBe('openid read');
    if (has.permissions) expect(claims['permissions']).toEqual(['read', 'write']);
    expect(claims).not.toHaveProperty('gty');
  });
});

test('organizations: id, and name where the tenant shows names', async () => {
  const name = 'acme-corp';
  const organization = await givenOrganization(server, { name });
  const [connection] = await bodyOf<{ id: string }[]>(server.api('get', 'connections?name=Test-Users'), 200);
  const body = { connection_id: connection?.id };
  await bodyOf(server.api('post', `organizations/${organization}/enabled_connections`, body), 201);
  await bodyOf(server.api('post', `organizations/${organization}/members`, { members: [user.id] }), 204);
  const plain = await loginFor({}, { organization });
  expect(claimsOf(plain.access_token)).toMatchObject({ org_id: organization });
  expect(claimsOf(plain.access_token)).not.toHaveProperty('org_name');
  expect(claimsOf(plain.id_token ?? '')).toMatchObject({ org_id: organization });
  const show = (is: boolean) =>
    bodyOf(
      server.api('patch', 'tenants/settings', { allow_organization_name_in_authentication_api: is }),
      200,
    );
  await show(true);
  const named = await loginFor({}, { organization: name });
  await show(false);
  expect(claimsOf(named.access_token)).toMatchObject({ org_id: organization, org_name: name });
  expect(claimsOf(named.id_token ?? '')).toMatchObject({ org_id: organization, org_name: name });
});

describe('4.9: authorization_details', () => {
  const details = [{ type: 'payment', amount: '12.50', currency: 'EUR' }];
  const asked = { authorization_details: JSON.stringify(details) };
  const types = { authorization_details: [{ type: 'payment' }, { type: 'transfer' }] };

  test('RA-7: in the answer and in the token, after a refresh too', async () => {
    const api = await givenOfflineApi(server, types);
    await givenUserGrant(server, app, api, ['read'], { authorization_details_types: ['payment'] });
    const parameters = { audience: api.identifier, scope: 'openid offline_access', ...asked };
    const tokens = await tokensOf(server, app, user, parameters);
    expect(tokens).toMatchObject({ authorization_details: details });
    expect(claimsOf(tokens.access_token)['authorization_details']).toEqual(details);
    const renewed = await refresh(server, app, tokens.refresh_token);
    expect(renewed.body.authorization_details).toEqual(details);
    expect(claimsOf(renewed.body.access_token)['authorization_details']).toEqual(details);
  });

  test('RA-7: where the token is encrypted, the answer has the types alone', async () => {
    const { pem, privateKey } = newKeyPair();
    const tokens = await loginFor({ ...types, token_encryption: encryption(pem) }, asked);
    expect(tokens).toMatchObject({ authorization_details: [{ type: 'payment' }] });
    const { plaintext } = await compactDecrypt(tokens.access_token, privateKey);
    expect(claimsOf(Buffer.from(plaintext).toString())['authorization_details']).toEqual(details);
  });

  test('RA-1, RA-3: types that the API does not know, or the client grant does not list', async () => {
    const api = await givenOfflineApi(server, types);
    await givenUserGrant(server, app, api, ['read'], { authorization_details_types: ['payment'] });
    for (const type of ['transfer', 'nosuch']) {
      const authorization_details = JSON.stringify([{ type }]);
      const address = authorizeUrl(server, app, { audience: api.identifier, authorization_details });
      const page = await new Browser(server.url).open(address);
      expect(parameterOf(page, 'error')).toBe('invalid_request');
    }
  });
});

const encryption = (pem: string): object => ({
  format: 'compact-nested-jwe',
  encryption_key: { alg: 'RSA-OAEP-256', pem, kid: 'of-the-api' },
});

describe('signatures and encryption', () => {
  test('PS256 with the tenant’s keys', async () => {
    const { access_token: token } = await loginFor({ signing_alg: 'PS256' });
    expect(headerOf(token)['alg']).toBe('PS256');
    const { payload } = await jwtVerify(token, keySet(), { issuer: `${server.url}/` });
    // 6.1: `/userinfo` knows RS256 only.
    expect(typeof payload.aud).toBe('string');
  });

  test('HS256 with the secret of the API', async () => {
    const api = await givenApi(server, { ...ALLOW_ALL, signing_alg: 'HS256' });
    const { access_token: token } = await tokensOf(server, app, user, {
      audience: api.identifier,
      scope: 'openid read',
    });
    const { payload } = await jwtVerify(token, Buffer.from(api.signingSecret ?? ''), {
      algorithms: ['HS256'],
    });
    expect(payload).toMatchObject({ aud: api.identifier, sub: user.id, scope: 'openid read' });
  });

  test('encrypted for the API, and signed inside', async () => {
    const { pem, privateKey } = newKeyPair();
    const { access_token: token } = await loginFor({ token_encryption: encryption(pem) });
    const { plaintext, protectedHeader } = await compactDecrypt(token, privateKey);
    expect(protectedHeader).toMatchObject({
      alg: 'RSA-OAEP-256',
      enc: 'A256GCM',
      cty: 'JWT',
      kid: 'of-the-api',
    });
    const { payload } = await jwtVerify(Buffer.from(plaintext).toString(), keySet());
    expect(payload.sub).toBe(user.id);
  });
});

describe('6.4: ID tokens', () => {
  test('HS256 with the secret of the client, where it keeps one', async () => {
    const own = await givenApp(server, { jwt_configuration: { alg: 'HS256', lifetime_in_seconds: 500 } });
    const { id_token: token = '' } = await tokensOf(server, own, user);
    const { payload } = await jwtVerify(token, Buffer.from(own.secret), { algorithms: ['HS256'] });
    expect(payload).toMatchObject({ iss: `${server.url}/`, aud: own.id, sub: user.id });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(500);
  });

  test('a public client gets RS256 whatever it wants', async () => {
    const made = await givenApp(server, {
      app_type: 'spa',
      token_endpoint_auth_method: 'none',
      jwt_configuration: { alg: 'HS256' },
    });
    const address = authorizeUrl(server, made, { response_type: 'id_token', nonce: 'n' });
    const token = parameterOf(await logIn(new Browser(server.url), address, user), 'id_token');
    expect(headerOf(token)['alg']).toBe('RS256');
  });

  test('live for 36000 seconds, and tell what the scopes say', async () => {
    const { id_token: token = '' } = await tokensOf(server, app, user, { scope: 'openid profile' });
    const claims = claimsOf(token);
    expect((claims['exp'] as number) - (claims['iat'] as number)).toBe(36_000);
    expect(claims).toMatchObject({ name: 'Ada Lovelace', given_name: 'Ada', updated_at: expect.any(String) });
    expect(claims).not.toHaveProperty('email');
  });
});

describe('6.7: lifetimes', () => {
  test('that of the API', async () => {
    const tokens = await loginFor({ token_lifetime: 1234, token_lifetime_for_web: 600 });
    const { iat, exp } = claimsOf(tokens.access_token) as { iat: number; exp: number };
    // PKCE or not, the back channel is no browser.
    expect([tokens.expires_in, exp - iat]).toEqual([1234, 1234]);
  });

  test('6.3: a day for /userinfo', async () => {
    expect((await tokensOf(server, app, user, { scope: 'openid' })).expires_in).toBe(86_400);
  });
});
