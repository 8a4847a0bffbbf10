import type { JsonObject, JsonValue } from '../../domain/json.js';

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What was there with what was sent over it, key by key at every depth. `null` takes a key away; lists are replaced. */
export function merged(before: JsonObject, sent: JsonObject): JsonObject {
  const changed = Object.entries(sent).map(([name, value]): [string, JsonValue] => {
    if (!isObject(value)) return [name, value];
    const there = before[name];
    return [name, merged(isObject(there) ? there : {}, value)];
  });
  const entries = Object.entries({ ...before, ...Object.fromEntries(changed) });
  return Object.fromEntries(entries.filter(([, value]) => value !== null));
}

/** Without the members of these names, wherever they stand. */
export function without(names: readonly string[], document: JsonObject): JsonObject {
  const entries = Object.entries(document).filter(([name]) => !names.includes(name));
  return Object.fromEntries(
    entries.map(([name, value]) => [name, isObject(value) ? without(names, value) : value]),
  );
}
