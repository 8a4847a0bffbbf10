// Leads on from a form without a redirect, which `form-action` would be held against (security-policy.ts).

import { html } from './html.js';
import { layout } from './layout.js';
import { texts } from './texts.js';

/**
 * A page that goes on by itself, at once, and has a link for where it does not.
 *
 * @param url where to, at this server: what resumes the login.
 */
export function continuePage({ url }: { readonly url: string }): string {
  // Only the server's own addresses: from here the application is reached by a redirect that was checked.
  if (!/^(?:https?:\/\/|\/(?![/\\]))/.test(url))
    throw new Error('a page can go on to an address over http only');
  return layout({
    title: texts.continue.title,
    heading: texts.continue.title,
    head: html`<meta http-equiv="refresh" content="${`0; url=${url}`}" />`,
    body: html`<p><a class="primary" href="${url}">${texts.continue.link}</a></p>`,
  });
}
