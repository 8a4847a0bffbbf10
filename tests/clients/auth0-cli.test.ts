// The `auth0` command line, where it was built (go-clients.mjs), logged in as a machine.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { goClient } from './go-clients.mjs';
import { runProgram } from './run-program.js';
import { startTlsServer, type TlsServer } from './server.js';

const program = goClient('auth0');
const AUDIENCE = 'https://orders.example.com/';

(program ? describe : describe.skip)('the auth0 command line', () => {
  let server: TlsServer;
  let home: string;

  beforeAll(async () => {
    server = await startTlsServer();
    home = await mkdtemp(path.join(tmpdir(), 'grantry-auth0-cli-'));
  });
  afterAll(async () => {
    await server.close();
    await rm(home, { recursive: true, force: true });
  });

  async function run(args: readonly string[]): Promise<string> {
    const { status, output, stdout } = await runProgram(
      program ?? '',
      [...args, '--no-input', '--no-color'],
      {
        // Without a keyring it keeps the token in its configuration, under this home.
        env: {
          PATH: process.env['PATH'],
          HOME: home,
          SSL_CERT_FILE: server.authorityFile,
          AUTH0_CLI_ANALYTICS: 'false',
        },
      },
    );
    if (status !== 0) throw new Error(`auth0 ${args.join(' ')}: ${output}`);
    return stdout;
  }

  /** @param command as it is typed; no value has a space. */
  const auth0 = async (command: string) => JSON.parse(await run([...command.split(' '), '--json']));

  test('logs in as a machine', async () => {
    const { id, secret } = server.management;
    await run(['login', '--domain', server.domain, '--client-id', id, '--client-secret', secret]);
    expect(await run(['tenants', 'list'])).toContain(server.domain);
  });

  test('apis, apps and client-grants are created, shown, listed, changed and deleted', async () => {
    const api = await auth0(
      `apis create --name Orders --identifier ${AUDIENCE} --token-lifetime 3600 --offline-access=false --scopes read:orders,write:orders`,
    );
    // It encodes the identifier twice.
    expect(await auth0(`apis show ${AUDIENCE}`)).toMatchObject({ id: api.id });
    const app = await auth0('apps create --name Job --description Nightly --type m2m');
    const names = (await auth0('apps list')).map(({ name }: { name: string }) => name);
    expect(names).toContain('Job');

    const grant = await auth0(
      `client-grants create --client-id ${app.client_id} --audience ${AUDIENCE} --scopes read:orders --subject-type client`,
    );
    expect(grant).toMatchObject({ audience: AUDIENCE, scope: ['read:orders'] });
    await auth0(`client-grants update ${grant.id} --scopes read:orders,write:orders`);
    expect(await auth0(`client-grants show ${grant.id}`)).toMatchObject({
      scope: ['read:orders', 'write:orders'],
    });
    const ids = (await auth0('client-grants list')).map(({ id }: { id: string }) => id);
    expect(ids).toContain(grant.id);

    await run(['client-grants', 'delete', grant.id, '--force']);
    await run(['apps', 'delete', app.client_id, '--force']);
    await run(['apis', 'delete', api.id, '--force']);
    expect((await server.api('get', `resource-servers/${api.id}`)).status).toBe(404);
  });

  test('roles and orgs are created and listed', async () => {
    await auth0('roles create --name Clerk --description Orders');
    expect(await auth0('roles list')).toEqual([expect.objectContaining({ name: 'Clerk' })]);
    await auth0('orgs create --name acme --display Acme');
    expect(await auth0('orgs list')).toEqual([expect.objectContaining({ name: 'acme' })]);
  });

  test('api sends get, post, patch and delete as told', async () => {
    const api = async (method: string, url: string, data?: object) => {
      const output = await run([
        'api',
        method,
        url,
        ...(data ? ['--data', JSON.stringify(data)] : []),
        '--force',
      ]);
      return output === '' ? null : JSON.parse(output);
    };
    const created = await api('post', 'clients', { name: 'By api' });
    const at = `clients/${created.client_id}`;
    expect(await api('patch', at, { description: 'changed' })).toMatchObject({ description: 'changed' });
    expect(await api('get', at)).toMatchObject({ name: 'By api', description: 'changed' });
    await api('delete', at);
    expect((await server.api('get', at)).status).toBe(404);
  });
});
