import type { Path, SeedDocument } from './document.js';

/** Something in the seed that cannot be applied, and where it stands. */
export interface Mistake {
  /** As the caller can open it. */
  readonly file: string;
  /** Both count from one. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** The seed was not applied, not even in part. The message lists every mistake, one to a line. */
export class SeedError extends Error {
  readonly mistakes: readonly Mistake[];

  constructor(mistakes: readonly Mistake[]) {
    super(
      mistakes.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`).join('\n'),
    );
    this.mistakes = mistakes;
  }
}

/** A place in a document of the seed. */
export interface Place {
  readonly document: SeedDocument;
  readonly path: Path;
  /** Points to the name of the member instead of its value. */
  readonly atKey?: boolean;
}

interface Found extends Place {
  readonly message: string;
  /** Another place that the message ends with. */
  readonly seeAlso?: Place;
}

/** Collects mistakes. Lines are looked up at the end only, since that takes more memory than everything else. */
export class Mistakes {
  readonly #found: Found[] = [];
  readonly #located: Mistake[] = [];

  get count(): number {
    return this.#found.length + this.#located.length;
  }

  add(place: Place, message: string, seeAlso?: Place): void {
    this.#found.push({ ...place, message, ...(seeAlso && { seeAlso }) });
  }

  /** For mistakes that keep a document from being read at all. */
  addLocated(mistake: Mistake): void {
    this.#located.push(mistake);
  }

  /** Everything found, in the order of files and lines. */
  toError(): SeedError {
    const located = this.#found.map(({ seeAlso, message, ...place }): Mistake => {
      const { file, line, column } = locate(place);
      const other = seeAlso && locate(seeAlso);
      const end = other ? `; the first is at ${other.file}:${other.line}:${other.column}` : '';
      return { file, line, column, message: `${message}${end}` };
    });
    const all = [...this.#located, ...located];
    const inOrder = all.toSorted((a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column);
    return new SeedError(inOrder);
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function locate({ document, path, atKey }: Place): { file: string; line: number; column: number } {
  return { file: document.file, ...document.locate(path, atKey ?? false) };
}

/** The member that a refusal is about, where its text names one of the body's: `grant_types`, or "grant types". */
export function memberNamedIn(message: string, body: object): Path {
  const places = Object.keys(body)
    .map((name) => {
      const spelled = new RegExp(`\\b${name.replaceAll('_', '[_ ]')}\\b`, 'i');
      return { name, at: message.search(spelled) };
    })
    .filter(({ name, at }) => at !== -1 && (name.includes('_') || message.includes(`\`${name}\``)));
  const [first] = places.sort((a, b) => a.at - b.at);
  return first === undefined ? [] : [first.name];
}
