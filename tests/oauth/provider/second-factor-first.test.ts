// The first second factor of a user. Whoever has the password can begin to set one up, so nothing that they began is to be good
// beside the one that somebody else sets up.

import { startServer, type TestServer } from '../../support/server.js';
import { bodyOf, type TestClient } from '../given.js';
import {
  authorizeUrl,
  Browser,
  givenUser,
  movingClock,
  parameterOf,
  requestToken,
  signIn,
  type TestUser,
} from './given.js';
import {
  askWithPassword,
  givenAuthenticatorApp,
  givenFactor,
  givenMfaApp,
  givenPolicy,
  mfaApi,
  mfaTokenOf,
  oneTimePassword,
  OTP,
  RECOVERY,
} from './second-factor-given.js';

const clock = movingClock();
let server: TestServer;
let app: TestClient;
let user: TestUser;
beforeAll(async () => {
  server = await startServer({ now: clock.now });
  app = await givenMfaApp(server);
});
beforeEach(async () => {
  clock.forward(61);
  for (const factor of ['otp', 'push-notification', 'recovery-code']) await givenFactor(server, factor);
  await givenPolicy(server, 'all-applications');
  user = await givenUser(server);
});
afterAll(async () => {
  clock.stop();
  await server.close();
});

const APP = { authenticator_types: ['otp'] };
const DEVICE = { authenticator_types: ['oob'], oob_channels: ['auth0'] };
const KEY = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const byAdministrator = (): Promise<unknown> =>
  bodyOf(
    server.api('post', `users/${encodeURIComponent(user.id)}/authentication-methods`, {
      type: 'totp',
      totp_secret: KEY,
    }),
    201,
  );

describe('what was begun with the password is no good when an administrator sets one up', () => {
  test('the recovery code', async () => {
    const begun = await mfaApi(server, 'post', 'associate', await mfaTokenOf(server, app, user), APP);
    const [code] = begun.body.recovery_codes as string[];
    await byAdministrator();
    const answer = await requestToken(server, app, {
      grant_type: RECOVERY,
      mfa_token: await mfaTokenOf(server, app, user),
      recovery_code: code ?? '',
    });
    expect([answer.status, answer.body.error]).toEqual([403, 'invalid_grant']);
    expect(answer.body).not.toHaveProperty('recovery_code');
  });

  test('the app', async () => {
    const token = await mfaTokenOf(server, app, user);
    const { body: begun } = await mfaApi(server, 'post', 'associate', token, APP);
    await byAdministrator();
    const otp = oneTimePassword(begun.secret, clock.now());
    const answer = await requestToken(server, app, { grant_type: OTP, mfa_token: token, otp });
    expect([answer.status, answer.body.error]).toEqual([403, 'invalid_grant']);
    const ours = oneTimePassword(KEY, clock.now());
    const right = await requestToken(server, app, { grant_type: OTP, mfa_token: token, otp: ours });
    expect(right.status).toBe(200);
  });

  test('the link that pairs a device', async () => {
    const begun = await mfaApi(server, 'post', 'associate', await mfaTokenOf(server, app, user), DEVICE);
    await byAdministrator();
    const browser = new Browser(server.url);
    const page = await browser.submit(await browser.open(begun.body.barcode_uri), { decision: 'pair' });
    expect(page.status).toBe(400);
    const { body } = await askWithPassword(server, app, user);
    expect(body.mfa_requirements).toEqual({ challenge: [{ type: 'otp' }] });
  });
});

test('a recovery code of before does not come back, where they are switched off meanwhile', async () => {
  const { recoveryCode } = await givenAuthenticatorApp(server, app, user, clock);
  const path = `users/${encodeURIComponent(user.id)}/authentication-methods`;
  const methods = await bodyOf<{ id: string; type: string }[]>(server.api('get', path), 200);
  const { id } = methods.find(({ type }) => type === 'totp') ?? { id: '' };
  await bodyOf(server.api('delete', `${path}/${encodeURIComponent(id)}`), 204);
  await givenFactor(server, 'recovery-code', false);
  const again = await givenAuthenticatorApp(server, app, user, clock);
  expect(again.recoveryCode).toBeNull();
  await givenFactor(server, 'recovery-code');
  const answer = await requestToken(server, app, {
    grant_type: RECOVERY,
    mfa_token: await mfaTokenOf(server, app, user),
    recovery_code: recoveryCode ?? '',
  });
  expect([answer.status, answer.body.error]).toEqual([403, 'invalid_grant']);
});

test('an access token of before cannot see, add or remove second factors (MF-3)', async () => {
  await givenPolicy(server);
  const audience = server.tenant.identifierOf('mfa');
  const scope = 'enroll read:authenticators remove:authenticators';
  const { body: before } = await askWithPassword(server, app, user, { audience, scope });
  const token = String(before.access_token);
  expect((await mfaApi(server, 'get', 'authenticators', token)).status).toBe(200);

  await givenPolicy(server, 'all-applications');
  await givenAuthenticatorApp(server, app, user, clock);
  const enrolled = await server.storage.config.authenticators.listOf(user.id);
  const totp = enrolled.find(({ kind }) => kind === 'totp');
  const path = `authenticators/${encodeURIComponent(totp?.id ?? '')}`;
  for (const answer of [
    await mfaApi(server, 'get', 'authenticators', token),
    await mfaApi(server, 'post', 'associate', token, APP),
    await mfaApi(server, 'post', 'associate', token, DEVICE),
    await mfaApi(server, 'delete', path, token),
  ]) {
    expect([answer.status, answer.body.error]).toEqual([401, 'invalid_token']);
  }
});

test('begins twenty times, and then not until some time has passed', async () => {
  const token = await mfaTokenOf(server, app, user);
  const statuses: number[] = [];
  for (let n = 0; n < 21; n += 1) {
    statuses.push((await mfaApi(server, 'post', 'associate', token, APP)).status);
  }
  expect(statuses.filter((status) => status === 200)).toHaveLength(20);
  expect(statuses.at(-1)).toBe(429);
  clock.forward(61);
  expect((await mfaApi(server, 'post', 'associate', token, APP)).status).toBe(200);
});

test('cannot be set up on a page where only devices can be paired: the application is told', async () => {
  await givenFactor(server, 'otp', false);
  const browser = new Browser(server.url);
  const page = await signIn(browser, await browser.open(authorizeUrl(server, app)), user);
  expect(parameterOf(page, 'error')).toBe('access_denied');
  expect(parameterOf(page, 'error_description')).toContain('no factor is enabled');
});
