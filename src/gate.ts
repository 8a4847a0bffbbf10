/** There are too many before this one. */
export class GateFull extends Error {}

/** Lets a few run at once, and the others wait in the order in which they came. */
export class Gate {
  readonly #limit: number;
  readonly #maxWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(limit: number, maxWaiting = Number.POSITIVE_INFINITY) {
    this.#limit = limit;
    this.#maxWaiting = maxWaiting;
  }

  /** @throws GateFull at once where as many wait already as may. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#limit) this.#running++;
    else if (this.#waiting.length >= this.#maxWaiting) throw new GateFull('too many are waiting');
    // Whoever leaves hands its place over, so that nobody who comes later slips in.
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}
