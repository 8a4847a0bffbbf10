import type { TokenFacts } from '../../../src/domain/token-facts.js';
import type { Storage } from '../../../src/storage/storage.js';
import type { Engine } from '../../support/engines.js';
import {
  aClient,
  aLogEntry,
  aResourceServer,
  change,
  countedPage,
  type OpenDatabase,
  openFresh,
  outcomes,
  times,
  unique,
} from '../fixtures.js';

const clientId = 'client';
const API = 'https://orders.example.com';
const request = { clientId, audience: API, organization: null };

const factsIn = async (storage: Storage, fresh = false): Promise<TokenFacts> => {
  const facts = await storage.tokenFacts(request, { fresh });
  if (facts === null) throw new Error('there are no facts');
  return facts;
};

/** For engines on which several processes can work at once; each storage stands for one. */
export function severalProcessesConformance(engine: Engine): void {
  describe('two processes on one database', () => {
    let open: OpenDatabase;
    let here: Storage;
    let there: Storage;
    beforeAll(async () => {
      open = await openFresh(engine);
      here = open.storage;
      there = await open.database.open();
      await change(here, async ({ clients, resourceServers }) => {
        await clients.create(aClient({ clientId }), []);
        await resourceServers.create(aResourceServer({ identifier: API }));
      });
    });
    afterAll(async () => {
      await there.close();
      await open.close();
    });

    test('a decision on facts that another process has changed is not logged, and fresh facts have the change', async () => {
      const reason = unique('decision');
      await factsIn(there);
      const cached = await factsIn(there);
      expect(cached.fresh).toBe(false);
      await change(here, ({ clients }) => clients.update(clientId, { secret: 'changed elsewhere' }));

      const entry = aLogEntry({ configVersion: cached.configVersion, reason });
      await expect(there.appendLog(entry, { ifCurrent: true })).resolves.toBe(false);
      const fresh = await factsIn(there, true);
      expect(fresh).toMatchObject({
        configVersion: cached.configVersion + 1,
        authentication: { secret: 'changed elsewhere' },
      });
      const again = { ...entry, configVersion: fresh.configVersion };
      await expect(there.appendLog(again, { ifCurrent: true })).resolves.toBe(true);
      expect((await there.listLogs({ reason }, countedPage(0, 5))).items).toMatchObject([
        { configVersion: fresh.configVersion },
      ]);
    });

    test('once one fact is known to be newer, facts about others are no longer taken from before', async () => {
      const other = { ...request, clientId: unique('other') };
      await change(here, ({ clients }) => clients.create(aClient({ clientId: other.clientId }), []));
      await factsIn(there);
      await there.tokenFacts(other);
      const { configVersion } = (await there.tokenFacts(other)) ?? {};
      await change(here, ({ clients }) => clients.update(other.clientId, { name: 'renamed' }));
      await factsIn(there, true);
      expect(await there.tokenFacts(other)).toMatchObject({
        configVersion: (configVersion ?? 0) + 1,
        access: { client: { name: 'renamed' } },
      });
    });

    test('changes of both run one after the other', async () => {
      const counted = unique('counted');
      await change(here, ({ clients }) =>
        clients.create(aClient({ clientId: counted, settings: { n: 0 } }), []),
      );
      const countOne = (storage: Storage) =>
        change(storage, async ({ clients }) => {
          const n = Number((await clients.find(counted))?.settings['n']);
          await clients.update(counted, { settings: { n: n + 1 } });
        });
      expect(await outcomes(times(20, (index) => countOne(index % 2 === 0 ? here : there)))).toEqual({
        succeeded: 20,
        failures: [],
      });
      expect(await here.config.clients.find(counted)).toMatchObject({ settings: { n: 20 } });
    });

    test('an assertion that one has seen is used up for the other', async () => {
      const jti = unique('jti');
      const uses = times(10, (index) =>
        (index % 2 === 0 ? here : there).useAssertion(clientId, jti, new Date('2030-01-01')),
      );
      expect((await Promise.all(uses)).filter(Boolean)).toHaveLength(1);
    });

    test('a quota is one for both', async () => {
      const quota = { enforce: true, perDay: null, perHour: 5 };
      const now = new Date('2026-01-01T10:00:00Z');
      const uses = await Promise.all(
        times(20, (index) =>
          (index % 2 === 0 ? here : there).takeFromQuotas([{ of: 'client', id: 'both', quota }], now),
        ),
      );
      expect(uses.flat().filter(({ exceeded }) => !exceeded)).toHaveLength(5);
    });
  });
}
