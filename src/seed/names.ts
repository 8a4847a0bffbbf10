// A seed names clients, connections and actions where the API has ids.

import type { OperationId } from '../http/contract.js';
import { text } from './kinds/members.js';
import type { SeedRun } from './run.js';

/** What a name in a seed stands for. */
type Meaning =
  | { readonly kind: 'id'; readonly id: string }
  /** The seed has the object, but it was refused, or could not be read: whoever refers to it is not to blame. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'unknown' };

interface NamedList {
  readonly list: OperationId;
  readonly query?: Record<string, unknown>;
  /** The member of the answer that has the objects, where the answer is no array. */
  readonly member?: string;
  readonly id: string;
  /** The kinds that make such objects. */
  readonly kinds: readonly string[];
}

const lists = {
  clients: {
    list: 'listClients',
    query: { is_global: false, fields: 'client_id,name', include_fields: true },
    id: 'client_id',
    kinds: ['clients'],
  },
  connections: {
    list: 'listConnections',
    query: { fields: 'id,name', include_fields: true },
    id: 'id',
    kinds: ['databases', 'connections'],
  },
  actions: { list: 'listActions', member: 'actions', id: 'id', kinds: ['actions'] },
} as const satisfies Record<string, NamedList>;

type Named = keyof typeof lists;

export class Names {
  readonly #run: SeedRun;
  readonly #refused = new Set<string>();
  readonly #ids = new Map<Named, Promise<Map<string, string>>>();

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
  client(nameOrId: string): Promise<Meaning> {
    return this.#meaningOf('clients', nameOrId);
  }

  /** A connection of any strategy, by its name or its id. */
  connection(nameOrId: string): Promise<Meaning> {
    return this.#meaningOf('connections', nameOrId);
  }

  /** An action by its name or its id. */
  action(nameOrId: string): Promise<Meaning> {
    return this.#meaningOf('actions', nameOrId);
  }

  async add(type: Named, name: string, id: string): Promise<void> {
    const ids = await this.#idsOf(type);
    if (!ids.has(name)) ids.set(name, id);
    ids.set(id, id);
  }

  async #meaningOf(type: Named, nameOrId: string): Promise<Meaning> {
    const id = (await this.#idsOf(type)).get(nameOrId);
    if (id !== undefined) return { kind: 'id', id };
    const isRefused = lists[type].kinds.some((kind) => this.isRefused(kind, nameOrId));
    return { kind: isRefused ? 'refused' : 'unknown' };
  }

  #idsOf(type: Named): Promise<Map<string, string>> {
    const known = this.#ids.get(type) ?? this.#read(lists[type]);
    this.#ids.set(type, known);
    return known;
  }

  async #read({ list, query = {}, member, id: idMember }: NamedList): Promise<Map<string, string>> {
    const names = new Map<string, string>();
    const ids: string[] = [];
    for await (const item of this.#run.list(list, { query, ...(member !== undefined && { member }) })) {
      const [name, id] = [text(item, 'name'), text(item, idMember)];
      if (!names.has(name)) names.set(name, id);
      ids.push(id);
    }
    // An object of that name comes before an object of that id, as it does for the tool.
    for (const id of ids) if (!names.has(id)) names.set(id, id);
    return names;
  }
}
