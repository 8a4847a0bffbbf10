// Client credentials: a token for the client itself (token-issuance.md 4.1 to 4.3).

import type { AccessFacts, ClientFacts, ResourceServerFacts } from '../domain/access-facts.js';
import { audienceOf } from './audience.js';
import type { ClientAccessRequest, ClientDecision, ClientDenial } from './decision.js';
import { type ClientGate, passAsClient } from './gate.js';
import { mayBe } from './may-be.js';
import { decideOrganization } from './organization.js';
import type { PlatformChoices } from './platform-choices.js';
import { mustBindKey } from './proof-of-possession.js';
import type { Trace } from './trace.js';

export function decideForClient(
  request: ClientAccessRequest,
  facts: AccessFacts,
  choices: PlatformChoices,
  trace: Trace,
): ClientDecision {
  const refused = (denial: ClientDenial): ClientDecision => ({ granted: false, denial, trace: trace.steps });

  const flowDenial = checkGrantType(request, facts.client, trace);
  if (flowDenial) return refused(flowDenial);

  const resourceServer = resolveResourceServer(request, facts, trace);
  if ('reason' in resourceServer) return refused(resourceServer);

  const gate = passAsClient(facts, resourceServer, choices, trace);
  if ('reason' in gate) return refused(gate);

  const scopes = decideScopes(request, gate, choices, trace);
  if ('reason' in scopes) return refused(scopes);

  const organization = decideOrganization(request, facts, gate.clientGrant, trace);
  if (organization !== null && 'reason' in organization) return refused(organization);

  const proofDenial = checkProofOfPossession(facts.client, resourceServer, trace);
  if (proofDenial) return refused(proofDenial);

  return {
    granted: true,
    audience: resourceServer.identifier,
    scopes: scopes.granted,
    clientGrantId: gate.clientGrant.id,
    organization,
    trace: trace.steps,
  };
}

/** GE-3, CC-12: the application must have the flow switched on, and some kinds of application can never use it. */
function checkGrantType(
  { grantType }: ClientAccessRequest,
  client: ClientFacts,
  trace: Trace,
): ClientDenial | null {
  const denial = { reason: 'grant_type_not_allowed', grantType } as const;
  if (!client.grantTypes.includes(grantType)) {
    return trace.deny(
      'client.grant_type',
      'GE-3',
      `the client's grant_types do not list ${grantType}`,
      denial,
    );
  }
  if (!client.isConfidential) {
    return trace.deny('client.grant_type', 'CC-12', 'the client cannot authenticate itself', denial);
  }
  if (mayBe(client.isSelfRegistered)) {
    return trace.deny('client.grant_type', 'CC-12', 'the client registered itself', denial);
  }
  trace.pass('client.grant_type', 'GE-3', `the client may use ${grantType}`);
  return null;
}

/** AU-1 to AU-3, AU-5, AU-6: identifiers are compared letter by letter, a final slash included. */
function resolveResourceServer(
  request: ClientAccessRequest,
  facts: AccessFacts,
  trace: Trace,
): ResourceServerFacts | ClientDenial {
  const asked = audienceOf(request, facts.tenant);
  if (asked === null) {
    return trace.deny(
      'resource_server.known',
      'AU-6',
      'no audience was asked for and the tenant has no default',
      { reason: 'audience_missing' },
    );
  }
  const { audience, source, because } = asked;
  const { resourceServer } = facts;
  if (resourceServer === null || resourceServer.identifier !== audience) {
    return trace.deny('resource_server.known', 'AU-5', 'no API has this identifier', {
      reason: 'resource_server_unknown',
      audience,
    });
  }
  trace.pass('resource_server.known', source, because);
  return resourceServer;
}

/** CC-4 to CC-8: the grant is the ceiling, and asking for anything outside it is an error. */
function decideScopes(
  request: ClientAccessRequest,
  { clientGrant, ceiling }: ClientGate,
  choices: PlatformChoices,
  trace: Trace,
): { readonly granted: readonly string[] } | ClientDenial {
  const requested = new Set(request.scopes);
  const missing = [...requested].filter((scope) => !ceiling.has(scope));
  if (missing.length > 0) {
    return trace.deny('scopes', 'CC-6', `not in the client grant: ${missing.join(' ')}`, {
      reason: 'scopes_not_granted',
      missing,
    });
  }
  if (requested.size > 0 && choices.clientCredentialsScopes === 'requested_part') {
    trace.pass('scopes', 'CC-5', 'the requested part of the client grant');
    return { granted: [...ceiling].filter((scope) => requested.has(scope)) };
  }
  trace.pass(
    'scopes',
    requested.size > 0 ? 'CC-5' : clientGrant.allowAllScopes ? 'CC-8' : 'CC-4',
    clientGrant.allowAllScopes ? 'every scope of the API' : 'every scope of the client grant',
  );
  return { granted: [...ceiling] };
}

/** PP-1: this flow does not bind tokens to keys, so a token that must be bound is not issued. */
function checkProofOfPossession(
  client: ClientFacts,
  resourceServer: ResourceServerFacts,
  trace: Trace,
): ClientDenial | null {
  if (!mustBindKey(client, resourceServer)) return null;
  return trace.deny('proof_of_possession', 'PP-1', 'the token would have to be bound to a key', {
    reason: 'proof_of_possession_required',
    audience: resourceServer.identifier,
  });
}
