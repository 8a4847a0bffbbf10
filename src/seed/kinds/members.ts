// Members of objects whose types nobody has checked yet.

type Body = Readonly<Record<string, unknown>>;

/** A member that is text; empty where it is not, which the contract then refuses. */
export function text(value: Body, member: string): string {
  const found = value[member];
  return typeof found === 'string' ? found : '';
}

/** What a value is, in the words of JSON. */
export function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** Identities of an object by members that are text. */
export const identities = (value: Body, ...members: readonly string[]): string[] =>
  members.filter((member) => text(value, member) !== '').map((member) => `${member} ${text(value, member)}`);

/** An object without some of its members. */
export function without(value: Body, ...members: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([member]) => !members.includes(member)));
}
