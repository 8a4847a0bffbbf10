// `triggers`: the actions that each trigger runs, in order (auth0-deploy-cli 8.44.0,
// lib/tools/auth0/handlers/triggers.js). Where a seed names a trigger, what it lists is all that the trigger runs.

import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonValue } from '../../domain/json.js';
import type { Path } from '../document.js';
import { type OperationCall, placeIn, type SeedRun, type Stored } from '../run.js';
import type { Entry, Kind } from './kind.js';
import { text } from './members.js';

type Body = Record<string, unknown>;

interface Trigger {
  readonly id: string;
  readonly binding_policy: string;
}

/** A binding of an entry as the API takes it; what is no object is left to the contract. */
function bindingOf(item: unknown): unknown {
  if (!isJsonObject(item)) return item;
  const { action_name: value, ...rest } = item;
  return { ...rest, ref: { type: 'action_name', ...(value !== undefined && { value }) } };
}

/** @param index which binding of the entry it is, where the call has but one. */
function callFor(trigger: string, bindings: unknown, index?: number): OperationCall {
  return {
    id: 'updateActionBindings',
    path: { trigger_id: trigger },
    body: { bindings },
    placeOf([, number, member, ...rest]: Path) {
      if (number === undefined) return [trigger];
      const at = [trigger, index ?? number];
      if (member === 'ref') return rest.length > 0 ? [...at, 'action_name'] : at;
      return member === undefined ? at : [...at, member, ...rest];
    },
    explain: () => ({ at: index === undefined ? [trigger] : [trigger, index] }),
  };
}

/** What a trigger runs, in the form in which it is said. */
async function boundTo(trigger: string, run: SeedRun): Promise<readonly Body[]> {
  const bindings: Body[] = [];
  const request = { path: { trigger_id: trigger }, member: 'bindings' };
  for await (const { display_name, action } of run.list('listActionBindings', request))
    bindings.push({ action_name: text(action as Stored, 'name'), display_name });
  return bindings;
}

/** A binding without a name is shown by the name of its action. */
const said = (item: JsonValue): unknown =>
  isJsonObject(item) ? { ...item, display_name: item['display_name'] ?? item['action_name'] } : item;

/**
 * Tries bindings one by one, since a refusal of all of them does not say which is meant.
 *
 * @returns whether all of them can be.
 */
async function areBindable(entry: Entry, trigger: string, items: readonly JsonValue[], run: SeedRun) {
  let areAll = true;
  for (const [index, item] of items.entries()) {
    const name = isJsonObject(item) ? text(item, 'action_name') : '';
    const found = await run.names.action(name);
    const isKnown = found.kind === 'id';
    if (!isKnown) {
      areAll = false;
      if (found.kind === 'unknown') {
        const message = `there is no action \`${name}\`, neither in the seed nor on the server`;
        run.mistake(entry, [trigger, index, 'action_name'], message);
      }
      continue;
    }
    const tried = await run.attempt(entry, callFor(trigger, [bindingOf(item)], index));
    areAll &&= tried;
  }
  return areAll;
}

async function applyTrigger(entry: Entry, { id: trigger, binding_policy: policy }: Trigger, run: SeedRun) {
  const listed = entry.value[trigger] ?? null;
  const bindings = Array.isArray(listed) ? (listed as readonly JsonValue[]).map(bindingOf) : listed;
  const call = callFor(trigger, bindings);
  if (!(await run.check(entry, call))) return;
  if (policy === 'entity-bound') {
    // Nobody can list what these run: the server says why.
    await run.change(entry, call);
    return;
  }
  const items = listed as readonly JsonValue[];
  const bound = await boundTo(trigger, run);
  if (isDeepStrictEqual(Array.from(items, said), bound)) {
    run.tally('triggers').unchanged++;
    return;
  }
  if (!(await areBindable(entry, trigger, items, run))) return;
  if ((await run.change(entry, call)) !== null) run.tally('triggers').updated++;
}

export const triggers: Kind = {
  type: 'triggers',
  at: { file: 'triggers/triggers.json' },
  async apply(entries, run) {
    const { triggers: known } = (await run.read('listActionTriggers', {})) as { triggers: Trigger[] };
    for (const entry of entries) {
      if (entry.isBroken) continue;
      for (const name of Object.keys(entry.value)) {
        const trigger = known.find(({ id }) => id === name);
        if (trigger !== undefined) await applyTrigger(entry, trigger, run);
        else {
          const place = { ...placeIn(entry, [name]), atKey: true };
          run.options.mistakes.add(place, `there is no trigger \`${name}\``);
        }
      }
    }
  },
};
