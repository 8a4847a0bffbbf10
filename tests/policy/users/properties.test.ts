// What holds for every decision on behalf of a user (style.md 8): who gets a token, and with which scopes. Where documented
// behaviour breaks a property, the property yields and cites the row of token-issuance.md.

import fc from 'fast-check';
import type { AccessFacts } from '../../../src/domain/access-facts.js';
import { currentUserScopes } from '../../../src/domain/system-apis.js';
import { decideAccess } from '../../../src/policy/decide-access.js';
import type { UserAccessRequest, UserGranted } from '../../../src/policy/decision.js';
import { platformChoices } from '../../../src/policy/platform-choices.js';
import { holds } from '../arbitraries.js';
import { choices, facts, request, requestIn } from './arbitraries.js';

const PROTOCOL = new Set(['openid', 'profile', 'email', 'address', 'phone', 'offline_access']);
const apiScopes = ({ scopes }: UserGranted): string[] => scopes.filter((scope) => !PROTOCOL.has(scope));
const isStrict = ({ client }: AccessFacts): boolean => client.thirdPartySecurityMode === 'strict';

/** What an API offers users; SY-1. */
const offered = ({ resourceServer }: AccessFacts): readonly string[] =>
  resourceServer?.systemApi === 'management' ? currentUserScopes : (resourceServer?.scopes ?? []);

/** Runs a check on every token; there are enough of them. @param requests which of all. */
function everyToken(
  check: (token: UserGranted, r: UserAccessRequest, f: AccessFacts & { user: object }) => void,
  requests = request,
): void {
  let tokens = 0;
  holds(
    fc.property(requests, facts, choices, (r, f, c) => {
      const decision = decideAccess(r, f, c);
      if (!decision.granted) return;
      tokens += 1;
      check(decision, r, f);
    }),
    6000,
  );
  expect(tokens).toBeGreaterThan(100);
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
    'audience_not_asserted',
    'authorization_details_not_allowed',
    'client_grant_missing',
    'connection_not_enabled',
    'consent_missing',
    'consent_required',
    'grant_type_not_allowed',
    'granted',
    'identity_assertion_not_allowed',
    'login_required',
    'mfa_not_available',
    'mfa_not_supported',
    'mfa_required',
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

test('an identity assertion never gives OpenID Connect, a refresh token, or another API than its own (TX-18)', () => {
  let tokens = 0;
  holds(
    fc.property(requestIn('identity_assertion'), facts, choices, (r, f, c) => {
      const token = decideAccess(r, f, c);
      if (!token.granted) return;
      tokens += 1;
      expect(token.scopes.filter((scope) => PROTOCOL.has(scope))).toEqual([]);
      expect([token.offline, token.oidc, token.needsConsent]).toEqual([false, false, false]);
      expect(f.client.usesIdentityAssertions).toBe(true);
      expect(f.client.isFirstParty || isStrict(f)).toBe(true);
      const resources = r.asserted?.resources ?? [];
      expect(resources.length > 0 ? resources : [f.tenant.defaultAudience]).toContain(token.audience);
    }),
    6000,
  );
  expect(tokens).toBeGreaterThan(20);
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

test('every scope that was asked for at a login is in the token or told as left out', () => {
  everyToken(({ scopes, dropped }, r) => {
    if (r.flow !== 'authorize' && r.flow !== 'device' && r.flow !== 'ciba') return;
    expect(new Set([...scopes, ...dropped.map(({ scope }) => scope)])).toEqual(new Set(r.scopes));
  });
});

test('a backchannel request of a first party alone gets a token, and no more than was approved', () => {
  everyToken(({ scopes }, r, { client }) => {
    expect(client).toMatchObject({ isFirstParty: true, isConfidential: true, isOidcConformant: true });
    expect(r.approvedScopes).toEqual(expect.arrayContaining([...scopes]));
    expect(r.scopes ?? []).toEqual(expect.arrayContaining([...scopes]));
  }, requestIn('ciba'));
});
