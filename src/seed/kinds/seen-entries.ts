import { createHash } from 'node:crypto';
import type { Path, SeedDocument } from '../document.js';
import type { Place } from '../mistakes.js';
import type { Entry } from './kind.js';

const digestOf = (identity: string): string =>
  createHash('sha256').update(identity).digest().toString('latin1', 0, 16);

/**
 * Where objects stand that a seed has had, by their identities. There can be a hundred thousand: each takes a digest and a
 * number, and a path of its own only where it is not one in the list of its type.
 */
export class SeenEntries {
  readonly #type: string;
  readonly #ordinals = new Map<string, number>();
  readonly #documents: SeedDocument[] = [];
  readonly #paths: (number | Path)[] = [];

  constructor(type: string) {
    this.#type = type;
  }

  /** Adds an entry. @returns where there is one of the same object already. */
  add(entry: Entry, identities: readonly string[]): Place | undefined {
    const digests = identities.map(digestOf);
    const twin = digests.find((digest) => this.#ordinals.has(digest));
    const { document, path } = entry;
    const [type, index] = path;
    const isListed = path.length === 2 && type === this.#type && typeof index === 'number';
    const ordinal = this.#documents.push(document) - 1;
    this.#paths.push(isListed ? index : path);
    const first = twin === undefined ? undefined : this.#placeOf(this.#ordinals.get(twin) ?? 0);
    for (const digest of digests) if (!this.#ordinals.has(digest)) this.#ordinals.set(digest, ordinal);
    return first;
  }

  #placeOf(ordinal: number): Place | undefined {
    const [document, path] = [this.#documents[ordinal], this.#paths[ordinal]];
    if (document === undefined || path === undefined) return undefined;
    return { document, path: typeof path === 'number' ? [this.#type, path] : path };
  }
}
