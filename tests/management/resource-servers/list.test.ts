import { engines } from '../../support/engines.js';
import { startServer, type TestServer } from '../../support/server.js';
import { type ApiWire, createApi, invalidQuery, seen, unique } from '../fixtures.js';

interface Totals {
  total: number;
  start: number;
  limit: number;
  resource_servers: ApiWire[];
}

describe.each(engines)('on the $name database', (engine) => {
  let server: TestServer;
  /** What a fresh server has, and then APIs whose identifiers sort the other way round. */
  const made: ApiWire[] = [];
  let before: ApiWire[];
  beforeAll(async () => {
    made.length = 0;
    server = await startServer({ engine });
    before = (await server.api('get', 'resource-servers')).body as ApiWire[];
    for (const letter of ['f', 'E', 'd', 'C', 'b']) {
      made.push(await createApi(server, { identifier: unique(letter), scopes: [{ value: 'a' }] }));
    }
  });
  afterAll(() => server.close());

  const list = (query = '') => server.api('get', `resource-servers${query}`);

  test('without paging the list is a bare array, oldest first, with the Management API in it', async () => {
    expect(seen(await list())).toEqual({ status: 200, body: [...before, ...made] });
    expect(before.map(({ name }) => name)).toContain('Auth0 Management API');
  });

  // management-api.md 1.6. `total` counts all, `start` is page times per_page.
  test.each([
    ['page=0&per_page=3', 0, 3, [0, 3]],
    ['page=1&per_page=3', 3, 3, [3, 6]],
    ['page=2&per_page=3', 6, 3, [6, 8]],
    ['page=3&per_page=3', 9, 3, [9, 9]],
    ['page=1000&per_page=100', 100_000, 100, [0, 0]],
    ['per_page=1', 0, 1, [0, 1]],
    ['page=1', 50, 50, [0, 0]],
  ])('%s with totals', async (query, start, limit, [from, to]) => {
    const all = [...before, ...made];
    expect(seen(await list(`?include_totals=true&${query}`))).toEqual({
      status: 200,
      body: { total: all.length, start, limit, resource_servers: all.slice(from, to) },
    });
    expect((await list(`?${query}`)).body).toEqual(all.slice(from, to));
    expect((await list(`?include_totals=false&${query}`)).body).toEqual(all.slice(from, to));
  });

  test('totals come first, in the recorded order', async () => {
    const { body } = await list('?include_totals=true');
    expect(Object.keys(body as Totals)).toEqual(['total', 'start', 'limit', 'resource_servers']);
  });

  test('more than fifty are paged by fifty', async () => {
    await server.storage.write(async (config) => {
      const template = await config.resourceServers.find(made[0]?.id ?? '');
      if (template === null) throw new Error('the API is gone');
      const { id: _id, linkedClientId: _link, ...rest } = template;
      for (let i = 0; i < 50; i++) await config.resourceServers.create({ ...rest, identifier: `~more-${i}` });
      return { result: null, entry: null };
    });
    expect((await list()).body).toHaveLength(50);
    const second = (await list('?page=1&include_totals=true')).body as Totals;
    expect(second.resource_servers).toHaveLength(second.total - 50);
  });

  // management-api.md 4.3: the parameter is repeated, at most ten times.
  describe('identifiers', () => {
    const identifiers = (...wanted: string[]) =>
      `?${wanted.map((each) => `identifiers=${encodeURIComponent(each)}`).join('&')}`;

    test('finds one', async () => {
      expect((await list(identifiers(made[1]?.identifier ?? ''))).body).toEqual([made[1]]);
    });

    test('finds several, in the order of the list and not of the query', async () => {
      const wanted = [made[3]?.identifier ?? '', 'nobody', made[0]?.identifier ?? ''];
      expect((await list(`${identifiers(...wanted)}&include_totals=true`)).body).toEqual({
        total: 2,
        start: 0,
        limit: 50,
        resource_servers: [made[0], made[3]],
      });
    });

    test('is exact about case', async () => {
      expect((await list(identifiers((made[0]?.identifier ?? '').toUpperCase()))).body).toEqual([]);
    });

    test('takes identifiers with commas, slashes and reserved characters as they are', async () => {
      const api = await createApi(server, { identifier: 'https://a.example/?x=1,2&y=[3]#4+5 6' });
      expect((await list(identifiers(api.identifier))).body).toEqual([api]);
    });

    test('can be given ten times, not eleven', async () => {
      const ten = Array.from({ length: 10 }, (_, index) => `i${index}`);
      expect((await list(identifiers(...ten))).status).toBe(200);
      expect(seen(await list(identifiers(...ten, 'i10')))).toEqual(
        invalidQuery(
          expect.stringMatching(/^Query validation error: 'Array is too long \(11\), maximum 10'/),
        ),
      );
    });
  });

  // recorded-behaviour.md 3: "`fields=id,identifier` on resource servers gives exactly those two".
  test('fields show exactly the named members', async () => {
    const [api] = made;
    const query = `?identifiers=${api?.identifier}&fields=id,identifier`;
    expect((await list(query)).body).toEqual([{ id: api?.id, identifier: api?.identifier }]);
    const shown = await server.api('get', `resource-servers/${api?.id}?fields=scopes&include_fields=true`);
    expect(shown.body).toEqual({ scopes: [{ value: 'a' }] });
  });

  test('fields with include_fields=false show all but the named members', async () => {
    const [api] = made;
    const { scopes: _scopes, signing_alg: _alg, ...rest } = api ?? { scopes: [], signing_alg: 'RS256' };
    const path = `resource-servers/${api?.id}?fields=scopes,signing_alg&include_fields=false`;
    expect((await server.api('get', path)).body).toEqual(rest);
  });

  // management-api.md 1.6: no checkpoint paging here.
  test.each(['take=5', 'from=abc', 'q=a', 'sort=name:1'])(
    '%s is no parameter of this list',
    async (query) => {
      const name = query.split('=')[0];
      expect(seen(await list(`?${query}`))).toEqual(
        invalidQuery(`Query validation error: 'Additional properties not allowed: ${name}'.`),
      );
    },
  );
});
