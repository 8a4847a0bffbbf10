// What `a0deploy export` writes, without a restriction to kinds, makes a server as a seed.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { configurationHandlers } from '../../../src/app.js';
import { applySeed } from '../../../src/seed/seed.js';
import { given } from '../../seed/given.js';
import { contract } from '../../support/server.js';
import { startTlsServer, type TlsServer } from '../server.js';
import { deployCli } from './run.js';

const origin = {
  'tenant.yaml': `
clients:
  - {name: Shop, app_type: regular_web}
databases:
  - name: Customers
    enabled_clients: [Shop, Management]
    is_domain_connection: true
    options:
      passwordPolicy: fair
      customScripts: {login: ./login.js}
      configuration: {PASSWORD: a secret of the scripts}
connections:
  - name: partner
    strategy: oidc
    enabled_clients: [Shop]
    options: {client_id: grantry, client_secret: a secret of the partner, idpinitiated: {client_id: Shop}}
  - name: email
    strategy: email
    options: {email: {subject: Code, body: ./email.html}}
actions:
  - name: Add the stage
    code: ./code.js
    deployed: true
    dependencies: [{name: lodash, version: 4.17.21}]
    secrets: [{name: KEY, value: a secret of the action}]
    supported_triggers: [{id: post-login, version: v3}]
triggers:
  post-login: [{action_name: Add the stage, display_name: The stage}]
organizations:
  - name: acme
    connections: [{name: Customers, assign_membership_on_login: true}, {name: partner, show_as_button: false}]
    clients: [{client_id: Shop, use_for_member_access: true}]
    discovery_domains: [{domain: acme.example.com, status: verified}]
`,
  'login.js': 'function login() {}',
  'connections/email.html': '<b>{{ code }}</b>',
  'code.js': 'exports.onExecutePostLogin = async () => {};\n',
};

let server: TlsServer;
let folder: string;
beforeAll(async () => {
  server = await startTlsServer();
  folder = await mkdtemp(path.join(tmpdir(), 'grantry-seed-export-'));
  const seeds = await given();
  const { tenant, keys, storage } = server;
  await applySeed({
    path: await seeds.write(origin),
    env: {},
    contract,
    tenant,
    storage,
    handlersOn: (store) => configurationHandlers(store, { tenant, keys }),
  });
  await seeds.close();
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

test.each([
  ['yaml', 'tenant.yaml'],
  ['directory', ''],
])('an export in the %s format is a seed, which changes nothing a second time', async (format, file) => {
  const output = path.join(folder, format);
  const { status, output: said } = await deployCli(server, ['export', '-f', format, '-o', output]);
  expect([status, said]).toEqual([0, expect.stringContaining('Export Successful')]);

  const copy = await given();
  const seed = path.join(output, file);
  const env = { AUTH0_DOMAIN: server.domain, CONNECTIONS_OIDC_SECRET: 'another secret' };
  const report = await copy.apply(seed, env);
  expect(report.kinds).toMatchObject({
    databases: { created: 1, unchanged: 1 },
    connections: { created: 2 },
    actions: { created: 1 },
    triggers: { updated: 1 },
    organizations: { created: 1 },
  });
  expect(report.warnings.join()).not.toMatch(
    /`?(databases|connections|actions|triggers|hooks)`? was left out/,
  );
  const before = await copy.state();
  expect(await copy.apply(seed, env)).toMatchObject({ created: 0, updated: 0 });
  expect(await copy.state()).toEqual(before);
  await copy.close();
});
