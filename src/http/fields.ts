/** `fields` and `include_fields`: which members of a body to show. */
export interface FieldsQuery {
  readonly fields?: string;
  readonly include_fields?: boolean;
}

/** The names in a `fields` parameter; null when there is none. */
export function namedFields({ fields }: FieldsQuery): ReadonlySet<string> | null {
  return fields === undefined ? null : new Set(fields.split(',').map((name) => name.trim()));
}

/**
 * Shows the named members of a body only or, with `include_fields=false`, all but these.
 *
 * @param always members that are shown whatever is asked for.
 */
export function pickFields<T extends object>(body: T, query: FieldsQuery, always: readonly string[] = []): T {
  const names = namedFields(query);
  if (names === null) return body;
  const wanted = query.include_fields ?? true;
  const entries = Object.entries(body).filter(
    ([name]) => always.includes(name) || names.has(name) === wanted,
  );
  return Object.fromEntries(entries) as T;
}
