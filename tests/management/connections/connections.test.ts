// /connections: created, read, changed and deleted. Shapes are those of terraform-provider-auth0's recordings
// TestAccConnection, TestAccConnectionClients and TestAccOrganizationConnection.

import { startServer, type TestServer } from '../../support/server.js';
import {
  type ConnectionWire,
  countOf,
  createClient,
  createConnection,
  invalidBody,
  noConnection,
  payloadError,
  refused,
  seen,
  unique,
} from '../fixtures.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const create = (body: object) => server.api('post', 'connections', body);
const update = (id: string, body: object) => server.api('patch', `connections/${id}`, body);
const read = async (id: string) => (await server.api('get', `connections/${id}`)).body as ConnectionWire;

describe('a new connection', () => {
  test('of a database is the recorded one and nothing else', async () => {
    const name = unique('Recorded');
    expect(seen(await create({ name, strategy: 'auth0' }))).toEqual({
      status: 201,
      body: {
        id: expect.stringMatching(/^con_[A-Za-z0-9]{16}$/),
        options: {
          mfa: { active: true, return_enroll_settings: true },
          passwordPolicy: 'good',
          strategy_version: 2,
          authentication_methods: {
            password: { enabled: true, api_behavior: 'required' },
            passkey: { enabled: false },
          },
          passkey_options: {
            challenge_ui: 'both',
            progressive_enrollment_enabled: true,
            local_enrollment_enabled: true,
          },
          brute_force_protection: true,
        },
        strategy: 'auth0',
        name,
        is_domain_connection: false,
        authentication: { active: true },
        connected_accounts: { active: false },
        enabled_clients: [],
        realms: [name],
      },
    });
  });

  test('of a database keeps the options that are sent, and gets the others', async () => {
    const options = { passwordPolicy: 'fair', requires_username: true, brute_force_protection: false };
    const connection = await createConnection(server, { options });
    expect(connection.options).toMatchObject({ ...options, mfa: { active: true }, strategy_version: 2 });
  });

  test('of an enterprise has its name to show, and no button', async () => {
    const name = unique('okta');
    const connection = await createConnection(server, {
      name,
      strategy: 'okta',
      options: { client_id: 'x' },
    });
    expect(connection).toMatchObject({
      display_name: name,
      show_as_button: false,
      options: { client_id: 'x' },
    });
  });

  test('of another strategy has the options that are sent and no others, secrets included', async () => {
    const options = {
      client_id: 'id',
      client_secret: 's',
      scope: ['a'],
      upstream_params: null,
      n: { m: 1.5 },
    };
    const connection = await createConnection(server, { strategy: 'google-oauth2', options });
    expect(connection.options).toEqual(options);
    expect(connection).not.toHaveProperty('display_name');
    expect((await read(connection.id)).options).toEqual(options);
  });

  test('is enabled for the clients that are named, in that order', async () => {
    const [one, two] = [await createClient(server), await createClient(server)];
    const enabled_clients = [two.client_id, one.client_id, two.client_id];
    const connection = await createConnection(server, { enabled_clients });
    expect(connection.enabled_clients).toEqual([two.client_id, one.client_id]);
  });
});

describe.each<[member: string, value: unknown]>([
  ['display_name', 'd'.repeat(128)],
  ['is_domain_connection', true],
  ['show_as_button', true],
  ['realms', ['one', 'two']],
  ['metadata', Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`key${i}`, 'v'.repeat(255)]))],
  ['authentication', { active: false }],
  ['connected_accounts', { active: true, cross_app_access: true }],
  ['cross_app_access_requesting_app', { active: true }],
  ['cross_app_access_resource_app', { status: 'enabled' }],
])('%s', (member, value) => {
  test('is stored as sent on creation', async () => {
    const created = await createConnection(server, { [member]: value });
    expect(created).toMatchObject({ [member]: value });
    expect(await read(created.id)).toEqual(created);
  });

  test('is stored as sent on update, and nothing else changes', async () => {
    const connection = await createConnection(server);
    const answer = await update(connection.id, { [member]: value });
    expect(seen(answer)).toEqual({ status: 200, body: { ...connection, [member]: value } });
    expect(await read(connection.id)).toEqual(answer.body);
  });
});

