// What this server has not: empty lists in the platform's forms (auth0/auth0-deploy-cli,
// test/e2e/recordings/should-dump-without-throwing-an-error.json), and refusals that clients can read.

import { collections } from '../../../src/management/kept-settings/collections.js';
import { contract, startServer, type TestServer } from '../../support/server.js';
import { refused, seen } from '../fixtures.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const totals = { start: 0, limit: 100, total: 0 };
const page = { total: 0, page: 0, per_page: 100 };

test.each<[string, unknown]>([
  ['rules?page=0&per_page=100&include_totals=true', { ...totals, rules: [] }],
  ['rules', []],
  ['rules-configs', []],
  ['hooks?page=0&per_page=100&include_totals=true', { ...totals, hooks: [] }],
  ['actions/modules?page=0&per_page=100', { modules: [], ...page }],
  ['connections-directory-provisionings?take=50', { directory_provisionings: [] }],
  ['log-streams', []],
  ['custom-domains', []],
  ['branding/phone/providers', { providers: [] }],
  ['branding/phone/templates', { templates: [] }],
  ['prompts/rendering?page=0&per_page=100&include_totals=true', { ...totals, configs: [] }],
  ['forms?page=0&per_page=100&include_totals=true', { ...totals, forms: [] }],
  ['flows?page=1&per_page=100&include_totals=true', { ...totals, start: 100, flows: [] }],
  [
    'flows/vault/connections?page=0&per_page=50&include_totals=true',
    { ...totals, limit: 50, connections: [] },
  ],
  ['self-service-profiles?page=0&per_page=100&include_totals=true', { ...totals, self_service_profiles: [] }],
  ['network-acls?page=0&per_page=100&include_totals=true', { ...totals, network_acls: [] }],
  ['user-attribute-profiles?take=10', { user_attribute_profiles: [] }],
  ['connection-profiles?take=10', { connection_profiles: [] }],
  ['rate-limit-policies?take=50', { rate_limit_policies: [] }],
  ['event-streams?take=50', { eventStreams: [] }],
  ['keys/encryption?take=50', { keys: [] }],
])('GET %s', async (path, body) => {
  expect(seen(await server.api('get', path))).toEqual({ status: 200, body });
});

const refusedOperations = collections.flatMap(({ refused: ids, what }) =>
  ids.map((id) => [id, what] as const),
);

test.each([
  ...refusedOperations,
  ['createBrandingTheme', 'themes'] as const,
  ['setUniversalLoginTemplate', 'page templates'] as const,
])('%s is refused as what a plan does not include (recorded-behaviour.md 2)', async (id, what) => {
  const operation = contract.operations.find((each) => each.id === id);
  if (operation === undefined) throw new Error(`there is no operation ${id}`);
  const path = operation.path.slice('/api/v2/'.length).replaceAll(/\{\w+\}/g, 'any');
  const answer = await server.api(operation.method, path, {
    name: 'anything',
    secrets: [{ name: 'key', value: 'hidden-secret' }],
  });
  expect(seen(answer)).toEqual(
    refused(403, `This server does not support ${what}`, 'insufficient_entitlement'),
  );
  expect((await server.api('get', 'logs?per_page=100')).text).not.toContain('hidden-secret');
});

test.each([
  [
    'branding/themes/default',
    refused(404, 'There was an error retrieving branding settings: invalid theme ID', 'theme_not_found'),
  ],
  ['branding/templates/universal-login', refused(404, 'The template does not exist.')],
])('GET %s is not found', async (path, answer) => {
  expect(seen(await server.api('get', path))).toEqual(answer);
});
