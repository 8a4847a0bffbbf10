// The second factor of a login under way: shown, or set up by whoever has none yet.

import type { IncomingMessage } from 'node:http';
import { errors, type InteractionResults, type Provider } from 'oidc-provider';
import { z } from 'zod';
import { markUntil } from '../../../domain/authorization.js';
import type { LogType } from '../../../domain/log-entry.js';
import { newRecoveryCode } from '../../../domain/recovery-codes.js';
import { SECOND_FACTOR } from '../../../domain/second-factor.js';
import type { User } from '../../../domain/user.js';
import { connectionOf } from '../../../http/connection.js';
import { waitForDevicePage } from '../../../pages/device-approvals.js';
import { errorPage } from '../../../pages/error.js';
import { FIELD } from '../../../pages/form.js';
import {
  enrolmentPage,
  newRecoveryCodePage,
  oneTimePasswordPage,
  recoveryCodePage,
} from '../../../pages/second-factor.js';
import { askOnDevice } from '../../second-factor/devices.js';
import { challengeable, recoveryCodesAreOn, usableFactors } from '../../second-factor/enrolled.js';
import { beginApp } from '../../second-factor/enrolment.js';
import { enrolmentUri } from '../../second-factor/one-time-passwords.js';
import { secondFactorEntry } from '../../second-factor/log-rows.js';
import { takeOneTimePassword, takeRecoveryCode, type Wrong } from '../../second-factor/verification.js';
import { userRefusalFor } from '../../user-refusal.js';
import type { UserTokenOptions } from '../../user-tokens/options.js';
import { facesOf } from './interaction-pages.js';
import { paths } from '../paths.js';
import type { LoginUnderWay } from './interaction.js';
import type { OwnResult } from './login-request.js';

type Problem = Wrong | 'missing' | 'form_expired';

/** What an answer comes to: the login goes on, a page, or both: a page to read before it goes on. */
type Step =
  | { readonly result: InteractionResults }
  | { readonly page: string; readonly status: number; readonly result?: InteractionResults };

/** What a login that sets an app up keeps until it is done. */
const SETUP = 'SecondFactorSetup';
const setup = z.object({ authenticatorId: z.string(), recoveryCode: z.string().nullable() });

/** What a login that waits for a paired device keeps. */
const DEVICE = 'SecondFactorDevice';
const waiting = z.object({ id: z.string(), code: z.string() });

const TOO_OFTEN = 'A second factor was set up too often. Try again in a minute.';

/** As long as a login may take. */
const SETUP_SECONDS = 3600;

const cancelled: Step = {
  result: { error: 'access_denied', error_description: 'User cancelled the login' },
};

function userOf({ user }: LoginUnderWay): User {
  if (user === null) throw new errors.SessionNotFound('the user has gone');
  return user;
}

/** Whether the user of a login has shown one for it. */
export const hasShownSecondFactor = ({ interaction, user }: LoginUnderWay): boolean =>
  user !== null && (interaction.result as OwnResult | undefined)?.secondFactor?.accountId === user.userId;

