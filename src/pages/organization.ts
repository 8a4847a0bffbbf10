// For which organization a user signs in: chosen among their own after they signed in, or named before.

import type { ApplicationFace } from './faces.js';
import { button, buttons, choice, FIELD, field, form, type FormModel, problemSummary } from './form.js';
import { foreign, html } from './html.js';
import { layout } from './layout.js';
import { texts } from './texts.js';

export interface OrganizationChoiceModel extends FormModel {
  readonly application: ApplicationFace;
  readonly user: { readonly name: string };
  readonly organizations: readonly { readonly id: string; readonly displayName: string }[];
  /** The id of the one that was chosen before. */
  readonly selected?: string | undefined;
  readonly problem?: 'not_chosen' | 'not_a_member' | 'form_expired' | undefined;
}

export interface OrganizationNameModel extends FormModel {
  readonly application: ApplicationFace;
  /** What was entered before. */
  readonly name?: string | undefined;
  readonly problem?: 'missing' | 'unknown' | 'form_expired' | undefined;
}

/** The values of the field `decision`. */
export type OrganizationDecision = 'continue' | 'cancel';

const decisions = () =>
  buttons(
    button({ name: FIELD.decision, value: 'continue', label: texts.continue.submit }),
    button({ name: FIELD.decision, value: 'cancel', label: texts.cancel, kind: 'secondary' }),
  );

/** Answers `organization`, an id, and `decision`. */
export function organizationChoicePage(model: OrganizationChoiceModel): string {
  const { application, user, organizations, selected, problem } = model;
  const text = problem && texts.organization.choiceProblems[problem];
  return layout({
    title: texts.organization.choiceTitle(application.name),
    heading: texts.organization.choiceHeading,
    lead: texts.organization.choiceLead(foreign(application.name), foreign(user.name)),
    face: application.name,
    brand: application.brand,
    hasProblem: text !== undefined,
    body: [
      problemSummary(
        text === undefined
          ? []
          : [{ text, field: problem === 'form_expired' ? undefined : FIELD.organization }],
      ),
      form(model, [
        choice({
          name: FIELD.organization,
          legend: texts.organization.choiceLegend,
          selected,
          problem: problem === 'form_expired' ? undefined : text,
          options: organizations.map(({ id, displayName }) => ({
            value: id,
            label: html`${foreign(displayName)}`,
          })),
        }),
        decisions(),
      ]),
    ],
  });
}

/** Answers `organization`, a name, and `decision`. */
export function organizationNamePage(model: OrganizationNameModel): string {
  const { application, name = '', problem } = model;
  const text = problem && texts.organization.nameProblems[problem];
  return layout({
    title: texts.organization.nameTitle(application.name),
    heading: texts.organization.nameHeading,
    lead: texts.organization.nameLead(foreign(application.name)),
    face: application.name,
    brand: application.brand,
    hasProblem: text !== undefined,
    body: [
      problemSummary(
        text === undefined
          ? []
          : [{ text, field: problem === 'form_expired' ? undefined : FIELD.organization }],
      ),
      form(model, [
        field({
          name: FIELD.organization,
          label: texts.organization.nameLabel,
          hint: texts.organization.nameHint,
          problem: problem === 'form_expired' ? undefined : text,
          input: {
            type: 'text',
            value: name,
            autocomplete: 'organization',
            autocapitalize: 'none',
            spellcheck: 'false',
            required: true,
            autofocus: problem === undefined ? true : undefined,
          },
        }),
        decisions(),
      ]),
    ],
  });
}
