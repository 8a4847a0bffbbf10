// An Action that means harm, or is broken: it fails, and nothing else does. What it reaches for is not there.

import { anAction, exchangeEvent, failureOf, onExchange, Runs } from './given.js';

let runs: Runs;
beforeAll(() => {
  runs = new Runs({ limits: { timeMs: 800, wallMs: 4000 } });
});
afterAll(() => runs.runner.close());

/** The next Action of the same thread is none the worse. */
afterEach(async () => {
  expect(await runs.printed('console.log(typeof evil, [].map.name, JSON.stringify({}))')).toBe(
    'undefined map {}',
  );
});

describe('time', () => {
  test.each([
    ['a loop', 'while (true);'],
    ['a loop of microtasks', 'for (;;) await null;'],
    ['promises that make promises', 'const f = () => Promise.resolve().then(f); f();'],
    ['a regular expression that goes back and back', `/^(a+)+$/.test('a'.repeat(50) + 'b');`],
    ['a loop that catches what ends it', 'for (;;) { try { for (;;); } catch { } }'],
    ['a getter that loops', `api.accessToken.setCustomClaim('x', { get a() { for (;;); } });`],
    ['a toString that loops', 'throw { toString() { for (;;); } };'],
  ])('%s runs out of time', async (_name, body) => {
    expect(await runs.failure(body)).toBe('ran out of time');
  });

  test('a loop while it is loaded, too', async () => {
    const outcome = await runs.runner.run('credentials-exchange', [anAction('for (;;);')], exchangeEvent);
    expect(failureOf(outcome)).toBe('ran out of time');
  });

  test('the time is that of all Actions of a request together', async () => {
    const work = `const end = Date.now() + 450; while (Date.now() < end);`;
    const outcome = await runs.exchange(work, work, work);
    expect(failureOf(outcome)).toBe('ran out of time');
  });

  test('a promise that never settles is told at once', async () => {
    expect(await runs.failure('await new Promise(() => {});')).toBe('returned a promise that never settles');
  });

  test('one step of the engine that takes for ever ends with its thread, and the Action is named', async () => {
    const actions = [anAction(onExchange('')), anAction(onExchange(`new Array(2 ** 32 - 1).join('x');`))];
    const outcome = await runs.runner.run('credentials-exchange', actions, exchangeEvent);
    expect(outcome).toMatchObject({
      kind: 'failed',
      action: actions[1]?.name,
      because: 'ran out of time, and had to be ended with its thread',
    });
  });
});

describe('memory', () => {
  test.each([
    ['many arrays', 'const a = []; for (;;) a.push(new Array(100_000).fill(1));'],
    ['a long text', `let s = 'x'; for (;;) s += s;`],
    ['a buffer', 'new ArrayBuffer(2 ** 30);'],
    ['a long list at once', `[...'x'.repeat(20_000_000)];`],
    ['a large number', 'let n = 3n; for (;;) n = n * n;'],
    ['deep recursion', '(function f() { return f() + 1; })();'],
    ['deep data', `let o = {}; for (let i = 0; i < 200_000; i++) o = { o }; JSON.stringify(o);`],
    ['deep JSON', `JSON.parse('['.repeat(200_000));`],
    ['deep patterns', `new RegExp('('.repeat(200_000));`],
    ['deep code', `new Function('['.repeat(200_000));`],
  ])('%s is too much', async (_name, body) => {
    const because = await runs.failure(body);
    expect(because).toMatch(
      /out of memory|too long|invalid string length|stack|out of time|too large|too many captures|too big|engine/i,
    );
  });

  test('10,000 claims end at 100 kB', async () => {
    const body = `for (let i = 0; i < 10_000; i++) api.accessToken.setCustomClaim('https://x/' + i, 'some value');`;
    expect(await runs.failure(body)).toBe(
      'RangeError: the custom claims of the access token exceed 102400 characters',
    );
  });

  test('claims that are set again and again count once', async () => {
    const body = `for (let i = 0; i < 5000; i++) api.accessToken.setCustomClaim('a', 'x'.repeat(100));`;
    expect(await runs.exchange(body)).toMatchObject({ kind: 'completed' });
  });

  test('one claim of a megabyte is too long', async () => {
    expect(await runs.failure(`api.accessToken.setCustomClaim('a', 'x'.repeat(1e6));`)).toMatch(
      /^RangeError/,
    );
  });

  test('what an Action writes is no longer than it may be', async () => {
    const outcome = await runs.exchange(`for (let i = 0; i < 1000; i++) console.log('x'.repeat(1000));`);
    expect(outcome.output.map(({ text }) => text.length)).toEqual([256]);
  });

  test('an error with a long text is cut', async () => {
    expect(await runs.failure(`throw new Error('x'.repeat(1e6));`)).toHaveLength(300);
  });
});

