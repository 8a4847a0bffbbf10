import type { AccessFacts, ClientFacts, ResourceServerFacts } from '../domain/access-facts.js';
import { currentUserScopes } from '../domain/system-apis.js';
import { audienceOf } from './audience.js';
import { isStrictThirdParty, isThirdParty } from './client-kind.js';
import type { OriginalAccess, UserAccessRequest, UserDenial } from './decision.js';
import type { Trace } from './trace.js';

/** What a token is to be for. */
export interface Target {
  /** Null: for `/userinfo` only. */
  readonly resourceServer: ResourceServerFacts | null;
  /** What the login came to, at `code_exchange` and `refresh`. */
  readonly original: OriginalAccess | null;
  /** Scopes that a policy of the client's refresh tokens adds (MR-1, MR-2). */
  readonly policyScopes: readonly string[];
}

/** Finds out what the token is to be for: 4.1, and for refresh tokens the table under 4.10. */
export function resolveTarget(
  request: UserAccessRequest,
  facts: AccessFacts,
  trace: Trace,
): Target | UserDenial {
  if (request.flow === 'refresh' || request.flow === 'code_exchange')
    return resolveLater(request, facts, trace);
  if (request.flow === 'identity_assertion') return resolveAsserted(request, facts, trace);

  const asked = audienceOf(request, facts.tenant);
  if (asked === null || asked.audience === request.userinfoAudience) {
    const denial = checkUserinfo(request, facts.client, trace);
    return denial ?? { resourceServer: null, original: null, policyScopes: [] };
  }
  const resourceServer = find(asked.audience, facts);
  if (resourceServer === null) return unknown(asked.audience, trace);
  trace.pass('resource_server.known', asked.source, asked.because);
  return { resourceServer, original: null, policyScopes: [] };
}

/** TX-18: an API that the assertion names, or else the tenant's default one. The request can repeat it, and no more. */
function resolveAsserted(request: UserAccessRequest, facts: AccessFacts, trace: Trace): Target | UserDenial {
  const { asserted } = request;
  if (asserted === undefined) {
    // Fails closed: nobody knows what the assertion says.
    return trace.deny('facts', 'FC-2', 'the assertion is not known', {
      reason: 'configuration_not_understood',
      value: 'asserted',
    });
  }
  const byDefault = facts.tenant.defaultAudience;
  const open = asserted.resources.length > 0 ? asserted.resources : byDefault == null ? [] : [byDefault];
  const asked = audienceOf(request, { ...facts.tenant, defaultAudience: null })?.audience ?? null;
  if (asked !== null && !open.includes(asked)) {
    return trace.deny('resource_server.known', 'TX-18', 'the assertion is not about the API of the request', {
      reason: 'audience_not_asserted',
    });
  }
  const [only] = open;
  const audience = asked ?? (open.length === 1 ? only : undefined);
  if (audience === undefined) {
    return trace.deny('resource_server.known', 'TX-18', `nothing says which of ${open.length} APIs`, {
      reason: 'audience_missing',
    });
  }
  const resourceServer = find(audience, facts);
  if (resourceServer === null) return unknown(audience, trace);
  trace.pass('resource_server.known', 'TX-18', 'the API of the assertion, or the default one');
  return { resourceServer, original: null, policyScopes: [] };
}

/** AU-7, AU-8; an on-behalf-of exchange is always for an API (TX-10). */
function checkUserinfo({ flow }: UserAccessRequest, client: ClientFacts, trace: Trace): UserDenial | null {
  if (isStrictThirdParty(client)) {
    return trace.deny(
      'resource_server.known',
      'AU-8',
      'a strict third-party client names no API, or /userinfo',
      { reason: 'userinfo_closed_to_third_parties' },
    );
  }
  if (flow === 'on_behalf_of') {
    return trace.deny('resource_server.known', 'TX-10', 'the exchange names no API', {
      reason: 'audience_missing',
    });
  }
  trace.pass('resource_server.known', 'AU-7', 'no API was asked for: the token is for /userinfo');
  return null;
}

/** Once a user has logged in, tokens are for the API of the login, or for one that the client's policies name. */
function resolveLater(request: UserAccessRequest, facts: AccessFacts, trace: Trace): Target | UserDenial {
  const { original, flow } = request;
  if (original === null) {
    // Fails closed: nobody knows what the login came to.
    return trace.deny('facts', 'FC-2', 'the login is not known', {
      reason: 'configuration_not_understood',
      value: 'original',
    });
  }
  const asked = flow === 'refresh' ? audienceOf(request, { ...facts.tenant, defaultAudience: null }) : null;
  if (asked !== null && asked.audience !== original.audience) {
    return resolveOther(asked.audience, original, facts, trace);
  }
  if (original.audience === null) {
    const denial = checkUserinfo(request, facts.client, trace);
    return denial ?? { resourceServer: null, original, policyScopes: [] };
  }
  const resourceServer = find(original.audience, facts);
  if (resourceServer === null) return unknown(original.audience, trace);
  trace.pass(
    'resource_server.known',
    flow === 'refresh' ? 'RT-1' : 'CX-1',
    'the API that the user logged in for',
  );
  const isPolicyInForce = flow === 'refresh' && whyNoOtherApi(facts.client, resourceServer) === null;
  const policyScopes = isPolicyInForce ? (policyScopesFor(resourceServer, facts.client) ?? []) : [];
  return { resourceServer, original, policyScopes };
}

/** MR-2 to MR-5: another API than that of the login. */
function resolveOther(
  audience: string,
  original: OriginalAccess,
  facts: AccessFacts,
  trace: Trace,
): Target | UserDenial {
  const refuse = (source: string, because: string): UserDenial =>
    trace.deny('resource_server.known', source, because, {
      reason: 'refresh_audience_not_allowed',
      audience,
    });
  const resourceServer = find(audience, facts);
  if (resourceServer === null) return refuse('MR-5', 'no API has this identifier');
  const policyScopes = policyScopesFor(resourceServer, facts.client);
  if (policyScopes === null)
    return refuse('MR-4', "none of the client's refresh_token.policies names the API");
  const because = whyNoOtherApi(facts.client, resourceServer);
  if (because !== null) return refuse('MR-4', because);
  trace.pass('resource_server.known', 'MR-2', "the client's refresh_token.policies name the API");
  return { resourceServer, original, policyScopes };
}

/** What multi-resource refresh tokens are not for (4.10); null where nothing stands against it. */
function whyNoOtherApi(client: ClientFacts, resourceServer: ResourceServerFacts): string | null {
  if (isThirdParty(client)) return 'the client is a third party';
  if (resourceServer.systemApi === 'management') return 'the API is the Management API';
  // Fails closed: an API that is silent about consent wants it.
  return resourceServer.skipsConsentForFirstParty ? null : 'the API does not let consent be skipped';
}

const policyScopesFor = (
  { identifier }: ResourceServerFacts,
  { refreshTokenPolicies }: ClientFacts,
): readonly string[] | null =>
  refreshTokenPolicies.find(({ audience }) => audience === identifier)?.scopes ?? null;

/** SY-1: of the Management API users can have what is about themselves, whatever else it defines. */
function find(audience: string, { resourceServer }: AccessFacts): ResourceServerFacts | null {
  if (resourceServer === null || resourceServer.identifier !== audience) return null;
  return resourceServer.systemApi === 'management'
    ? { ...resourceServer, scopes: currentUserScopes }
    : resourceServer;
}

const unknown = (audience: string, trace: Trace): UserDenial =>
  trace.deny('resource_server.known', 'AU-4', 'no API has this identifier', {
    reason: 'resource_server_unknown',
    audience,
  });
