// /guardian/factors and /guardian/policies: for which second factors users are asked, and when (management-api.md; recorded
// order of factors).

import { startServer, type TestServer } from '../../support/server.js';
import { invalidBody, payloadError, refused, seen } from '../fixtures.js';
import { latest } from '../logs/log-entry.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

type Factor = { name: string; enabled: boolean; trial_expired: boolean };
const factors = async () => (await server.api('get', 'guardian/factors')).body as Factor[];
const switchedOn = async () => (await factors()).filter(({ enabled }) => enabled).map(({ name }) => name);
const setFactor = (name: string, enabled: unknown) =>
  server.api('put', `guardian/factors/${name}`, { enabled });
const setPolicies = (policies: object) => server.api('put', 'guardian/policies', policies);

describe('factors', () => {
  test('are all there in the recorded order, switched off', async () => {
    expect(await factors()).toEqual(
      [
        'sms',
        'push-notification',
        'otp',
        'email',
        'duo',
        'webauthn-roaming',
        'webauthn-platform',
        'recovery-code',
      ].map((name) => ({ name, enabled: false, trial_expired: false })),
    );
  });

  test('are switched on and off one by one, those among them that nobody is asked for', async () => {
    for (const name of ['otp', 'sms']) {
      expect(seen(await setFactor(name, true))).toEqual({ status: 200, body: { enabled: true } });
    }
    // Twice is no error.
    await setFactor('otp', true);
    expect(await switchedOn()).toEqual(['sms', 'otp']);
    expect(seen(await setFactor('sms', false))).toEqual({ status: 200, body: { enabled: false } });
    expect(await switchedOn()).toEqual(['otp']);
    await setFactor('otp', false);
  });

  test('at once, none is lost', async () => {
    const names = ['otp', 'push-notification', 'recovery-code', 'email'];
    await Promise.all(names.map((name) => setFactor(name, true)));
    expect((await switchedOn()).toSorted()).toEqual(names.toSorted());
    await Promise.all(names.map((name) => setFactor(name, false)));
    expect(await switchedOn()).toEqual([]);
  });

  test('others are refused, and so is what is no switch', async () => {
    expect(seen(await setFactor('nosuch', true))).toEqual(
      refused(400, expect.stringMatching(/^Path validation error: 'No enum match/), 'invalid_uri'),
    );
    expect(seen(await setFactor('otp', 'yes'))).toEqual(invalidBody(payloadError));
    expect(await switchedOn()).toEqual([]);
  });
});

describe('policies', () => {
  test('are none, and are replaced', async () => {
    const policies = async () => (await server.api('get', 'guardian/policies')).body as unknown;
    expect(await policies()).toEqual([]);
    for (const next of [['all-applications'], ['confidence-score'], []]) {
      expect(seen(await setPolicies(next))).toEqual({ status: 200, body: next });
      expect(await policies()).toEqual(next);
    }
  });

  test.each([[['nosuch']], [['all-applications', 'all-applications']], [{}]])(
    '%j is refused',
    async (body) => {
      expect(seen(await setPolicies(body))).toEqual(invalidBody(payloadError));
    },
  );
});

test('each change is in the log with what was sent', async () => {
  await setFactor('otp', true);
  expect(await latest(server)).toMatchObject({
    type: 'sapi',
    details: { request: { method: 'put', path: '/api/v2/guardian/factors/otp', body: { enabled: true } } },
  });
  await setPolicies(['all-applications']);
  expect(await latest(server)).toMatchObject({ details: { request: { body: ['all-applications'] } } });
  await setPolicies([]);
});

test.each([
  ['get', 'guardian/factors', 'read:guardian_factors'],
  ['put', 'guardian/factors/otp', 'update:guardian_factors'],
  ['get', 'guardian/policies', 'read:mfa_policies'],
  ['put', 'guardian/policies', 'update:mfa_policies'],
] as const)('%s %s needs %s', async (method, path, scope) => {
  const token = await server.tokenWith('read:users', 'update:users');
  const answer = await server.request()[method](`/api/v2/${path}`).auth(token, { type: 'bearer' });
  expect(seen(answer)).toEqual(
    refused(403, `Insufficient scope, expected any of: ${scope}`, 'insufficient_scope'),
  );
});
