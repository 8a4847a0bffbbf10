// `event` and `api` of `custom-token-exchange`: the platform's pages "Event Object" and "API Object", and the checks of its
// package of types for Actions (@auth0/actions).

import type { ActionsOutcome, TokenExchangeChanges } from '../../src/domain/action.js';
import type { JsonObject } from '../../src/domain/json.js';
import { anAction, failureOf, Runs } from './given.js';

let runs: Runs;
beforeAll(() => {
  runs = new Runs();
});
afterAll(() => runs.runner.close());

const TOKEN = 'a-subject-token-of-some-length';

const run = (body: string, token: string = TOKEN): Promise<ActionsOutcome<TokenExchangeChanges>> => {
  const event: JsonObject = {
    transaction: { subject_token: token, subject_token_type: 'urn:acme:token', requested_scopes: ['read'] },
  };
  const code = `exports.onExecuteCustomTokenExchange = async (event, api) => {\n${body}\n};`;
  return runs.runner.run('custom-token-exchange', [anAction(code)], event);
};
const changesOf = async (body: string) => {
  const outcome = await run(body);
  if (outcome.kind !== 'completed') throw new Error(JSON.stringify(outcome));
  return outcome.changes;
};
const failure = async (body: string, token?: string): Promise<string> => failureOf(await run(body, token));

const nothing = { user: null, organization: null, actor: null, userMetadata: {}, appMetadata: {} };

test('an Action that asks for nothing asks for nobody', async () => {
  expect(await changesOf('')).toEqual(nothing);
});

test('every call is taken down, and calls can be chained', async () => {
  const changes = await changesOf(`
    api.authentication.setUserById('auth0|1').authentication.setOrganization('org_1')
      .authentication.setActor({ sub: event.transaction.subject_token_type })
      .user.setAppMetadata('a', { b: 1 }).user.setUserMetadata('c', null);`);
  expect(changes).toEqual({
    user: { by: 'id', userId: 'auth0|1' },
    organization: 'org_1',
    actor: { sub: 'urn:acme:token' },
    appMetadata: { a: { b: 1 } },
    userMetadata: { c: null },
  });
});

describe('setUserByConnection', () => {
  const set = (attributes: string, options = `{ creationBehavior: 'none', updateBehavior: 'none' }`) =>
    `api.authentication.setUserByConnection('Users', ${attributes}, ${options});`;

  test('what is known of a user is kept, identifiers in lower case; the rest is passed over', async () => {
    const attributes = `{ user_id: 'Key', email: 'A@Example.com', email_verified: true, username: 'Ann', name: 'Ann A',
      phone_number: undefined, verify_email: false, locale: 'de', groups: [1] }`;
    const options = `{ creationBehavior: 'create_if_not_exists', updateBehavior: 'replace' }`;
    expect((await changesOf(set(attributes, options))).user).toEqual({
      by: 'connection',
      connection: 'Users',
      userKey: 'Key',
      profile: {
        email: 'a@example.com',
        emailVerified: true,
        username: 'ann',
        phoneNumber: null,
        phoneVerified: null,
        name: 'Ann A',
        nickname: null,
        picture: null,
        givenName: null,
        familyName: null,
      },
      creates: true,
      replaces: true,
    });
  });

  test.each([
    ['no object', set('null'), 'the user attributes must be an object'],
    ['a function', set('() => 1'), 'the user attributes must be an object'],
    ['no user_id', set('{}'), 'the user attributes must have a user_id'],
    ['an empty user_id', set(`{ user_id: '' }`), 'user_id must be a string of 1 to 255 characters'],
    [
      'a long user_id',
      set(`{ user_id: 'x'.repeat(256) }`),
      'user_id must be a string of 1 to 255 characters',
    ],
    ['a NUL', set(`{ user_id: 'x\\0' }`), 'user_id must be a string of 1 to 255 characters'],
    ['null', set(`{ user_id: 'x', name: null }`), 'name must be a string of 1 to 300 characters'],
    ['no address', set(`{ user_id: 'x', email: 'nowhere' }`), 'email must be an email address'],
    ['no boolean', set(`{ user_id: 'x', email_verified: 'yes' }`), 'email_verified must be a boolean'],
    ['no options', set(`{ user_id: 'x' }`, 'undefined'), 'the options must be an object'],
    [
      'an unknown behavior',
      set(`{ user_id: 'x' }`, `{ creationBehavior: 'maybe', updateBehavior: 'none' }`),
      'creationBehavior must be one of create_if_not_exists, none',
    ],
    [
      'an unknown option',
      set(`{ user_id: 'x' }`, `{ creationBehavior: 'none', updateBehavior: 'none', x: 1 }`),
      'the options have no member x',
    ],
    [
      'no connection',
      `api.authentication.setUserByConnection('', { user_id: 'x' }, {});`,
      'the name of the connection',
    ],
  ])('%s is refused', async (_what, body, text) => {
    expect(await failure(body)).toContain(`TypeError: ${text}`);
  });

  test('more than 24 attributes are too many', async () => {
    const many = `Object.fromEntries(Array.from({ length: 25 }, (_, n) => ['a' + n, n]))`;
    expect(await failure(set(many))).toBe('RangeError: there are more than 24 user attributes');
  });
});

