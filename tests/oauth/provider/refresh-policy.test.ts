// Every refresh is decided on what holds by then (token-issuance.md RT-9, Q8): the policy, the client grant, the user's
// permissions, the consent, and the user.

import { startServer, type TestServer } from '../../support/server.js';
import { bodyOf, type TestApi, type TestClient } from '../given.js';
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
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

interface Scene {
  readonly app: TestClient;
  readonly api: TestApi;
  readonly user: TestUser;
  readonly grantId: string;
  readonly token: string;
}

async function givenScene(
  apiSettings: object = {},
  prepare?: (user: TestUser, api: TestApi) => Promise<void>,
) {
  const app = await givenApp(server);
  const api = await givenOfflineApi(server, apiSettings);
  const user = await givenUser(server);
  const grantId = await givenUserGrant(server, app, api, ['read', 'write']);
  await prepare?.(user, api);
  const scope = 'openid read write offline_access';
  const tokens = await tokensOf(server, app, user, { audience: api.identifier, scope });
  const scene: Scene = { app, api, user, grantId, token: tokens.refresh_token ?? '' };
  return scene;
}

const userPath = ({ user }: Pick<Scene, 'user'>): string => `users/${encodeURIComponent(user.id)}`;

const notAuthorized = ({ app, api }: Scene): object => ({
  error: 'access_denied',
  error_description: `Client "${app.id}" is not authorized to access resource server "${api.identifier}".`,
});

const policyOf = (policy: string): object => ({
  subject_type_authorization: { user: { policy }, client: { policy: 'require_client_grant' } },
});

test('RT-9: the policy denies all by now, and allows again', async () => {
  const scene = await givenScene();
  await bodyOf(server.api('patch', `resource-servers/${scene.api.id}`, policyOf('deny_all')), 200);
  const refused = await refresh(server, scene.app, scene.token);
  expect([refused.status, refused.body]).toEqual([403, notAuthorized(scene)]);
  expect((await logsOf(server, scene.app, 'fertft'))[0]?.description).toContain('is not authorized');
  await bodyOf(server.api('patch', `resource-servers/${scene.api.id}`, policyOf('allow_all')), 200);
  expect((await refresh(server, scene.app, scene.token)).body.scope).toBe('openid read write offline_access');
});

test('RT-9: the client grant has gone', async () => {
  const scene = await givenScene();
  await bodyOf(server.api('delete', `client-grants/${scene.grantId}`), 204);
  const refused = await refresh(server, scene.app, scene.token);
  expect([refused.status, refused.body]).toEqual([403, notAuthorized(scene)]);
});

test('RT-9: the client grant is narrower by now, and wider again', async () => {
  const scene = await givenScene();
  await bodyOf(server.api('patch', `client-grants/${scene.grantId}`, { scope: ['read'] }), 200);
  expect((await refresh(server, scene.app, scene.token)).body.scope).toBe('openid read offline_access');
  await bodyOf(
    server.api('patch', `client-grants/${scene.grantId}`, { scope: ['read', 'write', 'delete'] }),
    200,
  );
  // Within what the login came to.
  expect((await refresh(server, scene.app, scene.token)).body.scope).toBe('openid read write offline_access');
});

test('RT-9: a scope was taken off the API', async () => {
  const scene = await givenScene();
  const scopes = [{ value: 'read' }, { value: 'delete' }];
  await bodyOf(server.api('patch', `resource-servers/${scene.api.id}`, { scopes }), 200);
  expect((await refresh(server, scene.app, scene.token)).body.scope).toBe('openid read offline_access');
});

test('RT-9: a permission was taken from the user', async () => {
  const rbac = { enforce_policies: true, token_dialect: 'access_token_authz' };
  const permissions = (api: TestApi, ...names: string[]): object => ({
    permissions: names.map((permission_name) => ({
      resource_server_identifier: api.identifier,
      permission_name,
    })),
  });
  const scene = await givenScene(rbac, async (user, api) => {
    const path = `${userPath({ user })}/permissions`;
    await bodyOf(server.api('post', path, permissions(api, 'read', 'write')), 201);
  });
  const before = await refresh(server, scene.app, scene.token);
  expect(before.body.scope).toBe('openid read write offline_access');
  await bodyOf(server.api('delete', `${userPath(scene)}/permissions`, permissions(scene.api, 'write')), 204);
  const after = await refresh(server, scene.app, scene.token);
  expect(after.body.scope).toBe('openid read offline_access');
  expect(claimsOf(after.body.access_token)['permissions']).toEqual(['read']);
});

test('the user is blocked by now, and then no more', async () => {
  const scene = await givenScene();
  await bodyOf(server.api('patch', userPath(scene), { blocked: true }), 200);
  const refused = await refresh(server, scene.app, scene.token);
  expect([refused.status, refused.body]).toEqual([
    403,
    { error: 'access_denied', error_description: 'user is blocked' },
  ]);
  await bodyOf(server.api('patch', userPath(scene), { blocked: false }), 200);
  expect((await refresh(server, scene.app, scene.token)).status).toBe(200);
});

test('the user, the API or the client has gone', async () => {
  const ofUser = await givenScene();
  await bodyOf(server.api('delete', userPath(ofUser)), 204);
  const withoutUser = await refresh(server, ofUser.app, ofUser.token);
  expect([withoutUser.status, withoutUser.body.error]).toEqual([403, 'invalid_grant']);

  const ofApi = await givenScene();
  await bodyOf(server.api('delete', `resource-servers/${ofApi.api.id}`), 204);
  const withoutApi = await refresh(server, ofApi.app, ofApi.token);
  expect([withoutApi.status, withoutApi.body.error]).toEqual([403, 'invalid_grant']);

  const ofClient = await givenScene();
  await bodyOf(server.api('delete', `clients/${ofClient.app.id}`), 204);
  expect((await refresh(server, ofClient.app, ofClient.token)).status).toBe(401);
});

test('the API gives no refresh tokens any more: those that there are go on', async () => {
  const scene = await givenScene();
  await bodyOf(server.api('patch', `resource-servers/${scene.api.id}`, { allow_offline_access: false }), 200);
  expect((await refresh(server, scene.app, scene.token)).status).toBe(200);
});

test('the user took the consent back', async () => {
  const scene = await givenScene({ skip_consent_for_verifiable_first_party_clients: false });
  expect((await refresh(server, scene.app, scene.token)).status).toBe(200);
  const grants = await bodyOf<{ id: string }[]>(
    server.api('get', `grants?user_id=${encodeURIComponent(scene.user.id)}`),
    200,
  );
  expect(grants).toHaveLength(1);
  await bodyOf(server.api('delete', `grants/${grants[0]?.id ?? ''}`), 204);
  const refused = await refresh(server, scene.app, scene.token);
  expect([refused.status, refused.body.error]).toEqual([403, 'invalid_grant']);
});
