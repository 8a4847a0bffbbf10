// POST /users/{id}/authentication-methods, and what the log has of it and of the others (auth0/docs-v2,
// oas/management/v2).

import { startServer, type TestServer } from '../../support/server.js';
import { createUser, invalidBody, noUser, payloadError, refused, seen, userPath } from '../fixtures.js';
import { latest } from '../logs/log-entry.js';
import {
  givenApp,
  kindsOf,
  type MethodWire,
  methodsPath,
  nobody,
  noKey,
  notPossible,
  SECRET,
  time,
} from './given.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

describe('POST', () => {
  test('makes an app that counts at once, and never shows its key', async () => {
    const user = await createUser(server);
    const body = { type: 'totp', name: 'Ann’s phone', totp_secret: SECRET };
    const answer = await server.api('post', methodsPath(user), body);
    expect(seen(answer)).toEqual({
      status: 201,
      body: {
        id: expect.stringMatching(/^totp\|dev_[A-Za-z0-9]{16}$/),
        type: 'totp',
        confirmed: true,
        name: 'Ann’s phone',
        created_at: time,
      },
    });
    const { id } = answer.body as MethodWire;
    expect(seen(await server.api('get', methodsPath(user, id)))).toEqual({ status: 200, body: answer.body });
    expect(await server.storage.config.authenticators.secretOf(id)).toBe(SECRET);
    const facts = await server.storage.userTokenFacts({
      userId: user.user_id,
      clientId: server.management.id,
      audience: null,
      organization: null,
    });
    expect(facts?.access.user?.hasSecondFactor).toBe(true);
  });

  test.each([
    ['the shortest, of 80 bits', 'GEZDGNBVGY3TQOJQ', 'GEZDGNBVGY3TQOJQ'],
    [
      'small letters and padding (RFC 4648 section 6)',
      'gezdgnbvgy3tqojqgezdgnbvgy======',
      'GEZDGNBVGY3TQOJQGEZDGNBVGY',
    ],
    ['the longest', 'A'.repeat(256), 'A'.repeat(256)],
  ])('takes a key: %s', async (_what, sent, kept) => {
    const { id } = await givenApp(server, await createUser(server), { totp_secret: sent });
    expect(await server.storage.config.authenticators.secretOf(id)).toBe(kept);
  });

  test.each([
    ['what is not base 32', 'GEZDGNBVGY3TQOJ1'],
    ['spaces', 'GEZD GNBV GY3T QOJQ'],
    ['padding in the middle', 'GEZDGNBV=GY3TQOJQ'],
    ['a length that no bytes have', `${SECRET}A`],
    ['a key that is short without its padding', 'GEZDGNBVGY======'],
  ])('refuses %s, and does not repeat it', async (_what, totp_secret) => {
    const user = await createUser(server);
    const answer = await server.api('post', methodsPath(user), { type: 'totp', totp_secret });
    expect(seen(answer)).toEqual(noKey);
    expect(await kindsOf(server, user)).toEqual([]);
  });

  test.each<[string, object]>([
    ['no key', { type: 'totp' }],
    ['a key that is too short', { type: 'totp', totp_secret: 'GEZDGNBV' }],
    ['a key that is too long', { type: 'totp', totp_secret: 'A'.repeat(257) }],
    ['a key that is no text', { type: 'totp', totp_secret: 7 }],
    ['a name that is empty', { type: 'totp', totp_secret: SECRET, name: '' }],
    ['a name that is too long', { type: 'totp', totp_secret: SECRET, name: 'x'.repeat(256) }],
    ['no type', { totp_secret: SECRET }],
    ['a type that nobody knows', { type: 'recovery-code' }],
    ['what belongs to another type', { type: 'totp', totp_secret: SECRET, phone_number: '+15550100' }],
    ['what nobody knows', { type: 'totp', totp_secret: SECRET, confirmed: false }],
  ])('refuses %s', async (_what, body) => {
    const user = await createUser(server);
    expect(seen(await server.api('post', methodsPath(user), body))).toEqual(invalidBody(payloadError));
    expect(await kindsOf(server, user)).toEqual([]);
  });

  test.each<[string, object]>([
    ['phone', { phone_number: '+15550100', preferred_authentication_method: 'sms' }],
    ['email', { email: 'ann@example.com' }],
    ['webauthn-roaming', { key_id: 'k', public_key: 'p', relying_party_identifier: 'example.com' }],
    ['passkey', { key_id: 'k', public_key: 'p', credential_backed_up: true }],
  ])('says that nobody can be asked for %s', async (type, body) => {
    const user = await createUser(server);
    expect(seen(await server.api('post', methodsPath(user), { type, ...body }))).toEqual(notPossible(type));
    expect(await kindsOf(server, user)).toEqual([]);
  });

  test('has an end, also at once', async () => {
    const user = await createUser(server);
    const app = { type: 'totp', totp_secret: SECRET };
    const answers = await Promise.all(
      Array.from({ length: 23 }, () => server.api('post', methodsPath(user), app)),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(20);
    expect(answers.filter(({ status }) => status !== 201).map(seen)).toEqual(
      Array.from({ length: 3 }, () =>
        refused(403, 'You reached the limit of entities of this type for this user.'),
      ),
    );
    expect(await kindsOf(server, user)).toHaveLength(20);
  });

  test('of nobody is refused', async () => {
    const app = { type: 'totp', totp_secret: SECRET };
    expect(seen(await server.api('post', methodsPath(nobody), app))).toEqual(noUser);
  });
});

describe('the log', () => {
  test('has each change, with no key in it', async () => {
    const user = await createUser(server);
    const { id } = await givenApp(server, user, { name: 'logged' });
    const path = `/api/v2/${userPath(user)}/authentication-methods`;
    expect(await latest(server)).toMatchObject({
      type: 'sapi',
      details: {
        request: {
          method: 'post',
          path,
          body: { type: 'totp', name: 'logged', totp_secret: '[redacted]' },
        },
      },
    });
    await server.api('put', methodsPath(user), [{ type: 'totp', totp_secret: SECRET }]);
    expect(await latest(server)).toMatchObject({
      details: { request: { method: 'put', body: [{ type: 'totp', totp_secret: '[redacted]' }] } },
    });
    await server.api('patch', methodsPath(user, id), { name: 'x' });
    expect(await latest(server)).toMatchObject({ type: 'fapi', details: { request: { method: 'patch' } } });
    const text = (await server.api('get', 'logs?per_page=100')).text;
    expect(text).not.toContain(SECRET);
  });

  test('has no key that was refused either, for whatever reason', async () => {
    const user = await createUser(server);
    const hidden = 'HIDDENKEYTHATISREFUSED0189';
    const bodies = [
      { type: 'totp', totp_secret: hidden },
      { type: 'phone', totp_secret: hidden },
      { type: 'nosuch', totp_secret: hidden },
      { type: 'totp', totp_secret: [hidden] },
      { type: 'totp', totp_secret: hidden.repeat(20) },
    ];
    for (const body of bodies) {
      const answer = await server.api('post', methodsPath(user), body);
      expect(answer.status).toBe(400);
      expect(answer.text).not.toContain(hidden);
      expect((await server.api('put', methodsPath(user), [body])).text).not.toContain(hidden);
    }
    expect((await server.api('get', 'logs?per_page=100')).text).not.toContain(hidden);
  });
});
