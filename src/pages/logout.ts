// Signing out. The names of the fields are oidc-provider's, to which the form goes.

import type { ApplicationFace } from './faces.js';
import { button, buttons, FIELD, form, type FormModel } from './form.js';
import { foreign } from './html.js';
import { layout } from './layout.js';
import { texts } from './texts.js';

export interface LogoutModel extends FormModel {
  /** Which application asked, where it said so. */
  readonly application?: ApplicationFace | undefined;
  readonly user?: { readonly name: string } | undefined;
}

/** Answers `logout` for yes, and nothing for no. */
export function logoutPage(model: LogoutModel): string {
  const { application, user } = model;
  return layout({
    title: texts.logout.title,
    heading: texts.logout.heading,
    lead: texts.logout.lead(application && foreign(application.name), user && foreign(user.name)),
    face: application?.name,
    brand: application?.brand,
    body: form(
      model,
      buttons(
        button({ name: FIELD.logout, value: 'yes', label: texts.logout.confirm }),
        button({ label: texts.logout.stay, kind: 'secondary' }),
      ),
    ),
  });
}

export function signedOutPage({
  application,
}: {
  readonly application?: ApplicationFace | undefined;
}): string {
  return layout({
    title: texts.logout.done,
    heading: texts.logout.done,
    lead: texts.logout.doneLead(application && foreign(application.name)),
    brand: application?.brand,
    sign: 'done',
  });
}
