// Paging parameters that make no sense (management-api.md 1.6, `openapi.yaml`): refused by every list.

import { startServer, type TestServer } from '../support/server.js';
import { createClientGrant, createOrganization, invalidQuery, seen } from '../management/fixtures.js';

let server: TestServer;
let lists: Record<string, string>;
beforeAll(async () => {
  server = await startServer();
  const { id: grant } = await createClientGrant(server);
  const { id: organization } = await createOrganization(server);
  lists = {
    APIs: 'resource-servers',
    'client grants': 'client-grants',
    'organizations of a client grant': `client-grants/${grant}/organizations`,
    clients: 'clients',
    organizations: 'organizations',
    'client grants of an organization': `organizations/${organization}/client-grants`,
    logs: 'logs',
  };
});
afterAll(() => server.close());

const withTotals = [
  'APIs',
  'client grants',
  'organizations of a client grant',
  'clients',
  'organizations',
  'client grants of an organization',
  'logs',
];
const withCheckpoints = [
  'client grants',
  'organizations of a client grant',
  'clients',
  'organizations',
  'logs',
];
const withEmptyPages = ['clients', 'logs'];

describe.each(withTotals)('the list of %s', (list) => {
  test.each([
    'page=-1',
    'page=1.5',
    'page=abc',
    'page=',
    'page=99999999999999999999',
    'page=10000001',
    'page=Infinity',
    'page=1e999',
    'page=NaN',
    'page=null',
    'page=0&page=1',
    'per_page=-1',
    'per_page=101',
    'per_page=1.5',
    'per_page=many',
    'per_page=Infinity',
    'per_page=',
    'per_page=10&per_page=20',
    'include_totals=yes',
    'include_totals=',
    'include_totals=TRUE',
    'include_totals=true&include_totals=false',
  ])('refuses %s', async (query) => {
    expect(seen(await server.api('get', `${lists[list]}?${query}`))).toEqual(
      invalidQuery(
        expect.stringMatching(/^Query validation error: '.+' on property (page|per_page|include_totals)\b/),
      ),
    );
  });

  test('takes a hundred on a page', async () => {
    const { status, body } = await server.api(
      'get',
      `${lists[list]}?page=0&per_page=100&include_totals=true`,
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({ start: 0, limit: 100 });
  });

  const emptyPages = withEmptyPages.includes(list);
  test(`${emptyPages ? 'takes' : 'refuses'} a page of none`, async () => {
    const { status } = await server.api('get', `${lists[list]}?per_page=0`);
    expect(status).toBe(emptyPages ? 200 : 400);
  });
});

describe.each(withCheckpoints)('the checkpoints of %s', (list) => {
  test.each([
    'take=0',
    'take=-1',
    'take=101',
    'take=1.5',
    'take=all',
    'take=Infinity',
    'take=',
    'take=1&take=2',
    'from=',
  ])('refuse %s', async (query) => {
    expect(seen(await server.api('get', `${lists[list]}?${query}`))).toEqual(
      invalidQuery(expect.stringMatching(/^Query validation error: '.+' on property (take|from)\b/)),
    );
  });

  test('can be of one and of a hundred', async () => {
    for (const take of [1, 100]) {
      expect((await server.api('get', `${lists[list]}?take=${take}`)).status).toBe(200);
    }
  });
});

test('a page far behind the end is empty', async () => {
  for (const list of ['resource-servers', 'client-grants', 'clients', 'logs']) {
    const { status, body } = await server.api(
      'get',
      `${list}?page=10000000&per_page=100&include_totals=true`,
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({ start: 1_000_000_000, limit: 100 });
    expect(Object.values(body as object)).toContainEqual([]);
  }
});
