// Handlers for each row of collections.ts, made from the row.

import { ManagementError } from '../../errors.js';
import type { Call, Handlers } from '../../http/contract.js';
import { listBody, windowOf } from '../../http/paging.js';
import { absent, type Collection, collections, type NotBuiltOperation } from './collections.js';

/** Without what is special about each row. */
const rows: readonly Collection[] = collections;

/** All of these lists have the same parameters, so one stands for them. */
type AnyList = Call<'listRules'>;

function emptyList({ form, key }: Collection, query: AnyList['query']) {
  const window = windowOf(query);
  switch (form) {
    case 'array':
      return [];
    case 'object':
      return { [key]: [] };
    case 'object_with_page':
      return { [key]: [], total: 0, page: query.page ?? 0, per_page: query.per_page ?? 50 };
    case 'paged': {
      const total = window.kind === 'page' && window.countTotal ? 0 : null;
      return listBody(key, window, { items: [], total, next: null }, (nothing: never) => nothing);
    }
  }
}

/** The platform's answer to what a tenant's plan does not include (recorded-behaviour.md 2, "plan too small"). */
const refusing = (what: string) => (): Promise<never> =>
  Promise.reject(new ManagementError('insufficient_entitlement', `This server does not support ${what}`));

export function notBuiltHandlers(): Handlers<NotBuiltOperation> {
  const lists = rows.map((row) => [
    row.list,
    ({ query }: AnyList) => Promise.resolve({ status: 200, body: emptyList(row, query) }),
  ]);
  const readers = absent.map(({ read, error }) => [read, () => Promise.reject(new ManagementError(error))]);
  const refusals = [...rows, ...absent].flatMap(({ refused, what }) =>
    [refused].flat().map((operation) => [operation, refusing(what)]),
  );
  return Object.fromEntries([...lists, ...readers, ...refusals]) as Handlers<NotBuiltOperation>;
}
