// What applications of users call, and where they send their users.

import type { Response, Test } from 'supertest';
import {
  authorizeUrl,
  Browser,
  CALLBACK,
  givenApp,
  givenUser,
  logIn,
  type TestUser,
  tokensOf,
} from '../oauth/provider/given.js';
import { ask, asked, givenAsker } from '../oauth/provider/backchannel-given.js';
import type { TestClient } from '../oauth/given.js';
import type { Cases, World } from './world.js';

const SIGNED_OUT = 'https://shop.example.com/signed-out';

interface Scene {
  readonly app: TestClient;
  readonly user: TestUser;
}

const scenes = new WeakMap<World, Promise<Scene>>();

/** An application and a user of it, made when they are first asked for. */
function sceneOf(world: World): Promise<Scene> {
  const make = async (): Promise<Scene> => ({
    app: await givenApp(world.server, { allowed_logout_urls: [SIGNED_OUT] }),
    user: await givenUser(world.server),
  });
  const scene = scenes.get(world) ?? make();
  scenes.set(world, scene);
  return scene;
}

const inScene =
  (ask: (world: World, scene: Scene) => Test | Promise<Response>) =>
  async (world: World): Promise<Response> =>
    ask(world, await sceneOf(world));

/** A request of an application, with its secret. */
const form = ({ server }: World, app: TestClient, path: string, fields: Record<string, string> = {}): Test =>
  server
    .request()
    .post(path)
    .type('form')
    .send({ client_id: app.id, client_secret: app.secret, ...fields });

const login = { response_type: 'code', redirect_uri: CALLBACK, scope: 'openid' };

/** The cookie of a browser in which the user is logged in. */
async function cookieOf({ server }: World, { app, user }: Scene): Promise<string> {
  const browser = new Browser(server.url);
  await logIn(browser, authorizeUrl(server, app), user);
  return Object.entries(browser.cookies())
    .map(([name, value]) => `${name}=${value}`)
    .join('; ');
}

const pathOf = (world: World, app: Pick<TestClient, 'id'>, parameters: Record<string, string> = {}): string =>
  authorizeUrl(world.server, app, parameters).slice(world.server.url.length);

const tooMuch = { padding: 'x'.repeat(300_000) };

export const clientEndpointCases: Cases = {
  'pushAuthorizationRequest 201': inScene((world, { app }) => form(world, app, '/oauth/par', login)),
  'pushAuthorizationRequest 400': inScene((world, { app }) =>
    form(world, app, '/oauth/par', { ...login, redirect_uri: 'https://elsewhere.example.com/' }),
  ),
  'pushAuthorizationRequest 401': inScene((world, { app }) =>
    form(world, app, '/oauth/par', { ...login, client_secret: 'wrong' }),
  ),
  // PA-2.
  'pushAuthorizationRequest 403': async (world) => {
    const app = await givenApp(world.server, { token_endpoint_auth_method: 'none' });
    return form(world, { id: app.id, secret: '' }, '/oauth/par', login);
  },
  'pushAuthorizationRequest 413': inScene((world, { app }) => form(world, app, '/oauth/par', tooMuch)),

  'requestDeviceCode 200': inScene((world, { app }) =>
    form(world, app, '/oauth/device/code', { scope: 'openid' }),
  ),
  'requestDeviceCode 400': inScene((world, { app }) =>
    form(world, app, '/oauth/device/code', { scope: 'a '.repeat(9000) }),
  ),
  'requestDeviceCode 401': inScene((world, { app }) =>
    form(world, app, '/oauth/device/code', { client_secret: 'wrong' }),
  ),
  // DV-1.
  'requestDeviceCode 403': inScene((world, { app }) =>
    form(world, app, '/oauth/device/code', { audience: 'https://nowhere.example.com/' }),
  ),
  'requestDeviceCode 413': inScene((world, { app }) => form(world, app, '/oauth/device/code', tooMuch)),

  'requestApproval 200': inScene(async ({ server }) =>
    ask(server, await givenAsker(server), await givenUser(server)),
  ),
  // CB-3.
  'requestApproval 400': inScene(async ({ server }) =>
    ask(server, await givenAsker(server), { id: 'auth0|nosuch' }),
  ),
  'requestApproval 401': inScene(({ server }, { app, user }) =>
    ask(server, { ...app, secret: 'wrong' }, user),
  ),
  'requestApproval 403': inScene(({ server }, { app, user }) => ask(server, app, user)),
  'requestApproval 413': inScene((world, { app }) => form(world, app, '/bc-authorize', tooMuch)),
  'requestApproval 429': inScene(async ({ server }) => {
    const [asker, user] = [await givenAsker(server), await givenUser(server)];
    for (let n = 0; n < 5; n += 1) await asked(server, asker, user);
    return ask(server, asker, user);
  }),

  'revokeToken 200': inScene((world, { app }) => form(world, app, '/oauth/revoke', { token: 'nosuch' })),
  'revokeToken 400': inScene((world, { app }) => form(world, app, '/oauth/revoke')),
  'revokeToken 401': inScene((world, { app }) =>
    form(world, app, '/oauth/revoke', { token: 'nosuch', client_secret: 'wrong' }),
  ),
  'revokeToken 413': inScene((world, { app }) => form(world, app, '/oauth/revoke', tooMuch)),

  'getUserinfo 200': inScene(async ({ server }, { app, user }) => {
    const { access_token: token } = await tokensOf(server, app, user, { scope: 'openid profile email' });
    return server.request().get('/userinfo').auth(token, { type: 'bearer' });
  }),
  'getUserinfo 401': ({ server }) => server.request().get('/userinfo'),
  'postUserinfo 200': inScene(async ({ server }, { app, user }) => {
    const { access_token } = await tokensOf(server, app, user);
    return server.request().post('/userinfo').type('form').send({ access_token });
  }),
  'postUserinfo 401': ({ server }) => server.request().post('/userinfo').type('form').send({}),
};

