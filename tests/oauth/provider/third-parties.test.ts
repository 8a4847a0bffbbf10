// Third-party applications on behalf of users: token-issuance.md 4.5 (TP-1 to TP-18, RD-1, RD-2), 4.6 (PM-1 to PM-7), 4.1
// (AU-8), 4.7 (SY-5) and 4.18, from the address that they open to the claims of their tokens.

import { startServer, type TestServer } from '../../support/server.js';
import {
  bodyOf,
  givenApi,
  givenDefaultGrant,
  givenThirdParty,
  type TestApi,
  type TestClient,
} from '../given.js';
import {
  authorizeUrl,
  Browser,
  CALLBACK,
  claimsOf,
  exchange,
  givenApp,
  givenUser,
  givenUserGrant,
  logIn,
  newPkce,
  type Page,
  parameterOf,
  requestToken,
  signIn,
  type TestUser,
  type TokenAnswer,
} from './given.js';

let server: TestServer;
let user: TestUser;
beforeAll(async () => {
  server = await startServer();
  await bodyOf(
    server.api('patch', 'tenants/settings', { flags: { enable_dynamic_client_registration: true } }),
    200,
  );
  user = await givenUser(server);
});
afterAll(() => server.close());

const LOGOUT = 'https://stranger.example.com/bye';
const strict = (settings: object = {}): Promise<TestClient> =>
  givenThirdParty(server, 'strict', {
    callbacks: [CALLBACK],
    grant_types: ['authorization_code', 'refresh_token'],
    ...settings,
  });
const permissive = (settings: object = {}): Promise<TestClient> =>
  givenThirdParty(server, 'permissive', {
    callbacks: [CALLBACK],
    grant_types: ['authorization_code', 'refresh_token', 'implicit'],
    ...settings,
  });

const { verifier, challenge } = newPkce();
const pkce = { code_challenge: challenge, code_challenge_method: 'S256' };
const restricted = {
  subject_type_authorization: {
    user: { policy: 'require_client_grant' },
    client: { policy: 'require_client_grant' },
  },
};

const addressOf = (
  client: Pick<TestClient, 'id'>,
  api: Pick<TestApi, 'identifier'>,
  parameters: Record<string, string> = {},
): string =>
  authorizeUrl(server, client, {
    audience: api.identifier,
    scope: 'read write delete',
    ...pkce,
    ...parameters,
  });

/** Through the pages, to a token. */
async function tokensFor(
  client: TestClient,
  api: Pick<TestApi, 'identifier'>,
  parameters: Record<string, string> = {},
): Promise<TokenAnswer> {
  const end = await logIn(new Browser(server.url), addressOf(client, api, parameters), user);
  const answer = await exchange(server, client, parameterOf(end, 'code'), { code_verifier: verifier });
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  return answer.body as TokenAnswer;
}

/** RD-1: on a page, and nowhere else. */
function expectShown(page: Page, code: string, text: string): void {
  expect([page.url.origin, page.status]).toEqual([server.url, 400]);
  expect(page.headers.get('location')).toBeNull();
  expect(page.html).toContain(code);
  expect(page.html).toContain(text.replaceAll('"', '&quot;'));
  expect(page.html).not.toContain(`action="${CALLBACK}"`);
}

const notAuthorized = (client: TestClient, api: Pick<TestApi, 'identifier'>): string =>
  `Client "${client.id}" is not authorized to access resource server "${api.identifier}".`;

