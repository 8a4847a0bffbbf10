import type { Storage } from '../../../src/storage/storage.js';
import type { Engine } from '../../support/engines.js';
import {
  aClient,
  aClientGrant,
  aCredential,
  anAction,
  aDefaultGrant,
  aLogEntry,
  anOrganization,
  aResourceServer,
  aRole,
  aThirdParty,
  aUser,
  change,
  countedPage,
  everything,
  givenUserConnection,
  type OpenDatabase,
  openFresh,
  outcomes,
  times,
  versionOf,
} from '../fixtures.js';
import { withRaw } from '../raw.js';

const API = 'https://orders.example.com';
const NOW = new Date('2026-07-01T12:05:00.000Z');
const quota = { of: 'client', id: 'first', quota: { enforce: true, perDay: null, perHour: 5 } } as const;
const facts = { clientId: 'first', audience: API, organization: null };

const permission = { resourceServerIdentifier: API, permissionName: 'read:orders' };

/** One of everything, each referring to others. */
async function fill(storage: Storage) {
  await givenUserConnection(storage);
  return change(storage, async (config) => {
    const { clients, clientGrants, organizations, resourceServers, roles, users } = config;
    const { id: organizationId } = await organizations.create(anOrganization({ name: 'acme' }));
    await resourceServers.create(
      aResourceServer({ identifier: API, signingSecret: 'sealed', scopes: [{ value: 'read:orders' }] }),
    );
    await clients.create(aClient({ clientId: 'first', defaultOrganizationId: organizationId }), []);
    await clients.create(aThirdParty({ clientId: 'third' }), [aCredential('third', { id: 'cred_1' })]);
    const grant = aClientGrant({ clientId: 'first', audience: API, organizationUsage: 'allow' });
    const { id: grantId } = await clientGrants.create(grant);
    await clientGrants.create(aDefaultGrant({ audience: API }));
    await organizations.addClientGrant(organizationId, grantId);
    const { userId } = await users.create(aUser());
    const { id: roleId } = await roles.create(aRole());
    await roles.addPermissions(roleId, [permission]);
    await users.addRoles([userId], [roleId]);
    await users.addPermissions(userId, [permission]);
    const action = await config.actions.create(anAction(), NOW);
    await config.actions.deploy(action.id, action, NOW);
    await config.actions.bind('post-login', [{ actionId: action.id, displayName: 'x' }], NOW);
    const exchange = await config.actions.create(
      anAction({ trigger: { id: 'custom-token-exchange', version: 'v1' } }),
      NOW,
    );
    await config.actions.deploy(exchange.id, exchange, NOW);
    const profile = { name: 'profile', subjectTokenType: 'urn:acme:token', actionId: exchange.id };
    await config.tokenExchangeProfiles.create(profile, NOW);
    return { organizationId, grantId, userId, roleId, action };
  });
}

type Filled = Awaited<ReturnType<typeof fill>>;

