// A second factor on the application's own screens: `mfa_required`, the MFA API and its grant types (PW-10; auth0/docs-v2,
// api/authentication/multi-factor-authentication).

import { startServer, type TestServer } from '../../support/server.js';
import { bodyOf, type TestClient, type TestApi, unique } from '../given.js';
import {
  claimsOf,
  givenApp,
  givenOfflineApi,
  givenUser,
  givenUserGrant,
  logsOf,
  movingClock,
  refresh,
  requestToken,
  type TestUser,
} from './given.js';
import { givenExchangeApp, givenProfile, swapWith } from './exchange-given.js';
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
let api: TestApi;
let user: TestUser;
let secret: string;
let recoveryCode: string;

beforeAll(async () => {
  server = await startServer({ now: clock.now });
  for (const factor of ['otp', 'recovery-code']) await givenFactor(server, factor);
  await givenPolicy(server, 'all-applications');
  app = await givenMfaApp(server);
  api = await givenOfflineApi(server);
  await givenUserGrant(server, app, api, ['read', 'write']);
  user = await givenUser(server);
  const enrolled = await givenAuthenticatorApp(server, app, user, clock);
  ({ secret } = enrolled);
  recoveryCode = enrolled.recoveryCode ?? '';
});
afterAll(async () => {
  clock.stop();
  await server.close();
});

/** The next code of the user's app. */
function nextCode(of = secret): string {
  clock.forward(30);
  return oneTimePassword(of, clock.now());
}

const ask = (parameters: Record<string, string> = {}) => askWithPassword(server, app, user, parameters);
const answerWith = (parameters: Record<string, string>, of: TestClient = app) =>
  requestToken(server, of, { grant_type: OTP, ...parameters });

describe('a password alone', () => {
  test('PW-10: is refused, with what to go on with', async () => {
    const answer = await ask();
    expect(answer.status).toBe(403);
    expect(answer.body).toEqual({
      error: 'mfa_required',
      error_description: 'Multifactor authentication required',
      mfa_token: expect.stringMatching(/^mfa_/),
      mfa_requirements: { challenge: [{ type: 'otp' }] },
    });
    expect((await logsOf(server, app, 'fepft'))[0]).toMatchObject({
      user_id: user.id,
      description: 'Multifactor authentication required',
      details: { rules: expect.arrayContaining(['second_factor MF-1']) },
    });
  });

  test('of a user without a second factor is refused with what to set up', async () => {
    const other = await givenUser(server);
    const { body } = await askWithPassword(server, app, other);
    expect(body.mfa_requirements).toEqual({ enroll: [{ type: 'otp' }] });
  });

  test('PW-8: that is wrong tells nothing of second factors', async () => {
    const { status, body } = await ask({ password: 'wrong' });
    expect([status, body.error]).toEqual([403, 'invalid_grant']);
  });

  test('is not enough for what the client may not have anyway', async () => {
    const { status, body } = await ask({ audience: 'https://nosuch.example.com' });
    expect([status, body.error]).toEqual([403, 'access_denied']);
  });
});

