// Every situation in which the policy can find itself, spelled out as one value for each dimension, and the facts that
// describe such a situation to the policy.

import type { AccessFacts, ClientGrantFacts } from '../../src/domain/access-facts.js';
import type { ClientPolicy, OrganizationUsage } from '../../src/domain/access-policy.js';
import type { ClientAccessRequest } from '../../src/policy/decision.js';
import { type PlatformChoices, platformChoices } from '../../src/policy/platform-choices.js';
import {
  API,
  defaultGrant,
  firstParty,
  organization,
  ownGrant,
  permissiveThirdParty,
  resourceServer,
  strictThirdParty,
} from './facts.js';

const grantShapes = ['none', 'for users only', 'no scopes', 'a', 'a b', 'all scopes'] as const;
export type GrantShape = (typeof grantShapes)[number];

/** `allow_all` and `required` are values that client credentials do not have. */
const dimensions = {
  kind: ['first-party', 'strict', 'permissive'],
  grantTypeListed: [true, false],
  confidential: [true, false],
  selfRegistered: [false, true],
  /** `unread resource`: there is one, and the tenant's profile leaves it aside. */
  audience: ['asked for', 'by default', 'by resource', 'unknown', 'none', 'unread resource'],
  systemApi: [false, true],
  clientPolicy: ['require_client_grant', 'deny_all', 'allow_all'],
  ownGrant: grantShapes,
  defaultGrant: grantShapes,
  /** Whether the scope lists of client grants have a scope, `gone`, that the API does not define. */
  grantsListUndefinedScope: [false, true],
  requested: ['none', 'a', 'b a b', 'unknown a', 'gone'],
  /** What follows is about the client grant that counts; a hidden default grant says the opposite. */
  usage: ['deny', 'allow', 'require', 'required'],
  allowAny: [false, true],
  /** Whether that client grant was added to the organizations. */
  associated: [false, true],
  organization: ['none', 'by id', 'by name', 'unknown'],
  defaultOrganization: ['none', 'set', 'gone'],
  namesAllowed: [false, true],
  proofOfPossession: ['not required', 'by client', 'for all clients', 'for public clients'],
  partOfGrant: ['all_of_grant', 'requested_part'],
  undefinedScopes: ['drop', 'issue'],
} as const;

type Dimensions = typeof dimensions;
export type Situation = { readonly [D in keyof Dimensions]: Dimensions[D][number] };
/** The values to go through; a dimension that is left out has all of its values. */
export type Region = { readonly [D in keyof Dimensions]?: readonly Situation[D][] };

/** Every situation of a region, or every n-th of them. */
export function* situations(region: Region, stride = 1): Generator<Situation> {
  const space = Object.entries({ ...dimensions, ...region });
  const size = space.reduce((product, [, values]) => product * values.length, 1);
  for (let index = 0; index < size; index += stride) {
    // Cloned rather than filled key by key, which is several times slower.
    const situation: Record<string, unknown> = { ...dimensions };
    let rest = index;
    for (const [dimension, values] of space) {
      situation[dimension] = values[rest % values.length];
      rest = Math.floor(rest / values.length);
    }
    yield situation as Situation;
  }
}

const clients = { 'first-party': firstParty, strict: strictThirdParty, permissive: permissiveThirdParty };
const requestedScopes = {
  none: null,
  a: ['a'],
  'b a b': ['b', 'a', 'b'],
  'unknown a': ['unknown', 'a'],
  gone: ['gone'],
};
const askedOrganizations = { none: null, 'by id': 'org_a', 'by name': 'a', unknown: 'org_x' };
const askedAudiences = {
  'asked for': API,
  'by default': null,
  'by resource': null,
  unknown: 'https://nope',
  none: null,
  'unread resource': null,
};
/** The resource that is there beside an audience never counts. */
const askedResources = {
  'asked for': 'https://nope',
  'by default': null,
  'by resource': API,
  unknown: API,
  none: null,
  'unread resource': API,
};
const proofs = {
  'not required': null,
  'by client': null,
  'for all clients': 'all_clients',
  'for public clients': 'public_clients',
} as const;

export function requestIn({ requested, organization, audience }: Situation): ClientAccessRequest {
  return {
    subjectType: 'client',
    grantType: 'client_credentials',
    audience: askedAudiences[audience],
    resource: askedResources[audience],
    scopes: requestedScopes[requested],
    organization: askedOrganizations[organization],
  };
}

