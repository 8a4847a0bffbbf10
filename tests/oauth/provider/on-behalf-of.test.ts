// An API that calls another one for its user (RFC 8693; token-issuance.md 4.14, TX-10 to TX-17).

import * as client from 'openid-client';
import { signWithKey } from '../../../src/oauth/jws.js';
import { startServer, type TestServer } from '../../support/server.js';
import { bodyOf, givenApi, givenClient, givenOrganization, type TestApi, type TestClient } from '../given.js';
import {
  claimsOf,
  givenApp,
  givenOfflineApi,
  givenUser,
  givenUserGrant,
  logsOf,
  requestToken,
  type TestUser,
  tokensOf,
} from './given.js';

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const SKIPS_CONSENT = { skip_consent_for_verifiable_first_party_clients: true };
const ALLOW_ALL = {
  ...SKIPS_CONSENT,
  subject_type_authorization: { user: { policy: 'allow_all' }, client: { policy: 'require_client_grant' } },
};

let server: TestServer;
let user: TestUser;
/** What the application calls. */
let front: TestApi;
/** What stands for `front`, and calls `back`. */
let middle: TestClient;
let back: TestApi;
let app: TestClient;
let subject: string;

const givenMiddle = (api: TestApi, settings: object = {}): Promise<TestClient> =>
  givenClient(server, {
    app_type: 'resource_server',
    resource_server_identifier: api.identifier,
    token_exchange: { allow_any_profile_of_type: ['on_behalf_of_token_exchange'] },
    ...settings,
  });

beforeAll(async () => {
  server = await startServer();
  user = await givenUser(server);
  front = await givenApi(server, ALLOW_ALL);
  back = await givenOfflineApi(server, SKIPS_CONSENT);
  middle = await givenMiddle(front);
  await givenUserGrant(server, middle, back, ['read', 'write']);
  app = await givenApp(server, { organization_usage: 'allow' });
  subject = (await tokensOf(server, app, user, { audience: front.identifier, scope: 'openid read' }))
    .access_token;
});
afterAll(() => server.close());

const swap = (parameters: Record<string, string> = {}, of: TestClient = middle) =>
  requestToken(server, of, {
    grant_type: EXCHANGE,
    subject_token: subject,
    subject_token_type: ACCESS_TOKEN,
    requested_token_type: ACCESS_TOKEN,
    audience: back.identifier,
    ...parameters,
  });

/** A token of this server, with other claims. */
function forged(changes: object): Promise<string> {
  const { kid, key } = server.keys.signingKey('RS256');
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: `${server.url}/`,
    sub: user.id,
    aud: front.identifier,
    azp: app.id,
    iat: now,
    exp: now + 600,
  };
  return signWithKey({ ...claims, ...changes }, { alg: 'RS256', typ: 'JWT', kid }, key, true);
}

test('TX-10, TX-12, TX-17: a token for the same user, and who acts', async () => {
  const answer = await swap({ scope: 'openid read write delete offline_access' });
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({
    access_token: expect.any(String),
    id_token: expect.any(String),
    issued_token_type: ACCESS_TOKEN,
    scope: 'openid read write',
    expires_in: 86_400,
    token_type: 'Bearer',
  });
  expect(claimsOf(answer.body.access_token)).toMatchObject({
    sub: user.id,
    azp: middle.id,
    act: { sub: middle.id },
    scope: 'openid read write',
  });
  expect(claimsOf(answer.body.access_token)).not.toHaveProperty('gty');
  const [row] = await logsOf(server, middle, 'success_on_behalf_of_token_exchange');
  expect(row).toMatchObject({ user_id: user.id });
});

test('TX-12: without a scope, all that the user may do and the grant gives', async () => {
  expect((await swap()).body.scope).toBe('read write');
  const path = `resource-servers/${back.id}`;
  const permissions = ['write', 'delete'].map((permission_name) => ({
    resource_server_identifier: back.identifier,
    permission_name,
  }));
  await bodyOf(server.api('patch', path, { enforce_policies: true }), 200);
  await bodyOf(server.api('post', `users/${encodeURIComponent(user.id)}/permissions`, { permissions }), 201);
  const answer = await swap();
  await bodyOf(server.api('patch', path, { enforce_policies: false }), 200);
  expect(answer.body.scope).toBe('write');
});

test('an official client takes the answer', async () => {
  const config = await client.discovery(
    new URL(`${server.url}/`),
    middle.id,
    undefined,
    client.ClientSecretPost(middle.secret),
    { execute: [client.allowInsecureRequests] },
  );
  const tokens = await client.genericGrantRequest(config, EXCHANGE, {
    subject_token: subject,
    subject_token_type: ACCESS_TOKEN,
    audience: back.identifier,
    scope: 'read',
  });
  expect(tokens['issued_token_type']).toBe(ACCESS_TOKEN);
  expect(tokens.scope).toBe('read');
});

test('the chain of who acts goes on', async () => {
  const last = await givenApi(server, ALLOW_ALL);
  const second = await givenMiddle(back);
  await givenUserGrant(server, second, last, ['read']);
  const first = await swap();
  const answer = await swap(
    { subject_token: first.body.access_token as string, audience: last.identifier },
    second,
  );
  expect(claimsOf(answer.body.access_token)['act']).toEqual({ sub: second.id, act: { sub: middle.id } });
});

