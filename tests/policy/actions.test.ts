// What becomes of a granted request once its Actions have run (token-issuance.md 4.16).

import fc from 'fast-check';
import type { ActionsOutcome, CredentialsExchangeChanges } from '../../src/domain/action.js';
import { decideActions } from '../../src/policy/actions.js';
import { decideAccess } from '../../src/policy/decide-access.js';
import { factsOf, ownGrant, requestOf } from './facts.js';

type Outcome = ActionsOutcome<CredentialsExchangeChanges>;

const completed = (...targetScopes: string[]): Outcome => ({
  kind: 'completed',
  changes: { accessTokenClaims: {}, targetScopes },
  ran: ['first', 'second'],
  output: [],
});

function granted() {
  const decision = decideAccess(requestOf(), factsOf({ grants: [ownGrant('c1')] }));
  if (!decision.granted) throw new Error(decision.denial.reason);
  return decision;
}

describe('AC-7: scopes after Actions', () => {
  const { scopes } = granted();

  test.each<[string, string[], readonly string[]]>([
    ['those that are left alone stay', [...scopes], scopes],
    ['one that is removed is gone', scopes.slice(1), scopes.slice(1)],
    ['one that the grant does not give is dropped silently', [...scopes, 'admin'], scopes],
    ['none is left when all are cleared', [], []],
    ['the order is that of the grant, and each is there once', [...scopes, ...scopes].toReversed(), scopes],
    ['upper case is another scope', scopes.map((scope) => scope.toUpperCase()), []],
  ])('%s', (_name, target, left) => {
    const after = decideActions(granted(), completed(...target));
    expect(after).toMatchObject({ granted: true, scopes: left });
  });

  test('no Action gives a scope that the decision did not have, whatever it asks for', () => {
    const scope = fc.oneof(fc.constantFrom(...scopes), fc.string());
    fc.assert(
      fc.property(fc.array(scope), (target) => {
        const after = decideActions(granted(), completed(...target));
        if (!after.granted) throw new Error('it was refused');
        expect(scopes).toEqual(expect.arrayContaining([...after.scopes]));
        expect(after.scopes).toEqual(scopes.filter((scope) => target.includes(scope)));
      }),
    );
  });

  test('everything else of the decision stays, and the trace says what was taken away', () => {
    const before = granted();
    const after = decideActions(before, completed(...scopes.slice(1)));
    expect(after).toEqual({
      ...before,
      scopes: scopes.slice(1),
      trace: [
        ...before.trace,
        {
          rule: 'actions',
          outcome: 'pass',
          source: 'AC-7',
          because: `Actions that ran: first, second; they took away: ${scopes[0]}`,
        },
      ],
    });
  });
});

test('AC-5: what an Action denies is refused with its code and its reason', () => {
  const changes = { accessTokenClaims: {}, targetScopes: [] };
  const after = decideActions(granted(), {
    kind: 'denied',
    code: 'invalid_scope',
    reason: 'not today',
    action: 'second',
    changes,
    output: [],
  });
  expect(after).toMatchObject({
    granted: false,
    denial: { reason: 'action_denied', code: 'invalid_scope', description: 'not today' },
  });
  expect(after.trace.at(-1)).toEqual({
    rule: 'actions',
    outcome: 'deny',
    source: 'AC-5',
    because: 'Action second denied: not today',
  });
});

test('FC-3: where an Action fails nothing is granted', () => {
  const after = decideActions(granted(), {
    kind: 'failed',
    action: 'first',
    because: 'ran out of time',
    output: [],
  });
  expect(after).toMatchObject({ granted: false, denial: { reason: 'action_failed' } });
  expect(after.trace.at(-1)).toMatchObject({
    source: 'FC-3',
    because: 'Action first failed: ran out of time',
  });
});
