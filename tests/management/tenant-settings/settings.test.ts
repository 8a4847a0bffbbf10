// GET and PATCH /api/v2/tenants/settings: management-api.md 11, recorded-behaviour.md 9.

import type { components } from '../../../src/generated/openapi.js';
import { startServer, type TestServer } from '../../support/server.js';

type Wire = components['schemas']['TenantSettings'];

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());
afterEach(() =>
  server.storage.write(async ({ tenantSettings }) => {
    const nothing = {
      defaultAudience: null,
      allowOrganizationNames: null,
      resourceParameterProfile: null,
      defaultTokenQuotas: null,
      settings: {},
    };
    return { result: await tenantSettings.update(nothing), entry: null };
  }),
);

const get = async (query = ''): Promise<Wire> =>
  (await server.api('get', `tenants/settings${query}`)).body as Wire;
const patch = async (body: object): Promise<Wire> => {
  const answer = await server.api('patch', 'tenants/settings', body);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body as Wire;
};

/** Recorded of a tenant that had set none of these (auth0/go-auth0, TestTenantManager_CountryCodes, 2026-07). */
const ofNewTenant = {
  enabled_locales: ['en'],
  flags: {
    allow_changing_enable_sso: false,
    disable_impersonation: true,
    enable_sso: true,
    new_universal_login_experience_enabled: true,
    universal_login: true,
    revoke_refresh_token_grant: false,
    disable_clickjack_protection_headers: false,
  },
  sandbox_version: '22',
  oidc_logout: { rp_logout_end_session_endpoint_discovery: true },
  universal_login: {},
  phone_consolidated_experience: false,
  resource_parameter_profile: 'audience',
  client_id_metadata_document_supported: false,
};

describe('a new tenant', () => {
  test('has the settings of one of the platform', async () => {
    expect(await get()).toEqual({ ...ofNewTenant, sandbox_versions_available: ['22', '18'] });
  });

  test('shows two flags in the answer to a PATCH that a GET does not show', async () => {
    const changed = await patch({ friendly_name: 'Acme' });
    expect(changed.flags).toEqual({
      ...ofNewTenant.flags,
      cannot_change_enforce_client_authentication_on_passwordless_start: true,
      enforce_client_authentication_on_passwordless_start: true,
    });
    expect(changed).not.toHaveProperty('sandbox_versions_available');
    expect((await get()).flags).toEqual(ofNewTenant.flags);
  });
});

describe('fields', () => {
  test('shows the named ones only', async () => {
    expect(await get('?fields=flags,sandbox_version')).toEqual({
      flags: ofNewTenant.flags,
      sandbox_version: '22',
    });
  });

  test('leaves them out with include_fields=false', async () => {
    const shown = await get('?fields=flags,sandbox_versions_available&include_fields=false');
    const { flags: _flags, ...others } = ofNewTenant;
    expect(shown).toEqual(others);
  });
});

