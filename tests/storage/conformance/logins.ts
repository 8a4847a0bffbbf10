// Failed logins are counted (auth0/docs-v2, secure/attack-protection), and users found by what they log in with.

import type { NewConnection } from '../../../src/domain/connection.js';
import { exchangeAddress } from '../../../src/domain/login.js';
import type { LoginLimits, LoginSource } from '../../../src/domain/login.js';
import type { Storage } from '../../../src/storage/storage.js';
import {
  aClient,
  aConnection,
  aLogEntry,
  anOrganization,
  aUser,
  change,
  givenUserConnection,
  type Opened,
  times,
  unique,
  versionOf,
} from '../fixtures.js';

export function loginConformance(opened: Opened): void {
  describe('logins', () => {
    let storage: Storage;
    beforeAll(async () => {
      storage = opened();
      await givenUserConnection(storage);
    });

    const NOON = new Date('2026-07-01T12:00:00.000Z');
    const after = (seconds: number): Date => new Date(NOON.getTime() + seconds * 1000);
    const limits: LoginLimits = {
      failuresPerIdentifier: 3,
      blockSeconds: 3600,
      failuresPerAddress: 5,
      forgiveSeconds: 60,
    };
    /** Only the count by identifier is in the way. */
    const patient: LoginLimits = { ...limits, failuresPerAddress: 1000 };
    const aSource = (given: Partial<LoginSource> = {}): LoginSource => ({
      identifier: unique('identifier'),
      address: unique('address'),
      ...given,
    });
    const admit = (source: LoginSource, now = NOON, by = patient) => storage.logins.admit(source, by, now);
    const failTimes = async (count: number, source: LoginSource, now = NOON, by = patient) => {
      for (const _ of times(count, String)) await admit(source, now, by);
    };
    const succeed = (source: LoginSource, login: { userId: string; ip: string } | null = null) =>
      storage.logins.succeeded(source, patient, NOON, login);

    describe('by identifier and address', () => {
      test('as many fail as may, then none is admitted, and no other source is concerned', async () => {
        const source = aSource();
        expect(await Promise.all(times(3, () => admit(source)))).toEqual(times(3, () => 'admitted'));
        expect(await admit(source)).toBe('identifier_blocked');
        expect(await admit(aSource({ address: source.address }))).toBe('admitted');
        expect(await admit(aSource({ identifier: source.identifier }))).toBe('admitted');
      });

      test('a success forgets the failures before it', async () => {
        const source = aSource();
        await failTimes(3, source);
        await succeed(source);
        expect(await admit(source)).toBe('admitted');
        await failTimes(2, source);
        expect(await admit(source)).toBe('identifier_blocked');
      });

      test('a block ends so long after the last failure, and attempts meanwhile do not make it longer', async () => {
        const source = aSource();
        await failTimes(3, source);
        expect(await admit(source, after(3599))).toBe('identifier_blocked');
        expect(await admit(source, after(3600))).toBe('admitted');
        // It counts anew.
        expect(await admit(source, after(3601))).toBe('admitted');
      });

      test('of many attempts at once exactly as many are admitted as may fail', async () => {
        const source = aSource();
        const all = await Promise.all(times(40, () => admit(source)));
        expect(all.filter((each) => each === 'admitted')).toHaveLength(3);
      });

      test('attempts and successes of one source at once do not wait for each other for ever', async () => {
        const source = aSource();
        const generous = { ...patient, failuresPerIdentifier: 1000 };
        await Promise.all(
          times(40, async (n) => (n % 2 === 0 ? admit(source, NOON, generous) : succeed(source))),
        );
        expect(await admit(source, NOON, generous)).toBe('admitted');
      });
    });

    describe('by address', () => {
      const fromOne = (address: string) => admit(aSource({ address }), NOON, limits);

      test('as many fail as may, whoever they try to be, then none is admitted', async () => {
        const address = unique('address');
        const all = await Promise.all(times(20, () => fromOne(address)));
        expect(all.filter((each) => each === 'admitted')).toHaveLength(5);
        expect(all.filter((each) => each === 'address_blocked')).toHaveLength(15);
      });

      test('one is given back each time so long has passed', async () => {
        const address = unique('address');
        const at = (seconds: number) => admit(aSource({ address }), after(seconds), limits);
        for (const _ of times(5, String)) await at(0);
        expect(await at(59)).toBe('address_blocked');
        expect(await at(60)).toBe('admitted');
        expect(await at(61)).toBe('address_blocked');
        expect([await at(180), await at(180), await at(180)]).toEqual([
          'admitted',
          'admitted',
          'address_blocked',
        ]);
      });

      test('a success is no failure, and does not forgive those of others', async () => {
        const address = unique('address');
        const own = aSource({ address });
        for (const _ of times(4, String)) await fromOne(address);
        for (const _ of times(10, String)) {
          expect(await admit(own, NOON, limits)).toBe('admitted');
          await storage.logins.succeeded(own, limits, NOON, null);
        }
        expect([await fromOne(address), await fromOne(address)]).toEqual(['admitted', 'address_blocked']);
      });

      test('failures to exchange tokens count by themselves, are forgiven one by one, and are lifted together', async () => {
        const group = unique('address');
        const address = exchangeAddress(group);
        const isBlocked = (seconds: number) =>
          storage.logins.isAddressBlocked(address, limits, new Date(NOON.getTime() + seconds * 1000));
        await Promise.all(times(5, () => storage.logins.addressFailed(address, limits, NOON)));
        expect([await isBlocked(0), await isBlocked(59), await isBlocked(61)]).toEqual([true, true, false]);
        expect(await fromOne(group)).toBe('admitted');
        await storage.logins.unblockAddress(group, aLogEntry({ type: 'sapi' }));
        expect(await isBlocked(0)).toBe(false);
      });

      test('it is seen, and lifted with its entry in the log', async () => {
        const address = unique('address');
        const isBlocked = () => storage.logins.isAddressBlocked(address, limits, NOON);
        expect(await isBlocked()).toBe(false);
        for (const _ of times(4, String)) await fromOne(address);
        expect(await isBlocked()).toBe(false);
        await fromOne(address);
        expect(await isBlocked()).toBe(true);
        const reason = unique('lifted');
        await storage.logins.unblockAddress(address, aLogEntry({ type: 'sapi', reason }));
        expect(await isBlocked()).toBe(false);
        expect(await fromOne(address)).toBe('admitted');
        const window = { kind: 'page', offset: 0, limit: 5, countTotal: false } as const;
        expect((await storage.listLogs({ reason }, window)).items).toMatchObject([{ configVersion: null }]);
      });
    });

    test('blocks of an identifier are seen by address, and lifted with its entry in the log', async () => {
      const identifier = unique('identifier');
      const [first, second, third] = ['192.0.2.1', '192.0.2.2', '192.0.2.3'] as const;
      for (const address of [second, first]) await failTimes(3, { identifier, address });
      await failTimes(2, { identifier, address: third });
      const blocked = (now = NOON) => storage.logins.blockedAddresses(identifier, patient, now);
      expect(await blocked()).toEqual([first, second]);
      expect(await blocked(after(3600))).toEqual([]);
      expect(await storage.logins.blockedAddresses(unique('other'), patient, NOON)).toEqual([]);
      await storage.logins.unblockIdentifiers([unique('other'), identifier], aLogEntry({ type: 'sapi' }));
      expect(await blocked()).toEqual([]);
      expect(await admit({ identifier, address: first })).toBe('admitted');
    });

    test('a login is remembered with its time and place, and is no change of the configuration', async () => {
      const { clientId } = await change(storage, ({ clients }) => clients.create(aClient(), []));
      const { userId, updatedAt } = await change(storage, ({ users }) => users.create(aUser()));
      const version = await versionOf(storage, clientId);
      const source = aSource();
      await admit(source);
      await succeed(source, { userId, ip: '192.0.2.1' });
      await storage.logins.succeeded(source, patient, after(60), { userId, ip: '192.0.2.2' });
      expect(await storage.config.users.find(userId)).toMatchObject({
        lastLogin: after(60),
        lastIp: '192.0.2.2',
        loginsCount: 2,
        updatedAt,
      });
      expect(await versionOf(storage, clientId)).toBe(version);
    });

    test('failures that are over are pruned, and others stay', async () => {
      const [over, still] = [aSource(), aSource()];
      const long = { ...patient, failuresPerIdentifier: 1, blockSeconds: 86_400 };
      const early = new Date('2026-05-01T00:00:00.000Z');
      await admit(over, early, long);
      await admit(still, NOON, long);
      const before = await storage.prune({ logs: new Date(0), now: after(0) });
      expect(before).toBeGreaterThanOrEqual(2);
      expect(await admit(still, NOON, long)).toBe('identifier_blocked');
      expect(await admit(over, early, long)).toBe('admitted');
    });

    describe('users', () => {
      const create = (given: Parameters<typeof aUser>[0]) =>
        change(storage, ({ users }) => users.create(aUser({ passwordHash: 'a hash', ...given })));
      const createConnection = async (given: Partial<NewConnection> = {}): Promise<string> =>
        (await change(storage, ({ connections }) => connections.create(aConnection(given)))).name;

      test('are found by email address and by user name, with the hash of the password', async () => {
        const connection = await createConnection();
        const user = await create({ connection, email: 'one@example.com', username: 'one' });
        for (const identifier of ['one@example.com', 'one']) {
          expect(await storage.logins.findUser([connection], identifier)).toEqual({
            user,
            passwordHash: 'a hash',
          });
        }
        expect(await storage.logins.findUser([connection], 'One')).toBeNull();
        expect(await storage.logins.findUser([], 'one')).toBeNull();
      });

      test('an email address comes before a user name, and an earlier connection before a later one', async () => {
        const [first, second] = [await createConnection(), await createConnection()];
        const named = await create({ connection: first, username: 'x@example.com', email: null });
        const mailed = await create({ connection: first, email: 'x@example.com' });
        const elsewhere = await create({ connection: second, email: 'x@example.com' });
        const found = async (...connections: string[]) =>
          (await storage.logins.findUser(connections, 'x@example.com'))?.user.userId;
        expect(await found(first, second)).toBe(mailed.userId);
        expect(await found(second, first)).toBe(elsewhere.userId);
        await change(storage, ({ users }) => users.delete(mailed.userId));
        expect(await found(first, second)).toBe(named.userId);
      });

      test('of connections without passwords are not found', async () => {
        const connection = await createConnection({ strategy: 'email' });
        const userId = `email|${unique('user')}`;
        await create({ userId, connection, provider: 'email', email: 'y@example.com', passwordHash: null });
        expect(await storage.logins.findUser([connection], 'y@example.com')).toBeNull();
      });

      test('a hash is renewed unless the password has changed meanwhile', async () => {
        const connection = await createConnection();
        const { userId } = await create({ connection, email: 'z@example.com' });
        const hash = async () => (await storage.logins.findUser([connection], 'z@example.com'))?.passwordHash;
        await storage.logins.renewHash(userId, 'another hash', 'never');
        expect(await hash()).toBe('a hash');
        await storage.logins.renewHash(userId, 'a hash', 'a new hash');
        expect(await hash()).toBe('a new hash');
      });
    });

    test('connections of a client and of an organization are listed as each is asked for', async () => {
      const { clientId } = await change(storage, ({ clients }) => clients.create(aClient(), []));
      const made = await change(storage, async ({ connections }) => ({
        enabled: await connections.create(aConnection({ enabledClients: [clientId] })),
        domain: await connections.create(aConnection({ isDomainConnection: true })),
        neither: await connections.create(aConnection({ strategy: 'google-oauth2' })),
      }));
      const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);
      const { enabled, domain, neither } = made;
      const { id, name, strategy } = enabled;
      expect(await storage.logins.connectionsOfClient(clientId, 'enabled')).toEqual([{ id, name, strategy }]);
      expect(names(await storage.logins.connectionsOfClient(clientId, 'domain'))).toContain(domain.name);
      expect(names(await storage.logins.connectionsOfClient(clientId, 'domain'))).not.toContain(enabled.name);
      const either = names(await storage.logins.connectionsOfClient(clientId, 'either'));
      expect(either.filter((each) => [enabled, domain, neither].some((one) => one.name === each))).toEqual([
        enabled.name,
        domain.name,
      ]);

      const organization = await change(storage, async ({ organizations, organizationConnections }) => {
        const created = await organizations.create(anOrganization());
        const settings = {
          name: null,
          assignMembershipOnLogin: false,
          showAsButton: true,
          isSignupEnabled: false,
          accessLevel: 'none',
          isEnabled: true,
        } as const;
        await organizationConnections.add(created.id, neither.id, settings);
        await organizationConnections.add(created.id, domain.id, settings);
        await organizationConnections.add(created.id, enabled.id, { ...settings, isEnabled: false });
        return created.id;
      });
      const ofOrganization = async (onlyDomain: boolean) =>
        names(await storage.logins.connectionsOfOrganization(organization, { onlyDomain }));
      expect(await ofOrganization(false)).toEqual([neither.name, domain.name]);
      expect(await ofOrganization(true)).toEqual([domain.name]);
    });
  });
}
