import { setImmediate } from 'node:timers/promises';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** So much is left some hundred and fifty times by a seed of 60,000 objects; collecting less often takes more memory, and less time. */
const MAX_GARBAGE = 4 * 2 ** 20;

const inUse = (): number => getHeapStatistics().used_heap_size;

/**
 * The heap of long work that keeps one processor busy. By default V8 lets garbage grow to the size of what is in use and more,
 * and the database in this process answers without the turns of the event loop in which V8 would do its work.
 */
export class ThriftyHeap {
  readonly #collect: () => void;
  #kept = 0;

  constructor() {
    setFlagsFromString('--expose-gc');
    this.#collect = runInNewContext('gc') as () => void;
    setFlagsFromString('--no-expose-gc');
  }

  /** To be called now and then: collects what has become garbage, once it is much, and hears signals. */
  async rest(): Promise<void> {
    await setImmediate();
    if (inUse() - this.#kept < MAX_GARBAGE) return;
    this.#collect();
    this.#kept = inUse();
  }
}