test('TX-15: the chain has an end', async () => {
  const chain = (depth: number): object | undefined =>
    depth === 0 ? undefined : { sub: `client-${depth}`, ...(depth > 1 && { act: chain(depth - 1) }) };
  const three = await swap({ subject_token: await forged({ act: chain(3) }) });
  expect(three.status).toBe(200);
  const four = await swap({ subject_token: await forged({ act: chain(4) }) });
  expect([four.status, four.body]).toEqual([
    400,
    {
      error: 'invalid_request',
      error_description: 'Delegation chain (`act` claim) depth exceeds the maximum allowed limit of 4',
    },
  ]);
  const endless = await swap({ subject_token: await forged({ act: chain(1000) }) });
  expect(endless.status).toBe(400);
});

describe('TX-13: a subject token that is no good', () => {
  const INVALID = {
    error: 'invalid_request',
    error_description: 'The subject_token is invalid or has expired',
  };

  test.each<[string, () => Promise<string>]>([
    ['for another API', () => forged({ aud: back.identifier })],
    ['of another issuer', () => forged({ iss: 'https://elsewhere.example.com/' })],
    ['that expired', () => forged({ exp: Math.floor(Date.now() / 1000) - 10 })],
    ['of a client, not of a user', () => forged({ sub: `${app.id}@clients` })],
    ['of a user who has gone', () => forged({ sub: 'auth0|gone' })],
    ['that is bound to a key', () => forged({ cnf: { jkt: 'a-key' } })],
    ['that was tampered with', async () => `${subject.slice(0, -4)}AAAA`],
    ['that is none', async () => 'none'],
    ['without a signature', async () => `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`],
  ])('%s', async (_name, make) => {
    const answer = await swap({ subject_token: await make() });
    expect([answer.status, answer.body]).toEqual([401, INVALID]);
    expect(await logsOf(server, middle, 'failed_on_behalf_of_token_exchange')).not.toHaveLength(0);
  });

  test('a wrong secret', async () => {
    expect((await swap({ client_secret: 'wrong' })).status).toBe(401);
  });

  test('none, and one of another type', async () => {
    const none = await swap({ subject_token: '' });
    expect([none.status, none.body.error_description]).toEqual([
      400,
      'Missing required parameter: subject_token',
    ]);
    const other = await swap({ subject_token_type: 'urn:example:token' });
    expect([other.status, other.body.error]).toEqual([400, 'invalid_request']);
  });
});

describe('TX-14: who may not', () => {
  test('a client that the exchange was not switched on for', async () => {
    const plain = await givenClient(server, {
      app_type: 'resource_server',
      resource_server_identifier: (await givenApi(server)).identifier,
    });
    const own = await forged({ aud: 'https://whatever.example.com' });
    const answer = await swap({ subject_token: own }, plain);
    expect(answer.status).toBe(401);
    const ordinary = await swap({}, app);
    expect([401, 403]).toContain(ordinary.status);
  });

  test('TX-11: without a client grant for the other API', async () => {
    const closed = await givenOfflineApi(server, SKIPS_CONSENT);
    const answer = await swap({ audience: closed.identifier });
    expect([answer.status, answer.body]).toEqual([
      403,
      {
        error: 'access_denied',
        error_description: `Client "${middle.id}" is not authorized to access resource server "${closed.identifier}".`,
      },
    ]);
  });

  test('with nothing of what it asks for', async () => {
    const answer = await swap({ scope: 'delete' });
    expect([answer.status, answer.body]).toEqual([
      403,
      { error: 'access_denied', error_description: 'Client has not been granted scopes: delete' },
    ]);
  });

  test('for an API that does not let consent be skipped (TX-3)', async () => {
    const asks = await givenApi(server, {
      ...ALLOW_ALL,
      skip_consent_for_verifiable_first_party_clients: false,
    });
    expect((await swap({ audience: asks.identifier })).status).toBe(403);
  });

  test('for no API, and for one that nobody knows', async () => {
    expect((await swap({ audience: '' })).body.error_description).toBe(
      'Missing required parameter: audience',
    );
    expect((await swap({ audience: 'https://nobody.example.com' })).status).toBe(403);
  });

  test('for a user who is blocked', async () => {
    const path = `users/${encodeURIComponent(user.id)}`;
    await bodyOf(server.api('patch', path, { blocked: true }), 200);
    const answer = await swap();
    await bodyOf(server.api('patch', path, { blocked: false }), 200);
    expect([answer.status, answer.body.error]).toEqual([403, 'access_denied']);
  });
});

test('TX-16: the organization of the login goes along, while the user is a member', async () => {
  const organization = await givenOrganization(server);
  await bodyOf(server.api('post', `organizations/${organization}/members`, { members: [user.id] }), 204);
  const [connection] = await bodyOf<{ id: string }[]>(server.api('get', 'connections?name=Test-Users'), 200);
  const body = { connection_id: connection?.id };
  await bodyOf(server.api('post', `organizations/${organization}/enabled_connections`, body), 201);
  // An API can have one client that stands for it.
  await bodyOf(server.api('patch', `clients/${middle.id}`, { organization_usage: 'allow' }), 200);
  const tokens = await tokensOf(server, app, user, {
    audience: front.identifier,
    scope: 'read',
    organization,
  });
  expect(claimsOf(tokens.access_token)['org_id']).toBe(organization);
  const parameters = { subject_token: tokens.access_token };
  const answer = await swap(parameters);
  expect([answer.status, answer.body.error_description]).toEqual([200, undefined]);
  expect(claimsOf(answer.body.access_token)['org_id']).toBe(organization);
  await bodyOf(server.api('delete', `organizations/${organization}/members`, { members: [user.id] }), 204);
  const refused = await swap(parameters);
  expect([refused.status, refused.body.error]).toEqual([403, 'access_denied']);
});
