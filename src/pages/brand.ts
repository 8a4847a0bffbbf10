// Colours of an organization. They reach a page as a style sheet of their own, whose address holds them: so the policy of the
// pages stays free of inline styles, and nothing is kept.

import { isJsonObject, type JsonObject } from '../domain/json.js';

/** What the branding of an organization says about colours. Anything but `#rrggbb` is left out. */
export interface Brand {
  readonly primaryColor?: string | undefined;
  readonly pageBackground?: string | undefined;
}

interface Scheme {
  readonly media: string;
  readonly surface: string;
  readonly text: string;
}

/** As in pages.css, which a test holds against these. */
export const SCHEMES: readonly Scheme[] = [
  { media: '(prefers-color-scheme: light)', surface: '#ffffff', text: '#16202c' },
  { media: '(prefers-color-scheme: dark)', surface: '#171e26', text: '#e8edf3' },
];

const BRAND_FOLDER = '/_grantry/pages/brand/';
const NO_COLOR = 'none';
const COLOR = /^#[0-9a-f]{6}$/i;

/** WCAG 2.2, 1.4.11: what a control is known by, and 1.4.3: text. */
const CONTRAST_OF_CONTROLS = 3;
const CONTRAST_OF_TEXT = 4.5;

function colorIn(value: unknown): string | undefined {
  return typeof value === 'string' && COLOR.test(value) ? value.toLowerCase() : undefined;
}

/** Reads `branding` as organizations and tenants have it; undefined where it has no colour that a page could show. */
export function brandOf(branding: JsonObject | null | undefined): Brand | undefined {
  const colors = branding?.['colors'];
  if (!isJsonObject(colors)) return undefined;
  // A tenant's background can be a gradient, which is an object.
  const brand = {
    primaryColor: colorIn(colors['primary']),
    pageBackground: colorIn(colors['page_background']),
  };
  return brand.primaryColor === undefined && brand.pageBackground === undefined ? undefined : brand;
}

/** WCAG 2.2, definition of relative luminance. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** WCAG 2.2, definition of contrast ratio: from 1, none, to 21. */
export function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

/** Where the style sheet of these colours is; undefined where there are none. */
export function brandPath({ primaryColor, pageBackground }: Brand): string | undefined {
  const colors = [colorIn(primaryColor), colorIn(pageBackground)];
  if (colors.every((color) => color === undefined)) return undefined;
  return `${BRAND_FOLDER}${colors.map((color) => color?.slice(1) ?? NO_COLOR).join('-')}.css`;
}

/** The inverse of `brandPath`; undefined for any other path. */
export function brandAt(path: string): Brand | undefined {
  const [, primary, background] =
    /^([0-9a-f]{6}|none)-([0-9a-f]{6}|none)\.css$/.exec(path.slice(BRAND_FOLDER.length)) ?? [];
  if (!path.startsWith(BRAND_FOLDER) || primary === undefined || background === undefined) return undefined;
  return { primaryColor: colorIn(`#${primary}`), pageBackground: colorIn(`#${background}`) };
}

function declarations({ primaryColor, pageBackground }: Brand, { surface, text }: Scheme): string[] {
  const lines: string[] = [];
  if (primaryColor !== undefined && contrast(primaryColor, surface) >= CONTRAST_OF_CONTROLS) {
    // Black or white has at least 4.58 to 1 on any colour.
    const [ink] = ['#ffffff', '#000000'].sort(
      (a, b) => contrast(b, primaryColor) - contrast(a, primaryColor),
    );
    lines.push(`--accent: ${primaryColor};`, `--on-accent: ${ink};`);
  }
  if (pageBackground !== undefined && contrast(text, pageBackground) >= CONTRAST_OF_TEXT) {
    lines.push(`--page: ${pageBackground};`);
  }
  return lines;
}

/** The style sheet of a brand: in each colour scheme only what can be seen in it. */
export function brandSheet(brand: Brand): string {
  return SCHEMES.map(
    (scheme) => `@media ${scheme.media} { :root { ${declarations(brand, scheme).join(' ')} } }\n`,
  ).join('');
}
