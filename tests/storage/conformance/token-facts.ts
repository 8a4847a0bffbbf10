import type { NewClient } from '../../../src/domain/client.js';
import type { NewClientGrant } from '../../../src/domain/client-grant.js';
import type { TokenFacts } from '../../../src/domain/token-facts.js';
import type { Storage } from '../../../src/storage/storage.js';
import type { Engine, TestDatabase } from '../../support/engines.js';
import {
  aClient,
  aClientGrant,
  aCredential,
  aDefaultGrant,
  aResourceServer,
  aThirdParty,
  change,
  unique,
} from '../fixtures.js';
import { organizationFactsConformance } from './token-facts-organizations.js';

const API = 'https://plain.example.com';
const DEFAULT_API = 'https://default.example.com';

export function tokenFactsConformance(engine: Engine): void {
  describe('facts of a token request', () => {
    let database: TestDatabase;
    let storage: Storage;

    beforeAll(async () => {
      database = await engine.create();
      storage = await database.open();
      await change(storage, async ({ resourceServers, tenantSettings }) => {
        await tenantSettings.update({ defaultAudience: DEFAULT_API, allowOrganizationNames: true });
        const scopes = [{ value: 'write:orders', description: 'Write' }, { value: 'read:orders' }];
        await resourceServers.create(aResourceServer({ identifier: API, scopes }));
        await resourceServers.create(aResourceServer({ identifier: DEFAULT_API, tokenLifetimeSeconds: 5 }));
      });
    });
    afterAll(async () => {
      await storage.close();
      await database.remove();
    });

    const createClient = async (given?: Partial<NewClient>): Promise<string> =>
      (await change(storage, (config) => config.clients.create(aClient(given), []))).clientId;

    const factsOf = async (
      clientId: string,
      audience: string | null = API,
      organization: string | null = null,
    ): Promise<TokenFacts> => {
      const facts = await storage.tokenFacts({ clientId, audience, organization });
      if (facts === null) throw new Error('there are no facts');
      return facts;
    };

    test('a client that does not exist has none', async () => {
      const query = { clientId: 'nothing', audience: API, organization: null };
      expect(await storage.tokenFacts(query)).toBeNull();
      expect(await storage.tokenFacts(query, { fresh: true })).toBeNull();
    });

    test('a plain client and API have these', async () => {
      const clientId = await createClient({ name: 'Plain' });
      const facts = await factsOf(clientId);
      expect(facts).toEqual({
        configVersion: expect.any(Number),
        fresh: true,
        authentication: {
          secret: 'the secret of a client',
          tokenEndpointAuthMethod: 'client_secret_post',
          authenticationMethod: null,
          assertionKeys: [],
        },
        access: {
          tenant: {
            defaultAudience: DEFAULT_API,
            allowOrganizationNames: true,
            resourceParameterProfile: 'audience',
            requiresSecondFactor: false,
            hasSecondFactors: false,
          },
          client: {
            clientId,
            name: 'Plain',
            isFirstParty: true,
            thirdPartySecurityMode: null,
            grantTypes: ['client_credentials'],
            isConfidential: true,
            isSelfRegistered: false,
            isOidcConformant: false,
            requiresProofOfPossession: false,
            defaultOrganizationId: null,
            appType: null,
            resourceServerIdentifier: null,
            organizationUsage: 'deny',
            organizationRequireBehavior: 'no_prompt',
            refreshTokenPolicies: [],
            tokenExchangeTypes: [],
            usesIdentityAssertions: false,
            trustsNonVerifiableCallbacks: false,
          },
          resourceServer: {
            identifier: API,
            systemApi: null,
            userPolicy: 'allow_all',
            clientPolicy: 'require_client_grant',
            scopes: ['write:orders', 'read:orders'],
            proofOfPossessionRequiredFor: null,
            proofOfPossessionMechanism: null,
            allowsOfflineAccess: false,
            enforcesPolicies: false,
            showsPermissions: false,
            skipsConsentForFirstParty: false,
            authorizationDetailsTypes: [],
          },
          clientGrants: [],
          organizations: [],
          user: null,
        },
        token: {
          signingAlgorithm: 'RS256',
          signingSecret: null,
          lifetimeSeconds: 86_400,
          lifetimeForWebSeconds: 7200,
          clientLifetimeSeconds: null,
          dialect: 'access_token',
          enforcesPolicies: false,
          encryption: null,
        },
        quotas: { client: null, organizations: {}, defaults: { clients: null, organizations: null } },
        actions: null,
      });
    });

    test('a client that registered itself and an API with every setting have these', async () => {
      const encryption = {
        format: 'compact-nested-jwe',
        encryptionKey: { alg: 'RSA-OAEP-256', pem: 'PEM' },
      } as const;
      const [audience, tokenQuota] = [unique('urn'), { enforce: true, perDay: 5, perHour: null }];
      await change(storage, ({ resourceServers }) =>
        resourceServers.create(
          aResourceServer({
            identifier: audience,
            systemApi: 'my_organization',
            userPolicy: 'deny_all',
            clientPolicy: 'deny_all',
            signingAlgorithm: 'HS256',
            signingSecret: 'signs',
            tokenDialect: 'rfc9068_profile_authz',
            tokenLifetimeSeconds: 60,
            enforcePolicies: true,
            proofOfPossession: { mechanism: 'dpop', required: true, required_for: 'public_clients' },
            tokenEncryption: encryption,
          }),
        ),
      );
      const clientId = await createClient({
        isFirstParty: false,
        thirdPartySecurityMode: 'strict',
        externalMetadataType: 'dcr',
        grantTypes: ['authorization_code', 'client_credentials'],
        tokenEndpointAuthMethod: 'none',
        requiresProofOfPossession: true,
        jwtConfiguration: { lifetime_in_seconds: 30 },
        tokenQuota,
      });
      const facts = await factsOf(clientId, audience);
      expect(facts).toMatchObject({
        authentication: { tokenEndpointAuthMethod: 'none' },
        access: {
          client: {
            isFirstParty: false,
            thirdPartySecurityMode: 'strict',
            grantTypes: ['authorization_code', 'client_credentials'],
            isConfidential: false,
            isSelfRegistered: true,
            isOidcConformant: false,
            requiresProofOfPossession: true,
          },
          resourceServer: {
            systemApi: 'my_organization',
            userPolicy: 'deny_all',
            clientPolicy: 'deny_all',
            scopes: [],
            proofOfPossessionRequiredFor: 'public_clients',
            proofOfPossessionMechanism: 'dpop',
            enforcesPolicies: true,
            showsPermissions: true,
          },
        },
        quotas: { client: tokenQuota, organizations: {} },
      });
      expect(facts.token).toEqual({
        signingAlgorithm: 'HS256',
        signingSecret: 'signs',
        lifetimeSeconds: 60,
        lifetimeForWebSeconds: 7200,
        clientLifetimeSeconds: 30,
        dialect: 'rfc9068_profile_authz',
        enforcesPolicies: true,
        encryption,
      });
    });

    test.each([
      ['required for all where nobody is named', { mechanism: 'mtls', required: true }, 'all_clients'],
      ['required for nobody', { mechanism: 'mtls', required: false, required_for: 'all_clients' }, null],
    ] as const)('proof of possession is %s (management-api.md 4.1)', async (_name, proof, expected) => {
      const identifier = unique('urn');
      await change(storage, ({ resourceServers }) =>
        resourceServers.create(aResourceServer({ identifier, proofOfPossession: proof })),
      );
      const facts = await factsOf(await createClient(), identifier);
      expect(facts.access.resourceServer?.proofOfPossessionRequiredFor).toBe(expected);
    });

    test('only strict third parties bound the lifetime of their tokens (token-issuance.md 6.7)', async () => {
      const jwtConfiguration = { lifetime_in_seconds: 30 };
      const permissive = aThirdParty({ thirdPartySecurityMode: 'permissive', jwtConfiguration });
      const clients = [await createClient({ jwtConfiguration }), await createClient(permissive)];
      const lifetimes = [];
      for (const client of clients) lifetimes.push((await factsOf(client, API)).token?.clientLifetimeSeconds);
      expect(lifetimes).toEqual([null, null]);
    });

    test('a client that proves a key is confidential although it has no secret method', async () => {
      const clientId = await createClient({
        tokenEndpointAuthMethod: null,
        authenticationMethod: 'private_key_jwt',
      });
      expect((await factsOf(clientId)).access.client.isConfidential).toBe(true);
    });

    test('a request without an audience gets the default API', async () => {
      const facts = await factsOf(await createClient(), null);
      expect(facts.access.resourceServer?.identifier).toBe(DEFAULT_API);
      expect(facts.token?.lifetimeSeconds).toBe(5);
    });

    test('an API that does not exist leaves nothing to issue a token with', async () => {
      const facts = await factsOf(await createClient(), 'https://nothing.example.com');
      expect(facts.access).toMatchObject({ resourceServer: null, clientGrants: [] });
      expect(facts.token).toBeNull();
    });

    test('only keys in use are there, with their expiry', async () => {
      const expiresAt = new Date('2030-06-07T08:09:10.011Z');
      const given = aClient({ authenticationMethod: 'private_key_jwt', authenticationCredentials: ['used'] });
      const jwk = { kty: 'RSA', n: 'n', e: 'AQAB' };
      await change(storage, (config) =>
        config.clients.create(given, [
          aCredential(given.clientId, {
            id: 'used',
            kid: 'k1',
            algorithm: 'PS256',
            publicJwk: jwk,
            expiresAt,
          }),
          aCredential(given.clientId, { id: 'unused', kid: 'k2' }),
        ]),
      );
      expect((await factsOf(given.clientId)).authentication.assertionKeys).toEqual([
        { kid: 'k1', algorithm: 'PS256', publicJwk: jwk, expiresAt },
      ]);
    });

    test('certificates in use are no keys for assertions, nor are credentials of other clients', async () => {
      const certificate = {
        credentialType: 'x509_cert',
        algorithm: null,
        publicJwk: null,
        thumbprintSha256: 'x',
      } as const;
      const other = await createClient();
      const given = aClient({
        authenticationMethod: 'self_signed_tls_client_auth',
        authenticationCredentials: ['certificate', 'foreign'],
      });
      await change(storage, async ({ clients }) => {
        await clients.create(given, [
          aCredential(given.clientId, { id: 'certificate', kid: null, ...certificate }),
        ]);
        await clients.createCredential(aCredential(other, { id: 'foreign' }));
      });
      expect((await factsOf(given.clientId)).authentication.assertionKeys).toEqual([]);
    });

    test("the client's own grants and default grants for the API are there, and no others", async () => {
      const [audience, elsewhere] = [unique('urn'), unique('urn')];
      const { clientId, expected } = await change(storage, async (config) => {
        for (const identifier of [audience, elsewhere]) {
          await config.resourceServers.create(aResourceServer({ identifier }));
        }
        const { clientId } = await config.clients.create(aClient(), []);
        const other = await config.clients.create(aClient(), []);
        const create = (given: NewClientGrant) => config.clientGrants.create(given);
        const organizations = { organizationUsage: 'require', allowAnyOrganization: true } as const;
        const own = await create(aClientGrant({ clientId, audience, scopes: ['b', 'a'], ...organizations }));
        const forUsers = { subjectType: 'user', allowAllScopes: true } as const;
        const user = await create(aClientGrant({ clientId, audience, ...forUsers }));
        const byDefault = await create(aDefaultGrant({ audience, scopes: ['c'] }));
        await create(aClientGrant({ clientId: other.clientId, audience }));
        await create(aClientGrant({ clientId, audience: elsewhere }));
        await create(aDefaultGrant({ audience: elsewhere }));
        const absent = {
          allowAllScopes: false,
          organizationUsage: 'deny',
          allowAnyOrganization: false,
          authorizationDetailsTypes: [],
        };
        const common = { audience, clientId, defaultFor: null, subjectType: 'client', ...absent };
        const expected = [
          { ...common, id: own.id, scopes: ['b', 'a'], ...organizations },
          { ...common, id: user.id, scopes: [], ...forUsers },
          { ...common, id: byDefault.id, clientId: null, defaultFor: 'third_party_clients', scopes: ['c'] },
        ];
        return { clientId, expected };
      });
      const { clientGrants } = (await factsOf(clientId, audience)).access;
      expect(clientGrants).toHaveLength(expected.length);
      expect(clientGrants).toEqual(expect.arrayContaining(expected));
    });

    organizationFactsConformance(() => storage);
  });
}
