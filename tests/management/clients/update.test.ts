import { startServer, type TestServer } from '../../support/server.js';
import {
  type ClientWire,
  createApi,
  createClient,
  createOrganization,
  exported,
  invalidBody,
  noClient,
  payloadError,
  permissive,
  refused,
  seen,
  strict,
} from '../fixtures.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const update = (id: string, body: object) => server.api('patch', `clients/${id}`, body);
const read = async (id: string) => (await server.api('get', `clients/${id}`)).body as ClientWire;
/** A new client, as later answers show it. */
async function existing(body: object = {}): Promise<ClientWire> {
  return read((await createClient(server, body)).client_id);
}
const without = (client: ClientWire, name: string): object =>
  Object.fromEntries(Object.entries(client).filter(([key]) => key !== name));

// recorded-behaviour.md 6: 200 with the whole client.
test('what is not sent stays', async () => {
  const client = await existing({ callbacks: ['https://a.example'], client_metadata: { a: '1' } });
  const answer = await update(client.client_id, { description: 'New', grant_types: ['client_credentials'] });
  expect(seen(answer)).toEqual({
    status: 200,
    body: { ...client, description: 'New', grant_types: ['client_credentials'] },
  });
  expect(await read(client.client_id)).toEqual(answer.body);
});

// recorded-behaviour.md 6: the members that were seen to be removed by null.
test.each<[member: string, value: unknown]>([
  ['token_endpoint_auth_method', 'client_secret_post'],
  ['signed_request_object', { required: true }],
  ['addons', { samlp: {} }],
  ['session_transfer', { allow_refresh_token: true }],
  ['token_quota', { client_credentials: { per_day: 1 } }],
  ['oidc_backchannel_logout', { backchannel_logout_urls: ['https://a.example'] }],
  ['organization_discovery_methods', ['email']],
  ['async_approval_notification_channels', ['email']],
  ['fedcm_login', { google: { is_enabled: true } }],
  ['identity_assertion_authorization_grant', { active: true }],
  ['skip_non_verifiable_callback_uri_confirmation_prompt', true],
  ['organization_usage', 'require'],
  ['organization_require_behavior', 'pre_login_prompt'],
  ['compliance_level', 'none'],
  ['token_exchange', { allow_any_profile_of_type: [] }],
  ['par_request_expiry', 60],
])('%s is removed by null, and null again is no error', async (member, value) => {
  const client = await existing({ [member]: value });
  expect(client).toHaveProperty(member);
  const expected = { status: 200, body: without(client, member) };
  expect(seen(await update(client.client_id, { [member]: null }))).toEqual(expected);
  expect(seen(await update(client.client_id, { [member]: null }))).toEqual(expected);
});

test('default_organization is removed by null', async () => {
  const { id: organization_id } = await createOrganization(server);
  const client = await existing({ default_organization: { organization_id, flows: ['client_credentials'] } });
  const answer = await update(client.client_id, { default_organization: null });
  expect(answer.body).toEqual(without(client, 'default_organization'));
});

test('default_organization goes with the organization', async () => {
  const { id: organization_id } = await createOrganization(server);
  const client = await existing({ default_organization: { organization_id, flows: ['client_credentials'] } });
  await server.api('delete', `organizations/${organization_id}`);
  expect(await read(client.client_id)).toEqual(without(client, 'default_organization'));
});

test('an empty initiate_login_uri removes it', async () => {
  const client = await existing({ initiate_login_uri: 'https://a.example' });
  expect((await update(client.client_id, { initiate_login_uri: '' })).body).toEqual(
    without(client, 'initiate_login_uri'),
  );
});

