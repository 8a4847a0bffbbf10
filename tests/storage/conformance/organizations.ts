import type { Organization, OrganizationChanges } from '../../../src/domain/organization.js';
import type { OrganizationOrder } from '../../../src/storage/config.js';
import { AlreadyExists, MissingReference, type Storage } from '../../../src/storage/storage.js';
import { InvalidCursor } from '../../../src/storage/window.js';
import {
  aClient,
  aClientGrant,
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

export function organizationConformance(opened: Opened): void {
  describe('organizations', () => {
    let storage: Storage;
    beforeAll(() => {
      storage = opened();
    });

    const create = (given?: Parameters<typeof anOrganization>[0]): Promise<Organization> =>
      change(storage, (config) => config.organizations.create(anOrganization(given)));

    const createGrant = () =>
      change(storage, async (config) => {
        const { clientId } = await config.clients.create(aClient(), []);
        const { identifier } = await config.resourceServers.create(aResourceServer());
        return config.clientGrants.create(
          aClientGrant({ clientId, audience: identifier, organizationUsage: 'allow' }),
        );
      });

    const everyField = {
      displayName: 'Ünïcode GmbH 😀',
      thirdPartyClientAccess: 'allow',
      isAppEntitlementActive: true,
      branding: { logo_url: 'https://a.example.com/logo.png', colors: { primary: '#fff' } },
      metadata: { tier: 'gold' },
      tokenQuota: { enforce: true, perDay: 100, perHour: 10 },
    } as const;

    test('one with every field comes back as it was given', async () => {
      const given = anOrganization(everyField);
      const { id } = await change(storage, (config) => config.organizations.create(given));
      expect(await storage.config.organizations.find(id)).toEqual({ ...given, id });
    });

    test('one with no optional field comes back with nulls', async () => {
      const given = anOrganization();
      const { id } = await change(storage, (config) => config.organizations.create(given));
      expect(await storage.config.organizations.find(id)).toEqual({ ...given, id });
    });

    test('one is found by its name, and not by its id as a name', async () => {
      const organization = await create();
      expect(await storage.config.organizations.findByName(organization.name)).toEqual(organization);
      expect(await storage.config.organizations.findByName(organization.id)).toBeNull();
      expect(await storage.config.organizations.find(organization.name)).toBeNull();
    });

    test('a second one with the same name is refused', async () => {
      const { name } = await create();
      await expect(create({ name })).rejects.toEqual(new AlreadyExists('organization'));
    });

    test('a change to a name that is taken is refused', async () => {
      const [{ name }, { id }] = [await create(), await create()];
      const renaming = change(storage, (config) => config.organizations.update(id, { name }));
      await expect(renaming).rejects.toEqual(new AlreadyExists('organization'));
    });

    test('a change of one that does not exist is refused', async () => {
      const changing = change(storage, (config) => config.organizations.update('nothing', { name: 'x' }));
      await expect(changing).rejects.toBeInstanceOf(MissingReference);
    });

    test('a deletion answers whether there was something to delete', async () => {
      const { id } = await create();
      expect(await change(storage, (config) => config.organizations.delete(id))).toBe(true);
      expect(await change(storage, (config) => config.organizations.delete(id))).toBe(false);
    });

    test('a deletion takes associations along, and clears it as a default organization', async () => {
      const grant = await createGrant();
      const { id } = await create();
      const left = await change(storage, async (config) => {
        const client = await config.clients.create(aClient({ defaultOrganizationId: id }), []);
        await config.organizations.addClientGrant(id, grant.id);
        await config.organizations.delete(id);
        return {
          client: await config.clients.find(client.clientId),
          expected: { ...client, defaultOrganizationId: null },
          grant: await config.clientGrants.find(grant.id),
          associations: await config.organizations.countClientGrants(id),
        };
      });
      expect(left).toEqual({ client: left.expected, expected: left.expected, grant, associations: 0 });
    });

    describe('changes', () => {
      keepsSetsAndClears<Organization, OrganizationChanges>({
        create: () => create(everyField),
        update: ({ id }, changes) => change(storage, (config) => config.organizations.update(id, changes)),
        find: ({ id }) => storage.config.organizations.find(id),
        fields: {
          name: { to: 'renamed', clears: false },
          displayName: { to: '', clears: true },
          thirdPartyClientAccess: { to: 'block', clears: false },
          isAppEntitlementActive: { to: false, clears: false },
          branding: { to: {}, clears: true },
          metadata: { to: { tier: 'silver', seats: '3' }, clears: true },
          tokenQuota: { to: { enforce: false, perDay: null, perHour: 1 }, clears: true },
        },
      });
    });

    describe('client grants of organizations', () => {
      test('an added one is there, counted and listed from both sides', async () => {
        const [grant, organization] = [await createGrant(), await create()];
        const answers = await change(storage, async ({ organizations }) => {
          await organizations.addClientGrant(organization.id, grant.id);
          return [
            await organizations.hasClientGrant(organization.id, grant.id),
            await organizations.countClientGrants(organization.id),
          ];
        });
        expect(answers).toEqual([true, 1]);
        const organizations = await storage.config.organizations.list(
          { clientGrantId: grant.id },
          everything,
        );
        expect(organizations.items).toEqual([organization]);
        const grants = await storage.config.clientGrants.list(
          { organizationId: organization.id },
          everything,
        );
        expect(grants.items).toEqual([grant]);
      });

      test('of ten additions of the same one at once, one succeeds', async () => {
        const [grant, organization] = [await createGrant(), await create()];
        const adding = times(10, () =>
          change(storage, (config) => config.organizations.addClientGrant(organization.id, grant.id)),
        );
        expect(await outcomes(adding)).toEqual({
          succeeded: 1,
          failures: times(9, () => new AlreadyExists('organization_client_grant')),
        });
      });

      test.each([
        ['organization', false],
        ['client grant', true],
      ])('an %s that does not exist is refused', async (_name, hasOrganization) => {
        const [grant, organization] = [await createGrant(), await create()];
        const [organizationId, grantId] = hasOrganization ? [organization.id, 'no'] : ['no', grant.id];
        const adding = change(storage, (config) =>
          config.organizations.addClientGrant(organizationId, grantId),
        );
        await expect(adding).rejects.toBeInstanceOf(MissingReference);
      });

      test('a removal answers whether there was something to remove, and leaves other organizations', async () => {
        const [grant, one, other] = [await createGrant(), await create(), await create()];
        const answers = await change(storage, async ({ organizations }) => {
          for (const { id } of [one, other]) await organizations.addClientGrant(id, grant.id);
          return [
            await organizations.removeClientGrant(one.id, grant.id),
            await organizations.removeClientGrant(one.id, grant.id),
            await organizations.hasClientGrant(one.id, grant.id),
            await organizations.hasClientGrant(other.id, grant.id),
          ];
        });
        expect(answers).toEqual([true, false, false, true]);
      });
    });
  });
}

export function organizationListConformance(opened: Opened): void {
  describe('lists of organizations', () => {
    let storage: Storage;
    beforeAll(async () => {
      storage = opened();
      await change(storage, async ({ organizations }) => {
        for (const [name, displayName] of [
          ['delta', 'b'],
          ['alpha', 'Z'],
          ['al-pha', 'b'],
          ['charlie', null],
          ['bravo', 'a'],
        ] as const) {
          await organizations.create(anOrganization({ name, displayName }));
        }
      });
    });

    const listed = async (
      ...[filter, window, order]: Parameters<Storage['config']['organizations']['list']>
    ) => {
      const { items, ...rest } = await storage.config.organizations.list(filter, window, order);
      return { items: items.map(({ name }) => name), ...rest };
    };
    const byAge = ['delta', 'alpha', 'al-pha', 'charlie', 'bravo'];

    test('oldest first', async () => {
      expect(await listed({}, everything)).toEqual({ items: byAge, total: null, next: null });
    });

    test.each<[OrganizationOrder['by'], boolean, string[]]>([
      ['created_at', true, byAge.toReversed()],
      ['name', false, ['al-pha', 'alpha', 'bravo', 'charlie', 'delta']],
      ['name', true, ['delta', 'charlie', 'bravo', 'alpha', 'al-pha']],
      ['display_name', false, ['alpha', 'bravo', 'delta', 'al-pha', 'charlie']],
      ['display_name', true, ['charlie', 'delta', 'al-pha', 'bravo', 'alpha']],
    ])('by %s, descending: %s', async (by, descending, expected) => {
      expect((await listed({}, everything, { by, descending })).items).toEqual(expected);
    });

    test('pages of an order follow one another', async () => {
      const order = { by: 'display_name', descending: false } as const;
      const parts = [];
      for (const offset of [0, 2, 4]) parts.push((await listed({}, page(offset, 2), order)).items);
      expect(parts).toEqual([['alpha', 'bravo'], ['delta', 'al-pha'], ['charlie']]);
    });

    test('a counted page counts everything', async () => {
      expect(await listed({}, countedPage(4, 3))).toEqual({ items: ['bravo'], total: 5, next: null });
      expect(await listed({ clientGrantId: 'cgr_nothing' }, countedPage(0, 3))).toEqual({
        items: [],
        total: 0,
        next: null,
      });
    });

    test('checkpoints lead through everything once, oldest first', async () => {
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const part = await listed({}, checkpoint(cursor, 2));
        seen.push(...part.items);
        cursor = part.next;
      } while (cursor !== null);
      expect(seen).toEqual(byAge);
    });

    test('a checkpoint window that ends with the list has no next', async () => {
      expect(await listed({}, checkpoint(null, 5))).toMatchObject({ items: byAge, next: null });
    });

    test.each(['', 'x', '-1', 'org_0000000000000000', '99999999999999999999'])(
      'the cursor "%s" is refused',
      async (cursor) => {
        await expect(listed({}, checkpoint(cursor, 5))).rejects.toBeInstanceOf(InvalidCursor);
      },
    );
  });
}
