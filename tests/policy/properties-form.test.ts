// What holds for every decision (style.md 8): its form, and what it depends on.

import fc from 'fast-check';
import type { AccessFacts } from '../../src/domain/access-facts.js';
import { decideAccess } from '../../src/policy/decide-access.js';
import type { ClientAccessRequest, ClientDecision } from '../../src/policy/decision.js';
import type { PlatformChoices } from '../../src/policy/platform-choices.js';
import { choices, facts, holds, request } from './arbitraries.js';

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    for (const part of Object.values(value)) freeze(part);
  }
  return value;
}

/** A decision as far as order does not matter; a trace tells people values in the order in which it found them. */
function unordered(decision: ClientDecision): unknown {
  const trace = decision.trace.map(({ rule, outcome, source }) => `${rule} ${outcome} ${source}`);
  if (decision.granted) return { ...decision, trace, scopes: decision.scopes.toSorted() };
  const { denial } = decision;
  const sorted = 'missing' in denial ? { ...denial, missing: denial.missing.toSorted() } : denial;
  return { granted: false, denial: sorted, trace };
}

/** Arbitrary order, with some repeated. */
const reordered = <T>(values: readonly T[]): fc.Arbitrary<T[]> =>
  fc
    .tuple(
      fc.shuffledSubarray([...values], { minLength: values.length }),
      values.length === 0 ? fc.constant([]) : fc.array(fc.constantFrom(...values), { maxLength: 3 }),
    )
    .map(([all, again]) => [...again, ...all]);

/** The same facts in another order. */
function reorderedFacts(f: AccessFacts): fc.Arbitrary<AccessFacts> {
  const { resourceServer } = f;
  return fc.record({
    tenant: fc.constant(f.tenant),
    client: reordered(f.client.grantTypes).map((grantTypes) => ({ ...f.client, grantTypes })),
    resourceServer: resourceServer
      ? reordered(resourceServer.scopes).map((scopes) => ({ ...resourceServer, scopes }))
      : fc.constant(null),
    clientGrants: fc
      .tuple(
        ...f.clientGrants.map((grant) => reordered(grant.scopes).map((scopes) => ({ ...grant, scopes }))),
      )
      .chain(reordered),
    organizations: fc
      .tuple(
        ...f.organizations.map((organization) =>
          reordered(organization.clientGrantIds).map((clientGrantIds) => ({
            ...organization,
            clientGrantIds,
          })),
        ),
      )
      .chain(reordered),
    user: fc.constant(null),
  });
}

const reorderedRequest = (r: ClientAccessRequest): fc.Arbitrary<ClientAccessRequest> =>
  r.scopes ? reordered(r.scopes).map((scopes) => ({ ...r, scopes })) : fc.constant(r);

test('order and repetition change nothing but the order of scopes', () => {
  const same = fc
    .tuple(request, facts)
    .chain(([r, f]) =>
      fc.tuple(fc.constant(r), fc.constant(f), reorderedRequest(r), reorderedFacts(f), choices),
    );
  holds(
    fc.property(same, ([r, f, otherRequest, otherFacts, c]) => {
      const decision = decideAccess(r, f, c);
      const other = decideAccess(otherRequest, otherFacts, c);
      if (decision.granted && other.granted && decision.organization && other.organization) {
        // An organization is handed through as it is.
        expect(other.organization.id).toBe(decision.organization.id);
        expect(unordered({ ...other, organization: decision.organization })).toEqual(unordered(decision));
      } else {
        expect(unordered(other)).toEqual(unordered(decision));
      }
    }),
  );
});

test('no token carries a scope twice', () => {
  holds(
    fc.property(request, facts, choices, (r, f, c) => {
      const decision = decideAccess(r, f, c);
      fc.pre(decision.granted);
      expect(decision.scopes).toHaveLength(new Set(decision.scopes).size);
    }),
  );
});

test('a refusal has a reason and ends its trace with the one step that denies; a token has no such step', () => {
  holds(
    fc.property(request, facts, choices, (r, f, c) => {
      const decision = decideAccess(r, f, c);
      const outcomes = decision.trace.map(({ outcome }) => outcome);
      expect(decision.trace.every(({ source, because }) => source !== '' && because !== '')).toBe(true);
      if (decision.granted) {
        expect(outcomes.filter((outcome) => outcome !== 'pass')).toEqual([]);
      } else {
        expect(decision.denial.reason).toMatch(/^[a-z]+(_[a-z]+)+$/);
        expect(outcomes.indexOf('deny')).toBe(outcomes.length - 1);
      }
    }),
  );
});

test('what is decided on stays as it was, and the same again gives the same answer', () => {
  holds(
    fc.property(request, facts, choices, (r, f, c) => {
      const copy: [ClientAccessRequest, AccessFacts, PlatformChoices] = structuredClone([r, f, c]);
      const first = decideAccess(freeze(r), freeze(f), freeze(c));
      expect([r, f, c]).toEqual(copy);
      expect(decideAccess(...copy)).toEqual(first);
    }),
  );
});

test('changing an answer changes no later one', () => {
  holds(
    fc.property(request, facts, choices, (r, f, c) => {
      const copy = structuredClone(f);
      const first = decideAccess(r, f, c);
      const kept = structuredClone(first);
      (first.trace as unknown[]).length = 0;
      if (first.granted) (first.scopes as string[]).push('more');
      expect(decideAccess(r, copy, c)).toEqual(kept);
      expect(decideAccess(r, f, c)).toEqual(kept);
    }),
    300,
  );
});

/** Facts of which one part, however deep, is something else. */
const malformed = <T>(valid: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc
    .tuple(valid, fc.array(fc.nat(), { minLength: 1, maxLength: 4 }), fc.anything())
    .map(([value, path, replacement]) => {
      const copy: unknown = structuredClone(value);
      let holder = copy as Record<string, unknown>;
      for (const [depth, step] of path.entries()) {
        const keys = Object.keys(holder);
        const key = keys[step % keys.length];
        if (key === undefined) break;
        const part = holder[key];
        if (depth === path.length - 1 || typeof part !== 'object' || part === null) {
          holder[key] = replacement;
          break;
        }
        holder = part as Record<string, unknown>;
      }
      return copy as T;
    });

describe('whatever it is given, the policy answers and does not throw', () => {
  const anyOf = <T>(valid: fc.Arbitrary<T>) =>
    fc.oneof(
      { arbitrary: malformed(valid), weight: 9 },
      fc.anything().map((value) => value as T),
    );

  test.each([
    { what: 'facts', cases: fc.tuple(request, anyOf(facts)) },
    { what: 'requests', cases: fc.tuple(anyOf(request), facts) },
    { what: 'both', cases: fc.tuple(anyOf(request), anyOf(facts)) },
  ])('$what of any form', ({ cases }) => {
    holds(
      fc.property(cases, ([r, f]) => {
        const decision = decideAccess(r, f);
        expect(decision.trace.at(-1)?.outcome).toBe(decision.granted ? 'pass' : 'deny');
      }),
    );
  });
});
