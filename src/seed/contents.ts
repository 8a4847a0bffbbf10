// What a seed holds: its objects by kind, read from one YAML file or from a directory, as auth0-deploy-cli reads them.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { isJsonObject } from '../domain/json.js';
import { type Path, SeedDocument } from './document.js';
import { replaceKeywords, UNRESOLVED } from './keywords.js';
import type { Entry, FileReference, Kind } from './kinds/kind.js';
import { typeOf } from './kinds/members.js';
import type { Mistakes } from './mistakes.js';
import { otherFolders, otherKinds } from './other-kinds.js';
import { PackedEntries } from './packed-entries.js';
import type { NameFilters, SeedSettings } from './settings.js';

export interface SeedContents extends NameFilters {
  /** Can be gone through once. */
  readonly entries: ReadonlyMap<string, Iterable<Entry>>;
  /** False when some of it could not be read: then nothing can be said about what is missing. */
  readonly isComplete: boolean;
}

/** What reading needs to know and where it leaves what it finds. */
export interface Reading {
  readonly kinds: readonly Kind[];
  readonly settings: SeedSettings;
  readonly mistakes: Mistakes;
  readonly warn: (message: string) => void;
}

const isFile = (file: string): boolean => existsSync(file) && statSync(file).isFile();
const isDirectory = (file: string): boolean => existsSync(file) && statSync(file).isDirectory();

/**
 * Reads a seed: a directory, or a YAML file.
 *
 * @param at as the caller writes it; mistakes name files that way.
 */
export function readSeed(at: string, reading: Reading): SeedContents {
  if (isDirectory(at)) return readDirectory(at, reading);
  if (isFile(at) && /\.ya?ml$/i.test(at)) return readYaml(at, reading);
  const message = existsSync(at)
    ? 'a seed is a directory or a file whose name ends with .yaml or .yml'
    : 'there is no such file or directory';
  reading.mistakes.addLocated({ file: at, line: 1, column: 1, message });
  return { entries: new Map(), isComplete: false, ...reading.settings };
}

function readYaml(file: string, reading: Reading): SeedContents {
  const { kinds, settings, mistakes } = reading;
  const document = new SeedDocument(file, 'yaml', settings.mappings);
  const read = document.read();
  const filters = { exclude: settings.exclude, include: settings.include };
  for (const mistake of read.mistakes) mistakes.addLocated(mistake);
  if (read.value === undefined && read.mistakes.length > 0) {
    return { entries: new Map(), isComplete: false, ...filters };
  }
  const top = read.value ?? {};
  if (!isJsonObject(top)) {
    mistakes.add({ document, path: [] }, `a seed is a mapping of kinds, not of type ${typeOf(top)}`);
    return { entries: new Map(), isComplete: false, ...filters };
  }

  const entries = new Map<string, Iterable<Entry>>();
  const base = settings.basePath ?? path.dirname(file);
  for (const [type, value] of Object.entries(top)) {
    if (type === 'exclude' || type === 'include' || !settings.includes(type) || value === null) continue;
    const kind = kinds.find((each) => each.type === type);
    if (kind === undefined) {
      const isKnown = type in otherKinds;
      // An export lists every kind, and most of them have nothing.
      if (!isKnown || !isEmpty(value)) reading.warn(unusedWarning(`${file}: \`${type}\``, isKnown));
      continue;
    }
    const folderOf = ({ folder = '' }: FileReference): string => path.join(base, folder);
    const found = function* (): Generator<Entry> {
      for (const entry of entriesOf(kind, value, document, mistakes))
        yield withFiles(kind, checked(entry, mistakes), { root: base, folderOf }, reading);
    };
    entries.set(type, new PackedEntries(found()));
  }
  return {
    entries,
    isComplete: true,
    exclude: { ...filters.exclude, ...filterIn(top['exclude']) },
    include: { ...filters.include, ...filterIn(top['include']) },
  };
}

/** `exclude` and `include` of a YAML seed take the place of the settings. */
function filterIn(value: unknown): Record<string, readonly string[]> {
  const lists = isJsonObject(value) ? Object.entries(value).filter(([, list]) => Array.isArray(list)) : [];
  return Object.fromEntries(lists) as Record<string, readonly string[]>;
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

/** Whether a folder has nothing but folders in it. */
const isBare = (folder: string): boolean =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).every((each) => each.isDirectory());

function unusedWarning(what: string, isKnown: boolean): string {
  return isKnown
    ? `${what} was left out: Grantry does not take it from a seed`
    : `${what} was left out: it is no kind that a seed can have`;
}

function* entriesOf(
  kind: Kind,
  value: unknown,
  document: SeedDocument,
  mistakes: Mistakes,
): Generator<Entry> {
  const isSingle = !('folder' in kind.at);
  const expected = isSingle ? isJsonObject(value) : Array.isArray(value);
  if (!expected) {
    const message = `Expected type ${isSingle ? 'object' : 'array'} but found type ${typeOf(value)}`;
    mistakes.add({ document, path: [kind.type] }, message);
  } else if (isJsonObject(value)) {
    yield { value, document, path: [kind.type] };
  } else {
    for (const [index, item] of (value as readonly unknown[]).entries())
      yield* entryOf(item, document, [kind.type, index], mistakes);
  }
}

function entryOf(value: unknown, document: SeedDocument, at: Path, mistakes: Mistakes): Entry[] {
  if (isJsonObject(value)) return [{ value, document, path: at }];
  mistakes.add({ document, path: at }, `Expected type object but found type ${typeOf(value)}`);
  return [];
}

