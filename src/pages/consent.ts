// Asking a user whether an application may act for them.

import type { AuthorizationDetail } from '../domain/authorization.js';
import { authorizationDetail } from './authorization-details.js';
import type { ApplicationFace, OrganizationFace } from './faces.js';
import { button, buttons, facts, FIELD, form, type FormModel } from './form.js';
import { type Content, foreign, html, type Html } from './html.js';
import { layout } from './layout.js';
import { texts } from './texts.js';

/** Scopes that mean the same at every server (OpenID Connect Core 5.4 and 11). */
export type StandardScope = 'openid' | 'profile' | 'email' | 'address' | 'phone' | 'offline_access';

export interface ConsentModel extends FormModel {
  readonly application: ApplicationFace & { readonly isThirdParty: boolean };
  readonly user: {
    /** What the user signed in with, or their name: what they know themselves by. */
    readonly name: string;
  };
  readonly organization?: OrganizationFace | undefined;
  /** Absent where only the user's profile is asked for. */
  readonly api?: { readonly name: string; readonly identifier: string } | undefined;
  /** The scopes of the API. One without a description is shown by its value. */
  readonly permissions: readonly {
    readonly value: string;
    readonly description?: string | null | undefined;
  }[];
  readonly standardScopes: readonly StandardScope[];
  readonly authorizationDetails?: readonly AuthorizationDetail[] | undefined;
  /** Where the user is sent afterwards, as it is registered. Absent where they are not, as with devices. */
  readonly redirectUri?: string | undefined;
}

/** The values of the field `decision`. */
export type ConsentDecision = 'accept' | 'decline' | 'switch_account';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** Where an address leads, without what is of no concern. The host in ASCII, so that no letter passes for another. */
function destination(redirectUri: string): Content {
  if (!URL.canParse(redirectUri)) return foreign(redirectUri);
  const { protocol, host, hostname } = new URL(redirectUri);
  if (protocol !== 'https:' && protocol !== 'http:')
    return texts.consent.installed(foreign(protocol.slice(0, -1)));
  return LOOPBACK.includes(hostname) ? texts.consent.thisDevice(foreign(host)) : foreign(host);
}

function permission({ value, description }: ConsentModel['permissions'][number]): Html {
  const text = description?.trim();
  if (text === undefined || text === '') return html`<li><code>${foreign(value)}</code></li>`;
  return html`<li>${foreign(text)} <code>${foreign(value)}</code></li>`;
}

/** What an application would be able to do. */
export function asked({
  permissions,
  standardScopes,
}: Pick<ConsentModel, 'permissions' | 'standardScopes'>): Content {
  const about = standardScopes.filter((scope) => scope !== 'offline_access');
  const items = [
    ...about.map((scope) => html`<li>${texts.consent.standardScopes[scope]}</li>`),
    ...permissions.map(permission),
  ];
  return [
    items.length === 0
      ? html`<p>${texts.consent.nothing}</p>`
      : html`<ul class="permissions">
          ${items}
        </ul>`,
    standardScopes.includes('offline_access') &&
      html`<p class="notice">${texts.consent.standardScopes.offline_access}</p>`,
  ];
}

/** Answers `decision`. */
export function consentPage(model: ConsentModel): string {
  const { application, user, organization, api, authorizationDetails = [], redirectUri } = model;
  const name = foreign(application.name);
  return layout({
    title: texts.consent.title(application.name),
    heading: texts.consent.heading(name),
    face: application.name,
    isWide: true,
    brand: organization?.brand ?? application.brand,
    lead: application.isThirdParty ? html`<span class="badge">${texts.consent.thirdParty}</span>` : undefined,
    body: form(model, [
      application.isThirdParty && html`<p>${texts.consent.thirdPartyMeans(name)}</p>`,
      facts([
        [texts.consent.user, foreign(user.name)],
        organization && [texts.consent.organization, foreign(organization.displayName)],
        api && [texts.consent.api, html`${foreign(api.name)} <code>${foreign(api.identifier)}</code>`],
        redirectUri === undefined ? undefined : [texts.consent.destination, destination(redirectUri)],
      ]),
      html`<h2>${texts.consent.asks(name)}</h2>`,
      asked(model),
      authorizationDetails.length > 0 && [
        html`<h2>${texts.consent.details}</h2>`,
        authorizationDetails.map(authorizationDetail),
      ],
      buttons(
        button({ name: FIELD.decision, value: 'accept', label: texts.consent.accept }),
        button({ name: FIELD.decision, value: 'decline', label: texts.consent.decline, kind: 'secondary' }),
      ),
      html`<p class="aside">
        ${texts.consent.notYou}
        ${button({
          name: FIELD.decision,
          value: 'switch_account',
          label: texts.consent.switchAccount,
          kind: 'quiet',
        })}
      </p>`,
    ]),
  });
}
