import { LRUCache } from 'lru-cache';

/** So many of each are kept. */
const KEPT = 4096;

interface Known<T> {
  readonly version: number;
  readonly value: Promise<T | null>;
}

/**
 * Parts of the configuration by id, each read once for a version of it.
 *
 * @param read reads one from the database.
 * @param version the newest version of the configuration that this process knows of.
 */
export function knownBy<T>(
  read: (id: string) => Promise<T | null>,
  version: () => number,
): (id: string) => Promise<T | null> {
  const kept = new LRUCache<string, Known<T>>({ max: KEPT });
  return async (id) => {
    const known = kept.get(id);
    if (known !== undefined && known.version >= version()) return known.value;
    // What is read now may be newer than its version says, and is then read once more for nothing.
    const reading = { version: version(), value: read(id) };
    kept.set(id, reading);
    try {
      const value = await reading.value;
      // Ids that lead nowhere are not worth a place: whoever asks could choose them at will.
      if (value === null) kept.delete(id);
      return value;
    } catch (error) {
      kept.delete(id);
      throw error;
    }
  };
}
