// Writes docs/operations.md from openapi.yaml; with --check says instead whether it is what it would write.

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { parse } from 'yaml';

const METHODS = ['get', 'post', 'patch', 'put', 'delete'];
/** What each value of `x-grantry-effect` means, as a note. openapi.yaml defines them. */
const EFFECTS = /** @type {Record<string, string>} */ ({
  full: '',
  kept: 'kept without effect',
  none: 'does not exist here',
});

const root = path.join(import.meta.dirname, '..');
const target = path.join(import.meta.dirname, 'operations.md');
// It has many aliases, and is our own file.
const options = { merge: true, maxAliasCount: -1 };
const contract = parse(readFileSync(path.join(root, 'openapi.yaml'), 'utf8'), options);

const effectsOfTags = new Map(
  contract.tags.map((/** @type {Record<string, string>} */ tag) => [tag['name'], tag['x-grantry-effect']]),
);
const operations = Object.entries(contract.paths).flatMap(([at, item]) =>
  METHODS.filter((method) => method in item).map((method) => {
    const { operationId, summary, tags, security, 'x-grantry-effect': own } = item[method];
    const effect = own ?? effectsOfTags.get(tags[0]) ?? 'full';
    if (!(effect in EFFECTS)) throw new Error(`${operationId}: x-grantry-effect is \`${effect}\``);
    const scopes = security.map((/** @type {object} */ each) => Object.values(each).flat());
    return { request: `${method.toUpperCase()} ${at}`, summary, tag: tags[0], scopes, effect };
  }),
);

const cell = (/** @type {string} */ text) => text.replaceAll('|', '\\|');
const row = (/** @type {(typeof operations)[number]} */ { request, summary, scopes, effect }) => {
  const needs =
    scopes
      .map((/** @type {string[]} */ together) => together.map((scope) => `\`${scope}\``).join(' and '))
      .join(' or ') || 'no token';
  return `| \`${request}\` | ${cell(summary)} | ${needs} | ${EFFECTS[effect]} |`;
};
const sections = contract.tags.map(
  (/** @type {{ name: string, description: string }} */ { name, description }) => {
    const rows = operations.filter(({ tag }) => tag === name).map(row);
    return `## ${name}\n\n${description}\n\n| request | | scopes | notes |\n| - | - | - | - |\n${rows.join('\n')}\n`;
  },
);

const count = (/** @type {string} */ wanted) => operations.filter(({ effect }) => effect === wanted).length;
const text = `# Operations

There are ${operations.length} operations.

- ${count('full')} read and write what this server acts on.
- ${count('kept')} are **kept without effect**: values are checked, kept and answered as the platform does it, and nothing else acts on them.
- ${count('none')} are about what **does not exist here**: they answer as a tenant does that has nothing of the kind, and refuse to make any.

Any one of the scopes is enough, but for those that are joined by "and". Fields, limits and examples are on the page \`/reference\` of a running server; what differs
from the platform is in [compatibility.md](compatibility.md).

Written by \`npm run generate\` from \`openapi.yaml\`: change it there.

${sections.join('\n')}`;

const written = await format(text, { ...(await resolveConfig(target)), parser: 'markdown' });
if (!process.argv.includes('--check')) writeFileSync(target, written);
else if (readFileSync(target, 'utf8') !== written) {
  process.stderr.write('docs/operations.md is not what openapi.yaml makes of it: run `npm run generate`.\n');
  process.exitCode = 1;
}
