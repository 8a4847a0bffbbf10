import type { ClientGrant, ClientGrantChanges, NewClientGrant } from '../../../src/domain/client-grant.js';
import { AlreadyExists, MissingReference, type Storage } from '../../../src/storage/storage.js';
import {
  aClient,
  aClientGrant,
  aDefaultGrant,
  anOrganization,
  aResourceServer,
  change,
  checkpoint,
  countedPage,
  everything,
  type Opened,
  outcomes,
  page,
  times,
} from '../fixtures.js';
import { keepsSetsAndClears } from './three-states.js';

export function clientGrantConformance(opened: Opened): void {
  describe('client grants', () => {
    let storage: Storage;
    beforeAll(() => {
      storage = opened();
    });

    const create = (given: NewClientGrant): Promise<ClientGrant> =>
      change(storage, (config) => config.clientGrants.create(given));

    /** A client and an API that nobody has used yet. */
    const fresh = () =>
      change(storage, async (config) => ({
        clientId: (await config.clients.create(aClient(), [])).clientId,
        audience: (await config.resourceServers.create(aResourceServer())).identifier,
      }));

    test('one for client credentials comes back as it was given', async () => {
      const given = aClientGrant({
        ...(await fresh()),
        scopes: ['write:b', 'read:a', 'write:b'],
        allowAllScopes: false,
        organizationUsage: 'require',
        allowAnyOrganization: true,
        isSystem: true,
      });
      const { id } = await create(given);
      expect(await storage.config.clientGrants.find(id)).toEqual({ ...given, id });
    });

    test('one for users comes back as it was given', async () => {
      const given = aClientGrant({
        ...(await fresh()),
        subjectType: 'user',
        allowAllScopes: true,
        authorizationDetailsTypes: ['payment', 'account'],
      });
      const { id } = await create(given);
      expect(await storage.config.clientGrants.find(id)).toEqual({ ...given, id });
    });

    test('a default grant comes back as it was given', async () => {
      const { audience } = await fresh();
      const given = aDefaultGrant({ audience, scopes: ['read:a'] });
      const { id } = await create(given);
      expect(await storage.config.clientGrants.find(id)).toEqual({ ...given, id });
    });

    test('one that does not exist is null', async () => {
      expect(await storage.config.clientGrants.find('cgr_nothing')).toBeNull();
    });

    test('a client has one for each API and subject type', async () => {
      const pair = await fresh();
      await create(aClientGrant(pair));
      await create(aClientGrant({ ...pair, subjectType: 'user' }));
      await expect(create(aClientGrant(pair))).rejects.toEqual(new AlreadyExists('client_grant'));
    });

    test('there is one default grant for each API and subject type', async () => {
      const { audience } = await fresh();
      await create(aDefaultGrant({ audience }));
      await create(aDefaultGrant({ audience, subjectType: 'user' }));
      await expect(create(aDefaultGrant({ audience }))).rejects.toEqual(new AlreadyExists('client_grant'));
    });

    test('a default grant and a client grant stand side by side', async () => {
      const pair = await fresh();
      await create(aDefaultGrant({ audience: pair.audience }));
      await expect(create(aClientGrant(pair))).resolves.toMatchObject(pair);
    });

    test('of fifty at once for one client, API and subject type, one is made', async () => {
      const pair = await fresh();
      const { succeeded, failures } = await outcomes(times(50, () => create(aClientGrant(pair))));
      expect(succeeded).toBe(1);
      expect(failures).toEqual(times(49, () => new AlreadyExists('client_grant')));
      expect((await storage.config.clientGrants.list(pair, countedPage(0, 5))).total).toBe(1);
    });

    test.each(['clientId', 'audience'])('a `%s` that does not exist is refused', async (key) => {
      const given = aClientGrant({ ...(await fresh()), [key]: 'nothing' });
      await expect(create(given)).rejects.toBeInstanceOf(MissingReference);
    });

    test('a change of one that does not exist is refused', async () => {
      const changing = change(storage, (config) => config.clientGrants.update('cgr_nothing', { scopes: [] }));
      await expect(changing).rejects.toBeInstanceOf(MissingReference);
    });

    test('a deletion answers whether there was something to delete, and takes organizations along', async () => {
      const pair = await fresh();
      const answers = await change(storage, async (config) => {
        const { id } = await config.clientGrants.create(
          aClientGrant({ ...pair, organizationUsage: 'allow' }),
        );
        const organization = await config.organizations.create(anOrganization());
        await config.organizations.addClientGrant(organization.id, id);
        return [
          await config.clientGrants.delete(id),
          await config.clientGrants.delete(id),
          await config.organizations.countClientGrants(organization.id),
          await config.organizations.hasClientGrant(organization.id, id),
        ];
      });
      expect(answers).toEqual([true, false, 0, false]);
    });

    test('after one is deleted, the same can be made again', async () => {
      const given = aClientGrant(await fresh());
      const { id } = await create(given);
      await change(storage, (config) => config.clientGrants.delete(id));
      await expect(create(given)).resolves.toMatchObject(given);
    });

    describe('changes of one for client credentials', () => {
      // `scopes` can have values only while `allowAllScopes` is not true, so its change is among those for users.
      keepsSetsAndClears<ClientGrant, Omit<ClientGrantChanges, 'authorizationDetailsTypes' | 'scopes'>>({
        create: async () =>
          create(
            aClientGrant({
              ...(await fresh()),
              scopes: [],
              allowAllScopes: true,
              organizationUsage: 'allow',
              allowAnyOrganization: false,
            }),
          ),
        update: ({ id }, changes) => change(storage, (config) => config.clientGrants.update(id, changes)),
        find: ({ id }) => storage.config.clientGrants.find(id),
        fields: {
          allowAllScopes: { to: false, clears: true },
          organizationUsage: { to: 'require', clears: true },
          allowAnyOrganization: { to: true, clears: true },
        },
      });
    });

    describe('changes of one for users', () => {
      keepsSetsAndClears<ClientGrant, Pick<ClientGrantChanges, 'scopes' | 'authorizationDetailsTypes'>>({
        create: async () =>
          create(
            aClientGrant({
              ...(await fresh()),
              subjectType: 'user',
              scopes: ['read:a', 'write:a'],
              authorizationDetailsTypes: ['payment'],
            }),
          ),
        update: ({ id }, changes) => change(storage, (config) => config.clientGrants.update(id, changes)),
        find: ({ id }) => storage.config.clientGrants.find(id),
        fields: {
          scopes: { to: ['write:a', 'read:a'], clears: false },
          authorizationDetailsTypes: { to: [], clears: true },
        },
      });
    });
  });
}

