// Actions of any trigger, at a request for tokens: what all of them are told, and how those that are bound are run.

import type { Logger } from 'pino';
import type { ActionRunner } from '../actions/run-actions.js';
import type { OrganizationFacts } from '../domain/access-facts.js';
import type { ActionsOutcome, ChangesOf, RunnableTrigger } from '../domain/action.js';
import type { JsonObject } from '../domain/json.js';
import type { Tenant } from '../domain/tenant.js';
import type { ActionFacts, TokenFacts } from '../domain/token-facts.js';
import type { ClientConnection } from '../http/contract.js';
import type { Storage } from '../storage/storage.js';

/** What every event says of the configuration. What this server does not know is left out, or empty. */
export function configurationEvent(
  { access: { client } }: TokenFacts,
  bound: ActionFacts,
  organization: OrganizationFacts | null,
  tenant: Tenant,
): JsonObject {
  const known = organization && bound.organizations[organization.id];
  return {
    client: { client_id: client.clientId, name: client.name, metadata: bound.clientMetadata },
    ...(organization && {
      organization: {
        id: organization.id,
        name: organization.name,
        ...(known?.displayName != null && { display_name: known.displayName }),
        metadata: known?.metadata ?? {},
      },
    }),
    tenant: { id: tenant.name },
  };
}

/** What every event says of the request. Nothing here finds out where an address is. */
export function requestEvent(
  method: string,
  { ip, userAgent }: ClientConnection,
  tenant: Tenant,
): JsonObject {
  return {
    method,
    hostname: tenant.domain,
    ip,
    ...(userAgent !== null && { user_agent: userAgent }),
    geoip: {},
  };
}

/**
 * Runs the Actions that are bound, as they are deployed now. One that failed is a warning in the server's own log; one that
 * was deleted since the facts were read has failed, too.
 */
export async function runBoundActions<Trigger extends RunnableTrigger>(
  trigger: Trigger,
  { access }: TokenFacts,
  bound: ActionFacts,
  event: () => JsonObject | Promise<JsonObject>,
  { storage, actions, log }: { storage: Storage; actions: ActionRunner; log: Logger },
): Promise<ActionsOutcome<ChangesOf[Trigger]>> {
  const deployed = await storage.actionsOf(bound.references);
  const outcome: ActionsOutcome<ChangesOf[Trigger]> =
    deployed === null
      ? { kind: 'failed', action: '', because: 'it was deleted meanwhile', output: [] }
      : await actions.run(trigger, deployed, await event());
  warnOfFailure(outcome, access.client.clientId, log);
  return outcome;
}

/** An Action that failed is a warning in the server's own log. */
export function warnOfFailure(outcome: ActionsOutcome, clientId: string, log: Logger): void {
  if (outcome.kind !== 'failed') return;
  const { action, because } = outcome;
  log.warn({ action, because, clientId }, 'an Action failed');
}
