import type { Prisma } from '../../generated/prisma/client.js';
import type { ConfigReader, ConfigWriter } from '../config.js';
import type { Change, ConfigStore } from '../storage.js';
import { translated } from './errors.js';
import { writeLog } from './logs.js';

type Db = Prisma.TransactionClient;

/** After this many changes, and after twice as many again and again. */
const FIRST_ANALYZE = 500;

/** Makes the next version of the configuration, which locks out every other change until the transaction ends. */
export async function raiseVersion(tx: Db): Promise<bigint> {
  const data = { version: { increment: 1 } } as const;
  return (await tx.configVersion.update({ where: { id: 1 }, data })).version;
}

/** The store inside `Storage.atomically`: one transaction, in which each change is a savepoint. */
export class AtomicStore implements ConfigStore {
  readonly config: ConfigReader;
  readonly #tx: Db;
  readonly #writer: ConfigWriter;
  /** The version that these changes make; null while there is none of them. */
  #version: bigint | null = null;
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
    return this.#undoable(async () => {
      this.#version ??= await raiseVersion(this.#tx);
      const { result, entry } = await change(this.#writer);
      if (entry) await writeLog(this.#tx, entry, this.#version);
      await this.#keepPlansGood();
      return result;
    });
  }

  /**
   * Statements were planned for tables as they were before, perhaps empty, and the server's own upkeep does not see what
   * a transaction has not committed. Ten thousand clients later every look-up would read all of them.
   */
  async #keepPlansGood(): Promise<void> {
    this.#writes++;
    if (this.#writes < this.#nextAnalyze) return;
    this.#nextAnalyze *= 2;
    await this.#tx
      .$executeRaw`ANALYZE clients, client_grants, resource_servers, organizations, organization_client_grants`;
  }

  atomically<T>(work: (store: ConfigStore) => Promise<T>): Promise<T> {
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
