// The pages of a login under way: one address, which shows what is asked next and takes the answer.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, type InteractionResults, type Provider } from 'oidc-provider';
import { isUnstorable } from '../../../domain/text.js';
import { connectionOf } from '../../../http/connection.js';
import { admitMember, loginConnections } from '../../../login/connections.js';
import { loginLogEntry } from '../../../login/login-log.js';
import type { LoginAttempt, LoginResult, PasswordLogin } from '../../../login/password-login.js';
import { continuePage } from '../../../pages/continue.js';
import { errorPage } from '../../../pages/error.js';
import { FIELD } from '../../../pages/form.js';
import { pageHeaders } from '../../../pages/security-policy.js';
import { readForm, sendPage } from '../hand-over.js';
import { isOfForm, loginUnderWay, type LoginUnderWay } from './interaction.js';
import {
  choicesOf,
  consentOf,
  type Returned,
  showConsent,
  showLogin,
  showOrganizationName,
  showOrganizations,
} from './interaction-pages.js';
import { MissingReference } from '../../../storage/storage.js';
import type { UserTokenOptions } from '../../user-tokens/options.js';
import { paths } from '../paths.js';
import { hasShownSecondFactor, secondFactorOfLogin } from './second-factor.js';

export interface InteractionOptions extends UserTokenOptions {
  readonly passwordLogin: PasswordLogin;
}

/** What an answer comes to: the next step of the login, or the page again. */
type Step =
  | { readonly result: InteractionResults }
  /** With a result, the login goes on from the page. */
  | { readonly page: string; readonly status: number; readonly result?: InteractionResults }
  | { readonly again: true };

/** token-issuance.md TP-16. */
const declined: Step = {
  result: { error: 'access_denied', error_description: 'User did not authorize the request' },
};
const cancelled: Step = {
  result: { error: 'access_denied', error_description: 'User cancelled the login' },
};

const isAboutSecondFactor = ({ interaction: { prompt } }: LoginUnderWay): boolean =>
  prompt.name === 'second_factor' || prompt.name === 'conclusion';

