import type { Client, ClientChanges } from '../../../src/domain/client.js';
import { AlreadyExists, MissingReference, type Storage } from '../../../src/storage/storage.js';
import { InvalidCursor } from '../../../src/storage/window.js';
import {
  aClient,
  aClientGrant,
  aCredential,
  anOrganization,
  aResourceServer,
  aThirdParty,
  change,
  checkpoint,
  countedPage,
  everything,
  type Opened,
  page,
  unique,
} from '../fixtures.js';
import { keepsSetsAndClears } from './three-states.js';

export function clientConformance(opened: Opened): void {
  describe('clients', () => {
    let storage: Storage;
    beforeAll(() => {
      storage = opened();
    });

    const create = (given?: Partial<Client>): Promise<Client> =>
      change(storage, (config) => config.clients.create(aClient(given), []));
    const createOrganization = () =>
      change(storage, (config) => config.organizations.create(anOrganization()));

    async function withEveryField(): Promise<Client> {
      const { id } = await createOrganization();
      return create({
        name: 'Everything',
        isFirstParty: false,
        thirdPartySecurityMode: 'strict',
        externalMetadataType: 'cimd',
        appType: 'regular_web',
        grantTypes: ['implicit', 'client_credentials', 'authorization_code'],
        secret: 'a secret with ü and 😀',
        tokenEndpointAuthMethod: 'client_secret_basic',
        authenticationMethod: 'private_key_jwt',
        authenticationCredentials: ['cred_b', 'cred_a'],
        organizationUsage: 'require',
        defaultOrganizationId: id,
        resourceServerIdentifier: unique('urn'),
        jwtConfiguration: { alg: 'RS256', lifetime_in_seconds: 36_000 },
        requiresProofOfPossession: true,
        tokenQuota: { enforce: false, perDay: 1000, perHour: null },
        settings: {
          callbacks: ['https://a.example.com/?x=1'],
          client_metadata: { team: 'Größe' },
          deep: [[]],
        },
      });
    }

    test('one with every field comes back as it was given', async () => {
      const client = await withEveryField();
      expect(await storage.config.clients.find(client.clientId)).toEqual(client);
      expect(client).toMatchObject({ grantTypes: ['implicit', 'client_credentials', 'authorization_code'] });
    });

    test('one with no optional field comes back with nulls', async () => {
      const given = aClient({ tokenEndpointAuthMethod: null, grantTypes: [] });
      await change(storage, (config) => config.clients.create(given, []));
      expect(await storage.config.clients.find(given.clientId)).toEqual(given);
    });

    test('one that does not exist is null', async () => {
      expect(await storage.config.clients.find('nothing')).toBeNull();
    });

    test('a second one with the same id is refused', async () => {
      const { clientId } = await create();
      await expect(create({ clientId })).rejects.toEqual(new AlreadyExists('other'));
    });

    test('a default organization that does not exist is refused', async () => {
      await expect(create({ defaultOrganizationId: 'org_nothing' })).rejects.toBeInstanceOf(MissingReference);
    });

    test('a change of one that does not exist is refused', async () => {
      const changing = change(storage, (config) => config.clients.update('nothing', { name: 'x' }));
      await expect(changing).rejects.toBeInstanceOf(MissingReference);
    });

    test('a deletion answers whether there was something to delete', async () => {
      const { clientId } = await create();
      expect(await change(storage, (config) => config.clients.delete(clientId))).toBe(true);
      expect(await change(storage, (config) => config.clients.delete(clientId))).toBe(false);
    });

    test('a deletion takes credentials, client grants and their organizations along', async () => {
      const left = await change(storage, async (config) => {
        const { clientId } = await config.clients.create(aClient(), []);
        const credential = await config.clients.createCredential(aCredential(clientId));
        const { identifier } = await config.resourceServers.create(aResourceServer());
        const grant = await config.clientGrants.create(
          aClientGrant({ clientId, audience: identifier, organizationUsage: 'allow' }),
        );
        const organization = await config.organizations.create(anOrganization());
        await config.organizations.addClientGrant(organization.id, grant.id);
        await config.clients.delete(clientId);
        return {
          credential: await config.clients.findCredential(clientId, credential.id),
          grant: await config.clientGrants.find(grant.id),
          associations: await config.organizations.countClientGrants(organization.id),
          organization: (await config.organizations.find(organization.id))?.id === organization.id,
        };
      });
      expect(left).toEqual({ credential: null, grant: null, associations: 0, organization: true });
    });

    test('credentials that come with a client are there with it, or there is neither', async () => {
      const given = aClient();
      const credential = aCredential(given.clientId, { kid: 'same' });
      const twice = [credential, aCredential(given.clientId, { kid: 'same' })];
      const creating = change(storage, (config) => config.clients.create(given, twice));
      await expect(creating).rejects.toEqual(new AlreadyExists('client_credential'));
      expect(await storage.config.clients.find(given.clientId)).toBeNull();
      await change(storage, (config) => config.clients.create(given, [credential]));
      expect(await storage.config.clients.listCredentials(given.clientId)).toMatchObject([credential]);
    });

    describe('changes', () => {
      keepsSetsAndClears<Client, ClientChanges>({
        create: withEveryField,
        update: ({ clientId }, changes) =>
          change(storage, (config) => config.clients.update(clientId, changes)),
        find: ({ clientId }) => storage.config.clients.find(clientId),
        fields: {
          name: { to: 'Another name', clears: false },
          appType: { to: 'spa', clears: true },
          grantTypes: { to: [], clears: false },
          secret: { to: 'another secret', clears: false },
          tokenEndpointAuthMethod: { to: 'none', clears: true },
          authenticationMethod: { to: 'tls_client_auth', clears: true },
          authenticationCredentials: { to: ['cred_a', 'cred_b'], clears: false },
          organizationUsage: { to: 'deny', clears: true },
          defaultOrganizationId: { to: null, clears: true },
          jwtConfiguration: { to: { alg: 'HS256' }, clears: false },
          requiresProofOfPossession: { to: false, clears: true },
          tokenQuota: { to: { enforce: true, perDay: null, perHour: 5 }, clears: true },
          settings: { to: {}, clears: false },
        },
      });

      test('a default organization can be exchanged for another', async () => {
        const { clientId } = await withEveryField();
        const { id } = await createOrganization();
        await change(storage, (config) => config.clients.update(clientId, { defaultOrganizationId: id }));
        expect(await storage.config.clients.find(clientId)).toMatchObject({ defaultOrganizationId: id });
      });
    });
  });
}

