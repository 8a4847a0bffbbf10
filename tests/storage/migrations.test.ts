import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { openEmbedded } from '../../src/storage/prisma/embedded.js';
import { applyMigrations, type Migration, readMigrations } from '../../src/storage/prisma/migrations.js';
import { type Engine, engines, type TestDatabase } from '../support/engines.js';

/** One more migration, as the next version would bring it. */
const migration = (name: string, sql: string): Migration => ({
  name,
  sql,
  checksum: createHash('sha256').update(sql).digest('hex'),
});

interface Record {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished: boolean;
  readonly applied_steps_count: number;
  readonly logs: string | null;
}

const recordsIn = async (client: pg.ClientBase): Promise<Record[]> => {
  const { rows } = await client.query<Record>(
    `SELECT migration_name, checksum, finished_at IS NOT NULL AS finished, applied_steps_count, logs
     FROM _prisma_migrations ORDER BY started_at, migration_name`,
  );
  return rows;
};

const tableExists = async (client: pg.ClientBase, table: string): Promise<boolean> => {
  const { rows } = await client.query('SELECT to_regclass($1) IS NOT NULL AS found', [table]);
  return rows[0]?.found === true;
};

/** A connection to a migrated database, and what closes it. */
async function connect(database: TestDatabase): Promise<[pg.ClientBase, () => Promise<void>]> {
  if (database.databaseUrl === undefined) {
    const embedded = await openEmbedded(database.dataDir);
    const client = await embedded.pool.connect();
    return [
      client,
      async () => {
        client.release();
        await embedded.close();
      },
    ];
  }
  const client = new pg.Client({ connectionString: database.databaseUrl });
  await client.connect();
  await applyMigrations(client, await readMigrations());
  return [client, () => client.end()];
}

describe.each(engines)('migrations on the $name database', (engine: Engine) => {
  let database: TestDatabase;
  let client: pg.ClientBase;
  let disconnect: () => Promise<void>;
  let current: Migration[];

  beforeAll(async () => {
    current = await readMigrations();
    database = await engine.create();
    [client, disconnect] = await connect(database);
  });
  afterAll(async () => {
    await disconnect();
    await database.remove();
  });
  /** Forgets what a test applied, so that the next one starts from this version. */
  afterEach(async () => {
    await client.query('DELETE FROM _prisma_migrations WHERE NOT migration_name = ANY ($1)', [
      current.map(({ name }) => name),
    ]);
    await client.query('DROP TABLE IF EXISTS later, latest');
  });

  test('a migrated database has every migration recorded as Prisma records it', async () => {
    expect(await recordsIn(client)).toEqual(
      current.map(({ name, checksum }) => ({
        migration_name: name,
        checksum,
        finished: true,
        applied_steps_count: 1,
        logs: null,
      })),
    );
  });

  test('applying twice applies nothing the second time', async () => {
    const more = [...current, migration('99990101000000_later', 'CREATE TABLE later (id int)')];
    expect(await applyMigrations(client, more)).toEqual(['99990101000000_later']);
    expect(await applyMigrations(client, more)).toEqual([]);
  });

  test('several apply in the order of their names, each on the result of the one before', async () => {
    const more = [
      ...current,
      migration('99990101000000_later', 'CREATE TABLE later (id int)'),
      migration('99990102000000_latest', 'ALTER TABLE later RENAME TO latest'),
    ];
    expect(await applyMigrations(client, more)).toEqual(['99990101000000_later', '99990102000000_latest']);
    expect(await tableExists(client, 'latest')).toBe(true);
  });

  test('a migration that was edited after it was applied is refused', async () => {
    const before = migration('99990101000000_later', 'CREATE TABLE later (id int)');
    await applyMigrations(client, [...current, before]);
    const edited = migration(before.name, 'CREATE TABLE later (id bigint)');
    await expect(applyMigrations(client, [...current, edited])).rejects.toThrow(
      'migration 99990101000000_later was edited after it was applied',
    );
  });

  test('a database of a newer version is refused', async () => {
    const newer = migration('99990101000000_later', 'CREATE TABLE later (id int)');
    await applyMigrations(client, [...current, newer]);
    await expect(applyMigrations(client, current)).rejects.toThrow(
      'the database has migration 99990101000000_later, which this version does not know',
    );
  });

  test('a migration that fails leaves its record with the reason, and nothing of what it did', async () => {
    const failing = migration('99990101000000_later', 'CREATE TABLE later (id int); SELECT 1 / 0');
    await expect(applyMigrations(client, [...current, failing])).rejects.toThrow('division by zero');
    expect((await recordsIn(client)).at(-1)).toMatchObject({
      migration_name: failing.name,
      finished: false,
      applied_steps_count: 0,
      logs: expect.stringContaining('division by zero'),
    });
    expect(await tableExists(client, 'later')).toBe(false);
  });

  test('after a migration failed nothing is applied until somebody resolves it', async () => {
    const failing = migration('99990101000000_later', 'SELECT 1 / 0');
    const fixed = migration('99990101000000_later', 'CREATE TABLE later (id int)');
    await expect(applyMigrations(client, [...current, failing])).rejects.toThrow();
    await expect(applyMigrations(client, [...current, fixed])).rejects.toThrow(
      'migration 99990101000000_later failed earlier; resolve it first',
    );
    // What `prisma migrate resolve --rolled-back` writes.
    await client.query('UPDATE _prisma_migrations SET rolled_back_at = now() WHERE finished_at IS NULL');
    expect(await applyMigrations(client, [...current, fixed])).toEqual([fixed.name]);
  });

  test('a refusal gives the lock back', async () => {
    const newer = migration('99990101000000_later', 'CREATE TABLE later (id int)');
    await applyMigrations(client, [...current, newer]);
    await expect(applyMigrations(client, current)).rejects.toThrow();
    // Other databases of the server have locks of their own.
    const { rows } = await client.query(
      `SELECT count(*)::int AS held FROM pg_locks JOIN pg_database d ON d.oid = database
       WHERE locktype = 'advisory' AND d.datname = current_database()`,
    );
    expect(rows).toEqual([{ held: 0 }]);
  });
});