describe('a one-time password', () => {
  test('comes to what the password request asked for', async () => {
    const parameters = { scope: 'openid read offline_access', audience: api.identifier };
    const token = await mfaTokenOf(server, app, user, parameters);
    const answer = await answerWith({ mfa_token: token, otp: nextCode() });
    expect(answer.status).toBe(200);
    expect(answer.body.scope).toBe('openid read offline_access');
    expect(claimsOf(answer.body.access_token)).toMatchObject({ sub: user.id, gty: 'password' });
    expect(claimsOf(answer.body.id_token)).toMatchObject({ amr: ['mfa'] });
    expect((await logsOf(server, app, 'seotpft'))[0]).toMatchObject({ user_id: user.id });
    // The login had one, so its refreshes need none.
    expect((await refresh(server, app, answer.body.refresh_token)).status).toBe(200);
  });

  test('comes to tokens once for each mfa_token', async () => {
    const token = await mfaTokenOf(server, app, user);
    expect((await answerWith({ mfa_token: token, otp: nextCode() })).status).toBe(200);
    const again = await answerWith({ mfa_token: token, otp: nextCode() });
    expect([again.status, again.body.error_description]).toEqual([403, 'Malformed mfa_token']);
  });

  test('RFC 6238 section 5.2: is good once, whatever it is for, with real concurrency', async () => {
    const tokens = await Promise.all(Array.from({ length: 4 }, () => mfaTokenOf(server, app, user)));
    const otp = nextCode();
    const answers = await Promise.all(tokens.map((token) => answerWith({ mfa_token: token, otp })));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 403, 403, 403]);
  });

  test('is taken one step early or late, and no further', async () => {
    const late = oneTimePassword(secret, new Date(clock.now().getTime() + 60_000));
    clock.forward(90);
    const token = await mfaTokenOf(server, app, user);
    expect((await answerWith({ mfa_token: token, otp: late })).status).toBe(200);
    const older = oneTimePassword(secret, new Date(clock.now().getTime() - 90_000));
    const refused = await answerWith({ mfa_token: await mfaTokenOf(server, app, user), otp: older });
    expect([refused.status, refused.body]).toEqual([
      403,
      { error: 'invalid_grant', error_description: 'Invalid otp_code.' },
    ]);
  });

  test.each(['', '12345', '1234567', 'abcdef', '１２３４５６'])('that is %j is none', async (otp) => {
    const { status } = await answerWith({ mfa_token: await mfaTokenOf(server, app, user), otp });
    expect(status).toBe(otp === '' ? 400 : 403);
  });

  test("of another user's app is none", async () => {
    const other = await givenUser(server);
    const theirs = await givenAuthenticatorApp(server, app, other, clock);
    const otp = nextCode(theirs.secret);
    const { status } = await answerWith({ mfa_token: await mfaTokenOf(server, app, user), otp });
    expect(status).toBe(403);
  });

  test('cannot be guessed: after ten wrong ones the right one is refused too, until some time has passed', async () => {
    const guessed = await givenUser(server);
    const theirs = await givenAuthenticatorApp(server, app, guessed, clock);
    const token = await mfaTokenOf(server, app, guessed);
    // At once: as many as the limit allows are tried, and not one more.
    const answers = await Promise.all(
      Array.from({ length: 14 }, () => answerWith({ mfa_token: token, otp: '000000' })),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 403)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(4);
    const right = await answerWith({ mfa_token: token, otp: nextCode(theirs.secret) });
    expect([right.status, right.body.error]).toEqual([429, 'too_many_attempts']);
    clock.forward(361);
    const later = await mfaTokenOf(server, app, guessed);
    expect((await answerWith({ mfa_token: later, otp: nextCode(theirs.secret) })).status).toBe(200);
  });
});

describe('mfa_token', () => {
  test.each(['nosuch', 'mfa_nosuch', 'ey.ey.ey'])('%s stands for nothing', async (token) => {
    const { status, body } = await answerWith({ mfa_token: token, otp: nextCode() });
    expect([status, body.error_description]).toEqual([403, 'Malformed mfa_token']);
  });

  test('is asked for', async () => {
    const { status, body } = await answerWith({ otp: '123456' });
    expect([status, body.error_description]).toEqual([400, 'Missing required parameter: mfa_token']);
  });

  test('is of no use to another client', async () => {
    const other = await givenMfaApp(server);
    const token = await mfaTokenOf(server, app, user);
    const { status, body } = await answerWith({ mfa_token: token, otp: nextCode() }, other);
    expect([status, body.error_description]).toEqual([400, 'mfa_token not issued to this client']);
  });

  test('ends after ten minutes', async () => {
    const token = await mfaTokenOf(server, app, user);
    clock.forward(601);
    const { status } = await answerWith({ mfa_token: token, otp: nextCode() });
    expect(status).toBe(403);
  });

  test('is of no use when the client has lost what it waits for', async () => {
    const own = await givenMfaApp(server);
    const grant = await givenUserGrant(server, own, api, ['read']);
    const token = await mfaTokenOf(server, own, user, { audience: api.identifier, scope: 'read' });
    await bodyOf(server.api('delete', `client-grants/${grant}`), 204);
    const { status, body } = await answerWith({ mfa_token: token, otp: nextCode() }, own);
    expect([status, body.error]).toEqual([403, 'access_denied']);
  });

  test('GE-3: is of no use to a client that has not the grant type', async () => {
    const without = await givenApp(server);
    const token = await mfaTokenOf(server, without, user);
    const { status, body } = await answerWith({ mfa_token: token, otp: nextCode() }, without);
    expect([status, body.error_description]).toEqual([
      403,
      `Grant type '${OTP}' not allowed for the client.`,
    ]);
  });

  test('as the documentation sends it: as a bearer token as well', async () => {
    const token = await mfaTokenOf(server, app, user);
    const answer = await server
      .requestToken({
        grant_type: OTP,
        client_id: app.id,
        client_secret: app.secret,
        mfa_token: token,
        otp: nextCode(),
      })
      .set('Authorization', `Bearer ${token}`);
    expect(answer.status).toBe(200);
  });

  test('does not stand in the log', async () => {
    const token = await mfaTokenOf(server, app, user);
    await answerWith({ mfa_token: token, otp: '123456' });
    const { text } = await server.api('get', 'logs?per_page=100');
    expect(text).not.toContain(token);
    expect(text).not.toContain(secret);
  });
});

