// Approving what an application asks for that the user is not in front of (OpenID CIBA Core 1.0).

import type { AuthorizationDetail } from '../domain/authorization.js';
import { authorizationDetail } from './authorization-details.js';
import { asked, type ConsentModel } from './consent.js';
import type { ApplicationFace, OrganizationFace } from './faces.js';
import { button, buttons, facts, FIELD, form, type FormModel, problemSummary } from './form.js';
import { type Content, foreign, html, type Html } from './html.js';
import { layout } from './layout.js';
import { texts } from './texts.js';

export type ApprovalProblem = keyof typeof texts.approvals.problems;

interface Ends {
  readonly expiresAt: Date;
  readonly now: Date;
}

export interface ApprovalModel
  extends FormModel, Ends, Pick<ConsentModel, 'user' | 'api' | 'permissions' | 'standardScopes'> {
  readonly application: ApplicationFace;
  readonly organization?: OrganizationFace | undefined;
  readonly bindingMessage: string;
  readonly authorizationDetails: readonly AuthorizationDetail[];
  /** Sent back with the answer: which request it is, and what was shown of it. */
  readonly id: string;
  readonly shown: string;
  /** Whether it may be approved; it can be denied in any case. */
  readonly isOpen: boolean;
  /** The address of the list, where there are others. */
  readonly listAddress?: string | undefined;
  readonly problem?: ApprovalProblem | undefined;
}

export interface ApprovalListModel extends FormModel {
  readonly user: { readonly name: string };
  readonly approvals: readonly (Ends & {
    readonly application: ApplicationFace;
    readonly bindingMessage: string;
    /** Where it is shown whole. */
    readonly address: string;
  })[];
  readonly problem?: ApprovalProblem | undefined;
}

export interface ApprovalOutcomeModel {
  readonly outcome: 'approved' | 'denied';
  readonly application: ApplicationFace;
  readonly listAddress?: string | undefined;
}

/** The values of the field `decision`. */
export type ApprovalDecision = 'approve' | 'deny' | 'switch_account';

const instant = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });

function ends({ expiresAt, now }: Ends): Content {
  const minutes = Math.ceil((expiresAt.getTime() - now.getTime()) / 60_000);
  const time = html`<time datetime="${expiresAt.toISOString()}">${instant.format(expiresAt)} UTC</time>`;
  return texts.approvals.endsAt(minutes, time);
}

const notYou = (): Html =>
  html`<p class="aside">
    ${texts.approvals.notYou}
    ${button({
      name: FIELD.decision,
      value: 'switch_account',
      label: texts.approvals.switchAccount,
      kind: 'quiet',
    })}
  </p>`;

const toList = (address: string | undefined): Content =>
  address !== undefined &&
  html`<p class="aside"><a class="quiet" href="${address}">${texts.approvals.all}</a></p>`;

const problems = (problem: ApprovalProblem | undefined): Content =>
  problemSummary(problem === undefined ? [] : [{ text: texts.approvals.problems[problem] }]);

function notice(isOpen: boolean): Html {
  const { warning, warningMeans, closed, closedMeans } = texts.approvals;
  return html`<div class="notice">
    <p><strong>${isOpen ? warning : closed}</strong></p>
    <p>${isOpen ? warningMeans : closedMeans}</p>
  </div>`;
}

/** Answers `consent`, `shown` and `decision`. */
export function approvalPage(model: ApprovalModel): string {
  const { application, user, organization, api, bindingMessage, authorizationDetails, isOpen } = model;
  const name = foreign(application.name);
  const deny = {
    name: FIELD.decision,
    value: 'deny',
    label: texts.approvals.deny,
    kind: 'secondary',
  } as const;
  return layout({
    title: texts.approvals.title(application.name),
    heading: texts.approvals.heading(name),
    face: application.name,
    isWide: true,
    brand: organization?.brand ?? application.brand,
    hasProblem: model.problem !== undefined,
    body: [
      problems(model.problem),
      form(model, [
        html`<input type="hidden" name="${FIELD.consent}" value="${model.id}" />
          <input type="hidden" name="${FIELD.shown}" value="${model.shown}" />`,
        facts([
          [texts.approvals.message, html`<strong>${foreign(bindingMessage)}</strong>`],
          [texts.approvals.user, foreign(user.name)],
          organization && [texts.approvals.organization, foreign(organization.displayName)],
          api && [texts.approvals.api, html`${foreign(api.name)} <code>${foreign(api.identifier)}</code>`],
          [texts.approvals.ends, ends(model)],
        ]),
        isOpen && [
          html`<h2>${texts.approvals.asks(name)}</h2>`,
          asked(model),
          authorizationDetails.length > 0 && [
            html`<h2>${texts.approvals.details}</h2>`,
            authorizationDetails.map(authorizationDetail),
          ],
        ],
        notice(isOpen),
        isOpen
          ? buttons(
              button({ name: FIELD.decision, value: 'approve', label: texts.approvals.approve }),
              button(deny),
            )
          : buttons(button(deny)),
        notYou(),
      ]),
      toList(model.listAddress),
    ],
  });
}

/** Answers `decision`, which can only be `switch_account`. */
export function approvalListPage(model: ApprovalListModel): string {
  const { user, approvals } = model;
  return layout({
    title: texts.approvals.listTitle,
    heading: texts.approvals.listTitle,
    lead: texts.approvals.listLead(foreign(user.name)),
    isWide: true,
    hasProblem: model.problem !== undefined,
    body: [
      problems(model.problem),
      approvals.length === 0 && html`<p>${texts.approvals.none}</p>`,
      approvals.map(
        ({ application, bindingMessage, address, ...end }) =>
          html`<section class="detail">
            <h2>${foreign(application.name)}</h2>
            ${facts([
              [texts.approvals.message, html`<strong>${foreign(bindingMessage)}</strong>`],
              [texts.approvals.ends, ends(end)],
            ])}
            <p><a class="primary" href="${address}">${texts.approvals.look(foreign(application.name))}</a></p>
          </section>`,
      ),
      form(model, notYou()),
    ],
  });
}

export function approvalOutcomePage({ outcome, application, listAddress }: ApprovalOutcomeModel): string {
  const { title, lead } = texts.approvals.outcomes[outcome];
  return layout({
    title,
    heading: title,
    lead: lead(foreign(application.name)),
    brand: application.brand,
    sign: outcome === 'approved' ? 'done' : 'stopped',
    body: toList(listAddress),
  });
}
