import type { ResourceServer, ResourceServerChanges } from '../../../src/domain/resource-server.js';
import { AlreadyExists, MissingReference, type Storage } from '../../../src/storage/storage.js';
import {
  aClient,
  aClientGrant,
  anOrganization,
  aResourceServer,
  change,
  countedPage,
  everything,
  type Opened,
  page,
} from '../fixtures.js';
import { keepsSetsAndClears } from './three-states.js';

const everyField: Parameters<typeof aResourceServer>[0] = {
  name: 'Orders',
  scopes: [{ value: 'write:orders', description: 'Change orders' }, { value: 'read:orders' }],
  userPolicy: 'require_client_grant',
  clientPolicy: 'deny_all',
  signingAlgorithm: 'HS256',
  signingSecret: 'a secret that signs',
  tokenDialect: 'rfc9068_profile_authz',
  tokenLifetimeSeconds: 3600,
  tokenLifetimeForWebSeconds: 60,
  enforcePolicies: true,
  allowOfflineAccess: true,
  skipConsentForFirstParty: true,
  tokenEncryption: {
    format: 'compact-nested-jwe',
    encryptionKey: { name: 'key', alg: 'RSA-OAEP-256', kid: 'k1', pem: 'PEM', thumbprintSha256: 'sha' },
  },
  proofOfPossession: { mechanism: 'dpop', required: true, required_for: 'public_clients' },
  settings: { consent_policy: 'transactional-authorization-with-mfa', nested: { list: [1, null, 'ü'] } },
};

