// GET and POST /u/pair: the link that makes a browser one on which a user approves logins.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import { FIELD } from '../../../pages/form.js';
import {
  devicePairedPage,
  pairedDevicePage,
  pairingCancelledPage,
  pairingProblemPage,
} from '../../../pages/pairing.js';
import { findPairing, PAIRING_TOKEN, pairDevice } from '../../second-factor/devices.js';
import type { UserTokenOptions } from '../../user-tokens/options.js';
import { isOfVisitor, visitorOf } from '../backchannel/visitor.js';
import { queryOf, readForm, sendPage } from '../hand-over.js';
import { nameOf } from '../login/interaction-pages.js';
import { paths } from '../paths.js';
import { deviceKeyOf, keepDeviceKey } from './device-cookie.js';

export function pairingPages(
  provider: Provider,
  options: UserTokenOptions,
): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  const { storage, tenant } = options;
  return async (req, res) => {
    const token = queryOf(req).get(PAIRING_TOKEN) ?? '';
    const found = /^[\w-]{43}$/.test(token) ? await findPairing(token, options) : 'unknown';
    if (typeof found === 'string') {
      req.resume();
      sendPage(res, 400, pairingProblemPage({ problem: found }));
      return;
    }
    const form = req.method === 'POST' ? await readForm(req) : null;
    const visitor = await visitorOf(provider, req, res, storage);
    if (form === null || !isOfVisitor(form.get(FIELD.csrf), visitor)) {
      const action = `${paths.pairing}?${new URLSearchParams({ [PAIRING_TOKEN]: token }).toString()}`;
      const page = pairedDevicePage({
        action,
        csrfToken: visitor.csrfToken,
        user: { name: nameOf(found.user) },
      });
      sendPage(res, req.method === 'POST' ? 400 : 200, page);
      return;
    }
    if (form.get(FIELD.decision) !== 'pair') {
      sendPage(res, 200, pairingCancelledPage());
      return;
    }
    const paired = await pairDevice(token, deviceKeyOf(provider, req, res), options);
    if (typeof paired === 'string') {
      sendPage(res, 400, pairingProblemPage({ problem: paired }));
      return;
    }
    keepDeviceKey(provider, req, res, paired.deviceKey);
    sendPage(
      res,
      200,
      devicePairedPage({ approvalsUrl: `${tenant.issuer}${paths.deviceApprovals.slice(1)}` }),
    );
  };
}
