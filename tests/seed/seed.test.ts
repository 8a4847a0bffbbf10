import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { engines } from '../support/engines.js';
import { given, type Given, shown } from './given.js';

const pem = createPublicKey(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)
  .export({ type: 'spki', format: 'pem' })
  .toString();

const yaml = `
resourceServers:
  - name: Orders
    identifier: https://orders.example.com/
    scopes:
      - {value: read:orders, description: Read orders}
      - {value: write:orders}
    token_lifetime: 3600
    subject_type_authorization:
      user: {policy: require_client_grant}
      client: {policy: require_client_grant}
  - name: Auth0 Management API
    identifier: https://x.eu.auth0.com/api/v2/
  - name: Auth0 My Account API
    identifier: https://x.eu.auth0.com/me/
    is_system: true
    token_lifetime: 900
clients:
  - name: Nightly job
    client_id: nightly-job
    client_secret: the secret of the job in ##STAGE##
    app_type: non_interactive
    grant_types: [client_credentials]
    token_endpoint_auth_method: client_secret_post
    client_metadata: {team: billing}
    jwt_configuration: {alg: RS256, lifetime_in_seconds: 36000}
  - name: Shop
    app_type: regular_web
    callbacks: @@CALLBACKS@@
    custom_login_page: ./login.html
    oidc_backchannel_logout: {backchannel_logout_urls: [https://shop.example.com/out]}
  - name: Signer
    app_type: non_interactive
    client_authentication_methods:
      private_key_jwt:
        credentials:
          - name: first key
            credential_type: public_key
            pem: @@PEM@@
  - name: Partner
    app_type: regular_web
    is_first_party: false
clientGrants:
  - client_id: Nightly job
    audience: https://orders.example.com/
    scope: [read:orders]
    organization_usage: allow
  - client_id: Nightly job
    audience: https://orders.example.com/
    subject_type: user
    scope: [read:orders]
  - client_id: Nightly job
    audience: https://x.eu.auth0.com/api/v2/
    scope: [read:clients]
  - default_for: third_party_clients
    client_id: undefined_clientId
    audience: https://orders.example.com/
    subject_type: user
    scope: [read:orders]
roles:
  - name: Clerk
    description: Keeps the orders
    permissions:
      - {resource_server_identifier: https://orders.example.com/, permission_name: read:orders}
organizations:
  - name: acme
    display_name: Acme
    metadata: {plan: gold}
    client_grants:
      - client_id: Nightly job
`;
const login = '<h1>Log in to ##STAGE##</h1>';
const env = {
  STAGE: 'test',
  AUTH0_DOMAIN: 'x.eu.auth0.com',
  AUTH0_KEYWORD_REPLACE_MAPPINGS: JSON.stringify({ CALLBACKS: ['https://a.example.com/'], PEM: pem }),
};

/** The same as a directory, with one file for each object. */
const directory = {
  'resource-servers/Orders.json': `{
    "name": "Orders", "identifier": "https://orders.example.com/", "token_lifetime": 3600,
    "scopes": [{"value": "read:orders", "description": "Read orders"}, {"value": "write:orders"}],
    "subject_type_authorization": {
      "user": {"policy": "require_client_grant"}, "client": {"policy": "require_client_grant"}
    }
  }`,
  'resource-servers/My Account.json':
    '{"name": "Auth0 My Account API", "identifier": "https://x.eu.auth0.com/me/", "is_system": true, "token_lifetime": 900}',
  'resource-servers/empty.json': '{}',
  'clients/Nightly job.json': `{
    "name": "Nightly job", "client_id": "nightly-job", "client_secret": "the secret of the job in ##STAGE##",
    "app_type": "non_interactive", "grant_types": ["client_credentials"],
    "token_endpoint_auth_method": "client_secret_post", "client_metadata": {"team": "billing"},
    "jwt_configuration": {"alg": "RS256", "lifetime_in_seconds": 36000}
  }`,
  'clients/Shop.json': `{
    "name": "Shop", "app_type": "regular_web", "callbacks": @@CALLBACKS@@, "custom_login_page": "./login.html",
    "oidc_backchannel_logout": {"backchannel_logout_urls": ["https://shop.example.com/out"]}
  }`,
  'clients/login.html': login,
  'clients/Signer.json': `{
    "name": "Signer", "app_type": "non_interactive", "client_authentication_methods": {"private_key_jwt": {
      "credentials": [{"name": "first key", "credential_type": "public_key", "pem": "@@PEM@@"}]
    }}
  }`,
  'clients/Partner.json': '{"name": "Partner", "app_type": "regular_web", "is_first_party": false}',
  'grants/1.json':
    '{"client_id": "Nightly job", "audience": "https://orders.example.com/", "scope": ["read:orders"], "organization_usage": "allow"}',
  'grants/2.json':
    '{"client_id": "Nightly job", "audience": "https://orders.example.com/", "scope": ["read:orders"], "subject_type": "user"}',
  'grants/3.json':
    '{"client_id": "Nightly job", "audience": "https://x.eu.auth0.com/api/v2/", "scope": ["read:clients"]}',
  'grants/4.json':
    '{"default_for": "third_party_clients", "audience": "https://orders.example.com/", "subject_type": "user", "scope": ["read:orders"]}',
  'roles/Clerk.json':
    '{"name": "Clerk", "description": "Keeps the orders", "permissions": [{"resource_server_identifier": "https://orders.example.com/", "permission_name": "read:orders"}]}',
  'organizations/acme.json':
    '{"name": "acme", "display_name": "Acme", "metadata": {"plan": "gold"}, "client_grants": [{"client_id": "Nightly job"}]}',
};