export function clientListConformance(opened: Opened): void {
  describe('lists of clients', () => {
    let storage: Storage;
    let organizationId: string;
    const names = ['global', 'first', 'Second', 'third', 'fourth'];

    beforeAll(async () => {
      storage = opened();
      organizationId = await change(storage, async (config) => {
        const settings = { external_client_id: 'https://c.example.com/', client_aliases: ['one', 'two'] };
        await config.clients.create(aClient({ clientId: 'global', isGlobal: true }), []);
        await config.clients.create(aClient({ clientId: 'first', appType: 'spa' }), []);
        await config.clients.create(aThirdParty({ clientId: 'Second', appType: 'native' }), []);
        await config.clients.create(aClient({ clientId: 'third', settings }), []);
        await config.clients.create(aClient({ clientId: 'fourth', settings: { client_aliases: [] } }), []);
        const { identifier } = await config.resourceServers.create(aResourceServer());
        const usage = { audience: identifier, organizationUsage: 'allow' } as const;
        const grant = await config.clientGrants.create(aClientGrant({ clientId: 'third', ...usage }));
        const any = { clientId: 'fourth', allowAnyOrganization: true } as const;
        await config.clientGrants.create(aClientGrant({ ...usage, ...any }));
        const organization = await config.organizations.create(anOrganization());
        await config.organizations.addClientGrant(organization.id, grant.id);
        return organization.id;
      });
    });

    const listed = async (...[filter, window]: Parameters<Storage['config']['clients']['list']>) => {
      const { items, ...rest } = await storage.config.clients.list(filter, window);
      return { items: items.map(({ clientId }) => clientId), ...rest };
    };

    test('oldest first, the global client last', async () => {
      expect(await listed({}, everything)).toEqual({
        items: ['first', 'Second', 'third', 'fourth', 'global'],
        total: null,
        next: null,
      });
    });

    test.each([
      ['isGlobal', { isGlobal: true }, ['global']],
      ['not isGlobal', { isGlobal: false }, ['first', 'Second', 'third', 'fourth']],
      ['isFirstParty', { isFirstParty: true }, ['first', 'third', 'fourth', 'global']],
      ['not isFirstParty', { isFirstParty: false }, ['Second']],
      ['appTypes', { appTypes: ['native', 'spa', 'sso'] }, ['first', 'Second']],
      ['no appTypes', { appTypes: [] }, []],
      ['externalClientId', { externalClientId: 'https://c.example.com/' }, ['third']],
      ['part of an externalClientId', { externalClientId: 'https://c' }, []],
      ['alias', { alias: 'two' }, ['third']],
      ['part of an alias', { alias: 'tw' }, []],
      ['grantAllowsAnyOrganization', { grantAllowsAnyOrganization: true }, ['fourth']],
      ['two filters at once', { isFirstParty: true, appTypes: ['native', 'spa'] }, ['first']],
      ['an organization that does not exist', { grantOrganizationId: 'org_nothing' }, []],
    ] as const)('filtered by %s', async (_name, filter, expected) => {
      expect(await listed(filter, countedPage(0, 50))).toEqual({
        items: expected,
        total: expected.length,
        next: null,
      });
    });

    test('filtered by the organization that a grant was added to', async () => {
      expect((await listed({ grantOrganizationId: organizationId }, everything)).items).toEqual(['third']);
    });

    test('pages follow one another, and the last one can be short', async () => {
      expect((await listed({}, page(0, 3))).items).toEqual(['first', 'Second', 'third']);
      expect(await listed({}, countedPage(3, 3))).toEqual({
        items: ['fourth', 'global'],
        total: names.length,
        next: null,
      });
    });

    test('checkpoints lead through everything once, the global client last', async () => {
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const part = await listed({}, checkpoint(cursor, 2));
        expect(part.total).toBeNull();
        seen.push(...part.items);
        cursor = part.next;
      } while (cursor !== null);
      expect(seen).toEqual(['first', 'Second', 'third', 'fourth', 'global']);
    });

    test('a checkpoint window that ends with the list has no next', async () => {
      const all = await listed({}, checkpoint(null, names.length));
      expect(all).toMatchObject({ next: null });
      expect(all.items).toHaveLength(names.length);
    });

    test('a cursor keeps its place when its client is deleted and another is made', async () => {
      const doomed = await change(storage, (config) => config.clients.create(aClient(), []));
      const before = await listed({ isGlobal: false }, checkpoint(null, names.length));
      expect(before.items.at(-1)).toBe(doomed.clientId);
      const first = await listed({ isGlobal: false }, checkpoint(null, names.length - 1));
      const second = await listed({ isGlobal: false }, checkpoint(first.next, 1));
      expect(second).toMatchObject({ items: [doomed.clientId], next: null });
      await change(storage, (config) => config.clients.delete(doomed.clientId));
      expect(await listed({}, checkpoint(first.next, 5))).toMatchObject({ items: ['global'], next: null });
    });

    test('a checkpoint filter holds on every part', async () => {
      const first = await listed({ isFirstParty: true }, checkpoint(null, 1));
      expect(await listed({ isFirstParty: true }, checkpoint(first.next, 5))).toEqual({
        items: ['third', 'fourth', 'global'],
        total: null,
        next: null,
      });
    });

    test.each(['', 'x', '-1', '1.5', '1 OR 1=1', '99999999999999999999'])(
      'the cursor "%s" is refused',
      async (cursor) => {
        await expect(listed({}, checkpoint(cursor, 5))).rejects.toBeInstanceOf(InvalidCursor);
      },
    );
  });
}