export function secondFactorOfLogin(provider: Provider, options: UserTokenOptions) {
  const { storage, tenant, now } = options;
  const { config, artifacts } = storage;

  /** The app that this login sets up. Never one that somebody else began to set up: they would know its key. */
  async function ownSetup(login: LoginUnderWay) {
    const user = userOf(login);
    const { uid } = login.interaction;
    const kept = await artifacts.find(SETUP, uid);
    const begun = kept && setup.parse(kept.payload);
    const known = begun && (await config.authenticators.find(user.userId, begun.authenticatorId));
    const secret = known && (await config.authenticators.secretOf(known.id));
    if (begun && secret) return { ...begun, secret, uri: enrolmentUri(secret, user, tenant) };
    const started = await beginApp(user, 'password', options);
    if (typeof started === 'string') return started;
    const { authenticator, recoveryCode, ...app } = started;
    const payload = { authenticatorId: authenticator.id, recoveryCode };
    const expiresAt = new Date(now().getTime() + SETUP_SECONDS * 1000);
    await artifacts.put(SETUP, uid, { ...markUntil(expiresAt), payload }, now());
    return { ...payload, ...app };
  }

  /** Asks for a second factor: for the code of an app, for an approval on a paired device, or to set one up. */
  async function ask(login: LoginUnderWay, problem?: Problem): Promise<string> {
    const faces = facesOf(login);
    const enrolled = await challengeable(userOf(login).userId, storage);
    const offersRecoveryCode = enrolled.length > 0 && (await recoveryCodesAreOn(storage));
    if (enrolled.some(({ kind }) => kind === 'totp'))
      return oneTimePasswordPage({ ...faces, offersRecoveryCode, problem });
    if (enrolled.length > 0) {
      const isDenied = problem !== undefined && problem !== 'form_expired';
      const approvalsUrl = `${tenant.issuer}${paths.deviceApprovals.slice(1)}`;
      return waitForDevicePage({ ...faces, approvalsUrl, offersRecoveryCode, isDenied });
    }
    const begun = await ownSetup(login);
    // Set up by another login, a moment ago.
    if (begun === 'already_enrolled') return ask(login, problem);
    if (typeof begun === 'string') return errorPage({ code: 'access_denied', description: TOO_OFTEN });
    return enrolmentPage({ ...faces, secret: begun.secret, uri: begun.uri, problem });
  }

  /** Ends a login whose user has nothing to be asked for, and can set nothing up here: devices are paired by the MFA API. */
  async function deadEnd(login: LoginUnderWay): Promise<Step | null> {
    if ((await challengeable(userOf(login).userId, storage)).length > 0) return null;
    if ((await usableFactors(storage)).includes('otp')) return null;
    const { clientId } = login.client;
    const { error, description } = userRefusalFor(
      { reason: 'mfa_not_available' },
      clientId,
      'authorize',
    ).error;
    return { result: { error, error_description: description } };
  }

  /** Whoever has an app is asked for its code: nobody has to look for another device. */
  async function waitsForDevice(userId: string): Promise<boolean> {
    const enrolled = await challengeable(userId, storage);
    return enrolled.length > 0 && !enrolled.some(({ kind }) => kind === 'totp');
  }

  /** The approval that this login waits for; a new one where there is none that can be answered, or that has been. */
  async function approvalFor(req: IncomingMessage, login: LoginUnderWay, askAgain: boolean) {
    const { uid } = login.interaction;
    const kept = await artifacts.find(DEVICE, uid);
    const known = kept && waiting.parse(kept.payload);
    if (known !== null && !askAgain) return { ...known, approval: await storage.approvals.find(known.id) };
    const { clientId } = login.client;
    const asked = await askOnDevice(userOf(login), { clientId, ip: connectionOf(req).ip }, options);
    if (asked === null) return null;
    const expiresAt = new Date(now().getTime() + SETUP_SECONDS * 1000);
    await artifacts.put(DEVICE, uid, { ...markUntil(expiresAt), payload: { ...asked } }, now());
    return { ...asked, approval: await storage.approvals.find(asked.id) };
  }

  /** The page, or on with the login where the user has approved it on a paired device meanwhile. */
  async function look(req: IncomingMessage, login: LoginUnderWay, askAgain = false): Promise<Step> {
    const { userId } = userOf(login);
    const end = await deadEnd(login);
    if (end !== null) return end;
    if (!(await waitsForDevice(userId))) return { page: await ask(login), status: 200 };
    const asked = await approvalFor(req, login, askAgain);
    if (asked === null) return { page: await ask(login, 'too_many_attempts'), status: 429 };
    const { approval, code } = asked;
    const isOver = approval === null || approval.status === 'denied' || now() >= approval.expiresAt;
    if (isOver) return { page: await ask(login, 'wrong'), status: 200 };
    if (approval.status !== 'approved') return { page: await ask(login), status: 200 };
    const { clientId } = login.client;
    const isOurs = approval.kind === 'second_factor' && approval.userId === userId;
    const counts = isOurs && (await storage.approvals.consume({ secret: code, clientId }, now()));
    if (!counts) return { page: await ask(login, 'wrong'), status: 400 };
    return { result: await shown(req, login) };
  }

  async function log(
    req: IncomingMessage,
    login: LoginUnderWay,
    outcome: 'shown' | Wrong,
    type?: LogType,
  ): Promise<void> {
    const about = { clientId: login.client.clientId, organizationId: login.organization?.id ?? null };
    await storage.appendLog(secondFactorEntry(outcome, userOf(login), about, req, options, type));
  }

  /** Notes in the session, too, that the user has shown one: it counts for the other logins of this browser. */
  async function shown(req: IncomingMessage, login: LoginUnderWay): Promise<InteractionResults> {
    const { userId } = userOf(login);
    await log(req, login, 'shown');
    const secondFactor = { accountId: userId };
    const { session: before, lastSubmission } = login.interaction;
    const withFactor = (amr: readonly string[] = []): string[] => [...new Set([...amr, SECOND_FACTOR])];
    // Where the password was of this login too, the library writes what was shown with it into the session, again and again.
    const password = lastSubmission?.login;
    if (password?.accountId === userId)
      return { secondFactor, login: { ...password, amr: withFactor(password.amr) } };
    const session = before?.uid === undefined ? undefined : await provider.Session.findByUid(before.uid);
    if (session?.accountId === userId) {
      session.amr = withFactor(session.amr);
      await session.persist();
    }
    return { secondFactor };
  }

  const statusOf = (problem: Problem): number => (problem === 'too_many_attempts' ? 429 : 400);

  async function oneTimePassword(
    req: IncomingMessage,
    login: LoginUnderWay,
    form: URLSearchParams,
  ): Promise<Step> {
    const end = await deadEnd(login);
    if (end !== null) return end;
    const password = form.get(FIELD.oneTimePassword)?.replaceAll(/\s/g, '') ?? '';
    if (password === '') return { page: await ask(login, 'missing'), status: 400 };
    const taken = await takeOneTimePassword(userOf(login), password, options);
    if (typeof taken === 'string') {
      await log(req, login, taken);
      return { page: await ask(login, taken), status: statusOf(taken) };
    }
    const result = await shown(req, login);
    const kept = taken.confirmedAt === null ? await artifacts.find(SETUP, login.interaction.uid) : null;
    const code = kept && setup.parse(kept.payload).recoveryCode;
    if (code === null) return { result };
    await artifacts.delete(SETUP, login.interaction.uid);
    return { result, page: newRecoveryCodePage({ ...facesOf(login), code }), status: 200 };
  }

  async function recoveryCode(
    req: IncomingMessage,
    login: LoginUnderWay,
    form: URLSearchParams,
  ): Promise<Step> {
    const again = (problem: Problem): Step => ({
      page: recoveryCodePage({ ...facesOf(login), problem }),
      status: statusOf(problem),
    });
    const typed = form.get(FIELD.recoveryCode) ?? '';
    if (typed.trim() === '') return again('missing');
    const taken = await takeRecoveryCode(userOf(login), typed, options);
    if (typeof taken === 'string') {
      await log(req, login, taken, taken === 'wrong' ? 'gd_recovery_failed' : undefined);
      return again(taken);
    }
    const page = newRecoveryCodePage({ ...facesOf(login), code: taken.next });
    return { result: await shown(req, login), page, status: 200 };
  }

  /** Whoever has not said to have kept the code gets another one to keep. */
  async function anotherCode(login: LoginUnderWay): Promise<Step> {
    const code = newRecoveryCode();
    const { userId } = userOf(login);
    const times = { confirmedAt: now(), createdAt: now() };
    await storage.write(async ({ authenticators }) => ({
      result: await authenticators.create({ userId, kind: 'recovery-code', code, name: null, ...times }),
      entry: null,
    }));
    const problem = 'not_confirmed';
    return { page: newRecoveryCodePage({ ...facesOf(login), code, problem }), status: 400 };
  }

  /** Takes the form of one of the pages. */
  async function answer(req: IncomingMessage, login: LoginUnderWay, form: URLSearchParams): Promise<Step> {
    if (hasShownSecondFactor(login)) {
      const { result = {} } = login.interaction;
      return form.get(FIELD.saved) === 'yes' ? { result } : anotherCode(login);
    }
    switch (form.get(FIELD.decision)) {
      case 'cancel':
        return cancelled;
      case 'use_recovery_code':
        return { page: recoveryCodePage(facesOf(login)), status: 200 };
      case 'use_one_time_password':
        return look(req, login);
      case 'ask_again':
        return look(req, login, true);
      default:
        if (form.has(FIELD.recoveryCode)) return recoveryCode(req, login, form);
        return (await waitsForDevice(userOf(login).userId))
          ? look(req, login)
          : oneTimePassword(req, login, form);
    }
  }

  return { ask, look, answer };
}