/** What tests do to a state. */
const messes: readonly (readonly [string, (storage: Storage, made: Filled) => Promise<unknown>])[] = [
  ['nothing', async () => null],
  [
    'new objects, and references to them from old ones',
    (storage) =>
      change(storage, async ({ clients, clientGrants, organizations, resourceServers }) => {
        const { id } = await organizations.create(anOrganization());
        const api = await resourceServers.create(aResourceServer());
        await clients.create(aClient({ clientId: 'new' }), []);
        await clientGrants.create(aClientGrant({ clientId: 'new', audience: api.identifier }));
        await clients.update('first', { defaultOrganizationId: id });
      }),
  ],
  [
    'changes in place',
    (storage, { organizationId, grantId }) =>
      change(storage, async ({ clients, clientGrants, organizations }) => {
        await clients.update('first', { name: 'Renamed', secret: 'another secret of it' });
        await organizations.update(organizationId, { name: 'renamed' });
        await clientGrants.update(grantId, { scopes: ['read:orders'] });
        await clients.updateCredential('cred_1', { expiresAt: NOW }, NOW);
      }),
  ],
  [
    'changes that take permissions away',
    (storage, { userId }) =>
      change(storage, async ({ resourceServers, users }) => {
        const api = await resourceServers.findByIdentifier(API);
        await resourceServers.update(api?.id ?? '', { scopes: [] });
        await users.update(userId, { blocked: true }, NOW);
      }),
  ],
  [
    'deletions of users and roles',
    (storage, { userId, roleId }) =>
      change(storage, async ({ roles, users }) => {
        await users.delete(userId);
        await roles.delete(roleId);
      }),
  ],
  [
    'deletions that take others along',
    (storage, { organizationId }) =>
      change(storage, async ({ clients, organizations, resourceServers }) => {
        const api = await resourceServers.findByIdentifier(API);
        await resourceServers.delete(api?.id ?? '');
        await organizations.delete(organizationId);
        await clients.delete('third');
      }),
  ],
  [
    'the same names on other objects',
    (storage, { organizationId }) =>
      change(storage, async ({ organizations, resourceServers, clientGrants }) => {
        await organizations.delete(organizationId);
        await organizations.create(anOrganization({ name: 'acme' }));
        const api = await resourceServers.findByIdentifier(API);
        await resourceServers.delete(api?.id ?? '');
        await resourceServers.create(aResourceServer({ identifier: API }));
        await clientGrants.create(aClientGrant({ clientId: 'first', audience: API }));
      }),
  ],
  [
    'Actions that are changed, deployed, unbound and deleted',
    (storage, { action }) =>
      change(storage, async ({ actions }) => {
        await actions.update(action.id, { code: 'changed' }, NOW);
        await actions.deploy(action.id, action, NOW);
        await actions.bind('post-login', [], NOW);
      }),
  ],
  [
    'an Action that is deleted',
    (storage, { action }) => change(storage, ({ actions }) => actions.delete(action.id)),
  ],
  [
    'tokens counted and assertions used',
    async (storage) => {
      await storage.takeFromQuotas([quota], NOW);
      await storage.useAssertion('first', 'later', NOW);
    },
  ],
  [
    'log entries',
    (storage) => Promise.all(times(3, () => storage.appendLog(aLogEntry({ reason: 'later' })))),
  ],
];

