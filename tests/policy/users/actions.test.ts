// Scopes as post-login Actions change them (token-issuance.md 4.16).

import { applyActionScopes } from '../../../src/policy/action-scopes.js';
import { decideAccess } from '../../../src/policy/decide-access.js';
import type { UserGranted } from '../../../src/policy/decision.js';
import { platformChoices } from '../../../src/policy/platform-choices.js';
import { factsOf, grant, requestOf, type Setup, strict } from './facts.js';

const scopes = (text: string) => requestOf({ scopes: text.split(' ') });

const rbac = { enforcesPolicies: true, showsPermissions: true } as const;

function granted(setup: Setup, request = requestOf({ scopes: ['read', 'write'] })): UserGranted {
  const decision = decideAccess(request, factsOf(setup));
  if (!decision.granted) throw new Error(decision.denial.reason);
  return decision;
}

describe('Actions', () => {
  const login = granted({ api: rbac }, scopes('openid read delete'));
  const withActions = (added: string[], removed: string[], choices = platformChoices, before = login) =>
    applyActionScopes(before, { addedScopes: added, removedScopes: removed }, choices);

  test('a removed scope is gone, and told (AC-1)', () => {
    const after = withActions([], ['read']);
    expect(after.scopes).toEqual(['openid']);
    expect(after.dropped).toContainEqual({ scope: 'read', source: 'AC-1', because: 'an Action removed it' });
    expect(after.trace.at(-1)).toMatchObject({ rule: 'actions', outcome: 'pass', source: 'AC-1' });
  });

  test('an added scope wins over RBAC, and is no longer told as left out (AC-1)', () => {
    const after = withActions(['delete'], []);
    expect(after.scopes).toEqual(['openid', 'read', 'delete']);
    expect(after.dropped).toEqual([]);
  });

  test('an added scope can go beyond the API and the client grant (AC-2, Q9)', () => {
    expect(withActions(['admin'], []).scopes).toEqual(['openid', 'read', 'admin']);
    expect(withActions(['admin'], []).trace.at(-1)).toMatchObject({ source: 'AC-2' });
  });

  test('an added scope cannot where that is chosen (AC-2, Q9)', () => {
    const after = withActions(['admin', 'delete'], [], {
      ...platformChoices,
      actionScopes: 'within_ceiling',
    });
    expect(after.scopes).toEqual(['openid', 'read', 'delete']);
    expect(after.dropped).toMatchObject([{ scope: 'admin', source: 'AC-2' }]);
  });

  test.each(['read write', 'a"b', '', 'a\\b', 'tab\t'])(
    '"%s" is no scope (RFC 6749 section 3.3)',
    (scope) => {
      expect(withActions([scope], []).scopes).toEqual(login.scopes);
    },
  );

  test('what is added and removed is not there', () => {
    expect(withActions(['admin'], ['admin']).scopes).toEqual(login.scopes);
  });

  test('offline_access cannot be added, and its removal ends offline access', () => {
    expect(withActions(['offline_access'], []).offline).toBe(false);
    expect(withActions(['offline_access'], []).scopes).not.toContain('offline_access');
    const offline = granted({}, scopes('read offline_access'));
    expect(withActions([], ['offline_access'], platformChoices, offline)).toMatchObject({
      offline: false,
      scopes: ['read'],
    });
  });

  test('OpenID Connect cannot be added for strict third parties (TP-10)', () => {
    const third = granted({ client: strict, grants: [grant('t1', ['read'])] }, scopes('read'));
    expect(withActions(['openid'], [], platformChoices, third).scopes).toEqual(['read']);
    expect(withActions(['email'], []).scopes).toEqual(['openid', 'read', 'email']);
  });

  test('without changes the decision is the same', () => {
    expect(withActions([], [])).toBe(login);
  });
});
