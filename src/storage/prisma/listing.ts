import { InvalidCursor, type Listing, type Window } from '../window.js';

/** The queries behind one list. All of them use the same filter and the same order. */
export interface ListQueries<Row> {
  count(): Promise<number>;
  page(part: { skip: number; take: number }): Promise<Row[]>;
  /** The rows after a cursor; from the start when it is null. */
  after(cursor: string | null, take: number): Promise<Row[]>;
  /** Where a row stands in the order. */
  cursor(row: Row): string;
}

/** Runs the queries that a window needs. Checkpoint windows read one row ahead to know whether there is more. */
export async function list<Row, T>(
  window: Window,
  queries: ListQueries<Row>,
  toDomain: (row: Row) => T,
): Promise<Listing<T>> {
  if (window.kind === 'page') {
    const rows = await queries.page({ skip: window.offset, take: window.limit });
    const total = window.countTotal ? await queries.count() : null;
    return { items: rows.map(toDomain), total, next: null };
  }
  const rows = await queries.after(window.after, window.take + 1);
  const items = rows.slice(0, window.take);
  const last = items.at(-1);
  const next = rows.length > window.take && last !== undefined ? queries.cursor(last) : null;
  return { items: items.map(toDomain), total: null, next };
}

/**
 * The filter for what was created after a cursor; for everything when it is null.
 *
 * @throws InvalidCursor when the cursor is no position in an order of creation.
 */
export function createdAfter(cursor: string | null): { seq?: { gt: bigint } } {
  if (cursor === null) return {};
  if (!/^\d{1,18}$/.test(cursor)) throw new InvalidCursor();
  return { seq: { gt: BigInt(cursor) } };
}
