// /guardian/enrollments, and under /users/{id} enrollments, multifactor and recovery-code-regeneration (auth0/docs-v2,
// oas/management/v2).

import { startServer, type TestServer } from '../../support/server.js';
import { createUser, noUser, refused, seen, userPath } from '../fixtures.js';
import { latest } from '../logs/log-entry.js';
import {
  CONFIRMED,
  givenApp,
  givenAuthenticator,
  gone,
  kindsOf,
  methodsPath,
  nobody,
  SECRET,
} from './given.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const noEnrollment = refused(404, 'The enrollment could not be found.');
const deviceOf = (id: string): string => id.split('|')[1] ?? '';
const enrollmentPath = (id: string): string => `guardian/enrollments/${encodeURIComponent(id)}`;
const app = { kind: 'totp', secret: SECRET } as const;

describe('/users/{id}/enrollments', () => {
  const of = async (user: { user_id: string }) =>
    seen(await server.api('get', userPath(user, '/enrollments')));

  test('is the first that the user has confirmed', async () => {
    const user = await createUser(server);
    expect(await of(user)).toEqual({ status: 200, body: [] });
    await givenAuthenticator(server, user, { kind: 'recovery-code', code: 'a code' });
    await givenAuthenticator(server, user, app, null);
    expect(await of(user)).toEqual({ status: 200, body: [] });
    const device = await givenAuthenticator(server, user, { kind: 'push' });
    await givenApp(server, user);
    const used = new Date('2026-03-02T12:00:00.000Z');
    await server.storage.logins.usedAuthenticator(device, used);
    expect(await of(user)).toEqual({
      status: 200,
      body: [
        {
          id: deviceOf(device),
          status: 'confirmed',
          type: 'pn',
          auth_method: 'guardian',
          enrolled_at: CONFIRMED.toISOString(),
          last_auth: used.toISOString(),
        },
      ],
    });
  });

  test('says of an app that it is one', async () => {
    const user = await createUser(server);
    const { id } = await givenApp(server, user, { name: 'Phone' });
    expect((await of(user)).body).toMatchObject([
      { id: deviceOf(id), name: 'Phone', type: 'authenticator', auth_method: 'authenticator' },
    ]);
  });

  test('of nobody is refused', async () => {
    expect(await of(nobody)).toEqual(noUser);
  });
});

describe('/guardian/enrollments/{id}', () => {
  test('goes by the device, and by the id of the authentication method', async () => {
    const user = await createUser(server);
    const id = await givenAuthenticator(server, user, app);
    const waiting = await givenAuthenticator(server, user, { kind: 'push' }, null);
    for (const each of [id, deviceOf(id)]) {
      expect(seen(await server.api('get', enrollmentPath(each)))).toEqual({
        status: 200,
        body: { id: deviceOf(id), status: 'confirmed', enrolled_at: CONFIRMED.toISOString() },
      });
    }
    expect((await server.api('get', enrollmentPath(deviceOf(waiting)))).body).toEqual({
      id: deviceOf(waiting),
      status: 'pending',
    });
  });

  test.each(['id', 'device'])('is deleted by its %s, and nothing else is', async (by) => {
    const user = await createUser(server);
    const [first, second] = [await givenAuthenticator(server, user, app), await givenApp(server, user)];
    const path = enrollmentPath(by === 'id' ? first : deviceOf(first));
    // The second time is no error.
    for (const _ of [1, 2]) expect(seen(await server.api('delete', path))).toEqual(gone);
    expect(seen(await server.api('get', path))).toEqual(noEnrollment);
    expect((await server.api('get', methodsPath(user))).body).toMatchObject([{ id: second.id }]);
  });

  test.each(['dev_none', 'totp|dev_none', 'nosuch', '%'])('%s is none', async (id) => {
    expect(seen(await server.api('get', enrollmentPath(id)))).toEqual(noEnrollment);
    expect(seen(await server.api('delete', enrollmentPath(id)))).toEqual(gone);
  });

  test('a recovery code is none', async () => {
    const user = await createUser(server);
    const id = await givenAuthenticator(server, user, { kind: 'recovery-code', code: 'a code' });
    for (const each of [id, deviceOf(id)]) {
      expect(seen(await server.api('get', enrollmentPath(each)))).toEqual(noEnrollment);
      await server.api('delete', enrollmentPath(each));
    }
    expect(await kindsOf(server, user)).toEqual(['recovery-code']);
  });
});

