// The password grant and the platform's form of it that names a connection (token-issuance.md 4.11, PW-1 to PW-9).

import * as oauth from 'oauth4webapi';
import { startServer, type TestServer } from '../../support/server.js';
import {
  bodyOf,
  givenConnection,
  givenOrganization,
  givenThirdParty,
  type TestApi,
  type TestClient,
  unique,
} from '../given.js';
import {
  claimsOf,
  givenApp,
  givenOfflineApi,
  givenUser,
  givenUserGrant,
  logsOf,
  PASSWORD,
  refresh,
  requestToken,
  type TestUser,
} from './given.js';

const REALM = 'http://auth0.com/oauth/grant-type/password-realm';
const OIDC = 'openid profile email address phone';

let server: TestServer;
let app: TestClient;
let api: TestApi;
let open: TestApi;
let user: TestUser;
beforeAll(async () => {
  server = await startServer();
  app = await givenApp(server);
  user = await givenUser(server);
  api = await givenOfflineApi(server);
  open = await givenOfflineApi(server, {
    subject_type_authorization: { user: { policy: 'allow_all' }, client: { policy: 'require_client_grant' } },
  });
  await givenUserGrant(server, app, api, ['read', 'write']);
});
afterAll(() => server.close());

const ask = (parameters: Record<string, string> = {}, of: TestClient = app) =>
  requestToken(server, of, {
    grant_type: 'password',
    username: user.email,
    password: PASSWORD,
    audience: open.identifier,
    ...parameters,
  });

const scopeOf = async (parameters: Record<string, string>, of?: TestClient): Promise<unknown> => {
  const answer = await ask(parameters, of);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body.scope;
};

describe('the scopes', () => {
  test('V34, PW-1, PW-2: with openid alone, all of OpenID Connect and of the API', async () => {
    expect(await scopeOf({ scope: 'openid' })).toBe(`${OIDC} read write delete`);
  });

  test('PW-1: with none, all of the API', async () => {
    expect(await scopeOf({})).toBe('read write delete');
  });

  test('PW-2: with none and no API, all of OpenID Connect', async () => {
    const answer = await ask({ audience: '' });
    expect(answer.body.scope).toBe(OIDC);
    expect(answer.body.access_token).not.toContain('.');
  });

  test('PW-3: openid and one more are just those', async () => {
    expect(await scopeOf({ scope: 'openid email', audience: '' })).toBe('openid email');
  });

  test('PW-4: some of the API are those, and what it does not define is dropped', async () => {
    expect(await scopeOf({ scope: 'openid read nosuch' })).toBe('openid read');
  });

  test('PW-5: with role-based access control, what the user may do', async () => {
    const guarded = await givenOfflineApi(server, {
      subject_type_authorization: {
        user: { policy: 'allow_all' },
        client: { policy: 'require_client_grant' },
      },
      enforce_policies: true,
    });
    const permissions = [{ resource_server_identifier: guarded.identifier, permission_name: 'write' }];
    await bodyOf(
      server.api('post', `users/${encodeURIComponent(user.id)}/permissions`, { permissions }),
      201,
    );
    expect(await scopeOf({ audience: guarded.identifier })).toBe('write');
  });

  test('PW-6: with a client grant, what it gives', async () => {
    expect(await scopeOf({ audience: api.identifier })).toBe('read write');
  });
});

test('the token, the log and a refresh', async () => {
  const answer = await ask({ scope: 'openid read offline_access' });
  expect(answer.body).toEqual({
    access_token: expect.any(String),
    id_token: expect.any(String),
    refresh_token: expect.any(String),
    scope: 'openid read offline_access',
    expires_in: 86_400,
    token_type: 'Bearer',
  });
  // token-issuance.md 6.1.
  expect(claimsOf(answer.body.access_token)).toMatchObject({ sub: user.id, gty: 'password', azp: app.id });
  expect((await logsOf(server, app, 'sepft'))[0]).toMatchObject({
    user_id: user.id,
    scope: 'openid read offline_access',
  });
  const renewed = await refresh(server, app, answer.body.refresh_token);
  expect(renewed.body.scope).toBe('openid read offline_access');
  expect(claimsOf(renewed.body.access_token)['gty']).toBe('refresh_token');
});

test('an official client takes the answer', async () => {
  const options = { [oauth.allowInsecureRequests]: true };
  const issuer = new URL(`${server.url}/`);
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options));
  const client = { client_id: app.id };
  const response = await oauth.genericTokenEndpointRequest(
    as,
    client,
    oauth.ClientSecretBasic(app.secret),
    'password',
    { username: user.email, password: PASSWORD, scope: 'openid profile' },
    options,
  );
  const tokens = await oauth.processGenericTokenEndpointResponse(as, client, response);
  expect(oauth.getValidatedIdTokenClaims(tokens)?.sub).toBe(user.id);
});

