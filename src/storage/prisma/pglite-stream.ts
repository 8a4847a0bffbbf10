import { Duplex } from 'node:stream';
import type { PGlite } from '@electric-sql/pglite';

/** A wire without a socket: the ordinary `pg` client talks to PGlite in the same process. */
export class PGliteStream extends Duplex {
  readonly #db: PGlite;

  constructor(db: PGlite) {
    super();
    this.#db = db;
  }

  connect(): this {
    this.#open().then(
      () => this.emit('connect'),
      (error: Error) => this.destroy(error),
    );
    return this;
  }

  // What `pg` calls on a socket and what means nothing here.
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }

  override _read(): void {
    // Answers are pushed as they come.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send(chunk).then(() => done(), done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk))).then(() => done(), done);
  }

  override _final(done: () => void): void {
    this.push(null);
    done();
  }

  /**
   * Every client of `pg` meets the one session that PGlite has. A new one, which a pool makes after a statement has
   * failed, must not find the statements that the one before it prepared, or a transaction that it left open.
   */
  async #open(): Promise<void> {
    await this.#db.waitReady;
    await this.#db.exec('ROLLBACK; DEALLOCATE ALL');
  }

  async #send(message: Buffer): Promise<void> {
    await this.#db.runExclusive(() =>
      this.#db.execProtocolRawStream(message, { onRawData: (data) => this.push(Buffer.from(data)) }),
    );
  }
}
