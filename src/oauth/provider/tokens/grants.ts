// Grant types that the platform has and the library has not: their users are found here, and their tokens made by the
// library as for every other.

import { randomBytes } from 'node:crypto';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { ActionChanges } from '../../../domain/authorization.js';
import type { JsonObject } from '../../../domain/json.js';
import type { TokenFacts } from '../../../domain/token-facts.js';
import type { User } from '../../../domain/user.js';
import type { DenyReason, UserAccessRequest, UserGranted } from '../../../policy/decision.js';
import { afterActions } from '../login/post-login.js';
import { apiUri } from '../library/api-uri.js';
import { issueTokens } from '../library/internals.js';
import type { UserTokenOptions } from '../../user-tokens/options.js';
import { refusedAccess, RefusedRequest } from '../refused-request.js';
import { askForSecondFactor, canWait } from '../../second-factor/transaction.js';
import { decideUserAccess } from '../../user-tokens/user-access.js';
import { askedAtTokenEndpoint } from './token-parameters.js';
import { recordAuthorization } from './new-authorization.js';

/** A user whom a grant type has found, and what it asks of the policy. */
export interface FoundUser {
  readonly user: User;
  readonly request: UserAccessRequest;
  /** Claims that the flow adds to access tokens. */
  readonly otherClaims: JsonObject;
  /** When the user signed in, where that was before. */
  readonly authenticatedAt?: Date;
}

/** What a request without a browser asks for. */
export function requestWithoutBrowser(
  ctx: KoaContextWithOIDC,
  flow: UserAccessRequest['flow'],
): UserAccessRequest {
  const { grantType, audience, resource, scopes, organization } = askedAtTokenEndpoint(ctx);
  return {
    subjectType: 'user',
    flow,
    grantType,
    audience,
    resource,
    scopes,
    organization,
    userinfoAudience: `${ctx.oidc.issuer}userinfo`,
    authorizationDetails: null,
    responseType: null,
    hasCodeChallenge: false,
    redirectUri: null,
    hasAgreedToDetails: false,
    bindsKey: ctx.get('DPoP') !== '',
    original: null,
  };
}

interface Decided {
  readonly facts: TokenFacts;
  readonly decision: UserGranted;
  readonly changes: ActionChanges;
}

async function decide(
  ctx: KoaContextWithOIDC,
  { user, request, otherClaims }: FoundUser,
  options: UserTokenOptions,
): Promise<Decided> {
  const { clientId } = askedAtTokenEndpoint(ctx);
  const { userId } = user;
  const considered = await decideUserAccess(request, { clientId, userId }, options);
  if (considered === null) throw new TypeError('the client has gone');
  const { facts, decision } = considered;
  const authenticatedAt = request.flow === 'password' ? options.now() : null;
  const final = decision.granted
    ? await afterActions(ctx, { user, request, facts, decision, authenticatedAt }, options)
    : decision;
  if (!('denial' in final)) return { facts, ...final };
  if (final.denial.reason !== 'mfa_required' || !canWait(request)) throw refusedAccess(considered, final);
  const waiting = { clientId, userId, request, otherClaims, authenticatedAt: options.now() };
  const refusal = await askForSecondFactor(waiting, null, options);
  throw new RefusedRequest(refusal, { trace: final.trace, userId });
}

/**
 * Refuses what no user would change: whoever may not ask learns nothing about passwords, and runs no Action.
 *
 * @param open what stands in the way only until it is known who the user is.
 * @returns the facts about the request.
 * @throws RefusedRequest
 */
export async function refuseBeforeLogin(
  ctx: KoaContextWithOIDC,
  request: UserAccessRequest,
  options: UserTokenOptions,
  open: ReadonlySet<DenyReason> = new Set<DenyReason>(['login_required']),
): Promise<TokenFacts> {
  const { clientId } = askedAtTokenEndpoint(ctx);
  const considered = await decideUserAccess(request, { clientId, userId: null }, options);
  if (considered === null) throw new TypeError('the client has gone');
  const { decision, facts } = considered;
  if (decision.granted || open.has(decision.denial.reason)) return facts;
  throw refusedAccess(considered, decision);
}

/** Decides, writes down what the client may do from now on, and has the library make the tokens. */
export async function issueTo(
  provider: Provider,
  ctx: KoaContextWithOIDC,
  found: FoundUser,
  options: UserTokenOptions,
): Promise<void> {
  const { facts, decision, changes } = await decide(ctx, found, options);
  const id = randomBytes(32).toString('base64url');
  const authenticatedAt = found.authenticatedAt ?? options.now();
  const secondsWithoutRefresh = facts.token?.lifetimeSeconds ?? 86_400;
  const agreed = { ...found, id, facts, decision, changes, authenticatedAt, secondsWithoutRefresh };
  await recordAuthorization(ctx, agreed, options);
  const isOpenid = decision.scopes.includes('openid');
  await issueTokens(provider, ctx, {
    accountId: found.user.userId,
    grantId: id,
    resource: apiUri(decision.audience),
    scope: isOpenid ? 'openid access' : 'access',
    authTime: Math.floor(authenticatedAt.getTime() / 1000),
    gty: found.request.grantType,
  });
}
