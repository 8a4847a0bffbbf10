import type { Organization } from '../../../src/domain/organization.js';
import type { Storage } from '../../../src/storage/storage.js';
import { aClient, aClientGrant, anOrganization, aResourceServer, change, type Opened } from '../fixtures.js';

const API = 'https://orders.example.com';
const OTHER_API = 'https://other.example.com';

const nothingForUsers = {
  allowsThirdPartyClients: false,
  isAppEntitlementActive: false,
  isClientListedForMembers: false,
  enabledConnectionIds: [],
};

export function organizationFactsConformance(opened: Opened): void {
  describe('facts about organizations', () => {
    let storage: Storage;
    let [named, byDefault]: Organization[] = [];
    let grantIds: readonly string[] = [];
    const tokenQuota = { enforce: false, perDay: null, perHour: 7 };

    beforeAll(async () => {
      storage = opened();
      await change(storage, async (config) => {
        for (const identifier of [API, OTHER_API]) {
          await config.resourceServers.create(aResourceServer({ identifier }));
        }
        named = await config.organizations.create(anOrganization({ name: 'named', tokenQuota }));
        byDefault = await config.organizations.create(anOrganization({ name: 'default' }));
        const defaultOrganizationId = byDefault.id;
        await config.clients.create(aClient({ clientId: 'with', defaultOrganizationId }), []);
        await config.clients.create(aClient({ clientId: 'without' }), []);
        const [grant, elsewhere, foreign] = [
          await config.clientGrants.create(
            aClientGrant({ clientId: 'with', audience: API, organizationUsage: 'allow' }),
          ),
          await config.clientGrants.create(
            aClientGrant({ clientId: 'with', audience: OTHER_API, organizationUsage: 'allow' }),
          ),
          await config.clientGrants.create(
            aClientGrant({ clientId: 'without', audience: API, organizationUsage: 'allow' }),
          ),
        ];
        for (const { id } of [grant, elsewhere, foreign]) {
          await config.organizations.addClientGrant(named.id, id);
        }
        grantIds = [grant.id];
      });
    });

    const factsOf = async (clientId: string, organization: string | null, audience = API) => {
      const facts = await storage.tokenFacts({ clientId, audience, organization });
      return { organizations: facts?.access.organizations, quotas: facts?.quotas.organizations };
    };

    test.each(['id', 'name'] as const)('an organization is there by its %s, with its quota', async (key) => {
      const { id = '', name = '' } = named ?? {};
      expect(await factsOf('without', { id, name }[key])).toEqual({
        organizations: [{ id, name, clientGrantIds: [expect.any(String)], ...nothingForUsers }],
        quotas: { [id]: tokenQuota },
      });
    });

    test("only the client's own grants on the API are there as grants of the organization", async () => {
      const facts = await factsOf('with', 'named');
      expect(facts.organizations?.find(({ name }) => name === 'named')?.clientGrantIds).toEqual(grantIds);
    });

    test('the default organization is there whichever is named', async () => {
      expect((await factsOf('with', null)).organizations).toEqual([
        { id: byDefault?.id, name: 'default', clientGrantIds: [], ...nothingForUsers },
      ]);
      const names = (await factsOf('with', 'named')).organizations?.map(({ name }) => name);
      expect(names?.toSorted()).toEqual(['default', 'named']);
    });

    test.each(['nothing', 'NAMED', ''])('the organization "%s" is not there', async (organization) => {
      expect(await factsOf('without', organization)).toEqual({ organizations: [], quotas: {} });
    });

    test('without an API an organization has no grants', async () => {
      const facts = await factsOf('without', 'named', 'https://nothing.example.com');
      expect(facts.organizations).toMatchObject([{ name: 'named', clientGrantIds: [] }]);
    });
  });
}
