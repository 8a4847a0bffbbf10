// The policy on behalf of users against the oracle: 224 million situations, in strides of a prime number that divides no
// dimension, so every value meets every other; and without gaps what decides
// who gets to the scopes.

import type { AccessFacts, ClientGrantFacts } from '../../../src/domain/access-facts.js';
import type { UserPolicy } from '../../../src/domain/access-policy.js';
import { decideAccess } from '../../../src/policy/decide-access.js';
import type { UserAccessRequest } from '../../../src/policy/decision.js';
import {
  answerOf,
  API,
  factsOf,
  firstParty,
  grant,
  laterRequest,
  organization,
  OTHER_API,
  passwordRequest,
  permissive,
  requestOf,
  sharedGrant,
  strict,
} from './facts.js';
import { dimensions, expectedIn, type Situation } from './oracle.js';

type Region = { readonly [D in keyof Situation]?: readonly Situation[D][] };

function* situations(region: Region, stride: number): Generator<Situation> {
  const space = Object.entries({ ...dimensions, ...region });
  const size = space.reduce((product, [, values]) => product * values.length, 1);
  for (let index = 0; index < size; index += stride) {
    const situation: Record<string, unknown> = { ...dimensions };
    let rest = index;
    for (const [dimension, values] of space) {
      situation[dimension] = values[rest % values.length];
      rest = Math.floor(rest / values.length);
    }
    yield situation as Situation;
  }
}

const clients = { 'first-party': firstParty, strict, permissive };
const organizations = { none: null, 'of the user': 'org_a', 'of others': 'org_a', unknown: 'org_x' };
const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');

function shaped(
  make: (scopes: string[], changes: Partial<ClientGrantFacts>) => ClientGrantFacts,
  shape: string,
) {
  if (shape === 'none') return [];
  if (shape === 'for clients only') return [make(['a', 'b'], { subjectType: 'client' })];
  return [shape === 'all scopes' ? make([], { allowAllScopes: true }) : make(words(shape), {})];
}

/** Grants that must not matter. */
const strangers = [
  grant('somebody else', ['a', 'b', 'c']),
  sharedGrant(['a', 'b', 'c'], { id: 'cgr_elsewhere', audience: OTHER_API }),
];

function factsIn(s: Situation): AccessFacts {
  const client = { ...clients[s.kind], organizationUsage: s.usage };
  const permissions = words(s.permissions);
  const by = (source: Situation['permissionsBy']): string[] =>
    s.permissionsBy === source ? permissions : [];
  const scopes =
    s.consented === 'a'
      ? ['a']
      : ['openid', 'profile', 'email', 'address', 'phone', 'offline_access', 'a', 'b', 'c'];
  const organizationId = s.organization === 'none' ? null : 'org_a';
  return factsOf({
    client,
    api: {
      systemApi: s.systemApi ? 'my_account' : null,
      userPolicy: s.userPolicy as UserPolicy,
      clientPolicy: s.userPolicy === 'deny_all' ? 'require_client_grant' : 'deny_all',
      scopes: ['a', 'b', 'c'],
      enforcesPolicies: s.rbac,
      allowsOfflineAccess: s.offlineAllowed,
      skipsConsentForFirstParty: s.consentSkipped,
    },
    grants: [
      ...strangers,
      ...shaped(sharedGrant, s.defaultGrant),
      ...shaped((...given) => grant(client.clientId, ...given), s.ownGrant),
    ],
    organizations: [organization({ allowsThirdPartyClients: s.openToThirdParties })],
    user: s.loggedIn
      ? {
          directPermissions: by('directly'),
          rolePermissions: by('a role'),
          memberships: [
            {
              organizationId: s.organization === 'of others' ? 'org_b' : 'org_a',
              permissions: by('a role as a member'),
            },
          ],
          consents: s.consented === 'nothing' ? [] : [{ audience: API, organizationId, scopes }],
        }
      : null,
  });
}

function requestIn(s: Situation): UserAccessRequest {
  const given = {
    scopes: s.requested === 'none' ? null : words(s.requested),
    organization: organizations[s.organization],
  };
  const original = { scopes: ['openid', 'a', 'b', 'offline_access'], needsConsent: !s.consentSkipped };
  switch (s.flow) {
    case 'authorize':
      return requestOf(given);
    case 'device':
      return requestOf({
        ...given,
        flow: 'device',
        grantType: 'urn:ietf:params:oauth:grant-type:device_code',
        responseType: null,
        redirectUri: null,
      });
    case 'password':
      return passwordRequest(given);
    case 'refresh':
    case 'code_exchange':
      return laterRequest(s.flow, original, given);
  }
}

test.each<{ part: string; region: Region; stride: number; atLeast: number }>([
  {
    part: 'who gets to the scopes',
    region: {
      requested: ['b a b'],
      rbac: [false],
      permissions: [''],
      permissionsBy: ['directly'],
      offlineAllowed: [true],
      consentSkipped: [true],
      consented: ['everything'],
    },
    stride: 1,
    atLeast: 160_000,
  },
  {
    part: 'which scopes',
    region: {
      userPolicy: ['allow_all', 'require_client_grant'],
      systemApi: [false],
      defaultGrant: ['none', 'b'],
      usage: ['allow'],
      organization: ['none', 'of the user'],
      openToThirdParties: [true],
      loggedIn: [true],
    },
    stride: 7,
    atLeast: 130_000,
  },
  { part: 'everything at once', region: {}, stride: 1009, atLeast: 220_000 },
])('the policy answers as the oracle does: $part', ({ region, stride, atLeast }) => {
  const wrong: object[] = [];
  let cases = 0;
  let tokens = 0;
  for (const situation of situations(region, stride)) {
    const received = answerOf(decideAccess(requestIn(situation), factsIn(situation)));
    const expected = expectedIn(situation);
    cases += 1;
    if (received.startsWith('[')) tokens += 1;
    if (received !== expected && wrong.length < 3) wrong.push({ situation, expected, received });
  }
  expect(wrong).toEqual([]);
  // The space cannot shrink unnoticed, nor become one in which nobody gets anything.
  expect(cases).toBeGreaterThan(atLeast);
  expect(tokens).toBeGreaterThan(1000);
});
