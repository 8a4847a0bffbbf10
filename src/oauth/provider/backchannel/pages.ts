// The pages on which users approve what applications ask for behind their backs: one address, which shows what waits and takes
// the answer. Who is not signed in signs in there first.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import type { Approval } from '../../../domain/approval.js';
import type { User } from '../../../domain/user.js';
import { connectionOf } from '../../../http/connection.js';
import { loginLogEntry } from '../../../login/login-log.js';
import { approvalOutcomePage, type ApprovalProblem } from '../../../pages/approvals.js';
import { FIELD } from '../../../pages/form.js';
import { type CodeProblem, oneTimePasswordPage } from '../../../pages/second-factor.js';
import { pageHeaders } from '../../../pages/security-policy.js';
import { signIn } from '../endpoints/sign-in.js';
import { endSession } from '../endpoints/sign-out.js';
import { queryOf, readForm, sendPage } from '../hand-over.js';
import { nameOf, type Returned } from '../login/interaction-pages.js';
import type { InteractionOptions } from '../login/interaction-routes.js';
import { SESSION_LIFETIME } from '../provider.js';
import { challengeable } from '../../second-factor/enrolled.js';
import { secondFactorEntry } from '../../second-factor/log-rows.js';
import { takeOneTimePassword } from '../../second-factor/verification.js';
import { approve } from './answer.js';
import { addressOf, connectionsFor, ownApproval, pendingFor, showApprovals, showSignIn } from './show.js';
import { isOfVisitor, type Visitor, visitorOf } from './visitor.js';

type Answer = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

/** The request that an address or a form names; null for none. What can be no id is that of nothing. */
function idIn(parameters: URLSearchParams): string | null {
  const id = parameters.get(FIELD.consent);
  return id === null || /^\w{1,64}$/.test(id) ? id : 'nosuch';
}

function goTo(res: ServerResponse, id: string | null): void {
  res.writeHead(302, { ...pageHeaders(), Location: addressOf(id) });
  res.end();
}

