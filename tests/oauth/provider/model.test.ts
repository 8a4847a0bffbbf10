// The whole system against the pure model (style.md 8): random tenants made through the Management API, random logins through
// HTTP, and beside them `decideAccess` on facts that are put together here, without the server. Whoever gets a token, with
// which scopes, who is asked for consent and who is refused with which words: both have to say the same.

import fc from 'fast-check';
import type { AccessFacts, ClientGrantFacts, UserFacts } from '../../../src/domain/access-facts.js';
import { userRefusalFor } from '../../../src/oauth/user-refusal.js';
import { decideAccess } from '../../../src/policy/decide-access.js';
import type { UserAccessRequest, UserDecision } from '../../../src/policy/decision.js';
import { startServer, type TestServer } from '../../support/server.js';
import { bodyOf, givenClient, givenOrganization, type TestClient, unique } from '../given.js';
import {
  authorizeUrl,
  Browser,
  CALLBACK,
  claimsOf,
  exchange,
  givenApp,
  givenUser,
  newPkce,
  type Page,
  type TestUser,
  type TokenAnswer,
} from './given.js';

/** Change it to look elsewhere; a failure names it. */
const SEED = 20_261_125;
const TENANTS = 30;

const SCOPES = ['a', 'b', 'c', 'd'] as const;
const some = (scopes: readonly string[] = SCOPES) => fc.subarray([...scopes]);

const tenants = fc.record({
  kind: fc.constantFrom('first', 'first', 'strict', 'permissive'),
  usage: fc.constantFrom('deny', 'allow', 'allow', 'require'),
  refreshes: fc.boolean(),
  policy: fc.constantFrom(
    'allow_all',
    'allow_all',
    'require_client_grant',
    'require_client_grant',
    'deny_all',
  ),
  rbac: fc.boolean(),
  offline: fc.boolean(),
  skipsConsent: fc.boolean(),
  defined: some().filter((scopes) => scopes.length > 0),
  own: fc.option(fc.record({ scopes: some(), all: fc.boolean() }), { freq: 3 }),
  ownForClients: fc.option(some()),
  shared: fc.option(some()),
  blocked: fc.nat(19).map((n) => n === 0),
  direct: some(),
  byRole: some(),
  isMember: fc.boolean(),
  byMemberRole: some(),
  opensToThirdParties: fc.boolean(),
  connectionInOrganization: fc.nat(4).map((n) => n !== 0),
  logins: fc.array(
    fc.record({
      scopes: fc.option(fc.subarray(['openid', 'email', 'offline_access', ...SCOPES, 'nosuch']), { freq: 8 }),
      audience: fc.constantFrom('api', 'api', 'api', 'api', 'api', 'api', 'none', 'unknown'),
      organization: fc.constantFrom('none', 'none', 'none', 'none', 'theirs', 'theirs', 'unknown'),
      pkce: fc.nat(9).map((n) => n !== 0),
    }),
    { minLength: 3, maxLength: 3 },
  ),
});
type Plan = typeof tenants extends fc.Arbitrary<infer T> ? T : never;
type Login = Plan['logins'][number];

interface World {
  readonly client: TestClient;
  readonly user: TestUser;
  readonly audience: string;
  readonly organization: string;
  readonly browser: Browser;
}

let server: TestServer;
let connectionId: string;
beforeAll(async () => {
  server = await startServer({ env: { TEST_LOGIN: 'on' } });
  // Makes the connection of the users.
  await givenApp(server);
  const [found] = await bodyOf<{ id: string }[]>(server.api('get', 'connections?name=Test-Users'), 200);
  connectionId = found?.id ?? '';
});
afterAll(() => server.close());

const within = (scopes: readonly string[], { defined }: Plan): string[] =>
  scopes.filter((scope) => defined.includes(scope));

async function givenClientOf(plan: Plan): Promise<TestClient> {
  const grant_types = ['authorization_code', ...(plan.refreshes ? ['refresh_token'] : [])];
  if (plan.kind === 'first') {
    const requires = plan.usage === 'require' && { organization_require_behavior: 'no_prompt' };
    return givenApp(server, { grant_types, organization_usage: plan.usage, ...requires });
  }
  return givenClient(server, {
    app_type: 'regular_web',
    is_first_party: false,
    third_party_security_mode: plan.kind,
    token_endpoint_auth_method: 'client_secret_post',
    callbacks: [CALLBACK],
    grant_types,
  });
}