describe('a recovery code', () => {
  test('is good once, as it was typed, and the answer has the next one', async () => {
    expect(recoveryCode).toMatch(/^[A-Z2-7]{24}$/);
    const typed = recoveryCode.toLowerCase().replaceAll(/(.{4})/g, '$1 ');
    const take = async (code: string) =>
      requestToken(server, app, {
        grant_type: RECOVERY,
        mfa_token: await mfaTokenOf(server, app, user),
        recovery_code: code,
      });
    const first = await take(typed);
    expect(first.status).toBe(200);
    const next = String(first.body.recovery_code);
    expect(next).toMatch(/^[A-Z2-7]{24}$/);
    const again = await take(recoveryCode);
    expect([again.status, again.body]).toEqual([
      403,
      { error: 'invalid_grant', error_description: 'MFA Authorization rejected.' },
    ]);
    const both = await Promise.all([take(next), take(next)]);
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 403]);
    recoveryCode = String(both.find(({ status }) => status === 200)?.body.recovery_code);
  });

  test('is no good where they are switched off', async () => {
    await givenFactor(server, 'recovery-code', false);
    const { status } = await requestToken(server, app, {
      grant_type: RECOVERY,
      mfa_token: await mfaTokenOf(server, app, user),
      recovery_code: recoveryCode,
    });
    await givenFactor(server, 'recovery-code');
    expect(status).toBe(403);
  });

  test('alone is no second factor', async () => {
    const other = await givenUser(server);
    const token = await mfaTokenOf(server, app, other);
    const begun = await mfaApi(server, 'post', 'associate', token, { authenticator_types: ['otp'] });
    const { status } = await requestToken(server, app, {
      grant_type: RECOVERY,
      mfa_token: token,
      recovery_code: begun.body.recovery_codes[0],
    });
    expect(status).toBe(403);
  });
});

