// /users/{id}/authentication-methods and /authenticators (auth0/docs-v2, oas/management/v2); POST has a file of its own.

import { startServer, type TestServer } from '../../support/server.js';
import {
  createUser,
  invalidBody,
  invalidQuery,
  noUser,
  payloadError,
  refused,
  seen,
  userPath,
} from '../fixtures.js';
import {
  CREATED,
  givenApp,
  givenAuthenticator,
  gone,
  kindsOf,
  type MethodWire,
  methodsPath,
  nobody,
  noKey,
  noMethod,
  notPossible,
  SECRET,
  time,
} from './given.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

describe('GET', () => {
  test('shows all of a user and of nobody else, oldest first, without what proves them', async () => {
    const [user, other] = [await createUser(server), await createUser(server)];
    await givenApp(server, other);
    const app = await givenApp(server, user);
    const waiting = await givenAuthenticator(server, user, { kind: 'totp', secret: SECRET }, null);
    const device = await givenAuthenticator(server, user, { kind: 'push' });
    const code = 'ABCDEFGHIJKLMNOPQRSTUVWX';
    const recoveryCode = await givenAuthenticator(server, user, { kind: 'recovery-code', code });
    const used = new Date('2026-03-02T12:00:00.000Z');
    await server.storage.logins.usedAuthenticator(device, used);
    const created_at = CREATED.toISOString();
    const answer = await server.api('get', methodsPath(user));
    expect(seen(answer)).toEqual({
      status: 200,
      body: [
        app,
        { id: waiting, type: 'totp', confirmed: false, created_at },
        { id: device, type: 'push', confirmed: true, created_at, last_auth_at: used.toISOString() },
        { id: recoveryCode, type: 'recovery-code', confirmed: true, created_at },
      ],
    });
    expect(answer.text).not.toMatch(new RegExp(`${SECRET}|${code}`));
  });

  test('shows pages, with totals where they are asked for', async () => {
    const user = await createUser(server);
    const made: MethodWire[] = [];
    for (const name of ['1', '2', '3']) made.push(await givenApp(server, user, { name }));
    const page = async (query: string) =>
      (await server.api('get', `${methodsPath(user)}?${query}`)).body as unknown;
    expect(await page('page=1&per_page=2')).toEqual([made[2]]);
    expect(await page('page=1&per_page=2&include_totals=true')).toEqual({
      authenticators: [made[2]],
      start: 2,
      limit: 2,
      total: 3,
    });
    expect(await page('per_page=0&include_totals=true')).toEqual({
      authenticators: [],
      start: 0,
      limit: 0,
      total: 3,
    });
    expect(await page('page=9')).toEqual([]);
    expect(seen(await server.api('get', `${methodsPath(user)}?per_page=101`))).toEqual(
      invalidQuery(expect.stringContaining('per_page')),
    );
  });

  test('nothing of nobody', async () => {
    expect(seen(await server.api('get', methodsPath(nobody)))).toEqual(noUser);
    expect(seen(await server.api('get', methodsPath(nobody, 'totp|dev_x')))).toEqual(noUser);
  });
});

describe('one of somebody else', () => {
  test.each(['get', 'patch', 'delete'] as const)('is not there for %s', async (method) => {
    const [user, other] = [await createUser(server), await createUser(server)];
    const { id } = await givenApp(server, other);
    const body = method === 'patch' ? { name: 'mine' } : undefined;
    expect(seen(await server.api(method, methodsPath(user, id), body))).toEqual(noMethod);
    expect(seen(await server.api(method, methodsPath(nobody, id), body))).toEqual(noUser);
    expect(await server.storage.config.authenticators.findById(id)).toMatchObject({ name: null });
  });
});

describe('PATCH', () => {
  test('renames one, and nothing else', async () => {
    const user = await createUser(server);
    const [first, second] = [await givenApp(server, user, { name: 'old' }), await givenApp(server, user)];
    const renamed = { ...first, name: 'new' };
    const patch = (body: object) => server.api('patch', methodsPath(user, first.id), body);
    expect(seen(await patch({ name: 'new' }))).toEqual({ status: 200, body: renamed });
    expect(seen(await patch({}))).toEqual({ status: 200, body: renamed });
    expect((await server.api('get', methodsPath(user))).body).toEqual([renamed, second]);
    expect(await server.storage.config.authenticators.secretOf(first.id)).toBe(SECRET);
  });

  test.each([
    { name: '' },
    { name: 'x'.repeat(256) },
    { name: null },
    { totp_secret: SECRET },
    { confirmed: false },
  ])('refuses %j', async (body) => {
    const user = await createUser(server);
    const { id } = await givenApp(server, user);
    expect(seen(await server.api('patch', methodsPath(user, id), body))).toEqual(invalidBody(payloadError));
  });

  test('says that what is about phones is not possible', async () => {
    const user = await createUser(server);
    const { id } = await givenApp(server, user);
    const body = { preferred_authentication_method: 'sms' };
    expect(seen(await server.api('patch', methodsPath(user, id), body))).toEqual(
      refused(400, expect.stringContaining('of type phone'), 'operation_not_supported'),
    );
  });
});

