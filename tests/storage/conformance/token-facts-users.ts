import type { UserFacts } from '../../../src/domain/access-facts.js';
import type { NewAuthenticator, SecondFactorSettings } from '../../../src/domain/second-factor.js';
import type { UserTokenFactsQuery } from '../../../src/domain/token-facts.js';
import type { Storage } from '../../../src/storage/storage.js';
import type { Engine, TestDatabase } from '../../support/engines.js';
import {
  aClient,
  aClientGrant,
  aConnection,
  anOrganization,
  aResourceServer,
  aRole,
  aUser,
  change,
} from '../fixtures.js';
import { withRaw } from '../raw.js';

const API = 'https://orders.example.com';
const OTHER_API = 'https://other.example.com';
const scopes = ['read', 'write', 'delete', 'audit'].map((value) => ({ value }));
const settings = {
  identity_assertion_authorization_grant: { active: true },
  refresh_token: {
    rotation_type: 'rotating',
    expiration_type: 'expiring',
    policies: [{ audience: OTHER_API, scope: ['read'] }],
  },
  organization_require_behavior: 'post_login_prompt',
  token_exchange: { allow_any_profile_of_type: ['custom_authentication'] },
  skip_non_verifiable_callback_uri_confirmation_prompt: true,
  callbacks: ['https://app.example.com/callback'],
};

