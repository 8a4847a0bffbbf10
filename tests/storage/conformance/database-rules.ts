// Rules that the database holds whatever the code does (design.md D5). Everything here goes past the checks in code.

import type { MfaPolicy } from '../../../src/domain/second-factor.js';
import type { ConfigWriter } from '../../../src/storage/config.js';
import { RuleBroken, type Storage } from '../../../src/storage/storage.js';
import type { Engine, TestDatabase } from '../../support/engines.js';
import {
  aClient,
  aConnection,
  anAction,
  aClientGrant,
  aDefaultGrant,
  aLogEntry,
  anOrganization,
  aResourceServer,
  aRole,
  aThirdParty,
  aUser,
  change,
} from '../fixtures.js';
import { withRaw } from '../raw.js';

const API = 'urn:api';
const SYSTEM = 'urn:system';
const own = { clientId: 'first', audience: API };
const third = { clientId: 'third', audience: API };
const onSystem = { clientId: 'first', audience: SYSTEM };

type Break = (config: ConfigWriter) => Promise<unknown>;

const refusedOnSystemApis = 'this client grant is not possible on a system API';

/** An authenticator of a user of its own. */
async function withUser(
  { authenticators, connections, users }: ConfigWriter,
  authenticator: { kind: 'push'; confirmedAt: Date | null },
): Promise<unknown> {
  const user = aUser();
  await connections.create(aConnection({ name: user.connection }));
  await users.create(user);
  const { userId, createdAt } = user;
  return authenticators.create({ userId, name: null, createdAt, ...authenticator });
}

