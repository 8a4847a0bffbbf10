// What kinds do with the server: they run operations of the Management API, through the same checks and the same handlers
// as requests do. What is refused becomes a mistake at the place in the seed that asked for it.

import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../domain/json.js';
import { systemApis } from '../domain/system-apis.js';
import type { Tenant } from '../domain/tenant.js';
import type { ManagementError } from '../errors.js';
import type { Caller } from '../http/authentication.js';
import type { CheckBody } from '../http/body-check.js';
import type {
  Call,
  ClientConnection,
  Contract,
  Handler,
  Handlers,
  Operation,
  OperationId,
} from '../http/contract.js';
import { toManagementError } from '../http/error-renderer.js';
import type { SeedContents } from './contents.js';
import type { Path } from './document.js';
import type { Entry } from './kinds/kind.js';
import { memberNamedIn, type Mistakes, type Place } from './mistakes.js';
import { Names } from './names.js';
import type { SeedStore } from './seed-store.js';
import type { SeedSettings } from './settings.js';
import type { ThriftyHeap } from './thrifty-heap.js';

/** The operations that kinds may use, by id. */
export type SeedHandlers = Partial<Handlers>;

/** What became of the objects of one kind. */
export interface Tally {
  created: number;
  updated: number;
  unchanged: number;
}

/** An object as an answer of the Management API has it. */
export type Stored = JsonObject;

export interface OperationCall {
  readonly id: OperationId;
  readonly path?: Readonly<Record<string, string>>;
  /** Left out where the operation has none. */
  readonly body?: Body;
  /** The id for a client that the operation creates; made up when it is left out. */
  readonly clientId?: string;
  /** Where in the entry the body comes from; the whole entry when it is left out. */
  readonly at?: Path;
  /** The place in the entry of a place in the body, where that is not the same below `at`. */
  readonly placeOf?: (path: Path) => Path;
  /** A better place, and better words, for a refusal. Null when it follows from a mistake that is known already. */
  explain?(refusal: ManagementError): { readonly at?: Path; readonly message?: string } | null;
}

type Body = Record<string, unknown> | readonly unknown[];

interface ListRequest {
  readonly path?: Record<string, string>;
  readonly query?: Record<string, unknown>;
  /** The member of the answer that has the items, where the answer is no array. */
  readonly member?: string;
}

/** A place in an entry as a place in its document. */
export const placeIn = ({ document, path }: Entry, at: Path): Place => ({
  document,
  path: [...path, ...at],
});

/** Whoever asks for what a seed says may do everything, and the log says who it was. */
const SEED_CALLER: Caller = {
  clientId: 'seed',
  scopes: new Set((systemApis.management.scopes ?? []).map(({ value }) => value)),
};

/** Thrown inside a change to take it back: it changed nothing. */
const NOTHING_CHANGED = Symbol('nothing changed');

export interface RunOptions {
  readonly store: SeedStore;
  readonly handlers: SeedHandlers;
  readonly contract: Contract;
  readonly checkBody: CheckBody;
  readonly tenant: Tenant;
  readonly settings: SeedSettings;
  readonly contents: SeedContents;
  readonly mistakes: Mistakes;
  /** The seed, as the log names it. */
  readonly source: string;
  readonly warn: (message: string) => void;
  readonly progress: (message: string) => void;
  readonly heap: ThriftyHeap;
}

export class SeedRun {
  readonly options: RunOptions;
  readonly names: Names;
  readonly tallies = new Map<string, Tally>();
  readonly #operations: ReadonlyMap<string, Operation>;
  readonly #client: ClientConnection;

  constructor(options: RunOptions) {
    this.options = options;
    this.#operations = new Map(options.contract.operations.map((operation) => [operation.id, operation]));
    this.#client = { ip: '', userAgent: `Grantry seed ${options.source}`, correlationId: null };
    this.names = new Names(this);
  }

  /** What became of the objects of a kind until now. */
  tally(type: string): Tally {
    const tally = this.tallies.get(type) ?? { created: 0, updated: 0, unchanged: 0 };
    this.tallies.set(type, tally);
    return tally;
  }

  /** Names that the seed's filters leave out. */
  isExcluded(type: string, name: unknown): boolean {
    const { exclude, include } = this.options.contents;
    const only = include[type] ?? [];
    const isLeftOut = typeof name === 'string' && (exclude[type] ?? []).includes(name);
    return isLeftOut || (only.length > 0 && !(typeof name === 'string' && only.includes(name)));
  }

  mistake(entry: Entry, at: Path, message: string, seeAlso?: Place): void {
    this.options.mistakes.add(placeIn(entry, at), message, seeAlso);
  }

