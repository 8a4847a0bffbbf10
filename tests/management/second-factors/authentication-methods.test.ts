// /users/{id}/authentication-methods and /authenticators (auth0/docs-v2, oas/management/v2).

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
import { latest } from '../logs/log-entry.js';
import {
  CREATED,
  givenApp,
  givenAuthenticator,
  gone,
  kindsOf,
  type MethodWire,
  methodsPath,
  noMethod,
  SECRET,
} from './given.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const nobody = { user_id: 'auth0|000000000000000000000000' };
const time: unknown = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);
const notPossible = (type: string) =>
  refused(
    400,
    `This server cannot ask users for a second factor of type ${type}. Only totp can be created.`,
    'operation_not_supported',
  );
const noKey = invalidBody(
  "Payload validation error: 'Object didn't pass validation for format base32 of 16 or more characters' on property totp_secret.",
);

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

describe('GET', () => {
  test('shows all of a user and of nobody else, oldest first, without what proves them', async () => {
    const [user, other] = [await createUser(server), await createUser(server)];
    await givenApp(server, other);
    const waiting = await givenAuthenticator(server, user, { kind: 'totp', secret: SECRET }, null);
    const app = await givenApp(server, user);
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
        { id: waiting, type: 'totp', confirmed: false, created_at },
        app,
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