/** What breaks a rule, and what the refusal names. Sources: management-api.md 4, 5 and 7. */
const broken: readonly (readonly [string, string, Break])[] = [
  [
    'a negative lifetime',
    'resource_servers_lifetimes',
    ({ resourceServers }) => resourceServers.create(aResourceServer({ tokenLifetimeSeconds: -1 })),
  ],
  [
    'a negative lifetime for web, by a change',
    'resource_servers_lifetimes',
    async ({ resourceServers }) => {
      const api = await resourceServers.find(API);
      await resourceServers.update(api?.id ?? '', { tokenLifetimeForWebSeconds: -1 });
    },
  ],
  [
    'client access to a system API for users',
    'resource_servers_system_client_policy',
    ({ resourceServers }) => resourceServers.create(aResourceServer({ systemApi: 'my_account' })),
  ],
  [
    'a connection without a strategy',
    'connections_named',
    ({ connections }) => connections.create(aConnection({ strategy: '' })),
  ],
  [
    'an action without a name',
    'actions_named',
    ({ actions }) => actions.create(anAction({ name: '' }), new Date()),
  ],
  [
    'an action that is bound before it is deployed',
    'an action that is bound to a trigger is deployed for it',
    async ({ actions }) => {
      const { id } = await actions.create(anAction(), new Date());
      await actions.bind('post-login', [{ actionId: id, displayName: 'x' }], new Date());
    },
  ],
  [
    'a token exchange profile whose action is not deployed for it',
    'an action that a token exchange profile runs is deployed for it',
    async ({ actions, tokenExchangeProfiles }) => {
      const { id, ...action } = await actions.create(anAction(), new Date());
      await actions.deploy(id, action, new Date());
      const profile = { name: 'x', subjectTokenType: 'urn:acme:token', actionId: id };
      await tokenExchangeProfiles.create(profile, new Date());
    },
  ],
  ...['urn:IETF:params:oauth:token-type:access_token', 'https://auth0.com/x', 'http://okta.com'].map(
    (subjectTokenType): [string, string, Break] => [
      `a token exchange profile for ${subjectTokenType}`,
      'token_exchange_profiles_not_reserved',
      async ({ actions, tokenExchangeProfiles }) => {
        const trigger = { id: 'custom-token-exchange', version: 'v1' };
        const { id, ...action } = await actions.create(anAction({ trigger }), new Date());
        await actions.deploy(id, action, new Date());
        await tokenExchangeProfiles.create({ name: 'x', subjectTokenType, actionId: id }, new Date());
      },
    ],
  ),
  [
    'a first-party client with a security mode',
    'clients_security_mode',
    ({ clients }) => clients.create(aClient({ thirdPartySecurityMode: 'strict' }), []),
  ],
  [
    'a third-party client without a security mode',
    'clients_security_mode',
    ({ clients }) => clients.create(aClient({ isFirstParty: false }), []),
  ],
  [
    'a client grant for a client and a default group',
    'client_grants_client_or_default',
    ({ clientGrants }) => clientGrants.create(aClientGrant({ ...own, defaultFor: 'third_party_clients' })),
  ],
  [
    'a client grant for nobody',
    'client_grants_client_or_default',
    ({ clientGrants }) => clientGrants.create(aDefaultGrant({ audience: API, defaultFor: null })),
  ],
  [
    'all scopes together with a list',
    'client_grants_all_scopes_lists_none',
    ({ clientGrants }) => clientGrants.create(aClientGrant({ ...own, allowAllScopes: true, scopes: ['a'] })),
  ],
  [
    'all scopes together with a list, by a change',
    'client_grants_all_scopes_lists_none',
    async ({ clientGrants }) => {
      const { id } = await clientGrants.create(aClientGrant({ ...own, scopes: ['a'] }));
      await clientGrants.update(id, { allowAllScopes: true });
    },
  ],
  [
    'organizations for users',
    'client_grants_organizations_for_clients',
    ({ clientGrants }) =>
      clientGrants.create(aClientGrant({ ...own, subjectType: 'user', organizationUsage: 'allow' })),
  ],
  [
    'organizations on a default grant',
    'client_grants_organizations_for_clients',
    ({ clientGrants }) => clientGrants.create(aDefaultGrant({ audience: API, allowAnyOrganization: false })),
  ],
  [
    'any organization where none is allowed',
    'client_grants_any_organization_needs_usage',
    ({ clientGrants }) =>
      clientGrants.create(aClientGrant({ ...own, organizationUsage: 'deny', allowAnyOrganization: true })),
  ],
  [
    'authorization details for client credentials',
    'client_grants_authorization_details_for_users',
    ({ clientGrants }) => clientGrants.create(aClientGrant({ ...own, authorizationDetailsTypes: ['a'] })),
  ],
  [
    'a default grant on a system API',
    refusedOnSystemApis,
    ({ clientGrants }) => clientGrants.create(aDefaultGrant({ audience: SYSTEM })),
  ],
  [
    'a third-party client on a system API',
    refusedOnSystemApis,
    ({ clientGrants }) => clientGrants.create(aClientGrant({ ...third, audience: SYSTEM })),
  ],
  [
    'all scopes of a system API',
    refusedOnSystemApis,
    ({ clientGrants }) => clientGrants.create(aClientGrant({ ...onSystem, allowAllScopes: true })),
  ],
  [
    'all scopes of a system API, by a change',
    refusedOnSystemApis,
    async ({ clientGrants }) => {
      const { id } = await clientGrants.create(aClientGrant(onSystem));
      await clientGrants.update(id, { allowAllScopes: false });
    },
  ],
  [
    'organizations on a system API',
    refusedOnSystemApis,
    ({ clientGrants }) => clientGrants.create(aClientGrant({ ...onSystem, organizationUsage: 'allow' })),
  ],
  [
    'any organization for a third-party client',
    'third-party clients need an association with each organization',
    ({ clientGrants }) =>
      clientGrants.create(aClientGrant({ ...third, organizationUsage: 'allow', allowAnyOrganization: true })),
  ],
  [
    "a tenant role that is an organization's",
    'roles_owner_of_organization_roles',
    async ({ organizations, roles }) => {
      const { id } = await organizations.create(anOrganization());
      await roles.create(aRole({ ownerId: id }));
    },
  ],
  [
    'a role of an organization without one',
    'roles_owner_of_organization_roles',
    ({ roles }) => roles.create(aRole({ type: 'organization' })),
  ],
  [
    'a user whose id names another strategy',
    'users_id_begins_with_provider',
    ({ users }) => users.create(aUser({ provider: 'sms' })),
  ],
  [
    'a role of an organization that a user has outside of it',
    'a role of an organization is only for its members',
    async ({ connections, organizations, roles, users }) => {
      const user = aUser();
      await connections.create(aConnection({ name: user.connection }));
      await users.create(user);
      const { id: ownerId } = await organizations.create(anOrganization());
      const { id } = await roles.create(aRole({ type: 'organization', ownerId }));
      await users.addRoles([user.userId], [id]);
    },
  ],
  [
    'an email with capital letters',
    'users_email_in_lower_case',
    ({ users }) => users.create(aUser({ email: 'Ann@example.com' })),
  ],
  [
    'a user name with capital letters',
    'users_username_in_lower_case',
    ({ users }) => users.create(aUser({ username: 'Ann' })),
  ],
  [
    'a policy of second factors that nobody knows',
    'tenant_mfa_policies_known',
    ({ secondFactors }) => secondFactors.update({ policies: ['sometimes' as MfaPolicy] }),
  ],
  [
    'an authenticator of a kind that nobody knows',
    'authenticators_known',
    (config) => withUser(config, { kind: 'sms' as 'push', confirmedAt: null }),
  ],
  [
    'a browser that is confirmed without having been paired',
    'authenticators_proven',
    (config) => withUser(config, { kind: 'push', confirmedAt: new Date(0) }),
  ],
];

