import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from '../../generated/prisma/client.js';
import { openEmbedded, openInMemory } from './embedded.js';
import { applyMigrations, readMigrations } from './migrations.js';

export interface Database {
  readonly prisma: PrismaClient;
  /**
   * For the few statements of the token path, which Prisma's own work would double in cost
   * (docs/decisions/0004-token-path.md). On the embedded database it is the one connection that there is.
   */
  readonly pool: pg.Pool;
  /** True when no other process can change the database. */
  readonly isExclusive: boolean;
  close(): Promise<void>;
}

/**
 * Prepared statements are most of the speed on PGlite: one name for each SQL text. There are as many texts as kinds of
 * queries and lengths of lists, which the contract bounds, and as many as forms of searches, which nothing does: what
 * comes after so many is not kept.
 */
const KEPT_STATEMENTS = 2000;

function statementNames(): (query: { sql: string }) => string {
  const names = new Map<string, string>();
  return ({ sql }) => {
    const known = names.get(sql);
    if (known !== undefined) return known;
    if (names.size === KEPT_STATEMENTS) return '';
    const name = `s${names.size}`;
    names.set(sql, name);
    return name;
  };
}

function poolOf(url: string): pg.Pool {
  // Compiling a query costs more than any of ours takes. Prisma reads times without their zone.
  const pool = new pg.Pool({ connectionString: url, max: 5, options: '-c jit=off -c TimeZone=UTC' });
  // A connection that breaks while nobody uses it is replaced at the next use; without a listener it would end us.
  pool.on('error', () => undefined);
  return pool;
}

function prismaOver(pool: pg.Pool): PrismaClient {
  return new PrismaClient({ adapter: new PrismaPg(pool, { statementNameGenerator: statementNames() }) });
}

/**
 * Opens the database that `url` names or, without one, the embedded database under `dataDir`, which is null for one in
 * memory; all of them migrated.
 */
export async function openDatabase(options: {
  url: string | undefined;
  dataDir: string | null;
}): Promise<Database> {
  if (options.url === undefined) {
    const embedded = await (options.dataDir === null ? openInMemory() : openEmbedded(options.dataDir));
    const prisma = prismaOver(embedded.pool);
    return {
      prisma,
      pool: embedded.pool,
      isExclusive: true,
      close: async () => {
        await prisma.$disconnect();
        await embedded.close();
      },
    };
  }

  const migrator = new pg.Client({ connectionString: options.url });
  await migrator.connect();
  try {
    await applyMigrations(migrator, await readMigrations());
  } finally {
    await migrator.end();
  }
  const configPool = poolOf(options.url);
  const pool = poolOf(options.url);
  const prisma = prismaOver(configPool);
  return {
    prisma,
    pool,
    isExclusive: false,
    close: async () => {
      await prisma.$disconnect();
      await configPool.end();
      await pool.end();
    },
  };
}
