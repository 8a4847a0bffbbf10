// The rows of requests that the library answers.

import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { LogType, NewLogEntry } from '../../domain/log-entry.js';
import { connectionOf } from '../../http/connection.js';
import type { TraceStep } from '../../policy/decision.js';
import type { Refusal } from '../refusal.js';
import type { TokenRequest } from '../token-request.js';
import { type LoggedRequest, userEntry } from '../user-tokens/log.js';
import { ACCESS_TOKEN_TYPE, grantTypes } from '../vocabulary.js';
import { ASKED, readAsked } from './login/asked.js';
import { issuanceOf } from './tokens/issuance.js';
import type { UserTokenOptions } from '../user-tokens/options.js';
import { askedAtTokenEndpoint } from './tokens/token-parameters.js';
import { RefusedRequest } from './refused-request.js';

/** token-issuance.md 8: success, failure. */
const TOKEN_TYPES: Record<string, readonly [LogType, LogType]> = {
  [grantTypes.authorizationCode]: ['seacft', 'feacft'],
  [grantTypes.deviceCode]: ['sede', 'fede'],
  [grantTypes.password]: ['sepft', 'fepft'],
  [grantTypes.passwordRealm]: ['sepft', 'fepft'],
  [grantTypes.mfaOtp]: ['seotpft', 'feotpft'],
  [grantTypes.mfaOob]: ['seoobft', 'feoobft'],
  [grantTypes.mfaRecoveryCode]: ['sercft', 'fercft'],
  [grantTypes.ciba]: ['ciba_exchange_succeeded', 'ciba_exchange_failed'],
};

function tokenTypesOf({ grantType, parameters }: TokenRequest): readonly [LogType, LogType] {
  if (grantType !== grantTypes.tokenExchange) return TOKEN_TYPES[grantType] ?? ['f', 'f'];
  return parameters.get('subject_token_type') === ACCESS_TOKEN_TYPE
    ? ['success_on_behalf_of_token_exchange', 'failed_on_behalf_of_token_exchange']
    : ['secte', 'fecte'];
}

function typeOf(ctx: KoaContextWithOIDC, refusal: Refusal | null): LogType {
  if (ctx.oidc.route === 'pushed_authorization_request') return 'fpar';
  if (ctx.oidc.route === 'device_authorization') return 'fdeaz';
  if (ctx.oidc.route === 'revocation') return 'f';
  return tokenTypesOf(askedAtTokenEndpoint(ctx))[refusal ? 1 : 0];
}

/** @param asked null where the request could not be understood. */
function requestOf(
  ctx: KoaContextWithOIDC,
  asked: { readonly audience: string | null; readonly scopes: readonly string[] | null } | null,
  failure: Error | null,
): LoggedRequest {
  const { client, account } = ctx.oidc;
  return {
    clientId: client?.clientId,
    clientName: client?.clientName,
    userId: account?.accountId ?? (failure instanceof RefusedRequest ? failure.userId : null),
    ip: connectionOf(ctx.req).ip,
    userAgent: ctx.get('user-agent'),
    audience: asked?.audience ?? null,
    requestedScopes: asked?.scopes ?? null,
  };
}

const traceOf = (failure: Error | null): readonly TraceStep[] =>
  failure instanceof RefusedRequest ? failure.trace : [];

function becauseOf(failure: Error | null): string | null {
  if (failure instanceof RefusedRequest) return failure.because ?? failure.trace.at(-1)?.because ?? null;
  return failure instanceof errors.OIDCProviderError ? (failure.error_detail ?? null) : null;
}

/** The row for a request of a client: to the token endpoint, or a refusal of another one. */
export function tokenEntry(
  ctx: KoaContextWithOIDC,
  refusal: Refusal | null,
  failure: Error | null,
  options: UserTokenOptions,
): NewLogEntry {
  const asked = ctx.oidc.route === 'token' ? askedAtTokenEndpoint(ctx) : askedOf(ctx);
  const result = {
    type: typeOf(ctx, refusal),
    refusal: refusal && { reason: refusal.reason, description: refusal.error.description },
    because: becauseOf(failure),
    trace: traceOf(failure),
    issuance: issuanceOf(ctx),
  };
  return userEntry(requestOf(ctx, asked, failure), result, options);
}

function askedOf(ctx: KoaContextWithOIDC) {
  try {
    return readAsked(ctx.oidc.params?.[ASKED]);
  } catch {
    return null;
  }
}

/** The row for a login that ended, well or not. */
export function loginEntry(
  ctx: KoaContextWithOIDC,
  fault: { readonly reason: Refusal['reason']; readonly description: string } | null,
  failure: Error | null,
  options: UserTokenOptions,
): NewLogEntry {
  const isSilent = ctx.oidc.params?.['prompt'] === 'none';
  const [succeeded, failed]: readonly [LogType, LogType] = isSilent ? ['ssa', 'fsa'] : ['s', 'f'];
  const result = {
    type: fault ? failed : succeeded,
    refusal: fault,
    because: becauseOf(failure),
    trace: traceOf(failure),
    issuance: issuanceOf(ctx),
  };
  return userEntry(requestOf(ctx, askedOf(ctx), failure), result, options);
}
