// May this client have any token at all for this API? The same gate for both subject types: system APIs, the API's policy,
// and the client grant, in that order (token-issuance.md 3, "Access gate").

import type {
  AccessFacts,
  ClientFacts,
  ClientGrantFacts,
  ResourceServerFacts,
} from '../domain/access-facts.js';
import type { SubjectType } from '../domain/access-policy.js';
import type { ClientDenial } from './decision.js';
import { findClientGrant, grantedScopes } from './client-grant.js';
import { isStrictThirdParty, isThirdParty } from './client-kind.js';
import type { PlatformChoices } from './platform-choices.js';
import type { Trace } from './trace.js';

type GateDenial = Extract<
  ClientDenial,
  {
    reason:
      | 'system_api_closed_to_third_parties'
      | 'policy_denies_all'
      | 'client_grant_missing'
      | 'configuration_not_understood';
  }
>;

/** The rows that speak about one kind of access. */
interface Rows {
  readonly systemApi: string;
  readonly denyAll: string;
  readonly needsGrant: string;
  readonly ownGrant: string;
  readonly sharedGrant: string;
  readonly noGrant: string;
}

const clientRows: Rows = {
  systemApi: 'SY-5',
  denyAll: 'CC-1',
  needsGrant: 'CC-2',
  ownGrant: 'CC-4',
  sharedGrant: 'CC-11',
  noGrant: 'CC-2',
};

/** For users the rows depend on what kind of application it is (4.4 to 4.6). */
function userRows(client: ClientFacts): Rows {
  if (isStrictThirdParty(client)) {
    return {
      systemApi: 'TP-6',
      denyAll: 'TP-5',
      needsGrant: 'TP-1',
      ownGrant: 'TP-1',
      sharedGrant: 'TP-2',
      noGrant: 'TP-4',
    };
  }
  const rows = { denyAll: 'US-1', needsGrant: 'US-2', sharedGrant: 'PM-2', noGrant: 'US-2' };
  return isThirdParty(client)
    ? { ...rows, systemApi: 'PM-3', ownGrant: 'PM-1' }
    : { ...rows, systemApi: 'SY-5', ownGrant: 'US-5' };
}

/** What the gate lets through. */
export interface Gate {
  /** Null where the policy asks for none. */
  readonly clientGrant: ClientGrantFacts | null;
  /** No token of the client for the API has more. */
  readonly ceiling: ReadonlySet<string>;
}

export interface ClientGate extends Gate {
  readonly clientGrant: ClientGrantFacts;
}

/** Client credentials: always by a client grant. */
export function passAsClient(
  facts: AccessFacts,
  resourceServer: ResourceServerFacts,
  choices: PlatformChoices,
  trace: Trace,
): ClientGate | GateDenial {
  const denial = checkSystemApi(facts.client, resourceServer, clientRows, trace);
  if (denial) return denial;
  const policy: string | undefined = resourceServer.clientPolicy;
  if (policy === 'deny_all') return deniesAll('client', resourceServer, clientRows, trace);
  // Fails closed: `allow_all` does not exist for client access, and neither does anything else.
  if (policy !== 'require_client_grant') return notUnderstood('client', policy, trace);
  trace.pass(
    'resource_server.policy',
    clientRows.needsGrant,
    "the API's client policy is require_client_grant",
  );
  return requireClientGrant(facts, resourceServer, 'client', clientRows, choices, trace);
}

/** Access for users: by the API's policy, and for strict third parties always by a client grant. */
export function passAsUser(
  facts: AccessFacts,
  resourceServer: ResourceServerFacts,
  choices: PlatformChoices,
  trace: Trace,
): Gate | GateDenial {
  const { client } = facts;
  const rows = userRows(client);
  const denial = checkSystemApi(client, resourceServer, rows, trace);
  if (denial) return denial;
  const policy: string | undefined = resourceServer.userPolicy;
  if (policy === 'deny_all') return deniesAll('user', resourceServer, rows, trace);
  if (policy !== 'allow_all' && policy !== 'require_client_grant')
    return notUnderstood('user', policy, trace);
  if (policy === 'require_client_grant' || isStrictThirdParty(client)) {
    trace.pass(
      'resource_server.policy',
      rows.needsGrant,
      `the API's user policy is ${policy}; the client needs a client grant`,
    );
    return requireClientGrant(facts, resourceServer, 'user', rows, choices, trace);
  }
  trace.pass('resource_server.policy', 'US-9', "the API's user policy is allow_all");
  const everything: Gate = { clientGrant: null, ceiling: new Set(resourceServer.scopes) };
  if (!choices.userGrantCapsUnderAllowAll) return everything;
  const clientGrant = findClientGrant(facts.clientGrants, client, resourceServer, 'user');
  return clientGrant
    ? { clientGrant, ceiling: grantedScopes(clientGrant, resourceServer, choices) }
    : everything;
}

/** TP-6, PM-3, SY-5: system APIs are closed to third parties. Fails closed: an API may be one. */
function checkSystemApi(
  client: ClientFacts,
  { systemApi, identifier: audience }: ResourceServerFacts,
  rows: Rows,
  trace: Trace,
): GateDenial | null {
  if (systemApi === null || !isThirdParty(client)) return null;
  return trace.deny(
    'resource_server.system_api',
    rows.systemApi,
    'a third-party client asks for a system API',
    { reason: 'system_api_closed_to_third_parties', audience },
  );
}

const deniesAll = (
  subjectType: SubjectType,
  { identifier: audience }: ResourceServerFacts,
  rows: Rows,
  trace: Trace,
): GateDenial =>
  trace.deny('resource_server.policy', rows.denyAll, `the API's ${subjectType} policy is deny_all`, {
    reason: 'policy_denies_all',
    audience,
  });

const notUnderstood = (subjectType: SubjectType, policy: string | undefined, trace: Trace): GateDenial =>
  trace.deny('resource_server.policy', 'FC-1', `policy ${policy} is not understood`, {
    reason: 'configuration_not_understood',
    value: `subject_type_authorization.${subjectType}.policy = ${policy}`,
  });

/** A grant of the right subject type, the client's own before the shared one (CC-3, US-3, TP-3). */
function requireClientGrant(
  facts: AccessFacts,
  resourceServer: ResourceServerFacts,
  subjectType: SubjectType,
  rows: Rows,
  choices: PlatformChoices,
  trace: Trace,
): ClientGate | GateDenial {
  const clientGrant = findClientGrant(facts.clientGrants, facts.client, resourceServer, subjectType);
  if (clientGrant === null) {
    return trace.deny(
      'client_grant',
      rows.noGrant,
      `no client grant with subject_type ${subjectType} joins the two`,
      { reason: 'client_grant_missing', audience: resourceServer.identifier },
    );
  }
  if (clientGrant.clientId === null) {
    trace.pass('client_grant', rows.sharedGrant, `default grant ${clientGrant.id}`);
  } else trace.pass('client_grant', rows.ownGrant, `client grant ${clientGrant.id}`);
  return { clientGrant, ceiling: grantedScopes(clientGrant, resourceServer, choices) };
}
