// What users are asked to approve, as pages.

import type { Approval } from '../../../domain/approval.js';
import { DATABASE_STRATEGY } from '../../../domain/connection.js';
import type { LoginConnection } from '../../../domain/login.js';
import type { User } from '../../../domain/user.js';
import { loginConnections } from '../../../login/connections.js';
import { approvalListPage, approvalPage, type ApprovalProblem } from '../../../pages/approvals.js';
import { loginPage } from '../../../pages/login.js';
import type { UserTokenOptions } from '../../user-tokens/options.js';
import { face, nameOf, scopesShown, type Returned } from '../login/interaction-pages.js';
import { paths } from '../paths.js';
import { isPending, lookAt } from './answer.js';
import type { Visitor } from './visitor.js';

/** As many as a page shows; those behind them come when these are answered. */
const MOST_SHOWN = 20;
const MOST_CONNECTIONS = 1000;

/** @param id null for the list. */
export const addressOf = (id: string | null): string =>
  id === null ? paths.approvals : `${paths.approvals}?${new URLSearchParams({ consent: id }).toString()}`;

export async function pendingFor(
  user: User,
  { storage, now }: UserTokenOptions,
): Promise<readonly Approval[]> {
  return storage.approvals.pendingOf(user.userId, 'ciba', now(), MOST_SHOWN);
}

/** One that waits for this user; null for any other, whether there is one or not. */
export async function ownApproval(
  id: string | null,
  user: User,
  { storage, now }: UserTokenOptions,
): Promise<Approval | null> {
  const approval = id === null ? null : await storage.approvals.find(id);
  return approval !== null &&
    approval.kind === 'ciba' &&
    approval.userId === user.userId &&
    isPending(approval, now())
    ? approval
    : null;
}

/**
 * Where the users may come from who sign in here: for a link to one request those of its client, as at every login of it; else
 * all database connections, which are not named on the page. The policy looks at the connection again (CN-1).
 */
export async function connectionsFor(
  id: string | null,
  { storage }: UserTokenOptions,
): Promise<{ readonly all: readonly LoginConnection[]; readonly named: readonly LoginConnection[] }> {
  const approval = id === null ? null : await storage.approvals.find(id);
  const client = approval && (await storage.config.clients.find(approval.clientId));
  if (approval && client) {
    const organization = approval.organizationId === null ? null : { id: approval.organizationId };
    const all = await loginConnections(storage, { client, organization });
    return { all, named: all };
  }
  const window = { kind: 'page', offset: 0, limit: MOST_CONNECTIONS, countTotal: false } as const;
  const { items } = await storage.config.connections.list({ strategies: [DATABASE_STRATEGY] }, window);
  return { all: items, named: [] };
}

export async function showSignIn(
  id: string | null,
  { csrfToken }: Visitor,
  options: UserTokenOptions,
  returned: Returned = { problems: [] },
): Promise<string> {
  const { named } = await connectionsFor(id, options);
  return loginPage({
    action: addressOf(id),
    csrfToken,
    purpose: 'approvals',
    application: { name: options.tenant.name },
    identifierKind: 'email_or_username',
    identifier: returned.identifier,
    connections: named.map(({ name }) => ({ name, label: name })),
    connection: returned.connection,
    problems: returned.problems,
  });
}

interface Shown {
  readonly user: User;
  readonly csrfToken: string;
}

async function showOne(
  approval: Approval,
  { user, csrfToken }: Shown,
  hasOthers: boolean,
  options: UserTokenOptions,
  problem?: ApprovalProblem,
): Promise<string | null> {
  const { config } = options.storage;
  const seen = await lookAt(approval, options);
  if (seen === null) return null;
  const { audience, organizationId, asked, id, expiresAt } = approval;
  const api = audience === null ? null : await config.resourceServers.findByIdentifier(audience);
  const organization = organizationId === null ? null : await config.organizations.find(organizationId);
  return approvalPage({
    action: addressOf(id),
    csrfToken,
    id,
    shown: seen.shown,
    isOpen: seen.scopes !== null,
    application: { name: seen.facts.client.name },
    user: { name: nameOf(user) },
    organization: organization ? face(organization) : undefined,
    api: api ? { name: api.name ?? api.identifier, identifier: api.identifier } : undefined,
    ...scopesShown(seen.scopes ?? [], api),
    bindingMessage: asked.bindingMessage,
    authorizationDetails: asked.authorizationDetails ?? [],
    expiresAt,
    now: options.now(),
    listAddress: hasOthers ? addressOf(null) : undefined,
    problem,
  });
}

async function showList(
  approvals: readonly Approval[],
  { user, csrfToken }: Shown,
  { storage: { config }, now }: UserTokenOptions,
  problem?: ApprovalProblem,
): Promise<string> {
  const clients = await Promise.all(approvals.map(({ clientId }) => config.clients.find(clientId)));
  return approvalListPage({
    action: addressOf(null),
    csrfToken,
    user: { name: nameOf(user) },
    approvals: approvals.map(({ id, asked, expiresAt, clientId }, index) => ({
      application: { name: clients[index]?.name ?? clientId },
      bindingMessage: asked.bindingMessage,
      address: addressOf(id),
      expiresAt,
      now: now(),
    })),
    problem,
  });
}

/** One request, whole: the one of the id, or the only one there is. Else the list. */
export async function showApprovals(
  id: string | null,
  shown: Shown,
  options: UserTokenOptions,
  problem?: ApprovalProblem,
): Promise<string> {
  const pending = await pendingFor(shown.user, options);
  const own = await ownApproval(id, shown.user, options);
  const one = own ?? (id === null && problem === undefined && pending.length === 1 ? pending[0] : undefined);
  if (one !== undefined) {
    const page = await showOne(one, shown, pending.length > 1, options, problem);
    if (page !== null) return page;
  }
  return showList(pending, shown, options, problem ?? (id === null ? undefined : 'gone'));
}
