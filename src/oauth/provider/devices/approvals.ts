// GET and POST /u/device: what waits for the users of a paired browser to approve. It needs no session: the browser itself is
// what the user has beside a password.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import type { Approval } from '../../../domain/approval.js';
import type { Authenticator } from '../../../domain/second-factor.js';
import { deviceApprovalsPage, notPairedPage } from '../../../pages/device-approvals.js';
import { FIELD } from '../../../pages/form.js';
import { approveOnDevice } from '../../second-factor/devices.js';
import { changedByUser } from '../../second-factor/log-rows.js';
import type { UserTokenOptions } from '../../user-tokens/options.js';
import { readForm, sendPage } from '../hand-over.js';
import { nameOf } from '../login/interaction-pages.js';
import { paths } from '../paths.js';
import { deviceCsrfToken, deviceKeyOf, isOfDevice } from './device-cookie.js';

/** As many as a page shows of one user; those behind them come when these are answered. */
const MOST_SHOWN = 10;

type Outcome = 'approved' | 'denied' | 'gone';

/** A login that waits, and the device of its user. */
interface Waiting {
  readonly approval: Approval;
  readonly device: Authenticator;
}

export function deviceApprovalPages(
  provider: Provider,
  options: UserTokenOptions,
): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  const { storage, now } = options;
  const { config, approvals, logins } = storage;

  async function waitingOn(devices: readonly Authenticator[]): Promise<readonly Waiting[]> {
    const all = await Promise.all(
      devices.map(async (device) => {
        const pending = await approvals.pendingOf(device.userId, 'second_factor', now(), MOST_SHOWN);
        return pending.map((approval) => ({ approval, device }));
      }),
    );
    return all.flat();
  }

  async function show(waiting: readonly Waiting[], deviceKey: string, outcome?: Outcome): Promise<string> {
    const shown = await Promise.all(
      waiting.map(async ({ approval }) => {
        const { id, clientId, userId, asked, expiresAt } = approval;
        const [client, user] = await Promise.all([config.clients.find(clientId), config.users.find(userId)]);
        return {
          id,
          application: { name: client?.name ?? clientId },
          user: { name: nameOf(user) },
          ipAddress: asked.bindingMessage,
          minutesLeft: Math.ceil((expiresAt.getTime() - now().getTime()) / 60_000),
        };
      }),
    );
    const form = { action: paths.deviceApprovals, csrfToken: deviceCsrfToken(deviceKey) };
    return deviceApprovalsPage({ ...form, logins: shown, outcome });
  }

  /** Only what this browser's own users are asked. */
  async function answer(form: URLSearchParams, waiting: readonly Waiting[]): Promise<Outcome> {
    const found = waiting.find(({ approval }) => approval.id === form.get(FIELD.consent));
    if (found === undefined) return 'gone';
    const { approval, device } = found;
    const { id, userId } = approval;
    const isYes = form.get(FIELD.decision) === 'approve';
    const counts = isYes
      ? await approveOnDevice(id, userId, options)
      : await approvals.decide(id, userId, { status: 'denied' }, now());
    if (!counts) return 'gone';
    if (isYes) await logins.usedAuthenticator(device.id, now());
    await storage.appendLog(changedByUser(isYes ? 'gd_auth_succeed' : 'gd_auth_rejected', device, options));
    return isYes ? 'approved' : 'denied';
  }

  return async (req, res) => {
    const form = req.method === 'POST' ? await readForm(req) : null;
    const deviceKey = deviceKeyOf(provider, req, res);
    const devices = deviceKey === null ? [] : await config.authenticators.pairedAs(deviceKey);
    if (deviceKey === null || devices.length === 0) {
      sendPage(res, 403, notPairedPage());
      return;
    }
    const waiting = await waitingOn(devices);
    if (req.method !== 'POST') {
      sendPage(res, 200, await show(waiting, deviceKey));
      return;
    }
    const isOurs = form !== null && isOfDevice(form.get(FIELD.csrf), deviceKey);
    const outcome = isOurs ? await answer(form, waiting) : 'gone';
    sendPage(res, outcome === 'gone' ? 400 : 200, await show(await waitingOn(devices), deviceKey, outcome));
  };
}
