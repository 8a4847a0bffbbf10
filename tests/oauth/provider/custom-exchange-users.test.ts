// Which user an exchange is for, and what its Action can do wrong or be attacked with (token-issuance.md TX-6; the platform's
// page "Custom Token Exchange", setUserById and setUserByConnection).

import { startServer, type TestServer } from '../../support/server.js';
import { bodyOf, givenConnection, type TestApi, type TestClient } from '../given.js';
import { givenExchangeApp, givenProfile, SKIPS_CONSENT, swapWith } from './exchange-given.js';
import {
  claimsOf,
  CONNECTION,
  givenOfflineApi,
  givenUser,
  givenUserGrant,
  logsOf,
  movingClock,
  type TestUser,
} from './given.js';

const clock = movingClock();
let server: TestServer;
let user: TestUser;
let app: TestClient;
let api: TestApi;
beforeAll(async () => {
  server = await startServer({ now: clock.now, reasonHeader: true });
  user = await givenUser(server, { nickname: 'Janey' });
  app = await givenExchangeApp(server);
  api = await givenOfflineApi(server, SKIPS_CONSENT);
  await givenUserGrant(server, app, api, ['read', 'write']);
});
afterAll(async () => {
  clock.stop();
  await server.close();
});

const swapBy = async (body: string, parameters: Record<string, string> = {}) =>
  swapWith(server, app, {
    subject_token: 'the-subject-token',
    subject_token_type: await givenProfile(server, body),
    audience: api.identifier,
    scope: 'openid email profile read',
    ...parameters,
  });

const byConnection = (attributes: object, options: object = {}, connection = CONNECTION): string => {
  const behaviors = { creationBehavior: 'none', updateBehavior: 'none', ...options };
  const given = [connection, attributes, behaviors].map((value) => JSON.stringify(value)).join(', ');
  return `api.authentication.setUserByConnection(${given});`;
};

const nobody = {
  error: 'invalid_request',
  error_description: 'The subject_token stands for no user that it could be exchanged for.',
};
const failed = {
  error: 'server_error',
  error_description: 'The request could not be completed because an Action failed.',
};
const keyOf = ({ id }: TestUser): string => id.slice('auth0|'.length);
const read = (id: string) =>
  bodyOf<Record<string, unknown>>(server.api('get', `users/${encodeURIComponent(id)}`), 200);

describe('a user of a connection', () => {
  test('is found by the id there, and stays as it is', async () => {
    const before = await read(user.id);
    const answer = await swapBy(byConnection({ user_id: keyOf(user), name: 'Somebody else' }));
    expect(claimsOf(answer.body.access_token)['sub']).toBe(user.id);
    expect(await read(user.id)).toEqual(before);
  });

  test('is made where the Action wants it, and is the same next time', async () => {
    const action = byConnection(
      {
        user_id: 'legacy-1',
        email: 'Legacy@Example.com',
        email_verified: true,
        given_name: 'Lee',
        verify_email: false,
        locale: 'de',
      },
      { creationBehavior: 'create_if_not_exists' },
    );
    const first = await swapBy(`${action} api.user.setAppMetadata('from', 'legacy');`);
    expect([first.status, first.body.scope]).toEqual([200, 'openid email profile read']);
    expect(claimsOf(first.body.id_token)).toMatchObject({
      sub: 'auth0|legacy-1',
      email: 'legacy@example.com',
      email_verified: true,
      given_name: 'Lee',
    });
    expect(await read('auth0|legacy-1')).toMatchObject({
      name: 'legacy@example.com',
      nickname: 'legacy',
      app_metadata: { from: 'legacy' },
      identities: [{ connection: CONNECTION }],
    });
    expect((await swapBy(action)).status).toBe(200);
    const attempt = { grant_type: 'password', username: 'legacy@example.com', password: '' };
    for (const password of ['legacy-1', 'null', 'undefined']) {
      const login = await server.requestToken({
        ...attempt,
        password,
        client_id: app.id,
        client_secret: app.secret,
      });
      expect(login.status).toBe(403);
    }
  });

  test('of ten exchanges at once for a new user, one makes the user', async () => {
    const type = await givenProfile(
      server,
      byConnection(
        { user_id: 'racer', email: 'racer@example.com' },
        { creationBehavior: 'create_if_not_exists' },
      ),
    );
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        swapWith(server, app, { subject_token: 'x', subject_token_type: type }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).not.toHaveLength(0);
    expect(answers.every(({ status, body }) => status === 200 || body.error === 'invalid_request')).toBe(
      true,
    );
    await read('auth0|racer');
  });

  test('gets another profile where the Action wants it: what is not given goes back to its default', async () => {
    const other = await givenUser(server, { nickname: 'Old', given_name: 'Old', family_name: 'Old' });
    const answer = await swapBy(
      byConnection(
        { user_id: keyOf(other), email: other.email, name: 'New', family_name: 'New' },
        { updateBehavior: 'replace' },
      ),
    );
    expect(claimsOf(answer.body.id_token)).toMatchObject({ name: 'New', family_name: 'New' });
    const after = await read(other.id);
    expect(after).toMatchObject({ name: 'New', family_name: 'New', nickname: other.email.split('@')[0] });
    expect(after).not.toHaveProperty('given_name');
  });

  test.each([
    ['another email', (email: string) => ({ email: `other-${email}` })],
    ['no email', () => ({})],
    ['an email that is verified all at once', (email: string) => ({ email, email_verified: true })],
  ])('cannot be replaced with %s', async (_what, attributes) => {
    const other = await givenUser(server);
    const before = await read(other.id);
    const sent = { user_id: keyOf(other), name: 'New', ...attributes(other.email) };
    const answer = await swapBy(byConnection(sent, { updateBehavior: 'replace' }));
    expect([answer.status, answer.body]).toEqual([400, nobody]);
    expect(await read(other.id)).toEqual(before);
  });
});

