// What a code, a refresh token or a device code comes to: decided again at every request, on facts as they are now.

import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Authorization } from '../../../domain/authorization.js';
import type { User } from '../../../domain/user.js';
import type { UserAccessRequest, UserFlow } from '../../../policy/decision.js';
import { grantTypes } from '../../vocabulary.js';
import { appliedChanges, runPostLogin } from '../login/actions.js';
import { remember } from './issuance.js';
import type { ProviderOptions } from '../options.js';
import { authorizationFor } from '../library/request-memory.js';
import { decideUserAccess, refusedAccess } from '../user-access.js';
import { askedAtTokenEndpoint } from './token-parameters.js';

interface Source {
  readonly kind?: string;
  readonly grantId?: string | undefined;
}

function requestOf(ctx: KoaContextWithOIDC, authorization: Authorization, flow: UserFlow): UserAccessRequest {
  const asked = askedAtTokenEndpoint(ctx);
  const { audience, grantedScopes, organizationId, authorizationDetails } = authorization;
  const isSameApi = asked.audience === null || asked.audience === audience;
  return {
    subjectType: 'user',
    flow,
    grantType: flow === 'refresh' ? grantTypes.refreshToken : authorization.grantType,
    audience: asked.audience ?? audience,
    resource: null,
    scopes: flow === 'refresh' ? asked.scopes : grantedScopes,
    organization: organizationId,
    // They are about the API of the login.
    authorizationDetails: isSameApi ? authorizationDetails : null,
    responseType: null,
    hasCodeChallenge: true,
    redirectUri: null,
    hasAgreedToDetails: false,
    bindsKey: ctx.get('DPoP') !== '',
    userinfoAudience: `${ctx.oidc.issuer}userinfo`,
    original: { audience, scopes: grantedScopes, needsConsent: authorization.needsConsent },
  };
}

/**
 * Decides what the tokens for a source may carry, and remembers it for this request. Actions ran at the login; they run
 * again at every refresh (token-issuance.md RT-10).
 *
 * @returns the user; undefined when the user or the authorization has gone.
 * @throws RefusedRequest when access is refused by now.
 */
export async function decideToken(
  ctx: KoaContextWithOIDC,
  source: Source,
  options: ProviderOptions,
): Promise<User | undefined> {
  const { storage, choices } = options;
  const { client } = ctx.oidc;
  const authorization =
    source.grantId === undefined ? null : await authorizationFor(ctx, source.grantId, storage);
  if (authorization === null || client === undefined) return undefined;
  // The client was authenticated on fresh facts a moment ago.
  const user = await storage.known.user(authorization.userId);
  if (user === null) return undefined;

  const flow: UserFlow = source.kind === 'RefreshToken' ? 'refresh' : 'code_exchange';
  const subject = { clientId: client.clientId, userId: user.userId };
  const considered = await decideUserAccess(requestOf(ctx, authorization, flow), subject, options);
  if (considered === null) return undefined;
  const { request, facts, decision } = considered;
  if (!decision.granted) throw refusedAccess(considered, decision);
  const final =
    flow === 'refresh'
      ? await runPostLogin({ ctx, user, request, facts, decision }, options)
      : appliedChanges(decision, authorization.actionChanges, choices);
  remember(ctx, {
    user,
    facts,
    decision: final.decision,
    authorization,
    changes: final.changes,
    grantType: request.grantType,
    otherClaims: {},
  });
  return user;
}
