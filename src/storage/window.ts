// Parts of lists.

/** A checkpoint window starts at a position that does not exist. */
export class InvalidCursor extends Error {}

/** A part of a list by offset, with the count of everything if it is asked for. */
export interface PageWindow {
  readonly kind: 'page';
  readonly offset: number;
  readonly limit: number;
  readonly countTotal: boolean;
}

/** A part of a list onwards from a position; from the start when it is null. */
export interface CheckpointWindow {
  readonly kind: 'checkpoint';
  readonly after: string | null;
  readonly take: number;
}

export type Window = PageWindow | CheckpointWindow;

/** A part of a list. `total` is null unless counted, `next` is null on the last page and for windows by offset. */
export interface Listing<T> {
  readonly items: readonly T[];
  readonly total: number | null;
  readonly next: string | null;
}
