// What holds for every decision on behalf of a user (style.md 8). Where documented behaviour breaks a property, the
// property yields and cites the row of token-issuance.md.

import fc from 'fast-check';
import type { AccessFacts } from '../../../src/domain/access-facts.js';
import { currentUserScopes } from '../../../src/domain/system-apis.js';
import { applyActionScopes } from '../../../src/policy/action-scopes.js';
import { decideAccess } from '../../../src/policy/decide-access.js';
import type { UserAccessRequest, UserGranted } from '../../../src/policy/decision.js';
import { platformChoices } from '../../../src/policy/platform-choices.js';
import { holds } from '../arbitraries.js';
import { choices, facts, request, someScopes } from './arbitraries.js';

const PROTOCOL = new Set(['openid', 'profile', 'email', 'address', 'phone', 'offline_access']);
const apiScopes = ({ scopes }: UserGranted): string[] => scopes.filter((scope) => !PROTOCOL.has(scope));
const isStrict = ({ client }: AccessFacts): boolean => client.thirdPartySecurityMode === 'strict';

/** What an API offers users; SY-1. */
const offered = ({ resourceServer }: AccessFacts): readonly string[] =>
  resourceServer?.systemApi === 'management' ? currentUserScopes : (resourceServer?.scopes ?? []);

/** Runs a check on every token; there are enough of them. */
function everyToken(
  check: (token: UserGranted, r: UserAccessRequest, f: AccessFacts & { user: object }) => void,
): void {
  let tokens = 0;
  holds(
    fc.property(request, facts, choices, (r, f, c) => {
      const decision = decideAccess(r, f, c);
      if (!decision.granted) return;
      tokens += 1;
      check(decision, r, f);
    }),
    6000,
  );
  expect(tokens).toBeGreaterThan(200);
}

test('the arbitrary requests get a token often enough, and meet nearly every refusal', () => {
  const outcomes = new Set<string>();
  for (const [r, f, isLoggedIn] of fc.sample(fc.tuple(request, facts, fc.nat(9)), {
    numRuns: 20_000,
    seed: 1,
  })) {
    const decision = decideAccess(r, isLoggedIn === 0 ? { ...f, user: null } : f);
    outcomes.add(decision.granted ? 'granted' : decision.denial.reason);
  }
  expect([...outcomes].toSorted()).toEqual([
    'audience_missing',
    'authorization_details_not_allowed',
    'client_grant_missing',
    'connection_not_enabled',
    'consent_missing',
    'consent_required',
    'grant_type_not_allowed',
    'granted',
    'login_required',
    'not_a_member',
    'organization_closed_to_client',
    'organization_closed_to_third_parties',
    'organization_malformed',
    'organization_membership_missing',
    'organization_not_allowed',
    'organization_required',
    'organization_selection_required',
    'organization_unknown',
    'organizations_not_supported',
    'pkce_required',
    'policy_denies_all',
    'proof_of_possession_required',
    'refresh_audience_not_allowed',
    'resource_server_unknown',
    'response_type_not_allowed',
    'scopes_not_permitted',
    'scopes_unknown',
    'system_api_closed_to_third_parties',
    'token_exchange_not_allowed',
    'user_blocked',
    'userinfo_closed_to_third_parties',
  ]);
});

