// Applications in a browser: whose pages may read which answers (Fetch standard, CORS protocol), and what answers tell of the
// rule that decided.

import { startServer, type TestServer } from '../../support/server.js';
import { bodyOf, type TestClient } from '../given.js';
import {
  authorizeUrl,
  Browser,
  CALLBACK,
  givenApp,
  givenUser,
  logIn,
  newPkce,
  parameterOf,
  type TestUser,
} from './given.js';

const FOREIGN = 'https://evil.example.com';
let server: TestServer;
let spa: TestClient;
let user: TestUser;
beforeAll(async () => {
  server = await startServer({ reasonHeader: true });
  const made = await givenApp(server, {
    app_type: 'spa',
    token_endpoint_auth_method: 'none',
    web_origins: ['https://app.example.com'],
    allowed_origins: ['https://*.apps.example.com'],
  });
  spa = { id: made.id, secret: '' };
  user = await givenUser(server);
});
afterAll(() => server.close());

/** The exchange of a new code, from a page of this origin. */
async function exchangeFrom(origin: string) {
  const { verifier, challenge } = newPkce();
  const pkce = { code_challenge: challenge, code_challenge_method: 'S256' };
  const page = await logIn(new Browser(server.url), authorizeUrl(server, spa, pkce), user);
  return server
    .request()
    .post('/oauth/token')
    .set('Origin', origin)
    .type('form')
    .send({
      grant_type: 'authorization_code',
      client_id: spa.id,
      code: parameterOf(page, 'code'),
      redirect_uri: CALLBACK,
      code_verifier: verifier,
    });
}

test.each(['/oauth/token', '/oauth/revoke', '/oauth/par', '/oauth/device/code', '/userinfo'])(
  'a browser asks first: %s',
  async (path) => {
    const answer = await server
      .request()
      .options(path)
      .set('Origin', 'https://app.example.com')
      .set('Access-Control-Request-Method', 'POST')
      .set('Access-Control-Request-Headers', 'content-type,dpop');
    expect(answer.status).toBe(204);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example.com',
      'access-control-allow-methods': 'GET, POST, DELETE',
      'access-control-allow-headers': 'content-type,dpop',
      vary: expect.stringContaining('Origin'),
    });
    // Nobody's cookies are sent along.
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
  },
);

test.each([
  ['that the client lists', 'https://app.example.com'],
  ['that a pattern covers', 'https://one.apps.example.com'],
  ['of its callback', new URL(CALLBACK).origin],
])('a page of an origin %s has tokens', async (_name, origin) => {
  const answer = await exchangeFrom(origin);
  expect(answer.status).toBe(200);
  expect(answer.headers['access-control-allow-origin']).toBe(origin);
});

test.each([FOREIGN, 'null', 'https://app.example.com.evil.example.com'])(
  'a page of %s has none, nor may it read why',
  async (origin) => {
    const answer = await exchangeFrom(origin);
    expect(answer.status).toBe(400);
    expect(answer.body).not.toHaveProperty('access_token');
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  },
);

test('a page may read why it is refused', async () => {
  const origin = 'https://app.example.com';
  const answer = await server
    .request()
    .post('/oauth/token')
    .set('Origin', origin)
    .type('form')
    .send({ grant_type: 'refresh_token', client_id: spa.id, refresh_token: 'none' });
  expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([403, origin]);
});

describe('Grantry-Reason', () => {
  const reasonOf = async (address: string): Promise<string | null> =>
    (await new Browser(server.url).request(address)).headers.get('grantry-reason');

  test('is on redirects to the application and on pages', async () => {
    const { challenge } = newPkce();
    const pkce = { code_challenge: challenge, code_challenge_method: 'S256' };
    expect(await reasonOf(authorizeUrl(server, spa))).toBe('pkce_required');
    expect(
      await reasonOf(authorizeUrl(server, spa, { ...pkce, audience: 'https://nobody.example.com' })),
    ).toBe('resource_server_unknown');
    expect(await reasonOf(authorizeUrl(server, spa, { ...pkce, prompt: 'none' }))).toBe('login_required');
    expect(await reasonOf(authorizeUrl(server, spa, { redirect_uri: FOREIGN }))).toBe(
      'redirect_uri_not_registered',
    );
    expect(await reasonOf(authorizeUrl(server, { id: 'nobody' }))).toBe('client_unknown');
  });

  test('is on the answers of the other endpoints', async () => {
    const push = await server.request().post('/oauth/par').type('form').send({ client_id: spa.id });
    expect(push.headers['grantry-reason']).toBe('client_authentication_failed');
    const device = await server.request().post('/oauth/device/code').type('form').send({ client_id: spa.id });
    expect(device.headers['grantry-reason']).toBe('granted');
  });

  test('a refusal’s row in the log has the rules that were looked at', async () => {
    const { challenge } = newPkce();
    const parameters = {
      code_challenge: challenge,
      code_challenge_method: 'S256',
      audience: 'https://nobody2.example.com',
    };
    await reasonOf(authorizeUrl(server, spa, parameters));
    const query = encodeURIComponent(`client_id:${spa.id} AND type:f`);
    const rows = await bodyOf<{ details: { rules: string[]; because: string } }[]>(
      server.api('get', `logs?q=${query}`),
      200,
    );
    expect(rows[0]?.details.rules.at(-1)).toBe('resource_server.known AU-4');
    expect(rows[0]?.details.because).toBe('no API has this identifier');
  });
});
