// The MFA API, and what each of its operations answers.

import type { Response } from 'supertest';
import { givenUser, requestToken, type TestUser } from '../oauth/provider/given.js';
import {
  askWithPassword,
  givenFactor,
  givenMfaApp,
  mfaApi,
  oneTimePassword,
  OTP,
} from '../oauth/provider/second-factor-given.js';
import type { TestClient } from '../oauth/given.js';
import type { Cases, World } from './world.js';

const DEMAND = `exports.onExecutePostLogin = async (event, api) => {
  if (event.client.metadata.mfa === 'yes') api.multifactor.enable('any');
};`;
const PUSH = { authenticator_types: ['oob'], oob_channels: ['auth0'] };
const tooMuch = { padding: 'x'.repeat(300_000) };

interface Scene {
  readonly app: TestClient;
}

const scenes = new WeakMap<World, Promise<Scene>>();

/** An application whose users need a second factor, by an Action that leaves all others alone. */
function sceneOf(world: World): Promise<Scene> {
  const make = async (): Promise<Scene> => {
    const { server } = world;
    for (const factor of ['otp', 'push-notification', 'recovery-code']) await givenFactor(server, factor);
    const { body: before } = await server.api('get', 'actions/triggers/post-login/bindings');
    const { body: action } = await server.api('post', 'actions/actions', {
      name: 'second factors',
      supported_triggers: [{ id: 'post-login', version: 'v3' }],
      code: DEMAND,
    });
    await server.api('post', `actions/actions/${action.id}/deploy`);
    const kept = (before.bindings as { id: string; display_name: string }[]).map(({ id, display_name }) => ({
      ref: { type: 'binding_id', value: id },
      display_name,
    }));
    const added = { ref: { type: 'action_id', value: action.id }, display_name: 'second factors' };
    await server.api('patch', 'actions/triggers/post-login/bindings', { bindings: [...kept, added] });
    return { app: await givenMfaApp(server, { client_metadata: { mfa: 'yes' } }) };
  };
  const scene = scenes.get(world) ?? make();
  scenes.set(world, scene);
  return scene;
}

async function tokenOf(
  world: World,
  user: TestUser,
  parameters: Record<string, string> = {},
): Promise<string> {
  const { app } = await sceneOf(world);
  return String((await askWithPassword(world.server, app, user, parameters)).body.mfa_token);
}

/** A user with an app, and a token for the MFA API. */
async function enrolled(world: World, scope: string): Promise<{ token: string; user: TestUser }> {
  const { server } = world;
  const { app } = await sceneOf(world);
  const user = await givenUser(server);
  const audience = server.tenant.identifierOf('mfa');
  const waiting = await tokenOf(world, user, { audience, scope });
  const { body: begun } = await mfaApi(server, 'post', 'associate', waiting, {
    authenticator_types: ['otp'],
  });
  const otp = oneTimePassword(begun.secret, new Date());
  const answer = await requestToken(server, app, { grant_type: OTP, mfa_token: waiting, otp });
  return { token: String(answer.body.access_token), user };
}

/** With the token of a new user who has no second factor. */
const associate =
  (body: object) =>
  async (world: World): Promise<Response> =>
    mfaApi(world.server, 'post', 'associate', await tokenOf(world, await givenUser(world.server)), body);

async function challenge(world: World, fields: object, user?: TestUser): Promise<Response> {
  const { app } = await sceneOf(world);
  const token = await tokenOf(world, user ?? (await enrolled(world, 'enroll')).user);
  const credentials = { client_id: app.id, client_secret: app.secret };
  return world.server
    .request()
    .post('/mfa/challenge')
    .send({ ...credentials, mfa_token: token, ...fields });
}

const withToken =
  (method: 'get' | 'post' | 'delete', path: string, scope: string, body?: object) =>
  async (world: World): Promise<Response> =>
    mfaApi(world.server, method, path, (await enrolled(world, scope)).token, body);

export const mfaCases: Cases = {
  'associateAuthenticator 200': associate({ authenticator_types: ['otp'] }),
  'associateAuthenticator 400': associate({}),
  'associateAuthenticator 401': ({ server }) =>
    mfaApi(server, 'post', 'associate', 'nosuch', { authenticator_types: ['otp'] }),
  'associateAuthenticator 403': withToken('post', 'associate', 'read:authenticators', {
    authenticator_types: ['otp'],
  }),
  'associateAuthenticator 413': associate(tooMuch),
  'associateAuthenticator 429': async (world) => {
    const token = await tokenOf(world, await givenUser(world.server));
    for (let n = 0; n < 5; n += 1) await mfaApi(world.server, 'post', 'associate', token, PUSH);
    return mfaApi(world.server, 'post', 'associate', token, PUSH);
  },

  'challengeAuthenticator 200': (world) => challenge(world, {}),
  'challengeAuthenticator 400': (world) => challenge(world, { challenge_type: 'oob' }),
  'challengeAuthenticator 401': (world) => challenge(world, { client_secret: 'wrong' }),
  'challengeAuthenticator 413': (world) => challenge(world, tooMuch),
  'challengeAuthenticator 429': async (world) => {
    const user = await givenUser(world.server);
    await world.server.storage.write(async ({ authenticators }) => {
      const now = new Date();
      const unpaired = {
        userId: user.id,
        kind: 'push',
        name: null,
        confirmedAt: null,
        createdAt: now,
      } as const;
      const { id } = await authenticators.create(unpaired);
      return { result: await authenticators.pair(id, `device of ${user.id}`, null, now), entry: null };
    });
    for (let n = 0; n < 5; n += 1) await challenge(world, {}, user);
    return challenge(world, {}, user);
  },

  'listAuthenticators 200': withToken('get', 'authenticators', 'read:authenticators'),
  'listAuthenticators 401': ({ server }) => mfaApi(server, 'get', 'authenticators', 'nosuch'),
  'listAuthenticators 403': withToken('get', 'authenticators', 'enroll'),

  'removeAuthenticator 204': async (world) => {
    const { token, user } = await enrolled(world, 'remove:authenticators');
    const [first] = await world.server.storage.config.authenticators.listOf(user.id);
    return mfaApi(world.server, 'delete', `authenticators/${encodeURIComponent(first?.id ?? '')}`, token);
  },
  'removeAuthenticator 401': ({ server }) => mfaApi(server, 'delete', 'authenticators/x', 'nosuch'),
  'removeAuthenticator 403': withToken('delete', 'authenticators/x', 'enroll'),
  'removeAuthenticator 404': withToken('delete', 'authenticators/x', 'remove:authenticators'),
};
