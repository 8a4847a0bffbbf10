// `event`, `api` and `console` of both triggers: the platform's pages "Event Object" and "API Object", as far as scopes,
// claims, deny and metadata go; token-issuance.md 4.16 and 6.6.

import { anAction, exchangeEvent, failureOf, loginEvent, onExchange, Runs } from './given.js';

let runs: Runs;
beforeAll(() => {
  runs = new Runs();
});
afterAll(() => runs.runner.close());

const exchanged = async (...bodies: string[]) => {
  const outcome = await runs.exchange(...bodies);
  if (outcome.kind !== 'completed') throw new Error(JSON.stringify(outcome));
  return outcome.changes;
};
const loggedIn = async (...bodies: string[]) => {
  const outcome = await runs.login(...bodies);
  if (outcome.kind !== 'completed') throw new Error(JSON.stringify(outcome));
  return outcome.changes;
};

describe('credentials-exchange', () => {
  test('an Action that asks for nothing changes nothing', async () => {
    expect(await exchanged('')).toEqual({ accessTokenClaims: {}, targetScopes: ['read', 'write'] });
  });

  test('event is what the request told', async () => {
    const text = await runs.printed(
      'console.log(JSON.stringify([event.client.metadata.plan, event.request.body.custom, event.tenant.id]))',
    );
    expect(JSON.parse(text)).toEqual(['gold', 'x', 'localhost']);
  });

  test('AC-6: claims are set, one over the other', async () => {
    const changes = await exchanged(
      `api.accessToken.setCustomClaim('https://x/a', { b: [1, null, 'c'] }).accessToken.setCustomClaim('d', 1);`,
      `api.accessToken.setCustomClaim('d', 2);`,
    );
    expect(changes.accessTokenClaims).toEqual({ 'https://x/a': { b: [1, null, 'c'] }, d: 2 });
  });

  test('a claim without a value is none, and takes one away; null is a value', async () => {
    const changes = await exchanged(`
      api.accessToken.setCustomClaim('gone', 1);
      for (const none of [undefined, () => 1, Symbol()]) api.accessToken.setCustomClaim('gone', none);
      api.accessToken.setCustomClaim('kept', null);`);
    expect(changes.accessTokenClaims).toEqual({ kept: null });
  });

  test('6.6: reserved claims are ignored silently', async () => {
    const reserved =
      'iss sub aud exp nbf iat jti azp client_id gty scope permissions org_id org_name roles groups cnf act sid nonce txn __proto__';
    const changes = await exchanged(
      `for (const name of '${reserved}'.split(' ')) api.accessToken.setCustomClaim(name, 'x');`,
    );
    expect(changes.accessTokenClaims).toEqual({});
  });

  test.each([
    'const a = {}; a.a = a; api.accessToken.setCustomClaim("x", a)',
    'api.accessToken.setCustomClaim("x", 1n)',
  ])('a claim has to be JSON: %s', async (body) => {
    expect(await runs.failure(body)).toMatch(/^TypeError: /);
  });

  test('AC-7: target scopes are added, removed, set and cleared, and event shows them at once', async () => {
    const text = await runs.printed(`
      const seen = [event.transaction.target_scopes];
      api.transaction.addTargetScope('admin'); seen.push(event.transaction.target_scopes);
      api.transaction.removeTargetScope('read'); seen.push(event.transaction.target_scopes);
      api.transaction.setTargetScopes(['a', 'b', 'a']); seen.push(event.transaction.target_scopes);
      api.transaction.clearTargetScopes(); seen.push(event.transaction.target_scopes);
      console.log(JSON.stringify(seen));`);
    expect(JSON.parse(text)).toEqual([
      ['read', 'write'],
      ['read', 'write', 'admin'],
      ['write', 'admin'],
      ['a', 'b'],
      [],
    ]);
  });

  test('AC-7: the next Action goes on from the target scopes that the one before left', async () => {
    const changes = await exchanged(
      `api.transaction.removeTargetScope('read');`,
      `api.transaction.setTargetScopes(event.transaction.target_scopes.map((scope) => scope + ':own'));`,
    );
    expect(changes.targetScopes).toEqual(['write:own']);
  });

  test('AC-8: the requested scopes are those of the request, whatever Actions do', async () => {
    const body = `api.transaction.clearTargetScopes(); console.log(event.transaction.requested_scopes);`;
    expect(await runs.printed(body)).toBe('["read"]');
  });

  test('event shows the token as it stands', async () => {
    const text = await runs.printed(
      `api.accessToken.setCustomClaim('a', 1); console.log(event.accessToken);`,
    );
    expect(JSON.parse(text)).toEqual({ customClaims: { a: 1 }, scope: ['read', 'write'] });
  });

  test.each(['invalid_scope', 'invalid_request', 'server_error'])('AC-5: it denies with %s', async (code) => {
    const outcome = await runs.exchange(`api.access.deny('${code}', 'not today');`, 'throw new Error()');
    expect(outcome).toMatchObject({ kind: 'denied', code, reason: 'not today' });
  });

  test('AC-5: the reason need not be there, and the first denial counts', async () => {
    const body = `api.access.deny('invalid_scope'); api.access.deny('server_error', 'x');`;
    expect(await runs.exchange(body)).toMatchObject({ kind: 'denied', code: 'invalid_scope', reason: '' });
  });

  test('AC-5: any other code is refused', async () => {
    expect(await runs.failure(`api.access.deny('access_denied', 'x')`)).toBe(
      'TypeError: the code of api.access.deny must be one of invalid_scope, invalid_request, server_error',
    );
  });

  test('a long reason is cut', async () => {
    const outcome = await runs.exchange(`api.access.deny('invalid_scope', 'x'.repeat(5000));`);
    expect(outcome).toMatchObject({ reason: 'x'.repeat(1024) });
  });

  test.each([
    ['a scope with a space', `api.transaction.addTargetScope('a b')`],
    ['an empty scope', `api.transaction.addTargetScope('')`],
    ['a scope that is very long', `api.transaction.addTargetScope('x'.repeat(281))`],
    ['a scope that is no text', `api.transaction.addTargetScope(1)`],
    ['scopes that are no list', `api.transaction.setTargetScopes('read')`],
    ['scopes that are no texts', `api.transaction.setTargetScopes([1])`],
    ['no scopes', `api.transaction.setTargetScopes()`],
    ['a claim without a name', `api.accessToken.setCustomClaim(undefined, 1)`],
  ])('refused as a TypeError: %s', async (_name, body) => {
    expect(await runs.failure(body)).toMatch(/^TypeError: /);
  });

  test('too many scopes are refused', async () => {
    const body = `for (let i = 0; ; i++) api.transaction.addTargetScope('s' + i);`;
    expect(await runs.failure(body)).toBe('RangeError: there are more than 1000 scopes');
  });
});

