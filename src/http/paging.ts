// The three forms of a list (management-api.md 1.6): a bare array, an object with totals, and checkpoint pages.

import { ManagementError } from '../errors.js';
import type { CheckpointWindow, Listing, PageWindow, Window } from '../storage/window.js';

interface PageQuery {
  readonly page?: number;
  readonly per_page?: number;
  readonly include_totals?: boolean;
}

interface CheckpointQuery {
  readonly from?: string;
  readonly take?: number;
}

const DEFAULT_PAGE_SIZE = 50;

/** The window of a list that has no checkpoint paging. */
export function pageOf(query: PageQuery): PageWindow {
  const limit = query.per_page ?? DEFAULT_PAGE_SIZE;
  const offset = (query.page ?? 0) * limit;
  return { kind: 'page', offset, limit, countTotal: query.include_totals ?? false };
}

/** The window of a list that has no other paging than by checkpoints. */
export function checkpointOf(query: CheckpointQuery): CheckpointWindow {
  const after = query.from === undefined ? null : Buffer.from(query.from, 'base64url').toString('utf8');
  return { kind: 'checkpoint', after, take: query.take ?? DEFAULT_PAGE_SIZE };
}

/** The window that a query asks for. `take` and `from` win over everything else (recorded-behaviour.md 3). */
export function windowOf(query: PageQuery & CheckpointQuery): Window {
  return query.take === undefined && query.from === undefined ? pageOf(query) : checkpointOf(query);
}

/** Paging by offset ends here where lists can be long (management-api.md 1.6); checkpoint paging goes on. */
const MAX_OFFSET = 1000;

/** The window that a query asks for, of a list that can be long. @throws ManagementError when its page is too far on. */
export function windowOfLongList(query: PageQuery & CheckpointQuery): Window {
  const window = windowOf(query);
  if (window.kind === 'page' && window.offset >= MAX_OFFSET) {
    const message = `Requesting page exceeds the allowed maximum of ${MAX_OFFSET} records.`;
    throw new ManagementError('invalid_paging', message);
  }
  return window;
}

interface Totals {
  total: number;
  start: number;
  limit: number;
}

type Page<Key extends string, T> = Totals & Record<Key, T[]>;
type Checkpoint<Key extends string, T> = { next?: string } & Record<Key, T[]>;

interface ListForm {
  /** Organizations, and what is listed under them, have their totals last (recorded-behaviour.md 3 and 4). */
  readonly totalsLast?: boolean;
}

/** The body for a window by offset. */
export function pageBody<Key extends string, Row, T>(
  key: Key,
  { offset: start, limit }: PageWindow,
  { items, total }: Listing<Row>,
  toWire: (row: Row) => T,
  { totalsLast = false }: ListForm = {},
): T[] | Page<Key, T> {
  const rows = items.map(toWire);
  if (total === null) return rows;
  const list = { [key]: rows };
  const page = totalsLast ? { ...list, start, limit, total } : { total, start, limit, ...list };
  return page as Page<Key, T>;
}

/** The body for a checkpoint window. `next` is left out on the last page: clients loop for ever otherwise (clients.md 4). */
export function checkpointBody<Key extends string, Row, T>(
  key: Key,
  { items, next }: Listing<Row>,
  toWire: (row: Row) => T,
): Checkpoint<Key, T> {
  const more = next === null ? {} : { next: Buffer.from(next).toString('base64url') };
  return { [key]: items.map(toWire), ...more } as Checkpoint<Key, T>;
}

/** The body for any window. */
export function listBody<Key extends string, Row, T>(
  key: Key,
  window: Window,
  listing: Listing<Row>,
  toWire: (row: Row) => T,
  form: ListForm = {},
): T[] | Page<Key, T> | Checkpoint<Key, T> {
  if (window.kind === 'page') return pageBody(key, window, listing, toWire, form);
  return checkpointBody(key, listing, toWire);
}
