// GET /v2/logout, the platform's older way of signing out: at once, and to an address that is registered.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import { isUnstorable } from '../../../domain/text.js';
import { z } from 'zod';
import { errorPage } from '../../../pages/error.js';
import { signedOutPage } from '../../../pages/logout.js';
import { pageHeaders } from '../../../pages/security-policy.js';
import type { Storage } from '../../../storage/storage.js';
import { ownMetadataOf } from '../library/client-metadata.js';
import type { UserTokenOptions } from '../../user-tokens/options.js';
import { isRegistered } from '../../redirect-uris.js';
import { endSession } from './sign-out.js';

const urls = z.array(z.string()).catch([]);

/** For whoever names no application (D:authenticate/login/logout/redirect-users-after-logout). */
async function tenantUrls({ config }: Pick<Storage, 'config'>): Promise<readonly string[]> {
  const { settings } = await config.tenantSettings.get();
  return urls.parse(settings['allowed_logout_urls']);
}

export function logout(
  provider: Provider,
  { storage, tenant }: UserTokenOptions,
): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  return async (req, res) => {
    const query = new URL(req.url ?? '/', tenant.issuer).searchParams;
    const returnTo = query.get('returnTo');
    const clientId = query.get('client_id');
    const client =
      clientId === null || isUnstorable(clientId) ? null : await storage.config.clients.find(clientId);
    const registered =
      clientId === null ? await tenantUrls(storage) : client && ownMetadataOf(client).logoutUrls;
    if (returnTo !== null && !isRegistered(returnTo, registered ?? [])) {
      res.writeHead(400, pageHeaders());
      res.end(
        errorPage({
          code: 'invalid_request',
          description: 'The "returnTo" querystring parameter is not defined as a valid URL',
        }),
      );
      return;
    }
    const ctx = provider.createContext(req, res);
    const session = await provider.Session.get(ctx);
    await endSession(provider, session, ctx);
    if (returnTo === null) {
      res.writeHead(200, pageHeaders());
      res.end(signedOutPage({ application: client ? { name: client.name } : undefined }));
    } else {
      res.writeHead(302, { ...pageHeaders(), Location: returnTo });
      res.end();
    }
  };
}