describe('PATCH', () => {
  test('leaves what is not sent as it is', async () => {
    await patch({ friendly_name: 'Acme', support_email: 'help@acme.example' });
    await patch({ friendly_name: 'Acme 2' });
    expect(await get()).toMatchObject({ friendly_name: 'Acme 2', support_email: 'help@acme.example' });
  });

  test('merges flags key by key, whether they are set or those of a new tenant', async () => {
    await patch({ flags: { enable_apis_section: true, remove_alg_from_jwks: true } });
    await patch({ flags: { enable_apis_section: false, enable_sso: false } });
    expect((await get()).flags).toEqual({
      ...ofNewTenant.flags,
      enable_apis_section: false,
      remove_alg_from_jwks: true,
      enable_sso: false,
    });
  });

  test('merges universal_login key by key', async () => {
    const colors = { primary: '#F8F8F2', page_background: '#222221' };
    await patch({ universal_login: { passwordless: { allow_magiclink_verify_without_session: true } } });
    await patch({ universal_login: { colors } });
    await patch({ universal_login: { passwordless: null } });
    expect((await get()).universal_login).toEqual({ colors });
  });

  test('replaces other objects', async () => {
    await patch({ error_page: { html: '<html></html>', show_log_link: true, url: '' } });
    await patch({ error_page: { url: 'https://acme.example/error' } });
    expect((await get()).error_page).toEqual({ url: 'https://acme.example/error' });
  });

  // recorded-behaviour.md 9, and the nullable members of the platform's API description.
  test.each([
    ['acr_values_supported', ['a']],
    ['allow_organization_name_in_authentication_api', true],
    ['authorization_response_iss_parameter_supported', true],
    ['change_password', { enabled: true, html: '<html></html>' }],
    ['country_codes', { list: ['US', 'GB'], mode: 'allow' }],
    ['customize_mfa_in_postlogin_action', true],
    ['default_token_quota', { clients: { client_credentials: { enforce: true, per_day: 9 } } }],
    ['device_flow', { charset: 'digits', mask: '***-***' }],
    ['error_page', { show_log_link: false }],
    ['guardian_mfa_page', { enabled: false }],
    ['mtls', { enable_endpoint_aliases: true }],
    ['pushed_authorization_requests_supported', true],
    ['security_headers', { x_xss_protection: { enabled: true } }],
    ['session_cookie', { mode: 'non-persistent' }],
    ['sessions', { oidc_logout_prompt_enabled: false }],
    ['skip_non_verifiable_callback_uri_confirmation_prompt', false],
  ])('null removes %s, there or not', async (name, value) => {
    expect(await patch({ [name]: null })).not.toHaveProperty(name);
    expect(await patch({ [name]: value })).toHaveProperty(name, value);
    expect(await get()).toHaveProperty(name, value);
    expect(await patch({ [name]: null })).not.toHaveProperty(name);
    expect(await get()).not.toHaveProperty(name);
  });

  test.each([
    ['default_audience', ''],
    ['default_directory', ''],
    ['allowed_logout_urls', []],
    ['acr_values_supported', []],
    ['picture_url', ''],
  ])('%s can be empty, and stays so (recorded)', async (name, empty) => {
    expect(await patch({ [name]: empty })).toHaveProperty(name, empty);
    expect(await get()).toHaveProperty(name, empty);
  });

  test('an empty default_redirection_uri removes it (recorded)', async () => {
    await patch({ default_redirection_uri: 'https://acme.example/login' });
    expect(await patch({ default_redirection_uri: '' })).not.toHaveProperty('default_redirection_uri');
    expect(await get()).not.toHaveProperty('default_redirection_uri');
  });

  test('lifetimes are hours, may be fractions and can be given in minutes (recorded)', async () => {
    await patch({ session_lifetime_in_minutes: 181, idle_session_lifetime_in_minutes: 60 });
    await patch({ ephemeral_session_lifetime: 3.0166666666666666, idle_ephemeral_session_lifetime: 24 });
    expect(await get()).toMatchObject({
      session_lifetime: 3.0166666666666666,
      idle_session_lifetime: 1,
      ephemeral_session_lifetime: 3.0166666666666666,
      idle_ephemeral_session_lifetime: 24,
    });
  });

  test('what was returned is accepted, and changes nothing', async () => {
    await patch({
      country_codes: { list: ['FR'], mode: 'deny' },
      default_token_quota: { organizations: { client_credentials: { enforce: false, per_hour: 3 } } },
      session_lifetime: 0.5,
    });
    const { sandbox_versions_available: _available, ...before } = await get();
    await patch(before);
    expect(await get()).toMatchObject(before);
  });

  test('the https form of a system API of this host is kept as the API is named here', async () => {
    const identifier = server.tenant.identifierOf('management');
    const changed = await patch({ default_audience: identifier.replace('http:', 'https:') });
    expect(changed.default_audience).toBe(identifier);
  });

  test('is in the log', async () => {
    await patch({ friendly_name: 'Logged' });
    const [entry] = (await server.api('get', 'logs?per_page=1')).body as object[];
    expect(entry).toMatchObject({
      type: 'sapi',
      details: { request: { method: 'patch', path: '/api/v2/tenants/settings' } },
    });
  });
});
