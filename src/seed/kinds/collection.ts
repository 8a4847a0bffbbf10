import type { OperationId } from '../../http/contract.js';
import type { OperationCall, SeedRun, Stored } from '../run.js';
import type { Entry, Kind } from './kind.js';
import { SeenEntries } from './seen-entries.js';

type Body = Record<string, unknown>;

/** How objects of one kind are found, made and changed. */
export interface Collection extends Omit<Kind, 'apply'> {
  readonly list: {
    readonly id: OperationId;
    readonly query?: Record<string, unknown>;
    /** The member of the answer that has the objects, where the answer is no array. */
    readonly member?: string;
    /** It has no other pages than by checkpoints. */
    readonly hasCheckpoints?: true;
  };
  /** What an object is found by, the surest first. Two objects of a seed that share one are one too many. */
  identitiesOf(value: Body, run: SeedRun): readonly string[];
  /** The object by itself, where its list or the answer to an update shows it differently. */
  readonly reread?: (listed: Stored, run: SeedRun) => Promise<Stored>;
  /** True for what the seed leaves out. */
  isSkipped?(entry: Entry, run: SeedRun): boolean;
  /** The entry with ids in place of names; null when it names what is not there, which is a mistake by then. */
  resolve?(entry: Entry, run: SeedRun): Promise<Body | null>;
  create(value: Body, run: SeedRun): OperationCall;
  /** True where no other entry of the kind matters to the creation of this one, so that many can be created together. */
  isIndependent?(value: Body): boolean;
  /** Null when there is nothing in the entry that could be changed. */
  update(value: Body, stored: Stored, run: SeedRun): OperationCall | null;
  /** Brings along what belongs to the object. @returns whether something has changed; null when it was refused. */
  applyParts?(entry: Entry, value: Body, stored: Stored, run: SeedRun): Promise<boolean | null>;
  /** Called for each object that is there in the end. */
  remember?(stored: Stored, run: SeedRun): Promise<void>;
}

/** How often a long kind says how far it is: a multiple of the group. */
const PROGRESS_EVERY = 1000;
/** This many entries are taken together. Larger groups are hardly any cheaper by the entry. */
const GROUP = 50;

/** A kind of objects that are found by an identity, made where they are missing and changed where they differ. */
export function collection(spec: Collection): Kind {
  return {
    ...spec,
    async apply(entries, run) {
      const stored = await readStored(spec, run);
      const seen = new SeenEntries(spec.type);
      let done = 0;
      for (const group of inGroups(entries)) {
        await applyGroup(spec, group, { run, stored, seen });
        await run.options.heap.rest();
        done += group.length;
        if (done % PROGRESS_EVERY === 0) run.options.progress(`${spec.type}: ${done}`);
      }
    },
  };
}

function* inGroups(entries: Iterable<Entry>): Generator<Entry[]> {
  let group: Entry[] = [];
  for (const entry of entries) {
    if (group.push(entry) < GROUP) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

interface Progress {
  readonly run: SeedRun;
  readonly stored: ReadonlyMap<string, string>;
  readonly seen: SeenEntries;
}

/**
 * What the server has of a kind, by identity, as JSON, which takes a fraction of the memory of the objects. The oldest wins
 * where several have the same.
 */
async function readStored(spec: Collection, run: SeedRun): Promise<Map<string, string>> {
  const stored = new Map<string, string>();
  const { id, hasCheckpoints, ...request } = spec.list;
  const items = hasCheckpoints
    ? run.listFromCheckpoints(id, { path: {}, member: request.member ?? '' })
    : run.list(id, request);
  for await (const item of items) {
    const json = JSON.stringify(item);
    for (const identity of spec.identitiesOf(item, run)) {
      if (!stored.has(identity)) stored.set(identity, json);
    }
  }
  return stored;
}

/** An entry that can be applied, as far as that is known without the server. */
interface Ready {
  readonly entry: Entry;
  /** What it says, with ids in place of names. */
  readonly value: Body;
  /** The object that it is about; undefined where there is none yet. */
  readonly listed: Stored | undefined;
}

async function applyGroup(spec: Collection, group: readonly Entry[], progress: Progress): Promise<void> {
  const { run } = progress;
  const ready: Ready[] = [];
  for (const entry of group) {
    const found = await read(spec, entry, progress);
    if (found !== null) ready.push(found);
  }
  const created = await createTogether(spec, ready, run);
  for (const each of ready) {
    const outcome =
      each.listed === undefined
        ? await create(spec, each, created.get(each), run)
        : await update(spec, each, each.listed, run);
    if (outcome === null) run.names.refuse(spec.type, each.value);
    else run.tally(spec.type)[outcome]++;
  }
}

/** What is created of a group in one go; nothing when any of it is refused. */
async function createTogether(
  spec: Collection,
  ready: readonly Ready[],
  run: SeedRun,
): Promise<ReadonlyMap<Ready, Stored>> {
  const independent = ready.filter(
    ({ listed, value }) => listed === undefined && spec.isIndependent?.(value) === true,
  );
  if (independent.length < 2) return new Map();
  const answers = await run.changeTogether(independent.map(({ value }) => spec.create(value, run)));
  return new Map(answers?.map((answer, index) => [independent[index] as Ready, answer]));
}

/** @returns null for what is left out, and for what is wrong, which is a mistake by then. */
async function read(spec: Collection, entry: Entry, { run, stored, seen }: Progress): Promise<Ready | null> {
  if (spec.isSkipped?.(entry, run)) return null;
  const value = entry.isBroken ? null : spec.resolve ? await spec.resolve(entry, run) : entry.value;
  if (value === null) {
    run.names.refuse(spec.type, entry.value);
    return null;
  }
  const identities = spec.identitiesOf(value, run);
  const twin = seen.add(entry, identities);
  if (twin !== undefined) {
    run.mistake(entry, [], `a second entry for the same object of ${spec.type}`, twin);
    return null;
  }
  const json = identities.map((identity) => stored.get(identity)).find((item) => item !== undefined);
  return { entry, value, listed: json === undefined ? undefined : (JSON.parse(json) as Stored) };
}

/** @param answer what the server has said, where the object has been created already. */
async function create(spec: Collection, { entry, value }: Ready, answer: Stored | undefined, run: SeedRun) {
  const created = answer ?? (await run.change(entry, spec.create(value, run)));
  if (created === null) return null;
  await spec.remember?.(created, run);
  const parts = await spec.applyParts?.(entry, value, created, run);
  return parts === null ? null : 'created';
}

async function update(spec: Collection, { entry, value }: Ready, listed: Stored, run: SeedRun) {
  await spec.remember?.(listed, run);
  const call = spec.update(value, listed, run);
  const { reread } = spec;
  const again = reread && (() => reread(listed, run));
  const own = call === null ? false : await run.update(entry, listed, call, again);
  const parts = await spec.applyParts?.(entry, value, listed, run);
  if (own === null || parts === null) return null;
  return own || parts === true ? 'updated' : 'unchanged';
}