describe('/users/{id}/multifactor/{provider}', () => {
  const remove = async (user: { user_id: string }, provider: string) =>
    seen(await server.api('delete', userPath(user, `/multifactor/${provider}`)));

  test.each([
    ['google-authenticator', ['push', 'recovery-code']],
    ['guardian', ['totp', 'totp', 'recovery-code']],
  ])('%s takes what it stands for', async (provider, left) => {
    const user = await createUser(server);
    await givenApp(server, user);
    await givenAuthenticator(server, user, app, null);
    await givenAuthenticator(server, user, { kind: 'push' });
    await givenAuthenticator(server, user, { kind: 'recovery-code', code: 'a code' });
    for (const _ of [1, 2]) expect(await remove(user, provider)).toEqual(gone);
    expect(await kindsOf(server, user)).toEqual(left);
    expect(await latest(server)).toMatchObject({ type: 'sapi', details: { request: { method: 'delete' } } });
  });

  test('others are refused', async () => {
    const user = await createUser(server);
    await givenApp(server, user);
    expect(await remove(user, 'duo')).toEqual(
      refused(
        400,
        'This server cannot ask users for a second factor of duo, so nobody has set one up.',
        'operation_not_supported',
      ),
    );
    expect(await remove(user, 'nosuch')).toEqual(
      refused(400, expect.stringMatching(/^Path validation error: 'No enum match/), 'invalid_uri'),
    );
    expect(await remove(nobody, 'guardian')).toEqual(noUser);
    expect(await kindsOf(server, user)).toEqual(['totp']);
  });
});

describe('/users/{id}/recovery-code-regeneration', () => {
  const path = (user: { user_id: string }) => userPath(user, '/recovery-code-regeneration');
  const take = (userId: string, code: string) =>
    server.storage.write(async ({ authenticators }) => ({
      result: await authenticators.takeRecoveryCode(userId, code),
      entry: null,
    }));

  test('shows a new code once, which takes the place of the one before', async () => {
    const user = await createUser(server);
    const { id } = await givenApp(server, user);
    const codes: string[] = [];
    for (const _ of [1, 2]) {
      const answer = await server.api('post', path(user));
      expect(seen(answer)).toEqual({
        status: 200,
        body: { recovery_code: expect.stringMatching(/^[A-Z2-7]{24}$/) },
      });
      codes.push((answer.body as { recovery_code: string }).recovery_code);
    }
    const [first = '', second = ''] = codes;
    expect(first).not.toBe(second);
    const shown = (await server.api('get', methodsPath(user))).text;
    expect(JSON.parse(shown)).toMatchObject([{ id }, { type: 'recovery-code', confirmed: true }]);
    for (const text of [shown, (await server.api('get', 'logs?per_page=100')).text]) {
      expect(text).not.toMatch(new RegExp(`${first}|${second}`));
    }
    expect(await take(user.user_id, first)).toBe(false);
    expect(await take(user.user_id, second)).toBe(true);
  });

  test('of nobody is refused', async () => {
    expect(seen(await server.api('post', path(nobody)))).toEqual(noUser);
  });
});

test('no browser is remembered beyond its session, so forgetting them changes nothing of the user', async () => {
  const user = await createUser(server);
  await givenApp(server, user);
  const path = (of: { user_id: string }) => userPath(of, '/multifactor/actions/invalidate-remember-browser');
  expect(seen(await server.api('post', path(user)))).toEqual(gone);
  expect(await kindsOf(server, user)).toEqual(['totp']);
  expect(seen(await server.api('post', path(nobody)))).toEqual(noUser);
});

test.each([
  ['get', 'users/any/enrollments', 'read:users'],
  ['get', 'guardian/enrollments/dev_any', 'read:guardian_enrollments'],
  ['delete', 'guardian/enrollments/dev_any', 'delete:guardian_enrollments'],
  ['delete', 'users/any/multifactor/guardian', 'update:users'],
  ['post', 'users/any/recovery-code-regeneration', 'update:users'],
  ['post', 'users/any/multifactor/actions/invalidate-remember-browser', 'update:users'],
] as const)('%s %s needs %s', async (method, path, scope) => {
  const token = await server.tokenWith('read:authentication_methods', 'delete:authentication_methods');
  const answer = await server.request()[method](`/api/v2/${path}`).auth(token, { type: 'bearer' });
  expect(seen(answer)).toEqual(
    refused(403, `Insufficient scope, expected any of: ${scope}`, 'insufficient_scope'),
  );
});
