/** Writes in groups what comes in while another group is being written: one statement for many costs little more than for one. */
export class Grouped<T, R> {
  readonly #write: (group: readonly T[]) => Promise<R>;
  #waiting: T[] = [];
  #next: Promise<R> | null = null;
  #last: Promise<unknown> = Promise.resolve();

  /** @param write is called with one group at a time. */
  constructor(write: (group: readonly T[]) => Promise<R>) {
    this.#write = write;
  }

  /** Waits until it is written. @returns what writing its group came to. @throws what writing its group threw. */
  add(item: T): Promise<R> {
    this.#waiting.push(item);
    this.#next ??= this.#writeNext();
    return this.#next;
  }

  async #writeNext(): Promise<R> {
    await this.#last;
    // What else this turn of the event loop has comes with it.
    await new Promise(setImmediate);
    const group = this.#waiting;
    this.#waiting = [];
    this.#next = null;
    const writing = this.#write(group);
    this.#last = writing.catch(() => undefined);
    return writing;
  }
}
