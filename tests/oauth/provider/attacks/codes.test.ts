// Codes in the wrong hands (RFC 9700 sections 2.1.1, 4.2, 4.4, 4.5 and 4.8).

import type { Response } from 'supertest';
import { startServer, type TestServer } from '../../../support/server.js';
import { givenApi, type TestApi, type TestClient } from '../../given.js';
import {
  authorizeUrl,
  Browser,
  CALLBACK,
  exchange,
  givenApp,
  givenUser,
  logIn,
  newPkce,
  parameterOf,
  requestToken,
  type TestUser,
} from '../given.js';

let server: TestServer;
let app: TestClient;
let user: TestUser;
let api: TestApi;
beforeAll(async () => {
  server = await startServer();
  const other = `${CALLBACK}/other`;
  app = await givenApp(server, { callbacks: [CALLBACK, other] });
  user = await givenUser(server);
  api = await givenApi(server, { allow_offline_access: true });
});
afterAll(() => server.close());

const codeOf = async (client: TestClient, parameters: Record<string, string> = {}): Promise<string> =>
  parameterOf(await logIn(new Browser(server.url), authorizeUrl(server, client, parameters), user), 'code');

const publicApp = (): Promise<TestClient> =>
  givenApp(server, { app_type: 'spa', token_endpoint_auth_method: 'none' }).then(({ id }) => ({
    id,
    secret: '',
  }));

const outcome = ({ status, body }: Response): [number, unknown] => [status, body.error];

describe('a code that was replayed', () => {
  test('takes back the refresh token and the token for /userinfo that it gave', async () => {
    const code = await codeOf(app, { audience: api.identifier, scope: 'openid offline_access read' });
    const first = await exchange(server, app, code);
    const opaqueCode = await codeOf(app, { scope: 'openid' });
    const opaque = await exchange(server, app, opaqueCode);
    const userinfo = () =>
      server
        .request()
        .get('/userinfo')
        .set('Authorization', `Bearer ${String(opaque.body.access_token)}`);
    expect((await userinfo()).status).toBe(200);

    expect(outcome(await exchange(server, app, code))).toEqual([403, 'invalid_grant']);
    expect(outcome(await exchange(server, app, opaqueCode))).toEqual([403, 'invalid_grant']);

    const refresh = await requestToken(server, app, {
      grant_type: 'refresh_token',
      refresh_token: String(first.body.refresh_token),
    });
    expect(outcome(refresh)).toEqual([403, 'invalid_grant']);
    expect((await userinfo()).status).toBe(401);
  });

  test('takes back what its successors gave, too', async () => {
    const rotating = await givenApp(server, {
      refresh_token: {
        rotation_type: 'rotating',
        expiration_type: 'expiring',
        token_lifetime: 1000,
        idle_token_lifetime: 500,
      },
    });
    const code = await codeOf(rotating, { audience: api.identifier, scope: 'offline_access read' });
    const refresh = (token: unknown) =>
      requestToken(server, rotating, { grant_type: 'refresh_token', refresh_token: String(token) });
    const first = await exchange(server, rotating, code);
    const second = await refresh(first.body.refresh_token);
    expect(second.status).toBe(200);
    await exchange(server, rotating, code);
    expect(outcome(await refresh(second.body.refresh_token))).toEqual([403, 'invalid_grant']);
  });
});

describe('a code of another client', () => {
  test('is of no use, with or without the secret of that client, and stays good for its own', async () => {
    const thief = await givenApp(server);
    const code = await codeOf(app);
    expect(outcome(await exchange(server, thief, code))).toEqual([403, 'invalid_grant']);
    expect(outcome(await exchange(server, { id: app.id, secret: thief.secret }, code))).toEqual([
      401,
      'access_denied',
    ]);
    expect(outcome(await exchange(server, { id: app.id, secret: '' }, code))).toEqual([401, 'access_denied']);
  });
});

describe('a code', () => {
  test.each([
    ['another registered address', `${CALLBACK}/other`],
    ['an address that begins alike', `${CALLBACK}?x`],
    ['the address in other letters', CALLBACK.toUpperCase()],
    ['another place', 'https://evil.example.net/'],
  ])('is refused with %s as redirect_uri', async (_name, address) => {
    const answer = await exchange(server, app, await codeOf(app), { redirect_uri: address });
    expect(outcome(answer)).toEqual([403, 'invalid_grant']);
  });

  test('is refused without the redirect_uri that it came with', async () => {
    const answer = await requestToken(server, app, {
      grant_type: 'authorization_code',
      code: await codeOf(app),
    });
    expect([400, 403]).toContain(answer.status);
    expect(answer.body).not.toHaveProperty('access_token');
  });

  test.each(['', 'x', 'a.b.c', '\0', '\ud800', 'x'.repeat(100_000), '../../etc/passwd', "' OR 1=1 --"])(
    'that nobody issued is refused: %j',
    async (code) => {
      const answer = await exchange(server, app, code);
      expect([400, 403]).toContain(answer.status);
      expect(answer.body).not.toHaveProperty('access_token');
    },
  );
});