describe.each(engines)('a seed on the $name database', (engine) => {
  let there: Given;
  let seed: string;
  beforeAll(async () => {
    there = await given({ engine });
    seed = await there.write({ 'tenant.yaml': yaml, 'clients/login.html': login });
  });
  afterAll(() => there.close());

  test('makes what is missing, changes what differs, and says what it left out', async () => {
    const report = await there.apply(seed, env);
    expect(report).toMatchObject({ created: 11, updated: 1, unchanged: 0 });
    expect(report.kinds).toMatchObject({
      resourceServers: { created: 1, updated: 1 },
      clients: { created: 4 },
      clientGrants: { created: 4 },
      roles: { created: 1 },
      organizations: { created: 1 },
    });
    expect(report.warnings).toEqual([
      'resourceServers: the Management API was left out: a seed cannot configure it',
    ]);
  });

  test('a client has the id and the secret of the seed, with its keywords, and gets a token with them', async () => {
    const found = await there.server.api('get', 'organizations/name/acme').expect(200);
    const { body, status } = await there.server.requestToken({
      grant_type: 'client_credentials',
      client_id: 'nightly-job',
      client_secret: 'the secret of the job in test',
      audience: 'https://orders.example.com/',
      organization: (found.body as { id: string }).id,
    });
    expect([status, body]).toMatchObject([200, { scope: 'read:orders' }]);
  });

  test('files and JSON keywords are in their places', async () => {
    const { body } = await there.server.api('get', 'clients?per_page=100').expect(200);
    const clients = body as Record<string, unknown>[];
    expect(clients.find(({ name }) => name === 'Shop')).toMatchObject({
      callbacks: ['https://a.example.com/'],
      custom_login_page: '<h1>Log in to test</h1>',
      oidc_logout: { backchannel_logout_urls: ['https://shop.example.com/out'] },
    });
    expect(clients.find(({ name }) => name === 'Signer')).toMatchObject({
      client_authentication_methods: { private_key_jwt: { credentials: [{ id: expect.any(String) }] } },
    });
  });

  test('every change is one version and one log entry of its own, by the seed', async () => {
    const { body } = await there.server.api('get', 'logs?q=client_id:seed&per_page=100').expect(200);
    const entries = body as { type: string; client_id: string; user_agent: string; description: string }[];
    expect(new Set(entries.map(({ type }) => type))).toEqual(new Set(['sapi']));
    expect(entries.filter(({ description }) => description === 'Create a client')).toHaveLength(4);
    expect(entries[0]?.user_agent).toMatch(/^Grantry seed .*tenant\.yaml$/);
    expect(JSON.stringify(entries)).not.toContain('the secret of the job');
  });

  test('a second start with the same seed writes nothing', async () => {
    const before = await there.state();
    expect(await there.apply(seed, env)).toMatchObject({ created: 0, updated: 0, unchanged: 12 });
    expect(await there.state()).toEqual(before);
  });

  test('the directory says the same as the file: on top of it, it writes nothing', async () => {
    const before = await there.state();
    const same = await there.write(directory);
    expect(await there.apply(same, env)).toMatchObject({ created: 0, updated: 0, unchanged: 12 });
    expect(await there.state()).toEqual(before);
  });

  test('what differs is changed, by itself; what the seed does not name stays', async () => {
    await there.server.api('post', 'clients', { name: 'By hand' }).expect(201);
    const before = await there.state();
    const changed = yaml
      .replace('token_lifetime: 3600', 'token_lifetime: 7200')
      .replace('plan: gold', 'plan: tin');
    const other = await there.write({ 'tenant.yaml': changed, 'clients/login.html': login });
    expect(await there.apply(other, env)).toMatchObject({ created: 0, updated: 2, unchanged: 10 });
    const after = await there.state();
    expect(after).toEqual({ version: before.version + 1, logs: before.logs + 2 });
    const { body } = await there.server.api('get', 'clients?per_page=100').expect(200);
    expect(JSON.stringify(body)).toContain('By hand');
  });

  test('client grants that an organization does not list are taken from it; without a list they stay', async () => {
    const listing = async () => {
      const { body } = await there.server.api('get', 'organizations/name/acme').expect(200);
      const { id } = body as { id: string };
      return (await there.server.api('get', `organizations/${id}/client-grants`).expect(200))
        .body as unknown[];
    };
    const silent = await there.write({ 'tenant.yaml': 'organizations: [{name: acme}]\n' });
    expect(await there.apply(silent)).toMatchObject({ updated: 0, unchanged: 1 });
    expect(await listing()).toHaveLength(1);
    const none = await there.write({ 'tenant.yaml': 'organizations: [{name: acme, client_grants: []}]\n' });
    expect(await there.apply(none)).toMatchObject({ updated: 1 });
    expect(await listing()).toHaveLength(0);
  });
});