describe('post-login', () => {
  test('an Action that asks for nothing changes nothing', async () => {
    expect(await loggedIn('')).toEqual({
      accessTokenClaims: {},
      idTokenClaims: {},
      addedScopes: [],
      removedScopes: [],
      userMetadata: {},
      appMetadata: {},
      secondFactor: null,
    });
  });

  test('AC-1: the last call about a scope counts', async () => {
    const changes = await loggedIn(
      `api.accessToken.addScope('a'); api.accessToken.addScope('b'); api.accessToken.removeScope('c');`,
      `api.accessToken.removeScope('a'); api.accessToken.addScope('c');`,
    );
    expect(changes).toMatchObject({ addedScopes: ['b', 'c'], removedScopes: ['a'] });
  });

  test('AC-4: claims of both tokens are apart', async () => {
    const changes = await loggedIn(
      `api.accessToken.setCustomClaim('a', event.user.email); api.idToken.setCustomClaim('b', event.authorization.roles);`,
    );
    expect(changes).toMatchObject({
      accessTokenClaims: { a: 'a@example.com' },
      idTokenClaims: { b: ['reader'] },
    });
  });

  test('metadata is set, and removed with null', async () => {
    const changes = await loggedIn(
      `api.user.setAppMetadata('plan', null); api.user.setUserMetadata('seen', { at: 1 });`,
    );
    expect(changes).toMatchObject({ appMetadata: { plan: null }, userMetadata: { seen: { at: 1 } } });
  });

  test('AC-3: deny stops the rest, and metadata that was set is kept', async () => {
    const outcome = await runs.login(
      `api.user.setAppMetadata('tries', 1);`,
      `api.access.deny('not today');`,
      `api.user.setAppMetadata('tries', 2);`,
    );
    expect(outcome).toMatchObject({
      kind: 'denied',
      code: 'access_denied',
      reason: 'not today',
      changes: { appMetadata: { tries: 1 } },
    });
  });

  test('metadata that is too long is refused', async () => {
    const outcome = await runs.login(`api.user.setAppMetadata('a', 'x'.repeat(40000));`);
    expect(failureOf(outcome)).toBe('RangeError: the changes of the app metadata exceed 32768 characters');
  });

  test('secrets are those of the Action', async () => {
    const actions = [
      anAction(
        `exports.onExecutePostLogin = (event, api) => api.idToken.setCustomClaim('n', event.secrets.KEY.length);`,
        { secrets: { KEY: '12345' } },
      ),
    ];
    const outcome = await runs.runner.run('post-login', actions, loginEvent);
    expect(outcome).toMatchObject({ kind: 'completed', changes: { idTokenClaims: { n: 5 } } });
  });
});

