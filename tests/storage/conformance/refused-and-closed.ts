// The storage itself: what it is after a failure, and what closing it waits for.

import type { Storage } from '../../../src/storage/storage.js';
import type { Engine, TestDatabase } from '../../support/engines.js';
import {
  aClient,
  aLogEntry,
  anOrganization,
  change,
  checkpoint,
  countedPage,
  signal,
  times,
  unique,
} from '../fixtures.js';

export function refusedAndClosedConformance(engine: Engine): void {
  describe('a storage', () => {
    const clientId = 'one';
    let database: TestDatabase;
    let storage: Storage;
    beforeAll(async () => {
      database = await engine.create();
      storage = await database.open();
      await change(storage, (config) => config.clients.create(aClient({ clientId }), []));
    });
    afterAll(async () => {
      await storage.close();
      await database.remove();
    });

    const reopen = async (): Promise<void> => {
      storage = await database.open();
    };

    test('waits for a change that is under way when it closes', async () => {
      const name = unique('late');
      const [begun, goOn] = [signal(), signal()];
      const changing = change(storage, async ({ organizations }) => {
        begun.give();
        await goOn.given;
        await organizations.create(anOrganization({ name }));
      });
      await begun.given;
      const closing = storage.close();
      goOn.give();
      const [changed] = await Promise.allSettled([changing, closing]);
      await reopen();
      expect(changed).toMatchObject({ status: 'fulfilled' });
      expect(await storage.config.organizations.findByName(name)).toMatchObject({ name });
    });

    test('waits for log entries that are under way when it closes', async () => {
      const reason = unique('late');
      const appending = times(30, () => storage.appendLog(aLogEntry({ reason })));
      await Promise.all([...appending, storage.close()]);
      await reopen();
      expect((await storage.listLogs({ reason }, countedPage(0, 1))).total).toBe(30);
    });

    test('keeps a log entry that it has taken when it closes', async () => {
      const reason = unique('late');
      await storage.appendLog(aLogEntry({ reason }));
      await storage.close();
      await reopen();
      expect((await storage.listLogs({ reason }, countedPage(0, 1))).total).toBe(1);
    });

    test('an entry that cannot be written takes none of the others along', async () => {
      const reason = unique('beside');
      const entries = times(9, (index) =>
        aLogEntry({ reason, clientId: index === 4 ? 'NUL \0' : 'fine', data: { index } }),
      );
      await Promise.allSettled(entries.map((entry) => storage.appendLog(entry)));
      expect((await storage.listLogs({ reason }, countedPage(0, 1))).total).toBe(8);
    });

    // No column can hold NUL, so each of these fails in the database.
    test.each<[string, (storage: Storage, text: string) => Promise<unknown>]>([
      ['look-up', ({ config }, text) => config.clients.find(text)],
      ['list', ({ config }, text) => config.clientGrants.list({ audience: text }, checkpoint(null, 5))],
      [
        'look-up of facts',
        (storage, text) => storage.tokenFacts({ clientId: text, audience: null, organization: null }),
      ],
      ['used assertion', (storage, text) => storage.useAssertion(clientId, text, new Date())],
      [
        'log entry',
        async (storage, text) => {
          await storage.appendLog(aLogEntry({ clientId: text }));
          await storage.listLogs({}, countedPage(0, 1));
        },
      ],
    ])('is as usable as before after a refused %s', async (_name, attempt) => {
      await attempt(storage, unique('fine'));
      await attempt(storage, 'NUL \0').catch(() => undefined);
      await attempt(storage, unique('still fine'));
      const name = unique('after');
      await change(storage, (config) => config.clients.update(clientId, { name }));
      const facts = await storage.tokenFacts({ clientId, audience: null, organization: null });
      expect(facts?.access.client.name).toBe(name);
    });
  });
}