async function givenRole(audience: string, scopes: readonly string[]): Promise<string> {
  const { id } = await bodyOf<{ id: string }>(server.api('post', 'roles', { name: unique('role') }), 200);
  const permissions = permissionsOf(audience, scopes);
  await bodyOf(server.api('post', `roles/${id}/permissions`, { permissions }), 201);
  return id;
}

const permissionsOf = (resource_server_identifier: string, scopes: readonly string[]) =>
  scopes.map((permission_name) => ({ resource_server_identifier, permission_name }));

/** Makes the tenant that a plan describes. */
async function build(plan: Plan): Promise<World> {
  const audience = `https://${unique('model')}.example.com`;
  const client = await givenClientOf(plan);
  await bodyOf(
    server.api('post', 'resource-servers', {
      identifier: audience,
      scopes: plan.defined.map((value) => ({ value })),
      enforce_policies: plan.rbac,
      token_dialect: 'access_token_authz',
      allow_offline_access: plan.offline,
      skip_consent_for_verifiable_first_party_clients: plan.skipsConsent,
      subject_type_authorization: {
        user: { policy: plan.policy },
        client: { policy: 'require_client_grant' },
      },
    }),
    201,
  );
  const grant = (body: object) => bodyOf(server.api('post', 'client-grants', { audience, ...body }), 201);
  if (plan.own) {
    const scopes = plan.own.all ? { allow_all_scopes: true } : { scope: within(plan.own.scopes, plan) };
    await grant({ client_id: client.id, subject_type: 'user', ...scopes });
  }
  if (plan.ownForClients && plan.kind === 'first') {
    await grant({ client_id: client.id, scope: within(plan.ownForClients, plan) });
  }
  if (plan.shared) {
    const scope = within(plan.shared, plan);
    await grant({ default_for: 'third_party_clients', subject_type: 'user', scope });
  }
  const user = await givenUser(server);
  const id = encodeURIComponent(user.id);
  const organization = await givenOrganization(server, {
    third_party_client_access: plan.opensToThirdParties ? 'allow' : 'block',
  });
  const of = `organizations/${organization}`;
  if (plan.connectionInOrganization) {
    const body = { connection_id: connectionId };
    await bodyOf(server.api('post', `${of}/enabled_connections`, body), 201);
  }
  const direct = within(plan.direct, plan);
  if (direct.length > 0) {
    const permissions = permissionsOf(audience, direct);
    await bodyOf(server.api('post', `users/${id}/permissions`, { permissions }), 201);
  }
  const byRole = within(plan.byRole, plan);
  if (byRole.length > 0) {
    const roles = [await givenRole(audience, byRole)];
    await bodyOf(server.api('post', `users/${id}/roles`, { roles }), 204);
  }
  const byMemberRole = within(plan.byMemberRole, plan);
  if (plan.isMember) {
    await bodyOf(server.api('post', `${of}/members`, { members: [user.id] }), 204);
    if (byMemberRole.length > 0) {
      const roles = [await givenRole(audience, byMemberRole)];
      await bodyOf(server.api('post', `${of}/members/${id}/roles`, { roles }), 204);
    }
  }
  const browser = new Browser(server.url);
  const login = { method: 'POST', headers: { 'content-type': 'application/json' } };
  await browser.request('/_grantry/login', { ...login, body: JSON.stringify({ user_id: user.id }) });
  if (plan.blocked) await bodyOf(server.api('patch', `users/${id}`, { blocked: true }), 200);
  return { client, user, audience, organization, browser };
}

const audienceOf = ({ audience }: Login, world: World): string | null =>
  ({ api: world.audience, none: null, unknown: 'https://unknown.example.com' })[audience];
const organizationOf = ({ organization }: Login, world: World): string | null =>
  ({ none: null, theirs: world.organization, unknown: 'org_0000000000000000' })[organization];

function requestOf(login: Login, world: World): UserAccessRequest {
  const { scopes } = login;
  return {
    subjectType: 'user',
    flow: 'authorize',
    grantType: 'authorization_code',
    audience: audienceOf(login, world),
    resource: null,
    scopes: scopes === null || scopes.length === 0 ? null : scopes,
    organization: organizationOf(login, world),
    userinfoAudience: `${server.url}/userinfo`,
    authorizationDetails: null,
    hasAgreedToDetails: false,
    responseType: 'code',
    hasCodeChallenge: login.pkce,
    redirectUri: CALLBACK,
    bindsKey: true,
    original: null,
  };
}

