// What holds for every decision about client credentials (style.md 8): who gets a token, and with which scopes. Where
// documented behaviour breaks a property, the property yields and cites the row of token-issuance.md.

import fc from 'fast-check';
import type { AccessFacts, ClientGrantFacts } from '../../src/domain/access-facts.js';
import { decideAccess } from '../../src/policy/decide-access.js';
import type { ClientGranted } from '../../src/policy/decision.js';
import { choices, facts, holds, listedScopes, placeOf, request } from './arbitraries.js';

/** The client grant behind a token. */
function grantBehind({ clientGrantId }: ClientGranted, { clientGrants }: AccessFacts): ClientGrantFacts {
  const grant = clientGrants.find(({ id }) => id === clientGrantId);
  if (!grant) throw new Error('a token without a client grant');
  return grant;
}

/** Whether a client grant could be the one for the client: for client credentials, for the API, and its own or shared. */
const couldCount = (grant: ClientGrantFacts, { client, resourceServer }: AccessFacts): boolean =>
  grant.subjectType === 'client' &&
  grant.audience === resourceServer?.identifier &&
  (grant.clientId === client.clientId || grant.clientId === null);

describe('the arbitrary requests of these tests', () => {
  test('get a token often enough, and meet every refusal that a decision can end in', () => {
    const outcomes = new Map<string, number>();
    for (const [r, f] of fc.sample(fc.tuple(request, facts), { numRuns: 5000, seed: 1 })) {
      const decision = decideAccess(r, f);
      const outcome = decision.granted ? 'granted' : decision.denial.reason;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    expect(outcomes.get('granted')).toBeGreaterThan(1000);
    expect([...outcomes.keys()].toSorted()).toEqual([
      'audience_missing',
      'client_grant_missing',
      'grant_type_not_allowed',
      'granted',
      'organization_not_allowed',
      'organization_not_granted',
      'organization_required',
      'organization_unknown',
      'policy_denies_all',
      'proof_of_possession_required',
      'resource_server_unknown',
      'scopes_not_granted',
      'system_api_closed_to_third_parties',
    ]);
  });
});

describe('who gets a token', () => {
  test('nobody without a client grant that joins the client, the API and client credentials', () => {
    holds(
      fc.property(request, facts, choices, (r, f, c) => {
        const clientGrants = f.clientGrants.filter((grant) => !couldCount(grant, f));
        expect(decideAccess(r, { ...f, clientGrants }, c).granted).toBe(false);
      }),
    );
  });

  test('nobody at an API whose policy is deny_all, whatever the client grants say', () => {
    holds(
      fc.property(request, facts, choices, (r, f, c) => {
        fc.pre(f.resourceServer !== null);
        const resourceServer = { ...f.resourceServer, clientPolicy: 'deny_all' as const };
        expect(decideAccess(r, { ...f, resourceServer }, c).granted).toBe(false);
      }),
    );
  });

  test('no third party at a system API', () => {
    holds(
      fc.property(request, facts, choices, (r, f, c) => {
        fc.pre(f.resourceServer !== null);
        const resourceServer = { ...f.resourceServer, systemApi: 'my_account' as const };
        const client = { ...f.client, isFirstParty: false };
        expect(decideAccess(r, { ...f, resourceServer, client }, c).granted).toBe(false);
      }),
    );
  });

  test('a token is for the API that was asked for, or for the default one where none was', () => {
    holds(
      fc.property(request, facts, (r, f) => {
        const decision = decideAccess(r, f);
        fc.pre(decision.granted);
        const byResource = f.tenant.resourceParameterProfile === 'compatibility' ? r.resource : null;
        expect(decision.audience).toBe(r.audience ?? byResource ?? f.tenant.defaultAudience);
        expect(couldCount(grantBehind(decision, f), f)).toBe(true);
      }),
    );
  });

  test('a client grant for another client, API or kind of access never changes the answer', () => {
    const changes = fc.constantFrom<Partial<ClientGrantFacts>>(
      { clientId: 'c3', defaultFor: null },
      { audience: 'api//' },
      { subjectType: 'user' },
    );
    holds(
      fc.property(request, facts, choices, changes, fc.nat(7), (r, f, c, change, place) => {
        const model = f.clientGrants[place % f.clientGrants.length] as ClientGrantFacts;
        const stranger = { ...model, ...change, id: 'cgr stranger', allowAllScopes: true };
        // There is only one for each place, and the one that is there may be the one that counts.
        fc.pre(!f.clientGrants.some((grant) => placeOf(grant) === placeOf(stranger)));
        const clientGrants = f.clientGrants.toSpliced(place, 0, stranger);
        expect(decideAccess(r, { ...f, clientGrants }, c)).toEqual(decideAccess(r, f, c));
      }),
    );
  });

  test('default grants never change the answer for a first party', () => {
    holds(
      fc.property(request, facts, choices, (r, f, c) => {
        const firstParty = {
          ...f,
          client: { ...f.client, isFirstParty: true, thirdPartySecurityMode: null },
        };
        const clientGrants = f.clientGrants.filter(({ defaultFor }) => defaultFor === null);
        expect(decideAccess(r, { ...firstParty, clientGrants }, c)).toEqual(decideAccess(r, firstParty, c));
      }),
    );
  });

  // Yields to MO-4: for a first party, a client grant may say that any organization will do.
  test('a token for an organization is for one with the client grant, or one that needs it not', () => {
    holds(
      fc.property(request, facts, (r, f) => {
        const decision = decideAccess(r, f);
        fc.pre(decision.granted);
        const { organization } = decision;
        fc.pre(organization !== null);
        const grant = grantBehind(decision, f);
        expect(grant.organizationUsage).not.toBe('deny');
        const needsNone = f.client.isFirstParty && grant.allowAnyOrganization;
        expect(needsNone || organization.clientGrantIds.includes(grant.id)).toBe(true);
      }),
      300,
    );
  });
});

describe('which scopes', () => {
  // Yields to the choice `issue`, by which older tenants issued what the API did not define (section 2, scope values).
  test('never one that the client grant or the API does not have', () => {
    holds(
      fc.property(request, facts, choices, (r, f, c) => {
        const decision = decideAccess(r, f, c);
        fc.pre(decision.granted);
        const grant = grantBehind(decision, f);
        const defined = f.resourceServer?.scopes ?? [];
        const allowed = grant.allowAllScopes ? defined : grant.scopes;
        expect(decision.scopes.filter((scope) => !allowed.includes(scope))).toEqual([]);
        if (c.undefinedScopesInGrant === 'issue') return;
        expect(decision.scopes.filter((scope) => !defined.includes(scope))).toEqual([]);
      }),
    );
  });

  test('every one that was asked for', () => {
    holds(
      fc.property(request, facts, choices, (r, f, c) => {
        const decision = decideAccess(r, f, c);
        fc.pre(decision.granted);
        expect((r.scopes ?? []).filter((scope) => !decision.scopes.includes(scope))).toEqual([]);
      }),
    );
  });

  // Yields to CC-5: asking for a part of the client grant gives all of it, unless the other answer is chosen (Q3).
  test('none beyond those asked for, where any were and only the requested part is to be given', () => {
    holds(
      fc.property(request, facts, choices, (r, f, c) => {
        const decision = decideAccess(r, f, { ...c, clientCredentialsScopes: 'requested_part' });
        fc.pre(decision.granted && r.scopes !== null && r.scopes.length > 0);
        expect(decision.scopes.filter((scope) => !r.scopes?.includes(scope))).toEqual([]);
      }),
      300,
    );
  });

  test('where all of the grant is to be given, what was asked for makes no difference (CC-5)', () => {
    holds(
      fc.property(request, facts, choices, (r, f, c) => {
        const all = { ...c, clientCredentialsScopes: 'all_of_grant' } as const;
        const decision = decideAccess(r, f, all);
        fc.pre(decision.granted);
        expect(decideAccess({ ...r, scopes: null }, f, all)).toMatchObject({ scopes: decision.scopes });
      }),
    );
  });

  test('a scope that is added to a client grant takes none from a token, and takes no token away', () => {
    holds(
      fc.property(request, facts, choices, listedScopes, (r, f, c, added) => {
        const before = decideAccess(r, f, c);
        fc.pre(before.granted);
        const clientGrants = f.clientGrants.map((grant) => ({
          ...grant,
          scopes: [...added, ...grant.scopes],
        }));
        const after = decideAccess(r, { ...f, clientGrants }, c);
        const left = after.granted ? after.scopes : [];
        expect(after.granted).toBe(true);
        expect(before.scopes.filter((scope) => !left.includes(scope))).toEqual([]);
      }),
    );
  });

  // So a new client grant can take scopes away, where a scope in an old one cannot.
  test("a third party's own client grant decides alone, however much the default grant gives (TP-3)", () => {
    holds(
      fc.property(request, facts, choices, (r, f, c) => {
        const own = f.clientGrants.find(
          (grant) => couldCount(grant, f) && grant.clientId === f.client.clientId,
        );
        fc.pre(own !== undefined);
        const decision = decideAccess(r, f, c);
        expect(decideAccess(r, { ...f, clientGrants: [own] }, c)).toEqual(decision);
      }),
    );
  });
});