describe('nobody to exchange for', () => {
  const create = { creationBehavior: 'create_if_not_exists' };

  test.each([
    ['an id that nobody has', `api.authentication.setUserById('auth0|nobody');`],
    ['a connection that is not there', byConnection({ user_id: 'x' }, {}, 'Nowhere')],
    ['a user that is not there', byConnection({ user_id: 'not-there', email: 'x@example.com' })],
    ['a new user whom nothing identifies', byConnection({ user_id: 'bare' }, create)],
    [
      'an organization that is not there',
      `api.authentication.setUserById('x'); api.authentication.setOrganization('org_x');`,
    ],
  ])('%s', async (_what, body) => {
    const answer = await swapBy(body);
    expect([answer.status, answer.body]).toEqual([400, nobody]);
    expect(answer.headers['grantry-reason']).toBe('exchange_user_unknown');
  });

  test('a new user with the email address of another one of the connection', async () => {
    const answer = await swapBy(byConnection({ user_id: 'thief', email: user.email }, create));
    expect([answer.status, answer.body]).toEqual([400, nobody]);
  });

  test('a user of a connection that is not enabled for the client; none is made there', async () => {
    const name = 'Not-Enabled';
    await givenConnection(server, { name });
    const made = await swapBy(byConnection({ user_id: 'intruder', email: 'i@example.com' }, create, name));
    expect([made.status, made.body]).toEqual([400, nobody]);
    expect((await server.api('get', 'users/auth0%7Cintruder')).status).toBe(404);
    const body = { connection: name, email: 'there@example.com', password: 'correct-Horse-battery-9' };
    const { user_id: id } = await bodyOf<{ user_id: string }>(server.api('post', 'users', body), 201);
    const found = await swapBy(`api.authentication.setUserById('${id}');`);
    expect([found.status, found.body]).toEqual([
      403,
      { error: 'access_denied', error_description: 'connection is not enabled for this client' },
    ]);
    // The id is of another connection than the Action says.
    const confused = await swapBy(byConnection({ user_id: id.slice('auth0|'.length) }));
    expect([confused.status, confused.body]).toEqual([400, nobody]);
  });

  test('a blocked user, whose profile stays as it is', async () => {
    const other = await givenUser(server, { blocked: true });
    const before = await read(other.id);
    for (const body of [
      `api.authentication.setUserById('${other.id}'); api.user.setAppMetadata('x', 1);`,
      byConnection({ user_id: keyOf(other), email: other.email, name: 'New' }, { updateBehavior: 'replace' }),
    ]) {
      const answer = await swapBy(body);
      expect([answer.status, answer.body]).toEqual([
        403,
        { error: 'access_denied', error_description: 'user is blocked' },
      ]);
    }
    expect(await read(other.id)).toEqual(before);
  });
});

