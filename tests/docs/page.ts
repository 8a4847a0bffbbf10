// Reads the page: its shell blocks, each with the answer that the page shows below it. It is strict, so that no block can be
// overlooked: whatever looks like a fence and is not understood is an error.

interface Answer {
  /** `json`: the body alone, laid out for reading. `http`: status line, reason and body, as `outcome` prints them. */
  readonly language: 'json' | 'http';
  readonly text: string;
}

export interface Block {
  /** The heading above it. */
  readonly section: string;
  /** Where its fence opens. */
  readonly line: number;
  readonly code: string;
  readonly answer: Answer | null;
}

const FENCE_LIKE = /^\s*(```|~~~)/;

/** @throws Error for anything that looks like a block and is none of the page's kinds, with its line. */
export function parsePage(markdown: string): readonly Block[] {
  const lines = markdown.split('\n');
  const blocks: Block[] = [];
  let section = '';
  // A block waits here for its answer, which has to come before the next heading.
  let open: Block | null = null;

  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    const at = `line ${index + 1} of the page`;
    if (line.startsWith('#')) {
      section = line.replace(/^#+ /, '');
      open = null;
    }
    if (!FENCE_LIKE.test(line)) continue;

    const language = /^```(sh|json|http)$/.exec(line)?.[1];
    const end = lines.indexOf('```', index + 1);
    if (language === undefined || end === -1)
      throw new Error(`${at}: not a block of sh, json or http: ${line}`);
    const content = lines.slice(index + 1, end);
    if (content.some((inner) => FENCE_LIKE.test(inner))) throw new Error(`${at}: this block is not closed`);
    if (language === 'sh') {
      open = { section, line: index + 1, code: content.join('\n'), answer: null };
      blocks.push(open);
    } else {
      if (open === null) throw new Error(`${at}: an answer without a block above it`);
      const answer: Answer = { language: language as Answer['language'], text: content.join('\n') };
      blocks[blocks.length - 1] = { ...open, answer };
      open = null;
    }
    index = end;
  }
  return blocks;
}