export function userTokenFactsConformance(engine: Engine): void {
  describe('facts of access on behalf of a user', () => {
    let database: TestDatabase;
    let storage: Storage;
    let [acme, globex, connection] = ['', '', ''];
    const now = new Date('2026-03-02T12:00:00.000Z');
    const [ann, bob] = [aUser({ connection: 'people' }), aUser({ connection: 'people', blocked: true })];

    beforeAll(async () => {
      database = await engine.create();
      storage = await database.open();
      await change(storage, async (config) => {
        for (const identifier of [API, OTHER_API]) {
          await config.resourceServers.create(
            aResourceServer({
              identifier,
              scopes,
              allowOfflineAccess: true,
              skipConsentForFirstParty: true,
              settings: { authorization_details: [{ type: 'payment' }] },
            }),
          );
        }
        await config.clients.create(aClient({ clientId: 'app', settings, organizationUsage: 'require' }), []);
        await config.clients.create(aClient({ clientId: 'plain' }), []);
        await config.clientGrants.create(
          aClientGrant({
            clientId: 'app',
            audience: API,
            subjectType: 'user',
            authorizationDetailsTypes: ['payment'],
          }),
        );
        ({ id: connection } = await config.connections.create(
          aConnection({ name: 'people', enabledClients: ['app'] }),
        ));
        ({ id: acme } = await config.organizations.create(
          anOrganization({ name: 'acme', thirdPartyClientAccess: 'allow', isAppEntitlementActive: true }),
        ));
        ({ id: globex } = await config.organizations.create(anOrganization({ name: 'globex' })));
        for (const user of [ann, bob]) await config.users.create(user);
        await config.members.add(globex, [ann.userId]);
        await config.members.add(acme, [ann.userId, bob.userId]);

        const roleWith = async (name: string, ...permissions: [string, string][]): Promise<string> => {
          const { id } = await config.roles.create(aRole({ name }));
          await config.roles.addPermissions(
            id,
            permissions.map(([resourceServerIdentifier, permissionName]) => ({
              resourceServerIdentifier,
              permissionName,
            })),
          );
          return id;
        };
        const reader = await roleWith('reader', [API, 'read'], [OTHER_API, 'delete']);
        const writer = await roleWith('writer', [API, 'read'], [API, 'write']);
        const remover = await roleWith('remover', [API, 'delete']);
        await config.users.addRoles([ann.userId], [reader, writer]);
        await config.members.addRoles(acme, ann.userId, [remover]);
        await config.users.addPermissions(ann.userId, [
          { resourceServerIdentifier: API, permissionName: 'audit' },
          { resourceServerIdentifier: OTHER_API, permissionName: 'write' },
        ]);
      });
      await storage.close();
      await withRaw(database, async (query) => {
        const consents: [string, string, string | null, string | null, string[]][] = [
          [ann.userId, 'app', API, null, ['openid', 'read']],
          [ann.userId, 'app', API, acme, ['write']],
          [ann.userId, 'app', null, null, ['openid']],
          [ann.userId, 'app', OTHER_API, null, ['delete']],
          [ann.userId, 'plain', API, null, ['delete']],
          [bob.userId, 'app', API, null, ['delete']],
        ];
        for (const [index, values] of consents.entries()) {
          await query(
            `INSERT INTO user_consents (id, user_id, client_id, audience, organization_id, scopes)
             VALUES ($1, $2, $3, $4, $5, $6)`,
            [`consent ${index}`, ...values],
          );
        }
      });
      storage = await database.open();
    });
    afterAll(async () => {
      await storage.close();
      await database.remove();
    });

    const accessOf = async (query: Partial<UserTokenFactsQuery> = {}) => {
      const facts = await storage.userTokenFacts({
        clientId: 'app',
        audience: API,
        organization: null,
        userId: ann.userId,
        ...query,
      });
      if (facts === null) throw new Error('there are no facts');
      return facts.access;
    };
    const userOf = async (query?: Partial<UserTokenFactsQuery>): Promise<UserFacts> => {
      const { user } = await accessOf(query);
      if (user === null) throw new Error('there is no user');
      return user;
    };

    test('a client that does not exist has none', async () => {
      const query = { clientId: 'nothing', audience: API, organization: null, userId: ann.userId };
      expect(await storage.userTokenFacts(query)).toBeNull();
    });

    test.each(['nobody', null])('there is no user %p, and all else is there', async (userId) => {
      const access = await accessOf({ userId });
      expect(access.user).toBeNull();
      expect(access.resourceServer?.identifier).toBe(API);
    });

    test('a user comes with what it is about here, and nothing of other APIs, clients and users', async () => {
      const user = await userOf({ organization: 'acme' });
      expect(user).toEqual({
        userId: ann.userId,
        isBlocked: false,
        hasSecondFactor: false,
        connection: { id: connection, isDomainConnection: false, isEnabledForClient: true },
        directPermissions: ['audit'],
        rolePermissions: ['read', 'write'],
        memberships: [{ organizationId: acme, permissions: ['delete'] }],
        consents: expect.any(Array),
      });
      expect(user.consents).toHaveLength(3);
      expect(user.consents).toEqual(
        expect.arrayContaining([
          { audience: API, organizationId: null, scopes: ['openid', 'read'] },
          { audience: API, organizationId: acme, scopes: ['write'] },
          { audience: null, organizationId: null, scopes: ['openid'] },
        ]),
      );
    });

    test('a blocked user says so', async () => {
      expect((await userOf({ userId: bob.userId })).isBlocked).toBe(true);
    });

    test('a connection that is not enabled for the client says so', async () => {
      expect((await userOf({ clientId: 'plain' })).connection.isEnabledForClient).toBe(false);
    });

    test('a client that requires an organization learns of all memberships, oldest first', async () => {
      expect((await userOf()).memberships).toEqual([
        { organizationId: globex, permissions: [] },
        { organizationId: acme, permissions: ['delete'] },
      ]);
    });

    test('a client that requires none learns of none', async () => {
      expect((await userOf({ clientId: 'plain' })).memberships).toEqual([]);
    });

    test('an organization goes by its id too', async () => {
      expect((await userOf({ organization: globex })).memberships).toEqual([
        { organizationId: globex, permissions: [] },
      ]);
    });

    test('without an API there are no permissions, and consents for /userinfo only', async () => {
      expect(await userOf({ audience: 'https://nothing.example.com' })).toMatchObject({
        directPermissions: [],
        rolePermissions: [],
        consents: [{ audience: null, scopes: ['openid'] }],
      });
    });

    test("the client's settings, the API's and the grant's are there", async () => {
      const access = await accessOf();
      expect(access.client).toMatchObject({
        organizationUsage: 'require',
        organizationRequireBehavior: 'post_login_prompt',
        refreshTokenPolicies: [{ audience: OTHER_API, scopes: ['read'] }],
        tokenExchangeTypes: ['custom_authentication'],
        usesIdentityAssertions: true,
        trustsNonVerifiableCallbacks: true,
      });
      expect(access.resourceServer).toMatchObject({
        allowsOfflineAccess: true,
        skipsConsentForFirstParty: true,
        authorizationDetailsTypes: ['payment'],
      });
      expect(access.clientGrants).toMatchObject([
        { subjectType: 'user', authorizationDetailsTypes: ['payment'] },
      ]);
    });

    test('an organization says who may use what in it', async () => {
      await change(storage, async (config) => {
        await config.organizationConnections.add(acme, connection, {
          name: null,
          assignMembershipOnLogin: false,
          showAsButton: true,
          isSignupEnabled: false,
          accessLevel: 'none',
          isEnabled: true,
        });
        await config.organizationClients.add(acme, 'app', true);
      });
      expect((await accessOf({ organization: 'acme' })).organizations).toEqual([
        {
          id: acme,
          name: 'acme',
          clientGrantIds: [],
          allowsThirdPartyClients: true,
          isAppEntitlementActive: true,
          isClientListedForMembers: true,
          enabledConnectionIds: [connection],
        },
      ]);
      const elsewhere = await accessOf({ organization: 'acme', clientId: 'plain' });
      expect(elsewhere.organizations).toMatchObject([{ isClientListedForMembers: false }]);
    });

    test('what changes is in the very next facts', async () => {
      await change(storage, ({ users }) => users.update(ann.userId, { blocked: true }, now));
      expect((await userOf()).isBlocked).toBe(true);
      await change(storage, ({ users }) => users.update(ann.userId, { blocked: false }, now));
      expect((await userOf()).isBlocked).toBe(false);
    });

    test('a user has a second factor as soon as it is confirmed, and until the last is gone; a recovery code is none', async () => {
      const { userId } = ann;
      const has = async () => (await userOf()).hasSecondFactor;
      const make = (authenticator: NewAuthenticator) =>
        change(storage, ({ authenticators }) => authenticators.create(authenticator));
      const common = { userId, name: null, createdAt: now };
      const waiting = { ...common, confirmedAt: null };
      await make({ ...common, confirmedAt: now, kind: 'recovery-code', code: 'a code' });
      const [app, browser] = [
        await make({ ...waiting, kind: 'totp', secret: 'JBSWY3DPEHPK3PXP' }),
        await make({ ...waiting, kind: 'push' }),
      ];
      expect(await has()).toBe(false);
      await change(storage, ({ authenticators }) => authenticators.confirm(app.id, now));
      expect(await has()).toBe(true);
      await change(storage, ({ authenticators }) => authenticators.pair(browser.id, 'a device', null, now));
      await change(storage, ({ authenticators }) => authenticators.delete(userId, app.id));
      expect(await has()).toBe(true);
      expect((await userOf({ userId: bob.userId })).hasSecondFactor).toBe(false);
      await change(storage, ({ authenticators }) => authenticators.deleteAllOf(userId));
      expect(await has()).toBe(false);
    });

    test('what the tenant wants of second factors is in the very next facts', async () => {
      const tenant = async () => {
        const { requiresSecondFactor, hasSecondFactors } = (await accessOf()).tenant;
        return [requiresSecondFactor, hasSecondFactors];
      };
      const set = (changes: Partial<SecondFactorSettings>) =>
        change(storage, ({ secondFactors }) => secondFactors.update(changes));
      expect(await tenant()).toEqual([false, false]);
      await set({ policies: ['all-applications'] });
      expect(await tenant()).toEqual([true, false]);
      await set({ policies: ['confidence-score'], factors: ['recovery-code', 'sms'] });
      expect(await tenant()).toEqual([true, false]);
      await set({ policies: [], factors: ['sms', 'push-notification'] });
      expect(await tenant()).toEqual([false, true]);
      await set({ factors: ['otp'] });
      expect(await tenant()).toEqual([false, true]);
      await set({ factors: [] });
      expect(await tenant()).toEqual([false, false]);
    });
  });
}