describe('POST /mfa/associate', () => {
  test('sets up an app, which works once it has been shown to', async () => {
    const other = await givenUser(server);
    const token = await mfaTokenOf(server, app, other);
    const begun = await mfaApi(server, 'post', 'associate', token, {
      client_id: app.id,
      authenticator_types: ['otp'],
    });
    expect([begun.status, begun.body]).toEqual([
      200,
      {
        authenticator_type: 'otp',
        secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
        barcode_uri: expect.stringMatching(/^otpauth:\/\/totp\//),
        recovery_codes: [expect.stringMatching(/^[A-Z2-7]{24}$/)],
      },
    ]);
    const uri = new URL(begun.body.barcode_uri);
    expect(uri.searchParams.get('secret')).toBe(begun.body.secret);
    expect(decodeURIComponent(uri.pathname)).toContain(other.email);
    const listed = await mfaApi(server, 'get', 'authenticators', token);
    expect(listed.body).toEqual([
      {
        id: expect.stringMatching(/^recovery-code\|dev_/),
        authenticator_type: 'recovery-code',
        active: false,
      },
      { id: expect.stringMatching(/^totp\|dev_/), authenticator_type: 'otp', active: false },
    ]);
    const otp = nextCode(begun.body.secret);
    expect((await answerWith({ mfa_token: token, otp })).status).toBe(200);
    const after = await mfaApi(server, 'get', 'authenticators', await mfaTokenOf(server, app, other));
    expect(after.body.map(({ active }: { active: boolean }) => active)).toEqual([true, true]);
  });

  test('begun again, only the newest counts', async () => {
    const other = await givenUser(server);
    const token = await mfaTokenOf(server, app, other);
    const body = { authenticator_types: ['otp'] };
    const [first, second] = [
      await mfaApi(server, 'post', 'associate', token, body),
      await mfaApi(server, 'post', 'associate', token, body),
    ];
    expect((await answerWith({ mfa_token: token, otp: nextCode(first.body.secret) })).status).toBe(403);
    expect((await answerWith({ mfa_token: token, otp: nextCode(second.body.secret) })).status).toBe(200);
  });

  test('whoever has a second factor does not get another one by a password alone', async () => {
    const token = await mfaTokenOf(server, app, user);
    const answer = await mfaApi(server, 'post', 'associate', token, { authenticator_types: ['otp'] });
    expect([answer.status, answer.body.error_description]).toEqual([403, 'User is already enrolled.']);
  });

  test.each([
    ['no type', {}, 400, 'invalid_request'],
    ['a type of another kind', { authenticator_types: 7 }, 400, 'invalid_request'],
    [
      'a type that is switched off',
      { authenticator_types: ['oob'], oob_channels: ['sms'] },
      400,
      'unsupported_challenge_type',
    ],
    ['another client', { authenticator_types: ['otp'], client_id: 'nosuch' }, 400, 'invalid_request'],
  ])('%s is refused', async (_name, body, status, error) => {
    const token = await mfaTokenOf(server, app, await givenUser(server));
    const answer = await mfaApi(server, 'post', 'associate', token, body);
    expect([answer.status, answer.body.error]).toEqual([status, error]);
  });
});

describe('POST /mfa/challenge', () => {
  const challenge = (parameters: Record<string, string>, of: TestClient = app) =>
    server
      .request()
      .post('/mfa/challenge')
      .send({ client_id: of.id, client_secret: of.secret, ...parameters });

  test('says what the user is challenged with', async () => {
    const answer = await challenge({
      mfa_token: await mfaTokenOf(server, app, user),
      challenge_type: 'oob otp',
    });
    expect([answer.status, answer.body]).toEqual([200, { challenge_type: 'otp' }]);
  });

  test.each([
    ['a type that the user has not', { challenge_type: 'oob' }, 400, 'unsupported_challenge_type'],
    [
      'an authenticator that is not there',
      { authenticator_id: 'totp|dev_x' },
      400,
      'unsupported_challenge_type',
    ],
    ['no token', { mfa_token: '' }, 401, 'invalid_token'],
    ['a wrong secret', { client_secret: 'wrong' }, 401, 'access_denied'],
  ])('%s is refused', async (_name, parameters, status, error) => {
    const answer = await challenge({ mfa_token: await mfaTokenOf(server, app, user), ...parameters });
    expect([answer.status, answer.body.error]).toEqual([status, error]);
  });

  test('a user without a second factor has to set one up', async () => {
    const answer = await challenge({ mfa_token: await mfaTokenOf(server, app, await givenUser(server)) });
    expect([answer.status, answer.body.error]).toEqual([400, 'association_required']);
  });

  test('is of no use to another client', async () => {
    const other = await givenMfaApp(server);
    const answer = await challenge({ mfa_token: await mfaTokenOf(server, app, user) }, other);
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
  });
});

describe('access tokens for the MFA API', () => {
  const audience = () => server.tenant.identifierOf('mfa');
  const scope = 'openid enroll read:authenticators remove:authenticators';

  async function tokenOf(of: TestUser, secretOf: string, scopes = scope): Promise<string> {
    const waiting = await mfaTokenOf(server, app, of, { audience: audience(), scope: scopes });
    const answer = await answerWith({ mfa_token: waiting, otp: nextCode(secretOf) });
    // SY-4.
    expect(answer.body.expires_in).toBe(600);
    return String(answer.body.access_token);
  }

  test('list, add and remove', async () => {
    const other = await givenUser(server);
    const first = await givenAuthenticatorApp(server, app, other, clock);
    const token = await tokenOf(other, first.secret);
    const begun = await mfaApi(server, 'post', 'associate', token, { authenticator_types: ['otp'] });
    expect(begun.body).not.toHaveProperty('recovery_codes');
    const listed = await mfaApi(server, 'get', 'authenticators', token);
    const confirmed = (listed.body as { id: string; authenticator_type: string; active: boolean }[]).find(
      ({ authenticator_type: type, active }) => type === 'otp' && active,
    );
    const path = `authenticators/${encodeURIComponent(confirmed?.id ?? '')}`;
    expect((await mfaApi(server, 'delete', path, token)).status).toBe(204);
    expect((await mfaApi(server, 'delete', path, token)).status).toBe(404);
    const { body } = await askWithPassword(server, app, other);
    expect(body.mfa_requirements).toEqual({ enroll: [{ type: 'otp' }] });
  });

  test('a second app counts once it has been shown to work', async () => {
    const other = await givenUser(server);
    const first = await givenAuthenticatorApp(server, app, other, clock);
    const token = await tokenOf(other, first.secret);
    const begun = await mfaApi(server, 'post', 'associate', token, { authenticator_types: ['otp'] });
    const shown = { mfa_token: await mfaTokenOf(server, app, other), otp: nextCode(begun.body.secret) };
    expect((await answerWith(shown)).status).toBe(200);
    const listed = await mfaApi(server, 'get', 'authenticators', await mfaTokenOf(server, app, other));
    expect(listed.body.filter(({ active }: { active: boolean }) => active)).toHaveLength(3);
  });

  test.each(['%00', '%ZZ', 'totp%7Cdev_%ED%A0%80'])('%s is no id of one', async (id) => {
    const token = await tokenOf(user, secret, 'remove:authenticators');
    expect((await mfaApi(server, 'delete', `authenticators/${id}`, token)).status).toBe(400);
  });

  test.each([
    ['get', 'authenticators', undefined, 'enroll'],
    ['post', 'associate', { authenticator_types: ['otp'] }, 'read:authenticators'],
    ['delete', 'authenticators/totp%7Cdev_x', undefined, 'enroll'],
  ] as const)('%s %s needs its scope', async (method, path, body, other) => {
    const token = await tokenOf(user, secret, other);
    const answer = await mfaApi(server, method, path, token, body);
    expect([answer.status, answer.body.error]).toEqual([403, 'insufficient_scope']);
  });

  test("cannot remove another user's", async () => {
    const token = await tokenOf(user, secret);
    const other = await givenUser(server);
    await givenAuthenticatorApp(server, app, other, clock);
    const [theirs] = await server.storage.config.authenticators.listOf(other.id);
    const path = `authenticators/${encodeURIComponent(theirs?.id ?? '')}`;
    expect((await mfaApi(server, 'delete', path, token)).status).toBe(404);
  });

  test('an mfa_token does not remove', async () => {
    const token = await mfaTokenOf(server, app, user);
    const answer = await mfaApi(server, 'delete', 'authenticators/x', token);
    expect(answer.status).toBe(403);
  });

  test.each(['', 'nosuch', 'mfa_nosuch'])('the bearer %j is nobody', async (bearer) => {
    const answer = await mfaApi(server, 'get', 'authenticators', bearer);
    expect(answer.status).toBe(401);
  });

  test('a token for another API is nobody', async () => {
    const waiting = await mfaTokenOf(server, app, user, { audience: api.identifier, scope: 'read' });
    const { body } = await answerWith({ mfa_token: waiting, otp: nextCode() });
    expect((await mfaApi(server, 'get', 'authenticators', body.access_token)).status).toBe(401);
  });

  test('MF-3: whoever has a second factor needs it for one, whatever the policy is', async () => {
    await givenPolicy(server);
    const { status, body } = await ask({ audience: audience(), scope });
    const plain = await ask();
    await givenPolicy(server, 'all-applications');
    expect([status, body.error, plain.status]).toEqual([403, 'mfa_required', 200]);
  });
});

describe('refreshes', () => {
  test('of a login before the policy need a second factor, and go on with it', async () => {
    await givenPolicy(server);
    const scope = 'openid read write offline_access';
    const before = await ask({ audience: api.identifier, scope });
    await givenPolicy(server, 'all-applications');
    const refused = await refresh(server, app, before.body.refresh_token, { scope: 'openid read' });
    expect([refused.status, refused.body.error]).toEqual([403, 'mfa_required']);
    const answer = await answerWith({ mfa_token: refused.body.mfa_token, otp: nextCode() });
    expect([answer.status, answer.body.scope]).toEqual([200, 'openid read']);
    expect((await refresh(server, app, answer.body.refresh_token)).status).toBe(200);
  });

  test('that wait for one end with the refresh token', async () => {
    await givenPolicy(server);
    const scope = 'openid offline_access';
    const { body: before } = await ask({ audience: api.identifier, scope });
    await givenPolicy(server, 'all-applications');
    const { body: waiting } = await refresh(server, app, before.refresh_token);
    const revoked = await server
      .request()
      .post('/oauth/revoke')
      .send({ client_id: app.id, client_secret: app.secret, token: before.refresh_token });
    expect(revoked.status).toBe(200);
    const answer = await answerWith({ mfa_token: waiting.mfa_token, otp: nextCode() });
    expect([answer.status, answer.body]).toEqual([
      403,
      { error: 'invalid_grant', error_description: 'Malformed mfa_token' },
    ]);
  });
});

describe('custom token exchanges', () => {
  const BY_ID = 'api.authentication.setUserById(event.transaction.subject_token);';
  const ACTOR = `${BY_ID} api.authentication.setActor({ sub: 'agent' });`;

  test('wait for a second factor, and come to what was asked for', async () => {
    const exchanging = await givenExchangeApp(server, {
      grant_types: ['authorization_code', 'refresh_token', OTP],
    });
    const type = await givenProfile(server, BY_ID);
    const waiting = await swapWith(server, exchanging, {
      subject_token: user.id,
      subject_token_type: type,
      scope: 'openid email',
    });
    expect([waiting.status, waiting.body.error]).toEqual([403, 'mfa_required']);
    const answer = await answerWith({ mfa_token: waiting.body.mfa_token, otp: nextCode() }, exchanging);
    expect([answer.status, answer.body.scope]).toEqual([200, 'openid email']);
  });

  test('TX-8: with an actor are refused', async () => {
    const type = await givenProfile(server, ACTOR);
    const answer = await swapWith(server, await givenExchangeApp(server), {
      subject_token: user.id,
      subject_token_type: type,
    });
    expect([answer.status, answer.body]).toEqual([
      400,
      {
        error: 'invalid_request',
        error_description:
          'MFA is not supported using actor_token with the requested token exchange profile.',
      },
    ]);
  });
});

test('MF-4: where no factor is switched on, nobody gets in without one', async () => {
  await givenFactor(server, 'otp', false);
  const { status, body } = await ask();
  await givenFactor(server, 'otp');
  expect([status, body.error]).toEqual([403, 'access_denied']);
  expect(body).not.toHaveProperty('mfa_token');
});

test('the MFA API is not among the resource servers', async () => {
  const { body } = await server.api('get', 'resource-servers?per_page=100');
  const listed = (body as { identifier: string }[]).map(({ identifier }) => identifier);
  expect(listed).not.toContain(server.tenant.identifierOf('mfa'));
  const path = `resource-servers/${encodeURIComponent(server.tenant.identifierOf('mfa'))}`;
  expect((await server.api('get', path)).status).toBe(404);
  expect((await server.api('delete', path)).status).toBe(204);
  const create = { identifier: server.tenant.identifierOf('mfa'), name: unique('api') };
  expect((await server.api('post', 'resource-servers', create)).status).toBe(400);
});