export function clientGrantListConformance(opened: Opened): void {
  describe('lists of client grants', () => {
    let storage: Storage;
    let organizationId: string;
    /** Ids of the grants by what is special about them. */
    const ids: Record<string, string> = {};

    beforeAll(async () => {
      storage = opened();
      organizationId = await change(storage, async (config) => {
        for (const identifier of ['urn:a', 'urn:b']) {
          await config.resourceServers.create(aResourceServer({ identifier }));
        }
        for (const clientId of ['one', 'two']) await config.clients.create(aClient({ clientId }), []);
        const make = async (name: string, grant: NewClientGrant) => {
          ids[name] = (await config.clientGrants.create(grant)).id;
        };
        await make('one a client', aClientGrant({ clientId: 'one', audience: 'urn:a' }));
        await make('one a user', aClientGrant({ clientId: 'one', audience: 'urn:a', subjectType: 'user' }));
        await make('one b', aClientGrant({ clientId: 'one', audience: 'urn:b', organizationUsage: 'allow' }));
        const any = { organizationUsage: 'require', allowAnyOrganization: true } as const;
        await make('two a', aClientGrant({ clientId: 'two', audience: 'urn:a', ...any }));
        await make('default a', aDefaultGrant({ audience: 'urn:a' }));
        const organization = await config.organizations.create(anOrganization());
        await config.organizations.addClientGrant(organization.id, ids['one b'] ?? '');
        return organization.id;
      });
    });

    const named = (...names: string[]): string[] => names.map((name) => ids[name] ?? '').toSorted(byBytes);
    const listed = async (...[filter, window]: Parameters<Storage['config']['clientGrants']['list']>) => {
      const { items, ...rest } = await storage.config.clientGrants.list(filter, window);
      return { items: items.map(({ id }) => id), ...rest };
    };

    test('by id, byte by byte', async () => {
      expect(await listed({}, everything)).toEqual({
        items: Object.values(ids).toSorted(byBytes),
        total: null,
        next: null,
      });
    });

    test.each([
      ['clientId', { clientId: 'one' }, ['one a client', 'one a user', 'one b']],
      ['clientId in another case', { clientId: 'ONE' }, []],
      ['audience', { audience: 'urn:b' }, ['one b']],
      ['subjectType', { subjectType: 'user' }, ['one a user']],
      ['defaultFor', { defaultFor: 'third_party_clients' }, ['default a']],
      ['allowAnyOrganization', { allowAnyOrganization: true }, ['two a']],
      ['two filters', { clientId: 'one', audience: 'urn:a' }, ['one a client', 'one a user']],
      ['an organization that does not exist', { organizationId: 'org_nothing' }, []],
      ['no ids', { ids: [] }, []],
    ] as const)('filtered by %s', async (_name, filter, expected) => {
      expect(await listed(filter, countedPage(0, 50))).toEqual({
        items: named(...expected),
        total: expected.length,
        next: null,
      });
    });

    test('filtered by an organization', async () => {
      expect((await listed({ organizationId }, everything)).items).toEqual(named('one b'));
    });

    test('filtered by ids, whatever their order, and those that do not exist left out', async () => {
      const wanted = [ids['two a'] ?? '', 'cgr_nothing', ids['one b'] ?? ''];
      expect((await listed({ ids: wanted }, everything)).items).toEqual(named('two a', 'one b'));
    });

    test('pages follow one another', async () => {
      const all = Object.values(ids).toSorted(byBytes);
      expect((await listed({}, page(0, 2))).items).toEqual(all.slice(0, 2));
      expect((await listed({}, page(4, 2))).items).toEqual(all.slice(4));
      expect(await listed({}, countedPage(9, 2))).toEqual({ items: [], total: 5, next: null });
    });

    test('checkpoints lead through everything once', async () => {
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const part = await listed({ audience: 'urn:a' }, checkpoint(cursor, 3));
        seen.push(...part.items);
        cursor = part.next;
      } while (cursor !== null);
      expect(seen).toEqual(named('one a client', 'one a user', 'two a', 'default a'));
    });

    test('a checkpoint window that ends with the list has no next', async () => {
      expect(await listed({}, checkpoint(null, 5))).toMatchObject({ next: null });
      expect(await listed({}, checkpoint(null, 4))).not.toMatchObject({ next: null });
    });

    test('a cursor keeps its place when its client grant is deleted', async () => {
      const [first = '', second = '', ...rest] = Object.values(ids).toSorted(byBytes);
      const cursor = (await listed({}, checkpoint(null, 2))).next;
      await expect(
        storage.write(async (config) => {
          await config.clientGrants.delete(second);
          const { items } = await config.clientGrants.list({}, checkpoint(cursor, 10));
          expect(items.map(({ id }) => id)).toEqual(rest);
          // Taken back, so that the other tests find what they expect.
          throw new Error(first);
        }),
      ).rejects.toThrow(first);
    });
  });
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
