// Secrets at rest (design.md D6): nobody who has the database has a secret, unless they have the key as well.

import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { SigningKey } from '../../../src/domain/signing-key.js';
import { openStorage } from '../../../src/storage/prisma/prisma-storage.js';
import { AlreadyExists, type Storage } from '../../../src/storage/storage.js';
import type { Engine, TestDatabase } from '../../support/engines.js';
import { aClient, aConnection, anAction, aResourceServer, aUser, change, everything } from '../fixtures.js';
import { type Query, withRaw } from '../raw.js';

const secrets = {
  client: 'client-secret-in-plain-sight',
  other: 'other-secret-in-plain-sight',
  signing: 'signing-secret-in-plain-sight',
  connection: 'connection-secret-in-plain-sight',
  key: 'private-key-in-plain-sight',
  document: 'smtp-password-in-plain-sight',
  action: 'action-secret-in-plain-sight',
  app: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
  recoveryCode: 'RECOVERYCODEINPLAINSIGHT',
  device: 'device-key-in-plain-sight',
};

const ann = aUser({ userId: 'auth0|ann', connection: 'one' });
const appsOf = async ({ config }: Storage) =>
  (await config.authenticators.listOf(ann.userId)).filter(({ kind }) => kind === 'totp');
/** The keys of the apps of the user, oldest first. */
const keysOf = async (storage: Storage) =>
  Promise.all((await appsOf(storage)).map(({ id }) => storage.config.authenticators.secretOf(id)));

const signingKey = (kid: string, algorithm: SigningKey['algorithm'], privateKey: string): SigningKey => ({
  kid,
  algorithm,
  publicJwk: { kty: 'RSA', n: `n-${kid}`, e: 'AQAB' },
  certificate: 'certificate',
  pkcs7: 'pkcs7',
  privateKey: Buffer.from(privateKey),
});

async function seed(database: TestDatabase): Promise<void> {
  const storage = await database.open();
  await change(storage, async (config) => {
    const { actions, clients, connections, resourceServers, signingKeys, settingsDocuments } = config;
    await clients.create(aClient({ clientId: 'one', secret: secrets.client }), []);
    for (const clientId of ['two', 'moved', 'mixed', 'flipped']) {
      await clients.create(aClient({ clientId, secret: secrets.other }), []);
    }
    await connections.create(aConnection({ name: 'one', options: { client_secret: secrets.connection } }));
    await connections.create(aConnection({ name: 'two', options: { client_secret: 'x' } }));
    const signing = { signingAlgorithm: 'HS256', signingSecret: secrets.signing } as const;
    await resourceServers.create(aResourceServer({ identifier: 'urn:one', ...signing }));
    await resourceServers.create(aResourceServer({ identifier: 'urn:two', ...signing }));
    await signingKeys.create(signingKey('kid-one', 'RS256', secrets.key));
    for (const name of ['one', 'two']) {
      const secret = { name: 'KEY', value: secrets.action, updatedAt: new Date(0) };
      const action = await actions.create(anAction({ name, secrets: [secret] }), new Date(0));
      await actions.deploy(action.id, action, new Date(0));
    }
    const { authenticators, users } = config;
    await users.create(ann);
    const common = { userId: ann.userId, name: null, confirmedAt: null, createdAt: new Date(0) };
    for (const secret of [secrets.app, secrets.app]) {
      await authenticators.create({ ...common, kind: 'totp', secret });
    }
    await authenticators.create({ ...common, kind: 'recovery-code', code: secrets.recoveryCode });
    const { id } = await authenticators.create({ ...common, kind: 'push' });
    await authenticators.pair(id, secrets.device, null, new Date(0));
    await settingsDocuments.put('emails/provider', { credentials: { smtp_pass: secrets.document } });
  });
  await change(storage, ({ signingKeys }) =>
    signingKeys.create(signingKey('kid-two', 'PS256', 'another key')),
  );
  await storage.close();
}