describe('client_metadata', () => {
  // recorded-behaviour.md 6, "Merged on PATCH, key by key".
  test.each<[what: string, sent: object, after: object]>([
    ['adds a key', { c: '3' }, { a: '1', b: '2', c: '3' }],
    ['changes a key', { a: 'x' }, { a: 'x', b: '2' }],
    ['removes a key by null', { a: null }, { b: '2' }],
    ['does all at once', { a: null, b: 'x', c: '3' }, { b: 'x', c: '3' }],
    ['ignores null for a key that is not there', { z: null }, { a: '1', b: '2' }],
    ['stays as an empty object once emptied', { a: null, b: null }, {}],
    // clients.md 3: "`client_metadata: {}` removes all".
    ['loses all keys to an empty object', {}, {}],
  ])('%s', async (_what, sent, after) => {
    const { client_id } = await existing({ client_metadata: { a: '1', b: '2' } });
    const { body } = await update(client_id, { client_metadata: sent });
    expect((body as ClientWire).client_metadata).toEqual(after);
    expect((await read(client_id)).client_metadata).toEqual(after);
  });

  test('cannot grow over ten keys, key by key', async () => {
    const keys = (from: number, to: number): object =>
      Object.fromEntries(Array.from({ length: to - from }, (_, index) => [`key${from + index}`, 'x']));
    const client = await existing({ client_metadata: keys(0, 8) });
    expect(seen(await update(client.client_id, { client_metadata: keys(8, 11) }))).toEqual(
      invalidBody(payloadError),
    );
    expect(await read(client.client_id)).toEqual(client);
    expect((await update(client.client_id, { client_metadata: keys(8, 10) })).status).toBe(200);
  });
});

// recorded-behaviour.md 6: "Merged on PATCH" are these, and `jwt_configuration` keeps its `secret_encoded`.
test.each<[member: string, before: object, sent: object, after: object]>([
  [
    'mobile',
    { ios: { team_id: 't', app_bundle_identifier: 'b' } },
    { android: { app_package_name: 'p' } },
    { ios: { team_id: 't', app_bundle_identifier: 'b' }, android: { app_package_name: 'p' } },
  ],
  [
    'native_social_login',
    { apple: { enabled: true } },
    { facebook: { enabled: true } },
    { apple: { enabled: true }, facebook: { enabled: true } },
  ],
  [
    'native_social_login',
    { apple: { enabled: true }, google: { enabled: true } },
    { apple: null },
    { google: { enabled: true } },
  ],
  [
    'jwt_configuration',
    { alg: 'RS256', lifetime_in_seconds: 60 },
    { alg: 'PS256' },
    { alg: 'PS256', lifetime_in_seconds: 60, secret_encoded: false },
  ],
])('%s is merged', async (member, before, sent, after) => {
  const { client_id } = await existing({ [member]: before });
  const { body } = await update(client_id, { [member]: sent });
  expect((body as ClientWire)[member]).toEqual(after);
});

test('session_transfer is merged with what it had', async () => {
  const { client_id } = await existing({ session_transfer: { allow_refresh_token: true } });
  const { body } = await update(client_id, { session_transfer: { enforce_device_binding: 'asn' } });
  expect((body as ClientWire)['session_transfer']).toMatchObject({
    allow_refresh_token: true,
    enforce_device_binding: 'asn',
  });
});

test.each<[member: string, before: unknown, after: unknown]>([
  ['callbacks', ['https://a.example', 'https://b.example'], ['https://c.example']],
  ['addons', { samlp: { a: 1 } }, { wams: {} }],
  ['grant_types', ['implicit', 'client_credentials'], []],
  ['allowed_clients', ['a'], []],
])('%s is replaced as a whole', async (member, before, after) => {
  const client = await existing({ [member]: before });
  expect((await update(client.client_id, { [member]: after })).body).toEqual({ ...client, [member]: after });
});

test('several updates of metadata at the same time all last', async () => {
  const { client_id } = await existing();
  const keys = Array.from({ length: 10 }, (_, index) => `key${index}`);
  const answers = await Promise.all(
    keys.map((key) => update(client_id, { client_metadata: { [key]: 'x' } })),
  );
  expect(answers.map(({ status }) => status)).toEqual(keys.map(() => 200));
  expect(Object.keys((await read(client_id)).client_metadata ?? {}).sort()).toEqual(keys);
});

