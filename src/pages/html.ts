// Markup that cannot be broken out of: what is put into a template is escaped, unless it was made by one.

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Markup made by `html`, and put into other templates as it is. */
export class Html {
  readonly #markup: string;

  constructor(markup: string) {
    this.#markup = markup;
  }

  toString(): string {
    return this.#markup;
  }
}

/** What can stand in a template. Nothing is written for what is absent. */
export type Content = Html | string | number | false | null | undefined | readonly Content[];

function isList(content: Content): content is readonly Content[] {
  return Array.isArray(content);
}

function written(content: Content): string {
  if (isList(content)) return content.map(written).join('');
  if (content instanceof Html) return content.toString();
  if (content === undefined || content === null || content === false) return '';
  return String(content).replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/**
 * A template of HTML. Each value is escaped for text and for attributes in quotes; an attribute without quotes is a
 * mistake of the template, and refused.
 */
export function html(literals: TemplateStringsArray, ...values: readonly Content[]): Html {
  let markup = '';
  for (const [index, literal] of literals.entries()) {
    markup += literal;
    if (index === values.length) break;
    if (/=\s*$/.test(literal)) throw new Error(`an attribute without quotes after \`${literal.slice(-40)}\``);
    markup += written(values[index]);
  }
  return new Html(markup);
}

/** Attributes for a tag: `true` stands alone, an absent one is left out. */
export function attributes(of: Readonly<Record<string, string | true | undefined>>): Html {
  const all = Object.entries(of).flatMap(([name, value]) => {
    if (!/^[a-z-]+$/.test(name)) throw new Error(`\`${name}\` is no name of an attribute`);
    if (value === undefined) return [];
    return value === true ? [name] : [`${name}="${written(value)}"`];
  });
  return new Html(all.join(' '));
}

/** Characters that are not seen, and those that change the order in which others are; not the joiners that scripts and emoji need. */
const INVISIBLE = /(?![\t\n\r])\p{Cc}|[\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu;

/** A text of someone else's, for where there can be no markup around it. */
export function visible(text: string): string {
  return text.replaceAll(INVISIBLE, '').trim();
}

/**
 * A name or description of someone else's. Apart from the text around it in the order of reading, so that a name in Hebrew
 * is shown right and one with control characters cannot turn the rest of a sentence around.
 */
export function foreign(text: string): Html {
  return html`<bdi>${visible(text)}</bdi>`;
}