describe('PKCE', () => {
  const { verifier, challenge } = newPkce();
  const asked = { code_challenge: challenge, code_challenge_method: 'S256' };

  test.each([
    ['the verifier is stripped', {}],
    ['the verifier is empty', { code_verifier: '' }],
    ['the challenge comes in its place', { code_verifier: challenge }],
    ['another verifier comes', { code_verifier: newPkce().verifier }],
    ['a shorter one comes', { code_verifier: verifier.slice(0, 42) }],
    ['one in other letters comes', { code_verifier: verifier.toUpperCase() }],
  ])('gives nothing where %s', async (_name, parameters) => {
    const answer = await exchange(server, app, await codeOf(app, asked), parameters);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.body).not.toHaveProperty('access_token');
  });

  test('is not for others to strip from the request: such a code takes no verifier', async () => {
    const answer = await exchange(server, app, await codeOf(app), { code_verifier: verifier });
    expect(outcome(answer)).toEqual([401, 'invalid_grant']);
  });

  test('is mandatory for clients without a secret', async () => {
    const client = await publicApp();
    const page = await new Browser(server.url).open(authorizeUrl(server, client));
    expect(page.url.searchParams.get('error')).toBe('invalid_request');
    expect(page.url.searchParams.get('error_description')).toBe('The PKCE protocol extension is required');
  });

  test.each([
    ['plain', { code_challenge: verifier, code_challenge_method: 'plain' }],
    ['no method, which stands for plain', { code_challenge: verifier }],
    ['an unknown method', { code_challenge: challenge, code_challenge_method: 'S512' }],
    ['the method in other letters', { code_challenge: challenge, code_challenge_method: 's256' }],
    ['a challenge that is too short', { code_challenge: 'x', code_challenge_method: 'S256' }],
    ['a challenge that is too long', { code_challenge: 'x'.repeat(129), code_challenge_method: 'S256' }],
    ['a challenge that is empty', { code_challenge: '', code_challenge_method: 'S256' }],
  ])('does not begin with %s', async (_name, parameters) => {
    const client = await publicApp();
    const page = await new Browser(server.url).open(authorizeUrl(server, client, parameters));
    expect(page.url.searchParams.get('error')).toBe('invalid_request');
    expect(page.url.searchParams.has('code')).toBe(false);
  });

  test('of a pushed request is not replaced by a challenge beside it', async () => {
    const { body } = await server
      .request()
      .post('/oauth/par')
      .type('form')
      .send({
        client_id: app.id,
        client_secret: app.secret,
        response_type: 'code',
        redirect_uri: CALLBACK,
        scope: 'openid',
        ...asked,
      });
    const own = newPkce();
    const page = await logIn(
      new Browser(server.url),
      `${server.url}/authorize?${new URLSearchParams({
        client_id: app.id,
        request_uri: String(body.request_uri),
        code_challenge: own.challenge,
        code_challenge_method: 'S256',
      }).toString()}`,
      user,
    );
    const code = parameterOf(page, 'code');
    expect((await exchange(server, app, code, { code_verifier: own.verifier })).status).toBe(401);
  });
});

describe('mix-up (RFC 9207)', () => {
  test('every answer at the address of the client names the issuer, errors included', async () => {
    const page = await logIn(new Browser(server.url), authorizeUrl(server, app), user);
    expect(parameterOf(page, 'iss')).toBe(`${server.url}/`);
    for (const wrong of [
      { prompt: 'none' },
      { audience: 'https://nope' },
      { response_type: 'nonsense' },
      { response_mode: 'fragment', prompt: 'none' },
    ]) {
      const end = await new Browser(server.url).open(authorizeUrl(server, app, wrong));
      expect(end.url.href.startsWith(CALLBACK)).toBe(true);
      expect(parameterOf(end, 'iss')).toBe(`${server.url}/`);
    }
  });

  test('the metadata say so', async () => {
    for (const name of ['openid-configuration', 'oauth-authorization-server']) {
      const { body } = await server.request().get(`/.well-known/${name}`);
      expect(body.issuer).toBe(`${server.url}/`);
      expect(body.authorization_response_iss_parameter_supported).toBe(true);
    }
  });
});
