// Which scopes a token for a user has (token-issuance.md 3, "User scopes"): what is wanted, less what the API does not
// define, the client grant does not give, and the user may not do. What is taken away is no error, but it is told.

import type { ClientFacts, ResourceServerFacts } from '../domain/access-facts.js';
import { isStrictThirdParty, isThirdParty } from './client-kind.js';
import type { DroppedScope, UserAccessRequest } from './decision.js';
import type { Gate } from './gate.js';
import type { PlatformChoices } from './platform-choices.js';
import { isOidcScope } from './scope-names.js';

/** All that can take a scope away but for the user's consent. */
export interface Limits {
  readonly request: UserAccessRequest;
  readonly client: ClientFacts;
  /** Null: the token is for `/userinfo`. */
  readonly resourceServer: ResourceServerFacts | null;
  /** Null exactly when there is no API. */
  readonly gate: Gate | null;
  /** Null: RBAC is off. */
  readonly permissions: readonly string[] | null;
}

type Taken = Omit<DroppedScope, 'scope'>;

export interface Cut {
  readonly scopes: readonly string[];
  readonly dropped: readonly DroppedScope[];
}

/** Takes away what the token cannot have, in the order of what is wanted. */
export function cutScopes(wanted: readonly string[], limits: Limits, choices: PlatformChoices): Cut {
  const takes = apiScopeTaker(limits);
  const scopes: string[] = [];
  const dropped: DroppedScope[] = [];
  for (const scope of wanted) {
    const taken = isOidcScope(scope)
      ? takesOidc(limits, choices)
      : scope === 'offline_access'
        ? takesOffline(limits, choices)
        : takes(scope);
    if (taken === null) scopes.push(scope);
    else dropped.push({ scope, ...taken });
  }
  return { scopes, dropped };
}

/** TP-10: whether the client can use OpenID Connect at all. */
export const mayUseOidc = (client: ClientFacts, { strictThirdPartyOidcScopes }: PlatformChoices): boolean =>
  !isStrictThirdParty(client) || strictThirdPartyOidcScopes === 'grant';

/** TP-10, US-13, TX-18. */
function takesOidc({ request, client }: Limits, choices: PlatformChoices): Taken | null {
  if (request.flow === 'identity_assertion') {
    return { source: 'TX-18', because: 'an identity assertion gives access to an API and no ID token' };
  }
  return mayUseOidc(client, choices)
    ? null
    : { source: 'TP-10', because: 'strict third parties cannot use OpenID Connect' };
}

/** US-14, US-15, TX-5, TX-17, TX-18; unchanged since the login (5, "refresh"). */
function takesOffline(
  { request, client, resourceServer }: Limits,
  { strictThirdPartyOfflineAccess }: PlatformChoices,
): Taken | null {
  const { flow, responseType } = request;
  if (request.hasActor) return { source: 'TX-5', because: 'somebody acts for the user' };
  if (flow === 'on_behalf_of') return { source: 'TX-17', because: 'an on-behalf-of exchange gives none' };
  if (flow === 'identity_assertion') {
    return { source: 'TX-18', because: 'an identity assertion gives no refresh token' };
  }
  if (isStrictThirdParty(client) && strictThirdPartyOfflineAccess !== 'grant') {
    return { source: 'TP-10', because: 'strict third parties cannot use it' };
  }
  if (flow === 'refresh' || flow === 'code_exchange') return null;
  if (!client.grantTypes.includes('refresh_token')) {
    return { source: 'US-15', because: "the client's grant_types do not list refresh_token" };
  }
  if (flow === 'authorize' && !(responseType ?? '').split(' ').includes('code')) {
    return { source: 'US-15', because: 'there is no code to exchange for it' };
  }
  return resourceServer === null || resourceServer.allowsOfflineAccess
    ? null
    : { source: 'US-14', because: 'the API does not allow offline access' };
}

/** US-5, US-6, US-8, US-10, US-12; SY-1. */
function apiScopeTaker({
  client,
  resourceServer,
  gate,
  permissions,
}: Limits): (scope: string) => Taken | null {
  if (resourceServer === null || gate === null) {
    return () => ({ source: 'US-12', because: 'there is no API to define it' });
  }
  const defined = new Set(resourceServer.scopes);
  const permitted = permissions && new Set(permissions);
  const ofGrant = isThirdParty(client) ? 'TP-1' : 'US-5';
  return (scope) => {
    if (!defined.has(scope)) {
      return resourceServer.systemApi === 'management'
        ? { source: 'SY-1', because: 'users can have what is about themselves only' }
        : { source: 'US-12', because: 'the API does not define it' };
    }
    if (!gate.ceiling.has(scope)) return { source: ofGrant, because: 'the client grant does not give it' };
    if (permitted && !permitted.has(scope)) {
      return {
        source: gate.clientGrant ? 'US-6' : 'US-10',
        because: "it is none of the user's permissions",
      };
    }
    return null;
  };
}
