// A page as a browser reads it: parsed by the rules of HTML, with the few questions that tests ask.

import { type DefaultTreeAdapterTypes, parse } from 'parse5';

type Node = DefaultTreeAdapterTypes.Node;
export type Element = DefaultTreeAdapterTypes.Element;

const isElement = (node: Node): node is Element => 'tagName' in node;
const childrenOf = (node: Node): readonly Node[] => ('childNodes' in node ? node.childNodes : []);

/** All elements under a node, in the order of the document. */
export function elements(node: Node): Element[] {
  return childrenOf(node).flatMap((child) =>
    isElement(child) ? [child, ...elements(child)] : elements(child),
  );
}

/** What is written under a node. */
export function textOf(node: Node): string {
  return 'value' in node && node.nodeName === '#text' ? node.value : childrenOf(node).map(textOf).join('');
}

/** The same, with spaces as a reader sees them. */
export const squeezed = (node: Node): string => textOf(node).replaceAll(/\s+/g, ' ').trim();

export function attribute(element: Element, name: string): string | undefined {
  return element.attrs.find((attr) => attr.name === name)?.value;
}

export interface Page {
  readonly all: readonly Element[];
  /** Elements of these names. */
  of(...tagNames: string[]): Element[];
  byId(id: string): Element | undefined;
  /** The only element of this name; fails where there is another number of them. */
  only(tagName: string): Element;
}

export function read(html: string): Page {
  const all = elements(
    parse(html, {
      onParseError: ({ code }) => {
        throw new Error(`not well-formed: ${code}`);
      },
    }),
  );
  const of = (...tagNames: string[]) => all.filter(({ tagName }) => tagNames.includes(tagName));
  return {
    all,
    of,
    byId: (id) => all.find((element) => attribute(element, 'id') === id),
    only: (tagName) => {
      const [found, ...others] = of(tagName);
      if (found === undefined || others.length > 0)
        throw new Error(`${others.length + 1} elements \`${tagName}\``);
      return found;
    },
  };
}
