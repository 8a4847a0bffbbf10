// A phone whose browser opened a pairing link: whether it is to approve logins of a user, and how it went.

import { button, buttons, FIELD, form, type FormModel } from './form.js';
import { foreign, html } from './html.js';
import { layout } from './layout.js';
import { link } from './link.js';
import { texts } from './texts.js';

export interface PairedDeviceModel extends FormModel {
  readonly user: { readonly name: string };
}

/** Why a pairing link is of no use. */
export type PairingProblem = 'unknown' | 'expired' | 'used';

/** The values of the field `decision`. */
export type PairingDecision = 'pair' | 'cancel';

/** Answers `decision`. */
export function pairedDevicePage(model: PairedDeviceModel): string {
  return layout({
    title: texts.pairing.title,
    heading: texts.pairing.heading(foreign(model.user.name)),
    body: form(model, [
      html`<p>${texts.pairing.means}</p>
        <div class="notice">
          <p><strong>${texts.pairing.warning}</strong></p>
          <p>${texts.pairing.warningMeans}</p>
        </div>`,
      buttons(
        button({
          name: FIELD.decision,
          value: 'pair' satisfies PairingDecision,
          label: texts.pairing.pair,
        }),
        button({
          name: FIELD.decision,
          value: 'cancel' satisfies PairingDecision,
          label: texts.cancel,
          kind: 'secondary',
        }),
      ),
    ]),
  });
}

/** @param approvalsUrl at this server, where the requests to approve are. */
export function devicePairedPage({ approvalsUrl }: { readonly approvalsUrl: string }): string {
  const { title, lead } = texts.pairing.paired;
  return layout({
    title,
    heading: title,
    lead,
    sign: 'done',
    body: link(approvalsUrl, texts.pairing.approvals),
  });
}

/** The answer to `cancel`. */
export function pairingCancelledPage(): string {
  const { title, lead } = texts.pairing.cancelled;
  return layout({ title, heading: title, lead, sign: 'stopped' });
}

/** A pairing link that is of no use. The same whoever asks, and with no name in it. */
export function pairingProblemPage({ problem }: { readonly problem: PairingProblem }): string {
  const { title, lead } = texts.pairing.problems[problem];
  return layout({
    title,
    heading: title,
    lead,
    sign: 'problem',
    body: html`<p>${texts.pairing.advice}</p>`,
  });
}