describe('updates', () => {
  test('options are replaced, save for how users of a database authenticate (recorded)', async () => {
    const { id, options } = await createConnection(server, { options: { import_mode: true } });
    const { body } = await update(id, { options: { passwordPolicy: 'low' } });
    expect((body as ConnectionWire).options).toEqual({
      passwordPolicy: 'low',
      authentication_methods: options['authentication_methods'],
      passkey_options: options['passkey_options'],
    });
  });

  test('options of other strategies are replaced as a whole', async () => {
    const { id } = await createConnection(server, {
      strategy: 'oidc',
      options: { a: 1, passkey_options: {} },
    });
    expect((await update(id, { options: { b: 2 } })).body).toMatchObject({ options: { b: 2 } });
    expect((await read(id)).options).toEqual({ b: 2 });
    expect(((await update(id, { options: null })).body as ConnectionWire).options).toEqual({});
  });

  test('null removes the resource of cross app access', async () => {
    const { id } = await createConnection(server, { cross_app_access_resource_app: { status: 'enabled' } });
    const { body } = await update(id, { cross_app_access_resource_app: null });
    expect(body).not.toHaveProperty('cross_app_access_resource_app');
    expect(body).toMatchObject({ authentication: { active: true } });
  });

  test('no realms means its name', async () => {
    const { id, name } = await createConnection(server, { realms: ['other'] });
    expect((await update(id, { realms: [] })).body).toMatchObject({ realms: [name] });
  });

  test('enabled clients are replaced, and null leaves none', async () => {
    const [one, two] = [await createClient(server), await createClient(server)];
    const { id } = await createConnection(server, { enabled_clients: [one.client_id] });
    const changed = await update(id, { enabled_clients: [two.client_id] });
    expect(changed.body).toMatchObject({ enabled_clients: [two.client_id] });
    expect((await update(id, { enabled_clients: null })).body).toMatchObject({ enabled_clients: [] });
  });

  test('everything that is returned can be sent back, save for what never changes', async () => {
    const connection = await createConnection(server, {
      strategy: 'samlp',
      options: { signingCert: 'x', domain_aliases: ['a.example.com'] },
      metadata: { a: 'b' },
    });
    const { id, name: _name, strategy: _strategy, ...rest } = connection;
    expect(seen(await update(id, rest))).toEqual({ status: 200, body: connection });
  });

  test('of a connection that does not exist are not found', async () => {
    expect(seen(await update('con_0000000000000000', {}))).toEqual(noConnection);
  });
});

describe('configuration of custom scripts', () => {
  const configurationOf = ({ options }: ConnectionWire) => options['configuration'] as Record<string, string>;

  test('is never shown', async () => {
    const connection = await createConnection(server, {
      options: { configuration: { key: 'in plain sight' } },
    });
    expect(configurationOf(connection)).toEqual({ key: expect.stringMatching(/^2\.0\$[0-9a-f]+$/) });
    expect((await server.api('get', `connections/${connection.id}`)).text).not.toContain('in plain sight');
  });

  test('stays as it is when it is sent back', async () => {
    const connection = await createConnection(server, { options: { configuration: { key: 'value' } } });
    const { body } = await update(connection.id, { options: connection.options });
    expect(configurationOf(body as ConnectionWire)).toEqual(configurationOf(connection));
  });

  test('looks as before when its text is sent again, and only then', async () => {
    const connection = await createConnection(server, { options: { configuration: { a: 'one', b: 'two' } } });
    const { body } = await update(connection.id, { options: { configuration: { a: 'one', b: 'three' } } });
    const [before, after] = [configurationOf(connection), configurationOf(body as ConnectionWire)];
    expect(after['a']).toBe(before['a']);
    expect(after['b']).toMatch(/^2\.0\$[0-9a-f]+$/);
    expect(after['b']).not.toBe(before['b']);
  });
});

