// Rows about logins and their tokens (design.md D7): what was asked for, what came of it, which rule took what away.

import type { JsonObject } from '../../domain/json.js';
import { logged, type LogType, type NewLogEntry } from '../../domain/log-entry.js';
import type { Tenant } from '../../domain/tenant.js';
import type { TraceStep } from '../../policy/decision.js';
import { rulesOf } from '../outcome.js';
import type { Refusal } from '../refusal.js';
import type { Issuance } from './issuance.js';

/** Who asked, for what. */
export interface LoggedRequest {
  readonly clientId: string | null | undefined;
  readonly clientName: string | undefined;
  /** Null where none is known. */
  readonly userId: string | null;
  readonly ip: string;
  readonly userAgent: string | null;
  readonly audience: string | null;
  readonly requestedScopes: readonly string[] | null;
}

/** What came of it. */
export interface LoggedResult {
  readonly type: LogType;
  /** Null where something was granted. */
  readonly refusal: { readonly reason: Refusal['reason']; readonly description: string } | null;
  /** What the last rule looked at, for people. */
  readonly because: string | null;
  /** Of a refusal; where something was granted, its decision has them. */
  readonly trace: readonly TraceStep[];
  /** Null where nothing was decided, or the policy refused. */
  readonly issuance: Issuance | null;
}

/** The row for a request on behalf of a user. */
export function userEntry(
  request: LoggedRequest,
  { type, refusal, because, trace, issuance }: LoggedResult,
  { tenant, now }: { readonly tenant: Tenant; readonly now: () => Date },
): NewLogEntry {
  const decision = refusal === null ? (issuance?.decision ?? null) : null;
  const organization = decision?.organization ?? null;
  const userAgent = logged(request.userAgent);
  const userId = issuance?.user.userId ?? request.userId;
  const details: JsonObject = {
    ...(decision && { rules: rulesOf(decision.trace), client_grant_id: decision.clientGrantId }),
    ...(trace.length > 0 && { rules: rulesOf(trace) }),
    ...(because !== null && { because: logged(because) }),
    ...(request.requestedScopes && { requested_scope: logged(request.requestedScopes.join(' ')) }),
    ...(decision &&
      decision.dropped.length > 0 && {
        dropped: decision.dropped.slice(0, 50).map(({ scope, source, because }) => ({
          scope: logged(scope),
          source,
          because: logged(because),
        })),
      }),
    ...(refusal && { error: logged(refusal.description) }),
  };
  return {
    date: now(),
    type,
    clientId: logged(request.clientId),
    audience: logged(decision?.audience ?? request.audience),
    organizationId: organization?.id ?? null,
    reason: refusal?.reason ?? 'granted',
    configVersion: issuance?.facts.configVersion ?? null,
    data: {
      ...(refusal && { description: refusal.description }),
      ...(request.clientName !== undefined && { client_name: request.clientName }),
      ip: request.ip,
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