describe('who is refused', () => {
  test('PW-7: a client without a client grant, and where the policy denies all', async () => {
    const closed = await givenOfflineApi(server);
    const answer = await ask({ audience: closed.identifier });
    expect([answer.status, answer.body]).toEqual([
      403,
      {
        error: 'access_denied',
        error_description: `Client "${app.id}" is not authorized to access resource server "${closed.identifier}".`,
      },
    ]);
  });

  test('the log names the rules, though nobody looked at the password', async () => {
    const closed = await givenOfflineApi(server);
    await ask({ audience: closed.identifier, password: 'wrong' });
    const [row] = await logsOf(server, app, 'fepft');
    expect(row?.details?.rules?.at(-1)).toMatch(/^client_grant /);
    expect(row?.details?.because).toContain('client grant');
  });

  test('AU-9: an API that nobody knows', async () => {
    const answer = await ask({ audience: 'https://nobody.example.com' });
    expect([answer.status, answer.body]).toEqual([
      403,
      { error: 'access_denied', error_description: 'Service not found: https://nobody.example.com' },
    ]);
  });

  test('PW-8: a wrong password and a user whom nobody knows, alike', async () => {
    const wrong = await ask({ password: 'wrong-Horse-battery-9' });
    const unknown = await ask({ username: 'nobody@example.com' });
    const INVALID = { error: 'invalid_grant', error_description: 'Wrong email or password.' };
    expect([wrong.status, wrong.body]).toEqual([403, INVALID]);
    expect([unknown.status, unknown.body]).toEqual([403, INVALID]);
    expect((await logsOf(server, app, 'fp'))[0]).toMatchObject({ user_id: user.id });
    expect(await logsOf(server, app, 'fu')).toHaveLength(1);
    expect((await logsOf(server, app, 'fepft'))[0]?.description).toBe(INVALID.error_description);
  });

  test('no name, no password, no realm', async () => {
    const missing = async (parameters: Record<string, string>) =>
      (await ask(parameters)).body.error_description;
    expect(await missing({ username: '' })).toBe('Missing required parameter: username');
    expect(await missing({ password: '' })).toBe('Missing required parameter: password');
    expect(await missing({ grant_type: REALM })).toBe('Missing required parameter: realm');
  });

  test('a blocked user, after the right password only', async () => {
    const blocked = await givenUser(server);
    await bodyOf(server.api('patch', `users/${encodeURIComponent(blocked.id)}`, { blocked: true }), 200);
    const right = await ask({ username: blocked.email });
    expect([right.status, right.body]).toEqual([
      403,
      { error: 'access_denied', error_description: 'user is blocked' },
    ]);
    expect((await ask({ username: blocked.email, password: 'wrong' })).body.error).toBe('invalid_grant');
  });

  test('whoever guesses too often, even with the right password then', async () => {
    const target = await givenUser(server);
    for (let guesses = 0; guesses < 10; guesses += 1) {
      expect((await ask({ username: target.email, password: `guess-${guesses}` })).status).toBe(403);
    }
    const locked = await ask({ username: target.email });
    expect([locked.status, locked.body.error]).toEqual([429, 'too_many_attempts']);
    expect(await logsOf(server, app, 'limit_wc')).toHaveLength(1);
  });

  test('GE-3: a client that it was not switched on for', async () => {
    const without = await givenApp(server, { grant_types: ['authorization_code'] });
    for (const grant_type of ['password', REALM]) {
      const answer = await ask({ grant_type, realm: 'Test-Users' }, without);
      expect([answer.status, answer.body]).toEqual([
        403,
        {
          error: 'unauthorized_client',
          error_description: `Grant type '${grant_type}' not allowed for the client.`,
          error_uri: 'https://auth0.com/docs/clients/client-grant-types',
        },
      ]);
    }
  });

  test('PW-9: third parties', async () => {
    const thirdParty = await givenThirdParty(server, 'permissive', { grant_types: ['authorization_code'] });
    const answer = await ask({}, thirdParty);
    expect([answer.status, answer.body.error]).toEqual([403, 'unauthorized_client']);
  });
});

test('an organization has its own connections, under its id and its name', async () => {
  const own = await givenApp(server, {
    organization_usage: 'require',
    organization_require_behavior: 'no_prompt',
  });
  const name = unique('acme');
  const organization = await givenOrganization(server, { name });
  const connection = await givenConnection(server, { name: unique('Acme') });
  const body = { connection_id: connection, assign_membership_on_login: false };
  await bodyOf(server.api('post', `organizations/${organization}/enabled_connections`, body), 201);
  await bodyOf(
    server.api('patch', 'tenants/settings', { allow_organization_name_in_authentication_api: true }),
    200,
  );
  // The user of the client's connection is nobody there.
  for (const named of [organization, name]) {
    expect((await ask({ organization: named }, own)).body.error).toBe('invalid_grant');
  }
});

describe('password-realm', () => {
  test('the realm picks the connection', async () => {
    const name = unique('Realm');
    const connection = await givenConnection(server, { name });
    await bodyOf(
      server.api('patch', `connections/${connection}/clients`, [{ client_id: app.id, status: true }]),
      204,
    );
    const password = 'another-Horse-battery-7';
    const twin = await bodyOf<{ user_id: string }>(
      server.api('post', 'users', { connection: name, email: user.email, password }),
      201,
    );
    const realm = (parameters: Record<string, string>) => ask({ grant_type: REALM, ...parameters });
    const ofTwin = await realm({ realm: name, password });
    expect(claimsOf(ofTwin.body.access_token)).toMatchObject({ sub: twin.user_id, gty: 'password' });
    const ofUser = await realm({ realm: 'Test-Users' });
    expect(claimsOf(ofUser.body.access_token)['sub']).toBe(user.id);
    expect((await realm({ realm: name })).status).toBe(403);
    expect((await realm({ realm: 'Nobody-Knows' })).status).toBe(403);
  });

  test('a connection that is not the client’s is no realm of it', async () => {
    const name = unique('Foreign');
    await givenConnection(server, { name });
    await bodyOf(
      server.api('post', 'users', { connection: name, email: 'a@example.com', password: PASSWORD }),
      201,
    );
    const answer = await ask({ grant_type: REALM, realm: name, username: 'a@example.com' });
    expect([answer.status, answer.body.error]).toEqual([403, 'invalid_grant']);
  });
});