describe('a seed', () => {
  test('changes the settings of the tenant, in both formats, and a second time nothing', async () => {
    const there = await given();
    const file = await there.write({
      'tenant.yaml': [
        'tenant:',
        '  friendly_name: Acme',
        '  session_lifetime: 0.5',
        '  flags: {enable_apis_section: true, universal_login: true}',
        '',
      ].join('\n'),
    });
    const report = await there.apply(file);
    expect(report).toMatchObject({ updated: 1, unchanged: 0 });
    expect(report.warnings).toEqual(['tenant: flags were left out, as the tool does: universal_login']);
    const { body } = await there.server.api('get', 'tenants/settings').expect(200);
    expect(body).toMatchObject({ friendly_name: 'Acme', flags: { enable_apis_section: true } });
    const before = await there.state();
    const root = await there.write({
      'tenant.json':
        '{"friendly_name": "Acme", "session_lifetime": 0.5, "flags": {"enable_apis_section": true}}',
    });
    expect(await there.apply(root)).toMatchObject({ updated: 0, unchanged: 1, warnings: [] });
    expect(await there.state()).toEqual(before);
    const wrong = await there.write({ 'tenant.json': '{"friendly_name": "Other",\n "support_email": 3}' });
    expect(await there.mistakesOf(wrong)).toMatchObject([{ file: 'tenant.json', line: 2, column: 19 }]);
    expect(await there.state()).toEqual(before);
    await there.close();
  });

  test('makes the permissions of a role those that it lists, and says which cannot be', async () => {
    const there = await given();
    const role = (permissions: string) =>
      there.write({
        'tenant.yaml': [
          'resourceServers: [{identifier: https://a.example.com/, scopes: [{value: read}, {value: write}]}]',
          'roles:',
          '  - name: Clerk',
          `    permissions: [${permissions}]`,
          '',
        ].join('\n'),
      });
    const permission = (name: string) =>
      `{resource_server_identifier: https://a.example.com/, permission_name: ${name}}`;
    const held = async () => {
      const roles = (await there.server.api('get', 'roles').expect(200)).body as { id: string }[];
      const { body } = await there.server.api('get', `roles/${roles[0]?.id}/permissions`).expect(200);
      return (body as { permission_name: string }[]).map(({ permission_name: name }) => name);
    };
    await there.apply(await role(permission('read')));
    expect(await held()).toEqual(['read']);
    expect(await there.apply(await role(permission('write')))).toMatchObject({ updated: 1, unchanged: 1 });
    expect(await held()).toEqual(['write']);
    const mistakes = await there.mistakesOf(
      await role(`${permission('write')}, ${permission('delete')}, {a: b}`),
    );
    expect(mistakes.map(({ line, column }) => `${line}:${column}`)).toEqual([
      '4:97',
      '4:176',
      '4:176',
      '4:177',
    ]);
    expect(await held()).toEqual(['write']);
    await there.close();
  });

  test('in both formats makes equal servers', async () => {
    const servers = await Promise.all([given(), given()]);
    const [first, second] = servers;
    await first.apply(await first.write({ 'tenant.yaml': yaml, 'clients/login.html': login }), env);
    await second.apply(await second.write(directory), env);
    const ids = /cred_\w+|127\.0\.0\.1:\d+/g;
    const [a, b] = await Promise.all(servers.map(async ({ server }) => JSON.stringify(await shown(server))));
    expect(b?.replaceAll(ids, '')).toBe(a?.replaceAll(ids, ''));
    await Promise.all(servers.map((server) => server.close()));
  });

  describe('and what it leaves out', () => {
    let there: Given;
    beforeAll(async () => {
      there = await given();
    });
    afterAll(() => there.close());
    const apply = async (text: string, settings: Record<string, string> = {}) =>
      there.apply(await there.write({ 'tenant.yaml': text }), settings);

    test('kinds that the server does not take, and kinds that nobody knows, are named', async () => {
      const { warnings } = await apply('rules: []\nclientGrant: []\nhooks: null\n');
      expect(warnings.map((warning) => warning.replace(/^\S*tenant\.yaml: /, ''))).toEqual([
        '`rules` was left out: Grantry does not take it from a seed',
        '`clientGrant` was left out: it is no kind that a seed can have',
      ]);
    });

    test('folders that the server does not take are named', async () => {
      const files = {
        'rules/a.json': '{}',
        'client/b.json': '{}',
        '.git/c.json': '{}',
        'clients/d.json': '{}',
      };
      const root = await there.write(files);
      const { warnings } = await there.apply(root);
      expect(warnings).toEqual([
        `${root}/client was left out: it is no kind that a seed can have`,
        `${root}/rules was left out: Grantry does not take it from a seed`,
      ]);
    });

    test.each([
      ['AUTH0_EXCLUDED', '["clients", "rules"]'],
      ['AUTH0_EXCLUDED', 'clients,rules'],
      ['AUTH0_INCLUDED_ONLY', '["organizations"]'],
    ])('kinds by %s=%s, without a word', async (name, value) => {
      const report = await apply('clients: [{name: Out}]\nrules: []\n', { [name]: value });
      expect(report).toMatchObject({ created: 0, warnings: [] });
    });

    test('clients by name, with their client grants; by setting or in the seed', async () => {
      const text = [
        'clients: [{name: Out}]',
        'clientGrants: [{client_id: Out, audience: https://nowhere.example.com/, scope: []}]',
        '',
      ].join('\n');
      expect(await apply(text, { AUTH0_EXCLUDED_CLIENTS: '["Out"]' })).toMatchObject({ created: 0 });
      expect(await apply(`${text}exclude: {clients: [Out]}\n`)).toMatchObject({ created: 0 });
    });

    test('third parties by AUTH0_EXCLUDE_THIRD_PARTY_CLIENTS', async () => {
      const text = 'clients: [{name: Out, is_first_party: false, app_type: regular_web}]\n';
      const settings = { AUTH0_EXCLUDE_THIRD_PARTY_CLIENTS: 'true' };
      expect(await apply(text, settings)).toMatchObject({ created: 0 });
    });

    test('the configuration file of the tool counts where the environment says nothing', async () => {
      const root = await there.write({
        'seed/clients/a.json': '{"name": "##NAME## of ##PLACE##"}',
        'config.json': '{"AUTH0_KEYWORD_REPLACE_MAPPINGS": {"NAME": "Client", "PLACE": "the file"}}',
      });
      await there.apply(`${root}/seed`, { PLACE: 'the environment' }, `${root}/config.json`);
      const { body } = await there.server.api('get', 'clients?per_page=100').expect(200);
      expect(JSON.stringify(body)).toContain('"Client of the environment"');
    });
  });
});
