/** A point in time that every column can hold, from a text; null for anything else. */
export function parseTime(text: string): Date | null {
  const time = new Date(text);
  const year = time.getUTCFullYear();
  return Number.isNaN(year) || year < 1 || year > 9999 ? null : time;
}
