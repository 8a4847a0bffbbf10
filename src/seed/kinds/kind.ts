import type { JsonObject } from '../../domain/json.js';
import type { Path, SeedDocument } from '../document.js';
import type { SeedRun } from '../run.js';

/** One object of the seed. */
export interface Entry {
  readonly value: JsonObject;
  readonly document: SeedDocument;
  /** Where the object is in its document. */
  readonly path: Path;
  /** It cannot be applied, and why is a mistake already. */
  readonly isBroken?: boolean;
}

/** A member whose value names a file that holds the real value. */
export interface FileReference {
  readonly path: readonly string[];
  /** In a YAML seed, the folder that the name starts from; the base folder when it is left out. */
  readonly folder?: string;
  /** In a directory, too, the name starts from the top, instead of from where the entry is. */
  readonly isFromTop?: boolean;
  /** Without such a file the member means what it says. */
  readonly isOptional?: boolean;
}

/** Objects of one kind: how a seed writes them, and how they get onto the server. */
export interface Kind {
  /** The member of a YAML seed that lists them. */
  readonly type: string;
  /** Where a directory has them: a folder with a file for each, a folder with a folder for each, or one file. */
  readonly at:
    | { readonly folder: string }
    | { readonly folder: string; readonly file: string }
    | { readonly file: string };
  files?(value: JsonObject): readonly FileReference[];
  /**
   * Brings the server to what the entries say. What it refuses becomes a mistake of the run.
   *
   * @param entries can be gone through once; nobody else keeps them.
   */
  apply(entries: Iterable<Entry>, run: SeedRun): Promise<void>;
}
