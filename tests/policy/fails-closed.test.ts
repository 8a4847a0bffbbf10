// What the policy does not understand or does not know, it refuses (design.md 1: "A missing fact denies"). The types rule
// these values out and `storage/` checks what it reads; the policy must not depend on either.

import type { AccessFacts, ClientGrantFacts } from '../../src/domain/access-facts.js';
import { decideAccess } from '../../src/policy/decide-access.js';
import type { ClientAccessRequest, ClientDenial } from '../../src/policy/decision.js';
import {
  API,
  answerOf,
  defaultGrant,
  factsOf,
  firstParty,
  noClientGrant,
  notGranted,
  organization,
  ownGrant,
  requestOf,
  type Setup,
  strictThirdParty,
} from './facts.js';

const grants = [ownGrant('c1')];
const notUnderstood = (value: string): ClientDenial => ({ reason: 'configuration_not_understood', value });
const mustBind: ClientDenial = { reason: 'proof_of_possession_required', audience: API };
const notAllowed: ClientDenial = { reason: 'grant_type_not_allowed', grantType: 'client_credentials' };
const closed: ClientDenial = { reason: 'system_api_closed_to_third_parties', audience: API };
const notAdded: ClientDenial = { reason: 'organization_not_granted', organization: 'org_a' };

/** A copy with another value at a path, of whatever type. */
function withValue(facts: AccessFacts, path: string, value: unknown): AccessFacts {
  const copy = structuredClone(facts);
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let holder = copy as unknown as Record<string, unknown>;
  for (const key of keys) holder = holder[key] as Record<string, unknown>;
  holder[last] = value;
  return copy;
}

interface Case {
  readonly path: string;
  readonly because: string;
  readonly setup: Setup;
  readonly request?: Partial<ClientAccessRequest>;
  readonly denial: ClientDenial;
}

const inOrganization = (changes: Partial<ClientGrantFacts> = {}): Setup => ({
  grants: [ownGrant('c1', { organizationUsage: 'allow', ...changes })],
  organizations: [organization('org_a', { clientGrantIds: ['cgr_c1'] })],
});

describe('a value that is not known', () => {
  test.each<Case & { value: string }>([
    {
      path: 'resourceServer.clientPolicy',
      value: 'allow_all',
      because: 'client access has no allow_all',
      setup: { grants },
      denial: notUnderstood('subject_type_authorization.client.policy = allow_all'),
    },
    {
      path: 'resourceServer.clientPolicy',
      value: 'require_consent',
      because: 'a policy of another release is none of ours',
      setup: { grants },
      denial: notUnderstood('subject_type_authorization.client.policy = require_consent'),
    },
    {
      path: 'resourceServer.clientPolicy',
      value: 'Require_Client_Grant',
      because: 'policies are compared letter by letter',
      setup: { grants },
      denial: notUnderstood('subject_type_authorization.client.policy = Require_Client_Grant'),
    },
    {
      path: 'clientGrants.0.organizationUsage',
      value: 'required',
      because: 'a page of the documentation spells require so',
      setup: { grants },
      denial: notUnderstood('organization_usage = required'),
    },
    {
      path: 'clientGrants.0.organizationUsage',
      value: 'prefer',
      because: 'it is unknown although an organization is sent',
      setup: inOrganization({ allowAnyOrganization: true }),
      request: { organization: 'org_a' },
      denial: notUnderstood('organization_usage = prefer'),
    },
    {
      path: 'clientGrants.0.subjectType',
      value: 'anonymous_user',
      because: 'the grant is for neither kind of access',
      setup: { grants },
      denial: noClientGrant,
    },
    {
      path: 'clientGrants.0.defaultFor',
      value: 'all_clients',
      because: 'nobody knows who belongs to the group',
      setup: { client: strictThirdParty, grants: [defaultGrant()] },
      denial: noClientGrant,
    },
    {
      path: 'resourceServer.proofOfPossessionRequiredFor',
      value: 'confidential_clients',
      because: 'nobody knows whether the client is meant',
      setup: { grants },
      denial: mustBind,
    },
  ])('$path `$value` refuses: $because', ({ path, value, setup, request, denial }) => {
    expect(answerOf(decideAccess(requestOf(request), withValue(factsOf(setup), path, value)))).toEqual(
      denial,
    );
  });

  test('a kind of access that is not known gets no token by the policy for users', () => {
    const subjectType = 'anonymous_user' as unknown as ClientAccessRequest['subjectType'];
    const facts = factsOf({
      api: { userPolicy: 'require_client_grant' },
      grants: [ownGrant('c1', { subjectType })],
    });
    expect(decideAccess(requestOf({ subjectType }), facts)).toMatchObject({
      granted: false,
      denial: { reason: 'configuration_not_understood' },
    });
  });
});

