import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { type BootstrapClient, bootstrap } from '../../src/bootstrap.js';
import { systemApis } from '../../src/domain/system-apis.js';
import { Tenant } from '../../src/domain/tenant.js';
import { generateSigningKey } from '../../src/oauth/signing-keys.js';
import type { Storage } from '../../src/storage/storage.js';
import type { PageWindow } from '../../src/storage/window.js';
import { engines, type TestDatabase } from '../support/engines.js';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const unnamed = { id: undefined, secret: undefined };
const everything: PageWindow = { kind: 'page', offset: 0, limit: 100, countTotal: true };

/** What there is, without secrets, for comparing two states. */
async function stateOf({ config }: Storage, clientId: string) {
  const apis = (await config.resourceServers.list({}, everything)).items;
  return {
    kids: (await config.signingKeys.list()).map(({ kid }) => kid),
    apis,
    clients: (await config.clients.list({}, everything)).items,
    clientGrants: (await config.clientGrants.list({ clientId }, everything)).items,
    connections: (await config.connections.list({}, everything)).items,
  };
}

describe.each(engines)('starts on one $name database', (engine) => {
  const tenant = new Tenant(new URL('https://auth.example.com'));
  let database: TestDatabase;
  let storage: Storage;
  let client: BootstrapClient | null;
  beforeAll(async () => {
    database = await engine.create();
    storage = await database.open();
    client = await bootstrap(storage, tenant, unnamed, NOW);
  });
  afterAll(async () => {
    await storage.close();
    await database.remove();
  });

  const start = (at = tenant, wanted: { id: string | undefined; secret: string | undefined } = unnamed) =>
    bootstrap(storage, at, wanted, NOW);
  const versionOf = async (clientId: string): Promise<number | undefined> =>
    (await storage.tokenFacts({ clientId, audience: null, organization: null }, { fresh: true }))
      ?.configVersion;
  const idOf = (made: BootstrapClient | null): string => made?.id ?? '';

  describe('the first start makes', () => {
    test('a database connection, as new tenants of the platform have one', async () => {
      const { items } = await storage.config.connections.list({}, everything);
      expect(items).toMatchObject([{ name: 'Username-Password-Authentication', strategy: 'auth0' }]);
    });

    test('a key for each algorithm, each with a certificate of its own for the domain', async () => {
      const keys = await storage.config.signingKeys.list();
      expect(keys.map(({ algorithm }) => algorithm).toSorted()).toEqual(['PS256', 'RS256', 'RS512']);
      expect(new Set(keys.map(({ kid }) => kid)).size).toBe(3);
      for (const { privateKey, publicJwk, certificate } of keys) {
        const own = createPrivateKey({ key: privateKey, format: 'der', type: 'pkcs8' });
        const x509 = new X509Certificate(Buffer.from(certificate, 'base64'));
        expect(createPublicKey(own).export({ format: 'jwk' })).toEqual(publicJwk);
        expect(x509.checkPrivateKey(own)).toBe(true);
        expect(x509.subject).toBe('CN=auth.example.com');
        expect(new Date(x509.validFrom)).toEqual(NOW);
        expect(own.asymmetricKeyDetails?.modulusLength).toBe(2048);
      }
    });

    // management-api.md 5.
    test.each([
      ['management', 'https://auth.example.com/api/v2/', 'require_client_grant', 'allow_all', 86_400, 7200],
      ['my_account', 'https://auth.example.com/me/', 'deny_all', 'require_client_grant', 600, 600],
      ['my_organization', 'https://auth.example.com/my-org/', 'deny_all', 'require_client_grant', 600, 600],
    ] as const)('the system API %s', async (kind, identifier, clientPolicy, userPolicy, lifetime, forWeb) => {
      expect(await storage.config.resourceServers.findSystemApi(kind)).toMatchObject({
        identifier,
        clientPolicy,
        userPolicy,
        signingAlgorithm: 'RS256',
        tokenLifetimeSeconds: lifetime,
        tokenLifetimeForWebSeconds: forWeb,
        scopes: systemApis[kind].scopes,
      });
    });

    // Numbers and examples from management-api.md 5 and recorded-behaviour.md 5, not from the table that makes them.
    test.each([
      ['management', 273, ['read:client_grants', 'update:client_keys', 'create:organization_client_grants']],
      ['my_account', 10, ['create:me:connected_accounts', 'read:me:organizations']],
      ['my_organization', 35, ['read:my_org:details', 'update:my_org:identity_providers_detach']],
    ] as const)('at least the scopes of %s that are known of it', async (kind, count, examples) => {
      const api = await storage.config.resourceServers.findSystemApi(kind);
      const values = api?.scopes?.map(({ value }) => value) ?? [];
      expect(values.length).toBeGreaterThanOrEqual(count);
      expect(new Set(values).size).toBe(values.length);
      expect(values).toEqual(expect.arrayContaining([...examples]));
    });

    // management-api.md 5; token-issuance.md SY-4.
    test('the MFA API, which is for users only and is not listed', async () => {
      const api = await storage.config.resourceServers.findSystemApi('mfa');
      expect(api).toMatchObject({
        identifier: 'https://auth.example.com/mfa/',
        clientPolicy: 'deny_all',
        userPolicy: 'allow_all',
        tokenLifetimeSeconds: 600,
      });
      expect(api?.scopes?.map(({ value }) => value)).toEqual([
        'enroll',
        'read:authenticators',
        'remove:authenticators',
      ]);
      const { items } = await storage.config.resourceServers.list({}, everything);
      expect(items.map(({ systemApi }) => systemApi)).not.toContain('mfa');
    });

    test('no other API', async () => {
      expect((await storage.config.resourceServers.list({}, everything)).total).toBe(3);
    });

    test('the global client, which can do nothing', async () => {
      const { items } = await storage.config.clients.list({ isGlobal: true }, everything);
      expect(items).toMatchObject([{ name: 'All Applications', grantTypes: [], isFirstParty: true }]);
      const grants = await storage.config.clientGrants.list(
        { clientId: items[0]?.clientId ?? '' },
        everything,
      );
      expect(grants.total).toBe(0);
    });

    test('the management client, which may do everything through the Management API and nothing else', async () => {
      expect(client).toEqual({
        id: expect.stringMatching(/^[A-Za-z0-9]{32}$/),
        secret: expect.stringMatching(/^[\w-]{64}$/),
      });
      expect(await storage.config.clients.find(idOf(client))).toMatchObject({
        secret: client?.secret,
        isGlobal: false,
        isFirstParty: true,
        appType: 'non_interactive',
        grantTypes: ['client_credentials'],
        tokenEndpointAuthMethod: 'client_secret_post',
      });
      const grants = await storage.config.clientGrants.list({ clientId: idOf(client) }, everything);
      expect(grants.items).toMatchObject([
        {
          audience: 'https://auth.example.com/api/v2/',
          subjectType: 'client',
          scopes: systemApis.management.scopes?.map(({ value }) => value),
        },
      ]);
    });
  });

  test('a second start makes nothing and shows no secret', async () => {
    const before = [await stateOf(storage, idOf(client)), await versionOf(idOf(client))];
    expect(await start()).toBeNull();
    expect([await stateOf(storage, idOf(client)), await versionOf(idOf(client))]).toEqual(before);
  });

  test('a start with the id of a client that exists makes nothing, whatever its secret', async () => {
    const before = await stateOf(storage, idOf(client));
    expect(await start(tenant, { id: idOf(client), secret: 'another secret!!' })).toBeNull();
    expect(await stateOf(storage, idOf(client))).toEqual(before);
  });

  test('a client that is configured later is made at the next start, beside the first', async () => {
    const wanted = { id: `later-${engine.name}`, secret: 'a secret of its own' };
    const audience = 'https://auth.example.com/api/v2/';
    expect(await start(tenant, wanted)).toEqual(wanted);
    expect(await storage.config.clients.find(wanted.id)).toMatchObject({ secret: wanted.secret });
    const grants = await storage.config.clientGrants.list({ clientId: wanted.id, audience }, everything);
    expect(grants.items[0]?.scopes).toHaveLength(systemApis.management.scopes?.length ?? 0);
    expect(await storage.config.clients.find(idOf(client))).not.toBeNull();
    expect(await start(tenant, wanted)).toBeNull();
  });

  test('a client that is configured without a secret gets one', async () => {
    const made = await start(tenant, { id: 'without-a-secret', secret: undefined });
    expect(made).toEqual({ id: 'without-a-secret', secret: expect.stringMatching(/^[\w-]{64}$/) });
  });

  test('a changed PUBLIC_URL moves the identifiers of the system APIs, and their client grants with them', async () => {
    const moved = new Tenant(new URL('http://localhost:3000'));
    const before = await stateOf(storage, idOf(client));
    expect(await start(moved)).toBeNull();
    const after = await stateOf(storage, idOf(client));
    expect(after.apis.map(({ identifier }) => identifier)).toEqual([
      'http://localhost:3000/api/v2/',
      'http://localhost:3000/me/',
      'http://localhost:3000/my-org/',
    ]);
    expect(after).toEqual({
      ...before,
      apis: before.apis.map((api, index) => ({ ...api, identifier: after.apis[index]?.identifier })),
      clientGrants: before.clientGrants.map((grant) => ({
        ...grant,
        audience: 'http://localhost:3000/api/v2/',
      })),
    });
    expect(await start(tenant)).toBeNull();
    expect(await stateOf(storage, idOf(client))).toEqual(before);
  });

  test('scopes that this version brings are added to a system API that was made without them', async () => {
    const api = await storage.config.resourceServers.findSystemApi('management');
    await storage.write(async ({ resourceServers }) => ({
      result: await resourceServers.update(api?.id ?? '', { scopes: [{ value: 'read:clients' }] }),
      entry: null,
    }));
    expect(await start()).toBeNull();
    expect(await storage.config.resourceServers.findSystemApi('management')).toEqual(api);
  });

  test('a database of an earlier version, which lacks the MFA API, gets it at the next start, and nothing else', async () => {
    const api = await storage.config.resourceServers.findSystemApi('mfa');
    await storage.write(async ({ resourceServers }) => ({
      result: await resourceServers.delete(api?.id ?? ''),
      entry: null,
    }));
    const before = await stateOf(storage, idOf(client));
    expect(await start()).toBeNull();
    const { id, ...made } = (await storage.config.resourceServers.findSystemApi('mfa')) ?? {};
    expect({ ...made, id: api?.id }).toEqual(api);
    expect(id).not.toBe(api?.id);
    expect(await stateOf(storage, idOf(client))).toEqual(before);
  });

  // DELETE of an opt-in API is possible (management-api.md 5).
  test('an opt-in system API that was deleted stays deleted', async () => {
    const api = await storage.config.resourceServers.findSystemApi('my_account');
    await storage.write(async ({ resourceServers }) => ({
      result: await resourceServers.delete(api?.id ?? ''),
      entry: null,
    }));
    expect(await start()).toBeNull();
    expect(await storage.config.resourceServers.findSystemApi('my_account')).toBeNull();
  });
});

