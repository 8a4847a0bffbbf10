// The frame of every page: a whole document with one card in its middle.

import { type Brand, brandPath } from './brand.js';
import { type Content, html, visible } from './html.js';
import { icon, stylesheet } from './routes.js';
import { texts } from './texts.js';

interface Page {
  /** The only one of the first level. */
  readonly heading: Content;
  /** Of the document. */
  readonly title: string;
  /** Whether a form came back with mistakes: a screen reader reads the title first. */
  readonly hasProblem?: boolean;
  /** Whose initials stand at the top: the organization, or else the application. */
  readonly face?: string | undefined;
  readonly brand?: Brand | undefined;
  /** Under the heading. */
  readonly lead?: Content;
  readonly body?: Content;
  /** For what has much to read. */
  readonly isWide?: boolean;
  /** For the head of the document. */
  readonly head?: Content;
  /** What the page is about, where there is no face. */
  readonly sign?: 'done' | 'stopped' | 'problem';
}

/** The first letters of the first and of the last word, as a reader sees letters. */
export function initials(name: string): string {
  const words = visible(name)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  const [first, last] = [words[0], words.length > 1 ? words.at(-1) : undefined];
  return [first, last]
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toLocaleUpperCase('en');
}

const SIGNS = { done: '✓', stopped: '–', problem: '!' } as const;

function emblem({ face, sign }: Page): Content {
  // An image for the eye only: what it says is in the text.
  if (sign !== undefined) return html`<p class="emblem emblem-${sign}" aria-hidden="true">${SIGNS[sign]}</p>`;
  const letters = initials(face ?? '');
  return letters === '' ? undefined : html`<p class="emblem" aria-hidden="true">${letters}</p>`;
}

/** The whole document. */
export function layout(page: Page): string {
  const { heading, title, hasProblem = false, isWide = false, brand, lead, body, head } = page;
  const colors = brandPath(brand ?? {});
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${visible(hasProblem ? texts.titleWithProblem(title) : title)}</title>
        <link rel="icon" href="${icon().path}" />
        <link rel="stylesheet" href="${stylesheet().path}" />
        ${colors !== undefined && html`<link rel="stylesheet" href="${colors}" />`} ${head}
      </head>
      <body>
        <main class="${isWide ? 'card card-wide' : 'card'}">
          ${emblem(page)}
          <h1>${heading}</h1>
          ${lead !== undefined && html`<p class="lead">${lead}</p>`} ${body}
        </main>
      </body>
    </html> `.toString();
}
