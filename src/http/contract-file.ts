// openapi.yaml as it is read: from YAML in the sources, and from JSON beside the compiled code, since reading so much YAML
// takes as long as everything else that a start does before its database is open.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

const SOURCE = path.join(import.meta.dirname, '../../openapi.yaml');
const COMPILED = path.join(import.meta.dirname, '../openapi.json');

function readSource(): string {
  // It is our own file, so its many aliases are no attack. JSON has none: they are one value in several places, and whoever
  // fills in one of them would change them all.
  return JSON.stringify(parse(readFileSync(SOURCE, 'utf8'), { merge: true, maxAliasCount: -1 }));
}

/** The document, no part of which is shared with another. */
export function readContractFile(): unknown {
  return JSON.parse(existsSync(COMPILED) ? readFileSync(COMPILED, 'utf8') : readSource());
}

/**
 * Writes the document beside the compiled code. The set-up calls this.
 *
 * @public
 */
export function compileContract(): void {
  writeFileSync(COMPILED, readSource());
}
