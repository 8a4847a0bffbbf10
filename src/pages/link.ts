// A link where another page would have a button.

import { type Content, html, type Html } from './html.js';

/**
 * Leads on to another page.
 *
 * @param url at this server: an application is reached from there, by a redirect that was checked.
 */
export function link(url: string, label: Content): Html {
  if (!/^(?:https?:\/\/|\/(?![/\\]))/.test(url))
    throw new Error('a page can go on to an address over http only');
  return html`<p><a class="primary" href="${url}">${label}</a></p>`;
}