  /** Runs an operation that only reads. */
  async read(
    id: OperationId,
    request: { path?: Record<string, string>; query?: Record<string, unknown> },
  ): Promise<unknown> {
    const { path = {}, query = {} } = request;
    return (await this.#handle(id, { path, query, body: undefined })).body;
  }

  /** Every item of a list, a page at a time. */
  async *list(id: OperationId, request: ListRequest = {}): AsyncGenerator<Stored> {
    for (let page = 0; ; page++) {
      const query = { ...request.query, page, per_page: PAGE };
      const body = await this.read(id, { ...request, query });
      const { member } = request;
      const items = (member === undefined ? body : (body as Stored)[member]) as readonly Stored[];
      yield* items;
      if (items.length < PAGE) return;
      await this.options.heap.rest();
    }
  }

  /** Every item of a list that has no pages but checkpoints. */
  async *listFromCheckpoints(
    id: OperationId,
    { path, member }: { path: Record<string, string>; member: string },
  ): AsyncGenerator<Stored> {
    let from: unknown;
    do {
      const query = { take: PAGE, ...(from !== undefined && { from }) };
      const body = (await this.read(id, { path, query })) as Stored;
      yield* body[member] as readonly Stored[];
      from = body['next'];
    } while (from !== undefined);
  }

  /** Whether the contract accepts the body of a call. What it does not accept becomes mistakes. */
  async check(
    entry: Entry,
    { id, body, at = [], placeOf = (path) => path }: OperationCall,
  ): Promise<boolean> {
    if (body === undefined) return true;
    const faults = await this.options.checkBody(this.#operation(id), body);
    for (const { path, refusal } of faults) {
      const steps = path.map((key) => (/^\d+$/.test(key) ? Number(key) : key));
      const isUnknown = refusal.message.includes('Additional properties not allowed');
      const place = { ...placeIn(entry, [...at, ...placeOf(steps)]), atKey: isUnknown };
      this.options.mistakes.add(place, refusal.message);
    }
    return faults.length === 0;
  }

  /** Runs an operation that writes. @returns its answer; null when it was refused, which is then a mistake. */
  async change(entry: Entry, call: OperationCall): Promise<Stored | null> {
    if (!(await this.check(entry, call))) return null;
    try {
      return await this.#write(call);
    } catch (error) {
      const refusal = toManagementError(error);
      if (refusal === null) throw error;
      const explained = call.explain ? call.explain(refusal) : {};
      if (explained === null) return null;
      const at = explained.at ?? [...(call.at ?? []), ...memberNamedIn(refusal.message, call.body ?? {})];
      this.mistake(entry, at, explained.message ?? refusal.message);
      return null;
    }
  }

  /**
   * Runs operations that write side by side. None of them may need another, or be in the way of another.
   *
   * @returns their answers; null when something is wrong with one of them: then none has been run, and `change` finds out
   * what it is.
   */
  async changeTogether(calls: readonly OperationCall[]): Promise<readonly Stored[] | null> {
    for (const { id, body } of calls) {
      if (body === undefined) continue;
      if ((await this.options.checkBody(this.#operation(id), body)).length > 0) return null;
    }
    try {
      return await this.options.store.together(calls.map((call) => () => this.#write(call)));
    } catch {
      return null;
    }
  }

  async #write({ id, path = {}, body, clientId }: OperationCall): Promise<Stored> {
    const handle = () => this.#handle(id, { path, query: {}, body });
    const answer = await (clientId === undefined
      ? handle()
      : this.options.store.withClientId(clientId, handle));
    return (answer.body ?? {}) as Stored;
  }

  /** Whether a change would be accepted. A refusal becomes a mistake; nothing is changed in either case. */
  async attempt(entry: Entry, call: OperationCall): Promise<boolean> {
    try {
      return await this.options.store.atomically(async () => {
        if ((await this.change(entry, call)) === null) return false;
        throw NOTHING_CHANGED;
      });
    } catch (error) {
      if (error === NOTHING_CHANGED) return true;
      throw error;
    }
  }

  /** Runs an operation that takes something away. */
  async remove(
    id: OperationId,
    path: Readonly<Record<string, string>>,
    body?: Record<string, unknown>,
  ): Promise<void> {
    await this.#handle(id, { path, query: {}, body });
  }

  /**
   * Runs an operation that updates an object, unless the object is as asked for already. What an update means is known
   * to its handler alone, so it is run, and taken back where the object is then what it was before.
   *
   * @param listed the object as it was listed.
   * @param reread the object as it is now; left out where an update answers as a list does.
   * @returns whether something has changed; null when the operation was refused.
   */
  async update(
    entry: Entry,
    listed: Stored,
    call: OperationCall,
    reread?: () => Promise<Stored>,
  ): Promise<boolean | null> {
    if (says(listed, call.body ?? {})) return false;
    const before = reread ? await reread() : listed;
    try {
      return await this.options.store.atomically(async () => {
        const answer = await this.change(entry, call);
        if (answer === null) return null;
        const after = reread ? await reread() : answer;
        if (isDeepStrictEqual(plain(after), plain(before))) throw NOTHING_CHANGED;
        return true;
      });
    } catch (error) {
      if (error === NOTHING_CHANGED) return false;
      throw error;
    }
  }

  #operation(id: OperationId): Operation {
    const operation = this.#operations.get(id);
    if (operation === undefined) throw new Error(`there is no operation ${id}`);
    return operation;
  }

  #handle(
    id: OperationId,
    { path, query, body }: { path: object; query: object; body: unknown },
  ): Promise<{ body: unknown }> {
    const handler = this.options.handlers[id] as Handler<OperationId> | undefined;
    if (handler === undefined) throw new Error(`there is no handler for ${id}`);
    const call = {
      operation: this.#operation(id),
      path,
      query,
      body,
      caller: SEED_CALLER,
      client: this.#client,
    };
    // The body was held against the contract, and kinds make the rest.
    return handler(call as unknown as Call<OperationId>);
  }
}

/** The most that a page can have (management-api.md 1.6). */
const PAGE = 100;

/** True when an object has all that a body asks for, to the letter. */
function says(stored: Stored, body: Body): boolean {
  return Object.entries<unknown>(body as Record<string, unknown>).every(([name, value]) =>
    isDeepStrictEqual(stored[name] ?? null, value ?? null),
  );
}

/** Answers as they would come over HTTP: without members that are undefined. */
const plain = (value: Stored): unknown => JSON.parse(JSON.stringify(value)) as unknown;