test('an update beside a deletion is answered 200 or 404', async () => {
  for (let round = 0; round < 10; round++) {
    const { client_id } = await existing();
    const [updated, deleted] = await Promise.all([
      update(client_id, { name: 'New' }),
      server.api('delete', `clients/${client_id}`),
    ]);
    expect([200, 404]).toContain(updated.status);
    expect(deleted.status).toBe(204);
  }
});

// clients.md 5: "Everything returned must be accepted by PATCH", save for what deploy-cli leaves out.
test.each<[kind: string, body: object]>([
  ['a first-party client', { app_type: 'regular_web', client_metadata: { a: '1' }, mobile: { ios: {} } }],
  ['a spa', { app_type: 'spa' }],
  ['an API', { app_type: 'resource_server' }],
  ['an express configuration', { app_type: 'express_configuration' }],
  ['a strict third party', strict],
  ['a permissive third party', permissive],
  ['a client with a quota', { token_quota: { client_credentials: { per_day: 5 } } }],
  ['a client with session transfer', { session_transfer: { allow_refresh_token: true } }],
  ['a client with back-channel logout', { oidc_logout: { backchannel_logout_urls: ['https://a.example'] } }],
])('%s takes back everything that was shown, and nothing changes', async (_kind, body) => {
  const client = await existing(body);
  expect(seen(await update(client.client_id, exported(client)))).toEqual({ status: 200, body: client });
});

describe('refusals', () => {
  test.each<[why: string, body: object, message: unknown]>([
    ['nothing', {}, "Payload validation error: 'Too few properties defined (0), minimum 1'."],
    ...[
      'client_id',
      'callback_url_template',
      'signing_keys',
      'global',
      'tenant',
      'resource_server_identifier',
    ].map((name): [string, object, unknown] => [
      `${name}, which cannot be updated (management-api.md 6.1)`,
      { [name]: 'x' },
      `Payload validation error: 'Additional properties not allowed: ${name}'.`,
    ]),
    ['a name of null', { name: null }, payloadError],
    ['an empty name', { name: '' }, payloadError],
    ['an empty secret', { client_secret: '' }, payloadError],
    ['grant types of null', { grant_types: null }, payloadError],
    // Both were recorded as a status alone (recorded-behaviour.md 2, end).
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
      'an organization that does not exist',
      { default_organization: { organization_id: 'org_aaaaaaaaaaaaaaaa', flows: ['client_credentials'] } },
      expect.stringContaining('organization'),
    ],
  ])('%s is refused and nothing changes', async (_why, body, message) => {
    const client = await existing({ description: 'Before' });
    expect(seen(await update(client.client_id, body))).toEqual(invalidBody(message));
    expect(await read(client.client_id)).toEqual(client);
  });

  test('client credentials for a client without authentication', async () => {
    const { client_id } = await existing({ app_type: 'spa' });
    expect(seen(await update(client_id, { grant_types: ['client_credentials'] }))).toEqual(
      invalidBody('Invalid grant types: client_credentials'),
    );
  });

  test('an alias that another client has', async () => {
    await createClient(server, { client_aliases: ['taken'] });
    const client = await existing({ client_aliases: ['own'] });
    expect(seen(await update(client.client_id, { client_aliases: ['own', 'taken'] }))).toEqual(
      refused(409, 'Another client exists with the same alias.'),
    );
    expect(await read(client.client_id)).toEqual(client);
    expect((await update(client.client_id, { client_aliases: ['own', 'more'] })).status).toBe(200);
  });

  test('a client that does not exist', async () => {
    expect(seen(await update('nobody', { name: 'A' }))).toEqual(noClient);
  });
});

test('the link to an API cannot be moved by an update', async () => {
  const api = await createApi(server);
  const { client_id } = await existing({
    app_type: 'resource_server',
    resource_server_identifier: api.identifier,
  });
  expect((await update(client_id, { resource_server_identifier: 'other' })).status).toBe(400);
  expect((await server.api('get', `resource-servers/${api.id}`)).body).toMatchObject({ client_id });
});
