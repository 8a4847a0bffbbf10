// The databases that tests run on. The embedded one is always there; PostgreSQL where TEST_DATABASE_URL names a server in
// which databases can be made. Where CI is set, a missing server fails the run instead of thinning it out.

import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { openStorage } from '../../src/storage/prisma/prisma-storage.js';
import type { Storage } from '../../src/storage/storage.js';

export interface TestDatabase {
  /** Undefined for the embedded one. */
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
  readonly encryptionKey: Buffer;
  /** Opens the storage; again after it was closed, or beside it. */
  open(): Promise<Storage>;
  /** Removes everything. Storages have to be closed before. */
  remove(): Promise<void>;
}

export interface Engine {
  readonly name: 'embedded' | 'postgresql';
  /** A fresh, empty database. */
  create(): Promise<TestDatabase>;
}

const embedded: Engine = {
  name: 'embedded',
  async create() {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'grantry-test-'));
    const encryptionKey = randomBytes(32);
    return {
      databaseUrl: undefined,
      dataDir,
      encryptionKey,
      open: () => openStorage({ databaseUrl: undefined, dataDir, encryptionKey }),
      remove: () => rm(dataDir, { recursive: true, force: true }),
    };
  },
};

function postgresql(serverUrl: string): Engine {
  const administer = async (statement: string): Promise<void> => {
    const client = new pg.Client({ connectionString: serverUrl });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };
  return {
    name: 'postgresql',
    async create() {
      const name = `grantry_test_${randomUUID().replaceAll('-', '')}`;
      await administer(`CREATE DATABASE ${name}`);
      const url = new URL(serverUrl);
      url.pathname = `/${name}`;
      const encryptionKey = randomBytes(32);
      const databaseUrl = url.toString();
      return {
        databaseUrl,
        dataDir: '',
        encryptionKey,
        open: () => openStorage({ databaseUrl, dataDir: '', encryptionKey }),
        remove: () => administer(`DROP DATABASE ${name} WITH (FORCE)`),
      };
    },
  };
}

const serverUrl = process.env['TEST_DATABASE_URL'];
if (serverUrl === undefined && process.env['CI'] !== undefined) {
  throw new Error('TEST_DATABASE_URL must name a PostgreSQL server where CI is set');
}

/** Every engine that is here. Use with `describe.each`. */
export const engines: readonly Engine[] =
  serverUrl === undefined ? [embedded] : [embedded, postgresql(serverUrl)];