export const loginCases: Cases = {
  'authorize 200': inScene(async (world, scene) =>
    world.server
      .request()
      .get(pathOf(world, scene.app, { response_mode: 'form_post' }))
      .set('Cookie', await cookieOf(world, scene)),
  ),
  'authorize 302': inScene((world, { app }) => world.server.request().get(pathOf(world, app))),
  'authorize 400': (world) => world.server.request().get(pathOf(world, { id: 'nosuch' })),

  'authorizeByForm 200': inScene(async (world, scene) =>
    form(world, scene.app, '/authorize', { ...login, response_mode: 'form_post' }).set(
      'Cookie',
      await cookieOf(world, scene),
    ),
  ),
  'authorizeByForm 302': inScene((world, { app }) => form(world, app, '/authorize', login)),
  'authorizeByForm 400': inScene((world, { app }) =>
    form(world, app, '/authorize', { ...login, redirect_uri: 'https://elsewhere.example.com/' }),
  ),

  'activateDevice 200': ({ server }) => server.request().get('/activate'),

  'showApprovals 200': ({ server }) => server.request().get('/u/approvals'),
  'showApproval 200': ({ server }) => server.request().get('/bc-verify?consent=cns_nosuch'),

  'endSession 200': inScene(async (world, scene) =>
    world.server
      .request()
      .get(`/oidc/logout?client_id=${scene.app.id}`)
      .set('Cookie', await cookieOf(world, scene)),
  ),
  'endSession 302': inScene(({ server }, { app }) =>
    server
      .request()
      .get(
        `/oidc/logout?${new URLSearchParams({ client_id: app.id, post_logout_redirect_uri: SIGNED_OUT }).toString()}`,
      ),
  ),
  'endSession 400': ({ server }) => server.request().get('/oidc/logout?id_token_hint=nosuch'),
  'endSessionByForm 200': inScene(async (world, scene) =>
    form(world, scene.app, '/oidc/logout').set('Cookie', await cookieOf(world, scene)),
  ),
  'endSessionByForm 302': inScene((world, { app }) =>
    form(world, app, '/oidc/logout', { post_logout_redirect_uri: SIGNED_OUT }),
  ),
  'endSessionByForm 400': inScene((world, { app }) =>
    form(world, app, '/oidc/logout', { post_logout_redirect_uri: 'https://elsewhere.example.com/' }),
  ),

  'logout 200': ({ server }) => server.request().get('/v2/logout'),
  'logout 302': inScene(({ server }, { app }) =>
    server
      .request()
      .get(`/v2/logout?${new URLSearchParams({ client_id: app.id, returnTo: SIGNED_OUT }).toString()}`),
  ),
  'logout 400': ({ server }) => server.request().get('/v2/logout?returnTo=https://elsewhere.example.com/'),

  'logInForTest 204': inScene(({ server }, { user }) =>
    server.request().post('/_grantry/login').send({ user_id: user.id }),
  ),
  'approveForTest 204': inScene(async ({ server }) => {
    const [asker, user] = [await givenAsker(server), await givenUser(server)];
    await asked(server, asker, user);
    return server.request().post('/_grantry/approve').send({ user_id: user.id, decision: 'approve' });
  }),
  'approveForTest 400': ({ server }) =>
    server.request().post('/_grantry/approve').send({ auth_req_id: 'nosuch', decision: 'deny' }),
  'logInForTest 400': ({ server }) => server.request().post('/_grantry/login').send({ user_id: 'nosuch' }),
};
