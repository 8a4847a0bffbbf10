// The query language of the log, as far as it is needed to look an entry up: `field:value` terms joined by AND.

import type { LogType } from '../../domain/log-entry.js';
import { parseTime } from '../../domain/time.js';
import { ManagementError } from '../../errors.js';
import type { LogFilter } from '../../storage/storage.js';

/** A field and a value: quoted, a range in brackets, or up to the next space. */
const TERM = /^\s*([a-z_]+):(?:"([^"]*)"|\[\s*(\S+)\s+TO\s+(\S+)\s*\]|(\S+))/;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

function bad(why: string): ManagementError {
  return new ManagementError('invalid_query_string', `Query validation error: '${why}' on property q.`);
}

function date(text: string): Date {
  const parsed = parseTime(text);
  if (parsed === null) throw bad(`${text.slice(0, 40)} is not a date`);
  return parsed;
}

const FIELDS = {
  type: 'type',
  client_id: 'clientId',
  audience: 'audience',
  organization_id: 'organizationId',
  reason: 'reason',
  log_id: 'logId',
} as const;

/**
 * Reads a query.
 *
 * @throws ManagementError for fields and forms that it does not have: leaving a term out would show too much.
 */
export function parseLogQuery(q: string): LogFilter {
  const filter: Mutable<LogFilter> = {};
  const seen = new Set<string>();
  let rest = q;
  while (rest.trim() !== '') {
    const [whole, field, quoted, from, to, plain] = TERM.exec(rest) ?? [];
    if (whole === undefined || field === undefined) throw bad('Terms must be field:value, joined by AND');
    if (seen.has(field)) throw bad(`${field} can only be searched for once`);
    seen.add(field);
    const value = quoted ?? plain ?? '';
    if (field === 'date') {
      filter.since = date(from ?? value);
      filter.until = date(to ?? value);
    } else if (Object.hasOwn(FIELDS, field) && from === undefined) {
      const name = FIELDS[field as keyof typeof FIELDS];
      if (name === 'type') filter.type = value as LogType;
      else filter[name] = value;
    } else {
      throw bad(`${field} cannot be searched for`);
    }
    rest = rest.slice(whole.length);
    const joined = /^\s+AND\s+(?=\S)/.exec(rest);
    if (joined) rest = rest.slice(joined[0].length);
    else if (rest.trim() !== '') throw bad('Terms must be joined by AND');
  }
  return filter;
}
