// A login that an application asks for: what it asks, what is decided about it, and what becomes of it.

import type { KoaContextWithOIDC } from 'oidc-provider';
import type { UserAccessRequest, UserDecision } from '../../../policy/decision.js';
import { SECOND_FACTOR } from '../../../domain/second-factor.js';
import { malformed } from '../../refusal.js';
import { grantTypes } from '../../vocabulary.js';
import { afterActions } from './post-login.js';
import { apiUri } from '../library/api-uri.js';
import { ASKED, type Asked, readAsked } from './asked.js';
import { ownMetadata } from '../library/client-metadata.js';
import type { UserTokenOptions } from '../../user-tokens/options.js';
import { refusedAccess, RefusedRequest } from '../refused-request.js';
import { parameterFault } from './third-parties.js';
import { recordAuthorization } from '../tokens/new-authorization.js';
import { type Considered, decideUserAccess } from '../../user-tokens/user-access.js';

/** What was decided about a login, and on what. */
export interface LoginDecision extends Considered {
  readonly asked: Asked;
  readonly decision: UserDecision;
}

/** The routes of a device, whose user is on another machine. */
const DEVICE_ROUTES = new Set(['device_authorization', 'code_verification', 'device_resume']);

/** What the library keeps of an interaction's answers that are ours. */
export interface OwnResult {
  /** The organization that the user chose, by id; null for none. */
  readonly organization?: { readonly id: string };
  /** Who has shown a second factor for this very request. */
  readonly secondFactor?: { readonly accountId: string };
}

/** What `acr_values` ask for a second factor with (OpenID PAPE 1.0; the platform's page "Step-up Authentication"). */
const MULTI_FACTOR = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor';

const asksForSecondFactor = (acrValues: unknown): boolean =>
  typeof acrValues === 'string' && acrValues.split(' ').includes(MULTI_FACTOR);

/** When whoever is logged in has shown a second factor. Another user's in the same browser counts for nothing. */
function secondFactorOf({ oidc }: KoaContextWithOIDC): Pick<UserAccessRequest, 'secondFactor'> {
  const userId = oidc.account?.accountId;
  if (userId === undefined) return {};
  const { secondFactor } = (oidc.result ?? {}) as OwnResult;
  if (secondFactor?.accountId === userId) return { secondFactor: 'now' };
  const { session } = oidc;
  const isOfSession = session?.accountId === userId && (session.amr ?? []).includes(SECOND_FACTOR);
  return isOfSession ? { secondFactor: 'before' } : {};
}

function requestOf(ctx: KoaContextWithOIDC, asked: Asked): UserAccessRequest {
  const { params, route } = ctx.oidc;
  const isDevice = DEVICE_ROUTES.has(route);
  const responseType = typeof params?.['response_type'] === 'string' ? params['response_type'] : null;
  const isCode = responseType?.split(' ').includes('code') ?? false;
  const chosen = (ctx.oidc.result as OwnResult | undefined)?.organization?.id;
  return {
    subjectType: 'user',
    flow: isDevice ? 'device' : 'authorize',
    grantType: isDevice ? grantTypes.deviceCode : isCode ? grantTypes.authorizationCode : 'implicit',
    audience: asked.audience,
    resource: asked.resource,
    scopes: asked.scopes,
    organization: chosen ?? asked.organization,
    authorizationDetails: asked.authorizationDetails,
    responseType: isDevice ? null : responseType,
    hasCodeChallenge: typeof params?.['code_challenge'] === 'string',
    redirectUri: typeof params?.['redirect_uri'] === 'string' ? params['redirect_uri'] : null,
    userinfoAudience: `${ctx.oidc.issuer}userinfo`,
    // Where a code is exchanged, the key is shown there.
    bindsKey: true,
    hasAgreedToDetails: ctx.oidc.result?.consent !== undefined,
    original: null,
    ...secondFactorOf(ctx),
    asksForSecondFactor: asksForSecondFactor(params?.['acr_values']),
  };
}

const decided = new WeakMap<object, Map<string | null, Promise<LoginDecision>>>();

/**
 * What is decided about the login that the library is working on, with the user as far as there is one. Once for each
 * user of a request.
 *
 * @throws RefusedRequest when the request cannot be understood, or its client has gone.
 */
