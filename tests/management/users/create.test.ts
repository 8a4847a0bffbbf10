// POST /users (recorded: go-auth0, TestUserManager_Create and _Update; terraform-provider-auth0, TestAccUser).

import { startServer, type TestServer } from '../../support/server.js';
import {
  CONNECTION,
  createUser,
  invalidBody,
  PASSWORD,
  payloadError,
  refused,
  seen,
  unique,
  userPath,
  type UserWire,
} from '../fixtures.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const create = (body: object) =>
  server.api('post', 'users', { connection: CONNECTION, password: PASSWORD, ...body });
const conflict = refused(409, 'The user already exists.', 'auth0_idp_error');
const time: unknown = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);

test('the recorded user is the recorded answer, with the defaults of the platform', async () => {
  const answer = await create({ email: 'chuck@example.com', username: 'chuck' });
  const { user_id } = answer.body as UserWire;
  expect(user_id).toMatch(/^auth0\|[0-9a-f]{24}$/);
  expect(seen(answer)).toEqual({
    status: 201,
    body: {
      created_at: time,
      email: 'chuck@example.com',
      email_verified: false,
      identities: [
        { connection: CONNECTION, user_id: user_id.split('|')[1], provider: 'auth0', isSocial: false },
      ],
      name: 'chuck@example.com',
      nickname: 'chuck',
      picture:
        'https://s.gravatar.com/avatar/0b79e7da7bc7877560620cf8f2cc93ae?s=480&r=pg&d=https%3A%2F%2Fcdn.auth0.com%2Favatars%2Fch.png',
      updated_at: time,
      user_id,
      username: 'chuck',
    },
  });
  expect(seen(await server.api('get', userPath({ user_id })))).toEqual({ status: 200, body: answer.body });
});

test('every member is stored as sent', async () => {
  const members = {
    email: `${unique('all')}@example.com`,
    email_verified: true,
    username: unique('all'),
    phone_number: '+15550100',
    phone_verified: true,
    blocked: false,
    given_name: 'Chuck',
    family_name: 'Sanchez',
    name: 'Chuck Sanchez',
    nickname: 'Chucky',
    picture: 'https://example-picture-url.jpg',
    user_metadata: { favourite_attack: 'roundhouse_kick' },
    app_metadata: { facts: ['count_to_infinity_twice'], deep: { er: [1, null] } },
  };
  const user = await createUser(server, { ...members, verify_email: false });
  expect(user).toMatchObject(members);
  expect(user).not.toHaveProperty('verify_email');
  expect((await server.api('get', userPath(user))).body).toEqual(user);
});

test('an id can be given; it is the part behind the strategy', async () => {
  const user = await createUser(server, { user_id: 'testaccuser' });
  expect(user).toMatchObject({ user_id: 'auth0|testaccuser', identities: [{ user_id: 'testaccuser' }] });
  expect(seen(await create({ email: 'other@example.com', user_id: 'testaccuser' }))).toEqual(conflict);
});

test('addresses and user names are kept in lower case, so that none is there twice', async () => {
  const [email, username] = [`${unique('Case')}@Example.com`, unique('Case')];
  const user = await createUser(server, { email, username });
  expect(user).toMatchObject({ email: email.toLowerCase(), username: username.toLowerCase() });
  expect(seen(await create({ email: email.toUpperCase() }))).toEqual(conflict);
  expect(seen(await create({ email: 'x@example.com', username: username.toUpperCase() }))).toEqual(conflict);
});

test.each([
  ['Daniel Geslin', 'dg'],
  ['Ünal', '%C3%BCn'],
  ['x', 'x'],
])('initials of %s', async (name, initials) => {
  const { picture } = await createUser(server, { name });
  expect(decodeURIComponent(picture?.split('d=')[1] ?? '')).toBe(
    `https://cdn.auth0.com/avatars/${initials}.png`,
  );
});

test('a user can be known by a user name or a phone number alone', async () => {
  const byName = await create({ username: 'onlyname' });
  expect(byName.body).toMatchObject({ name: 'onlyname', nickname: 'onlyname' });
  expect(byName.body).not.toHaveProperty('email_verified');
  const byPhone = await create({ phone_number: '+15550101' });
  expect(byPhone.body).toMatchObject({ name: '+15550101', phone_verified: false });
});

test('users of one-time codes have no password', async () => {
  await server.storage.write(async ({ connections }) => {
    for (const strategy of ['sms', 'email', 'waad']) {
      await connections.create({
        name: strategy,
        strategy,
        displayName: null,
        options: {},
        isDomainConnection: false,
        showAsButton: null,
        realms: [],
        metadata: null,
        settings: {},
        enabledClients: [],
      });
    }
    return { result: null, entry: null };
  });
  const bySms = await server.api('post', 'users', { connection: 'sms', phone_number: '+15550102' });
  expect(bySms.body).toMatchObject({ identities: [{ provider: 'sms', connection: 'sms' }] });
  const byEmail = await server.api('post', 'users', { connection: 'email', email: 'code@example.com' });
  expect((byEmail.body as UserWire).user_id).toMatch(/^email\|/);

  expect(seen(await server.api('post', 'users', { connection: 'sms', email: 'a@example.com' }))).toEqual(
    invalidBody("Payload validation error: 'Missing required property: phone_number'."),
  );
  expect(seen(await create({ connection: 'sms', phone_number: '+15550103' }))).toEqual(
    invalidBody('Only users of database connections have a password'),
  );
  expect(seen(await create({ connection: 'waad', email: 'a@example.com' }))).toEqual(
    invalidBody(
      'Connection does not support user creation through the API. It must either be a database or SMS connection.',
    ),
  );
});

test('a connection that does not exist is refused', async () => {
  expect(seen(await create({ connection: 'nosuch', email: 'a@example.com' }))).toEqual(
    invalidBody('Connection does not exist.'),
  );
});

test.each([
  ['no connection', { connection: undefined }],
  ['no password', { password: undefined }],
  ['nothing to know the user by', { email: undefined }],
  ['a malformed address', { email: 'nobody' }],
  ['a malformed phone number', { phone_number: '5550100' }],
  ['metadata that is no object', { user_metadata: [] }],
  ['a picture that is no address', { picture: 'no address' }],
  ['an id that is too long', { user_id: 'x'.repeat(256) }],
  ['an address that is too long', { email: `${'x'.repeat(320)}@example.com` }],
  ['a password that is too long', { password: `aB1${'x'.repeat(510)}` }],
  ['an unknown member', { nosuch: 1 }],
])('a body with %s is refused', async (_what, body) => {
  expect(seen(await create({ email: `${unique('bad')}@example.com`, ...body }))).toEqual(
    invalidBody(payloadError),
  );
});

test('a deleted user is gone, twice', async () => {
  const user = await createUser(server);
  for (let i = 0; i < 2; i++) expect((await server.api('delete', userPath(user))).status).toBe(204);
  expect(seen(await server.api('get', userPath(user)))).toEqual(
    refused(404, 'The user does not exist.', 'inexistent_user'),
  );
  expect((await create({ email: user.email })).status).toBe(201);
});
