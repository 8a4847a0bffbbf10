// What the request itself has to be, before anybody looks at an API.

import type { ClientFacts } from '../domain/access-facts.js';
import { isStrictThirdParty, isThirdParty } from './client-kind.js';
import type { UserAccessRequest, UserDenial } from './decision.js';
import type { PlatformChoices } from './platform-choices.js';
import type { Trace } from './trace.js';

/** TP-11: what strict third parties can have switched on, as far as users are concerned. */
const STRICT_GRANT_TYPES: ReadonlySet<string> = new Set(['authorization_code', 'refresh_token']);
/** The grant types of the password grant (4.11). */
const PASSWORD_GRANT_TYPES: ReadonlySet<string> = new Set([
  'password',
  'http://auth0.com/oauth/grant-type/password-realm',
]);

/** The first reason, if any, why the client cannot make this request at all. */
export function checkRequest(
  request: UserAccessRequest,
  client: ClientFacts,
  choices: PlatformChoices,
  trace: Trace,
): UserDenial | null {
  return (
    checkResponseType(request, client, trace) ??
    checkGrantType(request, client, trace) ??
    checkSecondFactorGrantType(request, client, trace) ??
    checkPkce(request, client, choices, trace) ??
    checkScopes(request, trace)
  );
}

/** TP-9: strict third parties get codes and nothing else from `/authorize`. */
function checkResponseType(
  { flow, responseType }: UserAccessRequest,
  client: ClientFacts,
  trace: Trace,
): UserDenial | null {
  if (flow !== 'authorize' || !isStrictThirdParty(client) || responseType === 'code') return null;
  return trace.deny(
    'request.response_type',
    'TP-9',
    `a strict third-party client asks for response_type ${responseType}`,
    { reason: 'response_type_not_allowed', responseType },
  );
}

/** The grant types that the client needs: at `/authorize` the response type says which (RFC 6749 section 3.1.1). */
function neededGrantTypes({ flow, grantType, responseType }: UserAccessRequest): readonly string[] {
  if (flow !== 'authorize' || responseType === null) return [grantType];
  const parts = responseType.split(' ');
  return [
    ...(parts.includes('code') ? ['authorization_code'] : []),
    ...(parts.some((part) => part !== 'code') ? ['implicit'] : []),
  ];
}

/** GE-3, TP-11, PM-4, PW-9; TX-1, TX-10 and TX-18, which have a switch of their own instead of `grant_types`. */
function checkGrantType(request: UserAccessRequest, client: ClientFacts, trace: Trace): UserDenial | null {
  const { flow } = request;
  if (flow === 'identity_assertion') return checkIdentityAssertion(request, client, trace);
  if (flow === 'custom_exchange' || flow === 'on_behalf_of')
    return checkTokenExchange(request, client, trace);
  const closed = flow === 'ciba' ? checkBackchannel(request, client, trace) : null;
  if (closed !== null) return closed;
  for (const grantType of neededGrantTypes(request)) {
    const denial = { reason: 'grant_type_not_allowed', grantType } as const;
    if (isStrictThirdParty(client) && !STRICT_GRANT_TYPES.has(grantType)) {
      return trace.deny('client.grant_type', 'TP-11', `strict third parties cannot use ${grantType}`, denial);
    }
    if (isThirdParty(client) && (flow === 'password' || PASSWORD_GRANT_TYPES.has(grantType))) {
      return trace.deny('client.grant_type', 'PM-4', 'third parties cannot use passwords', denial);
    }
    if (!client.grantTypes.includes(grantType)) {
      return trace.deny(
        'client.grant_type',
        'GE-3',
        `the client's grant_types do not list ${grantType}`,
        denial,
      );
    }
  }
  trace.pass('client.grant_type', 'GE-3', `the client may use ${neededGrantTypes(request).join(' and ')}`);
  return null;
}

/** GE-3, TP-11: the platform's page "Auth0 MFA API" wants it switched on by itself. */
function checkSecondFactorGrantType(
  { secondFactorGrantType: grantType }: UserAccessRequest,
  client: ClientFacts,
  trace: Trace,
): UserDenial | null {
  if (grantType === undefined) return null;
  const denial = { reason: 'grant_type_not_allowed', grantType } as const;
  if (isStrictThirdParty(client)) {
    return trace.deny('client.grant_type', 'TP-11', `strict third parties cannot use ${grantType}`, denial);
  }
  if (client.grantTypes.includes(grantType)) return null;
  return trace.deny('client.grant_type', 'GE-3', `the client's grant_types do not list ${grantType}`, denial);
}

