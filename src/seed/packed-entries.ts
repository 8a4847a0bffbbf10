import { deserialize, serialize } from 'node:v8';
import type { SeedDocument } from './document.js';
import type { Entry } from './kinds/kind.js';

/** Entries that are packed together: one may share parts with another, which stay shared. */
const PACK = 50;

interface Pack {
  readonly entries: Buffer;
  readonly documents: readonly SeedDocument[];
}

/**
 * Entries in a form that takes a sixth of the memory: a seed can be as large as everything else in the process. They can be
 * gone through once, and each is let go when it is given out.
 */
export class PackedEntries implements Iterable<Entry> {
  readonly #packs: Pack[] = [];

  constructor(entries: Iterable<Entry>) {
    let group: Entry[] = [];
    for (const entry of entries) {
      if (group.push(entry) < PACK) continue;
      this.#pack(group);
      group = [];
    }
    this.#pack(group);
    this.#packs.reverse();
  }

  #pack(group: readonly Entry[]): void {
    this.#packs.push({
      entries: serialize(group.map(({ document: _document, ...entry }) => entry)),
      documents: group.map(({ document }) => document),
    });
  }

  *[Symbol.iterator](): Generator<Entry> {
    for (let pack = this.#packs.pop(); pack !== undefined; pack = this.#packs.pop()) {
      const entries = deserialize(pack.entries) as Omit<Entry, 'document'>[];
      for (const [index, document] of pack.documents.entries())
        yield { ...(entries[index] as Entry), document };
    }
  }
}
