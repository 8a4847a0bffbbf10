import { engines } from '../../support/engines.js';
import { startServer, type TestServer } from '../../support/server.js';
import { createOrganization, invalidQuery, type OrganizationWire, refused, seen } from '../fixtures.js';

interface Checkpoint {
  organizations: OrganizationWire[];
  next?: string;
}

describe.each(engines)('on the $name database', (engine) => {
  let server: TestServer;
  /** Oldest first. Display names, dashes and digits sort differently by locale. */
  const made: OrganizationWire[] = [];
  beforeAll(async () => {
    made.length = 0;
    server = await startServer({ engine });
    for (const [name, display_name] of [
      ['zoo', 'beta'],
      ['a_b', 'Alpha'],
      ['a-c', 'alpha'],
      ['ab', 'Beta'],
      ['1a', 'gamma'],
    ]) {
      made.push(await createOrganization(server, { name, display_name }));
    }
  });
  afterAll(() => server.close());

  const list = (query = '') => server.api('get', `organizations${query}`);
  const namesOf = (organizations: unknown): string[] =>
    (organizations as OrganizationWire[]).map(({ name }) => name);

  test('without paging it is a bare array, oldest first', async () => {
    expect(seen(await list())).toEqual({ status: 200, body: made });
  });

  // management-api.md 1.6.
  test.each([
    ['page=0&per_page=2', 0, 2, [0, 2]],
    ['page=2&per_page=2', 4, 2, [4, 5]],
    ['page=3&per_page=2', 6, 2, [5, 5]],
    ['page=1', 50, 50, [5, 5]],
  ])('%s with totals', async (query, start, limit, [from, to]) => {
    const { body } = await list(`?include_totals=true&${query}`);
    expect(body).toEqual({ organizations: made.slice(from, to), start, limit, total: 5 });
    expect((await list(`?${query}`)).body).toEqual(made.slice(from, to));
  });

  // management-api.md 1.6, "Key order": the other way round than the lists of APIs, clients and client grants.
  test('totals come last, in the recorded order', async () => {
    const { body } = await list('?include_totals=true');
    expect(Object.keys(body as object)).toEqual(['organizations', 'start', 'limit', 'total']);
  });

  test.each([1, 2, 5])('checkpoints of %i lead through all, the last without next', async (take) => {
    const found: OrganizationWire[] = [];
    let from = '';
    for (let pages = Math.ceil(5 / take); pages > 0; pages--) {
      const page = (await list(`?include_totals=true&take=${take}${from}`)).body as Checkpoint;
      expect(Object.keys(page)).toEqual(pages > 1 ? ['organizations', 'next'] : ['organizations']);
      found.push(...page.organizations);
      from = `&from=${encodeURIComponent(page.next ?? '')}`;
    }
    expect(found).toEqual(made);
  });

  // management-api.md 8.2; by code unit, on every database.
  test.each([
    ['name:1', ['1a', 'a-c', 'a_b', 'ab', 'zoo']],
    ['name:-1', ['zoo', 'ab', 'a_b', 'a-c', '1a']],
    ['display_name:1', ['a_b', 'ab', 'a-c', 'zoo', '1a']],
    ['display_name:-1', ['1a', 'zoo', 'a-c', 'ab', 'a_b']],
    ['created_at:1', ['zoo', 'a_b', 'a-c', 'ab', '1a']],
    ['created_at:-1', ['1a', 'ab', 'a-c', 'a_b', 'zoo']],
  ])('sort=%s', async (sort, names) => {
    expect(namesOf((await list(`?sort=${sort}`)).body)).toEqual(names);
    const second = await list(`?sort=${sort}&per_page=2&page=1`);
    expect(namesOf(second.body)).toEqual(names.slice(2, 4));
  });

  test.each(['name', 'name:2', 'id:1', 'display_name:asc', 'metadata:1', 'name:1,id:1'])(
    'sort=%s is refused',
    async (sort) => {
      expect(seen(await list(`?sort=${sort}`))).toEqual(
        invalidQuery(expect.stringMatching(/^Query validation error: '.+' on property sort/)),
      );
    },
  );

  // management-api.md 1.4, "invalid_paging", and 1.6: offset paging stops at 1000.
  test.each(['page=10&per_page=100', 'page=20', 'page=1000&per_page=1', 'page=1000&per_page=100'])(
    '%s goes beyond a thousand and is refused',
    async (query) => {
      const refusal = refused(
        400,
        'Requesting page exceeds the allowed maximum of 1000 records.',
        'invalid_paging',
      );
      expect(seen(await list(`?${query}`))).toEqual(refusal);
      expect(seen(await list(`?${query}&include_totals=true`))).toEqual(refusal);
    },
  );

  test.each(['page=9&per_page=100', 'page=19', 'page=999&per_page=1'])(
    '%s is within a thousand',
    async (query) => {
      expect(seen(await list(`?${query}`))).toEqual({ status: 200, body: [] });
    },
  );
});
