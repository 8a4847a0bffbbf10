// Around the library's work on one request: its answer in the platform's words, and the row in the log.

import type { EventEmitter } from 'node:events';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { errorPage } from '../../pages/error.js';
import type { Refusal } from '../refusal.js';
import { ownMetadata } from './library/client-metadata.js';
import { pageFaultFrom, refusalFrom } from './faults.js';
import { issuanceOf } from './tokens/issuance.js';
import { answerMembers } from '../user-tokens/answer.js';
import { showPage } from './library/pages.js';
import { loginEntry, tokenEntry } from './log.js';
import type { UserTokenOptions } from '../user-tokens/options.js';
import { trimRefreshTokens } from './tokens/refresh-tokens.js';
import { POLLING_SECONDS } from './tokens/token-form.js';
import { signOutUnasked } from './endpoints/sign-out.js';
import { askedAtTokenEndpoint } from './tokens/token-parameters.js';

interface AnswerOptions extends UserTokenOptions {
  /** Sent with every answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether answers name the rule that decided, in `Grantry-Reason`. */
  readonly reasonHeader: boolean;
}

/** Routes that clients call themselves. */
const JSON_ROUTES = new Set(['token', 'pushed_authorization_request', 'device_authorization', 'revocation']);
const LOGIN_ROUTES = new Set(['authorization', 'resume']);

/** What the library's small scripts may do, which send a form on; it adds their hashes. */
const SCRIPT_POLICY = "default-src 'none'; script-src 'none'; base-uri 'none'; frame-ancestors 'none'";

const FAILURES = [
  'grant.error',
  'authorization.error',
  'pushed_authorization_request.error',
  'device_authorization.error',
  'revocation.error',
  'server_error',
] as const;

/** @param provider gets a middleware. */
export function answerInPlatformWords(provider: Provider, options: AnswerOptions): void {
  const failures = new WeakMap<object, Error>();
  for (const event of FAILURES) {
    // Types name only some of the events that there are.
    provider.on(event as 'server_error', (ctx, error) => void failures.set(ctx.req, error));
  }
  provider.on('server_error', (_ctx, error) => options.log.error({ err: error }, 'the request failed'));
  (provider as EventEmitter).on('error', (error: Error) =>
    options.log.error({ err: error }, 'the request failed'),
  );

  provider.use(async (context, next) => {
    context.set(options.headers);
    context.set('Content-Security-Policy', SCRIPT_POLICY);
    await next();
    const ctx = context as KoaContextWithOIDC;
    const route = (ctx as Partial<KoaContextWithOIDC>).oidc?.route;
    if (route === undefined) return;
    const failure = failures.get(ctx.req) ?? null;
    if (JSON_ROUTES.has(route)) await answerClient(ctx, failure, options);
    if (LOGIN_ROUTES.has(route)) await answerBrowser(ctx, failure, options);
    if (route === 'end_session' && failure === null) await signOutUnasked(ctx);
    if (ctx.status === 303) ctx.status = 302;
  });
}

async function answerClient(
  ctx: KoaContextWithOIDC,
  failure: Error | null,
  options: AnswerOptions,
): Promise<void> {
  const { route } = ctx.oidc;
  const grantType = route === 'token' ? askedAtTokenEndpoint(ctx).grantType : undefined;
  const refusal = failure && refusalFrom(failure, grantType);
  if (refusal) refuse(ctx, refusal);
  else if (route === 'token') {
    complete(ctx);
    await trimRefreshTokens(ctx, options);
  }
  // PA-1: as `library/gaps.ts` has it.
  else if (route === 'pushed_authorization_request' && ctx.oidc.client)
    ctx.body = { ...(ctx.body as object), expires_in: ownMetadata(ctx.oidc.client).pushedRequestSeconds };
  // DV-2; RFC 8628 lets it be left out, and the platform does not.
  else if (route === 'device_authorization')
    ctx.body = { ...(ctx.body as object), interval: POLLING_SECONDS };
  if (options.reasonHeader) ctx.set('Grantry-Reason', refusal?.reason ?? 'granted');
  if (route === 'token' || refusal)
    await options.storage.appendLog(tokenEntry(ctx, refusal, failure, options));
}

function refuse(ctx: KoaContextWithOIDC, { error }: Refusal): void {
  ctx.status = error.status;
  ctx.body = {
    error: error.error,
    error_description: error.description,
    ...(error.uri !== undefined && { error_uri: error.uri }),
    ...error.more,
  };
}

/** What the library cannot know of its own answer. */
function complete(ctx: KoaContextWithOIDC): void {
  const issuance = issuanceOf(ctx);
  if (issuance === null) throw new TypeError('tokens that nothing has been decided about');
  const { scope: _scope, id_token, ...rest } = ctx.body as Record<string, unknown>;
  ctx.body = {
    ...rest,
    // Actions can take it out of what the login asked for.
    ...(issuance.decision.scopes.includes('openid') && id_token !== undefined && { id_token }),
    ...answerMembers(issuance),
  };
}

async function answerBrowser(
  ctx: KoaContextWithOIDC,
  failure: Error | null,
  options: AnswerOptions,
): Promise<void> {
  const { client } = ctx.oidc;
  const fault = failure && pageFaultFrom(failure);
  if (fault && client && ownMetadata(client).showsErrorsHere) {
    // RD-1: nobody is sent to an address of a third party with an error, by a redirect or by a form.
    ctx.remove('Location');
    if (ctx.status < 400) ctx.status = 400;
    showPage(ctx, errorPage({ code: fault.code, description: fault.description }));
  }
  const isDone = issuanceOf(ctx) !== null;
  if (options.reasonHeader && (fault || isDone)) ctx.set('Grantry-Reason', fault?.reason ?? 'granted');
  if (fault || isDone) await options.storage.appendLog(loginEntry(ctx, fault, failure, options));
}
