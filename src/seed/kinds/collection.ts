import type { OperationId } from '../../http/contract.js';
import type { Place } from '../mistakes.js';
import type { OperationCall, SeedRun, Stored } from '../run.js';
import type { Entry, Kind } from './kind.js';

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
  /** Null when there is nothing in the entry that could be changed. */
  update(value: Body, stored: Stored, run: SeedRun): OperationCall | null;
  /** Brings along what belongs to the object. @returns whether something has changed; null when it was refused. */
  applyParts?(entry: Entry, value: Body, stored: Stored, run: SeedRun): Promise<boolean | null>;
  /** Called for each object that is there in the end. */
  remember?(stored: Stored, run: SeedRun): Promise<void>;
}

/** How often a long kind says how far it is. */
const PROGRESS_EVERY = 1000;

/** A kind of objects that are found by an identity, made where they are missing and changed where they differ. */
export function collection(spec: Collection): Kind {
  return {
    ...spec,
    async apply(entries, run) {
      const stored = await readStored(spec, run);
      const seen = new Map<string, Place>();
      let done = 0;
      for (const entry of entries) {
        await applyEntry(spec, entry, { run, stored, seen });
        if (++done % PROGRESS_EVERY === 0) run.options.progress(`${spec.type}: ${done}`);
      }
    },
  };
}

interface Progress {
  readonly run: SeedRun;
  readonly stored: ReadonlyMap<string, Stored>;
  readonly seen: Map<string, Place>;
}

/** What the server has of a kind, by identity. The oldest wins where several have the same. */
async function readStored(spec: Collection, run: SeedRun): Promise<Map<string, Stored>> {
  const stored = new Map<string, Stored>();
  const { id, hasCheckpoints, ...request } = spec.list;
  const items = hasCheckpoints
    ? run.listFromCheckpoints(id, { path: {}, member: request.member ?? '' })
    : run.list(id, request);
  for await (const item of items) {
    for (const identity of spec.identitiesOf(item, run)) {
      if (!stored.has(identity)) stored.set(identity, item);
    }
  }
  return stored;
}

async function applyEntry(spec: Collection, entry: Entry, { run, stored, seen }: Progress): Promise<void> {
  if (spec.isSkipped?.(entry, run)) return;
  if (entry.isBroken) {
    run.names.refuse(spec.type, entry.value);
    return;
  }
  const value = spec.resolve ? await spec.resolve(entry, run) : entry.value;
  if (value === null) {
    run.names.refuse(spec.type, entry.value);
    return;
  }
  const identities = spec.identitiesOf(value, run);
  const twin = identities.find((identity) => seen.has(identity));
  const place = { document: entry.document, path: entry.path };
  for (const identity of identities) if (!seen.has(identity)) seen.set(identity, place);
  if (twin !== undefined) {
    run.mistake(entry, [], `a second entry for the same object of ${spec.type}`, seen.get(twin));
    return;
  }

  const tally = run.tally(spec.type);
  const listed = identities.map((identity) => stored.get(identity)).find((item) => item !== undefined);
  const outcome =
    listed === undefined
      ? await create(spec, entry, value, run)
      : await update(spec, entry, value, listed, run);
  if (outcome === null) run.names.refuse(spec.type, value);
  else tally[outcome]++;
}

async function create(spec: Collection, entry: Entry, value: Body, run: SeedRun) {
  const created = await run.change(entry, spec.create(value, run));
  if (created === null) return null;
  await spec.remember?.(created, run);
  const parts = await spec.applyParts?.(entry, value, created, run);
  return parts === null ? null : 'created';
}

async function update(spec: Collection, entry: Entry, value: Body, listed: Stored, run: SeedRun) {
  await spec.remember?.(listed, run);
  const call = spec.update(value, listed, run);
  const { reread } = spec;
  const again = reread && (() => reread(listed, run));
  const own = call === null ? false : await run.update(entry, listed, call, again);
  const parts = await spec.applyParts?.(entry, value, listed, run);
  if (own === null || parts === null) return null;
  return own || parts === true ? 'updated' : 'unchanged';
}
