// `a0deploy import` of what logins run and where their users are: Actions with secrets, what triggers run, token exchange
// profiles, databases and connections. Twice, and then exported.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { startTlsServer, type TlsServer } from '../server.js';
import { deployCli } from './run.js';

const kinds = ['actions', 'triggers', 'tokenExchangeProfiles', 'databases', 'connections', 'clients'];

const TENANT = `
clients:
  - name: Shop
    app_type: regular_web
    oidc_conformant: true
    token_exchange: {allow_any_profile_of_type: [custom_authentication]}
databases:
  - name: Customers
    strategy: auth0
    enabled_clients: [Shop]
    options: {passwordPolicy: good}
connections:
  - name: partner
    strategy: oidc
    enabled_clients: [Shop]
    options:
      client_id: grantry
      client_secret: a secret of the partner
      issuer: https://partner.example.com/
      authorization_endpoint: https://partner.example.com/authorize
      token_endpoint: https://partner.example.com/token
      jwks_uri: https://partner.example.com/keys
      type: back_channel
actions:
  - name: Add the stage
    code: ./stage.js
    deployed: true
    runtime: node22
    dependencies: []
    secrets: [{name: KEY, value: a secret of the action}]
    supported_triggers: [{id: post-login, version: v3}]
  - name: Old tokens
    code: ./old-tokens.js
    deployed: true
    runtime: node22
    dependencies: []
    secrets: []
    supported_triggers: [{id: custom-token-exchange, version: v1}]
triggers:
  post-login: [{action_name: Add the stage, display_name: The stage}]
tokenExchangeProfiles:
  - name: Old tokens
    subject_token_type: https://shop.example.com/old-token
    type: custom_authentication
    action: Old tokens
`;

const FILES = {
  'tenant.yaml': TENANT,
  'stage.js': `exports.onExecutePostLogin = async (event, api) => {
  api.accessToken.setCustomClaim('https://shop.example.com/stage', 'staging');
};
`,
  'old-tokens.js': `exports.onExecuteCustomTokenExchange = async (event, api) => {
  api.access.rejectInvalidSubjectToken('none are left');
};
`,
};

const settings = { AUTH0_INCLUDED_ONLY: kinds };
const imported = { status: 0, output: expect.stringContaining('Import Successful') };

let server: TlsServer;
let folder: string;
beforeAll(async () => {
  server = await startTlsServer();
  folder = await mkdtemp(path.join(tmpdir(), 'grantry-actions-'));
  for (const [name, text] of Object.entries(FILES)) await writeFile(path.join(folder, name), text);
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const importTenant = () => deployCli(server, ['import', '-i', path.join(folder, 'tenant.yaml')], settings);

async function contents(): Promise<object> {
  const get = async (at: string): Promise<unknown> => (await server.api('get', at).expect(200)).body;
  const { bindings } = (await get('actions/triggers/post-login/bindings')) as {
    bindings: { display_name: string; action: { name: string } }[];
  };
  return {
    actions: await get('actions/actions?deployed=true'),
    // Made anew whenever a trigger is given its Actions.
    bindings: bindings.map(({ display_name, action }) => [display_name, action.name]),
    profiles: await get('token-exchange-profiles'),
    connections: await get('connections'),
    clients: await get('clients?is_global=false'),
  };
}

/** The tool sends all that it finds, and deploys every Action, changed or not. */
const CHANGES = new Set(['updated_at', 'built_at', 'current_version', 'deployed_version']);
const lasting = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (name, member: unknown) => (CHANGES.has(name) ? undefined : member)));

test('an import deploys Actions, binds them, and joins profiles to them', async () => {
  expect(await importTenant()).toMatchObject(imported);
  expect(await contents()).toMatchObject({
    actions: {
      actions: expect.arrayContaining([
        expect.objectContaining({ name: 'Add the stage', all_changes_deployed: true }),
        expect.objectContaining({ name: 'Old tokens', all_changes_deployed: true }),
      ]),
    },
    bindings: [['The stage', 'Add the stage']],
    profiles: { token_exchange_profiles: [{ subject_token_type: 'https://shop.example.com/old-token' }] },
    connections: expect.arrayContaining([
      expect.objectContaining({ name: 'Customers', strategy: 'auth0' }),
      expect.objectContaining({ name: 'partner', strategy: 'oidc' }),
    ]),
  });
});

test('the same import again leaves all as it was', async () => {
  const before = await contents();
  server.requests();
  expect(await importTenant()).toMatchObject(imported);
  const isRepeated = (write: string): boolean =>
    /^(PATCH|PUT) /.test(write) || /^POST actions\/actions\/[\w-]+\/deploy$/.test(write);
  expect(server.writes().filter((write) => !isRepeated(write))).toEqual([]);
  expect(lasting(await contents())).toEqual(lasting(before));
});

test('an export has all of it, and no secret', async () => {
  const output = path.join(folder, 'export');
  const { status } = await deployCli(server, ['export', '-f', 'yaml', '-o', output], settings);
  expect(status).toBe(0);
  const text = await readFile(path.join(output, 'tenant.yaml'), 'utf8');
  const tenant = parse(text) as Record<string, unknown>;
  expect(tenant['tokenExchangeProfiles']).toMatchObject([{ name: 'Old tokens', action: 'Old tokens' }]);
  expect(tenant['triggers']).toMatchObject({ 'post-login': [{ action_name: 'Add the stage' }] });
  expect(text).not.toContain('a secret of');
});
