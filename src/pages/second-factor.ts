// Multi-factor authentication: the code of an authenticator app (RFC 6238) or a recovery code after the password, and the
// first set-up of both.

import type { ApplicationFace, OrganizationFace } from './faces.js';
import { button, buttons, checkbox, FIELD, field, form, type FormModel, problemSummary } from './form.js';
import { type Content, foreign, html, type Html } from './html.js';
import { layout } from './layout.js';
import { qrCode } from './qr-code.js';
import { texts } from './texts.js';

/** Whose login it is, and to what. */
interface SecondFactorModel extends FormModel {
  readonly application: ApplicationFace;
  readonly user: {
    /** What the user signed in with, or their name: what they know themselves by. */
    readonly name: string;
  };
  /** Where the login is through an organization. */
  readonly organization?: OrganizationFace | undefined;
}

/** What was wrong with a code. `wrong` is any that is not accepted, one that was used before too. */
export type CodeProblem = 'missing' | 'wrong' | 'too_many_attempts' | 'form_expired';

export interface OneTimePasswordModel extends SecondFactorModel {
  readonly problem?: CodeProblem | undefined;
  /** Whether the user has a recovery code. */
  readonly offersRecoveryCode: boolean;
}

export interface RecoveryCodeModel extends SecondFactorModel {
  readonly problem?: CodeProblem | undefined;
}

export interface EnrolmentModel extends SecondFactorModel {
  /** What the QR code holds: `otpauth://totp/…`, with the secret. */
  readonly uri: string;
  /** In base32 (RFC 4648), as it is typed where there is no camera. */
  readonly secret: string;
  readonly problem?: CodeProblem | undefined;
}

export interface NewRecoveryCodeModel extends SecondFactorModel {
  readonly code: string;
  readonly problem?: 'not_confirmed' | undefined;
}

/** The values of the field `decision`. */
export type OneTimePasswordDecision = 'continue' | 'cancel' | 'use_recovery_code';
export type RecoveryCodeDecision = 'continue' | 'cancel' | 'use_one_time_password';
export type EnrolmentDecision = 'continue' | 'cancel';
export type NewRecoveryCodeDecision = 'continue';

/** What the pages of a login have in common. */
const frame = ({ application, user, organization }: SecondFactorModel) => ({
  lead: texts.secondFactor.lead(
    foreign(application.name),
    foreign(user.name),
    organization && foreign(organization.displayName),
  ),
  face: organization?.displayName ?? application.name,
  brand: organization?.brand ?? application.brand,
});

/** A mistake of a code is at its field; the others are about the page. */
const isAtField = (problem: CodeProblem | undefined): boolean => problem === 'missing' || problem === 'wrong';

function codeProblem(problem: CodeProblem | undefined, text: string | undefined, field: string): Content {
  return problemSummary(text === undefined ? [] : [{ text, field: isAtField(problem) ? field : undefined }]);
}

/** @param hasFocus whether the page begins here: not where there is something to read before. */
function oneTimePasswordField(problem: CodeProblem | undefined, label: string, hasFocus: boolean): Html {
  return field({
    name: FIELD.oneTimePassword,
    label,
    hint: texts.secondFactor.oneTimePasswordHint,
    problem: problem && isAtField(problem) ? texts.secondFactor.oneTimePasswordProblems[problem] : undefined,
    // What was entered is not shown again: it is over in half a minute.
    input: {
      type: 'text',
      class: 'code',
      inputmode: 'numeric',
      autocomplete: 'one-time-code',
      spellcheck: 'false',
      required: true,
      autofocus: hasFocus ? true : undefined,
    },
  });
}

const decisions = () =>
  buttons(
    button({ name: FIELD.decision, value: 'continue', label: texts.continue.submit }),
    button({ name: FIELD.decision, value: 'cancel', label: texts.cancel, kind: 'secondary' }),
  );

/** Another way to the same end. */
const instead = (value: string, label: string, question?: string): Html =>
  html`<p class="aside">${question} ${button({ name: FIELD.decision, value, label, kind: 'quiet' })}</p>`;

/** In fours, for the eye: set apart by the style sheet, so that what is copied has no spaces. */
function inGroups(code: string): Html {
  const groups = code.match(/.{1,4}/gsu) ?? [];
  return html`<bdi class="groups">${groups.map((group) => html`<span>${group}</span><wbr />`)}</bdi>`;
}