for (const engine of engines.filter(({ name }) => name === 'postgresql')) {
  describe('migrations by several processes on one PostgreSQL database', () => {
    let database: TestDatabase;
    const clients: pg.Client[] = [];
    const connected = async (): Promise<pg.Client> => {
      const client = new pg.Client({ connectionString: database.databaseUrl });
      // One of them is ended by the server; without a listener that would end the test.
      client.on('error', () => undefined);
      await client.connect();
      clients.push(client);
      return client;
    };
    beforeEach(async () => {
      database = await engine.create();
    });
    afterEach(async () => {
      await Promise.all(clients.splice(0).map((client) => client.end()));
      await database.remove();
    });

    test('of five that start at once on an empty database one applies, the others find it done', async () => {
      const current = await readMigrations();
      const starting = [1, 2, 3, 4, 5].map(async () => applyMigrations(await connected(), current));
      const applied = await Promise.all(starting);
      expect(applied.filter((names) => names.length > 0)).toEqual([current.map(({ name }) => name)]);
      expect(await recordsIn(await connected())).toHaveLength(current.length);
    });

    test('a migration whose process died half-way is applied by the next start', async () => {
      const [first, second] = [await connected(), await connected()];
      await applyMigrations(first, await readMigrations());
      // The migration waits for this lock in its middle, and there its connection is cut.
      await second.query('BEGIN; LOCK TABLE tenant');
      const slow = migration(
        '99990101000000_later',
        'CREATE TABLE later (id int); ALTER TABLE tenant ADD COLUMN later int',
      );
      const more = [...(await readMigrations()), slow];
      const dying = applyMigrations(first, more).catch((error: unknown) => error);
      await cutOffWaiting(second);
      expect(await dying).toBeInstanceOf(Error);
      await second.query('COMMIT');

      expect(await applyMigrations(await connected(), more)).toEqual([slow.name]);
    });
  });
}

/** Ends the session that waits for a table, as soon as there is one. */
async function cutOffWaiting(client: pg.ClientBase): Promise<void> {
  for (;;) {
    const { rowCount } = await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE wait_event_type = 'Lock' AND wait_event = 'relation' AND datname = current_database()`,
    );
    if (rowCount === 1) return;
    await client.query('SELECT pg_stat_clear_snapshot()');
  }
}

describe('migrations on disk', () => {
  test('are read in the order of their names, with the SHA-256 of each file', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'grantry-migrations-'));
    try {
      for (const name of ['20300101000000_b', '20200101000000_a']) {
        await mkdir(path.join(directory, name));
        await writeFile(path.join(directory, name, 'migration.sql'), `SELECT '${name}'`);
      }
      await writeFile(path.join(directory, 'migration_lock.toml'), '');
      expect(await readMigrations(directory)).toEqual([
        migration('20200101000000_a', "SELECT '20200101000000_a'"),
        migration('20300101000000_b', "SELECT '20300101000000_b'"),
      ]);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  // The engine that makes migrations comes from another package than the rest of Prisma (docs/decisions/0002-prisma-without-downloads.md).
  test('are made by the engine of the Prisma release that is installed', () => {
    const require = createRequire(import.meta.url);
    const fromPrisma = createRequire(require.resolve('prisma/package.json'));
    const fromEngines = createRequire(fromPrisma.resolve('@prisma/engines/package.json'));
    const { enginesVersion } = fromEngines('@prisma/engines-version') as { enginesVersion: string };
    const engine = JSON.parse(
      readFileSync(
        path.join(
          path.dirname(require.resolve('@prisma/schema-engine-wasm/schema_engine_bg')),
          'package.json',
        ),
        'utf8',
      ),
    ) as { version: string };
    expect(engine.version.split('.').at(-1)).toBe(enginesVersion);
  });
});