export function snapshotConformance(engine: Engine): void {
  describe('snapshots', () => {
    let open: OpenDatabase;
    let storage: Storage;
    let made: Filled;
    beforeEach(async () => {
      open = await openFresh(engine);
      storage = open.storage;
      made = await fill(storage);
      await storage.takeFromQuotas([quota], NOW);
      await storage.useAssertion('first', 'before', NOW);
      await storage.appendLog(aLogEntry({ reason: 'before' }));
    });
    afterEach(async () => {
      await storage.close();
      await open.database.remove();
    });

    /** Every row of every table but the version, as text. It closes and opens the storage. */
    const rows = async (): Promise<Record<string, unknown>> => {
      await storage.close();
      const found = await withRaw(open.database, async (query) => {
        const tables = await query<{ name: string }>(
          `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'config_version' ORDER BY 1`,
        );
        const all: Record<string, unknown> = {};
        for (const { name } of tables) {
          all[name] = await query(`SELECT t::text AS row FROM "${name}" t ORDER BY 1`);
        }
        return all;
      });
      storage = await open.database.open();
      return found;
    };

    test.each(messes)('after %s, all is as it was', async (_name, mess) => {
      const before = await rows();
      await storage.takeSnapshot();
      await mess(storage, made);
      expect(await storage.restoreSnapshot()).toBe(true);
      expect(await rows()).toEqual(before);
    });

    test('a state can be put back again and again, by a later process too', async () => {
      await storage.takeSnapshot();
      const before = await rows();
      for (const [, mess] of messes.slice(1, 4)) {
        await mess(storage, made);
        expect(await storage.restoreSnapshot()).toBe(true);
      }
      expect(await storage.restoreSnapshot()).toBe(true);
      expect(await rows()).toEqual(before);
    });

    test('a later snapshot takes the place of an earlier one', async () => {
      await storage.takeSnapshot();
      await change(storage, ({ clients }) => clients.create(aClient({ clientId: 'second' }), []));
      await storage.takeSnapshot();
      await change(storage, ({ clients }) => clients.delete('second'));
      expect(await storage.restoreSnapshot()).toBe(true);
      expect(await storage.config.clients.find('second')).not.toBeNull();
    });

    test('without one nothing is put back, and nothing is changed', async () => {
      const before = await rows();
      expect(await storage.restoreSnapshot()).toBe(false);
      expect(await rows()).toEqual(before);
    });

    test('one of another version of the server is none', async () => {
      await storage.takeSnapshot();
      await storage.close();
      await withRaw(open.database, (query) =>
        query(`UPDATE grantry_snapshot."(remembered)" SET migrations = 'others'`),
      );
      storage = await open.database.open();
      await change(storage, ({ clients }) => clients.delete('first'));
      expect(await storage.restoreSnapshot()).toBe(false);
      expect(await storage.config.clients.find('first')).toBeNull();
    });

    test('the version goes up, never back, so that facts read before are out of date', async () => {
      await storage.takeSnapshot();
      await change(storage, ({ clients }) => clients.update('first', { secret: 'changed for a test' }));
      const changed = await versionOf(storage, 'first');
      expect((await storage.tokenFacts(facts))?.authentication.secret).toBe('changed for a test');
      await storage.restoreSnapshot();
      expect(await versionOf(storage, 'first')).toBeGreaterThan(changed);
      expect((await storage.tokenFacts(facts))?.authentication.secret).toBe('the secret of a client');
    });

    test('objects that are made after it come after those that were there', async () => {
      await storage.takeSnapshot();
      await change(storage, ({ clients }) => clients.create(aClient({ clientId: 'a' }), []));
      await storage.restoreSnapshot();
      await change(storage, ({ clients }) => clients.create(aClient({ clientId: 'b' }), []));
      const { items } = await storage.config.clients.list({}, everything);
      expect(items.map(({ clientId }) => clientId)).toEqual(['first', 'third', 'b']);
    });

    test('the log goes on where it was, under ids that were never used', async () => {
      await storage.takeSnapshot();
      await storage.appendLog(aLogEntry({ reason: 'removed' }));
      const removed = (await storage.listLogs({ reason: 'removed' }, countedPage(0, 1))).items[0]?.logId;
      await storage.restoreSnapshot();
      await storage.appendLog(aLogEntry({ reason: 'after' }));
      const { items } = await storage.listLogs({}, everything, { oldestFirst: true });
      expect(items.map(({ reason }) => reason)).toEqual(['before', 'after']);
      expect(Number(items[1]?.logId)).toBeGreaterThan(Number(removed));
    });

    test('writes, readers and restores at once wait for each other and all succeed', async () => {
      await storage.takeSnapshot();
      const calls = times(24, (index): Promise<unknown> => {
        if (index % 4 === 0) return storage.restoreSnapshot();
        if (index % 4 === 1) return storage.tokenFacts(facts, { fresh: true });
        return change(storage, ({ clients }) => clients.create(aClient({ clientId: `racing-${index}` }), []));
      });
      expect(await outcomes(calls)).toEqual({ succeeded: 24, failures: [] });
      await storage.restoreSnapshot();
      const { items } = await storage.config.clients.list({}, everything);
      expect(items.map(({ clientId }) => clientId)).toEqual(['first', 'third']);
    });

    test('two snapshots at once leave one that can be put back', async () => {
      expect(await outcomes(times(4, () => storage.takeSnapshot()))).toEqual({ succeeded: 4, failures: [] });
      expect(await storage.restoreSnapshot()).toBe(true);
    });

    test('every table but those of the server itself is among them, without being listed anywhere', async () => {
      await storage.takeSnapshot();
      await storage.close();
      const missing = await withRaw(open.database, (query) =>
        query<{ name: string }>(`
          SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'
          EXCEPT SELECT tablename FROM pg_tables WHERE schemaname = 'grantry_snapshot' ORDER BY 1`),
      );
      storage = await open.database.open();
      expect(missing.map(({ name }) => name)).toEqual([
        '_prisma_migrations',
        'config_version',
        'logs',
        'signing_keys',
      ]);
    });

    test('a foreign key that would stop it is named when the snapshot is taken', async () => {
      await storage.close();
      await withRaw(open.database, (query) =>
        query(
          `CREATE TABLE stubborn (id text PRIMARY KEY, client_id text COLLATE "C" CONSTRAINT stubborn_fkey REFERENCES clients)`,
        ),
      );
      storage = await open.database.open();
      await expect(storage.takeSnapshot()).rejects.toThrow('stubborn_fkey');
    });
  });
}