describe.each(engines)('a first start on the $name database', (engine) => {
  test('uses the id and secret that it is given, and the keys that are there', async () => {
    const database = await engine.create();
    const storage = await database.open();
    const tenant = new Tenant(new URL('http://localhost:3000'));
    const existing = await generateSigningKey('RS512', tenant.domain, NOW);
    await storage.write(async ({ signingKeys }) => ({
      result: await signingKeys.create(existing),
      entry: null,
    }));
    const wanted = { id: 'given', secret: 'given secret, long enough' };
    const made = await bootstrap(storage, tenant, wanted, NOW);
    const keys = await storage.config.signingKeys.list();
    const client = await storage.config.clients.find('given');
    await storage.close();
    await database.remove();
    expect(made).toEqual(wanted);
    expect(client).toMatchObject({ secret: wanted.secret });
    expect(keys[0]).toEqual(existing);
    expect(keys.map(({ algorithm }) => algorithm).toSorted()).toEqual(['PS256', 'RS256', 'RS512']);
  });
});

for (const engine of engines.filter(({ name }) => name === 'postgresql')) {
  describe('first starts of several processes on one PostgreSQL database', () => {
    const tenant = new Tenant(new URL('https://auth.example.com'));
    let database: TestDatabase;
    let storages: Storage[];
    beforeEach(async () => {
      database = await engine.create();
      storages = await Promise.all([database.open(), database.open(), database.open()]);
    });
    afterEach(async () => {
      await Promise.all(storages.map((storage) => storage.close()));
      await database.remove();
    });

    test.each([
      ['without a configured client', unnamed],
      ['with the same configured client', { id: 'shared', secret: 'a secret that all know' }],
    ])('%s make one set of objects, and one of them shows the secret', async (_name, wanted) => {
      const made = await Promise.all(storages.map((storage) => bootstrap(storage, tenant, wanted, NOW)));
      const clients = made.filter((client) => client !== null);
      expect(clients).toHaveLength(1);
      const [first] = storages as [Storage];
      const state = await stateOf(first, clients[0]?.id ?? '');
      expect({
        kids: state.kids.length,
        apis: state.apis.map(({ systemApi }) => systemApi),
        clients: state.clients.map(({ name }) => name),
        grants: state.clientGrants.length,
      }).toEqual({
        kids: 3,
        apis: ['management', 'my_account', 'my_organization'],
        clients: ['Management', 'All Applications'],
        grants: 1,
      });
      const kids = await Promise.all(
        storages.map(async ({ config }) => (await config.signingKeys.list()).map(({ kid }) => kid)),
      );
      expect(kids).toEqual([state.kids, state.kids, state.kids]);
    });
  });
}
