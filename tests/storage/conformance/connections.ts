import type { Connection, ConnectionChanges } from '../../../src/domain/connection.js';
import { AlreadyExists, MissingReference, type Storage } from '../../../src/storage/storage.js';
import { InvalidCursor } from '../../../src/storage/window.js';
import {
  aClient,
  aConnection,
  change,
  checkpoint,
  countedPage,
  everything,
  type Opened,
  outcomes,
  page,
  times,
  unique,
} from '../fixtures.js';
import { keepsSetsAndClears } from './three-states.js';

type Fields = Omit<ConnectionChanges, 'enabledClients'>;

export function connectionConformance(opened: Opened): void {
  describe('connections', () => {
    let storage: Storage;
    beforeAll(() => {
      storage = opened();
    });

    const create = (given?: Parameters<typeof aConnection>[0]): Promise<Connection> =>
      change(storage, (config) => config.connections.create(aConnection(given)));

    const createClients = (count: number): Promise<string[]> =>
      change(storage, async (config) => {
        const ids: string[] = [];
        for (let i = 0; i < count; i++) ids.push((await config.clients.create(aClient(), [])).clientId);
        return ids;
      });

    test('one with every field comes back as it was given, members of its options in their order', async () => {
      const [one = '', two = ''] = await createClients(2);
      const given = aConnection({
        displayName: 'Ünïcode GmbH 😀',
        options: { z: 1, a: { client_secret: 'x' }, n: null, list: [1, 'two'] },
        isDomainConnection: true,
        showAsButton: false,
        realms: ['b', 'a'],
        metadata: { tier: 'gold' },
        settings: { authentication: { active: true } },
        enabledClients: [two, one],
      });
      const { id } = await change(storage, (config) => config.connections.create(given));
      const found = await storage.config.connections.find(id);
      expect(found).toEqual({ ...given, id });
      expect(JSON.stringify(found?.options)).toBe(JSON.stringify(given.options));
      expect(id).toMatch(/^con_[A-Za-z0-9]{16}$/);
    });

    test('one is found by its name, in that case only, and not by its id as a name', async () => {
      const connection = await create({ name: unique('Name') });
      expect(await storage.config.connections.findByName(connection.name)).toEqual(connection);
      expect(await storage.config.connections.findByName(connection.name.toLowerCase())).toBeNull();
      expect(await storage.config.connections.findByName(connection.id)).toBeNull();
    });

    test('a second one with the same name is refused', async () => {
      const { name } = await create();
      await expect(create({ name, strategy: 'oidc' })).rejects.toEqual(new AlreadyExists('connection'));
    });

    test('of ten that are made at once with one name, one is made', async () => {
      const name = unique('race');
      const made = await outcomes(times(10, () => create({ name })));
      expect(made).toEqual({ succeeded: 1, failures: times(9, () => new AlreadyExists('connection')) });
    });

    describe('that accept assertions of an issuer', () => {
      const ON = { cross_app_access_resource_app: { status: 'enabled' } };
      const newIssuer = () => `https://${unique('idp')}.example.com`;
      const accepting = (issuer: string, given: Parameters<typeof aConnection>[0] = {}) =>
        create({ strategy: 'oidc', options: { issuer }, settings: ON, ...given });
      const connections = () => storage.config.connections;

      test('are found by it, as long as options and settings say so', async () => {
        const issuer = newIssuer();
        const made = await accepting(issuer);
        expect(await connections().findByAssertionIssuer(issuer)).toEqual(made);
        expect(await connections().findByAssertionIssuer(issuer.toUpperCase())).toBeNull();
        const other = newIssuer();
        const changeTo = (changes: ConnectionChanges) =>
          change(storage, (config) => config.connections.update(made.id, changes));
        await changeTo({ options: { issuer: other } });
        expect(await connections().findByAssertionIssuer(issuer)).toBeNull();
        expect((await connections().findByAssertionIssuer(other))?.id).toBe(made.id);
        await changeTo({ settings: {} });
        expect(await connections().findByAssertionIssuer(other)).toBeNull();
        await changeTo({ settings: ON });
        expect((await connections().findByAssertionIssuer(other))?.id).toBe(made.id);
      });

      test('are one for each', async () => {
        const issuer = newIssuer();
        const made = await outcomes(times(10, () => accepting(issuer)));
        expect(made).toEqual({
          succeeded: 1,
          failures: times(9, () => new AlreadyExists('assertion_issuer')),
        });
        await accepting(issuer, { settings: {} });
        await accepting(issuer, { strategy: 'samlp' });
      });
    });

    describe('changes', () => {
      const changeOne = ({ id }: Connection, changes: Fields) =>
        change(storage, (config) => config.connections.update(id, changes));

      keepsSetsAndClears<Connection, Fields>({
        create: () =>
          create({
            displayName: 'Name',
            options: { a: 1 },
            showAsButton: true,
            realms: ['one'],
            metadata: { a: 'b' },
            settings: { a: { active: true } },
          }),
        update: (connection, changes) => changeOne(connection, changes),
        find: ({ id }) => storage.config.connections.find(id),
        fields: {
          displayName: { to: 'Other', clears: true },
          options: { to: { b: 2 }, clears: false },
          isDomainConnection: { to: true, clears: false },
          showAsButton: { to: false, clears: true },
          realms: { to: [], clears: false },
          metadata: { to: { c: 'd' }, clears: true },
          settings: { to: {}, clears: false },
        },
      });

      test('of one that is gone are refused', async () => {
        const updating = change(storage, (config) => config.connections.update('con_gone', { realms: [] }));
        await expect(updating).rejects.toBeInstanceOf(MissingReference);
      });
    });

    describe('clients', () => {
      test('a list of enabled clients replaces the one before, and what stays keeps its place', async () => {
        const [one = '', two = '', three = ''] = await createClients(3);
        const { id } = await create({ enabledClients: [two, one] });
        const changed = await change(storage, (config) =>
          config.connections.update(id, { enabledClients: [three, two] }),
        );
        expect(changed.enabledClients).toEqual([two, three]);
      });

      test('one is enabled once, and disabled without a word when it was not', async () => {
        const [one = '', two = ''] = await createClients(2);
        const { id } = await create({ enabledClients: [one] });
        await change(storage, async ({ connections }) => {
          await connections.enableClients(id, [two, one]);
          await connections.disableClients(id, ['nobody']);
        });
        expect((await storage.config.connections.find(id))?.enabledClients).toEqual([one, two]);
        await change(storage, ({ connections }) => connections.disableClients(id, [one]));
        expect((await storage.config.connections.find(id))?.enabledClients).toEqual([two]);
      });

      test('one that does not exist cannot be enabled', async () => {
        const { id } = await create();
        const enabling = change(storage, ({ connections }) => connections.enableClients(id, ['nobody']));
        await expect(enabling).rejects.toBeInstanceOf(MissingReference);
      });

      test('they are listed in both ways', async () => {
        const ids = await createClients(3);
        const { id } = await create({ enabledClients: ids });
        const { connections } = storage.config;
        const first = await connections.listClients(id, checkpoint(null, 2));
        const rest = await connections.listClients(id, checkpoint(first.next, 2));
        expect([first.items, rest.items, rest.next]).toEqual([ids.slice(0, 2), ids.slice(2), null]);
        const counted = await connections.listClients(id, countedPage(1, 1));
        expect(counted).toEqual({ items: [ids[1]], total: 3, next: null });
      });

      test('one that is deleted is enabled nowhere', async () => {
        const [one = ''] = await createClients(1);
        const { id } = await create({ enabledClients: [one] });
        await change(storage, (config) => config.clients.delete(one));
        expect((await storage.config.connections.find(id))?.enabledClients).toEqual([]);
      });
    });

    test('deleting answers whether there was something, and leaves the clients', async () => {
      const [one = ''] = await createClients(1);
      const { id } = await create({ enabledClients: [one] });
      const remove = () => change(storage, (config) => config.connections.delete(id));
      expect([await remove(), await remove()]).toEqual([true, false]);
      expect(await storage.config.connections.find(id)).toBeNull();
      expect(await storage.config.clients.find(one)).not.toBeNull();
    });
  });
}

