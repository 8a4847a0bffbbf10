import type { JsonObject } from '../domain/json.js';

/** Without the members that are null: on the wire `null` removes a member (recorded-behaviour.md 5, 6). */
export function withoutNulls(settings: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null));
}
