import type { Role, RoleChanges } from '../../../src/domain/role.js';
import { AlreadyExists, MissingReference, type Storage } from '../../../src/storage/storage.js';
import { InvalidCursor } from '../../../src/storage/window.js';
import {
  anOrganization,
  aResourceServer,
  aRole,
  aUser,
  change,
  checkpoint,
  countedPage,
  everything,
  givenUserConnection,
  type Opened,
  outcomes,
  times,
} from '../fixtures.js';
import { keepsSetsAndClears } from './three-states.js';

export function roleConformance(opened: Opened): void {
  describe('roles', () => {
    let storage: Storage;
    beforeAll(async () => {
      storage = opened();
      await givenUserConnection(storage);
    });

    const create = (given?: Parameters<typeof aRole>[0]): Promise<Role> =>
      change(storage, (config) => config.roles.create(aRole(given)));
    const createOrganization = () =>
      change(storage, (config) => config.organizations.create(anOrganization()));
    const createApi = (...values: string[]) =>
      change(storage, (config) =>
        config.resourceServers.create(
          aResourceServer({ name: 'An API', scopes: values.map((value) => ({ value })) }),
        ),
      );
    const permissionsOf = async ({ id }: Role) =>
      (await storage.config.roles.listPermissions(id, everything)).items.map(
        ({ permissionName }) => permissionName,
      );

    test('one comes back as it was given', async () => {
      const { id: ownerId } = await createOrganization();
      for (const given of [aRole(), aRole({ description: 'x', type: 'organization', ownerId })]) {
        const { id } = await change(storage, (config) => config.roles.create(given));
        expect(await storage.config.roles.find(id)).toEqual({ ...given, id });
      }
    });

    test('a second one with the same name is refused, for each owner by itself', async () => {
      const { id: ownerId } = await createOrganization();
      const { name } = await create();
      await expect(create({ name })).rejects.toEqual(new AlreadyExists('role'));
      await create({ name, type: 'organization', ownerId });
      const again = create({ name, type: 'organization', ownerId });
      await expect(again).rejects.toEqual(new AlreadyExists('role'));
    });

    test('of ten with one name at once, one is made', async () => {
      const given = aRole();
      const making = times(10, () => change(storage, (config) => config.roles.create(given)));
      expect(await outcomes(making)).toEqual({
        succeeded: 1,
        failures: times(9, () => new AlreadyExists('role')),
      });
    });

    test('a deletion answers whether there was something to delete', async () => {
      const { id } = await create();
      expect(await change(storage, (config) => config.roles.delete(id))).toBe(true);
      expect(await change(storage, (config) => config.roles.delete(id))).toBe(false);
    });

    test('a deletion takes its permissions and assignments along, and nothing else', async () => {
      const api = await createApi('a');
      const [role, other] = [await create(), await create()];
      const permission = { resourceServerIdentifier: api.identifier, permissionName: 'a' };
      const { userId } = await change(storage, async (config) => {
        const user = await config.users.create(aUser());
        await config.users.addRoles([user.userId], [role.id, other.id]);
        for (const { id } of [role, other]) await config.roles.addPermissions(id, [permission]);
        await config.roles.delete(role.id);
        return user;
      });
      expect((await storage.config.roles.list({ userId }, everything)).items).toEqual([other]);
      expect(await permissionsOf(role)).toEqual([]);
      expect(await permissionsOf(other)).toEqual(['a']);
      expect(await storage.config.users.find(userId)).not.toBeNull();
    });

    test('the deletion of its organization takes a role along', async () => {
      const { id: ownerId } = await createOrganization();
      const { id } = await create({ type: 'organization', ownerId });
      await change(storage, (config) => config.organizations.delete(ownerId));
      expect(await storage.config.roles.find(id)).toBeNull();
    });

    test('those of several that exist are found, each once', async () => {
      const { id } = await create();
      expect((await storage.config.roles.findAll([id, 'rol_none', id])).map((role) => role.id)).toEqual([id]);
    });

    describe('changes', () => {
      keepsSetsAndClears<Role, RoleChanges>({
        create: () => create({ description: 'before' }),
        update: ({ id }, changes) => change(storage, (config) => config.roles.update(id, changes)),
        find: ({ id }) => storage.config.roles.find(id),
        fields: {
          name: { to: 'renamed', clears: false },
          description: { to: '', clears: true },
        },
      });
    });

    describe('permissions of roles', () => {
      test('they are listed by name, with what their API says of them now', async () => {
        const api = await change(storage, (config) =>
          config.resourceServers.create(
            aResourceServer({
              scopes: [{ value: 'b', description: 'Bees' }, { value: 'B' }, { value: 'a' }],
            }),
          ),
        );
        const role = await create();
        const named = (permissionName: string) => ({
          resourceServerIdentifier: api.identifier,
          permissionName,
        });
        await change(storage, async (config) => {
          await config.roles.addPermissions(role.id, ['b', 'B', 'a'].map(named));
          await config.roles.addPermissions(role.id, [named('b')]);
          await config.resourceServers.update(api.id, { name: 'Renamed' });
        });
        const of = (permissionName: string, description: string | null) => ({
          ...named(permissionName),
          description,
          resourceServerName: 'Renamed',
        });
        const listed = (offset: number, limit: number) =>
          storage.config.roles.listPermissions(role.id, countedPage(offset, limit));
        const all = [of('B', null), of('a', null), of('b', 'Bees')];
        expect(await listed(0, 10)).toEqual({ items: all, total: 3, next: null });
        expect(await listed(1, 1)).toEqual({ items: all.slice(1, 2), total: 3, next: null });
      });

      test('a removal leaves the others, and what is not there is no error', async () => {
        const [api, other] = [await createApi('a', 'b'), await createApi('a', 'b')];
        const role = await create();
        const all = [api, other].flatMap(({ identifier }) =>
          ['a', 'b'].map((permissionName) => ({ resourceServerIdentifier: identifier, permissionName })),
        );
        await change(storage, async (config) => {
          await config.roles.addPermissions(role.id, all);
          for (let i = 0; i < 2; i++) await config.roles.removePermissions(role.id, all.slice(0, 1));
        });
        const { items } = await storage.config.roles.listPermissions(role.id, everything);
        expect(items).toHaveLength(3);
        expect(items).not.toContainEqual(expect.objectContaining(all[0]));
      });

      test.each(['an API', 'a scope'])('%s that does not exist is refused', async (what) => {
        const api = await createApi('a');
        const role = await create();
        const permission =
          what === 'an API'
            ? { resourceServerIdentifier: 'urn:none', permissionName: 'a' }
            : { resourceServerIdentifier: api.identifier, permissionName: 'A' };
        const adding = change(storage, (config) => config.roles.addPermissions(role.id, [permission]));
        await expect(adding).rejects.toBeInstanceOf(MissingReference);
      });

      test('a scope that its API loses is lost by roles and users, and the others stay', async () => {
        const [api, other] = [await createApi('a', 'b'), await createApi('a')];
        const role = await create();
        const { userId } = await change(storage, (config) => config.users.create(aUser()));
        const permissions = [
          { resourceServerIdentifier: api.identifier, permissionName: 'a' },
          { resourceServerIdentifier: api.identifier, permissionName: 'b' },
          { resourceServerIdentifier: other.identifier, permissionName: 'a' },
        ];
        await change(storage, async (config) => {
          await config.roles.addPermissions(role.id, permissions);
          await config.users.addPermissions(userId, permissions);
          await config.resourceServers.update(api.id, { scopes: [{ value: 'b', description: 'new' }] });
        });
        const left = permissions.slice(1).map((permission) => expect.objectContaining(permission) as unknown);
        const window = countedPage(0, 10);
        for (const { items } of [
          await storage.config.roles.listPermissions(role.id, window),
          await storage.config.users.listPermissions(userId, window),
        ]) {
          expect(items).toHaveLength(2);
          expect(items).toEqual(expect.arrayContaining(left));
        }
      });

      test.each(['null', 'an empty list'])('an API whose scopes become %s takes all along', async (what) => {
        const api = await createApi('a');
        const role = await create();
        await change(storage, async (config) => {
          const permission = { resourceServerIdentifier: api.identifier, permissionName: 'a' };
          await config.roles.addPermissions(role.id, [permission]);
          await config.resourceServers.update(api.id, { scopes: what === 'null' ? null : [] });
        });
        expect(await permissionsOf(role)).toEqual([]);
      });

      test('a deleted API takes its permissions along', async () => {
        const api = await createApi('a');
        const role = await create();
        await change(storage, async (config) => {
          const permission = { resourceServerIdentifier: api.identifier, permissionName: 'a' };
          await config.roles.addPermissions(role.id, [permission]);
          await config.resourceServers.delete(api.id);
        });
        expect(await permissionsOf(role)).toEqual([]);
      });
    });
  });
}

