import type { User, UserChanges } from '../../../src/domain/user.js';
import { AlreadyExists, MissingReference, type Storage } from '../../../src/storage/storage.js';
import { InvalidCursor } from '../../../src/storage/window.js';
import {
  aConnection,
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
  unique,
} from '../fixtures.js';
import { keepsSetsAndClears } from './three-states.js';

export function userConformance(opened: Opened): void {
  describe('users', () => {
    let storage: Storage;
    beforeAll(async () => {
      storage = opened();
      await givenUserConnection(storage);
    });

    const create = (given?: Parameters<typeof aUser>[0]): Promise<User> =>
      change(storage, (config) => config.users.create(aUser(given)));
    const createRole = () => change(storage, (config) => config.roles.create(aRole()));
    const later = new Date('2026-03-02T12:00:00.000Z');

    const everyField = (): NonNullable<Parameters<typeof aUser>[0]> => ({
      email: `${unique('e')}@example.com`,
      emailVerified: true,
      username: unique('u'),
      phoneNumber: `+1${Math.random().toString().slice(2, 12)}`,
      phoneVerified: true,
      blocked: true,
      name: 'Ünïcode 😀',
      nickname: 'nick',
      picture: 'https://example.com/p.png',
      givenName: 'Given',
      familyName: 'Family',
      userMetadata: { a: [1, 'x', null, { b: true }] },
      appMetadata: { c: 1.5 },
    });

    test('one comes back as it was given, without its password', async () => {
      for (const given of [aUser(), aUser({ ...everyField(), passwordHash: 'a hash' })]) {
        const { userId } = await change(storage, (config) => config.users.create(given));
        const { passwordHash, ...shown } = given;
        const found = await storage.config.users.find(userId);
        const neverYet = { lastPasswordReset: null, lastLogin: null, lastIp: null, loginsCount: null };
        expect(found).toEqual({ ...shown, ...neverYet, updatedAt: given.createdAt });
        expect(JSON.stringify(found)).not.toContain(passwordHash ?? 'passwordHash');
      }
    });

    test.each(['userId', 'email', 'username', 'phoneNumber'] as const)(
      'a second one of the connection with the same %s is refused',
      async (field) => {
        const first = await create(everyField());
        const again = create({ ...everyField(), [field]: first[field] });
        await expect(again).rejects.toEqual(new AlreadyExists('user'));
      },
    );

    test('another connection may have the same email, user name and phone number', async () => {
      const given = everyField();
      const first = await create(given);
      const { name } = await change(storage, (config) => config.connections.create(aConnection()));
      const second = await create({ ...given, connection: name });
      expect(await storage.config.users.listByEmail(given.email ?? '')).toEqual([first, second]);
    });

    test('many may have none of these', async () => {
      const nobody = { email: null, username: null, phoneNumber: null };
      const made = await Promise.all(times(3, () => create(nobody)));
      expect(new Set(made.map(({ userId }) => userId)).size).toBe(3);
    });

    test('of ten with one email at once, one is made', async () => {
      const { email } = aUser();
      expect(await outcomes(times(10, () => create({ email })))).toEqual({
        succeeded: 1,
        failures: times(9, () => new AlreadyExists('user')),
      });
    });

    test('one is found by what it logs in with, in its connection only', async () => {
      const user = await create(everyField());
      const { connection, email, username, phoneNumber } = user;
      if (email === null || username === null || phoneNumber === null) throw new Error('incomplete');
      for (const by of [{ email }, { username }, { phoneNumber }]) {
        expect(await storage.config.users.findByIdentifier(connection, by)).toEqual(user);
        expect(await storage.config.users.findByIdentifier('other', by)).toBeNull();
      }
    });

    test('a change says when it happened', async () => {
      const before = await create();
      const after = await change(storage, (config) => config.users.update(before.userId, {}, later));
      expect(after).toEqual({ ...before, updatedAt: later });
    });

    test('a change of one that does not exist is refused', async () => {
      const changing = change(storage, (config) => config.users.update('auth0|none', { name: 'x' }, later));
      await expect(changing).rejects.toBeInstanceOf(MissingReference);
    });

    test('one of a connection that does not exist is refused', async () => {
      await expect(create({ connection: 'none' })).rejects.toBeInstanceOf(MissingReference);
    });

    test('a deleted connection takes its users along, and no others', async () => {
      const other = await create();
      const { id, name } = await change(storage, (config) => config.connections.create(aConnection()));
      const { userId } = await create({ connection: name });
      await change(storage, (config) => config.connections.delete(id));
      expect(await storage.config.users.missing([userId, other.userId])).toEqual([userId]);
    });

    test('a deletion answers whether there was something to delete', async () => {
      const { userId } = await create();
      expect(await change(storage, (config) => config.users.delete(userId))).toBe(true);
      expect(await change(storage, (config) => config.users.delete(userId))).toBe(false);
    });

    describe('changes', () => {
      const set = everyField();
      keepsSetsAndClears<User, Omit<UserChanges, 'passwordHash'>>({
        create: async () => {
          const { userId, createdAt } = await create(everyField());
          const changes = { lastPasswordReset: createdAt };
          return change(storage, (config) => config.users.update(userId, changes, createdAt));
        },
        // At the same time, so that only the field differs.
        update: ({ userId, updatedAt }, changes) =>
          change(storage, (config) => config.users.update(userId, changes, updatedAt)),
        find: ({ userId }) => storage.config.users.find(userId),
        fields: {
          email: { to: set.email ?? '', clears: true },
          emailVerified: { to: false, clears: true },
          username: { to: set.username ?? '', clears: true },
          phoneNumber: { to: set.phoneNumber ?? '', clears: true },
          phoneVerified: { to: false, clears: true },
          blocked: { to: false, clears: true },
          name: { to: '', clears: true },
          nickname: { to: 'other', clears: true },
          picture: { to: 'https://example.com/other.png', clears: true },
          givenName: { to: 'other', clears: true },
          familyName: { to: 'other', clears: true },
          userMetadata: { to: {}, clears: true },
          appMetadata: { to: { d: 'e' }, clears: true },
          lastPasswordReset: { to: later, clears: true },
        },
      });
    });

    describe('roles of users', () => {
      test('each gets each, once', async () => {
        const users = [await create(), await create()];
        const roles = [await createRole(), await createRole()];
        const [userIds, roleIds] = [users.map(({ userId }) => userId), roles.map(({ id }) => id)];
        await change(storage, async (config) => {
          await config.users.addRoles(userIds.slice(0, 1), roleIds.slice(0, 1));
          await config.users.addRoles(userIds, roleIds);
        });
        for (const userId of userIds) {
          const { items } = await storage.config.roles.list({ userId }, everything);
          expect(items).toEqual(roles.toSorted((a, b) => (a.name < b.name ? -1 : 1)));
        }
        for (const roleId of roleIds) {
          const listing = await storage.config.users.listByRole(roleId, countedPage(0, 5));
          expect(listing).toEqual({ items: users, total: 2, next: null });
        }
      });

      test('checkpoints lead through the users of a role once, in order of assignment', async () => {
        const users = [await create(), await create(), await create()].toReversed();
        const { id } = await createRole();
        for (const { userId } of users) await change(storage, (c) => c.users.addRoles([userId], [id]));
        const seen: User[] = [];
        let cursor: string | null = null;
        do {
          const { items, next } = await storage.config.users.listByRole(id, checkpoint(cursor, 2));
          seen.push(...items);
          cursor = next;
        } while (cursor !== null);
        expect(seen).toEqual(users);
        const misplaced = storage.config.users.listByRole(id, checkpoint('x', 2));
        await expect(misplaced).rejects.toBeInstanceOf(InvalidCursor);
      });

      test('a removal leaves the others, and what is not there is no error', async () => {
        const { userId } = await create();
        const roles = [await createRole(), await createRole()];
        const [first = '', second = ''] = roles.map(({ id }) => id);
        await change(storage, async (config) => {
          await config.users.addRoles([userId], [first, second]);
          await config.users.removeRoles(userId, [first, 'rol_none']);
          await config.users.removeRoles(userId, [first]);
        });
        const { items } = await storage.config.roles.list({ userId }, everything);
        expect(items.map(({ id }) => id)).toEqual([second]);
      });

      test.each(['user', 'role'])('a %s that does not exist is refused', async (what) => {
        const [{ userId }, { id }] = [await create(), await createRole()];
        const adding = change(storage, (config) =>
          config.users.addRoles([what === 'user' ? 'auth0|none' : userId], [what === 'role' ? 'no' : id]),
        );
        await expect(adding).rejects.toBeInstanceOf(MissingReference);
      });
    });

    describe('permissions of users', () => {
      test('what comes from several sources is listed once, with all of them', async () => {
        const api = await change(storage, (config) =>
          config.resourceServers.create(
            aResourceServer({
              scopes: [{ value: 'a' }, { value: 'b', description: 'Bees' }, { value: 'c' }],
            }),
          ),
        );
        const [{ userId }, role] = [await create(), await createRole()];
        const named = (permissionName: string) => ({
          resourceServerIdentifier: api.identifier,
          permissionName,
        });
        await change(storage, async (config) => {
          await config.users.addPermissions(userId, [named('a'), named('b')]);
          await config.roles.addPermissions(role.id, [named('b'), named('c')]);
          await config.users.addRoles([userId], [role.id]);
        });
        const direct = { type: 'direct' };
        const byRole = { type: 'role', roleId: role.id, roleName: role.name };
        const none = { description: null, resourceServerName: null };
        const all = [
          { ...named('a'), ...none, sources: [direct] },
          { ...named('b'), ...none, description: 'Bees', sources: [direct, byRole] },
          { ...named('c'), ...none, sources: [byRole] },
        ];
        const listed = (offset: number) =>
          storage.config.users.listPermissions(userId, countedPage(offset, 2));
        expect(await listed(0)).toEqual({ items: all.slice(0, 2), total: 3, next: null });
        expect(await listed(2)).toEqual({ items: all.slice(2), total: 3, next: null });

        await change(storage, async (config) => {
          await config.users.removePermissions(userId, [named('b'), named('c')]);
        });
        expect((await listed(0)).items).toEqual([
          all[0],
          { ...named('b'), ...none, description: 'Bees', sources: [byRole] },
        ]);
      });

      test('those of another user are not among them', async () => {
        const [{ userId }, other] = [await create(), await create()];
        const { identifier } = await change(storage, async (config) => {
          const api = await config.resourceServers.create(aResourceServer({ scopes: [{ value: 'a' }] }));
          const permission = { resourceServerIdentifier: api.identifier, permissionName: 'a' };
          const role = await config.roles.create(aRole());
          await config.roles.addPermissions(role.id, [permission]);
          await config.users.addPermissions(other.userId, [permission]);
          await config.users.addRoles([other.userId], [role.id]);
          return api;
        });
        expect(identifier).toBeTruthy();
        expect(await storage.config.users.listPermissions(userId, countedPage(0, 5))).toEqual({
          items: [],
          total: 0,
          next: null,
        });
      });
    });
  });
}