/** Every row of every table as text; binary columns as hexadecimal digits. */
async function dump(query: Query): Promise<string> {
  const tables = await query<{ table_name: string }>(
    "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
  );
  const parts: string[] = [];
  for (const { table_name } of tables) {
    parts.push(JSON.stringify(await query(`SELECT row_to_json(t) AS row FROM "${table_name}" t`)));
  }
  return parts.join('\n');
}

/** How a secret could be written: as it is, as hexadecimal digits, as base64. */
const writings = (secret: string): string[] => {
  const bytes = Buffer.from(secret);
  return [secret, bytes.toString('hex'), bytes.toString('base64'), bytes.toString('base64url')];
};

/** What somebody with the database but without the key can do, and what is read then. */
const tampering: readonly (readonly [string, string, (storage: Storage) => Promise<unknown>])[] = [
  [
    'the secret of another client',
    `UPDATE clients SET encrypted_secret = (SELECT encrypted_secret FROM clients WHERE client_id = 'two')
     WHERE client_id = 'moved'`,
    ({ config }) => config.clients.find('moved'),
  ],
  [
    'a secret from another column',
    `UPDATE clients SET encrypted_secret =
       (SELECT encrypted_signing_secret FROM resource_servers WHERE identifier = 'urn:one')
     WHERE client_id = 'mixed'`,
    ({ config }) => config.clients.find('mixed'),
  ],
  [
    'a secret of which one bit was changed',
    `UPDATE clients SET encrypted_secret = set_bit(encrypted_secret, bit, 1 - get_bit(encrypted_secret, bit))
     FROM (SELECT length(encrypted_secret) * 8 - 1 AS bit FROM clients WHERE client_id = 'flipped') AS last
     WHERE client_id = 'flipped'`,
    ({ config }) => config.clients.find('flipped'),
  ],
  [
    'the signing secret of another API',
    `UPDATE resource_servers SET encrypted_signing_secret =
       (SELECT encrypted_signing_secret FROM resource_servers WHERE identifier = 'urn:one')
     WHERE identifier = 'urn:two'`,
    ({ config }) => config.resourceServers.find('urn:two'),
  ],
  [
    'the options of another connection',
    `UPDATE connections SET encrypted_options =
       (SELECT encrypted_options FROM connections WHERE name = 'one') WHERE name = 'two'`,
    ({ config }) => config.connections.findByName('two'),
  ],
  [
    'the secrets of another action',
    `UPDATE actions SET encrypted_secrets =
       (SELECT encrypted_secrets FROM actions WHERE name = 'one') WHERE name = 'two'`,
    ({ config }) => config.actions.findByName('two'),
  ],
  [
    'the key of another app',
    `UPDATE authenticators AS a SET encrypted_secret = other.encrypted_secret
     FROM authenticators AS other WHERE other.kind = 'totp' AND a.kind = 'totp' AND other.seq > a.seq`,
    keysOf,
  ],
  [
    'another private key',
    `UPDATE signing_keys SET encrypted_private_key =
       (SELECT encrypted_private_key FROM signing_keys WHERE kid = 'kid-one') WHERE kid = 'kid-two'`,
    ({ config }) => config.signingKeys.list(),
  ],
];

