// /organizations/{id}/connections and enabled_connections (terraform-provider-auth0, TestAccOrganizationConnection).

import { startServer, type TestServer } from '../../support/server.js';
import {
  type ConnectionWire,
  createConnection,
  createOrganization,
  invalidBody,
  noOrganization,
  payloadError,
  refused,
  seen,
  unique,
} from '../fixtures.js';

let server: TestServer;
let connection: ConnectionWire;
beforeAll(async () => {
  server = await startServer();
  connection = await createConnection(server);
});
afterAll(() => server.close());

const at = (organization: { id: string }, path: string) => `organizations/${organization.id}/${path}`;
const noConnectionHere = refused(404, 'No connection found by that id');

const recorded = () => ({
  connection_id: connection.id,
  assign_membership_on_login: false,
  is_signup_enabled: false,
  show_as_button: true,
  connection: { name: connection.name, strategy: 'auth0' },
});
const whole = () => ({ ...recorded(), organization_access_level: 'none', is_enabled: true });

describe.each([
  ['connections', whole],
  ['enabled_connections', recorded],
] as const)('%s', (path, expected) => {
  const add = async (body: object = {}) => {
    const organization = await createOrganization(server);
    const answer = await server.api('post', at(organization, path), {
      connection_id: connection.id,
      ...body,
    });
    return { organization, answer };
  };

  test('a connection that is only named has the recorded settings', async () => {
    const { organization, answer } = await add();
    expect(seen(answer)).toEqual({ status: 201, body: expected() });
    const found = await server.api('get', at(organization, `${path}/${connection.id}`));
    expect(seen(found)).toEqual({ status: 200, body: expected() });
  });

  test('settings are stored as sent, and each changes alone', async () => {
    const settings = { assign_membership_on_login: true, show_as_button: false, is_signup_enabled: true };
    const { organization, answer } = await add(settings);
    expect(answer.body).toEqual({ ...expected(), ...settings });
    const one = at(organization, `${path}/${connection.id}`);
    const changed = await server.api('patch', one, { show_as_button: true });
    expect(seen(changed)).toEqual({
      status: 200,
      body: { ...expected(), ...settings, show_as_button: true },
    });
    expect((await server.api('get', one)).body).toEqual(changed.body);
  });

  test('a second time is a conflict', async () => {
    const { organization } = await add();
    const again = await server.api('post', at(organization, path), { connection_id: connection.id });
    expect(seen(again)).toEqual(refused(409, 'The connection has already been added to this organization.'));
  });

  test('of ten at once one is added', async () => {
    const organization = await createOrganization(server);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        server.api('post', at(organization, path), { connection_id: connection.id }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(9);
  });

  test('removing answers nothing, also a second time', async () => {
    const { organization } = await add();
    const one = at(organization, `${path}/${connection.id}`);
    expect((await server.api('delete', one)).status).toBe(204);
    expect((await server.api('delete', one)).status).toBe(204);
    expect(seen(await server.api('get', one))).toEqual(noConnectionHere);
    expect((await server.api('get', `connections/${connection.id}`)).status).toBe(200);
  });

  test('what does not exist is not found', async () => {
    const organization = await createOrganization(server);
    const nowhere = { connection_id: 'con_0000000000000000' };
    expect(seen(await server.api('post', at(organization, path), nowhere))).toEqual(noConnectionHere);
    const one = at(organization, `${path}/${connection.id}`);
    expect(seen(await server.api('patch', one, {}))).toEqual(noConnectionHere);
    const none = { id: 'org_0000000000000000' };
    expect(seen(await server.api('get', at(none, path)))).toEqual(noOrganization);
    expect(seen(await server.api('post', at(none, path), { connection_id: connection.id }))).toEqual(
      noOrganization,
    );
  });

  test.each([{}, { connection_id: 1 }, { connection_id: 'con_1', nosuch: 1 }])(
    'the body %j is refused',
    async (body) => {
      const organization = await createOrganization(server);
      expect(seen(await server.api('post', at(organization, path), body))).toEqual(invalidBody(payloadError));
    },
  );
});

test('an organization without connections has an empty list in every form (recorded)', async () => {
  const organization = await createOrganization(server);
  const list = async (query: string) => (await server.api('get', at(organization, query))).body as unknown;
  expect(await list('connections')).toEqual([]);
  expect(await list('connections?include_totals=true&is_enabled=true&page=1&per_page=50')).toEqual({
    connections: [],
    start: 50,
    limit: 50,
    total: 0,
  });
  expect(await list('enabled_connections?include_totals=true&page=0&per_page=100')).toEqual({
    enabled_connections: [],
    start: 0,
    limit: 0,
    total: 0,
  });
});

test('a connection that is not enabled is in the newer list only', async () => {
  const organization = await createOrganization(server);
  const body = { connection_id: connection.id, is_enabled: false, organization_connection_name: 'SSO' };
  const added = await server.api('post', at(organization, 'connections'), body);
  expect(added.body).toEqual({ ...whole(), ...body });
  const list = async (query: string) => (await server.api('get', at(organization, query))).body as unknown;
  expect(await list('connections')).toEqual([added.body]);
  expect(await list('connections?is_enabled=false')).toEqual([added.body]);
  expect(await list('connections?is_enabled=true')).toEqual([]);
  expect(await list('enabled_connections')).toEqual([]);
  const older = at(organization, `enabled_connections/${connection.id}`);
  expect(seen(await server.api('get', older))).toEqual(noConnectionHere);
  expect(seen(await server.api('patch', older, {}))).toEqual(noConnectionHere);
});

test('null puts the settings of the newer form back', async () => {
  const organization = await createOrganization(server);
  await server.api('post', at(organization, 'connections'), {
    connection_id: connection.id,
    is_enabled: false,
    organization_connection_name: 'SSO',
    organization_access_level: 'full',
  });
  const nulls = { is_enabled: null, organization_connection_name: null, organization_access_level: null };
  const changed = await server.api('patch', at(organization, `connections/${connection.id}`), nulls);
  expect(seen(changed)).toEqual({ status: 200, body: whole() });
});

test('a list of enabled ones says its own length as the limit (recorded)', async () => {
  const organization = await createOrganization(server);
  await server.api('post', at(organization, 'enabled_connections'), { connection_id: connection.id });
  const answer = await server.api(
    'get',
    at(organization, 'enabled_connections?include_totals=true&per_page=100'),
  );
  expect(answer.body).toEqual({ enabled_connections: [recorded()], start: 0, limit: 1, total: 1 });
});

describe('connections of a new organization', () => {
  test('come back with name and strategy (recorded-behaviour.md 7)', async () => {
    const body = {
      enabled_connections: [{ connection_id: connection.id, assign_membership_on_login: true }],
    };
    const created = await createOrganization(server, body);
    const expected = { ...recorded(), assign_membership_on_login: true };
    expect(created).toMatchObject({ enabled_connections: [expected] });
    expect((await server.api('get', at(created, 'enabled_connections'))).body).toEqual([expected]);
    expect((await server.api('get', `organizations/${created.id}`)).body).not.toHaveProperty(
      'enabled_connections',
    );
  });

  test('need a scope of their own (management-api.md 8.2)', async () => {
    const token = await server.tokenWith('create:organizations');
    const ask = (body: object) =>
      server.request().post('/api/v2/organizations').auth(token, { type: 'bearer' }).send(body);
    const name = unique('scoped');
    const enabled_connections = [{ connection_id: connection.id }];
    expect(seen(await ask({ name, enabled_connections }))).toEqual(
      refused(
        403,
        'Insufficient scope, expected any of: create:organization_connections',
        'insufficient_scope',
      ),
    );
    expect((await ask({ name })).status).toBe(201);
  });

  test('that do not exist leave no organization behind', async () => {
    const name = unique('none');
    const enabled_connections = [{ connection_id: connection.id }, { connection_id: 'con_0000000000000000' }];
    const answer = await server.api('post', 'organizations', { name, enabled_connections });
    expect(seen(answer)).toEqual(noConnectionHere);
    expect((await server.api('get', `organizations/name/${name}`)).status).toBe(404);
  });
});

test('a connection that is deleted is gone from every organization', async () => {
  const { id } = await createConnection(server);
  const organization = await createOrganization(server, { enabled_connections: [{ connection_id: id }] });
  await server.api('delete', `connections/${id}`);
  expect((await server.api('get', at(organization, 'connections'))).body).toEqual([]);
});