/** Neighbours of the above that the rules have to let pass. */
const allowed: readonly (readonly [string, Break])[] = [
  [
    'a lifetime of nothing',
    ({ resourceServers }) => resourceServers.create(aResourceServer({ tokenLifetimeSeconds: 0 })),
  ],
  [
    'a system API for users without client access',
    ({ resourceServers }) =>
      resourceServers.create(aResourceServer({ systemApi: 'my_account', clientPolicy: 'deny_all' })),
  ],
  ['a client grant on a system API', ({ clientGrants }) => clientGrants.create(aClientGrant(onSystem))],
  [
    'a default grant for users with all scopes',
    ({ clientGrants }) =>
      clientGrants.create(aDefaultGrant({ audience: API, subjectType: 'user', allowAllScopes: true })),
  ],
  [
    'organizations of a third-party client, each by itself',
    ({ clientGrants }) =>
      clientGrants.create(
        aClientGrant({ ...third, organizationUsage: 'require', allowAnyOrganization: false }),
      ),
  ],
  [
    'any organization for a first-party client',
    ({ clientGrants }) =>
      clientGrants.create(aClientGrant({ ...own, organizationUsage: 'allow', allowAnyOrganization: true })),
  ],
  ['a browser that waits to be paired', (config) => withUser(config, { kind: 'push', confirmedAt: null })],
  [
    'both policies of second factors',
    ({ secondFactors }) => secondFactors.update({ policies: ['all-applications', 'confidence-score'] }),
  ],
];

/** A connection that is said to accept assertions of an issuer. */
const accepting = (strategy: string, issuer: string, status: string): string => `
  INSERT INTO connections (id, name, strategy, encrypted_options, domain_aliases, realms, settings, assertion_issuer)
  VALUES ('con_x', 'x', '${strategy}', '', '{}', '{}',
    '{"cross_app_access_resource_app":{"status":"${status}"}}', '${issuer}')`;

const CHECK_VIOLATION = '23514';
const UNIQUE_VIOLATION = '23505';

