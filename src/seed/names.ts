// A seed names clients (and connections) where the API has ids.

import { text } from './kinds/members.js';
import type { SeedRun } from './run.js';

/** What a name in a seed stands for. */
type Meaning =
  | { readonly kind: 'id'; readonly id: string }
  /** The seed has the object, but it was refused, or could not be read: whoever refers to it is not to blame. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'unknown' };

export class Names {
  readonly #run: SeedRun;
  readonly #refused = new Set<string>();
  #clients: Promise<Map<string, string>> | null = null;

  constructor(run: SeedRun) {
    this.#run = run;
  }

  /** Remembers that an object of the seed did not come to be, whatever others call it. */
  refuse(type: string, value: Readonly<Record<string, unknown>>): void {
    for (const member of ['name', 'identifier', 'client_id'])
      this.#refused.add(`${type}/${text(value, member)}`);
  }

  isRefused(type: string, name: string): boolean {
    return this.#refused.has(`${type}/${name}`) || !this.#run.options.contents.isComplete;
  }

  /** A client by its name, of which the oldest counts, or by its id. */
  async client(nameOrId: string): Promise<Meaning> {
    const id = (await this.#clientIds()).get(nameOrId);
    if (id !== undefined) return { kind: 'id', id };
    return { kind: this.isRefused('clients', nameOrId) ? 'refused' : 'unknown' };
  }

  async addClient(name: string, id: string): Promise<void> {
    const ids = await this.#clientIds();
    if (!ids.has(name)) ids.set(name, id);
    ids.set(id, id);
  }

  #clientIds(): Promise<Map<string, string>> {
    this.#clients ??= this.#readClients();
    return this.#clients;
  }

  async #readClients(): Promise<Map<string, string>> {
    const names = new Map<string, string>();
    const ids: string[] = [];
    const query = { is_global: false, fields: 'client_id,name', include_fields: true };
    for await (const client of this.#run.list('listClients', { query })) {
      const [name, id] = [text(client, 'name'), text(client, 'client_id')];
      if (!names.has(name)) names.set(name, id);
      ids.push(id);
    }
    // A client of that name comes before a client of that id, as it does for the tool.
    for (const id of ids) if (!names.has(id)) names.set(id, id);
    return names;
  }
}
