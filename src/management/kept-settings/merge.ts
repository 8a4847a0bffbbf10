import { isJsonObject, type JsonObject, type JsonValue, withoutNulls } from '../../domain/json.js';

/** What was there with what was sent over it, key by key at every depth. `null` takes a key away; lists are replaced. */
export function merged(before: JsonObject, sent: JsonObject): JsonObject {
  const changed = Object.entries(sent).map(([name, value]): [string, JsonValue] => {
    if (!isJsonObject(value)) return [name, value];
    const there = before[name];
    return [name, merged(isJsonObject(there) ? there : {}, value)];
  });
  return withoutNulls({ ...before, ...Object.fromEntries(changed) });
}

/** Without the members of these names, wherever they stand. */
export function without(names: readonly string[], document: JsonObject): JsonObject {
  const entries = Object.entries(document).filter(([name]) => !names.includes(name));
  return Object.fromEntries(
    entries.map(([name, value]) => [name, isJsonObject(value) ? without(names, value) : value]),
  );
}