/** Answers `otp`, as it was typed, and `decision`. */
export function oneTimePasswordPage(model: OneTimePasswordModel): string {
  const { application, problem, offersRecoveryCode } = model;
  const text = problem && texts.secondFactor.oneTimePasswordProblems[problem];
  return layout({
    ...frame(model),
    title: texts.secondFactor.oneTimePasswordTitle(application.name),
    heading: texts.secondFactor.oneTimePasswordHeading,
    hasProblem: text !== undefined,
    body: [
      codeProblem(problem, text, FIELD.oneTimePassword),
      form(model, [
        oneTimePasswordField(problem, texts.secondFactor.oneTimePasswordLabel, problem === undefined),
        decisions(),
        offersRecoveryCode &&
          instead(
            'use_recovery_code' satisfies OneTimePasswordDecision,
            texts.secondFactor.useRecoveryCode,
            texts.secondFactor.noApp,
          ),
      ]),
    ],
  });
}

/** Answers `recovery_code`, as it was typed: with spaces perhaps, or in small letters; and `decision`. */
export function recoveryCodePage(model: RecoveryCodeModel): string {
  const { application, problem } = model;
  const text = problem && texts.secondFactor.recoveryCodeProblems[problem];
  return layout({
    ...frame(model),
    title: texts.secondFactor.recoveryCodeTitle(application.name),
    heading: texts.secondFactor.recoveryCodeHeading,
    hasProblem: text !== undefined,
    body: [
      codeProblem(problem, text, FIELD.recoveryCode),
      form(model, [
        field({
          name: FIELD.recoveryCode,
          label: texts.secondFactor.recoveryCodeLabel,
          hint: texts.secondFactor.recoveryCodeHint,
          problem: isAtField(problem) ? text : undefined,
          input: {
            type: 'text',
            class: 'code code-long',
            // It is as good as a second password, and good once: a browser is not to keep it.
            autocomplete: 'off',
            autocapitalize: 'characters',
            spellcheck: 'false',
            required: true,
            autofocus: problem === undefined ? true : undefined,
          },
        }),
        decisions(),
        instead(
          'use_one_time_password' satisfies RecoveryCodeDecision,
          texts.secondFactor.useOneTimePassword,
        ),
      ]),
    ],
  });
}

/** Answers `otp`, the first that the app shows, and `decision`. */
export function enrolmentPage(model: EnrolmentModel): string {
  const { application, uri, secret, problem } = model;
  const text = problem && texts.secondFactor.oneTimePasswordProblems[problem];
  const code = qrCode(uri, texts.secondFactor.qrCode);
  return layout({
    ...frame(model),
    title: texts.secondFactor.enrolmentTitle(application.name),
    heading: texts.secondFactor.enrolmentHeading,
    hasProblem: text !== undefined,
    body: [
      codeProblem(problem, text, FIELD.oneTimePassword),
      form(model, [
        html`<p>${texts.secondFactor.enrolmentMeans}</p>`,
        code !== undefined && [html`<h2>${texts.secondFactor.scan}</h2>`, code],
        html`<h2>${code === undefined ? texts.secondFactor.type : texts.secondFactor.typeInstead}</h2>
          <p><code class="code code-long">${inGroups(secret)}</code></p>
          <p class="hint">${texts.secondFactor.typeHint}</p>`,
        // Without the focus: it would begin below what is to be scanned.
        oneTimePasswordField(problem, texts.secondFactor.firstCodeLabel, false),
        decisions(),
      ]),
    ],
  });
}

/** Answers `saved` where the box is ticked, and `decision`. There is no way back: the code is shown once. */
export function newRecoveryCodePage(model: NewRecoveryCodeModel): string {
  const { application, code, problem } = model;
  const text = problem && texts.secondFactor.newRecoveryCodeProblems[problem];
  return layout({
    ...frame(model),
    title: texts.secondFactor.newRecoveryCodeTitle(application.name),
    heading: texts.secondFactor.newRecoveryCodeHeading,
    hasProblem: text !== undefined,
    body: [
      problemSummary(text === undefined ? [] : [{ text, field: FIELD.saved }]),
      form(model, [
        html`<p>${texts.secondFactor.newRecoveryCodeMeans}</p>
          <p class="keepsake"><code class="code code-long">${inGroups(code)}</code></p>`,
        checkbox({ name: FIELD.saved, label: texts.secondFactor.saved, problem: text }),
        buttons(
          button({
            name: FIELD.decision,
            value: 'continue' satisfies NewRecoveryCodeDecision,
            label: texts.continue.submit,
          }),
        ),
      ]),
    ],
  });
}
