// Multi-resource refresh tokens (token-issuance.md 4.10, MR-1 to MR-8): one refresh token, tokens for other APIs.

import { startServer, type TestServer } from '../../support/server.js';
import { bodyOf, type TestApi, type TestClient, unique } from '../given.js';
import {
  claimsOf,
  givenApp,
  givenOfflineApi,
  givenUser,
  givenUserGrant,
  logsOf,
  refresh,
  type TestUser,
  tokensOf,
} from './given.js';

let server: TestServer;
let home: TestApi;
let other: TestApi;
let guarded: TestApi;
let unlisted: TestApi;
let user: TestUser;
let app: TestClient;
let token: string;

const OPEN = {
  skip_consent_for_verifiable_first_party_clients: true,
  subject_type_authorization: { user: { policy: 'allow_all' }, client: { policy: 'require_client_grant' } },
};

beforeAll(async () => {
  server = await startServer();
  user = await givenUser(server);
  home = await givenOfflineApi(server, OPEN);
  other = await givenOfflineApi(server, OPEN);
  guarded = await givenOfflineApi(server, {
    skip_consent_for_verifiable_first_party_clients: true,
    enforce_policies: true,
  });
  unlisted = await givenOfflineApi(server, OPEN);
  app = await givenApp(server, {
    refresh_token: {
      rotation_type: 'non-rotating',
      expiration_type: 'expiring',
      policies: [
        { audience: home.identifier, scope: ['delete'] },
        { audience: other.identifier, scope: ['read', 'write', 'nosuch'] },
        { audience: guarded.identifier, scope: ['read', 'write'] },
      ],
    },
  });
  const scope = 'openid read offline_access';
  token = (await tokensOf(server, app, user, { audience: home.identifier, scope })).refresh_token ?? '';
});
afterAll(() => server.close());

test('V33, MR-1: for the API of the login, the scopes of the login and of the policy', async () => {
  const answer = await refresh(server, app, token);
  expect(answer.body.scope).toBe('openid read offline_access delete');
  const named = await refresh(server, app, token, { audience: home.identifier });
  expect(named.body.scope).toBe(answer.body.scope);
});

test('MR-2, MR-5, MR-8: for another one, all that the policy lists and the API defines', async () => {
  const answer = await refresh(server, app, token, { audience: other.identifier });
  expect(answer.status).toBe(200);
  expect(answer.body.scope).toBe('openid offline_access read write');
  expect(claimsOf(answer.body.access_token)['aud']).toEqual([other.identifier, `${server.url}/userinfo`]);
  expect(answer.body.resource).toBe(other.identifier);
  // The token of the login stays what it is.
  expect((await refresh(server, app, token)).body.scope).toBe('openid read offline_access delete');
});

test('MR-3: for another one, the part that is asked for', async () => {
  const answer = await refresh(server, app, token, {
    audience: other.identifier,
    scope: 'read delete nosuch',
  });
  expect([answer.status, answer.body.scope]).toEqual([200, 'read']);
});

test('MR-4: one that no policy names', async () => {
  const answer = await refresh(server, app, token, { audience: unlisted.identifier });
  expect([answer.status, answer.body]).toEqual([
    403,
    { error: 'access_denied', error_description: `Service not found: ${unlisted.identifier}` },
  ]);
  expect((await logsOf(server, app, 'fertft'))[0]?.description).toBe(
    `Service not found: ${unlisted.identifier}`,
  );
});

test('MR-4: one that nobody knows', async () => {
  const identifier = `https://${unique('nobody')}.example.com`;
  const answer = await refresh(server, app, token, { audience: identifier });
  expect([answer.status, answer.body.error]).toEqual([403, 'access_denied']);
});

test('MR-6, MR-7: the gate, the grant and the permissions of the other API count', async () => {
  const without = await refresh(server, app, token, { audience: guarded.identifier });
  expect([without.status, without.body.error_description]).toEqual([
    403,
    `Client "${app.id}" is not authorized to access resource server "${guarded.identifier}".`,
  ]);
  await givenUserGrant(server, app, guarded, ['read', 'delete']);
  const permissions = ['read', 'write'].map((permission_name) => ({
    resource_server_identifier: guarded.identifier,
    permission_name,
  }));
  await bodyOf(server.api('post', `users/${encodeURIComponent(user.id)}/permissions`, { permissions }), 201);
  const answer = await refresh(server, app, token, { audience: guarded.identifier });
  expect(answer.body.scope).toBe('openid offline_access read');
});

test('an API that does not let consent be skipped', async () => {
  const path = `resource-servers/${other.id}`;
  const skip = (is: boolean) =>
    bodyOf(server.api('patch', path, { skip_consent_for_verifiable_first_party_clients: is }), 200);
  await skip(false);
  const answer = await refresh(server, app, token, { audience: other.identifier });
  await skip(true);
  expect([answer.status, answer.body.error]).toEqual([403, 'access_denied']);
});

test('without policies a refresh token is for the API of its login', async () => {
  const plain = await givenApp(server);
  const scope = 'read offline_access';
  const tokens = await tokensOf(server, plain, user, { audience: home.identifier, scope });
  const answer = await refresh(server, plain, tokens.refresh_token, { audience: other.identifier });
  expect([answer.status, answer.body.error]).toEqual([403, 'access_denied']);
});