describe('a token never has', () => {
  test('a scope of an API that the API does not offer users', () => {
    everyToken((token, _, f) => {
      const open = token.audience === null ? [] : offered(f);
      expect(open).toEqual(expect.arrayContaining(apiScopes(token)));
    });
  });

  test('a scope above the ceiling, and where a grant is needed the ceiling is what one grant for users gives', () => {
    everyToken((token, _, f) => {
      expect(token.ceiling).toEqual(expect.arrayContaining(apiScopes(token)));
      if (token.audience === null) return;
      if (f.resourceServer?.userPolicy !== 'require_client_grant' && !isStrict(f)) return;
      const grant = f.clientGrants.find(({ id }) => id === token.clientGrantId);
      expect(grant).toMatchObject({ subjectType: 'user', audience: token.audience });
      expect([f.client.clientId, f.client.isFirstParty ? 'nobody' : null]).toContain(grant?.clientId);
      if (grant && !grant.allowAllScopes) {
        expect(grant.scopes).toEqual(expect.arrayContaining(apiScopes(token)));
      }
    });
  });

  test('a scope that the user has no permission for, where RBAC is on', () => {
    everyToken((token, _, f) => {
      if (token.audience === null || f.resourceServer?.enforcesPolicies !== true) return;
      const { directPermissions, rolePermissions, memberships } = f.user;
      const all = [...directPermissions, ...rolePermissions, ...memberships.flatMap((m) => m.permissions)];
      expect(all).toEqual(expect.arrayContaining(apiScopes(token)));
    });
  });

  test('a scope that the user has not consented to, where consent is needed', () => {
    everyToken((token, _, f) => {
      if (!token.needsConsent) return;
      const { consents } = f.user;
      const given = consents.find(
        ({ audience, organizationId }) =>
          audience === token.audience && organizationId === (token.organization?.id ?? null),
      );
      expect(given?.scopes).toEqual(expect.arrayContaining([...token.scopes]));
    });
  });

  test('a scope that was not asked for, but where a flow stands for more (PW-1, TX-4, TX-12, RT-1, MR-1, MR-2)', () => {
    everyToken((token, { flow, scopes, original }, f) => {
      if (flow === 'authorize' || flow === 'device')
        expect(scopes ?? []).toEqual(expect.arrayContaining([...token.scopes]));
      else if (flow === 'code_exchange')
        expect(original?.scopes).toEqual(expect.arrayContaining([...token.scopes]));
      else if (flow === 'refresh') {
        const policy = f.client.refreshTokenPolicies.find(({ audience }) => audience === token.audience);
        const most = [...(original?.scopes ?? []), ...(policy?.scopes ?? [])];
        expect(most).toEqual(expect.arrayContaining([...token.scopes]));
        if (scopes?.length) expect(scopes).toEqual(expect.arrayContaining([...token.scopes]));
      } else if (flow !== 'password' && scopes?.length) {
        expect(scopes).toEqual(expect.arrayContaining([...token.scopes]));
      }
    });
  });

  test('a scope twice', () => {
    everyToken(({ scopes }) => expect(new Set(scopes).size).toBe(scopes.length));
  });

  test('OpenID Connect scopes for strict third parties (TP-10)', () => {
    holds(
      fc.property(request, facts, (r, f) => {
        const decision = decideAccess(r, f, platformChoices);
        if (decision.granted && isStrict(f))
          expect(decision.scopes.filter((s) => PROTOCOL.has(s) && s !== 'offline_access')).toEqual([]);
      }),
    );
  });
});

describe('nobody gets a token', () => {
  const never = (
    change: (r: UserAccessRequest, f: AccessFacts) => [UserAccessRequest, AccessFacts],
  ): void => {
    holds(
      fc.property(request, facts, choices, (r, f, c) => {
        fc.pre(f.resourceServer !== null);
        const decision = decideAccess(...change(r, f), c);
        // Without an API no API's rules count.
        if (decision.granted) expect(decision.audience).toBeNull();
      }),
    );
  };
  const withApi = (f: AccessFacts, changes: object): AccessFacts => ({
    ...f,
    resourceServer: f.resourceServer && { ...f.resourceServer, ...changes },
  });

  test('at an API whose policy is deny_all, whatever the client grants say', () => {
    never((r, f) => [r, withApi(f, { userPolicy: 'deny_all' })]);
  });

  test('at an API that requires a client grant, without one for users', () => {
    never((r, f) => [
      r,
      {
        ...withApi(f, { userPolicy: 'require_client_grant' }),
        clientGrants: f.clientGrants.filter((g) => g.subjectType === 'client'),
      },
    ]);
  });

  test('at a system API, as a third party', () => {
    never((r, f) => [
      r,
      { ...withApi(f, { systemApi: 'my_account' }), client: { ...f.client, isFirstParty: false } },
    ]);
  });

  test('while blocked, or before login', () => {
    holds(
      fc.property(request, facts, choices, (r, f, c) => {
        expect(decideAccess(r, { ...f, user: { ...f.user, isBlocked: true } }, c).granted).toBe(false);
        expect(decideAccess(r, { ...f, user: null }, c).granted).toBe(false);
      }),
    );
  });

  test('for an organization that the user does not belong to', () => {
    everyToken(({ organization }, _, f) => {
      if (organization === null) return;
      expect(f.user.memberships.map(({ organizationId }) => organizationId)).toContain(organization.id);
    });
  });
});

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

test('every scope that was asked for at a login is in the token or told as left out', () => {
  everyToken(({ scopes, dropped }, r) => {
    if (r.flow !== 'authorize' && r.flow !== 'device') return;
    expect(new Set([...scopes, ...dropped.map(({ scope }) => scope)])).toEqual(new Set(r.scopes));
  });
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
