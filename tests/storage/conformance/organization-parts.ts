// What belongs to an organization: what the Management API's tests do not show, and what races past its checks.

import type { OrganizationConnectionSettings } from '../../../src/domain/organization-parts.js';
import { AlreadyExists, MissingReference, RuleBroken, type Storage } from '../../../src/storage/storage.js';
import {
  aClient,
  aConnection,
  anOrganization,
  aRole,
  aUser,
  change,
  checkpoint,
  countedPage,
  everything,
  givenUserConnection,
  type Opened,
  times,
  unique,
} from '../fixtures.js';

const settings: OrganizationConnectionSettings = {
  name: null,
  assignMembershipOnLogin: false,
  showAsButton: true,
  isSignupEnabled: false,
  accessLevel: 'none',
  isEnabled: true,
};

export function organizationPartConformance(opened: Opened): void {
  describe('what belongs to an organization', () => {
    let storage: Storage;
    beforeAll(async () => {
      storage = opened();
      await givenUserConnection(storage);
    });

    const createOrganization = async () =>
      (await change(storage, (config) => config.organizations.create(anOrganization()))).id;
    const createConnection = async () =>
      (await change(storage, (config) => config.connections.create(aConnection()))).id;
    const createClient = async (clientId = unique('client')) =>
      (await change(storage, (config) => config.clients.create(aClient({ clientId }), []))).clientId;
    const createUser = async () => (await change(storage, (config) => config.users.create(aUser()))).userId;
    const createRole = async (given?: Parameters<typeof aRole>[0]) =>
      (await change(storage, (config) => config.roles.create(aRole(given)))).id;

    describe('connections', () => {
      const add = (
        organization: string,
        connection: string,
        given: Partial<OrganizationConnectionSettings> = {},
      ) =>
        change(storage, (config) =>
          config.organizationConnections.add(organization, connection, { ...settings, ...given }),
        );

      test('come back as they were given', async () => {
        const [organization, connection] = [await createOrganization(), await createConnection()];
        const given = { name: 'SSO', accessLevel: 'full', isEnabled: false } as const;
        const added = await add(organization, connection, given);
        expect(added).toMatchObject({ organizationId: organization, connectionId: connection, ...given });
        expect(await storage.config.organizationConnections.find(organization, connection)).toEqual(added);
      });

      test('know the organizations that they are enabled for, in the order of adding', async () => {
        const [one, two, three] = [
          await createOrganization(),
          await createOrganization(),
          await createOrganization(),
        ];
        const connection = await createConnection();
        await add(two, connection);
        await add(three, connection, { isEnabled: false });
        await add(one, connection);
        await add(one, await createConnection());
        const { organizationConnections: connections } = storage.config;
        expect(await connections.organizationsOf(connection, 5)).toEqual([two, one]);
        expect(await connections.organizationsOf(connection, 1)).toEqual([two]);
        expect(await connections.organizationsOf('con_gone', 5)).toEqual([]);
      });

      test('are listed in the order of adding, counted, and filtered', async () => {
        const organization = await createOrganization();
        const [one, two] = [await createConnection(), await createConnection()];
        await add(organization, two);
        await add(organization, one, { isEnabled: false });
        const { organizationConnections: connections } = storage.config;
        const ids = async (filter: { isEnabled?: boolean }) =>
          (await connections.list(organization, filter, everything)).items.map(
            ({ connectionId }) => connectionId,
          );
        expect(await ids({})).toEqual([two, one]);
        expect(await ids({ isEnabled: false })).toEqual([one]);
        expect((await connections.list(organization, {}, countedPage(1, 1))).total).toBe(2);
      });

      test('are added once, and only where both exist', async () => {
        const [organization, connection] = [await createOrganization(), await createConnection()];
        await add(organization, connection);
        await expect(add(organization, connection)).rejects.toEqual(
          new AlreadyExists('organization_connection'),
        );
        await expect(add(organization, 'con_none')).rejects.toBeInstanceOf(MissingReference);
        await expect(add('org_none', connection)).rejects.toBeInstanceOf(MissingReference);
      });

      test('have no access level that there is not', async () => {
        const [organization, connection] = [await createOrganization(), await createConnection()];
        const adding = add(organization, connection, { accessLevel: 'all' as 'full' });
        await expect(adding).rejects.toBeInstanceOf(RuleBroken);
      });
    });

    describe('clients', () => {
      const add = (organization: string, clientId: string) =>
        change(storage, (config) => config.organizationClients.add(organization, clientId, true));

      test('are ordered by id in whatever case, those that differ in case only byte by byte', async () => {
        const organization = await createOrganization();
        const key = unique('k');
        const ids = [`${key}-B`, `${key}-a`, `${key}-b`, `${key}-C`];
        for (const id of ids) await add(organization, await createClient(id));
        const walked: string[] = [];
        let position: string | null = null;
        do {
          const window = checkpoint(position, 1);
          const { items, next }: Awaited<ReturnType<Storage['config']['organizationClients']['list']>> =
            await storage.config.organizationClients.list(organization, window);
          walked.push(...items.map(({ client }) => client.clientId));
          position = next;
        } while (position !== null);
        expect(walked).toEqual([`${key}-a`, `${key}-B`, `${key}-b`, `${key}-C`]);
      });

      test('are associated once, and only where both exist', async () => {
        const [organization, clientId] = [await createOrganization(), await createClient()];
        await add(organization, clientId);
        await expect(add(organization, clientId)).rejects.toEqual(new AlreadyExists('organization_client'));
        await expect(add(organization, 'none')).rejects.toBeInstanceOf(MissingReference);
        await expect(add('org_none', clientId)).rejects.toBeInstanceOf(MissingReference);
        expect(await storage.config.organizationClients.count(organization)).toBe(1);
      });
    });

    describe('discovery domains', () => {
      const create = (organizationId: string, given: object = {}) =>
        change(storage, (config) =>
          config.discoveryDomains.create({
            organizationId,
            domain: 'a.example.com',
            status: 'pending',
            useForOrganizationDiscovery: true,
            verificationTxt: 'txt',
            ...given,
          }),
        );

      test('come back as they were given, and are there once for each organization', async () => {
        const [one, two] = [await createOrganization(), await createOrganization()];
        const created = await create(one);
        expect(await storage.config.discoveryDomains.find(one, created.id)).toEqual(created);
        expect(await storage.config.discoveryDomains.find(two, created.id)).toBeNull();
        await expect(create(one)).rejects.toEqual(new AlreadyExists('discovery_domain'));
        expect((await create(two)).organizationId).toBe(two);
      });

      test('have no status that there is not', async () => {
        const creating = create(await createOrganization(), { status: 'maybe' });
        await expect(creating).rejects.toBeInstanceOf(RuleBroken);
      });
    });

    describe('members', () => {
      test('are walked in the order of adding', async () => {
        const organization = await createOrganization();
        const users: string[] = [];
        for (const _ of times(3, String)) users.unshift(await createUser());
        await change(storage, ({ members }) => members.add(organization, users));
        const first = await storage.config.members.list(organization, {}, checkpoint(null, 2));
        const rest = await storage.config.members.list(organization, {}, checkpoint(first.next, 2));
        const walked = [...first.items, ...rest.items].map(({ user }) => user.userId);
        expect(walked).toEqual(users);
        expect(rest.next).toBeNull();
      });

      test('and nobody else have roles', async () => {
        const [organization, user, role] = [
          await createOrganization(),
          await createUser(),
          await createRole(),
        ];
        const giving = change(storage, ({ members }) => members.addRoles(organization, user, [role]));
        await expect(giving).rejects.toBeInstanceOf(MissingReference);
      });

      test("never have another organization's role", async () => {
        const [one, two] = [await createOrganization(), await createOrganization()];
        const [user, role] = [await createUser(), await createRole({ type: 'organization', ownerId: one })];
        await change(storage, ({ members }) => members.add(two, [user]));
        const giving = change(storage, ({ members }) => members.addRoles(two, user, [role]));
        await expect(giving).rejects.toBeInstanceOf(RuleBroken);
      });
    });

    test('all of it goes with the organization', async () => {
      const organization = await createOrganization();
      const [connection, clientId, user] = [
        await createConnection(),
        await createClient(),
        await createUser(),
      ];
      const own = await createRole({ type: 'organization', ownerId: organization });
      await change(storage, async (config) => {
        await config.organizationConnections.add(organization, connection, settings);
        await config.organizationClients.add(organization, clientId, true);
        await config.members.add(organization, [user]);
        await config.members.addRoles(organization, user, [own]);
      });
      await change(storage, (config) => config.organizations.delete(organization));
      const { config } = storage;
      expect(await config.organizationConnections.find(organization, connection)).toBeNull();
      expect(await config.organizationClients.find(organization, clientId)).toBeNull();
      expect(await config.members.isMember(organization, user)).toBe(false);
      expect(await config.roles.find(own)).toBeNull();
      expect(await config.users.find(user)).not.toBeNull();
    });
  });
}
