// PostgreSQL takes the time zone of its machine unless told otherwise. What is kept must not depend on it.

import type { Storage } from '../../../src/storage/storage.js';
import type { Engine, TestDatabase } from '../../support/engines.js';
import { aClient, aCredential, aLogEntry, change, countedPage, unique } from '../fixtures.js';
import { withRaw } from '../raw.js';

const ZONE = 'Asia/Kolkata';

export function timeZoneConformance(engine: Engine): void {
  describe('a database in another time zone', () => {
    let database: TestDatabase;
    let storage: Storage;
    const instant = new Date('2026-10-25T00:30:00.123Z');

    beforeAll(async () => {
      database = await engine.create();
      // The embedded database has its own zone, UTC, and nobody can give it another.
      if (database.databaseUrl !== undefined) {
        await withRaw(database, async (query) => {
          const [row] = await query<{ name: string }>('SELECT current_database() AS name');
          await query(`ALTER DATABASE "${row?.name ?? ''}" SET timezone TO '${ZONE}'`);
        });
        const zone = await withRaw(database, (query) => query('SHOW timezone'));
        if (JSON.stringify(zone) !== JSON.stringify([{ TimeZone: ZONE }])) throw new Error('zone not set');
      }
      storage = await database.open();
    });
    afterAll(async () => {
      await storage.close();
      await database.remove();
    });

    test('the expiry of a credential is the same instant when it is read', async () => {
      const client = aClient();
      const credential = aCredential(client.clientId, { expiresAt: instant });
      await change(storage, (config) => config.clients.create(client, [credential]));
      const [found] = await storage.config.clients.listCredentials(client.clientId);
      expect(found?.expiresAt).toEqual(instant);
    });

    test('the expiry of a key is the same instant in the facts of a token request', async () => {
      const client = aClient({ authenticationCredentials: [unique('cred')] });
      const [id = ''] = client.authenticationCredentials;
      const credential = aCredential(client.clientId, { id, expiresAt: instant });
      await change(storage, (config) => config.clients.create(client, [credential]));
      const facts = await storage.tokenFacts({
        clientId: client.clientId,
        audience: null,
        organization: null,
      });
      expect(facts?.authentication.assertionKeys).toMatchObject([{ expiresAt: instant }]);
    });

    test.each(['a request', 'a change'])('the date of a log entry of %s is the same instant', async (of) => {
      const entry = aLogEntry({ date: instant, reason: unique('zone') });
      if (of === 'a request') await storage.appendLog(entry);
      else await storage.write(async () => ({ result: null, entry }));
      const reason = entry.reason ?? '';
      expect((await storage.listLogs({ reason }, countedPage(0, 1))).items).toMatchObject([
        { date: instant },
      ]);
    });

    test('log entries are found by the instants between which they were written', async () => {
      const reason = unique('zone');
      await storage.appendLog(aLogEntry({ date: instant, reason }));
      const around = { since: instant, until: instant };
      expect((await storage.listLogs({ reason, ...around }, countedPage(0, 1))).total).toBe(1);
    });

    test('log entries are pruned by the instant at which they were written', async () => {
      const reason = unique('zone');
      await storage.appendLog(aLogEntry({ date: instant, reason }));
      await storage.listLogs({}, countedPage(0, 1));
      await storage.prune({ logs: instant, now: instant });
      expect((await storage.listLogs({ reason }, countedPage(0, 1))).total).toBe(1);
      await storage.prune({ logs: new Date(instant.getTime() + 1), now: instant });
      expect((await storage.listLogs({ reason }, countedPage(0, 1))).total).toBe(0);
    });
  });
}
