// How long refresh tokens live, and how many there can be (token-issuance.md RT-11, RT-12).

import { startServer, type TestServer } from '../../support/server.js';
import { type TestApi, type TestClient } from '../given.js';
import {
  givenApp,
  givenOfflineApi,
  givenUser,
  givenUserGrant,
  movingClock,
  refresh,
  type TestUser,
  tokensOf,
} from './given.js';

const DAY = 86_400;
const clock = movingClock();
let server: TestServer;
let api: TestApi;
let user: TestUser;
beforeAll(async () => {
  server = await startServer({ now: clock.now });
  [api, user] = await Promise.all([givenOfflineApi(server), givenUser(server)]);
});
afterAll(async () => {
  clock.stop();
  await server.close();
});

async function givenToken(settings: object): Promise<{ app: TestClient; token: string }> {
  const app = await givenApp(server, { refresh_token: settings });
  await givenUserGrant(server, app, api, ['read']);
  const scope = 'openid read offline_access';
  const tokens = await tokensOf(server, app, user, { audience: api.identifier, scope });
  return { app, token: tokens.refresh_token ?? '' };
}

const statusOf = async (app: TestClient, token: string): Promise<number> =>
  (await refresh(server, app, token)).status;

describe('RT-11: a token that does not rotate', () => {
  const settings = { rotation_type: 'non-rotating', expiration_type: 'expiring' };

  test('ends when it was not used for so long', async () => {
    const { app, token } = await givenToken({
      ...settings,
      idle_token_lifetime: 10 * DAY,
      token_lifetime: 30 * DAY,
    });
    clock.forward(10 * DAY + 1);
    expect(await statusOf(app, token)).toBe(403);
  });

  test('is kept by its use, but not beyond its lifetime', async () => {
    const { app, token } = await givenToken({
      ...settings,
      idle_token_lifetime: 10 * DAY,
      token_lifetime: 30 * DAY,
    });
    for (const at of [8, 16, 24]) {
      clock.forward(8 * DAY);
      expect([at, await statusOf(app, token)]).toEqual([at, 200]);
    }
    clock.forward(6 * DAY + 1);
    expect(await statusOf(app, token)).toBe(403);
  });

  test('is not kept by a use that is refused', async () => {
    const { app, token } = await givenToken({
      ...settings,
      idle_token_lifetime: 10 * DAY,
      token_lifetime: 30 * DAY,
    });
    clock.forward(9 * DAY);
    expect((await refresh(server, app, token, { scope: 'nosuch' })).status).toBe(400);
    clock.forward(2 * DAY);
    expect(await statusOf(app, token)).toBe(403);
  });

  test('never ends where it does not expire', async () => {
    const { app, token } = await givenToken({
      rotation_type: 'non-rotating',
      expiration_type: 'non-expiring',
    });
    clock.forward(3 * 365 * DAY);
    expect(await statusOf(app, token)).toBe(200);
  });
});

describe('RT-11: tokens that rotate', () => {
  test('end with the lifetime that began at the login', async () => {
    const settings = { rotation_type: 'rotating', expiration_type: 'expiring', leeway: 0 };
    const given = await givenToken({ ...settings, idle_token_lifetime: 10 * DAY, token_lifetime: 20 * DAY });
    let { token } = given;
    for (let uses = 0; uses < 2; uses += 1) {
      clock.forward(9 * DAY);
      const answer = await refresh(server, given.app, token);
      expect(answer.status).toBe(200);
      token = answer.body.refresh_token as string;
    }
    clock.forward(2 * DAY + 1);
    expect(await statusOf(given.app, token)).toBe(403);
  });

  test('end when they were not used for so long', async () => {
    const settings = { rotation_type: 'rotating', expiration_type: 'expiring', leeway: 0 };
    const { app, token } = await givenToken({
      ...settings,
      idle_token_lifetime: DAY,
      token_lifetime: 20 * DAY,
    });
    clock.forward(DAY + 1);
    expect(await statusOf(app, token)).toBe(403);
  });
});

test('RT-12: of more than 200 of one user and client, the oldest go', async () => {
  const { app, token } = await givenToken({
    rotation_type: 'rotating',
    expiration_type: 'expiring',
    leeway: 600,
  });
  const { app: other, token: ofOther } = await givenToken({
    rotation_type: 'non-rotating',
    expiration_type: 'non-expiring',
  });
  const made: string[] = [];
  for (let count = 0; count < 202; count += 1) {
    made.push((await refresh(server, app, token)).body.refresh_token as string);
  }
  const statuses = await Promise.all([0, 1, 2].map((index) => statusOf(app, made[index] ?? '')));
  expect(statuses).toEqual([403, 403, 200]);
  expect(await statusOf(other, ofOther)).toBe(200);
}, 60_000);
