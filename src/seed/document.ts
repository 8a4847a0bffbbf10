// One YAML or JSON file of a seed: what it says, and where it says it. What it says is read as auth0-deploy-cli reads it,
// by js-yaml or by JSON.parse. Where is only asked about mistakes; `yaml` finds it, in a tree that takes many times the
// memory of the values.

import { readFileSync } from 'node:fs';
import { DEFAULT_SCHEMA, load, Type, YAMLException } from 'js-yaml';
import { isNode, isPair, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml';
import {
  chained,
  type KeywordMappings,
  quoteUnresolved,
  type Replaced,
  replaceKeywords,
} from './keywords.js';
import type { Mistake } from './mistakes.js';

/** Keys and indexes that lead from the top of a document to a place in it. */
export type Path = readonly (string | number)[];

interface Position {
  readonly line: number;
  readonly column: number;
}

type Format = 'yaml' | 'json';

const isTime = (text: unknown): boolean =>
  typeof text === 'string' && /^\d{4}-\d/.test(text) && load(text) instanceof Date;

/** js-yaml's own schema, as the tool uses it, with times as they are after the tool has made JSON of them. */
const YAML_SCHEMA = DEFAULT_SCHEMA.extend({
  implicit: [
    new Type('tag:yaml.org,2002:timestamp', {
      kind: 'scalar',
      resolve: isTime,
      construct: (text: string) => (load(text) as Date).toISOString(),
    }),
  ],
});

export class SeedDocument {
  /** As the caller can open it. */
  readonly file: string;
  readonly #format: Format;
  readonly #mappings: KeywordMappings;
  /** Keywords without a value had to be quoted. */
  #isQuoted = false;
  #located: Located | undefined;

  constructor(file: string, format: Format, mappings: KeywordMappings) {
    this.file = file;
    this.#format = format;
    this.#mappings = mappings;
  }

  /** Reads the document. @returns its value, undefined when it cannot be read, and what is wrong with it. */
  read(): { value: unknown; mistakes: readonly Mistake[] } {
    try {
      return this.#read();
    } catch (error) {
      this.#isQuoted = true;
      try {
        return this.#read();
      } catch {
        this.#isQuoted = false;
        const faultsOf = this.#format === 'json' ? jsonFaults : yamlFaults;
        const faults = faultsOf(this.#contents().text, error as Error);
        return { value: undefined, mistakes: this.#mistakes(faults) };
      }
    }
  }

  #read(): { value: unknown; mistakes: readonly Mistake[] } {
    const { text } = this.#contents();
    const isJson = this.#format === 'json';
    const value = isJson ? (JSON.parse(text) as unknown) : load(text, { schema: YAML_SCHEMA });
    return { value, mistakes: this.#mistakes(isJson ? [] : keywordsInComments(text, value)) };
  }

  /** The file, which is read again for mistakes: its text would be the largest thing that a seed keeps in memory. */
  #original(): string {
    const text = readFileSync(this.file, 'utf8');
    // The mark that some editors begin a file with.
    return text.startsWith('\uFEFF') ? text.slice(1) : text;
  }

  #contents(original = this.#original()): Replaced {
    const replaced = replaceKeywords(original, this.#mappings);
    return this.#isQuoted ? chained(replaced, quoteUnresolved(replaced.text)) : replaced;
  }

  /** Where a place of the document is in the file as it is on disk; the nearest there is where it is not there. */
  locate(path: Path, atKey: boolean): Position {
    const located = (this.#located ??= this.#locate());
    located.tree ??= parseDocument(located.contents.text, TREE).contents;
    return positionOf(offsetOf(located.tree, path, atKey), located);
  }

  #locate(): Located {
    const original = this.#original();
    return { contents: this.#contents(original), lines: lineStarts(original), tree: undefined };
  }

  #mistakes(faults: readonly Fault[]): Mistake[] {
    if (faults.length === 0) return [];
    const located = (this.#located ??= this.#locate());
    return faults.map(({ offset, message }) => ({
      file: this.file,
      ...positionOf(offset, located),
      message,
    }));
  }
}

/** What finds a place in a file. */
interface Located {
  readonly contents: Replaced;
  /** Of the file as it is on disk. */
  readonly lines: LineCounter;
  tree: Node | null | undefined;
}

function positionOf(offset: number, { contents, lines }: Located): Position {
  const { line, col } = lines.linePos(contents.originalOffset(offset));
  return { line, column: col };
}

function lineStarts(text: string): LineCounter {
  const lines = new LineCounter();
  for (let at = 0; at !== -1; at = text.indexOf('\n', at) + 1 || -1) lines.addNewLine(at);
  return lines;
}

/** What js-yaml has read is only to be found again here, so nothing is refused. */
const TREE = { prettyErrors: false, uniqueKeys: false, merge: true, logLevel: 'silent' } as const;

function offsetOf(tree: Node | null, path: Path, atKey: boolean): number {
  let node: unknown = tree;
  let offset = rangeStart(tree) ?? 0;
  for (const [depth, step] of path.entries()) {
    const items = (node as { items?: readonly unknown[] } | null)?.items ?? [];
    const item = typeof step === 'number' ? items[step] : items.find((each) => hasKey(each, step));
    if (item === undefined) break;
    const isLast = depth === path.length - 1;
    node = isPair(item) ? item.value : item;
    const keyOffset = isPair(item) ? rangeStart(item.key) : undefined;
    const valueOffset = rangeStart(node);
    offset = (isLast && atKey ? keyOffset : (valueOffset ?? keyOffset)) ?? offset;
  }
  return offset;
}

const hasKey = (item: unknown, key: string | number): boolean =>
  isPair(item) && (isScalar(item.key) ? String(item.key.value) : item.key) === key;

const rangeStart = (node: unknown): number | undefined =>
  isNode(node) ? (node.range?.[0] ?? undefined) : undefined;

interface Fault {
  readonly offset: number;
  readonly message: string;
}

/** `name: API ##STAGE##` says `API` and a comment when the keyword has no value. */
function keywordsInComments(text: string, value: unknown): Fault[] {
  const found = [...text.matchAll(/^(?![ \t]*#)(?:(?! #(?!#)).)*?[ \t](##[A-Z0-9_]+##)/gm)];
  if (found.length === 0) return [];
  const said = JSON.stringify(value);
  return found.flatMap(({ 0: whole, 1: keyword = '', index }) => {
    const offset = index + whole.length - keyword.length;
    return said.includes(keyword) ? [] : [{ offset, message: `the keyword ${keyword} has no value` }];
  });
}

function yamlFaults(text: string, error: Error): Fault[] {
  const { errors } = parseDocument(text, { ...TREE, uniqueKeys: true });
  if (errors.length > 0) return errors.map(({ pos, message }) => ({ offset: pos[0], message }));
  const offset = error instanceof YAMLException ? error.mark?.position : 0;
  return [{ offset: offset ?? 0, message: error instanceof YAMLException ? error.reason : error.message }];
}

/** JSON is nearly a part of YAML. JSON.parse says what is wrong with the rest of it, but not always where. */
function jsonFaults(text: string, error: Error): Fault[] {
  const document = parseDocument(text, { ...TREE, uniqueKeys: true });
  const faults = document.errors.map(({ pos, message }) => ({ offset: pos[0], message }));
  visit(document, {
    Scalar(_key, { type, source = '', range }) {
      const isPlain = type === 'PLAIN' && !/^(-?\d+(\.\d+)?([eE][+-]?\d+)?|true|false|null)$/.test(source);
      if (isPlain || type === 'QUOTE_SINGLE') {
        faults.push({ offset: range?.[0] ?? 0, message: `Unexpected \`${source}\`: not a JSON value` });
      }
    },
  });
  if (faults.length > 0) return faults;
  const position = /position (\d+)/.exec(error.message)?.[1];
  const message = error.message.replace(/ in JSON at position .*/, '');
  return [{ offset: position === undefined ? text.length : Number(position), message }];
}
