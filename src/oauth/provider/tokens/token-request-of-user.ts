// What a code or a device code comes to: decided again, on facts as they are now.

import type { KoaContextWithOIDC } from 'oidc-provider';
import type { User } from '../../../domain/user.js';
import { laterRequest } from '../../user-tokens/later-request.js';
import type { UserTokenOptions } from '../../user-tokens/options.js';
import { appliedChanges } from '../../user-tokens/post-login.js';
import { decideUserAccess } from '../../user-tokens/user-access.js';
import { authorizationFor } from '../library/request-memory.js';
import { refusedAccess } from '../refused-request.js';
import { remember } from './issuance.js';
import { askedAtTokenEndpoint } from './token-parameters.js';

interface Source {
  readonly grantId?: string | undefined;
}

/**
 * Decides what the tokens for a source may carry, and remembers it for this request. Actions ran at the login: what they
 * changed is done again.
 *
 * @returns the user; undefined when the user or the authorization has gone.
 * @throws RefusedRequest when access is refused by now.
 */
export async function decideToken(
  ctx: KoaContextWithOIDC,
  source: Source,
  options: UserTokenOptions,
): Promise<User | undefined> {
  const { storage, choices } = options;
  const { client, issuer } = ctx.oidc;
  const authorization =
    source.grantId === undefined ? null : await authorizationFor(ctx, source.grantId, storage);
  if (authorization === null || client === undefined) return undefined;
  // The client was authenticated on fresh facts a moment ago.
  const user = await storage.known.user(authorization.userId);
  if (user === null) return undefined;

  const sent = { ...askedAtTokenEndpoint(ctx), bindsKey: ctx.get('DPoP') !== '' };
  const request = laterRequest('code_exchange', authorization, sent, `${issuer}userinfo`);
  const subject = { clientId: client.clientId, userId: user.userId };
  const considered = await decideUserAccess(request, subject, options);
  if (considered === null) return undefined;
  const { facts, decision } = considered;
  if (!decision.granted) throw refusedAccess(considered, decision);
  remember(ctx, {
    ...appliedChanges(decision, authorization.actionChanges, choices),
    user,
    facts,
    authorization,
    grantType: request.grantType,
    otherClaims: {},
  });
  return user;
}