export function resourceServerConformance(opened: Opened): void {
  describe('resource servers', () => {
    let storage: Storage;
    beforeAll(() => {
      storage = opened();
    });

    const create = (given?: Parameters<typeof aResourceServer>[0]): Promise<ResourceServer> =>
      change(storage, (config) => config.resourceServers.create(aResourceServer(given)));

    test('one with every field comes back as it was given', async () => {
      const given = aResourceServer(everyField);
      const { id } = await change(storage, (config) => config.resourceServers.create(given));
      expect(await storage.config.resourceServers.find(id)).toEqual({ ...given, id, linkedClientId: null });
    });

    test('one with no optional field comes back with nulls', async () => {
      const given = aResourceServer();
      const { id } = await change(storage, (config) => config.resourceServers.create(given));
      expect(await storage.config.resourceServers.find(id)).toEqual({ ...given, id, linkedClientId: null });
    });

    test('one is found by its identifier', async () => {
      const created = await create();
      expect(await storage.config.resourceServers.find(created.identifier)).toEqual(created);
    });

    test('where an identifier looks like the id of another, the id wins', async () => {
      const byId = await create();
      await create({ identifier: byId.id });
      expect(await storage.config.resourceServers.find(byId.id)).toEqual(byId);
    });

    test('one that does not exist is null', async () => {
      expect(await storage.config.resourceServers.find('nothing')).toBeNull();
    });

    test('a second one with the same identifier is refused', async () => {
      const { identifier } = await create();
      await expect(create({ identifier })).rejects.toEqual(new AlreadyExists('resource_server'));
    });

    test('a second system API of one kind is refused', async () => {
      await create({ systemApi: 'express_configuration', clientPolicy: 'deny_all' });
      const again = create({ systemApi: 'express_configuration', clientPolicy: 'deny_all' });
      await expect(again).rejects.toBeInstanceOf(AlreadyExists);
    });

    test('a change of one that does not exist is refused', async () => {
      const changing = change(storage, (config) =>
        config.resourceServers.update('000000000000000000000000', { name: 'x' }),
      );
      await expect(changing).rejects.toBeInstanceOf(MissingReference);
    });

    test('a deletion answers whether there was something to delete', async () => {
      const { id } = await create();
      expect(await change(storage, (config) => config.resourceServers.delete(id))).toBe(true);
      expect(await change(storage, (config) => config.resourceServers.delete(id))).toBe(false);
    });

    test('a deletion takes client grants and their organizations along, and nothing of other APIs', async () => {
      const [deleted, kept] = [await create(), await create()];
      const { client, organization, gone, stays } = await change(storage, async (config) => {
        const client = await config.clients.create(aClient(), []);
        const organization = await config.organizations.create(anOrganization());
        const { clientId } = client;
        const grantOn = (audience: string) =>
          config.clientGrants.create(aClientGrant({ clientId, audience, organizationUsage: 'allow' }));
        const [gone, stays] = [await grantOn(deleted.identifier), await grantOn(kept.identifier)];
        for (const { id } of [gone, stays]) await config.organizations.addClientGrant(organization.id, id);
        return { client, organization, gone, stays };
      });
      const left = await change(storage, async (config) => {
        await config.resourceServers.delete(deleted.id);
        return {
          grants: (await config.clientGrants.list({ clientId: client.clientId }, everything)).items,
          ofOrganization: await config.organizations.countClientGrants(organization.id),
          gone: await config.clientGrants.find(gone.id),
        };
      });
      expect(left).toEqual({ grants: [stays], ofOrganization: 1, gone: null });
    });

    test('the oldest client that stands for one is shown with it', async () => {
      const { id, identifier } = await create();
      const stands = { resourceServerIdentifier: identifier };
      const older = await change(storage, (config) => config.clients.create(aClient(stands), []));
      await change(storage, (config) => config.clients.create(aClient(stands), []));
      expect(await storage.config.resourceServers.find(id)).toMatchObject({
        linkedClientId: older.clientId,
      });
      const listed = await storage.config.resourceServers.list({ identifiers: [identifier] }, page(0, 1));
      expect(listed.items).toMatchObject([{ linkedClientId: older.clientId }]);
    });

    test('a system API that moves keeps its id and takes its client grants along', async () => {
      const api = await create({ systemApi: 'management', identifier: 'http://before:3000/api/v2/' });
      const grant = await change(storage, async (config) => {
        const { clientId } = await config.clients.create(aClient(), []);
        return config.clientGrants.create(aClientGrant({ clientId, audience: api.identifier }));
      });
      await change(storage, (config) =>
        config.resourceServers.moveSystemApi('management', 'https://after.example.com/api/v2/'),
      );
      const identifier = 'https://after.example.com/api/v2/';
      expect(await storage.config.resourceServers.findSystemApi('management')).toEqual({
        ...api,
        identifier,
      });
      expect(await storage.config.clientGrants.find(grant.id)).toEqual({ ...grant, audience: identifier });
    });

    test('a system API of a kind that was never made is null', async () => {
      expect(await storage.config.resourceServers.findSystemApi('my_account')).toBeNull();
    });

    describe('lists', () => {
      const identifiers = ['urn:b', 'urn:a', 'urn:c', 'urn:B', 'urn:0'];
      const listed = async (
        ...[filter, window]: Parameters<Storage['config']['resourceServers']['list']>
      ) => {
        const { items, ...rest } = await storage.config.resourceServers.list(filter, window);
        return { items: items.map(({ identifier }) => identifier), ...rest };
      };
      beforeAll(async () => {
        for (const identifier of identifiers) await create({ identifier });
      });

      test('oldest first', async () => {
        const { items } = await listed({ identifiers: identifiers.toSorted() }, everything);
        expect(items).toEqual(identifiers);
      });

      test('only the identifiers that are asked for', async () => {
        const filter = { identifiers: ['urn:c', 'urn:b', 'urn:nothing'] };
        expect(await listed(filter, everything)).toEqual({
          items: ['urn:b', 'urn:c'],
          total: null,
          next: null,
        });
      });

      test('an empty list of identifiers matches nothing', async () => {
        expect(await listed({ identifiers: [] }, countedPage(0, 5))).toEqual({
          items: [],
          total: 0,
          next: null,
        });
      });

      test('a counted page counts everything that matches, wherever it starts', async () => {
        const window = countedPage(1, 2);
        expect(await listed({ identifiers }, window)).toEqual({
          items: ['urn:a', 'urn:c'],
          total: 5,
          next: null,
        });
      });

      test('a page past the end is empty', async () => {
        expect(await listed({ identifiers }, countedPage(5, 2))).toEqual({ items: [], total: 5, next: null });
      });
    });

    describe('changes', () => {
      keepsSetsAndClears<ResourceServer, ResourceServerChanges>({
        create: () => create(everyField),
        update: ({ id }, changes) => change(storage, (config) => config.resourceServers.update(id, changes)),
        find: ({ id }) => storage.config.resourceServers.find(id),
        fields: {
          name: { to: 'Deliveries', clears: true },
          scopes: { to: [{ value: 'read:deliveries' }], clears: true },
          userPolicy: { to: 'deny_all', clears: false },
          clientPolicy: { to: 'require_client_grant', clears: false },
          signingAlgorithm: { to: 'PS256', clears: false },
          signingSecret: { to: 'another secret', clears: true },
          tokenDialect: { to: 'access_token_authz', clears: true },
          tokenLifetimeSeconds: { to: 0, clears: false },
          tokenLifetimeForWebSeconds: { to: 2_592_000, clears: false },
          enforcePolicies: { to: false, clears: true },
          allowOfflineAccess: { to: false, clears: false },
          skipConsentForFirstParty: { to: false, clears: false },
          tokenEncryption: {
            to: { format: 'compact-nested-jwe', encryptionKey: { alg: 'RSA-OAEP-512', pem: 'OTHER' } },
            clears: true,
          },
          proofOfPossession: { to: { mechanism: 'mtls', required: false }, clears: true },
          settings: { to: {}, clears: false },
        },
      });
    });
  });
}