export function decideLogin(ctx: KoaContextWithOIDC, options: UserTokenOptions): Promise<LoginDecision> {
  const userId = ctx.oidc.account?.accountId ?? null;
  const byUser = decided.get(ctx.req) ?? new Map<string | null, Promise<LoginDecision>>();
  decided.set(ctx.req, byUser);
  const known = byUser.get(userId) ?? decide(ctx, userId, options);
  byUser.set(userId, known);
  return known;
}

async function decide(
  ctx: KoaContextWithOIDC,
  userId: string | null,
  options: UserTokenOptions,
): Promise<LoginDecision> {
  const { client } = ctx.oidc;
  if (client === undefined) throw new TypeError('the library has not found the client yet');
  const asked = readAsked(ctx.oidc.params?.[ASKED]);
  const problem = asked.problem ?? parameterFault(ownMetadata(client), asked.parameters);
  if (problem !== null) throw new RefusedRequest(malformed(problem));
  const subject = { clientId: client.clientId, userId };
  const considered = await decideUserAccess(requestOf(ctx, asked), subject, options);
  if (considered === null) throw new RefusedRequest(malformed('Unknown client'));
  return { asked, ...considered };
}

/** Denials that are questions to the user. */
const QUESTIONS = new Set([
  'login_required',
  'organization_selection_required',
  'mfa_required',
  'consent_required',
]);

/**
 * A login that nothing speaks against but what the user can still be asked (Q5: before the login).
 *
 * @throws RefusedRequest when the application may not have what it asks for, whoever the user is.
 */
export async function askableLogin(
  ctx: KoaContextWithOIDC,
  options: UserTokenOptions,
): Promise<LoginDecision> {
  const login = await decideLogin(ctx, options);
  const { decision } = login;
  if (decision.granted || QUESTIONS.has(decision.denial.reason)) return login;
  throw refusedAccess(login, decision);
}

/**
 * The API that a login is for, in the library's words.
 *
 * @throws RefusedRequest as `askableLogin` does.
 */
export async function requestedApi(ctx: KoaContextWithOIDC, options: UserTokenOptions): Promise<string> {
  const { facts } = await askableLogin(ctx, options);
  return apiUri(facts.access.resourceServer?.identifier ?? null);
}

/** Nothing of a login lives longer where its client has no refresh token; a code is exchanged within minutes. */
const SECONDS_WITHOUT_REFRESH = 86_400 * 30;

/**
 * Ends a login that nothing is left to ask about: Actions run, and what the user lets the client do is written down.
 *
 * @returns what an Action wants to be asked all the same; null when the login has ended.
 * @throws RefusedRequest when access is refused after all.
 */
export async function concludeLogin(
  ctx: KoaContextWithOIDC,
  options: UserTokenOptions,
): Promise<'second_factor' | null> {
  const login = await decideLogin(ctx, options);
  const { decision, request, facts } = login;
  const { grant, client, account, session } = ctx.oidc;
  if (!decision.granted) throw refusedAccess(login, decision);
  if (grant?.jti === undefined || client === undefined || account === undefined) {
    throw new TypeError('a login without a user, a client or a grant');
  }
  const user = await options.storage.config.users.find(account.accountId);
  if (user === null) throw new TypeError('the user has gone');
  const authenticatedAt = session?.loginTs === undefined ? options.now() : new Date(session.loginTs * 1000);
  const final = await afterActions(ctx, { user, request, facts, decision, authenticatedAt }, options);
  if ('denial' in final) {
    if (final.denial.reason === 'mfa_required') return 'second_factor';
    throw refusedAccess(login, final);
  }
  const agreed = {
    ...final,
    id: grant.jti,
    user,
    request,
    facts,
    authenticatedAt,
    secondsWithoutRefresh: SECONDS_WITHOUT_REFRESH,
    otherClaims: {},
  };
  await recordAuthorization(ctx, agreed, options);
  if (final.decision.scopes.includes('openid')) grant.addOIDCScope('openid');
  grant.addResourceScope(apiUri(final.decision.audience), 'access');
  return null;
}