function readDirectory(root: string, reading: Reading): SeedContents {
  const { kinds, settings } = reading;
  const entries = new Map<string, Iterable<Entry>>();
  let isComplete = true;
  for (const kind of kinds) {
    if (!settings.includes(kind.type)) continue;
    const files = filesOf(kind, root, settings);
    if (files === null) continue;
    const read = files.map((file) => readJsonEntry(kind, file, root, reading));
    isComplete &&= read.every((entry) => entry !== null);
    entries.set(kind.type, new PackedEntries(read.flatMap((entry) => entry ?? [])));
  }
  warnOfOtherFolders(root, reading);
  return { entries, isComplete, exclude: settings.exclude, include: settings.include };
}

/** The files of a kind in a directory; null when it has none and says nothing about the kind. */
function filesOf({ type, at }: Kind, root: string, settings: SeedSettings): string[] | null {
  if (!('folder' in at)) {
    const file = path.join(root, at.file);
    return isFile(file) ? [file] : null;
  }
  const folder = path.join(root, type === 'connections' ? settings.connectionsDirectory : at.folder);
  if (!isDirectory(folder)) return null;
  const names = readdirSync(folder).sort();
  const files = 'file' in at ? names.map((name) => path.join(name, at.file)) : names;
  return files
    .map((name) => path.join(folder, name))
    .filter((file) => isFile(file) && path.extname(file) === '.json');
}

/** @returns the object in the file; none for `{}`, which means nothing; null when it cannot be read. */
function readJsonEntry(kind: Kind, file: string, root: string, reading: Reading): Entry[] | null {
  const { settings, mistakes } = reading;
  const folderOf = ({ isFromTop }: FileReference): string => (isFromTop ? root : path.dirname(file));
  const document = new SeedDocument(file, 'json', settings.mappings);
  const read = document.read();
  for (const mistake of read.mistakes) mistakes.addLocated(mistake);
  if (read.value === undefined) return null;
  return entryOf(read.value, document, [], mistakes)
    .filter(({ value }) => Object.keys(value).length > 0)
    .map((entry) => withFiles(kind, checked(entry, mistakes), { root, folderOf }, reading));
}

function warnOfOtherFolders(root: string, { kinds, settings, warn }: Reading): void {
  const used = new Set(kinds.map(({ at }) => ('folder' in at ? at.folder : at.file).split('/')[0]));
  // Some lie in a folder of a kind that is taken.
  const within = Object.keys(otherFolders).filter(
    (name) => name.includes('/') && existsSync(path.join(root, name)),
  );
  for (const name of [...readdirSync(root), ...within].sort()) {
    const type = otherFolders[name];
    const isOurs = used.has(name) || name === settings.connectionsDirectory || name.startsWith('.');
    const at = path.join(root, name);
    // Anything can lie beside a seed; a folder looks as if it were meant. An export has one for every kind.
    const looksMeant =
      type === undefined ? isDirectory(at) : settings.includes(type) && !(isDirectory(at) && isBare(at));
    if (!isOurs && looksMeant) warn(unusedWarning(at, type !== undefined));
  }
}

interface Folders {
  /** Files outside of it are unusual enough for a warning, as they are to the tool. */
  readonly root: string;
  readonly folderOf: (reference: FileReference) => string;
}

/** Takes the contents of files in place of their names. */
function withFiles(kind: Kind, entry: Entry, { root, folderOf }: Folders, reading: Reading): Entry {
  const references = kind.files?.(entry.value) ?? [];
  if (references.length === 0) return entry;
  const value = structuredClone(entry.value);
  for (const reference of references) {
    const holder = reference.path.slice(0, -1).reduce<unknown>(memberOf, value) as Record<string, unknown>;
    const member = reference.path.at(-1) ?? '';
    const named = String(holder[member]);
    const file = path.resolve(folderOf(reference), named.replaceAll('\\', '/'));
    if (isFile(file)) {
      if (!file.startsWith(path.resolve(root) + path.sep)) reading.warn(`${named} is outside of ${root}`);
      holder[member] = replaceKeywords(readFileSync(file, 'utf8'), reading.settings.mappings).text;
    } else if (reference.isOptional !== true) {
      const place = { document: entry.document, path: [...entry.path, ...reference.path] };
      reading.mistakes.add(place, `there is no file ${named}`);
    }
  }
  return { ...entry, value };
}

const memberOf = (value: unknown, key: string): unknown => (isJsonObject(value) ? value[key] : undefined);

/** An entry, marked when keywords are left in it. */
function checked(entry: Entry, mistakes: Mistakes): Entry {
  const left = [...keywordsLeft(entry.value, [])];
  for (const { where, keyword } of left) {
    const place = { document: entry.document, path: [...entry.path, ...where] };
    mistakes.add(place, `the keyword ${keyword} has no value`);
  }
  return left.length === 0 ? entry : { ...entry, isBroken: true };
}

/** Deeper than any object of the API; an alias in YAML can even lead to itself. */
const MAX_DEPTH = 24;

function* keywordsLeft(value: unknown, where: Path): Generator<{ where: Path; keyword: string }> {
  if (typeof value === 'string') {
    const keyword = UNRESOLVED.exec(value)?.[0];
    if (keyword !== undefined) yield { where, keyword };
  } else if (typeof value === 'object' && value !== null && where.length < MAX_DEPTH) {
    for (const [key, item] of Object.entries(value)) {
      yield* keywordsLeft(item, [...where, Array.isArray(value) ? Number(key) : key]);
    }
  }
}