const beyondWriters = [
  ['a second version of the configuration', 'INSERT INTO config_version (id) VALUES (2)', CHECK_VIOLATION],
  ['a second tenant', 'INSERT INTO tenant (id) VALUES (2)', CHECK_VIOLATION],
  ['a change of a log entry', "UPDATE logs SET reason = 'other'", CHECK_VIOLATION],
  [
    'an app without its key',
    "UPDATE authenticators SET encrypted_secret = NULL WHERE kind = 'totp'",
    CHECK_VIOLATION,
  ],
  [
    'an app with a digest beside its key',
    "UPDATE authenticators SET secret_digest = 'x' WHERE kind = 'totp'",
    CHECK_VIOLATION,
  ],
  [
    'a recovery code without its digest',
    "UPDATE authenticators SET secret_digest = NULL WHERE kind = 'recovery-code'",
    CHECK_VIOLATION,
  ],
  [
    'a recovery code that can be read again',
    "UPDATE authenticators SET encrypted_secret = '\\x00' WHERE kind = 'recovery-code'",
    CHECK_VIOLATION,
  ],
  [
    'a second recovery code of a user',
    `INSERT INTO authenticators (id, user_id, kind, secret_digest, created_at)
     SELECT 'recovery-code|dev_other', user_id, kind, 'other', created_at FROM authenticators
     WHERE kind = 'recovery-code'`,
    UNIQUE_VIOLATION,
  ],
  [
    'assertions of a strategy without an issuer',
    accepting('samlp', 'https://idp.example.com', 'enabled'),
    CHECK_VIOLATION,
  ],
  [
    'assertions of an issuer without TLS',
    accepting('oidc', 'http://idp.example.com', 'enabled'),
    CHECK_VIOLATION,
  ],
  [
    'assertions that are switched off',
    accepting('oidc', 'https://idp.example.com', 'disabled'),
    CHECK_VIOLATION,
  ],
] as const;

const FOREIGN_COLLATIONS = `
  SELECT table_name, column_name, collation_name FROM information_schema.columns
  WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'
    AND data_type IN ('text', 'character varying') AND collation_name IS DISTINCT FROM 'C'`;

export function databaseRuleConformance(engine: Engine): void {
  describe('rules of the database', () => {
    let database: TestDatabase;
    let storage: Storage;
    /** What the database answered to SQL that no writer can send. */
    const answers = new Map<string, unknown>();

    beforeAll(async () => {
      database = await engine.create();
      storage = await database.open();
      await storage.appendLog(aLogEntry());
      const connectionId = await change(storage, async ({ authenticators, connections, users }) => {
        const { userId, connection: name, createdAt } = aUser();
        const { id } = await connections.create(aConnection({ name }));
        await users.create(aUser({ userId }));
        const common = { userId, name: null, confirmedAt: createdAt, createdAt };
        await authenticators.create({ ...common, kind: 'totp', secret: 'JBSWY3DPEHPK3PXP' });
        await authenticators.create({ ...common, kind: 'recovery-code', code: 'a code' });
        return id;
      });
      await storage.close();
      await withRaw(database, async (query) => {
        for (const sql of [...beyondWriters.map(([, sql]) => sql), FOREIGN_COLLATIONS]) {
          answers.set(sql, await query(sql).catch((error: unknown) => error));
        }
      });
      storage = await database.open();
      await change(storage, async ({ connections, resourceServers, clients }) => {
        await connections.delete(connectionId);
        await resourceServers.create(aResourceServer({ identifier: API }));
        await resourceServers.create(aResourceServer({ identifier: SYSTEM, systemApi: 'management' }));
        await clients.create(aClient({ clientId: 'first' }), []);
        await clients.create(aThirdParty({ clientId: 'third' }), []);
      });
    });
    afterAll(async () => {
      await storage.close();
      await database.remove();
    });

    /** Runs a change and takes it back, so that no test meets what another made. */
    const trying = (make: Break): Promise<unknown> =>
      change(storage, async (config) => {
        await make(config);
        throw new TakenBack();
      });

    test.each(broken)('%s is refused', async (_name, rule, make) => {
      const refusal: unknown = await trying(make).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(RuleBroken);
      expect(refusal).toMatchObject({ constraint: expect.stringContaining(rule) });
    });

    test.each(allowed)('%s is possible', async (_name, make) => {
      await expect(trying(make)).rejects.toBeInstanceOf(TakenBack);
    });

    test.each(beyondWriters)('%s is refused', (_name, sql, code) => {
      expect(answers.get(sql)).toMatchObject({ code });
    });

    test('no text column follows the collation of the database', () => {
      expect(answers.get(FOREIGN_COLLATIONS)).toEqual([]);
    });
  });
}

class TakenBack extends Error {}
