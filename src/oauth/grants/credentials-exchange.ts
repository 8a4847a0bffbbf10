// The Actions of `credentials-exchange`: what they are told of a request, and what their claims come to.

import type { ActionRunner } from '../../actions/run-actions.js';
import type { ActionsOutcome, CredentialsExchangeChanges } from '../../domain/action.js';
import type { JsonObject } from '../../domain/json.js';
import type { Tenant } from '../../domain/tenant.js';
import type { ActionFacts, TokenFacts } from '../../domain/token-facts.js';
import type { Storage } from '../../storage/storage.js';
import type { Granted } from '../outcome.js';
import type { TokenRequest } from '../token-request.js';

type Outcome = ActionsOutcome<CredentialsExchangeChanges>;

/** The platform's page "Event Object" of the trigger. What this server does not know is left out, or empty. */
function eventOf(
  request: TokenRequest,
  decision: Granted,
  { access: { client } }: TokenFacts,
  facts: ActionFacts,
  tenant: Tenant,
): JsonObject {
  const { organization } = decision;
  const { ip, userAgent, correlationId } = request.connection;
  const known = organization && facts.organizations[organization.id];
  return {
    client: { client_id: client.clientId, name: client.name, metadata: facts.clientMetadata },
    ...(organization && {
      organization: {
        id: organization.id,
        name: organization.name,
        ...(known?.displayName != null && { display_name: known.displayName }),
        metadata: known?.metadata ?? {},
      },
    }),
    request: {
      method: 'POST',
      hostname: tenant.domain,
      ip,
      ...(userAgent !== null && { user_agent: userAgent }),
      geoip: {},
      body: request.readBody(),
    },
    resource_server: { identifier: decision.audience },
    tenant: { id: tenant.name },
    transaction: {
      // AC-8.
      requested_scopes: request.scopes ?? [],
      // AC-7.
      target_scopes: decision.scopes,
      ...(correlationId !== null && { correlation_id: correlationId }),
    },
  };
}

/** Runs the Actions that are bound. */
export async function runCredentialsExchange(
  request: TokenRequest,
  decision: Granted,
  facts: TokenFacts,
  bound: ActionFacts,
  { storage, tenant, actions }: { storage: Storage; tenant: Tenant; actions: ActionRunner },
): Promise<Outcome> {
  const deployed = await storage.actionsOf(bound.references);
  // The log refuses what was decided on facts that are out of date, and the request is decided again.
  if (deployed === null)
    return { kind: 'failed', action: '', because: 'it was deleted meanwhile', output: [] };
  return actions.run('credentials-exchange', deployed, eventOf(request, decision, facts, bound, tenant));
}
