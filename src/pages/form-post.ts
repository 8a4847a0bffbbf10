// OAuth 2.0 Form Post Response Mode, in place of oidc-provider's page: that one has its button in `<noscript>`, which a browser
// with scripts does not show, so that where only the policy forbids them it is a blank page.

import { button, buttons } from './form.js';
import { html, Html } from './html.js';
import { layout } from './layout.js';
import { FORM_POST_SCRIPT } from './security-policy.js';
import { texts } from './texts.js';

// Letter for letter what has the hash.
const SCRIPT = new Html(`<script>${FORM_POST_SCRIPT}</script>`);

/**
 * A form that sends itself, with a button for where it cannot. Goes with `formPostHeaders`.
 *
 * @param action a redirect URI of the application, checked before.
 */
export function formPostPage(model: {
  readonly action: string;
  readonly fields: Readonly<Record<string, string | number | undefined>>;
}): string {
  if (!/^https?:$/.test(new URL(model.action).protocol)) throw new Error('a form is posted over http only');
  const inputs = Object.entries(model.fields).map(
    ([name, value]) => value !== undefined && html`<input type="hidden" name="${name}" value="${value}" /> `,
  );
  return layout({
    title: texts.formPost.title,
    heading: texts.formPost.title,
    lead: texts.formPost.lead,
    body: html`<form method="post" action="${model.action}">
        ${inputs} ${buttons(button({ label: texts.formPost.submit }))}
      </form>
      ${SCRIPT}`,
  });
}
