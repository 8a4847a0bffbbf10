// Third-party clients: strict ones take a short list of properties, permissive ones nearly all (management-api.md 6.6).

import { startServer, type TestServer } from '../../support/server.js';
import {
  type ClientWire,
  createClient,
  createOrganization,
  invalidBody,
  permissive,
  refused,
  seen,
  strict,
  unique,
} from '../fixtures.js';
import { rsaKey } from '../keys.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const create = (body: object) => server.api('post', 'clients', { name: unique('Third'), ...body });
const update = (id: string, body: object) => server.api('patch', `clients/${id}`, body);
const read = async (id: string) => (await server.api('get', `clients/${id}`)).body as ClientWire;

const expiring = { rotation_type: 'rotating', expiration_type: 'expiring' };
const someKey = { credential_type: 'public_key', pem: rsaKey.publicPem };

describe('a strict client', () => {
  // The documented list of 6.6.
  test.each<[member: string, value: unknown]>([
    ['name', 'Partner'],
    ['description', 'Described'],
    ['logo_uri', 'https://example.com/logo.png'],
    ['callbacks', ['https://example.com/cb']],
    ['allowed_origins', ['https://example.com']],
    ['web_origins', ['https://example.com']],
    ['grant_types', ['authorization_code', 'refresh_token', 'client_credentials']],
    ['token_endpoint_auth_method', 'client_secret_basic'],
    ['token_endpoint_auth_method', 'none'],
    ['app_type', 'spa'],
    ['app_type', 'native'],
    ['app_type', 'regular_web'],
    ['app_type', 'non_interactive'],
    ['client_metadata', { key: 'value' }],
    ['jwt_configuration', { alg: 'RS256', lifetime_in_seconds: 60 }],
    ['refresh_token', expiring],
    ['require_proof_of_possession', true],
    ['redirection_policy', 'allow_always'],
    ['identity_assertion_authorization_grant', { active: true }],
  ])('takes %s, on creation and on update', async (member, value) => {
    const created = await create({ ...strict, [member]: value });
    expect(seen(created)).toMatchObject({ status: 201, body: { [member]: value } });
    const { client_id } = await createClient(server, strict);
    expect(seen(await update(client_id, { [member]: value }))).toMatchObject({
      status: 200,
      body: { [member]: value },
    });
  });

  test('takes keys for private_key_jwt', async () => {
    const { token_endpoint_auth_method: _method, ...kind } = strict;
    const methods = { private_key_jwt: { credentials: [someKey] } };
    expect((await create({ ...kind, client_authentication_methods: methods })).status).toBe(201);
  });

  test('takes a default organization, which client credentials use', async () => {
    const { id: organization_id } = await createOrganization(server);
    const default_organization = { organization_id, flows: ['client_credentials'] };
    expect((await create({ ...strict, default_organization })).body).toMatchObject({ default_organization });
  });

  test.each<[member: string, value: unknown]>([
    ['sso', true],
    ['require_pushed_authorization_requests', true],
    ['jwt_configuration', { scopes: {} }],
    ['jwt_configuration', { alg: 'HS256' }],
    ['jwt_configuration', { alg: 'PS256' }],
    ['cross_origin_authentication', true],
    ['sso_disabled', true],
    ['is_token_endpoint_ip_header_trusted', true],
    ['custom_login_page_on', false],
    ['oidc_conformant', false],
    ['allowed_clients', ['another']],
    ['client_aliases', ['alias']],
    ['allowed_logout_urls', ['https://example.com']],
    ['addons', { samlp: {} }],
    ['mobile', { ios: { team_id: 't' } }],
    ['token_exchange', { allow_any_profile_of_type: ['custom_authentication'] }],
    ['initiate_login_uri', 'https://example.com'],
    ['grant_types', ['implicit']],
    ['grant_types', ['password']],
    ['grant_types', ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code']],
    ['app_type', 'resource_server'],
    ['app_type', 'express_configuration'],
    ['app_type', 'zoom'],
    ['callbacks', ['https://*.example.com/cb']],
    ['allowed_origins', ['https://*.example.com']],
    ['web_origins', ['https://ok.example.com', 'https://*.example.com']],
    ['refresh_token', { rotation_type: 'rotating', expiration_type: 'non-expiring' }],
  ])('refuses %s %j, on creation and on update', async (member, value) => {
    expect(seen(await create({ ...strict, [member]: value }))).toEqual(invalidBody(expect.any(String)));
    const before = await createClient(server, strict);
    expect(seen(await update(before.client_id, { [member]: value }))).toEqual(
      invalidBody(expect.any(String)),
    );
    const { encrypted: _encrypted, ...kept } = before;
    expect(await read(before.client_id)).toEqual(kept);
  });

  test('refuses certificates as authentication', async () => {
    const { token_endpoint_auth_method: _method, ...kind } = strict;
    const credentials = [{ credential_type: 'cert_subject_dn', subject_dn: 'CN=a' }];
    const methods = { tls_client_auth: { credentials } };
    expect(seen(await create({ ...kind, client_authentication_methods: methods }))).toEqual(
      invalidBody(expect.stringContaining('private_key_jwt')),
    );
  });

  test('without authentication has no client credentials', async () => {
    const body = { ...strict, token_endpoint_auth_method: 'none', grant_types: ['client_credentials'] };
    expect(seen(await create(body))).toEqual(invalidBody('Invalid grant types: client_credentials'));
  });

  test('can change its redirection policy and back (recorded-behaviour.md 6)', async () => {
    const { client_id } = await createClient(server, strict);
    for (const redirection_policy of ['allow_always', 'open_redirect_protection']) {
      expect((await update(client_id, { redirection_policy })).body).toMatchObject({ redirection_policy });
    }
  });
});

describe('a permissive client', () => {
  test.each<[member: string, value: unknown]>([
    ['sso', true],
    ['require_pushed_authorization_requests', true],
    ['grant_types', ['implicit', 'client_credentials']],
    ['jwt_configuration', { alg: 'HS256' }],
    ['callbacks', ['https://*.example.com/cb']],
    ['app_type', 'native'],
    ['refresh_token', { rotation_type: 'non-rotating', expiration_type: 'non-expiring' }],
  ])('takes %s', async (member, value) => {
    expect(await createClient(server, { ...permissive, [member]: value })).toMatchObject({ [member]: value });
  });

  test('refuses the grant type password, on creation and on update', async () => {
    const refusal = invalidBody('Invalid grant types: password');
    expect(seen(await create({ ...permissive, grant_types: ['password'] }))).toEqual(refusal);
    const { client_id } = await createClient(server, permissive);
    expect(seen(await update(client_id, { grant_types: ['password'] }))).toEqual(refusal);
  });

  test('differs in that from a first-party client', async () => {
    expect(await createClient(server, { grant_types: ['password'] })).toMatchObject({
      grant_types: ['password'],
    });
  });
});

describe.each([
  ['strict', strict],
  ['permissive', permissive],
])('organizations of a %s client', (_mode, kind) => {
  // management-api.md 6.4, word for word.
  const refusal = refused(
    403,
    'Organizations are only available to first party clients on user-based flows. Properties organization_usage and organization_require_behavior must be unset for third party clients.',
  );

  test.each([
    { organization_usage: 'allow' },
    { organization_usage: 'require' },
    { organization_require_behavior: 'pre_login_prompt' },
    { organization_require_behavior: 'post_login_prompt' },
  ])('%j is refused, on creation and on update', async (body) => {
    expect(seen(await create({ ...kind, ...body }))).toEqual(refusal);
    const { client_id } = await createClient(server, kind);
    expect(seen(await update(client_id, body))).toEqual(refusal);
  });
});

describe('what a client is cannot change (management-api.md 6.5, 6.6)', () => {
  test.each<[what: string, kind: object, body: object]>([
    ['first-party becomes third-party', {}, { is_first_party: false }],
    ['third-party becomes first-party', permissive, { is_first_party: true }],
    ['strict becomes permissive', strict, { third_party_security_mode: 'permissive' }],
    ['permissive becomes strict', permissive, { third_party_security_mode: 'strict' }],
    ['first-party gets a mode', {}, { third_party_security_mode: 'strict' }],
  ])('%s', async (_what, kind, body) => {
    const { client_id } = await createClient(server, kind);
    const before = await read(client_id);
    expect(seen(await update(client_id, body))).toEqual(invalidBody(expect.any(String)));
    expect(await read(client_id)).toEqual(before);
  });

  test.each<[what: string, kind: object, body: object]>([
    ['first-party', {}, { is_first_party: true }],
    ['strict', strict, { is_first_party: false, third_party_security_mode: 'strict' }],
    ['permissive', permissive, { is_first_party: false, third_party_security_mode: 'permissive' }],
  ])('the same again is no change: %s', async (_what, kind, body) => {
    const { client_id } = await createClient(server, kind);
    const before = await read(client_id);
    expect(seen(await update(client_id, body))).toEqual({ status: 200, body: before });
  });
});
