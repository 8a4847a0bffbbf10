// Signing in with a password.

import {
  button,
  buttons,
  choice,
  FIELD,
  field,
  form,
  type FormModel,
  type Problem,
  problemSummary,
} from './form.js';
import { foreign } from './html.js';
import { layout } from './layout.js';
import type { ApplicationFace, OrganizationFace } from './faces.js';
import { texts } from './texts.js';

/** What the user is known by at the connection. */
export type IdentifierKind = 'email' | 'username' | 'email_or_username';

/**
 * What was wrong with the form. `wrong_credentials` is the answer to everything that is not the right password of a user,
 * so that nobody learns who has an account.
 */
export type LoginProblem =
  | 'identifier_missing'
  | 'password_missing'
  | 'connection_missing'
  | 'wrong_credentials'
  | 'too_many_attempts'
  | 'form_expired';

export interface LoginModel extends FormModel {
  /** What for, where it is not to go on to an application: there is nothing to go back to then. */
  readonly purpose?: 'approvals' | undefined;
  readonly application: ApplicationFace;
  /** Where the login is through an organization. */
  readonly organization?: OrganizationFace | undefined;
  readonly identifierKind: IdentifierKind;
  /** The hint of the request, or what was entered before. A password is never shown again. */
  readonly identifier?: string | undefined;
  /** Asked for where there is more than one. */
  readonly connections?: readonly { readonly name: string; readonly label: string }[] | undefined;
  readonly connection?: string | undefined;
  readonly problems?: readonly LoginProblem[] | undefined;
}

/** The values of the field `decision`. */
export type LoginDecision = 'continue' | 'cancel';

/** Which field a mistake is at. */
const FIELD_OF: Readonly<Record<LoginProblem, string | undefined>> = {
  identifier_missing: FIELD.username,
  password_missing: FIELD.password,
  connection_missing: FIELD.connection,
  wrong_credentials: FIELD.username,
  too_many_attempts: undefined,
  form_expired: undefined,
};

/** Those that are said at the field too. The others are about more than one. */
const SAID_AT_FIELD: readonly LoginProblem[] = [
  'identifier_missing',
  'password_missing',
  'connection_missing',
];

/** Answers `username`, `password`, `connection` where it was asked for, and `decision`. */
export function loginPage(model: LoginModel): string {
  const {
    application,
    organization,
    identifierKind,
    identifier = '',
    connections = [],
    problems = [],
  } = model;
  const said: Problem[] = problems.map((problem) => ({
    text: texts.login.problems[problem](identifierKind),
    field: FIELD_OF[problem],
  }));
  const saidAt = (name: string): string | undefined => {
    const problem = problems.find((problem) => SAID_AT_FIELD.includes(problem) && FIELD_OF[problem] === name);
    return problem === undefined ? undefined : texts.login.problems[problem](identifierKind);
  };
  // A summary has the focus already.
  const isFirst = problems.length === 0;
  const beginsAt = identifier === '' ? FIELD.username : FIELD.password;
  const focus = (name: string): true | undefined =>
    (isFirst && connections.length < 2 && beginsAt === name) || undefined;

  return layout({
    title: model.purpose ? texts.login.heading : texts.login.title(application.name),
    heading: texts.login.heading,
    lead: model.purpose
      ? texts.login.purposes[model.purpose]
      : texts.login.lead(foreign(application.name), organization && foreign(organization.displayName)),
    face: model.purpose ? undefined : (organization?.displayName ?? application.name),
    brand: organization?.brand ?? application.brand,
    hasProblem: problems.length > 0,
    body: [
      problemSummary(said),
      form(model, [
        connections.length > 1 &&
          choice({
            name: FIELD.connection,
            legend: texts.login.connection,
            selected: model.connection,
            problem: saidAt(FIELD.connection),
            options: connections.map(({ name, label }) => ({ value: name, label: foreign(label) })),
          }),
        field({
          name: FIELD.username,
          label: texts.login.identifier[identifierKind],
          problem: saidAt(FIELD.username),
          input: {
            type: identifierKind === 'email' ? 'email' : 'text',
            value: identifier,
            autocomplete: 'username',
            autocapitalize: 'none',
            spellcheck: 'false',
            required: true,
            autofocus: focus(FIELD.username),
          },
        }),
        field({
          name: FIELD.password,
          label: texts.login.password,
          problem: saidAt(FIELD.password),
          input: {
            type: 'password',
            autocomplete: 'current-password',
            required: true,
            autofocus: focus(FIELD.password),
          },
        }),
        buttons(
          button({ name: FIELD.decision, value: 'continue', label: texts.login.submit }),
          ...(model.purpose
            ? []
            : [button({ name: FIELD.decision, value: 'cancel', label: texts.cancel, kind: 'secondary' })]),
        ),
      ]),
    ],
  });
}
