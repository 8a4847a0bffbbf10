// Leads on from a form without a redirect, which `form-action` would be held against (security-policy.ts).

import { html } from './html.js';
import { layout } from './layout.js';
import { link } from './link.js';
import { texts } from './texts.js';

/**
 * A page that goes on by itself, at once, and has a link for where it does not.
 *
 * @param url where to, at this server: what resumes the login.
 */
export function continuePage({ url }: { readonly url: string }): string {
  return layout({
    title: texts.continue.title,
    heading: texts.continue.title,
    body: link(url, texts.continue.link),
    head: html`<meta http-equiv="refresh" content="${`0; url=${url}`}" />`,
  });
}
