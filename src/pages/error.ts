// A request that cannot be answered, and that no application is told about: where an error may not be sent to an address that is
// not known to be the application's.

import { facts } from './form.js';
import { foreign, html } from './html.js';
import { layout } from './layout.js';
import { texts } from './texts.js';

/** Whose turn it is: the user to begin anew, the people of the application or of this server to mend something. */
export type ErrorKind = 'expired' | 'refused' | 'application' | 'server';

export interface ErrorModel {
  /** The protocol's code, `invalid_request` for example. */
  readonly code: string;
  readonly description?: string | undefined;
  /** By which the people of this server find it in the log. */
  readonly reference?: string | undefined;
  /** Told from the code where it is absent. */
  readonly kind?: ErrorKind | undefined;
}

function kindOf(code: string): ErrorKind {
  if (code === 'server_error' || code === 'temporarily_unavailable') return 'server';
  return code === 'access_denied' ? 'refused' : 'application';
}

/** There is no link: the only address in sight is one that was not recognised. */
export function errorPage({ code, description, reference, kind = kindOf(code) }: ErrorModel): string {
  const { title, lead, advice } = texts.error[kind];
  return layout({
    title,
    heading: title,
    lead,
    isWide: true,
    sign: kind === 'expired' ? 'stopped' : 'problem',
    body: [
      html`<p>${advice}</p>`,
      facts([
        [texts.error.code, html`<code>${foreign(code)}</code>`],
        description === undefined || description === ''
          ? undefined
          : [texts.error.description, foreign(description)],
        reference === undefined
          ? undefined
          : [texts.error.reference, html`<code>${foreign(reference)}</code>`],
      ]),
    ],
  });
}
