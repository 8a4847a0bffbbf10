import type { DroppedScope, TraceStep, UserGranted } from './decision.js';
import { type PlatformChoices, platformChoices } from './platform-choices.js';
import { isOidcScope, isProtocolScope } from './scope-names.js';

/** What post-login Actions want of the scopes of an access token. */
export interface ScopeChanges {
  readonly addedScopes: readonly string[];
  readonly removedScopes: readonly string[];
}

/** RFC 6749 section 3.3: one scope, and not several in one text. */
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/**
 * A token's decision as Actions change it: they come after RBAC and win over it (AC-1). How far they can go above the
 * client grant is a choice (AC-2, Q9); what the protocol itself defines they cannot give to whoever may not use it.
 */
export function applyActionScopes(
  decision: UserGranted,
  { addedScopes, removedScopes }: ScopeChanges,
  choices: PlatformChoices = platformChoices,
): UserGranted {
  if (addedScopes.length === 0 && removedScopes.length === 0) return decision;
  const removed = new Set(removedScopes);
  const has = new Set(decision.scopes);
  const ceiling = new Set(decision.ceiling);
  const added: string[] = [];
  const dropped: DroppedScope[] = [];
  const drop = (scope: string, source: string, because: string): void => {
    dropped.push({ scope, source, because });
  };
  for (const scope of new Set(addedScopes)) {
    if (has.has(scope) || removed.has(scope)) continue;
    if (!SCOPE_TOKEN.test(scope)) drop(scope, 'AC-2', 'an Action added what is no scope');
    else if (isOidcScope(scope) && !decision.oidc) drop(scope, 'TP-10', 'an Action added it');
    else if (scope === 'offline_access') drop(scope, 'AC-2', 'an Action added it; it needs a request');
    else if (!isProtocolScope(scope) && choices.actionScopes !== 'unlimited' && !ceiling.has(scope)) {
      drop(scope, 'AC-2', 'an Action added it; the client grant or the API does not give it');
    } else added.push(scope);
  }
  for (const scope of decision.scopes) if (removed.has(scope)) drop(scope, 'AC-1', 'an Action removed it');
  const step: TraceStep = {
    rule: 'actions',
    outcome: 'pass',
    source: added.some((scope) => !ceiling.has(scope)) ? 'AC-2' : 'AC-1',
    because: `Actions added [${added.join(' ')}] and removed [${[...removed].join(' ')}]`,
  };
  return {
    ...decision,
    scopes: [...decision.scopes.filter((scope) => !removed.has(scope)), ...added],
    dropped: [...decision.dropped.filter(({ scope }) => !added.includes(scope)), ...dropped],
    offline: decision.offline && !removed.has('offline_access'),
    trace: [...decision.trace, step],
  };
}