describe('a fact that is missing', () => {
  test.each<Case>([
    {
      path: 'client.isConfidential',
      because: 'the client may be public',
      setup: { grants },
      denial: notAllowed,
    },
    {
      path: 'client.isSelfRegistered',
      because: 'the client may have registered itself',
      setup: { grants },
      denial: notAllowed,
    },
    {
      path: 'client.requiresProofOfPossession',
      because: 'the client may want its tokens bound',
      setup: { grants },
      denial: mustBind,
    },
    {
      path: 'client.isFirstParty',
      because: 'the client may be a third party at a system API',
      setup: { api: { systemApi: 'my_account' }, grants },
      denial: closed,
    },
    {
      path: 'client.isFirstParty',
      because: 'the client may be a first party, for whom default grants are not',
      setup: { client: strictThirdParty, grants: [defaultGrant()] },
      denial: noClientGrant,
    },
    {
      path: 'client.isFirstParty',
      because: 'the client may be a third party, which needs its client grant in the organization',
      setup: {
        ...inOrganization({ allowAnyOrganization: true }),
        organizations: [organization('org_a')],
      },
      request: { organization: 'org_a' },
      denial: notAdded,
    },
    {
      path: 'client.defaultOrganizationId',
      because: 'the client may have no default organization',
      setup: inOrganization({ organizationUsage: 'require' }),
      denial: { reason: 'organization_required' },
    },
    {
      path: 'resourceServer.systemApi',
      because: 'the API may be a system API, closed to third parties',
      setup: { client: strictThirdParty, grants: [ownGrant('t1')] },
      denial: closed,
    },
    {
      path: 'resourceServer.clientPolicy',
      because: 'it may be deny_all',
      setup: { grants },
      denial: notUnderstood('subject_type_authorization.client.policy = undefined'),
    },
    {
      path: 'resourceServer.proofOfPossessionRequiredFor',
      because: 'the API may want the token bound',
      setup: { grants },
      denial: mustBind,
    },
    {
      path: 'resourceServer.scopes',
      because: 'the API may not define the scope that is asked for',
      setup: { grants },
      request: { scopes: ['read'] },
      denial: notGranted('read'),
    },
    {
      path: 'clientGrants.0.audience',
      because: 'the grant may be for another API',
      setup: { grants },
      denial: noClientGrant,
    },
    {
      path: 'clientGrants.0.clientId',
      because: 'the grant may be of another client',
      setup: { grants },
      denial: noClientGrant,
    },
    {
      path: 'clientGrants.0.subjectType',
      because: 'the grant may be for users',
      setup: { grants },
      denial: noClientGrant,
    },
    {
      path: 'clientGrants.0.allowAllScopes',
      because: 'the grant may be for the scopes that it lists',
      setup: { grants },
      request: { scopes: ['delete'] },
      denial: notGranted('delete'),
    },
    {
      path: 'clientGrants.0.organizationUsage',
      because: 'it may be deny or require',
      setup: { grants },
      denial: notUnderstood('organization_usage = undefined'),
    },
    {
      path: 'clientGrants.0.allowAnyOrganization',
      because: 'the organization may need the grant',
      setup: { ...inOrganization(), organizations: [organization('org_a')] },
      request: { organization: 'org_a' },
      denial: notAdded,
    },
    {
      path: 'tenant.allowOrganizationNames',
      because: 'the tenant may not allow names',
      setup: inOrganization(),
      request: { organization: 'a' },
      denial: { reason: 'organization_unknown', organization: 'a' },
    },
    {
      path: 'tenant.defaultAudience',
      because: 'the tenant may have no default',
      setup: { api: null, grants },
      request: { audience: null },
      denial: { reason: 'audience_missing' },
    },
    {
      path: 'tenant.resourceParameterProfile',
      because: 'the tenant may not read the resource',
      setup: { grants },
      request: { audience: null, resource: API },
      denial: { reason: 'audience_missing' },
    },
  ])('without $path the answer is no: $because', ({ path, setup, request, denial }) => {
    expect(answerOf(decideAccess(requestOf(request), withValue(factsOf(setup), path, undefined)))).toEqual(
      denial,
    );
  });

  test.each([
    { path: 'client' },
    { path: 'client.grantTypes' },
    { path: 'resourceServer' },
    { path: 'clientGrants' },
    { path: 'clientGrants.0' },
    { path: 'clientGrants.0.scopes' },
    { path: 'organizations' },
    { path: 'organizations.0' },
    { path: 'organizations.0.clientGrantIds' },
  ])('without $path the answer is a refusal and not an exception', ({ path }) => {
    const facts = withValue(factsOf(inOrganization()), path, undefined);
    expect(decideAccess(requestOf({ organization: 'org_a' }), facts)).toMatchObject({ granted: false });
  });

  test.each([{ path: 'client' }, { path: 'tenant' }])(
    'without $path a request that names no audience is refused and not an exception',
    ({ path }) => {
      const facts = withValue(factsOf({ client: firstParty, grants }), path, undefined);
      expect(decideAccess(requestOf({ audience: null }), facts)).toMatchObject({ granted: false });
    },
  );
});
