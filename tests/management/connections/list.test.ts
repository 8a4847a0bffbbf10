// GET /connections in its three forms, its filters and `fields`.

import { startServer, type TestServer } from '../../support/server.js';
import { type ConnectionWire, createConnection, invalidQuery, seen } from '../fixtures.js';

let server: TestServer;
let first: ConnectionWire;
let database: ConnectionWire;
let sso: ConnectionWire;
beforeAll(async () => {
  server = await startServer();
  [first] = (await server.api('get', 'connections')).body as [ConnectionWire];
  database = await createConnection(server, { name: 'second' });
  const options = { domain_aliases: ['Example.com'] };
  sso = await createConnection(server, { name: 'sso', strategy: 'samlp', options });
});
afterAll(() => server.close());

const list = (query: string) => server.api('get', `connections?${query}`);

test('a new server has a database connection', () => {
  expect(first).toMatchObject({ name: 'Username-Password-Authentication', strategy: 'auth0' });
});

test('the plain form is a list, oldest first', async () => {
  expect(seen(await list(''))).toEqual({ status: 200, body: [first, database, sso] });
});

test('the form with totals', async () => {
  expect(seen(await list('include_totals=true&per_page=2&page=1'))).toEqual({
    status: 200,
    body: { total: 3, start: 2, limit: 2, connections: [sso] },
  });
});

test('checkpoints, whatever else is asked for (recorded-behaviour.md 3)', async () => {
  const { body } = await list('include_totals=true&take=2');
  const { next } = body as { next: string };
  expect(body).toEqual({ connections: [first, database], next });
  expect((await list(`take=2&from=${next}`)).body).toEqual({ connections: [sso] });
});

test.each<[query: string, names: string[]]>([
  ['strategy=auth0', ['Username-Password-Authentication', 'second']],
  ['strategy=samlp&strategy=oidc', ['sso']],
  ['strategy=oidc', []],
  ['name=sso', ['sso']],
  ['name=SSO', []],
  ['name=sso&strategy=auth0', []],
  ['domain_alias=example.COM', ['sso']],
  ['domain_alias=ample.com', []],
])('%s', async (query, names) => {
  const { body } = await list(`${query}&fields=name`);
  expect((body as ConnectionWire[]).map(({ name }) => name)).toEqual(names);
});

test('fields, with what comes unasked (terraform-provider-auth0, TestAccConnectionClients)', async () => {
  const query = 'fields=strategy%2Cname&include_fields=true';
  const answer = await server.api('get', `connections/${database.id}?${query}`);
  expect(seen(answer)).toEqual({
    status: 200,
    body: {
      id: database.id,
      strategy: 'auth0',
      name: 'second',
      is_domain_connection: false,
      authentication: { active: true },
      connected_accounts: { active: false },
    },
  });
  expect((await list(`${query}&name=second`)).body).toEqual([answer.body]);
});

test('fields to leave out', async () => {
  const { options: _options, realms: _realms, ...rest } = database;
  const answer = await server.api(
    'get',
    `connections/${database.id}?fields=options,realms&include_fields=false`,
  );
  expect(answer.body).toEqual(rest);
});

test.each(['per_page=0', 'take=101', 'strategy=A', 'nosuch=1', 'from=nowhere'])(
  '%s is refused',
  async (query) => {
    expect(seen(await list(query))).toEqual(invalidQuery(expect.stringMatching(/^Query validation error/)));
  },
);
