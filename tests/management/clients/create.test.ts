import { startServer, type TestServer } from '../../support/server.js';
import {
  type ClientWire,
  countOf,
  createApi,
  createClient,
  createOrganization,
  invalidBody,
  noApi,
  payloadError,
  refused,
  seen,
  unique,
} from '../fixtures.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const create = (body: object) => server.api('post', 'clients', { name: unique('Client'), ...body });

// management-api.md 6.1: what POST takes comes back as it was sent, at once and later.
describe.each<[member: string, value: unknown]>([
  ['name', 'ünïcode & "quotes"'],
  ['description', 'd'.repeat(140)],
  ['logo_uri', 'https://example.com/logo.png'],
  ['callbacks', ['https://example.com/cb', 'myapp://cb']],
  ['allowed_origins', ['https://*.example.com']],
  ['web_origins', ['https://example.com']],
  ['allowed_logout_urls', []],
  ['allowed_clients', ['another']],
  ['app_type', 'non_interactive'],
  ['app_type', 'zoom'],
  ['oidc_conformant', true],
  ['grant_types', ['client_credentials', 'urn:custom:grant']],
  ['token_endpoint_auth_method', 'client_secret_basic'],
  ['token_endpoint_auth_method', 'none'],
  ['client_metadata', { one: '1', two: '', 'with space': 'x'.repeat(255) }],
  ['client_metadata', {}],
  ['organization_usage', 'require'],
  ['organization_require_behavior', 'pre_login_prompt'],
  ['organization_discovery_methods', ['email', 'organization_name']],
  ['require_pushed_authorization_requests', true],
  ['require_proof_of_possession', true],
  ['compliance_level', 'fapi1_adv_pkj_par'],
  ['token_exchange', { allow_any_profile_of_type: ['custom_authentication'] }],
  ['token_quota', { client_credentials: { enforce: false, per_day: 10, per_hour: 2147483647 } }],
  ['par_request_expiry', 10],
  ['skip_non_verifiable_callback_uri_confirmation_prompt', true],
  ['async_approval_notification_channels', ['guardian-push']],
  ['is_token_endpoint_ip_header_trusted', true],
  ['sso', true],
  ['sso_disabled', true],
  ['cross_origin_authentication', true],
  ['cross_origin_loc', 'https://example.com/loc'],
  ['custom_login_page_on', false],
  ['custom_login_page', '<html></html>'],
  ['form_template', '<form>'],
  ['initiate_login_uri', 'https://example.com/login'],
  ['addons', { samlp: { audience: 'x' } }],
  ['mobile', { ios: { team_id: 't', app_bundle_identifier: 'b' } }],
  ['native_social_login', { apple: { enabled: true }, google: { enabled: false } }],
  ['fedcm_login', { google: { is_enabled: true } }],
  ['signed_request_object', { required: true }],
  ['identity_assertion_authorization_grant', { active: true }],
  ['my_organization_configuration', { allowed_strategies: ['okta'], connection_deletion_behavior: 'allow' }],
])('%s', (member, value) => {
  test(`is stored as sent: ${JSON.stringify(value).slice(0, 60)}`, async () => {
    const created = await createClient(server, { [member]: value });
    expect(created).toMatchObject({ [member]: value });
    const read = (await server.api('get', `clients/${created.client_id}`)).body as Record<string, unknown>;
    expect(read[member]).toEqual(value);
  });
});

test('a quota without `enforce` is enforced', async () => {
  const created = await createClient(server, { token_quota: { client_credentials: { per_hour: 5 } } });
  expect(created['token_quota']).toEqual({ client_credentials: { enforce: true, per_hour: 5 } });
});

test('a default organization is stored', async () => {
  const { id: organization_id } = await createOrganization(server);
  const default_organization = { organization_id, flows: ['client_credentials'] };
  expect(await createClient(server, { default_organization })).toMatchObject({ default_organization });
});

// recorded-behaviour.md 5: the link shows on the API.
test('a client that stands for an API shows in the answers about the API', async () => {
  const api = await createApi(server);
  const { client_id, resource_server_identifier } = await createClient(server, {
    app_type: 'resource_server',
    resource_server_identifier: api.identifier,
  });
  expect(resource_server_identifier).toBe(api.identifier);
  expect((await server.api('get', `resource-servers/${api.id}`)).body).toEqual({ ...api, client_id });
  const listed = await server.api('get', `resource-servers?identifiers=${api.identifier}`);
  expect(listed.body).toEqual([{ ...api, client_id }]);
  await server.api('delete', `clients/${client_id}`);
  expect((await server.api('get', `resource-servers/${api.id}`)).body).toEqual(api);
});