describe('an Action that does it wrong refuses, and is logged', () => {
  test.each([
    ['sets no user', ''],
    ['sets two users', `api.authentication.setUserById('a'); api.authentication.setUserById('b');`],
    ['gives no user_id', byConnection({ email: 'x@example.com' })],
    ['gives no behavior', `api.authentication.setUserByConnection('${CONNECTION}', { user_id: 'x' });`],
    ['calls what is not there', `api.accessToken.setCustomClaim('x', 1);`],
    ['throws', `throw new Error('unlucky');`],
    ['never ends', 'for (;;);'],
    ['allocates for ever', 'const all = []; for (;;) all.push(new Array(100000).fill(1));'],
    ['is not written for the trigger', `exports.onExecuteCustomTokenExchange = undefined;`],
  ])('%s', async (_what, body) => {
    const answer = await swapBy(body.startsWith('exports') ? `}; ${body} ({ f() {} }); if (false) {` : body);
    expect([answer.status, answer.body]).toEqual([500, failed]);
    const [row] = await logsOf(server, app, 'fecte');
    expect(row?.details?.because).toBeDefined();
  });
});

describe('the subject token', () => {
  const token = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIHNlY3JldCBvZiBvdXJzIn0.c2lnbmF0dXJl';

  test.each([
    ['denied with', `api.access.deny('no', 'no: ' + event.transaction.subject_token);`],
    ['rejected with', `api.access.rejectInvalidSubjectToken(event.transaction.subject_token);`],
    ['thrown', `throw new Error(event.transaction.subject_token);`],
    ['thrown in part', `throw new Error(event.transaction.subject_token.slice(5, 40));`],
    ['parsed', `JSON.parse(event.transaction.subject_token);`],
    [
      'an organization',
      `api.authentication.setUserById('x'); api.authentication.setOrganization(event.transaction.subject_token);`,
    ],
    ['a user', `api.authentication.setUserById(event.transaction.subject_token);`],
    [
      'a connection',
      `api.authentication.setUserByConnection(event.transaction.subject_token, { user_id: 'x' }, { creationBehavior: 'none', updateBehavior: 'none' });`,
    ],
    ['printed', `console.log(event); api.access.deny('no', 'no');`],
    ['the actor token', `throw new Error(event.transaction.actor_token);`],
  ])('that is %s is in no log', async (_what, body) => {
    const tokens = { subject_token: token, actor_token: token, actor_token_type: 'urn:example:x' };
    expect((await swapBy(body, tokens)).status).toBeGreaterThanOrEqual(400);
    const { text } = await server.api('get', 'logs?per_page=100');
    for (const part of token.split('.')) expect(text).not.toContain(part.slice(0, 12));
  });

  test('is in no log where it is of a type that nobody knows, either', async () => {
    await swapWith(server, app, { subject_token: token, subject_token_type: 'urn:acme:unknown' });
    expect((await server.api('get', 'logs?per_page=100')).text).not.toContain('eyJhbGci');
  });
});

test('TX-6: ten rejected subject tokens block the address, until one is forgiven or an administrator says so', async () => {
  clock.forward(30 * 86_400);
  const rejecting = await givenProfile(server, `api.access.rejectInvalidSubjectToken('expired');`);
  const good = await givenProfile(server, `api.authentication.setUserById('${user.id}');`);
  const swap = (type: string) =>
    swapWith(server, app, { subject_token: 'x', subject_token_type: type, audience: api.identifier });
  const rejected = { error: 'invalid_request', error_description: 'expired' };
  const blocked = {
    error: 'too_many_attempts',
    error_description:
      'We have detected suspicious login behavior and further attempts will be blocked. Please contact the administrator.',
  };
  for (let attempt = 0; attempt < 10; attempt++) {
    const answer = await swap(rejecting);
    expect([answer.status, answer.body]).toEqual([400, rejected]);
    expect((await swap(good)).status).toBe(attempt < 9 ? 200 : 429);
  }
  for (const type of [rejecting, good]) {
    const answer = await swap(type);
    expect([answer.status, answer.body]).toEqual([429, blocked]);
  }
  clock.forward(601);
  expect((await swap(good)).status).toBe(200);
  expect((await swap(rejecting)).status).toBe(400);
  expect((await swap(good)).status).toBe(429);
  const path = 'anomaly/blocks/ips/127.0.0.1';
  expect((await server.api('get', path)).status).toBe(200);
  await bodyOf(server.api('delete', path), 204);
  expect((await server.api('get', path)).status).toBe(404);
  expect((await swap(good)).status).toBe(200);
});
