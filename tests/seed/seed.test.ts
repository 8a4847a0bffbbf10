import { engines } from '../support/engines.js';
import { directory, env, login, yaml } from './example.js';
import { given, type Given } from './given.js';

describe.each(engines)('a seed on the $name database', (engine) => {
  let there: Given;
  let seed: string;
  beforeAll(async () => {
    there = await given({ engine });
    seed = await there.write({ 'tenant.yaml': yaml, 'clients/login.html': login });
  });
  afterAll(() => there.close());

  test('makes what is missing, changes what differs, and says what it left out', async () => {
    const report = await there.apply(seed, env);
    expect(report).toMatchObject({ created: 11, updated: 1, unchanged: 0 });
    expect(report.kinds).toMatchObject({
      resourceServers: { created: 1, updated: 1 },
      clients: { created: 4 },
      clientGrants: { created: 4 },
      roles: { created: 1 },
      organizations: { created: 1 },
    });
    expect(report.warnings).toEqual([
      'resourceServers: the Management API was left out: a seed cannot configure it',
    ]);
  });

  test('a client has the id and the secret of the seed, with its keywords, and gets a token with them', async () => {
    const found = await there.server.api('get', 'organizations/name/acme').expect(200);
    const { body, status } = await there.server.requestToken({
      grant_type: 'client_credentials',
      client_id: 'nightly-job',
      client_secret: 'the secret of the job in test',
      audience: 'https://orders.example.com/',
      organization: (found.body as { id: string }).id,
    });
    expect([status, body]).toMatchObject([200, { scope: 'read:orders' }]);
  });

  test('files and JSON keywords are in their places', async () => {
    const { body } = await there.server.api('get', 'clients?per_page=100').expect(200);
    const clients = body as Record<string, unknown>[];
    expect(clients.find(({ name }) => name === 'Shop')).toMatchObject({
      callbacks: ['https://a.example.com/'],
      custom_login_page: '<h1>Log in to test</h1>',
      oidc_logout: { backchannel_logout_urls: ['https://shop.example.com/out'] },
    });
    expect(clients.find(({ name }) => name === 'Signer')).toMatchObject({
      client_authentication_methods: { private_key_jwt: { credentials: [{ id: expect.any(String) }] } },
    });
  });

  test('every change is one version and one log entry of its own, by the seed', async () => {
    const { body } = await there.server.api('get', 'logs?q=client_id:seed&per_page=100').expect(200);
    const entries = body as { type: string; client_id: string; user_agent: string; description: string }[];
    expect(new Set(entries.map(({ type }) => type))).toEqual(new Set(['sapi']));
    expect(entries.filter(({ description }) => description === 'Create a client')).toHaveLength(4);
    expect(entries[0]?.user_agent).toMatch(/^Grantry seed .*tenant\.yaml$/);
    expect(JSON.stringify(entries)).not.toContain('the secret of the job');
  });

  test('a second start with the same seed writes nothing', async () => {
    const before = await there.state();
    expect(await there.apply(seed, env)).toMatchObject({ created: 0, updated: 0, unchanged: 12 });
    expect(await there.state()).toEqual(before);
  });

  test('the directory says the same as the file: on top of it, it writes nothing', async () => {
    const before = await there.state();
    const same = await there.write(directory);
    expect(await there.apply(same, env)).toMatchObject({ created: 0, updated: 0, unchanged: 12 });
    expect(await there.state()).toEqual(before);
  });

  test('what differs is changed, by itself; what the seed does not name stays', async () => {
    await there.server.api('post', 'clients', { name: 'By hand' }).expect(201);
    const before = await there.state();
    const changed = yaml
      .replace('token_lifetime: 3600', 'token_lifetime: 7200')
      .replace('plan: gold', 'plan: tin');
    const other = await there.write({ 'tenant.yaml': changed, 'clients/login.html': login });
    expect(await there.apply(other, env)).toMatchObject({ created: 0, updated: 2, unchanged: 10 });
    const after = await there.state();
    expect(after).toEqual({ version: before.version + 1, logs: before.logs + 2 });
    const { body } = await there.server.api('get', 'clients?per_page=100').expect(200);
    expect(JSON.stringify(body)).toContain('By hand');
  });

  test('client grants that an organization does not list are taken from it; without a list they stay', async () => {
    const listing = async () => {
      const { body } = await there.server.api('get', 'organizations/name/acme').expect(200);
      const { id } = body as { id: string };
      return (await there.server.api('get', `organizations/${id}/client-grants`).expect(200))
        .body as unknown[];
    };
    const silent = await there.write({ 'tenant.yaml': 'organizations: [{name: acme}]\n' });
    expect(await there.apply(silent)).toMatchObject({ updated: 0, unchanged: 1 });
    expect(await listing()).toHaveLength(1);
    const none = await there.write({ 'tenant.yaml': 'organizations: [{name: acme, client_grants: []}]\n' });
    expect(await there.apply(none)).toMatchObject({ updated: 1 });
    expect(await listing()).toHaveLength(0);
  });
});
