// Keyword replacement of auth0-deploy-cli (its lib/tools/utils.js, 8.44.0): `##KEY##` becomes the text of the value,
// `@@KEY@@`, with or without quotes around it, its JSON.

export type KeywordMappings = Readonly<Record<string, unknown>>;

/** A text after replacement, which still knows where each part of it comes from. */
export interface Replaced {
  readonly text: string;
  /** The offset in the original for an offset in `text`; of the keyword for what it was replaced by. */
  originalOffset(offset: number): number;
}

interface Piece {
  readonly start: number;
  readonly end: number;
  readonly originalStart: number;
  readonly originalEnd: number;
}

/** What the tool takes for a keyword without a value. Lower case is left alone: scripts have `@@password@@`. */
export const UNRESOLVED = /##[A-Z0-9_]+##|@@[A-Z0-9_]+@@/;

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** Replaces the keywords that have a value. */
export function replaceKeywords(text: string, mappings: KeywordMappings): Replaced {
  const keys = Object.keys(mappings).filter(
    (key) => key !== '' && (text.includes(`##${key}##`) || text.includes(`@@${key}@@`)),
  );
  if (keys.length === 0) return unchanged(text);
  const key = keys.map(escaped).join('|');
  const keyword = new RegExp(`'@@(${key})@@'|"@@(${key})@@"|@@(${key})@@|##(${key})##`, 'g');
  return replace(text, keyword, (_whole, single, double, bare, plain) => {
    if (plain !== undefined) return String(mappings[plain]);
    return JSON.stringify(mappings[single ?? double ?? bare ?? '']) ?? 'null';
  });
}

/** Puts quotes around `@@KEY@@` that have no value, since neither YAML nor JSON can be read with them. */
export function quoteUnresolved(text: string): Replaced {
  return replace(text, /(?<!['"\w@#])@@[A-Z0-9_]+@@(?!['"\w@#])/g, (whole) => `"${whole}"`);
}

/** One replacement after another. */
export function chained(first: Replaced, second: Replaced): Replaced {
  return {
    text: second.text,
    originalOffset: (offset) => first.originalOffset(second.originalOffset(offset)),
  };
}

function unchanged(text: string): Replaced {
  return { text, originalOffset: (offset) => offset };
}

function replace(
  text: string,
  pattern: RegExp,
  by: (whole: string, ...groups: (string | undefined)[]) => string,
): Replaced {
  const pieces: Piece[] = [];
  let result = '';
  let done = 0;
  for (const match of text.matchAll(pattern)) {
    const [whole, ...groups] = match;
    const value = by(whole, ...groups);
    result += text.slice(done, match.index);
    done = match.index + whole.length;
    const start = result.length;
    result += value;
    pieces.push({ start, end: result.length, originalStart: match.index, originalEnd: done });
  }
  result += text.slice(done);
  return {
    text: result,
    originalOffset(offset) {
      const piece = pieces.findLast(({ start }) => start <= offset);
      if (piece === undefined) return offset;
      return offset < piece.end ? piece.originalStart : piece.originalEnd + offset - piece.end;
    },
  };
}