describe('ways out', () => {
  const absent = [
    'process',
    'Buffer',
    'fetch',
    'setTimeout',
    'WebAssembly',
    'Deno',
    'std',
    'os',
    'Worker',
    'global',
  ];
  test('there is nothing of Node or of a browser', async () => {
    const body = `console.log(${JSON.stringify(absent)}.filter((name) => name in globalThis));`;
    expect(await runs.printed(body)).toBe('[]');
  });

  test.each([
    ['the constructor of a function', `[].constructor.constructor('return this')()`],
    ['the constructor of an async function', `(async () => {}).constructor('return this')()`],
    ['eval', `(0, eval)('this')`],
    ['the constructor of api', `api.access.deny.constructor('return this')()`],
    ['the constructor of console', `console.log.constructor('return this')()`],
    [
      'the caller of an accessor',
      `Object.getOwnPropertyDescriptor(event.transaction, 'target_scopes').get.constructor('return this')()`,
    ],
  ])('by %s one gets back to the sandbox', async (_name, expression) => {
    const body = `const it = await ${expression}; console.log(it === globalThis, typeof it.process);`;
    expect(await runs.printed(body)).toBe('true undefined');
  });

  test('modules cannot be imported', async () => {
    expect(await runs.failure(`await import('node:fs')`)).toMatch(/could not load module/);
    expect(await runs.failure(`await import('file:///etc/passwd')`)).toMatch(/could not load module/);
    const outcome = await runs.runner.run(
      'credentials-exchange',
      [anAction(`import fs from 'fs';`)],
      exchangeEvent,
    );
    expect(failureOf(outcome)).toMatch(/^SyntaxError/);
  });

  test('errors have no stack of the server', async () => {
    const body = `try { api.access.deny('nope'); } catch (error) { console.log(error.stack); }`;
    expect(await runs.printed(body)).not.toMatch(/node:|\/src\/|\/dist\/|file:/);
  });

  test('event cannot be changed', async () => {
    const body = `
      event.client.name = 'evil'; event.evil = 1; delete event.client.client_id; event.transaction.target_scopes.push('x');`;
    expect(await runs.failure(body)).toMatch(/^TypeError/);
    const quiet = `event.client.name = 'evil'; delete event.client.client_id; console.log(event.client);`;
    expect(JSON.parse(await runs.printed(quiet))).toEqual(exchangeEvent['client']);
  });
});

describe('what stays behind', () => {
  test('nothing of an Action reaches the next one, of the request or of another', async () => {
    const pollute = `
      globalThis.evil = 1; Object.prototype.evil = 1; Array.prototype.map = null; JSON.stringify = () => 'evil';
      Promise.prototype.then = function () { return this; }; Symbol.for('evil').description;`;
    const look = `console.log(typeof evil, typeof ({}).evil, typeof [].map, JSON.stringify({}));`;
    const first = await runs.exchange(look, pollute.replace('Promise.prototype.then =', 'evil.x ='), look);
    const second = await runs.exchange(look);
    const texts = [...first.output, ...second.output].map(({ text }) => text);
    expect(texts).toEqual(Array.from({ length: 3 }, () => 'undefined undefined function {}'));
  });

  test('an Action that breaks the language has it broken for itself alone', async () => {
    expect(await runs.exchange('Promise.prototype.then = null; await null;')).toMatchObject({
      kind: 'completed',
    });
    expect(
      await runs.exchange('JSON.parse = null; JSON.stringify = null; Object.freeze = null;'),
    ).toMatchObject({
      kind: 'completed',
    });
  });

  test('secrets of one Action are not told to another', async () => {
    const actions = [
      anAction(onExchange('globalThis.stolen = event.secrets;'), { secrets: { KEY: 'hunter22' } }),
      anAction(onExchange(`console.log(Object.keys(event.secrets), typeof stolen);`)),
    ];
    const outcome = await runs.runner.run('credentials-exchange', actions, exchangeEvent);
    expect(outcome.output).toEqual([{ action: actions[1]?.name, text: '[] undefined' }]);
  });

  test('a claim named __proto__ is none, and those named like methods are plain', async () => {
    const outcome = await runs.exchange(`
      api.accessToken.setCustomClaim('__proto__', { evil: 1 });
      api.accessToken.setCustomClaim('constructor', 'a');
      api.accessToken.setCustomClaim('toString', 'b');`);
    expect(outcome).toMatchObject({
      kind: 'completed',
      changes: { accessTokenClaims: { constructor: 'a', toString: 'b' } },
    });
    expect(({} as { evil?: unknown }).evil).toBeUndefined();
  });
});

test('what is thrown is told in a line, whatever it is', async () => {
  expect(await runs.failure(`throw null`)).toBe('threw null');
  expect(await runs.failure(`throw 'text'`)).toBe('threw text');
  expect(await runs.failure(`throw { toString() { throw 1; } }`)).toBe(
    'threw something that cannot be shown',
  );
  expect(await runs.failure(`null.x`)).toMatch(/^TypeError: cannot read property 'x' of null/);
  const outcome = await runs.runner.run('credentials-exchange', [anAction('this is no code')], exchangeEvent);
  expect(failureOf(outcome)).toMatch(/^SyntaxError/);
});
