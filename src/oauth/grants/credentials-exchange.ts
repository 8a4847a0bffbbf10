// The Actions of `credentials-exchange`: what they are told of a request.

import type { Logger } from 'pino';
import type { ActionRunner } from '../../actions/run-actions.js';
import type { ActionsOutcome, CredentialsExchangeChanges } from '../../domain/action.js';
import type { JsonObject } from '../../domain/json.js';
import type { Tenant } from '../../domain/tenant.js';
import type { ActionFacts, TokenFacts } from '../../domain/token-facts.js';
import type { Storage } from '../../storage/storage.js';
import { configurationEvent, requestEvent, runBoundActions } from '../bound-actions.js';
import type { Granted } from '../outcome.js';
import type { TokenRequest } from '../token-request.js';

/** The platform's page "Event Object" of the trigger. */
function eventOf(
  request: TokenRequest,
  decision: Granted,
  facts: TokenFacts,
  bound: ActionFacts,
  tenant: Tenant,
): JsonObject {
  const { correlationId } = request.connection;
  return {
    ...configurationEvent(facts, bound, decision.organization, tenant),
    request: { ...requestEvent('POST', request.connection, tenant), body: request.readBody() },
    resource_server: { identifier: decision.audience },
    transaction: {
      // AC-8.
      requested_scopes: request.scopes ?? [],
      // AC-7.
      target_scopes: decision.scopes,
      ...(correlationId !== null && { correlation_id: correlationId }),
    },
  };
}

/** Runs the Actions that are bound. Where one was deleted meanwhile, the log refuses the row and the request is decided again. */
export async function runCredentialsExchange(
  request: TokenRequest,
  decision: Granted,
  facts: TokenFacts,
  bound: ActionFacts,
  options: { storage: Storage; tenant: Tenant; actions: ActionRunner; log: Logger },
): Promise<ActionsOutcome<CredentialsExchangeChanges>> {
  const event = (): JsonObject => eventOf(request, decision, facts, bound, options.tenant);
  return runBoundActions('credentials-exchange', facts, bound, event, options);
}
