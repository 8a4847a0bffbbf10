// What a new client is when its creator says little: the table of recorded-behaviour.md 6, management-api.md 6.7.

import { startServer, type TestServer } from '../../support/server.js';
import { type ClientWire, createClient, permissive, seen, strict, unique } from '../fixtures.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const read = async (id: string) => (await server.api('get', `clients/${id}`)).body as ClientWire;

const neverExpiring = {
  rotation_type: 'non-rotating',
  expiration_type: 'non-expiring',
  leeway: 0,
  token_lifetime: 2592000,
  infinite_token_lifetime: true,
  idle_token_lifetime: 1296000,
  infinite_idle_token_lifetime: true,
};
const rotating = {
  ...neverExpiring,
  rotation_type: 'rotating',
  expiration_type: 'expiring',
  infinite_token_lifetime: false,
  infinite_idle_token_lifetime: false,
};
const longLived = { token_lifetime: 31557600, idle_token_lifetime: 2592000 };
const EVERYTHING = ['authorization_code', 'implicit', 'refresh_token', 'client_credentials'];
const PUBLIC = ['authorization_code', 'implicit', 'refresh_token'];

test('a client that only has a name is the recorded one and nothing else', async () => {
  const name = unique('N');
  const answer = await server.api('post', 'clients', { name });
  expect(seen(answer)).toEqual({
    status: 201,
    body: {
      tenant: '127.0.0.1',
      global: false,
      name,
      client_id: expect.stringMatching(/^[A-Za-z0-9]{32}$/),
      client_secret: expect.stringMatching(/^[A-Za-z0-9_-]{64}$/),
      is_first_party: true,
      is_token_endpoint_ip_header_trusted: false,
      oidc_conformant: false,
      cross_origin_auth: false,
      cross_origin_authentication: false,
      callback_url_template: false,
      encrypted: true,
      jwt_configuration: { secret_encoded: false, lifetime_in_seconds: 36000 },
      signing_keys: [
        {
          cert: expect.stringMatching(/^-----BEGIN CERTIFICATE-----\n/),
          pkcs7: expect.stringMatching(/^-----BEGIN PKCS7-----\n/),
          subject: `/CN=${server.tenant.domain}`,
        },
      ],
      sso_disabled: false,
      grant_types: EVERYTHING,
      custom_login_page_on: true,
      refresh_token: neverExpiring,
    },
  });
});

// "PATCH and lists have no `encrypted` and no `key` (lists show `subject` "deprecated")".
test('later answers have no `encrypted`, and lists no subject', async () => {
  const { client_id, encrypted: _encrypted, ...created } = await createClient(server);
  expect(await read(client_id)).toEqual({ client_id, ...created });
  const updated = await server.api('patch', `clients/${client_id}`, { name: created.name });
  expect(updated.body).toEqual({ client_id, ...created });
  const listed = (await server.api('get', 'clients?per_page=100')).body as ClientWire[];
  const [{ cert, pkcs7 }] = created.signing_keys as [{ cert: string; pkcs7: string }];
  expect(listed.find((each) => each.client_id === client_id)).toEqual({
    client_id,
    ...created,
    signing_keys: [{ cert, pkcs7, subject: 'deprecated' }],
  });
});

test('no two clients share an id or a secret', async () => {
  const clients = [await createClient(server), await createClient(server), await createClient(server)];
  expect(new Set(clients.map(({ client_id }) => client_id)).size).toBe(3);
  expect(new Set(clients.map(({ client_secret }) => client_secret)).size).toBe(3);
});

describe('grant types', () => {
  test.each<[kind: string, body: object, grantTypes: string[]]>([
    ['of a spa', { app_type: 'spa', token_endpoint_auth_method: 'none' }, PUBLIC],
    ['of a spa that names no method', { app_type: 'spa' }, PUBLIC],
    ['of a native application', { app_type: 'native', token_endpoint_auth_method: 'none' }, PUBLIC],
    ['of an API', { app_type: 'resource_server' }, []],
    [
      'of an express configuration',
      { app_type: 'express_configuration' },
      ['authorization_code', 'client_credentials'],
    ],
    ['of a strict third party', strict, ['authorization_code']],
    ['of a permissive third party', permissive, EVERYTHING],
    ['of a web application', { app_type: 'regular_web' }, EVERYTHING],
    ['of a machine', { app_type: 'non_interactive' }, EVERYTHING],
    ['of an application for slack', { app_type: 'slack' }, EVERYTHING],
    ['that were sent', { grant_types: ['client_credentials'] }, ['client_credentials']],
    ['that were sent empty', { grant_types: [] }, []],
  ])('%s', async (_kind, body, grant_types) => {
    const created = await createClient(server, body);
    expect(created.grant_types).toEqual(grant_types);
    expect((await read(created.client_id)).grant_types).toEqual(grant_types);
  });
});

