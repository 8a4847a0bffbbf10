// docs/decision-table.md, as tests read it.

import { readdirSync, readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);
export const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

/** The text under a heading. */
export const sectionOf = (markdown: string, heading: string): string =>
  markdown.split(/^(?=## )/m).find((text) => text.startsWith(`## ${heading}\n`)) ?? '';

/** Cells of the tables under a heading, without code marks where the cell is nothing else. */
export function tableRows(markdown: string, heading: string): string[][] {
  const lines = sectionOf(markdown, heading)
    .split('\n')
    .filter((line) => line.startsWith('| '));
  return lines
    .map((line) => line.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim().replace(/^`([^`]*)`$/, '$1')))
    .filter(([first = '']) => !/^(Row|Reason|-+)$/.test(first));
}

/** Rows of the decision table that a source names, in comments too. */
export const citedIn = (source: string): string[] =>
  source.match(/\b[A-Z]{2}-\d+[a-z]?\b|\bmanagement-api \d+\.\d+\b/g) ?? [];

export const page = read('docs/decision-table.md');
export const policyFiles = readdirSync(new URL('src/policy/', root)).map((name) => `src/policy/${name}`);