describe('what there is not', () => {
  test.each([
    ['api.multifactor.enable("any")', 'api.multifactor'],
    ['api.cache.get("x")', 'api.cache'],
    ['api.accessToken.addScope("x")', 'api.accessToken.addScope'],
    ['if (!api.redirect) return', 'api.redirect'],
  ])('%s fails the Action, instead of a check that is not made', async (body, name) => {
    expect(await runs.failure(body)).toBe(`TypeError: ${name} is not supported by this server`);
  });

  test('api cannot be changed', async () => {
    expect(await runs.failure(`api.access = null`)).toBe('TypeError: api.access cannot be set');
    expect(await runs.failure(`api.access.deny = () => {}`)).toBe('TypeError: api.access.deny cannot be set');
  });

  test('require says that there are no modules', async () => {
    expect(await runs.failure(`require('lodash')`)).toBe(
      'Error: require("lodash") is not supported: Actions run without modules',
    );
  });

  test('an Action without the function of its trigger fails', async () => {
    const outcome = await runs.runner.run(
      'credentials-exchange',
      [anAction('exports.other = 1')],
      exchangeEvent,
    );
    expect(failureOf(outcome)).toBe('exports no function onExecuteCredentialsExchange');
  });

  test.each([
    [
      'module.exports',
      `module.exports = { onExecuteCredentialsExchange(event, api) { api.accessToken.setCustomClaim('a', 1); } };`,
    ],
    [
      'a function that is not async',
      `exports.onExecuteCredentialsExchange = (event, api) => api.accessToken.setCustomClaim('a', 1);`,
    ],
  ])('%s is as good', async (_name, code) => {
    const outcome = await runs.runner.run('credentials-exchange', [anAction(code)], exchangeEvent);
    expect(outcome).toMatchObject({ kind: 'completed', changes: { accessTokenClaims: { a: 1 } } });
  });
});

describe('console', () => {
  test('what is written is kept, cut at 256 characters, by Action', async () => {
    const outcome = await runs.exchange(
      `console.log('a', 1, { b: 2 }); console.error(new RangeError('c'));`,
      `console.warn('x'.repeat(1000));`,
      '',
    );
    expect(outcome.output).toEqual([
      { action: expect.any(String) as unknown, text: 'a 1 {"b":2}\nRangeError: c' },
      { action: expect.any(String) as unknown, text: 'x'.repeat(256) },
    ]);
  });

  test('secrets do not get out by it, nor by an error', async () => {
    const action = anAction(
      onExchange(`console.log('key', event.secrets.KEY); throw new Error(event.secrets.KEY);`),
      {
        secrets: { KEY: 'hunter22' },
      },
    );
    const outcome = await runs.runner.run('credentials-exchange', [action], exchangeEvent);
    expect(outcome).toMatchObject({
      kind: 'failed',
      because: 'Error: [secret]',
      output: [{ text: 'key [secret]' }],
    });
  });
});