describe('PUT', () => {
  test('takes the place of everything that the user had', async () => {
    const user = await createUser(server);
    const before = await givenApp(server, user);
    await givenAuthenticator(server, user, { kind: 'push' });
    await givenAuthenticator(server, user, { kind: 'recovery-code', code: 'a code' });
    const body = [
      { type: 'totp', totp_secret: SECRET, name: 'one' },
      { type: 'totp', totp_secret: `${SECRET}GEZDGNBV` },
    ];
    const answer = await server.api('put', methodsPath(user), body);
    expect(seen(answer)).toEqual({
      status: 200,
      body: [
        { id: expect.any(String), type: 'totp', confirmed: true, name: 'one', created_at: time },
        { id: expect.any(String), type: 'totp', confirmed: true, created_at: time },
      ],
    });
    expect((await server.api('get', methodsPath(user))).body).toEqual(answer.body);
    expect(seen(await server.api('get', methodsPath(user, before.id)))).toEqual(noMethod);
    expect(seen(await server.api('put', methodsPath(user), []))).toEqual({ status: 200, body: [] });
    expect(await kindsOf(server, user)).toEqual([]);
  });

  test('changes nothing where one of them is refused', async () => {
    const user = await createUser(server);
    const before = await givenApp(server, user);
    const good = { type: 'totp', totp_secret: SECRET };
    const put = async (body: object) => seen(await server.api('put', methodsPath(user), body));
    expect(await put([good, { type: 'totp', totp_secret: 'not base 32 at all' }])).toEqual(noKey);
    expect(await put([good, { type: 'phone', phone_number: '+1' }])).toEqual(notPossible('phone'));
    expect(await put([good, { type: 'passkey' }])).toEqual(invalidBody(payloadError));
    expect(await put(Array.from({ length: 21 }, () => good))).toEqual(invalidBody(payloadError));
    expect(await put(good)).toEqual(invalidBody(payloadError));
    expect((await server.api('get', methodsPath(user))).body).toEqual([before]);
  });

  test('of nobody is refused', async () => {
    expect(seen(await server.api('put', methodsPath(nobody), []))).toEqual(noUser);
  });
});

describe('DELETE', () => {
  test('of one leaves the others; the recovery code stays, and is no second factor by itself', async () => {
    const user = await createUser(server);
    const [first, second] = [await givenApp(server, user), await givenApp(server, user)];
    await givenAuthenticator(server, user, { kind: 'recovery-code', code: 'a code' });
    expect(seen(await server.api('delete', methodsPath(user, first.id)))).toEqual(gone);
    expect(seen(await server.api('delete', methodsPath(user, first.id)))).toEqual(noMethod);
    expect(await kindsOf(server, user)).toEqual(['totp', 'recovery-code']);
    await server.api('delete', methodsPath(user, second.id));
    expect(await kindsOf(server, user)).toEqual(['recovery-code']);
  });

  test.each(['/authentication-methods', '/authenticators'])('%s takes all of a user', async (below) => {
    const [user, other] = [await createUser(server), await createUser(server)];
    for (const each of [user, other]) {
      await givenApp(server, each);
      await givenAuthenticator(server, each, { kind: 'recovery-code', code: `code of ${each.user_id}` });
    }
    await givenAuthenticator(server, user, { kind: 'push' });
    for (const _ of [1, 2]) expect(seen(await server.api('delete', userPath(user, below)))).toEqual(gone);
    expect(await kindsOf(server, user)).toEqual([]);
    expect(await kindsOf(server, other)).toEqual(['totp', 'recovery-code']);
    expect(seen(await server.api('delete', userPath(nobody, below)))).toEqual(gone);
  });
});

test.each([
  ['get', '/authentication-methods', 'read:authentication_methods'],
  ['post', '/authentication-methods', 'create:authentication_methods'],
  ['put', '/authentication-methods', 'update:authentication_methods'],
  ['delete', '/authentication-methods', 'delete:authentication_methods'],
  ['get', '/authentication-methods/totp%7Cdev_x', 'read:authentication_methods'],
  ['patch', '/authentication-methods/totp%7Cdev_x', 'update:authentication_methods'],
  ['delete', '/authentication-methods/totp%7Cdev_x', 'delete:authentication_methods'],
  ['delete', '/authenticators', 'delete:guardian_enrollments'],
] as const)('%s %s needs %s', async (method, below, scope) => {
  const user = await createUser(server);
  await givenApp(server, user);
  const token = await server.tokenWith('read:users', 'update:users', 'delete:users');
  const path = `/api/v2/${userPath(user, below)}`;
  const answer = await server.request()[method](path).auth(token, { type: 'bearer' });
  expect(seen(answer)).toEqual(
    refused(403, `Insufficient scope, expected any of: ${scope}`, 'insufficient_scope'),
  );
  expect(await kindsOf(server, user)).toEqual(['totp']);
});