/** Also at the platform's link to one request (auth0/docs-v2, email-notifications-with-ciba.mdx, step 4). */
export function approvalPages(provider: Provider, options: InteractionOptions): Answer {
  const { storage, passwordLogin, tenant, now } = options;

  async function logIn(
    req: IncomingMessage,
    res: ServerResponse,
    visitor: Visitor,
    form: URLSearchParams,
  ): Promise<void> {
    const id = idIn(queryOf(req));
    const identifier = form.get(FIELD.username)?.trim() ?? '';
    const password = form.get(FIELD.password) ?? '';
    const connection = form.get(FIELD.connection);
    const again = async (problems: Returned['problems'], status = 400): Promise<void> => {
      const returned = { problems, identifier, ...(connection !== null && { connection }) };
      sendPage(res, status, await showSignIn(id, visitor, options, returned));
    };
    const missing: Returned['problems'] = [
      ...(identifier === '' ? (['identifier_missing'] as const) : []),
      ...(password === '' ? (['password_missing'] as const) : []),
    ];
    if (missing.length > 0) return again(missing);

    const { all, named } = await connectionsFor(id, options);
    const chosen = named.some(({ name }) => name === connection) ? connection : null;
    const attempt = {
      connections: all.map(({ name }) => name).filter((name) => chosen === null || name === chosen),
      identifier,
      password,
      ip: connectionOf(req).ip,
      clientId: null,
    };
    const result = await passwordLogin.verify(attempt);
    const userAgent = req.headers['user-agent'] ?? null;
    const event = { attempt, result, organizationId: null, audience: null, userAgent, now: now(), tenant };
    await storage.appendLog(loginLogEntry(event));
    if (!result.ok) {
      const isLimited = result.reason === 'too_many_attempts' || result.reason === 'too_many_requests';
      // There is nothing here for a blocked user, and nobody else is to know who is one.
      return again([isLimited ? 'too_many_attempts' : 'wrong_credentials'], isLimited ? 429 : 400);
    }
    // What this browser had is over: nobody goes on in it as somebody else.
    await visitor.session.destroy();
    const { userId } = result.user;
    await signIn(provider, req, res, { userId, amr: ['pwd'], lifetimeSeconds: SESSION_LIFETIME, now: now() });
    goTo(res, id);
  }

  async function decide(
    approval: Approval,
    user: User,
    form: URLSearchParams,
    { authenticatedAt }: Visitor,
  ): Promise<'approved' | 'denied' | 'second_factor' | ApprovalProblem> {
    const { userId } = user;
    if (form.get(FIELD.decision) !== 'approve') {
      const counts = await storage.approvals.decide(approval.id, userId, { status: 'denied' }, now());
      return counts ? 'denied' : 'gone';
    }
    const given = { userId, shown: form.get(FIELD.shown) ?? '', authenticatedAt, hasSecondFactor: false };
    return approve(approval, given, options);
  }

  /** Each approval needs its own: what the browser has shown at a login is about that login (MF-6). */
  async function askSecondFactor(
    res: ServerResponse,
    { approval, shown }: { readonly approval: Approval; readonly shown: string },
    { user, csrfToken }: Visitor & { readonly user: User },
    problem?: CodeProblem,
  ): Promise<void> {
    const enrolled = await challengeable(user.userId, storage);
    if (!enrolled.some(({ kind }) => kind === 'totp')) {
      sendPage(
        res,
        403,
        await showApprovals(approval.id, { user, csrfToken }, options, 'second_factor_missing'),
      );
      return;
    }
    const client = await storage.config.clients.find(approval.clientId);
    const page = oneTimePasswordPage({
      // What the code approves is what was shown.
      action: `${addressOf(approval.id)}&${new URLSearchParams({ [FIELD.shown]: shown }).toString()}`,
      csrfToken,
      application: { name: client?.name ?? approval.clientId },
      user: { name: nameOf(user) },
      offersRecoveryCode: false,
      problem,
    });
    sendPage(res, problem === undefined ? 200 : problem === 'too_many_attempts' ? 429 : 400, page);
  }

  async function secondFactor(
    req: IncomingMessage,
    res: ServerResponse,
    visitor: Visitor & { readonly user: User },
    form: URLSearchParams,
  ): Promise<void> {
    const { user, authenticatedAt } = visitor;
    const { userId } = user;
    const id = idIn(queryOf(req));
    const approval = await ownApproval(id, user, options);
    if (approval === null || form.get(FIELD.decision) === 'cancel') {
      goTo(res, id);
      return;
    }
    const shown = queryOf(req).get(FIELD.shown) ?? '';
    const typed = form.get(FIELD.oneTimePassword)?.replaceAll(/\s/g, '') ?? '';
    if (typed === '') {
      await askSecondFactor(res, { approval, shown }, visitor, 'missing');
      return;
    }
    const taken = await takeOneTimePassword(user, typed, options);
    const about = { clientId: approval.clientId, organizationId: approval.organizationId };
    await storage.appendLog(
      secondFactorEntry(typeof taken === 'string' ? taken : 'shown', user, about, req, options),
    );
    if (typeof taken === 'string') {
      await askSecondFactor(res, { approval, shown }, visitor, taken);
      return;
    }
    const given = { userId, shown, authenticatedAt, hasSecondFactor: true };
    const outcome = await approve(approval, given, options);
    await conclude(res, { ...visitor, approval }, outcome === 'second_factor' ? 'changed' : outcome);
  }

  async function conclude(
    res: ServerResponse,
    { approval, ...visitor }: Visitor & { readonly user: User; readonly approval: Approval },
    outcome: 'approved' | 'denied' | ApprovalProblem,
  ): Promise<void> {
    if (outcome !== 'approved' && outcome !== 'denied') {
      sendPage(res, 400, await showApprovals(approval.id, visitor, options, outcome));
      return;
    }
    const client = await storage.config.clients.find(approval.clientId);
    const others = await pendingFor(visitor.user, options);
    const page = approvalOutcomePage({
      outcome,
      application: { name: client?.name ?? approval.clientId },
      listAddress: others.length > 0 ? addressOf(null) : undefined,
    });
    sendPage(res, 200, page);
  }

  async function answer(
    res: ServerResponse,
    visitor: Visitor & { readonly user: User },
    form: URLSearchParams,
  ): Promise<void> {
    const { user } = visitor;
    const id = idIn(form);
    const approval = await ownApproval(id, user, options);
    const isAnswer = ['approve', 'deny'].includes(form.get(FIELD.decision) ?? '');
    if (approval === null || !isAnswer) {
      sendPage(res, 400, await showApprovals(id, visitor, options, 'gone'));
      return;
    }
    const outcome = await decide(approval, user, form, visitor);
    if (outcome !== 'second_factor') await conclude(res, { ...visitor, approval }, outcome);
    else await askSecondFactor(res, { approval, shown: form.get(FIELD.shown) ?? '' }, visitor);
  }

  async function submit(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const form = await readForm(req);
    const visitor = await visitorOf(provider, req, res, storage);
    const { user } = visitor;
    const id = idIn(queryOf(req));
    if (form === null || !isOfVisitor(form.get(FIELD.csrf), visitor)) {
      const page = user
        ? await showApprovals(id, { ...visitor, user }, options, 'form_expired')
        : await showSignIn(id, visitor, options, { problems: ['form_expired'] });
      sendPage(res, 400, page);
    } else if (user === null) await logIn(req, res, visitor, form);
    else if (form.get(FIELD.decision) === 'switch_account') {
      await endSession(provider, visitor.session, provider.createContext(req, res));
      goTo(res, id);
    } else if (form.has(FIELD.oneTimePassword)) await secondFactor(req, res, { ...visitor, user }, form);
    else await answer(res, { ...visitor, user }, form);
  }

  return async (req, res) => {
    if (req.method === 'POST') {
      await submit(req, res);
      return;
    }
    const id = idIn(queryOf(req));
    const visitor = await visitorOf(provider, req, res, storage);
    const { user } = visitor;
    const page = user
      ? await showApprovals(id, { ...visitor, user }, options)
      : await showSignIn(id, visitor, options);
    sendPage(res, 200, page);
  };
}
