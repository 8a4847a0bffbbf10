// A search for users as a filter of Prisma's.

import { Prisma } from '../../generated/prisma/client.js';
import type { TextMatch, UserField, UserSearch } from '../../domain/user-search.js';
import { likePattern } from './like.js';

type Where = Prisma.UserWhereInput;

/** Columns that hold nothing in upper case, so that an index serves a search for the whole. */
const IN_LOWER_CASE: readonly string[] = ['email', 'username'];

const EVERYBODY: Where = {};
const NOBODY: Where = { userId: { in: [] } };

/** Columns that every user has a value in. */
const ALWAYS_THERE: readonly string[] = ['userId', 'connection', 'provider', 'createdAt', 'updatedAt'];

function textMatches(field: UserField & { kind: 'text' }, { how, text }: TextMatch): Where {
  if (IN_LOWER_CASE.includes(field.name)) {
    const lower = text.toLowerCase();
    return { [field.name]: { [how]: how === 'equals' ? lower : likePattern(lower) } };
  }
  // Identifiers are compared as they are.
  if (how === 'equals' && ['userId', 'phoneNumber'].includes(field.name)) {
    return { [field.name]: { equals: text } };
  }
  // Without regard to case, Prisma compares with ILIKE even for `equals`.
  return { [field.name]: { [how]: likePattern(text), mode: 'insensitive' } };
}

/** A value of any JSON type that is written like the text; a list matches by any of its items. */
function metadataMatches(field: UserField & { kind: 'metadata' }, { how, text }: TextMatch): Where {
  const path = [...field.path];
  const filter = (condition: object): Where => ({ [field.name]: { path, ...condition } });
  switch (how) {
    case 'startsWith':
      return filter({ string_starts_with: likePattern(text) });
    case 'endsWith':
      return filter({ string_ends_with: likePattern(text) });
    case 'contains':
      return filter({ string_contains: likePattern(text) });
    case 'equals': {
      const number = /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? [Number(text)] : [];
      const flag = text === 'true' || text === 'false' ? [text === 'true'] : [];
      const values = [text, ...number, ...flag];
      return {
        OR: values.flatMap((value) => [filter({ equals: value }), filter({ array_contains: [value] })]),
      };
    }
  }
}

function matches(field: UserField, match: TextMatch): Where {
  switch (field.kind) {
    case 'text':
      return textMatches(field, match);
    case 'metadata':
      return metadataMatches(field, match);
    // Neither is text.
    case 'flag':
    case 'time':
      return NOBODY;
  }
}

function exists(field: UserField): Where {
  if (ALWAYS_THERE.includes(field.name)) return EVERYBODY;
  if (field.kind !== 'metadata') return { [field.name]: { not: null } };
  return { [field.name]: { path: [...field.path], not: Prisma.AnyNull } };
}

function lacks(field: UserField): Where {
  if (ALWAYS_THERE.includes(field.name)) return NOBODY;
  if (field.kind !== 'metadata') return { [field.name]: null };
  return {
    OR: [
      { [field.name]: { equals: Prisma.AnyNull } },
      { [field.name]: { path: [...field.path], equals: Prisma.AnyNull } },
    ],
  };
}

/** One of several; Prisma takes none for no condition at all. */
const either = (of: Where[]): Where => (of.length === 0 ? NOBODY : { OR: of });

/**
 * The opposite of a search. It goes down to the fields: there, a user without a value is one that does not match, while
 * to SQL it would be neither.
 */
function opposite(search: UserSearch): Where {
  switch (search.kind) {
    case 'all':
      return either(search.of.map(opposite));
    case 'any':
      return { AND: search.of.map(opposite) };
    case 'not':
      return searchFilter(search.of);
    case 'exists':
      return lacks(search.field);
    case 'nothing':
      return EVERYBODY;
    default:
      return { OR: [{ NOT: searchFilter(search) }, lacks(search.field)] };
  }
}

/** The filter for a search. */
export function searchFilter(search: UserSearch): Where {
  switch (search.kind) {
    case 'all':
      return { AND: search.of.map(searchFilter) };
    case 'any':
      return either(search.of.map(searchFilter));
    case 'not':
      return opposite(search.of);
    case 'matches':
      return matches(search.field, search.match);
    case 'is':
      return { [search.field.name]: search.value };
    case 'between':
      return {
        [search.field.name]: {
          ...(search.from && { gte: search.from }),
          ...(search.to && { lte: search.to }),
        },
      };
    case 'exists':
      return exists(search.field);
    case 'nothing':
      return NOBODY;
  }
}
