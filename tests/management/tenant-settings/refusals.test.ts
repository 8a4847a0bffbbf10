// What PATCH /api/v2/tenants/settings refuses: the platform's API description of each member.

import { startServer, type TestServer } from '../../support/server.js';
import { invalidBody, payloadError, seen } from '../fixtures.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const quota = (settings: object): object => ({ clients: { client_credentials: settings } });

test.each<[string, unknown]>([
  ['nothing at all', {}],
  ['a list', [1]],
  ['an unknown setting', { nosuch: 1 }],
  ['what is read only', { sandbox_versions_available: ['22'] }],
  ['null for what cannot be null', { friendly_name: null }],
  ['a name that is too long', { friendly_name: 'x'.repeat(256) }],
  ['an audience that is too long', { default_audience: 'x'.repeat(601) }],
  ['an audience that is no text', { default_audience: 1 }],
  ['an unknown flag', { flags: { nosuch: true } }],
  ['a flag that is no boolean', { flags: { enable_sso: 'true' } }],
  ['null for a flag', { flags: { enable_sso: null } }],
  ['an unknown language', { enabled_locales: ['xx'] }],
  ['no language', { enabled_locales: [] }],
  ['a country in small letters', { country_codes: { list: ['us'], mode: 'allow' } }],
  ['no country', { country_codes: { list: [], mode: 'allow' } }],
  ['a country twice', { country_codes: { list: ['US', 'US'], mode: 'allow' } }],
  ['countries without a mode', { country_codes: { list: ['US'] } }],
  ['an unknown mode of countries', { country_codes: { list: ['US'], mode: 'maybe' } }],
  ['a lifetime of nothing', { session_lifetime: 0 }],
  ['a negative lifetime', { idle_session_lifetime: -1 }],
  ['a lifetime beyond measure', { session_lifetime: 1e300 }],
  ['half a minute', { session_lifetime_in_minutes: 0.5 }],
  ['an unknown profile', { resource_parameter_profile: 'both' }],
  ['no profile', { resource_parameter_profile: null }],
  ['an unknown security mode', { dynamic_client_registration_security_mode: 'lax' }],
  ['a quota of nobody', { default_token_quota: {} }],
  ['a quota of users', { default_token_quota: { users: {} } }],
  ['a quota of nothing', { default_token_quota: quota({}) }],
  ['a quota of no token', { default_token_quota: quota({ per_day: 0 }) }],
  ['a quota of half a token', { default_token_quota: quota({ per_hour: 0.5 }) }],
  ['a quota that no column holds', { default_token_quota: quota({ per_hour: 2_147_483_648 }) }],
  ['a redirection that is not https', { default_redirection_uri: 'http://acme.example' }],
  ['an address that is none', { picture_url: 'logo.png' }],
  ['an email address that is none', { support_email: 'nobody' }],
  ['an unknown cookie', { session_cookie: { mode: 'eternal' } }],
  ['a cookie without a mode', { session_cookie: {} }],
  ['a version that is none', { sandbox_version: 'latest' }],
  ['a member of a page that is unknown', { change_password: { enabled: true, nosuch: 1 } }],
  ['an address that is empty', { allowed_logout_urls: [''] }],
  ['too many addresses', { allowed_logout_urls: Array.from({ length: 3001 }, (_, n) => `https://a/${n}`) }],
  ['NUL', { friendly_name: 'a\0b' }],
])('%s', async (_name, body) => {
  const before = (await server.api('get', 'tenants/settings')).text;
  const answer = await server.api('patch', 'tenants/settings', body as object).type('json');
  expect(seen(answer)).toEqual(invalidBody(payloadError));
  expect((await server.api('get', 'tenants/settings')).text).toBe(before);
});

test('a lifetime in hours and in minutes', async () => {
  const body = { session_lifetime: 1, session_lifetime_in_minutes: 60 };
  expect(seen(await server.api('patch', 'tenants/settings', body))).toEqual(
    invalidBody('`session_lifetime_in_minutes` cannot be specified together with `session_lifetime`'),
  );
});

test('a body without members says how many there must be (management-api.md 1.5)', async () => {
  expect(seen(await server.api('patch', 'tenants/settings', {}))).toEqual(
    invalidBody("Payload validation error: 'Too few properties defined (0), minimum 1'."),
  );
});
