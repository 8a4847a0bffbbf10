// What waits on a paired device for its user to approve: logins that need a second factor.

import type { ApplicationFace } from './faces.js';
import { button, buttons, facts, FIELD, form, type FormModel, problemSummary } from './form.js';
import { foreign, html, type Html } from './html.js';
import { layout } from './layout.js';
import { texts } from './texts.js';

interface WaitingLogin {
  readonly id: string;
  readonly application: ApplicationFace;
  /** What the user is known by. */
  readonly user: { readonly name: string };
  /** Where the login comes from. */
  readonly ipAddress: string;
  readonly minutesLeft: number;
}

export interface DeviceApprovalsModel extends FormModel {
  readonly logins: readonly WaitingLogin[];
  readonly outcome?: 'approved' | 'denied' | 'gone' | undefined;
}

/** The values of the field `decision`. */
export type DeviceApprovalDecision = 'approve' | 'deny';

/** Seconds after which the page looks again, while there is nothing to read. */
const LOOKS_AGAIN = 10;

function request(model: FormModel, { id, application, user, ipAddress, minutesLeft }: WaitingLogin): Html {
  const heading = `login-${id}`;
  return html`<section aria-labelledby="${heading}">
    <h2 id="${heading}">${texts.deviceApprovals.request(foreign(application.name))}</h2>
    ${facts([
      [texts.deviceApprovals.user, foreign(user.name)],
      [texts.deviceApprovals.ipAddress, foreign(ipAddress)],
      [texts.deviceApprovals.ends, texts.deviceApprovals.endsIn(minutesLeft)],
    ])}
    ${form(model, [
      html`<input type="hidden" name="${FIELD.consent}" value="${id}" />`,
      buttons(
        button({
          name: FIELD.decision,
          value: 'approve' satisfies DeviceApprovalDecision,
          label: texts.deviceApprovals.approve,
        }),
        button({
          name: FIELD.decision,
          value: 'deny' satisfies DeviceApprovalDecision,
          label: texts.deviceApprovals.deny,
          kind: 'secondary',
        }),
      ),
    ])}
  </section>`;
}

/** Answers `consent` with the id of a login, and `decision`. */
export function deviceApprovalsPage(model: DeviceApprovalsModel): string {
  const { logins, outcome } = model;
  const isEmpty = logins.length === 0;
  const problem = outcome === 'gone' ? texts.deviceApprovals.outcomes.gone : undefined;
  const said = outcome !== undefined && outcome !== 'gone' && texts.deviceApprovals.outcomes[outcome];
  return layout({
    title: texts.deviceApprovals.title,
    heading: texts.deviceApprovals.title,
    hasProblem: problem !== undefined,
    // There is nothing to lose by it: no form is shown.
    head: isEmpty ? html`<meta http-equiv="refresh" content="${String(LOOKS_AGAIN)}" />` : undefined,
    body: [
      problemSummary(problem === undefined ? [] : [{ text: problem }]),
      said !== false && html`<p role="status">${said}</p>`,
      isEmpty
        ? html`<p>${texts.deviceApprovals.none}</p>`
        : [
            html`<div class="notice">
              <p><strong>${texts.deviceApprovals.warning}</strong></p>
            </div>`,
            logins.map((login) => request(model, login)),
          ],
    ],
  });
}

/** A browser that nobody has paired. */
export function notPairedPage(): string {
  const { title, lead } = texts.deviceApprovals.notPaired;
  return layout({ title, heading: title, lead, sign: 'problem' });
}

/** The values of the field `decision`. */
export type WaitForDeviceDecision = 'continue' | 'ask_again' | 'cancel' | 'use_recovery_code';

export interface WaitForDeviceModel extends FormModel {
  readonly application: ApplicationFace;
  readonly user: { readonly name: string };
  /** The address of the page on the paired device. */
  readonly approvalsUrl: string;
  readonly offersRecoveryCode: boolean;
  /** Whether the user said no. */
  readonly isDenied?: boolean | undefined;
}

/** Seconds after which a login looks for the answer. */
const WAITS = 5;

/** A login that waits for its user to approve it on another device; it looks again by itself. Answers `decision`. */
export function waitForDevicePage(model: WaitForDeviceModel): string {
  const { application, user, approvalsUrl, offersRecoveryCode, isDenied = false } = model;
  return layout({
    title: texts.deviceApprovals.waitTitle(application.name),
    heading: texts.deviceApprovals.waitHeading,
    lead: texts.deviceApprovals.waitLead(foreign(application.name), foreign(user.name)),
    hasProblem: isDenied,
    head: isDenied ? undefined : html`<meta http-equiv="refresh" content="${String(WAITS)}" />`,
    body: [
      problemSummary(isDenied ? [{ text: texts.deviceApprovals.denied }] : []),
      html`<p>${texts.deviceApprovals.open(foreign(approvalsUrl))}</p>`,
      form(model, [
        buttons(
          button({
            name: FIELD.decision,
            value: isDenied ? 'ask_again' : 'continue',
            label: isDenied ? texts.deviceApprovals.askAgain : texts.continue.submit,
          }),
          button({ name: FIELD.decision, value: 'cancel', label: texts.cancel, kind: 'secondary' }),
        ),
        offersRecoveryCode &&
          html`<p class="aside">
            ${button({
              name: FIELD.decision,
              value: 'use_recovery_code',
              label: texts.secondFactor.useRecoveryCode,
              kind: 'quiet',
            })}
          </p>`,
      ]),
    ],
  });
}