describe.each([
  ['allow_all', {}],
  ['require_client_grant', restricted],
])('a strict third party and an API with the policy %s', (_policy, settings) => {
  test('TP-1: gets what its own grant gives', async () => {
    const [client, api] = [await strict(), await givenApi(server, settings)];
    await givenUserGrant(server, client, api, ['read', 'write']);
    expect((await tokensFor(client, api)).scope).toBe('read write');
  });

  test('TP-2: gets what the default grant gives where it has none of its own', async () => {
    const [client, api] = [await strict(), await givenApi(server, settings)];
    await givenDefaultGrant(server, api, { subject_type: 'user' });
    expect((await tokensFor(client, api)).scope).toBe('read write');
  });

  test('TP-3: its own grant hides the default one', async () => {
    const [client, api] = [await strict(), await givenApi(server, settings)];
    await givenDefaultGrant(server, api, { subject_type: 'user' });
    await givenUserGrant(server, client, api, ['delete']);
    const tokens = await tokensFor(client, api);
    expect(tokens.scope).toBe('delete');
    expect(claimsOf(tokens.access_token)['scope']).toBe('delete');
  });

  test('TP-3: also where its own gives nothing', async () => {
    const [client, api] = [await strict(), await givenApi(server, settings)];
    await givenDefaultGrant(server, api, { subject_type: 'user' });
    await givenUserGrant(server, client, api, []);
    expect(await tokensFor(client, api)).not.toHaveProperty('scope');
  });

  test.each([
    ['without any grant', async () => undefined],
    [
      'with a grant for itself alone',
      (client: TestClient, api: TestApi) =>
        bodyOf(
          server.api('post', 'client-grants', {
            client_id: client.id,
            audience: api.identifier,
            scope: ['read'],
          }),
          201,
        ),
    ],
    [
      'with a default grant for clients alone',
      (_client: TestClient, api: TestApi) => givenDefaultGrant(server, api),
    ],
    [
      'with a grant of another client',
      async (_client: TestClient, api: TestApi) => givenUserGrant(server, await strict(), api, ['read']),
    ],
  ])('TP-4, RD-1: %s there is a page, before anybody logs in', async (_name, grant) => {
    const [client, api] = [await strict(), await givenApi(server, settings)];
    await grant(client, api);
    const page = await new Browser(server.url).open(addressOf(client, api));
    expectShown(page, 'invalid_request', notAuthorized(client, api));
  });

  test('TP-1: RBAC cuts what the grant gives', async () => {
    const [client, api] = [await strict(), await givenApi(server, { ...settings, enforce_policies: true })];
    await givenUserGrant(server, client, api, ['read', 'write']);
    const permissions = ['write', 'delete'].map((permission_name) => ({
      resource_server_identifier: api.identifier,
      permission_name,
    }));
    await bodyOf(
      server.api('post', `users/${encodeURIComponent(user.id)}/permissions`, { permissions }),
      201,
    );
    expect((await tokensFor(client, api)).scope).toBe('write');
  });
});

