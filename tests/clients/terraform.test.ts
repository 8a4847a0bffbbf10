// The Terraform provider, where it was built (go-clients.mjs) and the program `terraform` is on the machine.

import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { goClient } from './go-clients.mjs';
import { type Run, runProgram } from './run-program.js';
import { startTlsServer, type TlsServer } from './server.js';

const provider = spawnSync('terraform', ['version']).error ? null : goClient('terraform-provider-auth0');

(provider ? describe : describe.skip)('terraform with the provider auth0/auth0', () => {
  let server: TlsServer;
  let folder: string;

  beforeAll(async () => {
    server = await startTlsServer();
    folder = await mkdtemp(path.join(tmpdir(), 'grantry-terraform-'));
    await cp(path.join(import.meta.dirname, 'terraform/main.tf'), path.join(folder, 'main.tf'));
    const overrides = `provider_installation {\n  dev_overrides {\n    "auth0/auth0" = ${JSON.stringify(path.dirname(provider ?? ''))}\n  }\n}\n`;
    await writeFile(path.join(folder, 'cli.tfrc'), overrides);
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function terraform(...args: string[]): Promise<Run> {
    return runProgram('terraform', [...args, '-no-color', '-input=false'], {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        CHECKPOINT_DISABLE: '1',
        TF_CLI_CONFIG_FILE: path.join(folder, 'cli.tfrc'),
        SSL_CERT_FILE: server.authorityFile,
        AUTH0_DOMAIN: server.domain,
        AUTH0_CLIENT_ID: server.management.id,
        AUTH0_CLIENT_SECRET: server.management.secret,
      },
    });
  }

  /** Asserts that there is nothing to do, and that finding this out wrote nothing. */
  async function expectNoChanges(): Promise<void> {
    server.requests();
    // 0: nothing to do. 2: there are changes.
    const plan = await terraform('plan', '-detailed-exitcode');
    expect(plan).toMatchObject({ status: 0, output: expect.stringContaining('No changes.') });
    expect(server.writes()).toEqual([]);
  }

  test('the first apply creates, and then there is nothing to do', async () => {
    expect(await terraform('apply', '-auto-approve')).toMatchObject({
      status: 0,
      output: expect.stringContaining('12 added, 0 changed, 0 destroyed'),
    });
    await expectNoChanges();
    expect(await terraform('apply', '-auto-approve')).toMatchObject({ status: 0 });
    expect(server.writes()).toEqual([]);
  });

  test('a change is applied in place, and then there is nothing to do', async () => {
    const variables = { display_name: 'Acme Inc.', job_scopes: ['read:orders', 'write:orders'] };
    await writeFile(path.join(folder, 'terraform.tfvars.json'), JSON.stringify(variables));
    expect(await terraform('apply', '-auto-approve')).toMatchObject({
      status: 0,
      output: expect.stringContaining('0 added, 2 changed, 0 destroyed'),
    });
    const { body } = await server.api('get', 'client-grants?audience=https://orders.example.com/');
    expect(body.find((grant: { subject_type: string }) => grant.subject_type === 'client').scope).toEqual(
      variables.job_scopes,
    );
    await expectNoChanges();
  });

  test('destroy leaves nothing', async () => {
    expect(await terraform('destroy', '-auto-approve')).toMatchObject({
      status: 0,
      output: expect.stringContaining('12 destroyed'),
    });
    for (const kind of ['organizations', 'roles']) {
      expect((await server.api('get', kind)).body).toEqual([]);
    }
    const { body: apis } = await server.api('get', 'resource-servers');
    expect(apis.filter(({ is_system }: { is_system?: boolean }) => !is_system)).toEqual([]);
    const { body: clients } = await server.api('get', 'clients?is_global=false');
    expect(clients.map(({ name }: { name: string }) => name)).toEqual(['Management']);
  });
});
