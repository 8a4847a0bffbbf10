import { LRUCache } from 'lru-cache';

/** So many of each are kept. */
const KEPT = 4096;

interface Entry<T> {
  readonly version: number;
  readonly value: Promise<T | null>;
}

/** Things by name, each read once for a version of the configuration. Of what nobody can change otherwise, or who does says so. */
export class Known<T> {
  readonly #kept = new LRUCache<string, Entry<T>>({ max: KEPT });
  readonly #version: () => number;

  /** @param version the newest version of the configuration that this process knows of. */
  constructor(version: () => number) {
    this.#version = version;
  }

  has(name: string): boolean {
    const entry = this.#kept.peek(name);
    return entry !== undefined && entry.version >= this.#version();
  }

  /** @param read reads it from the database, where it is not known. */
  find(name: string, read: () => Promise<T | null>): Promise<T | null> {
    const known = this.#kept.get(name);
    if (known !== undefined && known.version >= this.#version()) return known.value;
    return this.#read(name, read);
  }

  async #read(name: string, read: () => Promise<T | null>): Promise<T | null> {
    // What is read now may be newer than its version says, and is then read once more for nothing.
    const reading = { version: this.#version(), value: read() };
    this.#kept.set(name, reading);
    try {
      const value = await reading.value;
      // Names that lead nowhere are not worth a place: whoever asks could choose them at will.
      if (value === null) this.#kept.delete(name);
      return value;
    } catch (error) {
      this.#kept.delete(name);
      throw error;
    }
  }

  /** To be called when something has been written that was not there before. */
  learn(name: string, value: T): void {
    this.#kept.set(name, { version: this.#version(), value: Promise.resolve(value) });
  }

  /** To be called when a change has been written that is no more than this. */
  change(name: string, changed: (value: T) => T): void {
    const entry = this.#kept.get(name);
    if (entry === undefined) return;
    const value = entry.value.then((before) => before && changed(before));
    // Whoever reads it is told of a failure; nobody else is.
    value.catch(() => undefined);
    this.#kept.set(name, { ...entry, value });
  }

  /** To be called when a change of it has been written: what was read before is not kept, even if it comes in later. */
  forget(name: string): void {
    this.#kept.delete(name);
  }

  forgetAll(): void {
    this.#kept.clear();
  }
}
