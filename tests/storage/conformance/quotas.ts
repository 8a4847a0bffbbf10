// Token quotas (token-issuance.md CC-15).

import type { QuotaUse, SubjectQuota, TokenQuota } from '../../../src/domain/token-quota.js';
import type { Storage } from '../../../src/storage/storage.js';
import { type Opened, times, unique } from '../fixtures.js';

export function quotaConformance(opened: Opened): void {
  describe('token quotas', () => {
    let storage: Storage;
    beforeAll(() => {
      storage = opened();
    });

    const NOON = new Date('2026-07-01T12:00:00.000Z');
    const TO_MIDNIGHT = 12 * 3600;

    const client = (quota: Partial<TokenQuota>, id = unique('client')): SubjectQuota => ({
      of: 'client',
      id,
      quota: { enforce: true, perDay: null, perHour: null, ...quota },
    });
    const take = (quotas: readonly SubjectQuota[], now = NOON): Promise<readonly QuotaUse[]> =>
      storage.takeFromQuotas(quotas, now);
    /** The uses by who and when, since their order means nothing. */
    const byPeriod = (uses: readonly QuotaUse[]) =>
      Object.fromEntries(uses.map(({ of, period, ...use }) => [`${of} ${period}`, use]));
    const takeTimes = async (count: number, quotas: readonly SubjectQuota[]) => {
      let last: readonly QuotaUse[] = [];
      for (const _ of times(count, String)) last = await take(quotas);
      return byPeriod(last);
    };

    test('without quotas there is nothing to count', async () => {
      expect(await take([])).toEqual([]);
    });

    test('a quota without limits counts nothing', async () => {
      expect(await take([client({})])).toEqual([]);
    });

    test('each hour and day that is limited is counted', async () => {
      const quotas = [client({ perHour: 5, perDay: 20 })];
      expect(await takeTimes(2, quotas)).toEqual({
        'client per_hour': { limit: 5, remaining: 3, resetSeconds: 3600, exceeded: false },
        'client per_day': { limit: 20, remaining: 18, resetSeconds: TO_MIDNIGHT, exceeded: false },
      });
    });

    test('the last token of an hour is given, the next is refused', async () => {
      const quotas = [client({ perHour: 2 })];
      expect(await takeTimes(2, quotas)).toMatchObject({
        'client per_hour': { remaining: 0, exceeded: false },
      });
      expect(await takeTimes(1, quotas)).toEqual({
        'client per_hour': { limit: 2, remaining: 0, resetSeconds: 3600, exceeded: true },
      });
    });

    test('an enforced limit of nothing lets nothing through', async () => {
      expect(await takeTimes(1, [client({ perDay: 0 })])).toMatchObject({
        'client per_day': { remaining: 0, exceeded: true },
      });
    });

    test('a quota that is not enforced is counted and never exceeded', async () => {
      const quotas = [client({ perHour: 1, enforce: false })];
      expect(await takeTimes(3, quotas)).toEqual({
        'client per_hour': { limit: 1, remaining: 0, resetSeconds: 3600, exceeded: false },
      });
    });

    test('tokens that were taken without enforcement count once it is enforced', async () => {
      const id = unique('client');
      await takeTimes(3, [client({ perHour: 3, enforce: false }, id)]);
      expect(await takeTimes(1, [client({ perHour: 3 }, id)])).toMatchObject({
        'client per_hour': { exceeded: true },
      });
    });

    test('where one quota is used up, none is counted and every one tells how it stands', async () => {
      const used = client({ perHour: 1, perDay: 10 });
      const organization = { ...client({ perDay: 7 }), of: 'organization' } as const;
      await take([used]);
      for (const _ of times(3, String)) await take([used, organization]);
      expect(await takeTimes(1, [used, organization])).toEqual({
        'client per_hour': { limit: 1, remaining: 0, resetSeconds: 3600, exceeded: true },
        'client per_day': { limit: 10, remaining: 9, resetSeconds: TO_MIDNIGHT, exceeded: false },
        'organization per_day': { limit: 7, remaining: 7, resetSeconds: TO_MIDNIGHT, exceeded: false },
      });
      expect(await takeTimes(1, [organization])).toMatchObject({ 'organization per_day': { remaining: 6 } });
    });

    test('a client and an organization with one id are counted apart', async () => {
      const one = client({ perDay: 2 });
      const other = { ...one, of: 'organization' } as const;
      expect(await takeTimes(1, [one, other])).toMatchObject({
        'client per_day': { remaining: 1 },
        'organization per_day': { remaining: 1 },
      });
    });

    test('hours and days start anew on the hour and at midnight, UTC', async () => {
      const quotas = [client({ perHour: 1, perDay: 3 })];
      const at = async (time: string) => byPeriod(await take(quotas, new Date(time)));
      expect(await at('2026-07-01T22:59:59.999Z')).toMatchObject({
        'client per_hour': { remaining: 0, resetSeconds: 1 },
        'client per_day': { remaining: 2, resetSeconds: 3601 },
      });
      expect(await at('2026-07-01T23:00:00.000Z')).toMatchObject({
        'client per_hour': { remaining: 0, resetSeconds: 3600, exceeded: false },
        'client per_day': { remaining: 1, resetSeconds: 3600 },
      });
      expect(await at('2026-07-02T00:00:00.000Z')).toMatchObject({
        'client per_hour': { exceeded: false },
        'client per_day': { remaining: 2, resetSeconds: 86_400 },
      });
    });

    test('a lower limit holds at once', async () => {
      const id = unique('client');
      await takeTimes(5, [client({ perDay: 10 }, id)]);
      expect(await takeTimes(1, [client({ perDay: 3 }, id)])).toMatchObject({
        'client per_day': { limit: 3, remaining: 0, exceeded: true },
      });
    });

    test('of many tokens at once exactly as many are given as there are', async () => {
      const id = unique('client');
      const organization = { ...client({ perDay: 50 }), of: 'organization' } as const;
      const quotas = [client({ perHour: 7, perDay: 100 }, id), organization];
      const uses = await Promise.all(times(40, () => take(quotas)));
      expect(uses.filter((each) => !each.some(({ exceeded }) => exceeded))).toHaveLength(7);
      expect(await takeTimes(1, [client({ perDay: 100 }, id), organization])).toMatchObject({
        'client per_day': { remaining: 100 - 8 },
        'organization per_day': { remaining: 50 - 8 },
      });
    });
  });
}
