import type { IncomingMessage } from 'node:http';
import type { JsonObject } from '../domain/json.js';
import { logged, type LogType, type NewLogEntry } from '../domain/log-entry.js';
import type { Tenant } from '../domain/tenant.js';
import { connectionOf } from '../http/connection.js';
import { audienceOf } from '../policy/audience.js';
import type { Outcome } from './outcome.js';
import type { TokenRequest } from './token-request.js';
import { grantTypes } from './vocabulary.js';

function logType(request: TokenRequest | null, isRefused: boolean): LogType {
  if (request?.grantType !== grantTypes.clientCredentials) return 'f';
  return isRefused ? 'feccft' : 'seccft';
}

/** The row for a request (design.md D7): what was asked for, what was decided, and why. */
export function tokenLogEntry(
  req: IncomingMessage,
  request: TokenRequest | null,
  outcome: Outcome,
  { tenant, now }: { tenant: Tenant; now: () => Date },
): NewLogEntry {
  const { facts, refusal } = outcome;
  const client = request?.connection ?? connectionOf(req);
  const granted = refusal ? null : outcome.decision;
  const askedFor = request && facts ? audienceOf(request, facts.access.tenant)?.audience : request?.audience;
  const organization = granted?.organization;
  const scopes = granted?.scopes ?? request?.scopes;
  const details: JsonObject = {
    rules: outcome.rules,
    ...(outcome.because !== null && { because: logged(outcome.because) }),
    ...(granted && { client_grant_id: granted.clientGrantId }),
    ...(request?.scopes && { requested_scope: logged(request.scopes.join(' ')) }),
    ...(request?.organization && { requested_organization: logged(request.organization) }),
    ...(refusal && { error: refusal.error.error }),
    ...(outcome.output?.length && {
      actions: outcome.output.map(({ action, text }) => ({ action, output: text })),
    }),
  };
  return {
    date: now(),
    type: logType(request, refusal !== null),
    clientId: logged(request?.clientId),
    audience: logged(granted?.audience ?? askedFor),
    organizationId: organization?.id ?? null,
    reason: refusal?.reason ?? 'granted',
    configVersion: facts?.configVersion ?? null,
    data: {
      ...(refusal && { description: logged(refusal.error.description) }),
      ...(facts && { client_name: facts.access.client.name }),
      ip: client.ip,
      ...(client.userAgent !== null && { user_agent: client.userAgent }),
      hostname: tenant.domain,
      tenant_name: tenant.name,
      ...(scopes && scopes.length > 0 && { scope: granted ? scopes.join(' ') : logged(scopes.join(' ')) }),
      ...(organization && { organization_name: organization.name }),
      details,
    },
  };
}