describe('a strict third party', () => {
  let client: TestClient;
  let api: TestApi;
  beforeAll(async () => {
    client = await strict();
    api = await givenApi(server, { allow_offline_access: true });
    await givenUserGrant(server, client, api, ['read', 'write']);
  });

  const open = (parameters: Record<string, string>): Promise<Page> =>
    new Browser(server.url).open(addressOf(client, api, parameters));

  test('TP-5: does not get past deny_all', async () => {
    const closed = await givenApi(server, {
      subject_type_authorization: { user: { policy: 'deny_all' }, client: { policy: 'deny_all' } },
    });
    await givenUserGrant(server, client, closed, ['read']);
    const page = await new Browser(server.url).open(addressOf(client, closed));
    expectShown(page, 'invalid_request', notAuthorized(client, closed));
  });

  test.each(['api/v2/', 'me/', 'my-org/'])('TP-6, SY-5: does not get to the system API %s', async (path) => {
    const system = { identifier: `${server.url}/${path}` };
    const page = await new Browser(server.url).open(
      addressOf(client, system, { scope: 'read:current_user' }),
    );
    expect([page.url.origin, page.status]).toEqual([server.url, 400]);
  });

  test('TP-7: has to use PKCE', async () => {
    const page = await open({ code_challenge: '', code_challenge_method: '' });
    expectShown(page, 'invalid_request', 'The PKCE protocol extension is required');
  });

  test.each([
    'claims',
    'id_token_hint',
    'invitation',
    'login_ticket',
    'request',
    'request_uri',
    'screen_hint',
    'anything',
    'constructor',
  ])('TP-8: may not send %s', async (name) => {
    const page = await open({ [name]: 'x' });
    expect([page.url.origin, page.status]).toEqual([server.url, 400]);
    expect(page.html).toMatch(/invalid_request|request_not_supported|request_uri_not_supported/);
  });

  test('TP-8: may send what the list has', async () => {
    const page = await open({
      login_hint: user.email,
      'ext-anything': 'x',
      nonce: 'n',
      ui_locales: 'de',
      display: 'page',
      acr_values: 'x',
      correlation_id: 'x',
    });
    expect(page.html).toContain('name="password"');
  });

  test.each(['token', 'id_token', 'code id_token', 'code token', 'id_token token'])(
    'TP-9: gets a code and no %s',
    async (type) => {
      const page = await open({ response_type: type, nonce: 'n' });
      expectShown(page, 'unsupported_response_type', 'nsupported response');
    },
  );

  test('TP-10: gets no ID token, and nothing from /userinfo', async () => {
    const tokens = await tokensFor(client, api, { scope: 'openid profile email read' });
    expect(tokens).not.toHaveProperty('id_token');
    expect(tokens.scope).toBe('read');
    expect(claimsOf(tokens.access_token)['aud']).toBe(api.identifier);
    const userinfo = await server
      .request()
      .get('/userinfo')
      .set('Authorization', `Bearer ${tokens.access_token}`);
    expect(userinfo.status).toBe(401);
  });

  test.each([
    'password',
    'http://auth0.com/oauth/grant-type/password-realm',
    'urn:ietf:params:oauth:grant-type:token-exchange',
  ])('TP-11: cannot use %s', async (grant_type) => {
    const answer = await requestToken(server, client, {
      grant_type,
      username: user.email,
      password: 'x',
      realm: 'Test-Users',
      subject_token: 'x',
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      audience: api.identifier,
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.body).not.toHaveProperty('access_token');
    if (grant_type.includes('password')) {
      expect([answer.status, answer.body.error]).toEqual([403, 'unauthorized_client']);
    }
  });

  test('TP-12: cannot push requests, use devices, or have users signed out and sent on', async () => {
    const credentials = { client_id: client.id, client_secret: client.secret };
    const push = await server
      .request()
      .post('/oauth/par')
      .type('form')
      .send({
        ...credentials,
        ...pkce,
        response_type: 'code',
        redirect_uri: CALLBACK,
        audience: api.identifier,
        scope: 'read',
      });
    expect([push.status, push.body.error]).toEqual([400, 'invalid_request']);
    const device = await server
      .request()
      .post('/oauth/device/code')
      .type('form')
      .send({ ...credentials, audience: api.identifier, scope: 'read' });
    expect([device.status, device.body.error]).toEqual([403, 'unauthorized_client']);
    const query = new URLSearchParams({ client_id: client.id, returnTo: LOGOUT }).toString();
    expect((await new Browser(server.url).request(`/v2/logout?${query}`)).headers.get('location')).toBeNull();
    const rp = new URLSearchParams({ client_id: client.id, post_logout_redirect_uri: LOGOUT }).toString();
    const page = await new Browser(server.url).open(`/oidc/logout?${rp}`);
    expect([page.url.origin, page.status]).toEqual([server.url, 400]);
  });

  test('TP-13: users of a connection that is none of the domain cannot log in', async () => {
    const connection = await bodyOf<{ id: string; name: string }>(
      server.api('post', 'connections', { name: 'Staff-Only', strategy: 'auth0' }),
      201,
    );
    const email = 'staff@example.com';
    const body = { connection: 'Staff-Only', email, password: 'correct-Horse-battery-9' };
    const { user_id: id } = await bodyOf<{ user_id: string }>(server.api('post', 'users', body), 201);
    const browser = new Browser(server.url);
    const page = await signIn(browser, await browser.open(addressOf(client, api)), { id, email });
    expect(page.status).toBe(400);
    expect(page.html).toContain('name="password"');
    // Nor with a session from elsewhere.
    const first = await givenApp(server);
    await bodyOf(
      server.api('patch', `connections/${connection.id}/clients`, [{ client_id: first.id, status: true }]),
      204,
    );
    const signedIn = await logIn(browser, authorizeUrl(server, first), { id, email });
    expect(parameterOf(signedIn, 'code')).not.toBe('');
    expectShown(await browser.open(addressOf(client, api)), 'access_denied', 'connection is not enabled');
  });

  test('TP-15: always asks for consent, and once for each user, API and set of scopes', async () => {
    const someone = await givenUser(server);
    const browser = new Browser(server.url);
    const consent = await signIn(
      browser,
      await browser.open(addressOf(client, api, { scope: 'read' })),
      someone,
    );
    expect(consent.html).toContain('value="accept"');
    expect(parameterOf(await browser.submit(consent, { decision: 'accept' }), 'code')).not.toBe('');
    const again = await browser.open(addressOf(client, api, { scope: 'read' }));
    expect(parameterOf(again, 'code')).not.toBe('');
    expect((await browser.open(addressOf(client, api, { scope: 'read write' }))).html).toContain(
      'value="accept"',
    );
  });

  test('TP-16, RD-1: is not told at its address that the user declined', async () => {
    const browser = new Browser(server.url);
    const someone = await givenUser(server);
    const consent = await signIn(browser, await browser.open(addressOf(client, api)), someone);
    expectShown(
      await browser.submit(consent, { decision: 'decline' }),
      'access_denied',
      'User did not authorize the request',
    );
  });

  test('TP-18: its tokens last as long as the client says, an hour by default', async () => {
    const tokens = await tokensFor(client, api);
    expect(tokens.expires_in).toBe(3600);
    const short = await strict({ jwt_configuration: { lifetime_in_seconds: 120 } });
    await givenUserGrant(server, short, api, ['read']);
    expect((await tokensFor(short, api)).expires_in).toBe(120);
  });

  test('AU-8: names an API, and not /userinfo', async () => {
    const text =
      'The userinfo audience is not allowed for third party clients. Please specify a valid API audience.';
    expectShown(await open({ audience: '' }), 'invalid_request', text);
    expectShown(await open({ audience: `${server.url}/userinfo` }), 'invalid_request', text);
  });

  test.each([
    ['a redirect', {}],
    ['a fragment', { response_mode: 'fragment' }],
    ['a form', { response_mode: 'form_post' }],
    ['a form of ours', { response_mode: 'form_post_page' }],
  ])('RD-1: no error leaves the server by %s', async (_name, mode) => {
    expectShown(await open({ ...mode, audience: 'https://nope' }), 'access_denied', 'Service not found');
    expectShown(await open({ ...mode, prompt: 'none' }), 'login_required', 'Login required');
    const page = await open({ ...mode, response_type: 'nonsense' });
    expect([page.url.origin, page.status]).toEqual([server.url, 400]);
    expect(page.html).not.toContain(`action="${CALLBACK}"`);
  });

  test('RD-2: with allow_always errors go to its address', async () => {
    const open = await strict({ redirection_policy: 'allow_always' });
    const page = await new Browser(server.url).open(addressOf(open, api));
    expect(page.url.origin + page.url.pathname).toBe(CALLBACK);
    expect(Object.fromEntries(page.url.searchParams)).toEqual({
      error: 'invalid_request',
      error_description: notAuthorized(open, api),
      state: 'the-state',
      iss: `${server.url}/`,
    });
  });
});

describe('a permissive third party', () => {
  test('PM-1: gets what a first party would, without a grant and without PKCE', async () => {
    const [client, api] = [await permissive(), await givenApi(server)];
    const plain = { code_challenge: '', code_challenge_method: '' };
    const end = await logIn(new Browser(server.url), addressOf(client, api, plain), user);
    const { body } = await exchange(server, client, parameterOf(end, 'code'));
    expect(body.scope).toBe('read write delete');
  });

  test('PM-1, PM-2: needs a grant where the API requires one; the default one will do', async () => {
    const [client, api] = [await permissive(), await givenApi(server, restricted)];
    const page = await new Browser(server.url).open(addressOf(client, api));
    expect(parameterOf(page, 'error_description')).toBe(notAuthorized(client, api));
    await givenDefaultGrant(server, api, { subject_type: 'user' });
    expect((await tokensFor(client, api)).scope).toBe('read write');
    await givenUserGrant(server, client, api, ['delete']);
    expect((await tokensFor(client, api)).scope).toBe('delete');
  });

  test.each(['api/v2/', 'me/', 'my-org/'])('PM-3: does not get to the system API %s', async (path) => {
    const system = { identifier: `${server.url}/${path}` };
    const page = await new Browser(server.url).open(
      addressOf(await permissive(), system, { scope: 'read:current_user' }),
    );
    expect(page.url.searchParams.get('code')).toBeNull();
    expect(page.url.searchParams.get('error')).toMatch(/invalid_request|access_denied/);
  });

  test('PM-4: cannot use passwords', async () => {
    const client = await permissive();
    const answer = await requestToken(server, client, {
      grant_type: 'password',
      username: user.email,
      password: 'correct-Horse-battery-9',
      scope: 'openid',
    });
    expect([answer.status, answer.body.error]).toEqual([403, 'unauthorized_client']);
  });

  test('PM-5: gets ID tokens, also through the browser, and a client id like any other', async () => {
    const client = await permissive();
    expect(client.id).not.toMatch(/^tpc_/);
    const page = await logIn(
      new Browser(server.url),
      authorizeUrl(server, client, { response_type: 'id_token', scope: 'openid email', nonce: 'n' }),
      user,
    );
    expect(claimsOf(parameterOf(page, 'id_token'))).toMatchObject({ sub: user.id, aud: client.id });
  });

  test('PM-6: cannot log users in to organizations', async () => {
    const client = await permissive();
    const page = await new Browser(server.url).open(
      addressOf(client, await givenApi(server), { organization: 'org_0123456789abcdef' }),
    );
    expect(parameterOf(page, 'error_description')).toBe(
      'organizations feature is not supported for non-first party or non-strict third party clients',
    );
  });

  test('PM-7: asks for consent, also where the API lets first parties skip it', async () => {
    const api = await givenApi(server, { skip_consent_for_verifiable_first_party_clients: true });
    const someone = await givenUser(server);
    const browser = new Browser(server.url);
    const page = await signIn(browser, await browser.open(addressOf(await permissive(), api)), someone);
    expect(page.html).toContain('value="accept"');
  });
});

describe('a client that registered itself', () => {
  async function register(settings: object = {}): Promise<TestClient> {
    // Five requests a second are let through.
    await new Promise((resolve) => setTimeout(resolve, 250));
    const { status, body, text } = await server
      .request()
      .post('/oidc/register')
      .send({
        client_name: 'Registered',
        redirect_uris: [CALLBACK],
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'none',
        ...settings,
      });
    if (status !== 201) throw new Error(text);
    return { id: String(body.client_id), secret: String(body.client_secret ?? '') };
  }

  test('DC-2, TP-4: gets nowhere without a default grant', async () => {
    const [client, api] = [await register(), await givenApi(server)];
    expect(client.id).toMatch(/^tpc_/);
    expectShown(
      await new Browser(server.url).open(addressOf(client, api)),
      'invalid_request',
      notAuthorized(client, api),
    );
  });

  test.each([
    ['without a secret', { token_endpoint_auth_method: 'none' }],
    ['with one', { token_endpoint_auth_method: 'client_secret_post' }],
  ])('%s gets what the default grant gives, by PKCE and consent', async (_name, settings) => {
    const [client, api] = [await register(settings), await givenApi(server, { allow_offline_access: true })];
    await givenDefaultGrant(server, api, { subject_type: 'user' });
    const browser = new Browser(server.url);
    const address = addressOf(client, api, { scope: 'offline_access read delete' });
    const consent = await signIn(browser, await browser.open(address), user);
    expect(consent.html).toContain('Third-party application');
    expect(consent.html).toContain('Registered');
    const code = parameterOf(await browser.submit(consent, { decision: 'accept' }), 'code');
    const { status, body } = await exchange(server, client, code, { code_verifier: verifier });
    expect(status).toBe(200);
    expect(body.scope).toBe('offline_access read');
    expect(claimsOf(String(body.access_token))).toMatchObject({ azp: client.id, sub: user.id });
    const refresh = (scope = '') =>
      requestToken(server, client, {
        grant_type: 'refresh_token',
        refresh_token: String(body.refresh_token),
        ...(scope && { scope }),
      });
    expect((await refresh()).body.scope).toBe('offline_access read');
    // RT-3: no more than the login came to.
    const wider = await refresh('read write');
    if (wider.status === 200) expect(wider.body.scope).toBe('read');
    else expect(wider.status).toBe(400);
  });

  test('RT-11: has refresh tokens that expire, and goes through the login again after that', async () => {
    const [client, api] = [await register(), await givenApi(server, { allow_offline_access: true })];
    await givenDefaultGrant(server, api, { subject_type: 'user' });
    const tokens = await tokensFor(client, api, { scope: 'offline_access read' });
    const refresh = () =>
      requestToken(server, client, {
        grant_type: 'refresh_token',
        refresh_token: String(tokens.refresh_token),
      });
    expect((await refresh()).status).toBe(200);
    // Whatever has expired by then.
    await server.storage.prune({ logs: new Date(0), now: new Date(Date.now() + 2_592_060_000) });
    expect((await refresh()).body.error).toBe('invalid_grant');
  });

  test('DC-1: in permissive mode asks like any permissive third party', async () => {
    await bodyOf(
      server.api('patch', 'tenants/settings', { dynamic_client_registration_security_mode: 'permissive' }),
      200,
    );
    const [client, api] = [await register(), await givenApi(server)];
    expect(client.id).not.toMatch(/^tpc_/);
    const browser = new Browser(server.url);
    const consent = await signIn(
      browser,
      await browser.open(addressOf(client, api, { scope: 'read' })),
      user,
    );
    expect(consent.html).toContain('Third-party application');
  });
});
