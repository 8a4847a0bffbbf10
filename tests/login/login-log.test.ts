// What the log says of attempts to log in (token-issuance.md 8), and what it does not.

import type { LoginResult } from '../../src/login/password-login.js';
import { loginLogEntry, loginTexts } from '../../src/login/login-log.js';
import { createUser, PASSWORD, seen } from '../management/fixtures.js';
import { startServer, type TestServer } from '../support/server.js';
import { anAttempt, loginOf } from './given.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const entryFor = (attempt: ReturnType<typeof anAttempt>, result: LoginResult) =>
  loginLogEntry({
    attempt,
    result,
    organizationId: null,
    audience: null,
    userAgent: 'a browser',
    now: new Date('2026-07-01T12:00:00Z'),
    tenant: server.tenant,
  });
const refused = (reason: Exclude<LoginResult, { ok: true }>['reason'], more: object = {}): LoginResult => ({
  ok: false,
  reason,
  userId: null,
  ...more,
});

test.each<[string, LoginResult, string]>([
  ['a wrong password', refused('wrong_credentials', { userId: 'auth0|1' }), 'fp'],
  ['an unknown user', refused('wrong_credentials'), 'fu'],
  ['a blocked user', refused('blocked_user', { userId: 'auth0|1' }), 'f'],
  ['too many failures as one', refused('too_many_attempts', { limit: 'identifier' }), 'limit_wc'],
  ['too many failures as many', refused('too_many_attempts', { limit: 'address' }), 'limit_mu'],
  ['too many at once', refused('too_many_requests'), 'f'],
])('%s has the type of the platform', (_, result, type) => {
  expect(entryFor(anAttempt(), result)).toMatchObject({ type });
});

test('too many failures are told in the words of the platform, without the email that is not sent', () => {
  expect(loginTexts.too_many_attempts).toBe(
    'Your account has been blocked after multiple consecutive login attempts.',
  );
  expect(entryFor(anAttempt(), refused('too_many_attempts')).data['description']).toBe(
    loginTexts.too_many_attempts,
  );
});

test('a login names the user, the client and where it came from', async () => {
  const user = await createUser(server);
  const attempt = anAttempt({ identifier: user.email ?? '', ip: '203.0.113.1', clientId: 'a client' });
  expect(entryFor(attempt, await loginOf(server).verify(attempt))).toEqual({
    date: new Date('2026-07-01T12:00:00Z'),
    type: 's',
    clientId: 'a client',
    audience: null,
    organizationId: null,
    reason: 'logged_in',
    configVersion: null,
    data: {
      user_id: user.user_id,
      user_name: user.email,
      connection: 'Username-Password-Authentication',
      strategy: 'auth0',
      ip: '203.0.113.1',
      user_agent: 'a browser',
      hostname: server.tenant.domain,
      tenant_name: server.tenant.name,
      details: {},
    },
  });
});

test('neither the password nor, of whoever did not get in, the identifier is in it', async () => {
  const user = await createUser(server);
  for (const identifier of [user.email ?? '', 'Correct-Horse-Battery', '😀😀😀 secret', 'x']) {
    const attempt = anAttempt({ identifier, password: `${PASSWORD} no` });
    const text = JSON.stringify(entryFor(attempt, await loginOf(server).verify(attempt)));
    expect(text).not.toContain(attempt.password);
    if (identifier.length > 2) expect(text).not.toContain(identifier.slice(0, 5));
  }
});

test('entries come back through the Management API as documented', async () => {
  const attempt = anAttempt({ identifier: 'gone@example.com', clientId: 'x'.repeat(5000) });
  await server.storage.appendLog(entryFor(attempt, await loginOf(server).verify(attempt)));
  expect(seen(await server.api('get', 'logs?q=type:fu'))).toEqual({
    status: 200,
    body: [
      expect.objectContaining({
        type: 'fu',
        description: 'Wrong email or password.',
        client_id: 'x'.repeat(600),
        reason: 'wrong_credentials',
        details: { identifier_hint: 'go…' },
      }),
    ],
  });
});
