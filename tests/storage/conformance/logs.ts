import type { LogEntry } from '../../../src/domain/log-entry.js';
import type { LogFilter, Storage } from '../../../src/storage/storage.js';
import { InvalidCursor } from '../../../src/storage/window.js';
import {
  aLogEntry,
  change,
  checkpoint,
  countedPage,
  everything,
  type Opened,
  page,
  times,
  unique,
} from '../fixtures.js';

export function logConformance(opened: Opened): void {
  describe('the log', () => {
    let storage: Storage;
    beforeAll(() => {
      storage = opened();
    });

    const onlyEntry = async (reason: string): Promise<LogEntry | undefined> =>
      (await storage.listLogs({ reason }, countedPage(0, 2))).items[0];

    test('an entry with every field comes back as it was given', async () => {
      const given = aLogEntry({
        date: new Date('2026-02-03T04:05:06.789Z'),
        type: 'feccft',
        clientId: 'client',
        audience: 'https://api.example.com',
        organizationId: 'org_1',
        reason: unique('full'),
        configVersion: 9_007_199_254_740_991,
        data: { b: 1, a: [null, 'ü'] },
      });
      await storage.appendLog(given);
      expect(await onlyEntry(given.reason ?? '')).toEqual({ ...given, logId: expect.any(String) });
    });

    test('an entry with no optional field comes back with nulls', async () => {
      const given = aLogEntry({ type: 'f', data: { mark: unique('mark') } });
      await storage.appendLog(given);
      const { items } = await storage.listLogs({}, page(0, 1));
      expect(items).toEqual([{ ...given, logId: expect.any(String) }]);
    });

    test('what an entry tells comes back in its order, whatever text it has', async () => {
      // Written as a `json` column keeps it; a `jsonb` column would sort the keys and refuse NUL.
      const data = { z: 'NUL \0', a: 'half \ud800', '': '😀', b: { y: 1, x: 2 } };
      const reason = unique('text');
      await storage.appendLog(aLogEntry({ reason, data }));
      expect(JSON.stringify((await onlyEntry(reason))?.data)).toBe(JSON.stringify(data));
    });

    test('an entry is found by its id', async () => {
      const reason = unique('found');
      await storage.appendLog(aLogEntry({ reason }));
      const entry = await onlyEntry(reason);
      expect(await storage.findLog(entry?.logId ?? '')).toEqual(entry);
    });

    test('an entry can be read as soon as it was taken', async () => {
      const reason = unique('read');
      const totals = [];
      for (const _ of times(5, String)) {
        await storage.appendLog(aLogEntry({ reason }));
        totals.push((await storage.listLogs({ reason }, countedPage(0, 1))).total);
      }
      expect(totals).toEqual([1, 2, 3, 4, 5]);
    });

    test.each(['', 'x', '0', '-1', '1e3', '999999999999999999', '99999999999999999999', "1' OR '1'='1"])(
      'there is no entry with the id "%s"',
      async (logId) => {
        expect(await storage.findLog(logId)).toBeNull();
        expect((await storage.listLogs({ logId }, countedPage(0, 1))).total).toBe(0);
      },
    );

    test('of three hundred entries at once every one is written once', async () => {
      const reason = unique('many');
      const written = await Promise.all(
        times(300, (index) => storage.appendLog(aLogEntry({ reason, data: { index } }))),
      );
      expect(written).toEqual(times(300, () => true));
      const { items } = await storage.listLogs({ reason }, page(0, 500));
      expect(items.map(({ data }) => Number(data['index'])).toSorted((a, b) => a - b)).toEqual(
        times(300, (index) => index),
      );
    });

    test('entries of changes and of requests have one order', async () => {
      const reason = unique('both');
      await storage.appendLog(aLogEntry({ reason, data: { n: 1 } }));
      await storage.listLogs({}, page(0, 1));
      await storage.write(async () => ({ result: null, entry: aLogEntry({ reason, data: { n: 2 } }) }));
      await storage.appendLog(aLogEntry({ reason, data: { n: 3 } }));
      const { items } = await storage.listLogs({ reason }, everything, { oldestFirst: true });
      expect(items.map(({ data }) => data['n'])).toEqual([1, 2, 3]);
    });
  });
}