describe('refresh_token', () => {
  test.each<[kind: string, body: object, refreshToken: object]>([
    ['of any client', {}, neverExpiring],
    ['with the method none', { token_endpoint_auth_method: 'none' }, neverExpiring],
    [
      'with client_secret_post',
      { token_endpoint_auth_method: 'client_secret_post' },
      { ...neverExpiring, ...longLived },
    ],
    [
      'of a permissive third-party spa',
      { ...permissive, app_type: 'spa', token_endpoint_auth_method: 'none' },
      rotating,
    ],
    [
      'of a strict third party',
      strict,
      { ...neverExpiring, ...longLived, expiration_type: 'expiring', infinite_idle_token_lifetime: false },
    ],
    [
      'given in part',
      { refresh_token: { rotation_type: 'rotating', expiration_type: 'expiring' } },
      rotating,
    ],
    [
      'given in full',
      {
        refresh_token: {
          ...rotating,
          leeway: 5,
          token_lifetime: 100,
          idle_token_lifetime: 50,
          policies: [{ audience: 'https://api.example', scope: ['a'] }],
        },
      },
      {
        ...rotating,
        leeway: 5,
        token_lifetime: 100,
        idle_token_lifetime: 50,
        policies: [{ audience: 'https://api.example', scope: ['a'] }],
      },
    ],
  ])('%s', async (_kind, body, refresh_token) => {
    const created = await createClient(server, body);
    expect(created.refresh_token).toEqual(refresh_token);
    expect((await read(created.client_id)).refresh_token).toEqual(refresh_token);
  });
});

describe('jwt_configuration', () => {
  test.each<[kind: string, body: object, configuration: object]>([
    ['when none is sent', {}, { secret_encoded: false, lifetime_in_seconds: 36000 }],
    [
      'with an algorithm gets no lifetime',
      { jwt_configuration: { alg: 'RS256' } },
      { secret_encoded: false, alg: 'RS256' },
    ],
    [
      'as sent',
      {
        jwt_configuration: { alg: 'HS256', lifetime_in_seconds: 60, secret_encoded: true, scopes: { a: {} } },
      },
      { alg: 'HS256', lifetime_in_seconds: 60, secret_encoded: true, scopes: { a: {} } },
    ],
    ['of a strict third party', strict, { secret_encoded: false, alg: 'RS256', lifetime_in_seconds: 3600 }],
    ['of an API', { app_type: 'resource_server' }, { secret_encoded: false, alg: 'RS256' }],
    [
      'of an express configuration',
      { app_type: 'express_configuration' },
      { secret_encoded: false, alg: 'RS256' },
    ],
  ])('%s', async (_kind, body, jwt_configuration) => {
    const created = await createClient(server, body);
    expect(created.jwt_configuration).toEqual(jwt_configuration);
  });
});

test.each<[kind: string, body: object, conformant: boolean]>([
  ['a first-party client', {}, false],
  ['a machine', { app_type: 'non_interactive' }, false],
  ['a strict third party', strict, true],
  ['a permissive third party', permissive, true],
  ['an API', { app_type: 'resource_server' }, true],
  ['an express configuration', { app_type: 'express_configuration' }, true],
  ['a client that says so', { oidc_conformant: true }, true],
])('oidc_conformant of %s', async (_kind, body, oidc_conformant) => {
  expect(await createClient(server, body)).toMatchObject({ oidc_conformant });
});

describe('third parties', () => {
  test('without a mode they are permissive, with an ordinary id', async () => {
    expect(await createClient(server, { is_first_party: false })).toMatchObject({
      client_id: expect.stringMatching(/^[A-Za-z0-9]{32}$/) as unknown,
      is_first_party: false,
      third_party_security_mode: 'permissive',
    });
  });

  test('strict ones are known by their id and do not redirect errors', async () => {
    expect(await createClient(server, strict)).toMatchObject({
      client_id: expect.stringMatching(/^tpc_[A-Za-z0-9]{22}$/) as unknown,
      is_first_party: false,
      third_party_security_mode: 'strict',
      redirection_policy: 'open_redirect_protection',
      sso_disabled: false,
      is_token_endpoint_ip_header_trusted: false,
      cross_origin_authentication: false,
      custom_login_page_on: true,
    });
  });

  test('first-party clients have no mode', async () => {
    expect(await createClient(server)).not.toHaveProperty('third_party_security_mode');
  });
});

// recorded-behaviour.md 6.
test('session_transfer given in part is filled up', async () => {
  const { session_transfer } = await createClient(server, {
    session_transfer: { allow_refresh_token: true },
  });
  expect(session_transfer).toMatchObject({
    can_create_session_transfer_token: false,
    allowed_authentication_methods: [],
    enforce_device_binding: 'ip',
    allow_refresh_token: true,
  });
});

test('oidc_backchannel_logout mirrors the addresses of oidc_logout', async () => {
  const oidc_logout = { backchannel_logout_urls: ['https://a.example'], backchannel_logout_initiators: {} };
  expect(await createClient(server, { oidc_logout })).toMatchObject({
    oidc_logout,
    oidc_backchannel_logout: { backchannel_logout_urls: ['https://a.example'] },
  });
});
