/** NUL, and halves of a surrogate pair: what PostgreSQL cannot store. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

/** True for text that no column can hold. Refused where it comes in, or it would fail where it is written. */
export function isUnstorable(text: string): boolean {
  return UNSTORABLE.test(text);
}
