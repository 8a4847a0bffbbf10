/**
 * True for text that no column of PostgreSQL can hold: NUL, and halves of a surrogate pair. Refused where it comes in, or it
 * would fail where it is written.
 */
export function isUnstorable(text: string): boolean {
  return text.includes('\0') || !text.isWellFormed();
}