export function connectionListConformance(opened: Opened): void {
  describe('lists of connections', () => {
    let storage: Storage;
    const names = ['b-db', 'a-db', 'sso'];
    beforeAll(async () => {
      storage = opened();
      await change(storage, async ({ connections }) => {
        await connections.create(aConnection({ name: 'b-db' }));
        await connections.create(aConnection({ name: 'a-db' }));
        const options = { domain_aliases: ['Example.com', 7, 'other.example.com'] };
        await connections.create(aConnection({ name: 'sso', strategy: 'oidc', options }));
      });
    });

    const list = async (...call: Parameters<Storage['config']['connections']['list']>) =>
      (await storage.config.connections.list(...call)).items.map(({ name }) => name);

    test('are in the order of creation', async () => {
      expect(await list({}, everything)).toEqual(names);
      expect(await list({}, page(1, 1))).toEqual(['a-db']);
    });

    test('count everything that matches', async () => {
      expect((await storage.config.connections.list({}, countedPage(0, 1))).total).toBe(3);
      const databases = await storage.config.connections.list({ strategies: ['auth0'] }, countedPage(0, 1));
      expect(databases.total).toBe(2);
    });

    test('can be walked by checkpoints', async () => {
      const first = await storage.config.connections.list({}, checkpoint(null, 2));
      expect(first.items.map(({ name }) => name)).toEqual(names.slice(0, 2));
      expect(await list({}, checkpoint(first.next, 2))).toEqual(names.slice(2));
      await expect(list({}, checkpoint('nowhere', 2))).rejects.toBeInstanceOf(InvalidCursor);
    });

    test('are filtered by name, strategies and domain', async () => {
      expect(await list({ name: 'sso' }, everything)).toEqual(['sso']);
      expect(await list({ name: 'SSO' }, everything)).toEqual([]);
      expect(await list({ strategies: ['oidc', 'samlp'] }, everything)).toEqual(['sso']);
      expect(await list({ strategies: ['auth0'], name: 'sso' }, everything)).toEqual([]);
      expect(await list({ domainAlias: 'EXAMPLE.com' }, everything)).toEqual(['sso']);
      expect(await list({ domainAlias: 'ample.com' }, everything)).toEqual([]);
    });
  });
}