export function logListConformance(opened: Opened): void {
  describe('lists of the log', () => {
    let storage: Storage;
    const minute = (n: number): Date => new Date(Date.UTC(2026, 2, 1, 12, n));

    beforeAll(async () => {
      storage = opened();
      // The dates run against the order of writing: the order of the log is that of writing.
      for (const entry of [
        aLogEntry({ date: minute(4), type: 'sapi', clientId: 'a' }),
        aLogEntry({ date: minute(3), type: 'feccft', clientId: 'b', reason: 'api_denies_clients' }),
        aLogEntry({ date: minute(2), type: 'seccft', clientId: 'a', audience: 'urn:x', reason: 'granted' }),
        aLogEntry({ date: minute(1), type: 'seccft', clientId: 'A', organizationId: 'org_1' }),
      ]) {
        await storage.appendLog(entry);
      }
      await change(storage, async () => null);
    });

    /** The entries by the minutes of their dates. */
    const listed = async (...[filter, window, options]: Parameters<Storage['listLogs']>) => {
      const { items, ...rest } = await storage.listLogs(filter, window, options);
      return { items: items.map(({ date }) => date.getUTCMinutes()), ...rest };
    };

    test('newest first, by the time of writing', async () => {
      expect(await listed({}, everything)).toEqual({ items: [1, 2, 3, 4], total: null, next: null });
    });

    test('oldest first where that is asked for', async () => {
      expect((await listed({}, everything, { oldestFirst: true })).items).toEqual([4, 3, 2, 1]);
    });

    test('ids grow with the time of writing', async () => {
      const { items } = await storage.listLogs({}, everything, { oldestFirst: true });
      const ids = items.map(({ logId }) => BigInt(logId));
      expect(ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? id))).toBe(true);
    });

    test.each<[string, LogFilter, number[]]>([
      ['type', { type: 'seccft' }, [1, 2]],
      ['clientId, in exactly that case', { clientId: 'a' }, [2, 4]],
      ['audience', { audience: 'urn:x' }, [2]],
      ['organizationId', { organizationId: 'org_1' }, [1]],
      ['reason', { reason: 'api_denies_clients' }, [3]],
      ['since, inclusive', { since: minute(3) }, [3, 4]],
      ['until, inclusive', { until: minute(2) }, [1, 2]],
      ['since and until', { since: minute(2), until: minute(3) }, [2, 3]],
      ['an empty time', { since: minute(3), until: minute(2) }, []],
      ['several', { type: 'seccft', clientId: 'a' }, [2]],
      ['what matches nothing', { audience: 'urn:y' }, []],
    ])('filtered by %s', async (_name, filter, expected) => {
      expect(await listed(filter, countedPage(0, 50))).toEqual({
        items: expected,
        total: expected.length,
        next: null,
      });
    });

    test('filtered by the id of an entry', async () => {
      const { items } = await storage.listLogs({ audience: 'urn:x' }, page(0, 1));
      expect((await listed({ logId: items[0]?.logId ?? '' }, everything)).items).toEqual([2]);
    });

    test('pages follow one another', async () => {
      expect((await listed({}, page(0, 3))).items).toEqual([1, 2, 3]);
      expect(await listed({}, countedPage(3, 3))).toEqual({ items: [4], total: 4, next: null });
    });

    test('checkpoints lead through everything once, oldest first', async () => {
      const seen: number[] = [];
      let cursor: string | null = null;
      do {
        const part = await listed({}, checkpoint(cursor, 3));
        seen.push(...part.items);
        cursor = part.next;
      } while (cursor !== null);
      expect(seen).toEqual([4, 3, 2, 1]);
    });

    test('a checkpoint window starts after the entry that it names', async () => {
      const { items } = await storage.listLogs({}, everything, { oldestFirst: true });
      expect((await listed({}, checkpoint(items[1]?.logId ?? '', 10))).items).toEqual([2, 1]);
      expect(await listed({}, checkpoint(items[3]?.logId ?? '', 10))).toEqual({
        items: [],
        total: null,
        next: null,
      });
    });

    test.each(['', 'x', '-1', '1.0', '99999999999999999999'])(
      'the cursor "%s" is refused',
      async (cursor) => {
        await expect(listed({}, checkpoint(cursor, 5))).rejects.toBeInstanceOf(InvalidCursor);
      },
    );
  });
}
