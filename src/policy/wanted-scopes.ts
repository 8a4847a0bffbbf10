// Which scopes a request is about, before anything is taken away: what it asks for, or what its flow stands for where it
// asks for nothing (token-issuance.md 5, "None requested").

import type { DroppedScope, OriginalAccess, UserAccessRequest, UserDenial } from './decision.js';
import type { PlatformChoices } from './platform-choices.js';
import { isProtocolScope, oidcScopes } from './scope-names.js';
import type { Trace } from './trace.js';
import type { Target } from './user-audience.js';

export interface Wanted {
  /** Each once, in the order of the request. */
  readonly scopes: readonly string[];
  readonly dropped: readonly DroppedScope[];
  /** The row of docs/decision-table.md that says so, and in words. */
  readonly source: string;
  readonly because: string;
}

/** What the request is about; a refusal only where a refresh asks for what nobody knows (RT-4). */
export function wantedScopes(
  request: UserAccessRequest,
  target: Target,
  choices: PlatformChoices,
  trace: Trace,
): Wanted | UserDenial {
  const { original } = target;
  switch (request.flow) {
    case 'authorize':
    case 'device':
    case 'ciba':
      return asked(request, request.scopes?.length ? 'US-5' : 'US-4');
    case 'identity_assertion':
      return asked(request, request.scopes?.length ? 'TX-18' : 'US-4');
    case 'custom_exchange':
      return request.scopes?.length
        ? asked(request, 'TX-1')
        : {
            scopes: ['openid', 'profile', 'email'],
            dropped: [],
            source: 'TX-4',
            because: 'none was asked for',
          };
    case 'password':
      return byPassword(request, target);
    case 'on_behalf_of':
      return request.scopes?.length
        ? asked(request, 'TX-14')
        : {
            scopes: unique(target.resourceServer?.scopes ?? []),
            dropped: [],
            source: 'TX-12',
            because: 'none was asked for: all that the user has',
          };
    case 'code_exchange':
    case 'refresh':
      // Fails closed: without the login there is nothing to give.
      return original ? sinceLogin(request, original, target, choices, trace) : asked({ scopes: [] }, 'RT-1');
  }
}

const unique = (scopes: readonly string[]): string[] => [...new Set(scopes)];

const asked = ({ scopes }: Pick<UserAccessRequest, 'scopes'>, source: string): Wanted => ({
  scopes: unique(scopes ?? []),
  dropped: [],
  source,
  because: 'what was asked for',
});

/** PW-1 to PW-4: who asks for no scope of the API gets all of them, and who asks for `openid` alone all of OpenID Connect. */
function byPassword(request: UserAccessRequest, { resourceServer }: Target): Wanted {
  const scopes = unique(request.scopes ?? []);
  const isOnlyOpenid = scopes.length === 1 && scopes[0] === 'openid';
  const protocol = isOnlyOpenid || (scopes.length === 0 && resourceServer === null) ? oidcScopes : scopes;
  if (resourceServer === null || scopes.some((scope) => !isProtocolScope(scope))) {
    const source = protocol === oidcScopes ? 'PW-2' : scopes.every(isProtocolScope) ? 'PW-3' : 'PW-4';
    return { scopes: [...protocol], dropped: [], source, because: 'what was asked for' };
  }
  return {
    scopes: unique([...protocol, ...resourceServer.scopes]),
    dropped: [],
    source: 'PW-1',
    because: 'no scope of the API was asked for: all of them',
  };
}

/** RT-1 to RT-4 and MR-1 to MR-3: within what the login came to, and what the client's policies add. */
function sinceLogin(
  { flow, scopes }: UserAccessRequest,
  original: OriginalAccess,
  { resourceServer, policyScopes }: Target,
  choices: PlatformChoices,
  trace: Trace,
): Wanted | UserDenial {
  const isSameApi = original.audience === (resourceServer?.identifier ?? null);
  const fromLogin = isSameApi ? original.scopes : original.scopes.filter(isProtocolScope);
  const available = unique([...fromLogin, ...policyScopes]);
  const hasPolicy = policyScopes.length > 0 || !isSameApi;
  if (flow === 'code_exchange' || !scopes?.length) {
    const source = flow === 'code_exchange' ? 'CX-1' : isSameApi ? (hasPolicy ? 'MR-1' : 'RT-1') : 'MR-2';
    const because = hasPolicy ? "what the login came to, and the client's policy" : 'what the login came to';
    return { scopes: available, dropped: [], source, because };
  }
  const requested = unique(scopes);
  const open = new Set(available);
  if (isSameApi && resourceServer !== null && choices.unknownScopesAtRefresh === 'refuse') {
    const defined = new Set(resourceServer.scopes);
    const unknown = requested.filter(
      (scope) => !open.has(scope) && !defined.has(scope) && !isProtocolScope(scope),
    );
    if (unknown.length > 0) {
      return trace.deny('scopes', 'RT-4', `nobody knows: ${unknown.join(' ')}`, {
        reason: 'scopes_unknown',
        unknown,
      });
    }
  }
  const source = isSameApi ? 'RT-3' : 'MR-3';
  const because = isSameApi ? 'the login did not come to it' : "the client's policy does not list it";
  return {
    scopes: requested.filter((scope) => open.has(scope)),
    dropped: requested.filter((scope) => !open.has(scope)).map((scope) => ({ scope, source, because })),
    source: isSameApi ? 'RT-2' : 'MR-3',
    because: 'the part that was asked for',
  };
}
