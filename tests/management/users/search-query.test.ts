// The language of user searches, without a database: what each form means, and that nothing breaks it.

import fc from 'fast-check';
import { ManagementError } from '../../../src/errors.js';
import { parseUserQuery } from '../../../src/management/users/search-query.js';
import type { TextMatch, UserSearch } from '../../../src/domain/user-search.js';

const name = (text: string, how: TextMatch['how'] = 'equals'): UserSearch => ({
  kind: 'matches',
  field: { kind: 'text', name: 'name' },
  match: { how, text },
});

test.each<[q: string, meaning: UserSearch]>([
  ['', { kind: 'all', of: [] }],
  ['  name:a  ', name('a')],
  ['name:"a b"', name('a b')],
  [String.raw`name:"a \"b\" \\"`, name(String.raw`a "b" \ `.trim())],
  ['name:"a*"', name('a*')],
  ['name:a*', name('a', 'startsWith')],
  ['name:*a', name('a', 'endsWith')],
  ['name:*a*', name('a', 'contains')],
  [String.raw`name:a\*`, name('a*')],
  [String.raw`name:a\ b`, name('a b')],
  ['name:a:b', name('a:b')],
  ['name:*', { kind: 'exists', field: { kind: 'text', name: 'name' } }],
  [
    'name:a AND name:b OR name:c',
    { kind: 'any', of: [{ kind: 'all', of: [name('a'), name('b')] }, name('c')] },
  ],
  [
    'name:a OR name:b AND name:c',
    { kind: 'any', of: [name('a'), { kind: 'all', of: [name('b'), name('c')] }] },
  ],
  [
    '(name:a OR name:b) AND name:c',
    { kind: 'all', of: [{ kind: 'any', of: [name('a'), name('b')] }, name('c')] },
  ],
  ['name:a name:b', { kind: 'any', of: [name('a'), name('b')] }],
  ['name:a && !name:b', { kind: 'all', of: [name('a'), { kind: 'not', of: name('b') }] }],
  ['NOT NOT name:a', name('a')],
  ['NOT name:a AND name:b', { kind: 'all', of: [{ kind: 'not', of: name('a') }, name('b')] }],
  ['name:(a OR b)', { kind: 'any', of: [name('a'), name('b')] }],
  ['name:AND*', name('AND', 'startsWith')],
  ['nosuch:a', { kind: 'nothing' }],
  ['nosuch:(a OR b) OR name:c', { kind: 'any', of: [{ kind: 'nothing' }, name('c')] }],
  ['constructor:a', { kind: 'nothing' }],
  ['user_metadata:a', { kind: 'nothing' }],
  [
    'user_metadata.a.b:c',
    {
      kind: 'matches',
      field: { kind: 'metadata', name: 'userMetadata', path: ['a', 'b'] },
      match: { how: 'equals', text: 'c' },
    },
  ],
  ['blocked:true', { kind: 'is', field: { kind: 'flag', name: 'blocked' }, value: true }],
  [
    'created_at:[2026-01-01 TO 2026-01-02]',
    {
      kind: 'between',
      field: { kind: 'time', name: 'createdAt' },
      from: new Date('2026-01-01T00:00:00.000Z'),
      to: new Date('2026-01-02T23:59:59.999Z'),
    },
  ],
  [
    'updated_at:[2026-01-01T10:00:00.000Z TO *]',
    {
      kind: 'between',
      field: { kind: 'time', name: 'updatedAt' },
      from: new Date('2026-01-01T10:00:00.000Z'),
      to: null,
    },
  ],
])('%s', (q, meaning) => {
  expect(parseUserQuery(q)).toEqual(meaning);
});

test.each([
  ['more than fifty terms', Array.from({ length: 51 }, () => 'name:a').join(' OR ')],
  ['groups in groups without end', '('.repeat(11) + 'name:a' + ')'.repeat(11)],
  ['a wildcard inside', 'name:a*b'],
  ['a time that is none', 'created_at:[x TO y]'],
  ['a field in a group of a field', 'name:(email:a)'],
  ['nothing in a group', '()'],
  ['a backslash at the end', 'name:a\\'],
])('%s is refused', (_what, q) => {
  expect(() => parseUserQuery(q)).toThrow(ManagementError);
});

test('whatever comes in, a meaning or a refusal comes out, soon', () => {
  const pieces = fc.constantFrom(
    'name',
    ':',
    '"',
    '(',
    ')',
    '*',
    '?',
    '\\',
    ' ',
    'AND',
    'OR',
    'NOT',
    '-',
    '[',
    ' TO ',
    ']',
    'a',
  );
  const texts = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(texts, (q) => {
      try {
        return parseUserQuery(q).kind.length > 0;
      } catch (error) {
        return error instanceof ManagementError && error.code === 'invalid_query_string';
      }
    }),
    { numRuns: 3000 },
  );
  const started = Date.now();
  for (const piece of ['(', '"', '\\', '*', 'a*', '-', ' ', 'a:']) {
    try {
      parseUserQuery(piece.repeat(Math.floor(2000 / piece.length)));
    } catch (error) {
      expect(error).toBeInstanceOf(ManagementError);
    }
  }
  expect(Date.now() - started).toBeLessThan(1000);
});