describe('refusals', () => {
  const rows: [why: string, body: object][] = [
    [
      'metadata of eleven keys',
      { metadata: Object.fromEntries(Array.from({ length: 11 }, (_, i) => [i, ''])) },
    ],
    ['metadata that is a number', { metadata: { a: 1 } }],
    ['an empty display name', { display_name: '' }],
    ['a display name of 129 characters', { display_name: 'd'.repeat(129) }],
    ['options that are a list', { options: [] }],
    ['a password policy that there is not', { options: { passwordPolicy: 'best' } }],
    ['a secret of custom scripts that is a number', { options: { configuration: { a: 1 } } }],
    ['an empty realm', { realms: [''] }],
    ['an id', { id: 'con_0000000000000000' }],
    ['a purpose without a state', { authentication: {} }],
    ['1,001 clients', { enabled_clients: Array.from({ length: 1001 }, (_, i) => `client-${i}`) }],
    ['a member that nobody knows', { password: 'x' }],
  ];

  test.each(rows)('%s, on creation', async (_why, body) => {
    const before = await countOf(server, 'connections');
    const answer = await create({ name: unique('refused'), strategy: 'auth0', ...body });
    expect(seen(answer)).toEqual(invalidBody(payloadError));
    expect(await countOf(server, 'connections')).toBe(before);
  });

  test.each(rows)('%s, on update', async (_why, body) => {
    const connection = await createConnection(server);
    expect(seen(await update(connection.id, body))).toEqual(invalidBody(payloadError));
    expect(await read(connection.id)).toEqual(connection);
  });

  test.each(['', '-a', 'a-', 'a b', 'a_b', 'ä', 'a\n', 'a'.repeat(129)])('the name `%s`', async (name) => {
    expect(seen(await create({ name, strategy: 'auth0' }))).toEqual(invalidBody(payloadError));
  });

  test.each(['', 'Auth0', 'a b', '../x'])('the strategy `%s`', async (strategy) => {
    expect(seen(await create({ name: unique('x'), strategy }))).toEqual(invalidBody(payloadError));
  });

  test.each([{ name: 'other' }, { strategy: 'oidc' }])('%j, which never changes', async (body) => {
    const { id } = await createConnection(server);
    expect(seen(await update(id, body))).toEqual(invalidBody(payloadError));
  });

  test('a client that does not exist, and nothing is made or changed', async () => {
    const message = 'the client `nobody` does not exist';
    const name = unique('refused');
    const made = await create({ name, strategy: 'auth0', enabled_clients: ['nobody'] });
    expect(seen(made)).toEqual(invalidBody(message));
    const connection = await createConnection(server, { name });
    const changed = await update(connection.id, { enabled_clients: ['nobody'], realms: ['x'] });
    expect(seen(changed)).toEqual(invalidBody(message));
    expect(await read(connection.id)).toEqual(connection);
  });

  test('a name that is there', async () => {
    const { name } = await createConnection(server);
    expect(seen(await create({ name, strategy: 'oidc' }))).toEqual(
      refused(409, 'A connection with the same name already exists', 'connection_conflict'),
    );
  });

  test('of ten simultaneous requests for one name one gets 201 and nine get 409', async () => {
    const name = unique('race');
    const answers = await Promise.all(Array.from({ length: 10 }, () => create({ name, strategy: 'auth0' })));
    const statuses = answers.map(({ status }) => status).sort((a, b) => a - b);
    expect(statuses).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
  });
});

describe('deleting', () => {
  // recorded-behaviour.md 2, "Status codes seen".
  test('answers when it was deleted, and a second time nothing', async () => {
    const { id } = await createConnection(server);
    const first = await server.api('delete', `connections/${id}`);
    expect(seen(first)).toEqual({
      status: 202,
      body: { deleted_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) },
    });
    expect(seen(await server.api('get', `connections/${id}`))).toEqual(noConnection);
    const second = await server.api('delete', `connections/${id}`);
    expect([second.status, second.text]).toEqual([204, '']);
  });

  test('a change that races with it is made or not found', async () => {
    const { id } = await createConnection(server);
    const [deleted, changed] = await Promise.all([
      server.api('delete', `connections/${id}`),
      update(id, { realms: ['x'] }),
    ]);
    expect(deleted.status).toBe(202);
    expect([200, 404]).toContain(changed.status);
    expect((await server.api('get', `connections/${id}`)).status).toBe(404);
  });
});
