// WHO MAY GET A TOKEN. Everything that decides about access is in this folder: values in, a decision with its reasons
// out. No I/O, no clock, no Express, no database. The token endpoint calls it; explanations and previews will call the
// same function, so they cannot disagree with the tokens.
//
// Each rule cites its row of token-issuance.md (`CC-2`, `MO-6`, ...). docs/decision-table.md lists them all.

import type {
  AccessFacts,
  ClientFacts,
  ClientGrantFacts,
  ResourceServerFacts,
} from '../domain/access-facts.js';
import type {
  AccessRequest,
  ClientAccessRequest,
  ClientDecision,
  ClientDenial,
  Decision,
  UserAccessRequest,
  UserDecision,
} from './decision.js';
import { audienceOf } from './audience.js';
import { decideOrganization } from './organization.js';
import { findClientGrant, grantedScopes } from './client-grant.js';
import { mayBe } from './may-be.js';
import { type PlatformChoices, platformChoices } from './platform-choices.js';
import { Trace } from './trace.js';

/**
 * Decides whether an authenticated client may get a token, with which scopes and for which organization.
 *
 * Total and pure: the same values always give the same answer, it never throws, and whatever it does not understand
 * or does not know it refuses. The order of the rules is that of token-issuance.md 3, so the reason is always the
 * first rule that failed.
 */
export function decideAccess(
  request: ClientAccessRequest,
  facts: AccessFacts,
  choices?: PlatformChoices,
): ClientDecision;
export function decideAccess(
  request: UserAccessRequest,
  facts: AccessFacts,
  choices?: PlatformChoices,
): UserDecision;
export function decideAccess(
  request: AccessRequest,
  facts: AccessFacts,
  choices: PlatformChoices = platformChoices,
): Decision {
  const trace = new Trace();
  try {
    // Fails closed: access for users is not decided yet.
    if (request.subjectType === 'user') throw new Error('not decided yet');
    return decide(request, facts, choices, trace);
  } catch {
    // Fails closed: the facts have another form than their types say.
    const denial = trace.deny('facts', 'FC-2', 'the facts are not complete', {
      reason: 'configuration_not_understood',
      value: 'facts',
    });
    return { granted: false, denial, trace: trace.steps };
  }
}

function decide(
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

  const accessDenial = checkPolicy(request, facts.client, resourceServer, trace);
  if (accessDenial) return refused(accessDenial);

  const clientGrant = requireClientGrant(request, facts, resourceServer, trace);
  if ('reason' in clientGrant) return refused(clientGrant);

  const scopes = decideScopes(request, clientGrant, resourceServer, choices, trace);
  if ('reason' in scopes) return refused(scopes);

  const organization = decideOrganization(request, facts, clientGrant, trace);
  if (organization !== null && 'reason' in organization) return refused(organization);

  const proofDenial = checkProofOfPossession(facts.client, resourceServer, trace);
  if (proofDenial) return refused(proofDenial);

  return {
    granted: true,
    audience: resourceServer.identifier,
    scopes: scopes.granted,
    clientGrantId: clientGrant.id,
    organization,
    trace: trace.steps,
  };
}

/** GE-3, CC-12: the application must have the flow switched on, and some kinds of application can never use it. */
function checkGrantType(
  { grantType }: AccessRequest,
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
  request: AccessRequest,
  facts: AccessFacts,
  trace: Trace,
): ResourceServerFacts | ClientDenial {
  const asked = audienceOf(request, facts.tenant);
  if (asked === null) {
    return trace.deny(
      'resource_server.known',
      'AU-6',
      'no audience was asked for and the tenant has no default',
      {
        reason: 'audience_missing',
      },
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

/** SY-5, CC-1: system APIs are closed to third parties, and `deny_all` beats every grant. */
function checkPolicy(
  { subjectType }: AccessRequest,
  client: ClientFacts,
  resourceServer: ResourceServerFacts,
  trace: Trace,
): ClientDenial | null {
  const audience = resourceServer.identifier;
  if (resourceServer.systemApi !== null && !client.isFirstParty) {
    return trace.deny('resource_server.system_api', 'SY-5', 'a third-party client asks for a system API', {
      reason: 'system_api_closed_to_third_parties',
      audience,
    });
  }
  const policies: Record<string, string | undefined> = {
    client: resourceServer.clientPolicy,
    user: resourceServer.userPolicy,
  };
  const policy = policies[subjectType];
  switch (policy) {
    case 'require_client_grant':
      trace.pass('resource_server.policy', 'CC-2', `the API's ${subjectType} policy is require_client_grant`);
      return null;
    case 'deny_all':
      return trace.deny('resource_server.policy', 'CC-1', `the API's ${subjectType} policy is deny_all`, {
        reason: 'policy_denies_all',
        audience,
      });
    default:
      // Fails closed: `allow_all` does not exist for client access, and neither does anything else.
      return trace.deny('resource_server.policy', 'FC-1', `policy ${policy} is not understood`, {
        reason: 'configuration_not_understood',
        value: `subject_type_authorization.${subjectType}.policy = ${policy}`,
      });
  }
}

/** CC-2, CC-3, CC-11: a grant of the right subject type, the client's own before the shared one. */
function requireClientGrant(
  { subjectType }: AccessRequest,
  facts: AccessFacts,
  resourceServer: ResourceServerFacts,
  trace: Trace,
): ClientGrantFacts | ClientDenial {
  const grant = findClientGrant(facts.clientGrants, facts.client, resourceServer, subjectType);
  if (grant === null) {
    return trace.deny(
      'client_grant',
      'CC-2',
      `no client grant with subject_type ${subjectType} joins the two`,
      {
        reason: 'client_grant_missing',
        audience: resourceServer.identifier,
      },
    );
  }
  trace.pass(
    'client_grant',
    grant.clientId === null ? 'CC-11' : 'CC-4',
    grant.clientId === null ? `default grant ${grant.id}` : `client grant ${grant.id}`,
  );
  return grant;
}

/** CC-4 to CC-8: the grant is the ceiling, and asking for anything outside it is an error. */
function decideScopes(
  request: AccessRequest,
  grant: ClientGrantFacts,
  resourceServer: ResourceServerFacts,
  choices: PlatformChoices,
  trace: Trace,
): { readonly granted: readonly string[] } | ClientDenial {
  const ceiling = grantedScopes(grant, resourceServer, choices);
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
    requested.size > 0 ? 'CC-5' : grant.allowAllScopes ? 'CC-8' : 'CC-4',
    grant.allowAllScopes ? 'every scope of the API' : 'every scope of the client grant',
  );
  return { granted: [...ceiling] };
}

/** Fails closed: no flow here can bind a token to a key yet, so a token that must be bound is not issued. */
function checkProofOfPossession(
  client: ClientFacts,
  resourceServer: ResourceServerFacts,
  trace: Trace,
): ClientDenial | null {
  const who = resourceServer.proofOfPossessionRequiredFor;
  const exempt = who === null || (who === 'public_clients' && client.isConfidential);
  const required = mayBe(client.requiresProofOfPossession) || !exempt;
  if (!required) return null;
  return trace.deny('proof_of_possession', 'PP-1', 'the token would have to be bound to a key', {
    reason: 'proof_of_possession_required',
    audience: resourceServer.identifier,
  });
}
