// How runs share threads: one that takes its time keeps no other waiting, and none waits for ever.

import { ActionRunner } from '../../src/actions/run-actions.js';
import { anAction, exchangeEvent, failureOf, onExchange, Runs } from './given.js';

const LOOP = 'while (true);';

test('while an Action loops, others run, and this thread does other things', async () => {
  const runs = new Runs({ limits: { timeMs: 1500 }, workers: 2 });
  await runs.exchange('');
  const order: string[] = [];
  const looping = runs.exchange(LOOP).then(() => order.push('loop'));
  let turns = 0;
  const timer = setInterval(() => turns++, 5);
  for (const name of ['a', 'b', 'c']) {
    expect(await runs.exchange('')).toMatchObject({ kind: 'completed' });
    order.push(name);
  }
  await looping;
  clearInterval(timer);
  expect(order).toEqual(['a', 'b', 'c', 'loop']);
  expect(turns).toBeGreaterThan(10);
  await runs.runner.close();
});

test('more requests than threads wait for their turn', async () => {
  const runs = new Runs({ workers: 1 });
  const bodies = Array.from({ length: 20 }, (_, index) => `api.accessToken.setCustomClaim('n', ${index});`);
  const outcomes = await Promise.all(bodies.map((body) => runs.exchange(body)));
  const numbers = outcomes.map(
    (outcome) => outcome.kind === 'completed' && outcome.changes.accessTokenClaims['n'],
  );
  expect(numbers).toEqual(bodies.map((_, index) => index));
  await runs.runner.close();
});

test('who has waited too long fails', async () => {
  const runs = new Runs({ workers: 1, limits: { timeMs: 300, waitMs: 50 } });
  const [first, second] = await Promise.all([runs.exchange(LOOP), runs.exchange('')]);
  expect(failureOf(first)).toBe('ran out of time');
  expect(failureOf(second)).toBe('waited too long for a thread');
  await runs.runner.close();
});

test('no more than so many wait', async () => {
  const runs = new Runs({ workers: 1, limits: { timeMs: 300 } });
  const all = Array.from({ length: 1100 }, () => runs.exchange(''));
  const outcomes = await Promise.all(all);
  const refused = outcomes.filter((outcome) => outcome.kind === 'failed');
  expect(new Set(refused.map(failureOf))).toEqual(new Set(['too many requests wait for Actions']));
  expect(refused.length).toBeGreaterThanOrEqual(99);
  await runs.runner.close();
});

test('a thread that ended is replaced', async () => {
  const runs = new Runs({ workers: 1, limits: { wallMs: 2000, timeMs: 1000 } });
  expect(failureOf(await runs.exchange(`new Array(2 ** 32 - 1).join('x');`))).toMatch(
    /ended with its thread/,
  );
  expect(await runs.exchange('')).toMatchObject({ kind: 'completed' });
  await runs.runner.close();
});

test('closing fails what runs and what waits, and what comes later', async () => {
  const runner = new ActionRunner({ workers: 1 });
  const run = (body: string) =>
    runner.run('credentials-exchange', [anAction(onExchange(body))], exchangeEvent);
  const running = run(LOOP);
  const waiting = run('');
  await runner.close();
  expect(failureOf(await running)).toBe('ended its thread');
  expect(failureOf(await waiting)).toBe('the server is closing');
  expect(failureOf(await run(''))).toBe('the server is closing');
});

test('closing a runner that never ran is nothing', async () => {
  await expect(new ActionRunner().close()).resolves.toBeUndefined();
});