function grantFacts(plan: Plan, world: World): ClientGrantFacts[] {
  const grant = (id: string, settings: Partial<ClientGrantFacts>): ClientGrantFacts => ({
    id,
    clientId: world.client.id,
    defaultFor: null,
    audience: world.audience,
    subjectType: 'user',
    scopes: [],
    allowAllScopes: false,
    organizationUsage: 'deny',
    allowAnyOrganization: false,
    authorizationDetailsTypes: [],
    ...settings,
  });
  const shared = { clientId: null, defaultFor: 'third_party_clients' } as const;
  return [
    ...(plan.own
      ? [
          grant('own', {
            allowAllScopes: plan.own.all,
            scopes: plan.own.all ? [] : within(plan.own.scopes, plan),
          }),
        ]
      : []),
    ...(plan.ownForClients && plan.kind === 'first'
      ? [grant('for clients', { subjectType: 'client', scopes: within(plan.ownForClients, plan) })]
      : []),
    ...(plan.shared ? [grant('shared', { ...shared, scopes: within(plan.shared, plan) })] : []),
  ];
}

function factsOf(plan: Plan, login: Login, world: World, consents: UserFacts['consents']): AccessFacts {
  const isFirstParty = plan.kind === 'first';
  return {
    tenant: {
      defaultAudience: null,
      allowOrganizationNames: false,
      resourceParameterProfile: 'audience',
      requiresSecondFactor: false,
      hasSecondFactors: false,
    },
    client: {
      clientId: world.client.id,
      name: 'client',
      isFirstParty,
      thirdPartySecurityMode: plan.kind === 'first' ? null : plan.kind === 'strict' ? 'strict' : 'permissive',
      grantTypes: ['authorization_code', ...(plan.refreshes ? ['refresh_token'] : [])],
      isConfidential: true,
      isSelfRegistered: false,
      isOidcConformant: false,
      requiresProofOfPossession: false,
      defaultOrganizationId: null,
      appType: 'regular_web',
      resourceServerIdentifier: null,
      organizationUsage: isFirstParty ? plan.usage : 'deny',
      organizationRequireBehavior: 'no_prompt',
      refreshTokenPolicies: [],
      tokenExchangeTypes: [],
      usesIdentityAssertions: false,
      trustsNonVerifiableCallbacks: false,
    },
    resourceServer:
      login.audience === 'api'
        ? {
            identifier: world.audience,
            systemApi: null,
            userPolicy: plan.policy,
            clientPolicy: 'require_client_grant',
            scopes: plan.defined,
            proofOfPossessionRequiredFor: null,
            proofOfPossessionMechanism: null,
            allowsOfflineAccess: plan.offline,
            enforcesPolicies: plan.rbac,
            showsPermissions: plan.rbac,
            skipsConsentForFirstParty: plan.skipsConsent,
            authorizationDetailsTypes: [],
          }
        : null,
    clientGrants: grantFacts(plan, world),
    organizations:
      login.organization === 'theirs'
        ? [
            {
              id: world.organization,
              name: 'organization',
              clientGrantIds: [],
              allowsThirdPartyClients: plan.opensToThirdParties,
              isAppEntitlementActive: false,
              isClientListedForMembers: false,
              enabledConnectionIds: plan.connectionInOrganization ? [connectionId] : [],
            },
          ]
        : [],
    user: {
      userId: world.user.id,
      isBlocked: plan.blocked,
      hasSecondFactor: false,
      connection: { id: connectionId, isDomainConnection: true, isEnabledForClient: isFirstParty },
      directPermissions: within(plan.direct, plan),
      rolePermissions: within(plan.byRole, plan),
      memberships: plan.isMember
        ? [{ organizationId: world.organization, permissions: within(plan.byMemberRole, plan) }]
        : [],
      consents,
    },
  };
}

/** What was asked of the user, and what came of it. */
interface Outcome {
  readonly asked: boolean;
  readonly refused: string | null;
  readonly scopes: readonly string[] | null;
  readonly permissions: readonly string[] | null;
  readonly organization: string | null;
  readonly hasRefreshToken: boolean;
}

const nothing = {
  refused: null,
  scopes: null,
  permissions: null,
  organization: null,
  hasRefreshToken: false,
};

function outcomeOf(decision: UserDecision, asked: boolean, world: World): Outcome {
  if (!decision.granted) {
    const { description } = userRefusalFor(decision.denial, world.client.id, 'authorize').error;
    return { ...nothing, asked, refused: description };
  }
  return {
    ...nothing,
    asked,
    scopes: decision.scopes,
    permissions: decision.permissions && [...decision.permissions].toSorted(),
    organization: decision.organization?.id ?? null,
    hasRefreshToken: decision.offline,
  };
}

