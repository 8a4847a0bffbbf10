// Rows about logins and their tokens (design.md D7): what was asked for, what came of it, which rule took what away.

import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { JsonObject } from '../../domain/json.js';
import { logged, type LogType, type NewLogEntry } from '../../domain/log-entry.js';
import { connectionOf } from '../../http/router.js';
import type { TraceStep } from '../../policy/decision.js';
import { rulesOf } from '../outcome.js';
import type { Refusal } from '../refusal.js';
import { grantTypes } from '../vocabulary.js';
import { ASKED, readAsked } from './login/asked.js';
import { issuanceOf } from './tokens/issuance.js';
import type { ProviderOptions } from './options.js';
import { askedAtTokenEndpoint } from './tokens/token-parameters.js';
import { RefusedRequest } from './refused-request.js';

/** token-issuance.md 8: success, failure. */
const TOKEN_TYPES: Record<string, readonly [LogType, LogType]> = {
  [grantTypes.authorizationCode]: ['seacft', 'feacft'],
  [grantTypes.refreshToken]: ['sertft', 'fertft'],
  [grantTypes.deviceCode]: ['sede', 'fede'],
  [grantTypes.password]: ['sepft', 'fepft'],
  [grantTypes.passwordRealm]: ['sepft', 'fepft'],
  [grantTypes.tokenExchange]: ['success_on_behalf_of_token_exchange', 'failed_on_behalf_of_token_exchange'],
};

function typeOf(ctx: KoaContextWithOIDC, refusal: Refusal | null): LogType {
  if (ctx.oidc.route === 'pushed_authorization_request') return 'fpar';
  if (ctx.oidc.route === 'device_authorization') return 'fdeaz';
  if (ctx.oidc.route === 'revocation') return 'f';
  if (refusal?.reason === 'refresh_token_reused') return 'ferrt';
  const types = TOKEN_TYPES[askedAtTokenEndpoint(ctx).grantType];
  return types === undefined ? 'f' : types[refusal ? 1 : 0];
}

interface Row {
  readonly type: LogType;
  readonly reason: Refusal['reason'] | null;
  readonly description: string | null;
  readonly because: string | null;
  /** Of a refusal; where something was granted, its decision has them. */
  readonly trace: readonly TraceStep[];
  readonly audience: string | null;
  readonly requestedScopes: readonly string[] | null;
}

function entry(ctx: KoaContextWithOIDC, row: Row, { tenant, now }: ProviderOptions): NewLogEntry {
  const { client, account } = ctx.oidc;
  const issuance = issuanceOf(ctx);
  const decision = row.reason === null ? (issuance?.decision ?? null) : null;
  const organization = decision?.organization ?? null;
  const userAgent = logged(ctx.get('user-agent'));
  const userId = issuance?.user.userId ?? account?.accountId ?? null;
  const details: JsonObject = {
    ...(decision && { rules: rulesOf(decision.trace), client_grant_id: decision.clientGrantId }),
    ...(row.trace.length > 0 && { rules: rulesOf(row.trace) }),
    ...(row.because !== null && { because: logged(row.because) }),
    ...(row.requestedScopes && { requested_scope: logged(row.requestedScopes.join(' ')) }),
    ...(decision &&
      decision.dropped.length > 0 && {
        dropped: decision.dropped.slice(0, 50).map(({ scope, source, because }) => ({
          scope: logged(scope),
          source,
          because: logged(because),
        })),
      }),
    ...(row.description !== null && { error: logged(row.description) }),
  };
  return {
    date: now(),
    type: row.type,
    clientId: logged(client?.clientId),
    audience: logged(decision?.audience ?? row.audience),
    organizationId: organization?.id ?? null,
    reason: row.reason ?? 'granted',
    configVersion: issuance?.facts.configVersion ?? null,
    data: {
      ...(row.description !== null && { description: logged(row.description) }),
      ...(client?.clientName !== undefined && { client_name: client.clientName }),
      ip: connectionOf(ctx.req).ip,
      ...(userAgent !== null && userAgent !== '' && { user_agent: userAgent }),
      ...(userId !== null && { user_id: userId }),
      hostname: tenant.domain,
      tenant_name: tenant.name,
      ...(decision && decision.scopes.length > 0 && { scope: decision.scopes.join(' ') }),
      ...(organization && { organization_name: organization.name }),
      details,
    },
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
  options: ProviderOptions,
): NewLogEntry {
  const asked = ctx.oidc.route === 'token' ? askedAtTokenEndpoint(ctx) : askedOf(ctx);
  const row = {
    type: typeOf(ctx, refusal),
    reason: refusal?.reason ?? null,
    description: refusal?.error.description ?? null,
    because: becauseOf(failure),
    trace: traceOf(failure),
    audience: asked?.audience ?? null,
    requestedScopes: asked?.scopes ?? null,
  };
  return entry(ctx, row, options);
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
  options: ProviderOptions,
): NewLogEntry {
  const asked = askedOf(ctx);
  const isSilent = ctx.oidc.params?.['prompt'] === 'none';
  const [succeeded, failed]: readonly [LogType, LogType] = isSilent ? ['ssa', 'fsa'] : ['s', 'f'];
  const row = {
    type: fault ? failed : succeeded,
    reason: fault?.reason ?? null,
    description: fault?.description ?? null,
    because: becauseOf(failure),
    trace: traceOf(failure),
    audience: asked?.audience ?? null,
    requestedScopes: asked?.scopes ?? null,
  };
  return entry(ctx, row, options);
}
