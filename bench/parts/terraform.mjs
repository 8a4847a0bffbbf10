import { spawnSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { goClient } from '../../tests/clients/go-clients.mjs';
import { measureClientRunsOnGrantry } from '../client-runs.mjs';
import { say } from '../measure.mjs';

/** How long Terraform takes for 200 resources, and how much of it is spent waiting for the server. */
export async function terraform() {
  say('### Terraform\n');
  const provider = goClient('terraform-provider-auth0');
  if (provider === null) {
    say('Skipped: the provider is not built (`node tests/clients/go-clients.mjs`, which needs Go).\n');
    return;
  }
  if (spawnSync('terraform', ['version']).error) {
    say('Skipped: there is no program `terraform` on this machine.\n');
    return;
  }
  say('50 APIs with their scopes, 50 clients, 50 grants: 200 resources. Terraform works on 10 at once.\n');
  await measureClientRunsOnGrantry((folder, authorityFile) => {
    copyFileSync(path.join(import.meta.dirname, '../terraform.tf'), path.join(folder, 'main.tf'));
    const settings = path.join(folder, 'cli.tfrc');
    const directory = JSON.stringify(path.dirname(provider));
    writeFileSync(
      settings,
      `provider_installation {\n  dev_overrides {\n    "auth0/auth0" = ${directory}\n  }\n}\n`,
    );
    const run = (/** @type {string} */ name, /** @type {string[]} */ ...args) => ({
      name,
      command: 'terraform',
      args: [name, ...args, '-no-color', '-input=false'],
      env: { CHECKPOINT_DISABLE: '1', TF_CLI_CONFIG_FILE: settings, SSL_CERT_FILE: authorityFile },
    });
    return [
      run('apply', '-auto-approve'),
      // Ends with another code than 0 when there is something to do.
      run('plan', '-detailed-exitcode'),
    ];
  });
}