export function sealedSecretsConformance(engine: Engine): void {
  describe('secrets at rest', () => {
    let database: TestDatabase;
    beforeAll(async () => {
      database = await engine.create();
      await seed(database);
    });
    afterAll(() => database.remove());

    const using = async <T>(work: (storage: Storage) => Promise<T>): Promise<T> => {
      const storage = await database.open();
      try {
        return await work(storage);
      } finally {
        await storage.close();
      }
    };

    test('secrets and keys come back as they were given', async () => {
      const found = await using(async (storage) => ({
        client: (await storage.config.clients.find('one'))?.secret,
        connection: (await storage.config.connections.findByName('one'))?.options,
        signing: (await storage.config.resourceServers.find('urn:one'))?.signingSecret,
        action: (await storage.config.actions.findByName('one'))?.secrets[0]?.value,
        apps: await keysOf(storage),
        keys: await storage.config.signingKeys.list(),
      }));
      expect(found).toEqual({
        client: secrets.client,
        connection: { client_secret: secrets.connection },
        signing: secrets.signing,
        action: secrets.action,
        apps: [secrets.app, secrets.app],
        // Oldest first.
        keys: [signingKey('kid-one', 'RS256', secrets.key), signingKey('kid-two', 'PS256', 'another key')],
      });
    });

    test('a second key for one algorithm is refused', async () => {
      const creating = using((storage) =>
        change(storage, ({ signingKeys }) => signingKeys.create(signingKey('kid-3', 'RS256', 'x'))),
      );
      await expect(creating).rejects.toBeInstanceOf(AlreadyExists);
    });

    test('no row holds a secret in any writing', async () => {
      const text = await withRaw(database, dump);
      // The dump is of the right rows.
      expect(text).toContain('kid-one');
      const found = Object.values(secrets)
        .flatMap(writings)
        .filter((writing) => text.includes(writing));
      expect(found).toEqual([]);
    });

    test('the same secret is never sealed to the same bytes twice', async () => {
      const rows = await withRaw(database, (query) =>
        query<{ sealed: Buffer }>('SELECT encrypted_signing_secret AS sealed FROM resource_servers'),
      );
      const [one, two] = rows.map(({ sealed }) => sealed.toString('hex'));
      expect(one).toBeDefined();
      expect(one).not.toBe(two);
    });

    describe('with another key', () => {
      let storage: Storage;
      beforeAll(async () => {
        const { databaseUrl, dataDir } = database;
        storage = await openStorage({ databaseUrl, dataDir, encryptionKey: randomBytes(32) });
      });
      afterAll(() => storage.close());

      test.each<[string, (storage: Storage) => Promise<unknown>]>([
        ['a client', ({ config }) => config.clients.find('one')],
        ['a list of clients', ({ config }) => config.clients.list({}, everything)],
        ['an API', ({ config }) => config.resourceServers.find('urn:one')],
        ['the signing keys', ({ config }) => config.signingKeys.list()],
        ['the key of an app', keysOf],
        [
          'facts of a token request',
          (storage) => storage.tokenFacts({ clientId: 'one', audience: null, organization: null }),
        ],
      ])('%s cannot be read, and the message says what is wrong', async (_name, read) => {
        await expect(read(storage)).rejects.toThrow(
          /cannot open the sealed value of .*: is ENCRYPTION_KEY the key it was sealed with\?/,
        );
      });
    });

    test('no file of the embedded database holds a secret, not even the write-ahead log', async () => {
      const files = database.databaseUrl === undefined ? await filesUnder(database.dataDir) : [];
      const contents = await Promise.all(files.map((file) => readFile(file)));
      const found = Object.values(secrets).filter((secret) =>
        contents.some((content) => content.includes(secret)),
      );
      expect(found).toEqual([]);
      // On the embedded database there are files to look into.
      expect(files.length > 0).toBe(database.databaseUrl === undefined);
    });

    // Last, since it leaves the database spoiled.
    describe('after somebody without the key has written', () => {
      let storage: Storage;
      beforeAll(async () => {
        await withRaw(database, async (query) => {
          for (const [, sql] of tampering) await query(sql);
        });
        storage = await database.open();
      });
      afterAll(() => storage.close());

      test.each(tampering)('%s does not open', async (_name, _sql, read) => {
        await expect(read(storage)).rejects.toThrow('cannot open the sealed value');
      });

      test('what was left alone still opens', async () => {
        expect(await storage.config.clients.find('one')).toMatchObject({ secret: secrets.client });
      });
    });
  });
}

async function filesUnder(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}