test('the user is set once, by either of the two calls', async () => {
  const twice = `api.authentication.setUserById('a'); api.authentication.setUserById('a');`;
  expect(await failure(twice)).toBe('TypeError: the user has been set already');
});

describe('setActor', () => {
  const nested = (depth: number): object => ({
    sub: `a${depth}`,
    ...(depth > 1 && { act: nested(depth - 1) }),
  });
  const set = (actor: object): string => `api.authentication.setActor(${JSON.stringify(actor)});`;
  const members = (count: number): object =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`m${index}`, index]));

  test.each([nested(5), { sub: 'a', type: 'x', ...members(5) }, { sub: 'a', b: true, c: 'x'.repeat(64) }])(
    'an actor is kept as it is',
    async (actor) => {
      expect((await changesOf(set(actor))).actor).toEqual(actor);
    },
  );

  test.each([
    ['no object', [], 'TypeError: the actor must be an object'],
    ['one without sub', {}, 'TypeError: sub of an actor must be a string of 1 to 512 characters'],
    ['a long sub', { sub: 'x'.repeat(513) }, 'TypeError: sub of an actor must be'],
    ['six levels', nested(6), 'RangeError: actors are nested deeper than 5 levels'],
    ['six members', { sub: 'a', ...members(6) }, 'RangeError: an actor has more than 5 members of its own'],
    ['an object as member', { sub: 'a', b: {} }, 'TypeError: members of an actor must be'],
    ['a long member', { sub: 'a', b: 'x'.repeat(65) }, 'TypeError: members of an actor must be'],
    [
      'a long name',
      { sub: 'a', ['x'.repeat(65)]: 1 },
      'TypeError: the name of a member of an actor is too long',
    ],
  ])('%s is refused', async (_what, actor, text) => {
    expect(await failure(set(actor))).toContain(text);
  });
});

describe('deny', () => {
  test.each(['invalid_request', 'server_error', 'Unauthorized_login', 'a code of its own'])(
    'with the code %s',
    async (code) => {
      expect(await run(`api.access.deny('${code}', 'why')`)).toMatchObject({
        kind: 'denied',
        code,
        reason: 'why',
      });
    },
  );

  test.each(['', 'a "quoted" code', 'ümlaut', 'line\\nbreak'])('with no code of OAuth: %j', async (code) => {
    expect(await failure(`api.access.deny('${code}', 'why')`)).toContain(
      'TypeError: the code of api.access.deny',
    );
  });

  test('a rejected subject token is told from what is denied, and the first call counts', async () => {
    const rejected = await run(`api.access.rejectInvalidSubjectToken('expired'); api.access.deny('x', 'y');`);
    expect(rejected).toMatchObject({
      kind: 'denied',
      code: 'invalid_request',
      reason: 'expired',
      isSubjectToken: true,
    });
    expect(
      await run(`api.access.deny('x', 'y'); api.access.rejectInvalidSubjectToken('z');`),
    ).not.toHaveProperty('isSubjectToken');
  });
});

describe('the subject token does not leave with a failure, a reason or what is printed', () => {
  test.each([
    ['as it is', `throw new Error('got ' + event.transaction.subject_token);`],
    ['in part', `throw new Error('got ' + event.transaction.subject_token.slice(3, 20));`],
    [
      'in two parts',
      `const t = event.transaction.subject_token; throw new Error(t.slice(0, 9) + ' ' + t.slice(9));`,
    ],
    ['as the engine quotes it', `JSON.parse(event.transaction.subject_token);`],
  ])('%s', async (_what, body) => {
    const because = await failure(body, 'eyJhbGciOiJSUzI1NiJ9.cGF5bG9hZA.c2lnbmF0dXJl');
    for (const part of ['eyJhbGci', 'UzI1NiJ9', 'c2lnbmF0']) expect(because).not.toContain(part);
  });

  test('what has nothing of it is left alone, and so are short tokens', async () => {
    expect(await failure(`throw new Error('nothing of it');`)).toBe('Error: nothing of it');
    expect(await failure(`throw new Error('x is short');`, 'x')).toBe('Error: x is short');
  });

  test('it takes no longer for being long', async () => {
    const long = 'abcdefgh'.repeat(30_000);
    expect(await failure(`throw new Error(event.transaction.subject_token);`, long)).toBe('Error: [token]');
  });
});

test('the other triggers have none of it, and it has none of theirs', async () => {
  const other = await runs.exchange(`api.authentication.setUserById('x');`);
  expect(failureOf(other)).toContain('is not supported by this server');
  for (const call of [`api.accessToken.setCustomClaim('a', 1)`, `api.cache.get('a')`, `api.idToken`]) {
    expect(await failure(`${call};`)).toContain('is not supported by this server');
  }
});
