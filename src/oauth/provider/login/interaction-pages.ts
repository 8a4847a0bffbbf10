// What a login under way asks its user, as a page.

import type { ConsentModel, StandardScope } from '../../../pages/consent.js';
import { consentPage } from '../../../pages/consent.js';
import { brandOf } from '../../../pages/brand.js';
import type { OrganizationFace } from '../../../pages/faces.js';
import { loginPage, type LoginProblem } from '../../../pages/login.js';
import {
  organizationChoicePage,
  type OrganizationChoiceModel,
  organizationNamePage,
  type OrganizationNameModel,
} from '../../../pages/organization.js';
import { loginConnections } from '../../../login/connections.js';
import type { Organization } from '../../../domain/organization.js';
import type { ResourceServer } from '../../../domain/resource-server.js';
import type { User } from '../../../domain/user.js';
import type { Storage } from '../../../storage/storage.js';
import type { LoginUnderWay } from './interaction.js';
import { paths } from '../paths.js';
import type { ConsentDetails } from './prompts.js';

export const face = ({ displayName, name, branding }: Organization): OrganizationFace => ({
  displayName: displayName ?? name,
  brand: brandOf(branding),
});

/** What users know themselves by. */
export const nameOf = (user: User | null): string =>
  user?.email ?? user?.username ?? user?.name ?? user?.userId ?? '';

const formOf = ({ csrfToken }: LoginUnderWay) => ({ action: paths.login, csrfToken });

/** What every page after the login shows. */
export const facesOf = (login: LoginUnderWay) => ({
  ...formOf(login),
  application: { name: login.client.name },
  user: { name: nameOf(login.user) },
  organization: login.organization ? face(login.organization) : undefined,
});

/** What came back with mistakes. */
export interface Returned {
  readonly problems: readonly LoginProblem[];
  readonly identifier?: string;
  readonly connection?: string;
}

export async function showLogin(
  login: LoginUnderWay,
  storage: Storage,
  returned: Returned = { problems: [] },
): Promise<string> {
  const { client, organization, asked, interaction } = login;
  const hint = interaction.params['login_hint'];
  const offered = await loginConnections(storage, { client, organization, named: [asked.connection] });
  return loginPage({
    ...formOf(login),
    application: { name: client.name },
    organization: organization ? face(organization) : undefined,
    identifierKind: 'email_or_username',
    identifier: returned.identifier ?? (typeof hint === 'string' ? hint.slice(0, 320) : undefined),
    connections: offered.map(({ name }) => ({ name, label: name })),
    connection: returned.connection,
    problems: returned.problems,
  });
}

export function showOrganizationName(
  login: LoginUnderWay,
  returned: Pick<OrganizationNameModel, 'name' | 'problem'> = {},
): string {
  return organizationNamePage({ ...formOf(login), application: { name: login.client.name }, ...returned });
}

/** The organizations that the user can choose among. */
export const choicesOf = ({ interaction }: LoginUnderWay): readonly string[] =>
  (interaction.prompt.details as { choices?: readonly string[] }).choices ?? [];

export async function showOrganizations(
  login: LoginUnderWay,
  { config }: Storage,
  returned: Pick<OrganizationChoiceModel, 'problem'> = {},
): Promise<string> {
  const found = await Promise.all(choicesOf(login).map((id) => config.organizations.find(id)));
  return organizationChoicePage({
    ...formOf(login),
    application: { name: login.client.name },
    user: { name: nameOf(login.user) },
    organizations: found.flatMap((each) =>
      each === null ? [] : [{ id: each.id, displayName: each.displayName ?? each.name }],
    ),
    ...returned,
  });
}

const STANDARD = new Set<string>(['openid', 'profile', 'email', 'address', 'phone', 'offline_access']);
const isStandard = (scope: string): scope is StandardScope => STANDARD.has(scope);

/** What the user is asked to consent to. */
export const consentOf = ({ interaction }: LoginUnderWay): ConsentDetails =>
  interaction.prompt.details as unknown as ConsentDetails;

/** Scopes as a page has them: those that mean the same everywhere, and those of the API with what they mean. */
export function scopesShown(
  scopes: readonly string[],
  api: Pick<ResourceServer, 'scopes'> | null,
): Pick<ConsentModel, 'permissions' | 'standardScopes'> {
  const permissions = scopes
    .filter((scope) => !isStandard(scope))
    .map((value) => ({
      value,
      description: api?.scopes?.find((scope) => scope.value === value)?.description,
    }));
  return { permissions, standardScopes: scopes.filter(isStandard) };
}

export async function showConsent(login: LoginUnderWay, { config }: Storage): Promise<string> {
  const { client, organization, user, asked, interaction } = login;
  const { audience, scopes } = consentOf(login);
  const api = audience === null ? null : await config.resourceServers.findByIdentifier(audience);
  const redirectUri = interaction.params['redirect_uri'];
  return consentPage({
    ...formOf(login),
    application: { name: client.name, isThirdParty: !client.isFirstParty },
    user: { name: nameOf(user) },
    organization: organization ? face(organization) : undefined,
    api: api ? { name: api.name ?? api.identifier, identifier: api.identifier } : undefined,
    ...scopesShown(scopes, api),
    authorizationDetails: asked.authorizationDetails ?? undefined,
    redirectUri: typeof redirectUri === 'string' ? redirectUri : undefined,
  });
}
