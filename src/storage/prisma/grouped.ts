/** Writes in groups what comes in while another group is being written: one statement for many costs little more than for one. */
export class Grouped<T> {
  readonly #write: (group: readonly T[]) => Promise<unknown>;
  #waiting: T[] = [];
  #next: Promise<void> | null = null;
  #last: Promise<unknown> = Promise.resolve();

  /** @param write is called with one group at a time. */
  constructor(write: (group: readonly T[]) => Promise<unknown>) {
    this.#write = write;
  }

  /** Waits until it is written. @throws what writing its group threw. */
  add(item: T): Promise<void> {
    this.#waiting.push(item);
    this.#next ??= this.#writeNext();
    return this.#next;
  }

  async #writeNext(): Promise<void> {
    await this.#last;
    // What else this turn of the event loop has comes with it.
    await new Promise(setImmediate);
    const group = this.#waiting;
    this.#waiting = [];
    this.#next = null;
    const writing = this.#write(group);
    this.#last = writing.catch(() => undefined);
    await writing;
  }
}
