// What holds for every decision on behalf of a user (style.md 8): what it does not depend on, its form, and garbage.

import fc from 'fast-check';
import type { AccessFacts } from '../../../src/domain/access-facts.js';
import { applyActionScopes } from '../../../src/policy/action-scopes.js';
import { decideAccess } from '../../../src/policy/decide-access.js';
import type { UserAccessRequest, UserGranted } from '../../../src/policy/decision.js';
import { platformChoices } from '../../../src/policy/platform-choices.js';
import { holds } from '../arbitraries.js';
import { choices, facts, request, someScopes } from './arbitraries.js';

const PROTOCOL = new Set(['openid', 'profile', 'email', 'address', 'phone', 'offline_access']);
const apiScopes = ({ scopes }: UserGranted): string[] => scopes.filter((scope) => !PROTOCOL.has(scope));
const isStrict = ({ client }: AccessFacts): boolean => client.thirdPartySecurityMode === 'strict';

describe('what does not matter', () => {
  test('client grants of other clients, for other APIs or for client credentials', () => {
    holds(
      fc.property(request, facts, choices, (r, f, c) => {
        const couldCount = f.clientGrants.filter(
          ({ clientId, audience, subjectType }) =>
            subjectType === 'user' &&
            audience === f.resourceServer?.identifier &&
            (clientId === f.client.clientId || clientId === null),
        );
        expect(decideAccess(r, { ...f, clientGrants: couldCount }, c)).toEqual(decideAccess(r, f, c));
      }),
    );
  });

  test('the policy for client credentials, and what grants say about organizations (UO-10)', () => {
    holds(
      fc.property(request, facts, choices, (r, f, c) => {
        const other: AccessFacts = {
          ...f,
          resourceServer: f.resourceServer && { ...f.resourceServer, clientPolicy: 'deny_all' },
          clientGrants: f.clientGrants.map((grant) => ({
            ...grant,
            organizationUsage: 'require',
            allowAnyOrganization: !grant.allowAnyOrganization,
          })),
        };
        expect(decideAccess(r, other, c)).toEqual(decideAccess(r, f, c));
      }),
    );
  });

  test('who the user is, as long as nobody has logged in: a refusal before login is the one after it (Q5)', () => {
    holds(
      fc.property(request, facts, choices, (r, f, c) => {
        const before = decideAccess(r, { ...f, user: null }, c);
        if (before.granted || before.denial.reason === 'login_required') return;
        // Only the prompt knows more after login.
        if (before.denial.reason === 'organization_selection_required') return;
        expect(decideAccess(r, f, c)).toEqual(before);
      }),
    );
  });
});

test('adding a scope to a grant never takes one from a token', () => {
  holds(
    fc.property(
      request,
      facts,
      choices,
      fc.constantFrom('a', 'b', 'c', 'd'),
      fc.nat(),
      (r, f, c, scope, n) => {
        const before = decideAccess(r, f, c);
        const clientGrants = f.clientGrants.map((grant, index) =>
          index === n % f.clientGrants.length ? { ...grant, scopes: [...grant.scopes, scope] } : grant,
        );
        const after = decideAccess(r, { ...f, clientGrants }, c);
        // More than before can need a consent that is not there yet (GE-12).
        if (!before.granted || (!after.granted && after.denial.reason === 'consent_required')) return;
        expect(after).toMatchObject({ granted: true });
        if (after.granted) expect(after.scopes).toEqual(expect.arrayContaining([...before.scopes]));
      },
    ),
  );
});

test('every decision has its reasons, and a refusal ends with the rule that refused', () => {
  holds(
    fc.property(request, facts, choices, (r, f, c) => {
      const { granted, trace } = decideAccess(r, f, c);
      expect(trace.length).toBeGreaterThan(0);
      expect(trace.filter(({ outcome }) => outcome === 'deny')).toHaveLength(granted ? 0 : 1);
      if (!granted) expect(trace.at(-1)?.outcome).toBe('deny');
    }),
  );
});

test('the same values give the same answer, and are left as they are', () => {
  holds(
    fc.property(request, facts, choices, (r, f, c) => {
      const copy = structuredClone([r, f, c]);
      expect(decideAccess(r, f, c)).toEqual(decideAccess(...structuredClone([r, f, c] as const)));
      expect([r, f, c]).toEqual(copy);
    }),
    300,
  );
});

test('Actions that are held to the ceiling never lift a token above it', () => {
  holds(
    fc.property(request, facts, someScopes, someScopes, (r, f, addedScopes, removedScopes) => {
      const decision = decideAccess(r, f);
      if (!decision.granted) return;
      const after = applyActionScopes(
        decision,
        { addedScopes, removedScopes },
        { ...platformChoices, actionScopes: 'within_ceiling' },
      );
      expect(decision.ceiling).toEqual(expect.arrayContaining(apiScopes(after)));
      expect(after.scopes.filter((scope) => removedScopes.includes(scope))).toEqual([]);
      if (isStrict(f)) expect(after.scopes).not.toContain('openid');
    }),
  );
});

describe('garbage', () => {
  /** A copy with something else, or nothing, in one place. */
  const broken = (value: unknown, path: number[], by: unknown): unknown => {
    if (typeof value !== 'object' || value === null || path.length === 0) return by;
    const keys = Object.keys(value);
    const [step = 0, ...rest] = path;
    const key = keys[step % Math.max(keys.length, 1)];
    if (key === undefined) return by;
    const copy: Record<string, unknown> = Array.isArray(value) ? ([...value] as never) : { ...value };
    copy[key] = broken(copy[key], rest, by);
    return copy;
  };
  const path = fc.array(fc.nat(30), { minLength: 1, maxLength: 3 });

  test('never throws, whatever stands in the facts or the request', () => {
    holds(
      fc.property(request, facts, path, fc.anything(), fc.boolean(), (r, f, where, by, inFacts) => {
        const decision = inFacts
          ? decideAccess(r, broken(f, where, by) as AccessFacts)
          : decideAccess(broken({ ...r }, where, by) as UserAccessRequest, f);
        expect(typeof decision.granted).toBe('boolean');
        if (!decision.granted) expect(decision.denial.reason).toBeTruthy();
      }),
      5000,
    );
  });
});