export function interactionPages(
  provider: Provider,
  options: InteractionOptions,
): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  const { storage, passwordLogin, tenant, now } = options;
  const secondFactor = secondFactorOfLogin(provider, options);

  async function show(login: LoginUnderWay): Promise<string> {
    switch (login.interaction.prompt.name) {
      case 'organization_before_login':
        return showOrganizationName(login);
      case 'organization':
        return showOrganizations(login, storage);
      case 'second_factor':
      case 'conclusion':
        return hasShownSecondFactor(login) ? goOn(login.interaction.returnTo) : secondFactor.ask(login);
      case 'consent':
        return showConsent(login, storage);
      default:
        return showLogin(login, storage);
    }
  }

  /** A redirect would be held against the policy of the form's page, wherever the application sends its user then. */
  const goOn = (url: string): string => continuePage({ url: new URL(url, tenant.issuer).pathname });

  /** The row for an attempt that failed; one that succeeded is logged when the login is done. */
  async function logFailure(
    req: IncomingMessage,
    login: LoginUnderWay,
    attempt: LoginAttempt,
    result: LoginResult,
  ): Promise<void> {
    const entry = loginLogEntry({
      attempt,
      result,
      organizationId: login.organization?.id ?? null,
      audience: login.asked.audience,
      userAgent: req.headers['user-agent'] ?? null,
      now: now(),
      tenant,
    });
    await storage.appendLog(entry);
  }

  async function logIn(req: IncomingMessage, login: LoginUnderWay, form: URLSearchParams): Promise<Step> {
    if (form.get(FIELD.decision) === 'cancel') return cancelled;
    const identifier = form.get(FIELD.username)?.trim() ?? '';
    const password = form.get(FIELD.password) ?? '';
    const chosen = form.get(FIELD.connection);
    const named = [login.asked.connection, chosen];
    const connections = await loginConnections(storage, { ...login, named });
    const again = async (problems: Returned['problems'], status = 400): Promise<Step> => ({
      page: await showLogin(login, storage, {
        problems,
        identifier,
        ...(chosen !== null && { connection: chosen }),
      }),
      status,
    });
    const missing: Returned['problems'] = [
      ...(identifier === '' ? (['identifier_missing'] as const) : []),
      ...(password === '' ? (['password_missing'] as const) : []),
    ];
    if (missing.length > 0) return again(missing);
    const attempt = {
      connections: connections.map(({ name }) => name),
      identifier,
      password,
      ip: connectionOf(req).ip,
      clientId: login.client.clientId,
    };
    const result = await passwordLogin.verify(attempt);
    if (!result.ok) {
      await logFailure(req, login, attempt, result);
      const isLimited = result.reason === 'too_many_attempts' || result.reason === 'too_many_requests';
      // Whoever knows the password of a blocked user learns from the application that the user is blocked.
      if (result.reason !== 'blocked_user') {
        return again([isLimited ? 'too_many_attempts' : 'wrong_credentials'], isLimited ? 429 : 400);
      }
      return { result: { error: 'access_denied', error_description: 'user is blocked' } };
    }
    if (login.organization) await admit(login.organization.id, result.user);
    // The time is that of the password, whatever else is asked afterwards.
    const ts = Math.floor(now().getTime() / 1000);
    // Who logs in has chosen an account, too.
    return { result: { login: { accountId: result.user.userId, amr: ['pwd'], ts }, select_account: {} } };
  }

  async function admit(organizationId: string, user: { userId: string; connection: string }): Promise<void> {
    const connection = await storage.config.connections.findByName(user.connection);
    if (connection === null) return;
    await admitMember(
      storage,
      { organizationId, connectionId: connection.id, userId: user.userId },
      {
        date: now(),
        type: 'organization_member_added',
        clientId: null,
        audience: null,
        organizationId,
        reason: null,
        configVersion: null,
        data: { user_id: user.userId, hostname: tenant.domain, tenant_name: tenant.name },
      },
    );
  }

  async function nameOrganization(login: LoginUnderWay, form: URLSearchParams): Promise<Step> {
    if (form.get(FIELD.decision) === 'cancel') return cancelled;
    const name = form.get(FIELD.organization)?.trim().toLowerCase() ?? '';
    const organization =
      name === '' || isUnstorable(name) ? null : await storage.config.organizations.findByName(name);
    if (organization) return { result: { organization: { id: organization.id } } };
    const problem = name === '' ? 'missing' : 'unknown';
    return { page: showOrganizationName(login, { name, problem }), status: 400 };
  }

  async function chooseOrganization(login: LoginUnderWay, form: URLSearchParams): Promise<Step> {
    if (form.get(FIELD.decision) === 'cancel') return cancelled;
    const id = form.get(FIELD.organization);
    if (id !== null && choicesOf(login).includes(id)) return { result: { organization: { id } } };
    const problem = id === null ? 'not_chosen' : 'not_a_member';
    return { page: await showOrganizations(login, storage, { problem }), status: 400 };
  }

  async function consent(login: LoginUnderWay, form: URLSearchParams): Promise<Step> {
    const decision = form.get(FIELD.decision);
    if (decision === 'switch_account') {
      await forget(login);
      return { again: true };
    }
    const { user, client } = login;
    if (decision !== 'accept' || user === null) return declined;
    const { audience, organizationId, scopes } = consentOf(login);
    const given = { userId: user.userId, clientId: client.clientId, audience, organizationId, scopes };
    await storage.consents.remember(given).catch((error: unknown) => {
      // What it was for has gone since the page was shown; what becomes of the login is decided again.
      if (!(error instanceof MissingReference)) throw error;
    });
    return { result: { consent: {} } };
  }

  /** Logs the user out of this browser, so that another one can log in for the same request. */
  async function forget({ interaction }: LoginUnderWay): Promise<void> {
    const uid = interaction.session?.uid;
    const session = uid === undefined ? undefined : await provider.Session.findByUid(uid);
    await session?.destroy();
    interaction.session = undefined;
    interaction.prompt = { name: 'login', reasons: ['login_prompt'], details: {} };
    await interaction.persist();
  }

  function answer(req: IncomingMessage, login: LoginUnderWay, form: URLSearchParams): Promise<Step> {
    switch (login.interaction.prompt.name) {
      case 'organization_before_login':
        return nameOrganization(login, form);
      case 'organization':
        return chooseOrganization(login, form);
      case 'second_factor':
      case 'conclusion':
        return secondFactor.answer(req, login, form);
      case 'consent':
        return consent(login, form);
      default:
        return logIn(req, login, form);
    }
  }

  async function submit(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const form = await readForm(req);
    const login = await loginUnderWay(provider, req, res, storage);
    if (form === null || !isOfForm(form.get(FIELD.csrf), login)) {
      sendPage(res, 400, await showLoginExpired(login));
      return;
    }
    await take(req, res, await answer(req, login, form));
  }

  async function open(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const login = await loginUnderWay(provider, req, res, storage);
    const waits = isAboutSecondFactor(login) && !hasShownSecondFactor(login);
    await take(
      req,
      res,
      waits ? await secondFactor.look(req, login) : { page: await show(login), status: 200 },
    );
  }

  async function take(req: IncomingMessage, res: ServerResponse, step: Step): Promise<void> {
    if ('page' in step) {
      if (step.result) await provider.interactionResult(req, res, step.result);
      sendPage(res, step.status, step.page);
    } else if ('again' in step) {
      res.writeHead(302, { ...pageHeaders(), Location: paths.login });
      res.end();
    } else {
      sendPage(res, 200, goOn(await provider.interactionResult(req, res, step.result)));
    }
  }

  async function showLoginExpired(login: LoginUnderWay): Promise<string> {
    const { name } = login.interaction.prompt;
    if (name === 'login' || name === 'select_account') {
      return showLogin(login, storage, { problems: ['form_expired'] });
    }
    if (isAboutSecondFactor(login)) return secondFactor.ask(login, 'form_expired');
    return show(login);
  }

  return async (req, res) => {
    try {
      if (req.method === 'POST') await submit(req, res);
      else await open(req, res);
    } catch (error) {
      if (!(error instanceof errors.SessionNotFound)) throw error;
      sendPage(
        res,
        400,
        errorPage({ code: 'invalid_request', description: 'The login has expired', kind: 'expired' }),
      );
    }
  };
}