const { verifier, challenge } = newPkce();

function addressOf(login: Login, world: World): string {
  return authorizeUrl(server, world.client, {
    audience: audienceOf(login, world) ?? '',
    organization: organizationOf(login, world) ?? '',
    scope: login.scopes?.join(' ') ?? '',
    ...(login.pkce && { code_challenge: challenge, code_challenge_method: 'S256' }),
  });
}

const unescaped = (html: string): string =>
  html.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');

/** What the page says, or what the application is told: a strict third party is told nothing (RD-1). */
function refusalOf(page: Page, plan: Plan): string | null {
  const told = page.url.searchParams.get('error_description');
  const shown = /<dt>Description<\/dt>\s*<dd><bdi>([^<]*)</.exec(page.html)?.[1];
  expect(told === null || plan.kind !== 'strict').toBe(true);
  return told ?? (shown === undefined ? null : unescaped(shown));
}

/** Goes through the pages. */
async function seen(login: Login, plan: Plan, world: World): Promise<Outcome> {
  const { browser, client } = world;
  let page = await browser.open(addressOf(login, world));
  const asked = page.html.includes('value="accept"');
  if (asked) page = await browser.submit(page, { decision: 'accept' });
  const code = page.url.searchParams.get('code');
  if (code === null) return { ...nothing, asked, refused: refusalOf(page, plan) };
  const answer = await exchange(server, client, code, login.pkce ? { code_verifier: verifier } : {});
  expect(answer.status).toBe(200);
  const tokens = answer.body as TokenAnswer;
  const claims = tokens.access_token.includes('.') ? claimsOf(tokens.access_token) : null;
  const scopes = tokens.scope?.split(' ') ?? [];
  if (claims) expect(claims['scope']).toBe(tokens.scope);
  const permissions = claims?.['permissions'] as string[] | undefined;
  const org = claims ?? (tokens.id_token ? claimsOf(tokens.id_token) : {});
  return {
    ...nothing,
    asked,
    scopes,
    permissions: permissions?.toSorted() ?? null,
    organization: (org['org_id'] as string | undefined) ?? null,
    hasRefreshToken: tokens.refresh_token !== undefined,
  };
}

type Consent = UserFacts['consents'][number];

/** What the model says, of a user who agrees to everything. */
function expected(login: Login, plan: Plan, world: World, consents: Consent[]): Outcome {
  const request = requestOf(login, world);
  const first = decideAccess(request, factsOf(plan, login, world, consents));
  if (first.granted || first.denial.reason !== 'consent_required') return outcomeOf(first, false, world);
  const { audience, scopes } = first.denial;
  const before = consents.findIndex(
    (each) => each.audience === audience && each.organizationId === request.organization,
  );
  const known = before === -1 ? [] : (consents.splice(before, 1)[0]?.scopes ?? []);
  const agreed = [...new Set([...known, ...scopes])];
  consents.push({ audience, organizationId: request.organization, scopes: agreed });
  return outcomeOf(decideAccess(request, factsOf(plan, login, world, consents)), true, world);
}

test(`random tenants decide as the model does (seed ${SEED})`, async () => {
  const counts = { tokens: 0, refused: 0, asked: 0 };
  for (const [at, plan] of fc.sample(tenants, { numRuns: TENANTS, seed: SEED }).entries()) {
    const world = await build(plan);
    const consents: Consent[] = [];
    for (const login of plan.logins) {
      const model = expected(login, plan, world, consents);
      const real = await seen(login, plan, world);
      if (model.organization !== null && real.scopes !== null && !real.scopes.includes('openid')) {
        // A token for /userinfo says nothing of the organization but in an ID token.
        if (login.audience === 'none') expect(real.organization).toBeNull();
      }
      const isSilent = login.audience === 'none' && !(real.scopes ?? []).includes('openid');
      try {
        expect(real).toEqual(isSilent ? { ...model, organization: null } : model);
      } catch (error) {
        const what = JSON.stringify({ seed: SEED, at, plan: { ...plan, logins: undefined }, login }, null, 1);
        throw new Error(`the server and the model differ: ${what}`, { cause: error });
      }
      counts.tokens += real.scopes === null ? 0 : 1;
      counts.refused += real.refused === null ? 0 : 1;
      counts.asked += real.asked ? 1 : 0;
    }
  }
  // Enough of each to mean something.
  expect(Math.min(counts.tokens, counts.refused, counts.asked)).toBeGreaterThan(10);
}, 120_000);
