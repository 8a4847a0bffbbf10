import type { Prisma } from '../../generated/prisma/client.js';
import type { ConfigReader, ConfigWriter } from '../config.js';
import type { NewLogEntry } from '../../domain/log-entry.js';
import type { AtomicConfigStore, Change } from '../storage.js';
import { translated } from './errors.js';
import { writeLogs } from './logs.js';

type Db = Prisma.TransactionClient;

/** After this many changes, and after twice as many again and again. */
const FIRST_ANALYZE = 500;

/** Locks out every change of the configuration until the transaction ends, as `raiseVersion` does. */
export async function lockConfiguration(tx: Db): Promise<void> {
  await tx.$queryRaw`SELECT version FROM config_version WHERE id = 1 FOR UPDATE`;
}

/** Makes the next version of the configuration, which locks out every other change until the transaction ends. */
export async function raiseVersion(tx: Db): Promise<bigint> {
  const data = { version: { increment: 1 } } as const;
  return (await tx.configVersion.update({ where: { id: 1 }, data })).version;
}

/** The store inside `Storage.atomically`: one transaction, in which each change is a savepoint. */
export class AtomicStore implements AtomicConfigStore {
  readonly config: ConfigReader;
  readonly #tx: Db;
  readonly #writer: ConfigWriter;
  /** The version that these changes make; null while there is none of them. */
  #version: bigint | null = null;
  /** The log entries of changes that run together; null while none do. */
  #together: NewLogEntry[] | null = null;
  /** Savepoints that are open. */
  #depth = 0;
  #writes = 0;
  #nextAnalyze = FIRST_ANALYZE;

  constructor(tx: Db, reader: ConfigReader, writer: ConfigWriter) {
    this.#tx = tx;
    this.config = reader;
    this.#writer = writer;
  }

  get version(): bigint | null {
    return this.#version;
  }

  write<T>(change: (config: ConfigWriter) => Promise<Change<T>>): Promise<T> {
    return this.#together === null ? this.#writeAlone(change) : this.#writeTogether(change, this.#together);
  }

  #writeAlone<T>(change: (config: ConfigWriter) => Promise<Change<T>>): Promise<T> {
    return this.#undoable(async () => {
      this.#version ??= await raiseVersion(this.#tx);
      const { result, entry } = await change(this.#writer);
      await writeLogs(this.#tx, entry ? [entry] : [], this.#version);
      await this.#keepPlansGood(1);
      return result;
    });
  }

  async #writeTogether<T>(
    change: (config: ConfigWriter) => Promise<Change<T>>,
    entries: NewLogEntry[],
  ): Promise<T> {
    const { result, entry } = await change(this.#writer);
    if (entry) entries.push(entry);
    return result;
  }

  together<T>(changes: readonly (() => Promise<T>)[]): Promise<T[]> {
    return this.#undoable(async () => {
      this.#version ??= await raiseVersion(this.#tx);
      const entries: NewLogEntry[] = [];
      this.#together = entries;
      try {
        // Nothing may still be under way when a savepoint takes them back.
        const outcomes = await Promise.allSettled(changes.map((change) => change()));
        const results = outcomes.map((outcome) => {
          if (outcome.status === 'rejected') throw outcome.reason;
          return outcome.value;
        });
        await writeLogs(this.#tx, entries, this.#version);
        await this.#keepPlansGood(changes.length);
        return results;
      } finally {
        this.#together = null;
      }
    });
  }

  /**
   * Statements were planned for tables as they were before, perhaps empty, and the server's own upkeep does not see what
   * a transaction has not committed. Ten thousand clients later every look-up would read all of them.
   */
  async #keepPlansGood(writes: number): Promise<void> {
    this.#writes += writes;
    if (this.#writes < this.#nextAnalyze) return;
    this.#nextAnalyze *= 2;
    await this.#tx
      .$executeRaw`ANALYZE clients, client_grants, resource_servers, organizations, organization_client_grants`;
  }

  atomically<T>(work: (store: AtomicConfigStore) => Promise<T>): Promise<T> {
    return this.#undoable(() => work(this));
  }

  /** Takes everything back that `work` wrote when it rejects. The transaction can go on, even after a database error. */
  async #undoable<T>(work: () => Promise<T>): Promise<T> {
    const versionBefore = this.#version;
    const name = `change_${this.#depth + 1}`;
    await this.#tx.$executeRawUnsafe(`SAVEPOINT ${name}`);
    this.#depth++;
    try {
      const result = await work();
      await this.#tx.$executeRawUnsafe(`RELEASE SAVEPOINT ${name}`);
      return result;
    } catch (error) {
      await this.#tx.$executeRawUnsafe(`ROLLBACK TO SAVEPOINT ${name}`);
      await this.#tx.$executeRawUnsafe(`RELEASE SAVEPOINT ${name}`);
      this.#version = versionBefore;
      throw translated(error);
    } finally {
      this.#depth--;
    }
  }
}
