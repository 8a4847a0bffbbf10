// Wrong second factors are counted by the user (auth0/docs-v2, configure-otp-notifications-for-mfa.mdx).

import type { AddressLimits } from '../../../src/domain/login.js';
import { type Opened, times, unique } from '../fixtures.js';

const NOW = new Date('2026-03-01T12:00:00.000Z');

export function secondFactorAttemptConformance(opened: Opened): void {
  describe('wrong attempts at second factors', () => {
    const limits: AddressLimits = { failuresPerAddress: 5, forgiveSeconds: 60 };
    const after = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);
    const count = (name: string, seconds = 0) => opened().logins.count(name, limits, after(seconds));
    const countTimes = async (n: number, name: string, seconds = 0): Promise<boolean[]> => {
      const all: boolean[] = [];
      for (const _ of times(n, String)) all.push(await count(name, seconds));
      return all;
    };

    test('of forty at once, never more than may fail are let through', async () => {
      const name = unique('second-factor');
      const all = await Promise.all(times(40, () => count(name)));
      expect(all.filter(Boolean)).toHaveLength(5);
      expect(await count(unique('second-factor'))).toBe(true);
    });

    test('one comes back each time so long has passed, and those that were refused cost nothing', async () => {
      const name = unique('second-factor');
      expect(await countTimes(7, name)).toEqual([true, true, true, true, true, false, false]);
      expect([await count(name, 59), await count(name, 60), await count(name, 61)]).toEqual([
        false,
        true,
        false,
      ]);
      expect(await countTimes(3, name, 180)).toEqual([true, true, false]);
      expect(await countTimes(6, name, 86_400)).toEqual([true, true, true, true, true, false]);
    });

    test('a success takes its own count back, and no other', async () => {
      const name = unique('second-factor');
      await countTimes(4, name);
      for (const _ of times(3, String)) {
        expect(await count(name)).toBe(true);
        await opened().logins.uncount(name, limits);
      }
      expect(await countTimes(2, name)).toEqual([true, false]);
    });

    test('attempts of which half succeed, all at once, leave as many counted as failed', async () => {
      const name = unique('second-factor');
      const generous = { ...limits, failuresPerAddress: 40 };
      await Promise.all(
        times(40, async (n) => {
          expect(await opened().logins.count(name, generous, NOW)).toBe(true);
          if (n % 2 === 0) await opened().logins.uncount(name, generous);
        }),
      );
      const all = await Promise.all(times(40, () => opened().logins.count(name, generous, NOW)));
      expect(all.filter(Boolean)).toHaveLength(20);
    });
  });
}