export function roleListConformance(opened: Opened): void {
  describe('lists of roles', () => {
    let storage: Storage;
    let ownerId: string;
    beforeAll(async () => {
      storage = opened();
      await change(storage, async (config) => {
        ownerId = (await config.organizations.create(anOrganization({ name: 'zz-owner' }))).id;
        for (const name of ['delta', 'Al_pha', 'al%pha', 'bravo']) await config.roles.create(aRole({ name }));
        await config.roles.create(aRole({ name: 'bravo', type: 'organization', ownerId }));
      });
    });

    const listed = async (...[filter, window]: Parameters<Storage['config']['roles']['list']>) => {
      const { items, ...rest } = await storage.config.roles.list(filter, window);
      return { items: items.map(({ name }) => name), ...rest };
    };
    const byName = ['Al_pha', 'al%pha', 'bravo', 'bravo', 'delta'];

    test('by name, byte by byte', async () => {
      expect(await listed({}, countedPage(0, 10))).toEqual({ items: byName, total: 5, next: null });
      expect(await listed({}, countedPage(4, 10))).toEqual({ items: ['delta'], total: 5, next: null });
    });

    test.each([
      [{ nameContains: 'PHA' }, ['Al_pha', 'al%pha']],
      [{ nameContains: '_' }, ['Al_pha']],
      [{ nameContains: '%' }, ['al%pha']],
      [{ nameContains: '\\' }, []],
      [{ type: 'organization' as const }, ['bravo']],
      [{ type: 'tenant' as const }, ['Al_pha', 'al%pha', 'bravo', 'delta']],
    ])('%j', async (filter, expected) => {
      expect((await listed(filter, everything)).items).toEqual(expected);
    });

    test('of one owner', async () => {
      expect((await listed({ ownerId }, everything)).items).toEqual(['bravo']);
    });

    test('checkpoints lead through everything once', async () => {
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const { items, next } = await storage.config.roles.list({}, checkpoint(cursor, 1));
        seen.push(...items.map(({ id }) => id));
        cursor = next;
      } while (cursor !== null);
      expect(seen).toEqual((await storage.config.roles.list({}, everything)).items.map(({ id }) => id));
    });

    test.each(['', 'x', 'rol_0000000000000000', '12', 'rol_0000000000000000,\0'])(
      'the cursor %j is refused',
      async (cursor) => {
        await expect(listed({}, checkpoint(cursor, 5))).rejects.toBeInstanceOf(InvalidCursor);
      },
    );
  });
}
