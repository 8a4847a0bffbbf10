// Letting a device in that has no browser (RFC 8628): the code that it shows, whether it is the user's own device, and how it
// went. The names of the fields are oidc-provider's, to which these forms go.

import type { ApplicationFace } from './faces.js';
import { button, buttons, facts, FIELD, field, form, type FormModel, problemSummary } from './form.js';
import { foreign, html } from './html.js';
import { layout } from './layout.js';
import { texts } from './texts.js';

export interface DeviceCodeModel extends FormModel {
  /** What was entered before. */
  readonly userCode?: string | undefined;
  /** Whether a code has only digits, for the keyboard of a phone. */
  readonly digitsOnly?: boolean | undefined;
  readonly problem?: 'missing' | 'unknown' | 'expired' | 'used' | 'too_many_attempts' | undefined;
}

export interface DeviceConfirmationModel extends FormModel {
  readonly application: ApplicationFace;
  /** As the device shows it. */
  readonly userCode: string;
  /** From where the device asked. */
  readonly ipAddress?: string | undefined;
}

export interface DeviceOutcomeModel {
  readonly outcome: 'connected' | 'cancelled' | 'expired';
  readonly application?: ApplicationFace | undefined;
}

/** Answers `user_code`. */
export function deviceCodePage(model: DeviceCodeModel): string {
  const { userCode = '', digitsOnly = false, problem } = model;
  const text = problem && texts.device.problems[problem];
  const isAtField = problem !== 'too_many_attempts';
  return layout({
    title: texts.device.codeTitle,
    heading: texts.device.codeTitle,
    lead: texts.device.codeLead,
    hasProblem: text !== undefined,
    body: [
      problemSummary(text === undefined ? [] : [{ text, field: isAtField ? FIELD.userCode : undefined }]),
      form(model, [
        field({
          name: FIELD.userCode,
          label: texts.device.codeLabel,
          hint: texts.device.codeHint,
          problem: isAtField ? text : undefined,
          input: {
            type: 'text',
            class: 'code',
            value: userCode,
            // A code is for one device: a browser is not to keep it.
            autocomplete: 'off',
            autocapitalize: 'characters',
            inputmode: digitsOnly ? 'numeric' : undefined,
            spellcheck: 'false',
            required: true,
            autofocus: problem === undefined ? true : undefined,
          },
        }),
        buttons(button({ label: texts.continue.submit })),
      ]),
    ],
  });
}

/** Answers `user_code`, and `confirm` or `abort`. */
export function deviceConfirmationPage(model: DeviceConfirmationModel): string {
  const { application, userCode, ipAddress } = model;
  return layout({
    title: texts.device.confirmTitle,
    heading: texts.device.confirmHeading(foreign(application.name)),
    face: application.name,
    brand: application.brand,
    body: form(model, [
      html`<input type="hidden" name="${FIELD.userCode}" value="${userCode}" />`,
      facts([
        [texts.device.codeShown, html`<code class="code">${foreign(userCode)}</code>`],
        [texts.device.application, foreign(application.name)],
        ipAddress === undefined ? undefined : [texts.device.ipAddress, foreign(ipAddress)],
      ]),
      html`<div class="notice">
        <p><strong>${texts.device.warning}</strong></p>
        <p>${texts.device.warningMeans}</p>
      </div>`,
      buttons(
        button({ name: FIELD.confirm, value: 'yes', label: texts.device.confirm }),
        button({ name: FIELD.abort, value: 'yes', label: texts.cancel, kind: 'secondary' }),
      ),
    ]),
  });
}

export function deviceOutcomePage({ outcome, application }: DeviceOutcomeModel): string {
  const { title, lead } = texts.device.outcomes[outcome];
  return layout({
    title,
    heading: title,
    lead: lead(application && foreign(application.name)),
    brand: application?.brand,
    sign: ({ connected: 'done', cancelled: 'stopped', expired: 'problem' } as const)[outcome],
  });
}
