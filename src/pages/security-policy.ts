// What a browser may do with a page: show it, load the server's style sheet and icon, and send its form to the server.

import { createHash } from 'node:crypto';

const FRAMING = ["base-uri 'none'", "frame-ancestors 'none'"];

const COMMON: Readonly<Record<string, string>> = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

const SOURCE = /^[a-z][a-z0-9+.-]*:(?:\/\/[a-z0-9.:[\]_-]+)?$/;
const DANGEROUS = ['javascript:', 'data:', 'blob:', 'filesystem:'];

/**
 * The source expression (CSP 3 section 2.3.1) that a redirect to this address needs: the origin, or for the scheme of an
 * installed application, which has no origin, the scheme.
 */
function sourceOf(uri: string): string | undefined {
  if (!URL.canParse(uri)) return undefined;
  const { protocol, origin } = new URL(uri);
  const source = protocol === 'https:' || protocol === 'http:' ? origin : protocol;
  // The host of a URL may hold a semicolon, which would begin another directive.
  return SOURCE.test(source) && !DANGEROUS.includes(source) ? source : undefined;
}

/**
 * The headers of every page but `formPost`.
 *
 * Chromium holds `form-action` against each redirect that follows the form, those of the application too. So a form whose
 * answer leads out of this server is better answered with `continuePage`, from which a redirect is a navigation like any
 * other; where the answer is not ours to choose, `leadsTo` lets the first redirect through.
 *
 * @param leadsTo an address to which the answer to the page's form redirects: a registered one, never what a request says.
 */
export function pageHeaders({ leadsTo }: { readonly leadsTo?: string | undefined } = {}): Readonly<
  Record<string, string>
> {
  const target = leadsTo === undefined ? undefined : sourceOf(leadsTo);
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    `form-action 'self'${target === undefined ? '' : ` ${target}`}`,
    ...FRAMING,
  ];
  return { ...COMMON, 'Content-Security-Policy': policy.join('; ') };
}

/** The only script there is: it presses the button of `formPost`. Its hash is the whole licence it has. */
export const FORM_POST_SCRIPT = 'document.forms[0].submit()';

/**
 * The headers of `formPost`, whose form goes to an application and may be redirected by it to anywhere.
 */
export function formPostHeaders(): Readonly<Record<string, string>> {
  const hash = createHash('sha256').update(FORM_POST_SCRIPT).digest('base64');
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${hash}'`,
    "style-src 'self'",
    "img-src 'self'",
    'form-action https: http:',
    ...FRAMING,
  ];
  return { ...COMMON, 'Content-Security-Policy': policy.join('; ') };
}
