// docs/security.md against the tests: what it says is shown is shown by a file that exists.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const here = path.dirname(new URL(import.meta.url).pathname);
const page = readFileSync(path.join(here, '../../docs/security.md'), 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| ---'));
const named = [...new Set([...page.matchAll(/`([\w./-]+\.ts)`/g)].map(([, file]) => file ?? ''))];

test('names many tests', () => {
  expect(named.length).toBeGreaterThan(20);
});

test.each(named)('%s is there', (file) => {
  expect(existsSync(path.join(here, '..', file))).toBe(true);
});

test('every row names a test', () => {
  const heads = new Set(['threat', 'section']);
  const without = rows
    .filter((row) => !heads.has(row.split('|')[1]?.trim() ?? ''))
    .filter((row) => !/`[\w./-]+\.ts`/.test(row) && !/the same/.test(row));
  expect(without).toEqual([]);
});