/** CB-6, TP-12: whoever asks users behind their backs is known, and has proven who it is. */
function checkBackchannel(
  { grantType }: UserAccessRequest,
  client: ClientFacts,
  trace: Trace,
): UserDenial | null {
  const denial = { reason: 'grant_type_not_allowed', grantType } as const;
  if (isThirdParty(client)) {
    return trace.deny('client.grant_type', 'TP-12', 'third parties cannot use CIBA', denial);
  }
  if (client.isConfidential && client.isOidcConformant) return null;
  const because = client.isConfidential ? 'the client is not oidc_conformant' : 'the client is public';
  return trace.deny('client.grant_type', 'CB-6', because, denial);
}

function checkTokenExchange(
  { flow, grantType }: UserAccessRequest,
  client: ClientFacts,
  trace: Trace,
): UserDenial | null {
  const denial = { reason: 'token_exchange_not_allowed', grantType } as const;
  const [source, type] =
    flow === 'custom_exchange'
      ? (['TX-1', 'custom_authentication'] as const)
      : (['TX-10', 'on_behalf_of_token_exchange'] as const);
  if (isThirdParty(client)) {
    return trace.deny('client.grant_type', source, 'third parties cannot exchange tokens', denial);
  }
  if (!client.tokenExchangeTypes.includes(type)) {
    return trace.deny(
      'client.grant_type',
      source,
      `the client's token_exchange does not list ${type}`,
      denial,
    );
  }
  if (flow === 'custom_exchange' && !client.isOidcConformant) {
    return trace.deny('client.grant_type', source, 'the client is not oidc_conformant', denial);
  }
  const isApi = client.appType === 'resource_server' && Boolean(client.resourceServerIdentifier);
  if (flow === 'on_behalf_of' && !(isApi && client.isConfidential)) {
    return trace.deny(
      'client.grant_type',
      source,
      'the client is not the confidential client of an API',
      denial,
    );
  }
  trace.pass('client.grant_type', source, `the client may use ${type}`);
  return null;
}

/** TX-18: for first parties and strict third parties that have it switched on. */
function checkIdentityAssertion(
  { grantType }: UserAccessRequest,
  client: ClientFacts,
  trace: Trace,
): UserDenial | null {
  const denial = { reason: 'identity_assertion_not_allowed', grantType } as const;
  if (isThirdParty(client) && !isStrictThirdParty(client)) {
    return trace.deny('client.grant_type', 'TX-18', 'permissive third parties cannot use it', denial);
  }
  if (!client.usesIdentityAssertions) {
    const because = "the client's identity_assertion_authorization_grant is not active";
    return trace.deny('client.grant_type', 'TX-18', because, denial);
  }
  trace.pass('client.grant_type', 'TX-18', "the client's identity_assertion_authorization_grant is active");
  return null;
}

/** TP-7; RFC 9700 section 2.1.1 for public clients. */
function checkPkce(
  { flow, responseType, hasCodeChallenge }: UserAccessRequest,
  client: ClientFacts,
  choices: PlatformChoices,
  trace: Trace,
): UserDenial | null {
  const asksForCode = flow === 'authorize' && (responseType ?? 'code').split(' ').includes('code');
  if (!asksForCode || hasCodeChallenge) return null;
  const denial = { reason: 'pkce_required' } as const;
  if (isStrictThirdParty(client)) {
    return trace.deny('request.pkce', 'TP-7', 'a strict third-party client sends no code_challenge', denial);
  }
  if (!client.isConfidential && choices.publicClientsNeedPkce) {
    return trace.deny('request.pkce', 'PK-1', 'a public client sends no code_challenge', denial);
  }
  return null;
}

/** US-16. */
function checkScopes({ scopes }: UserAccessRequest, trace: Trace): UserDenial | null {
  const asked = scopes ?? [];
  if (!asked.includes('online_access') || !asked.includes('offline_access')) return null;
  return trace.deny('request.scopes', 'US-16', 'online_access and offline_access are asked for together', {
    reason: 'offline_and_online_access',
  });
}
