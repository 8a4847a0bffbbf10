import { RuleBroken, type ConfigStore, type Storage } from '../../../src/storage/storage.js';
import type { Client } from '../../../src/domain/client.js';
import type { NewOrganization } from '../../../src/domain/organization.js';
import {
  aClient,
  aClientGrant,
  aLogEntry,
  anOrganization,
  aResourceServer,
  change,
  countedPage,
  type Opened,
  unique,
  versionOf,
} from '../fixtures.js';

const create = (store: ConfigStore, organization: NewOrganization, reason?: string) =>
  store.write(async ({ organizations }) => ({
    result: await organizations.create(organization),
    entry: reason === undefined ? null : aLogEntry({ type: 'sapi', reason }),
  }));

export function atomicallyConformance(opened: Opened): void {
  describe('many changes as one', () => {
    let storage: Storage;
    let client: Client;
    beforeAll(async () => {
      storage = opened();
      client = await change(storage, (config) => config.clients.create(aClient(), []));
    });
    const version = () => versionOf(storage, client.clientId);
    const exists = async (name: string, store: ConfigStore = storage) =>
      (await store.config.organizations.findByName(name)) !== null;

    test('all of them happen, as one new version, which every log entry names', async () => {
      const before = await version();
      const [first, second, reason] = [unique('org'), unique('org'), unique('entry')];
      const result = await storage.atomically(async (store) => {
        await create(store, anOrganization({ name: first }), reason);
        await create(store, anOrganization({ name: second }), reason);
        return 'done';
      });
      expect(result).toBe('done');
      expect([await exists(first), await exists(second)]).toEqual([true, true]);
      expect(await version()).toBe(before + 1);
      const { items } = await storage.listLogs({ reason }, countedPage(0, 5));
      expect(items).toMatchObject([{ configVersion: before + 1 }, { configVersion: before + 1 }]);
    });

    test('reads inside see what was written inside', async () => {
      const name = unique('org');
      const seen = await storage.atomically(async (store) => {
        await create(store, anOrganization({ name }));
        return exists(name, store);
      });
      expect(seen).toBe(true);
    });

    test('when the work rejects, nothing is left: no object, no log entry, no new version', async () => {
      const before = await version();
      const [name, reason, failure] = [unique('never'), unique('never'), new Error('no')];
      const working = storage.atomically(async (store) => {
        await create(store, anOrganization({ name }), reason);
        throw failure;
      });
      await expect(working).rejects.toBe(failure);
      expect(await exists(name)).toBe(false);
      expect((await storage.listLogs({ reason }, countedPage(0, 1))).total).toBe(0);
      expect(await version()).toBe(before);
    });

    test('without a write there is no new version', async () => {
      const before = await version();
      await storage.atomically((store) => store.config.organizations.findByName('nobody'));
      expect(await version()).toBe(before);
    });

    test('a write that rejects takes only itself back', async () => {
      const before = await version();
      const [kept, never, failure] = [unique('org'), unique('never'), new Error('no')];
      await storage.atomically(async (store) => {
        const refused = store.write(async ({ organizations }) => {
          await organizations.create(anOrganization({ name: never }));
          throw failure;
        });
        await expect(refused).rejects.toBe(failure);
        await create(store, anOrganization({ name: kept }));
      });
      expect([await exists(kept), await exists(never)]).toEqual([true, false]);
      expect(await version()).toBe(before + 1);
    });

    test('a write that the database refuses rejects as elsewhere, and the work goes on', async () => {
      const [name, other] = [unique('org'), unique('org')];
      await storage.atomically(async (store) => {
        await create(store, anOrganization({ name }));
        await expect(create(store, anOrganization({ name }))).rejects.toThrow('already exists: organization');
        await create(store, anOrganization({ name: other }));
      });
      expect([await exists(name), await exists(other)]).toEqual([true, true]);
    });

    test('rules that the database holds apply inside as well', async () => {
      const api = await change(storage, (config) => config.resourceServers.create(aResourceServer()));
      const both = aClientGrant({
        clientId: client.clientId,
        audience: api.identifier,
        defaultFor: 'third_party_clients',
      });
      await storage.atomically(async (store) => {
        const refused = store.write(async ({ clientGrants }) => ({
          result: await clientGrants.create(both),
          entry: null,
        }));
        await expect(refused).rejects.toBeInstanceOf(RuleBroken);
      });
    });

    test('a part that rejects takes back the writes in it, and the version when there were no others', async () => {
      const before = await version();
      const [name, failure] = [unique('never'), new Error('no')];
      await storage.atomically(async (store) => {
        const part = store.atomically(async (inner) => {
          await create(inner, anOrganization({ name }));
          await create(inner, anOrganization());
          throw failure;
        });
        await expect(part).rejects.toBe(failure);
        expect(await exists(name, store)).toBe(false);
      });
      expect(await exists(name)).toBe(false);
      expect(await version()).toBe(before);
    });

    test('a part that is done stays when a later one rejects', async () => {
      const [kept, never] = [unique('org'), unique('never')];
      await storage.atomically(async (store) => {
        await store.atomically((inner) => create(inner, anOrganization({ name: kept })));
        const part = store.atomically(async (inner) => {
          await create(inner, anOrganization({ name: never }));
          throw new Error('no');
        });
        await expect(part).rejects.toThrow('no');
      });
      expect([await exists(kept), await exists(never)]).toEqual([true, false]);
    });

    test('changes from elsewhere wait until the work is done', async () => {
      const order: string[] = [];
      let elsewhere: Promise<unknown> = Promise.resolve();
      await storage.atomically(async (store) => {
        await create(store, anOrganization());
        elsewhere = change(storage, async () => order.push('elsewhere'));
        await create(store, anOrganization());
        order.push('work');
      });
      await elsewhere;
      expect(order).toEqual(['work', 'elsewhere']);
    });

    test('facts for tokens that were kept from before are not given out afterwards', async () => {
      const api = await change(storage, (config) => config.resourceServers.create(aResourceServer()));
      const query = { clientId: client.clientId, audience: api.identifier, organization: null };
      expect((await storage.tokenFacts(query))?.access.clientGrants).toEqual([]);
      const grant = aClientGrant({
        clientId: client.clientId,
        audience: api.identifier,
        scopes: ['read:all'],
      });
      await storage.atomically((store) =>
        store.write(async ({ clientGrants }) => ({ result: await clientGrants.create(grant), entry: null })),
      );
      expect((await storage.tokenFacts(query))?.access.clientGrants).toMatchObject([
        { scopes: ['read:all'] },
      ]);
    });

    describe('together', () => {
      const granting = async (
        store: ConfigStore,
        subjectTypes: readonly ('client' | 'user')[],
        reason: string,
      ) => {
        const api = await store.write(async ({ resourceServers }) => ({
          result: await resourceServers.create(aResourceServer()),
          entry: null,
        }));
        return subjectTypes.map((subjectType) => () => {
          const grant = aClientGrant({ clientId: client.clientId, audience: api.identifier, subjectType });
          const entry = aLogEntry({ type: 'sapi', reason, audience: subjectType });
          return store.write(async ({ clientGrants }) => ({
            result: await clientGrants.create(grant),
            entry,
          }));
        });
      };

      test('all of them happen; answers and log entries are in their order, and what was created is there', async () => {
        const reason = unique('entry');
        const [answers, found] = await storage.atomically(async (store) => {
          const made = await store.together(await granting(store, ['user', 'client'], reason));
          return [made, await Promise.all(made.map(({ id }) => store.config.clientGrants.find(id)))];
        });
        expect(answers.map(({ subjectType }) => subjectType)).toEqual(['user', 'client']);
        expect(found).toEqual(answers);
        const { items } = await storage.listLogs({ reason }, countedPage(0, 5));
        expect(items.map(({ audience }) => audience)).toEqual(['client', 'user']);
      });

      test('when one is refused none has happened, and the work goes on', async () => {
        const [reason, name] = [unique('entry'), unique('org')];
        await storage.atomically(async (store) => {
          const changes = await granting(store, ['user', 'client', 'user'], reason);
          await expect(store.together(changes)).rejects.toThrow('already exists: client_grant');
          await create(store, anOrganization({ name }));
        });
        expect(await exists(name)).toBe(true);
        expect((await storage.listLogs({ reason }, countedPage(0, 5))).total).toBe(0);
      });
    });
  });
}