describe('refusals', () => {
  test.each<[why: string, body: object, message: unknown]>([
    ['no name', { name: undefined }, "Payload validation error: 'Missing required property: name'."],
    ['an empty name', { name: '' }, payloadError],
    ['< in the name', { name: 'a<b' }, payloadError],
    ['a description of 141 characters', { description: 'd'.repeat(141) }, payloadError],
    ['another app_type', { app_type: 'robot' }, payloadError],
    [
      'a grant type twice (management-api.md 1.5)',
      { grant_types: ['a', 'implicit', 'implicit'] },
      "Payload validation error: 'Array items are not unique (indexes 1 and 2)' on property grant_types (List of grant types supported for this client).",
    ],
    ['an empty grant type', { grant_types: [''] }, payloadError],
    // management-api.md 6.4; the text is a real one.
    [
      'client credentials without authentication',
      { token_endpoint_auth_method: 'none', grant_types: ['client_credentials'] },
      'Invalid grant types: client_credentials',
    ],
    [
      'client credentials for a spa',
      { app_type: 'spa', grant_types: ['implicit', 'client_credentials'] },
      'Invalid grant types: client_credentials',
    ],
    ['a method of null', { token_endpoint_auth_method: null }, payloadError],
    ['another method', { token_endpoint_auth_method: 'private_key_jwt' }, payloadError],
    ['a secret of the own choice', { client_secret: 'x'.repeat(64) }, payloadError],
    ['an id of the own choice', { client_id: 'mine' }, payloadError],
    ['members that only the server sets', { tenant: 'x', global: true }, payloadError],
    [
      'metadata with eleven keys',
      { client_metadata: Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`key${i}`, 'x'])) },
      payloadError,
    ],
    ['metadata of 256 characters', { client_metadata: { key: 'x'.repeat(256) } }, payloadError],
    ['a metadata key of 256 characters', { client_metadata: { ['k'.repeat(256)]: 'x' } }, payloadError],
    ['metadata that is no text', { client_metadata: { key: 1 } }, payloadError],
    ['a quota of zero', { token_quota: { client_credentials: { per_day: 0 } } }, payloadError],
    ['a quota of 2^31', { token_quota: { client_credentials: { per_hour: 2147483648 } } }, payloadError],
    ['an empty quota', { token_quota: {} }, payloadError],
    // Recorded as a status alone (recorded-behaviour.md 2, end).
    [
      'default_organization with flows only',
      { default_organization: { flows: ['client_credentials'] } },
      payloadError,
    ],
    [
      'default_organization without flows',
      { default_organization: { organization_id: 'org_aaaaaaaaaaaaaaaa' } },
      payloadError,
    ],
    [
      'default_organization for another flow',
      { default_organization: { organization_id: 'org_aaaaaaaaaaaaaaaa', flows: ['implicit'] } },
      payloadError,
    ],
    [
      'an organization that does not exist',
      { default_organization: { organization_id: 'org_aaaaaaaaaaaaaaaa', flows: ['client_credentials'] } },
      expect.stringContaining('organization'),
    ],
    ['par_request_expiry of 9', { par_request_expiry: 9 }, payloadError],
    ['par_request_expiry of 601', { par_request_expiry: 601 }, payloadError],
    ['refresh_token in part', { refresh_token: { rotation_type: 'rotating' } }, payloadError],
    ['an algorithm none', { jwt_configuration: { alg: 'none' } }, payloadError],
    ['a mode for a first-party client', { third_party_security_mode: 'strict' }, expect.any(String)],
    ['a member that nobody knows', { nobody: 1 }, payloadError],
  ])('%s is refused and nothing is stored', async (_why, body, message) => {
    const before = await countOf(server, 'clients');
    expect(seen(await create(body))).toEqual(invalidBody(message));
    expect(await countOf(server, 'clients')).toBe(before);
  });

  // management-api.md 6.4.
  test('an alias that another client has is a conflict', async () => {
    await createClient(server, { client_aliases: ['alias-a', 'alias-b'] });
    expect(seen(await create({ client_aliases: ['alias-c', 'alias-b'] }))).toEqual(
      refused(409, 'Another client exists with the same alias.'),
    );
    expect((await create({ client_aliases: ['alias-c'] })).status).toBe(201);
  });

  test('an alias that ten ask for at the same time belongs to one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => create({ client_aliases: ['raced'] })),
    );
    const statuses = answers.map(({ status }) => status).sort((a, b) => a - b);
    expect(statuses).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
  });

  test('an API that does not exist cannot be stood for', async () => {
    const body = { app_type: 'resource_server', resource_server_identifier: 'https://nobody.example' };
    expect(seen(await create(body))).toEqual(noApi);
  });

  // management-api.md 6.1: it is the identifier of the API.
  test('an API cannot be stood for by its id', async () => {
    const { id } = await createApi(server);
    const body = { app_type: 'resource_server', resource_server_identifier: id };
    expect(seen(await create(body))).toEqual(noApi);
  });

  test('two clients can have the same name', async () => {
    const name = unique('Same');
    const answers = [await create({ name }), await create({ name })];
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(new Set(answers.map(({ body }) => (body as ClientWire).client_id)).size).toBe(2);
  });
});