export function choicesIn({ partOfGrant, undefinedScopes }: Situation): PlatformChoices {
  return {
    ...platformChoices,
    clientCredentialsScopes: partOfGrant,
    undefinedScopesInGrant: undefinedScopes,
  };
}

function shaped(grant: ClientGrantFacts, shape: GrantShape, withUndefinedScope: boolean): ClientGrantFacts[] {
  if (shape === 'none') return [];
  if (shape === 'for users only') return [{ ...grant, subjectType: 'user', scopes: ['a', 'b'] }];
  if (shape === 'all scopes') return [{ ...grant, scopes: [], allowAllScopes: true }];
  const listed = shape === 'no scopes' ? [] : shape.split(' ');
  return [{ ...grant, scopes: withUndefinedScope ? ['gone', ...listed] : listed }];
}

/** Client grants that concern someone or something else, each as generous as can be. */
function strangersTo(clientId: string): ClientGrantFacts[] {
  const generous = { allowAllScopes: true, organizationUsage: 'allow', allowAnyOrganization: true } as const;
  return [
    ownGrant('c2', generous),
    ownGrant(clientId, { ...generous, id: 'cgr_else', audience: `${API}/` }),
    defaultGrant({ ...generous, id: 'cgr_default_else', audience: `${API}/` }),
    defaultGrant({ ...generous, id: 'cgr_default_user', subjectType: 'user' }),
  ];
}
const strangers = {
  'first-party': strangersTo(firstParty.clientId),
  strict: strangersTo(strictThirdParty.clientId),
  permissive: strangersTo(permissiveThirdParty.clientId),
};

export function factsIn(situation: Situation): AccessFacts {
  const client = clients[situation.kind];
  const hasOwn = situation.ownGrant !== 'none' && situation.ownGrant !== 'for users only';
  // The casts let in the values that client credentials do not have.
  const organizationUsage = situation.usage as OrganizationUsage;
  const counting = { organizationUsage, allowAnyOrganization: situation.allowAny };
  const hidden = {
    organizationUsage: organizationUsage === 'require' ? ('deny' as const) : ('require' as const),
    allowAnyOrganization: !situation.allowAny,
  };
  const own = ownGrant(client.clientId, { ...counting, id: 'cgr_own' });
  const shared = defaultGrant(hasOwn ? hidden : counting);
  const clientGrantIds = [hasOwn === situation.associated ? own.id : shared.id];
  const known = ['asked for', 'by default', 'by resource'].includes(situation.audience);
  return {
    tenant: {
      defaultAudience: situation.audience === 'by default' ? API : null,
      allowOrganizationNames: situation.namesAllowed,
      resourceParameterProfile: situation.audience === 'unread resource' ? 'audience' : 'compatibility',
      // They are about users.
      requiresSecondFactor: true,
      hasSecondFactors: false,
    },
    client: {
      ...client,
      grantTypes: situation.grantTypeListed ? ['refresh_token', 'client_credentials'] : ['refresh_token'],
      isConfidential: situation.confidential,
      isSelfRegistered: situation.selfRegistered,
      isOidcConformant: true,
      requiresProofOfPossession: situation.proofOfPossession === 'by client',
      defaultOrganizationId: situation.defaultOrganization === 'none' ? null : 'org_home',
    },
    resourceServer: known
      ? {
          ...resourceServer,
          systemApi: situation.systemApi ? 'my_account' : null,
          clientPolicy: situation.clientPolicy as ClientPolicy,
          scopes: ['a', 'b', 'c'],
          proofOfPossessionRequiredFor: proofs[situation.proofOfPossession],
        }
      : null,
    clientGrants: [
      ...strangers[situation.kind],
      ...shaped(shared, situation.defaultGrant, situation.grantsListUndefinedScope),
      ...shaped(own, situation.ownGrant, situation.grantsListUndefinedScope),
    ],
    organizations: [
      ...(situation.defaultOrganization === 'set' ? [organization('org_home', { clientGrantIds })] : []),
      ...(situation.organization === 'by id' || situation.organization === 'by name'
        ? [organization('org_a', { clientGrantIds })]
        : []),
    ],
    user: null,
  };
}
