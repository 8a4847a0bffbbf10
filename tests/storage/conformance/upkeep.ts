// What is remembered for a while: used assertions, and what `prune` takes away.

import type { Storage } from '../../../src/storage/storage.js';
import { aLogEntry, countedPage, everything, type Opened, times, unique } from '../fixtures.js';

const LATER = new Date('2026-07-01T12:05:00.000Z');

export function assertionConformance(opened: Opened): void {
  describe('used assertions', () => {
    let storage: Storage;
    beforeAll(() => {
      storage = opened();
    });

    test('an assertion can be used once', async () => {
      const jti = unique('jti');
      expect(await storage.useAssertion('client', jti, LATER)).toBe(true);
      expect(await storage.useAssertion('client', jti, LATER)).toBe(false);
    });

    test('of thirty uses at once one succeeds', async () => {
      const jti = unique('jti');
      const uses = await Promise.all(times(30, () => storage.useAssertion('client', jti, LATER)));
      expect(uses.filter(Boolean)).toHaveLength(1);
    });

    test.each([
      ['another client', 'other', 'jti'],
      ['another case', 'client', 'JTI'],
      ['another blank', 'client', 'jti '],
    ])('the same identifier with %s is another assertion', async (_name, clientId, jti) => {
      const mark = unique('');
      await storage.useAssertion('client', `${mark}jti`, LATER);
      expect(await storage.useAssertion(clientId, mark + jti, LATER)).toBe(true);
    });
  });
}

export function pruningConformance(opened: Opened): void {
  describe('pruning', () => {
    let storage: Storage;
    beforeAll(() => {
      storage = opened();
    });

    const NOW = new Date('2026-07-10T12:00:00.000Z');
    const LONG_AGO = new Date('2020-01-01T00:00:00.000Z');

    test('takes log entries before the date, and keeps that of the date itself', async () => {
      const before = new Date('2026-07-01T00:00:00.000Z');
      for (const offset of [-1, 0, 1]) {
        await storage.appendLog(aLogEntry({ date: new Date(before.getTime() + offset) }));
      }
      await storage.listLogs({}, countedPage(0, 1));
      expect(await storage.prune({ logs: before, now: NOW })).toBe(1);
      const { items } = await storage.listLogs({}, everything, { oldestFirst: true });
      expect(items.map(({ date }) => date.getTime() - before.getTime())).toEqual([0, 1]);
    });

    test('takes assertions that have expired, and keeps those that have not', async () => {
      await storage.useAssertion('client', 'expired', new Date(NOW.getTime() - 1));
      await storage.useAssertion('client', 'valid', NOW);
      expect(await storage.prune({ logs: LONG_AGO, now: NOW })).toBe(1);
      expect(await storage.useAssertion('client', 'expired', NOW)).toBe(true);
      expect(await storage.useAssertion('client', 'valid', NOW)).toBe(false);
    });

    test('takes token counts of hours and days that are over, and keeps those that still count', async () => {
      const quotas = [{ of: 'client', id: 'c', quota: { enforce: true, perDay: 100, perHour: 10 } }] as const;
      const days = (n: number) => new Date(NOW.getTime() - n * 86_400_000);
      for (const ago of [5, 4, 0]) await storage.takeFromQuotas(quotas, days(ago));
      expect(await storage.prune({ logs: LONG_AGO, now: NOW })).toBe(4);
      const uses = await storage.takeFromQuotas(quotas, NOW);
      expect(uses.map(({ limit, remaining }) => limit - remaining)).toEqual([2, 2]);
    });

    test('finds nothing where there is nothing to take', async () => {
      expect(await storage.prune({ logs: LONG_AGO, now: NOW })).toBe(0);
    });
  });
}
