import type { Client } from '../../../src/domain/client.js';
import type { Storage } from '../../../src/storage/storage.js';
import {
  aClient,
  aLogEntry,
  anOrganization,
  change,
  countedPage,
  type Opened,
  outcomes,
  times,
  unique,
  versionOf,
} from '../fixtures.js';

export function writeConformance(opened: Opened): void {
  describe('changes of the configuration', () => {
    let storage: Storage;
    let client: Client;
    beforeAll(async () => {
      storage = opened();
      client = await change(storage, (config) => config.clients.create(aClient(), []));
    });

    test('a change returns its result and reads what it has written', async () => {
      const result = await change(storage, async ({ organizations }) => {
        const { id } = await organizations.create(anOrganization());
        await organizations.update(id, { displayName: 'Read back' });
        return organizations.find(id);
      });
      expect(result).toMatchObject({ displayName: 'Read back' });
    });

    test('a change raises the version by one, whatever it writes', async () => {
      const before = await versionOf(storage, client.clientId);
      await change(storage, async () => null);
      expect(await versionOf(storage, client.clientId)).toBe(before + 1);
    });

    test('a log entry comes with its change and names the version that the change produced', async () => {
      const before = await versionOf(storage, client.clientId);
      const reason = unique('entry');
      await storage.write(async () => ({ result: null, entry: aLogEntry({ type: 'sapi', reason }) }));
      const { items } = await storage.listLogs({ reason }, countedPage(0, 5));
      expect(items).toMatchObject([{ type: 'sapi', reason, configVersion: before + 1 }]);
    });

    test('a change that throws leaves nothing: no object, no log entry, no new version', async () => {
      const before = await versionOf(storage, client.clientId);
      const name = unique('never');
      const failure = new Error('no');
      const changing = storage.write(async ({ organizations }) => {
        await organizations.create(anOrganization({ name }));
        throw failure;
      });
      await expect(changing).rejects.toBe(failure);
      expect(await storage.config.organizations.findByName(name)).toBeNull();
      expect(await versionOf(storage, client.clientId)).toBe(before);
    });

    test('a change whose log entry cannot be written leaves nothing', async () => {
      const before = await versionOf(storage, client.clientId);
      const name = unique('never');
      const changing = storage.write(async ({ organizations }) => ({
        result: await organizations.create(anOrganization({ name })),
        entry: aLogEntry({ clientId: 'NUL \0' }),
      }));
      await expect(changing).rejects.toThrow('unsupported Unicode escape sequence');
      expect(await storage.config.organizations.findByName(name)).toBeNull();
      expect(await versionOf(storage, client.clientId)).toBe(before);
    });

    test('a change that the database refuses takes back what came before it, and its log entry', async () => {
      const [name, reason] = [unique('never'), unique('never')];
      const changing = storage.write(async ({ organizations }) => {
        await organizations.create(anOrganization({ name }));
        await organizations.create(anOrganization({ name }));
        return { result: null, entry: aLogEntry({ reason }) };
      });
      await expect(changing).rejects.toThrow('already exists: organization');
      expect(await storage.config.organizations.findByName(name)).toBeNull();
      expect((await storage.listLogs({ reason }, countedPage(0, 1))).total).toBe(0);
    });

    test('of twenty changes at once that read and then write, none is lost', async () => {
      const { clientId } = await change(storage, (config) =>
        config.clients.create(aClient({ settings: { count: 0 } }), []),
      );
      const before = await versionOf(storage, clientId);
      const countOne = () =>
        change(storage, async ({ clients }) => {
          const count = (await clients.find(clientId))?.settings['count'];
          await clients.update(clientId, { settings: { count: Number(count) + 1 } });
        });
      expect(await outcomes(times(20, countOne))).toEqual({ succeeded: 20, failures: [] });
      expect(await storage.config.clients.find(clientId)).toMatchObject({ settings: { count: 20 } });
      expect(await versionOf(storage, clientId)).toBe(before + 20);
    });

    test('changes that fail do not stand in the way of those beside them', async () => {
      const names = times(10, () => unique('org'));
      const changes = names.map((name, index) =>
        change(storage, async ({ organizations }) => {
          await organizations.create(anOrganization({ name }));
          if (index % 2 === 0) throw new Error('no');
        }),
      );
      expect(await outcomes(changes)).toEqual({ succeeded: 5, failures: times(5, () => new Error('no')) });
      const found = await Promise.all(names.map((name) => storage.config.organizations.findByName(name)));
      expect(found.map((organization) => organization !== null)).toEqual(times(10, (n) => n % 2 === 1));
    });
  });
}
