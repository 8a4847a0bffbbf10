import { engines } from '../../support/engines.js';
import { startServer, type TestServer } from '../../support/server.js';
import {
  type ClientWire,
  createClient,
  createClientGrant,
  createOrganization,
  invalidQuery,
  permissive,
  seen,
  strict,
} from '../fixtures.js';

interface Checkpoint {
  clients: ClientWire[];
  next?: string;
}

describe.each(engines)('on the $name database', (engine) => {
  let server: TestServer;
  /** In the order in which they were made. */
  let made: Record<'web' | 'machine' | 'spa' | 'strict' | 'permissive' | 'plain', string>;
  let organizationId: string;
  beforeAll(async () => {
    server = await startServer({ engine });
    const make = async (body: object) => (await createClient(server, body)).client_id;
    made = {
      web: await make({ name: 'z', app_type: 'regular_web' }),
      machine: await make({ name: 'b', app_type: 'non_interactive' }),
      spa: await make({ name: 'a', app_type: 'spa' }),
      strict: await make(strict),
      permissive: await make(permissive),
      plain: await make({}),
    };
    const added = await createClientGrant(server, { client_id: made.web, organization_usage: 'allow' });
    ({ id: organizationId } = await createOrganization(server));
    await server.api('post', `organizations/${organizationId}/client-grants`, { grant_id: added.id });
    const any = { organization_usage: 'allow', allow_any_organization: true };
    await createClientGrant(server, { client_id: made.machine, ...any });
  });
  afterAll(() => server.close());

  const list = (query = '') => server.api('get', `clients${query}`);
  const idsOf = (clients: unknown): string[] => (clients as ClientWire[]).map(({ client_id }) => client_id);
  const allIds = async () => idsOf((await list('?per_page=100')).body);

  // recorded-behaviour.md 3: "by creation, the global client last", and it is there without `is_global`.
  test('without paging it is a bare array, oldest first, the global client last', async () => {
    const { status, body } = await list();
    const clients = body as ClientWire[];
    expect(status).toBe(200);
    expect(idsOf(clients).slice(0, -1)).toEqual([server.management.id, ...Object.values(made)]);
    expect(clients.at(-1)).toMatchObject({ name: 'All Applications', global: true });
    expect(clients.filter(({ global }) => global)).toHaveLength(1);
  });

  test.each<[filter: string, found: (keyof typeof made)[], also: 'management' | 'global' | null]>([
    ['app_type=spa', ['spa'], null],
    ['app_type=spa,regular_web', ['web', 'spa', 'strict'], null],
    ['app_type=sso_integration', [], null],
    ['is_first_party=false', ['strict', 'permissive'], null],
    ['is_first_party=false&app_type=regular_web', ['strict'], null],
    ['is_first_party=true&app_type=non_interactive', ['machine'], 'management'],
    ['is_global=true', [], 'global'],
    ['is_global=true&app_type=spa', [], null],
    ['external_client_id=https://nobody.example', [], null],
  ])('the filter %s', async (filter, found, also) => {
    const ids = await allIds();
    const expected = found.map((name) => made[name]);
    if (also === 'management') expected.unshift(server.management.id);
    if (also === 'global') expected.push(ids.at(-1) ?? '');
    expect(idsOf((await list(`?${filter}`)).body)).toEqual(expected);
    const counted = (await list(`?${filter}&include_totals=true`)).body as { total: number };
    expect(counted.total).toBe(expected.length);
  });

  test('is_global=false leaves the global client out and does not count it', async () => {
    const ids = await allIds();
    const { body } = await list('?page=0&per_page=100&include_totals=true&is_global=false');
    expect(body).toMatchObject({ total: ids.length - 1, start: 0, limit: 100 });
    expect(idsOf((body as Checkpoint).clients)).toEqual(ids.slice(0, -1));
  });

  // management-api.md 1.6; clients and logs take per_page=0.
  test.each([
    ['page=0&per_page=3', 0, 3, [0, 3]],
    ['page=2&per_page=3', 6, 3, [6, 8]],
    ['page=3&per_page=3', 9, 3, [9, 9]],
    ['per_page=0', 0, 0, [0, 0]],
  ])('%s with totals', async (query, start, limit, [from, to]) => {
    const ids = await allIds();
    const { body } = await list(`?include_totals=true&${query}`);
    expect(Object.keys(body as object)).toEqual(['total', 'start', 'limit', 'clients']);
    expect(body).toMatchObject({ total: ids.length, start, limit });
    expect(idsOf((body as Checkpoint).clients)).toEqual(ids.slice(from, to));
    expect(idsOf((await list(`?${query}`)).body)).toEqual(ids.slice(from, to));
  });

  test.each([1, 3, 8])('checkpoints of %i lead through all, the last without next', async (take) => {
    const ids = await allIds();
    const found: string[] = [];
    let from = '';
    for (let pages = Math.ceil(ids.length / take); pages > 0; pages--) {
      const page = (await list(`?include_totals=true&take=${take}${from}`)).body as Checkpoint;
      expect(Object.keys(page)).toEqual(pages > 1 ? ['clients', 'next'] : ['clients']);
      found.push(...idsOf(page.clients));
      from = `&from=${encodeURIComponent(page.next ?? '')}`;
    }
    expect(found).toEqual(ids);
  });

  test('filters go along with checkpoints', async () => {
    const first = (await list('?is_first_party=false&take=1')).body as Checkpoint;
    expect(idsOf(first.clients)).toEqual([made.strict]);
    const second = (await list(`?is_first_party=false&take=1&from=${first.next}`)).body as Checkpoint;
    expect(idsOf(second.clients)).toEqual([made.permissive]);
    expect(second).not.toHaveProperty('next');
  });

  // recorded-behaviour.md 3: "`tenant` comes unasked".
  test('fields show the named members and tenant', async () => {
    const { body } = await list('?fields=client_id&include_fields=true&app_type=spa');
    expect(body).toEqual([{ tenant: server.tenant.name, client_id: made.spa }]);
  });

  test('fields with include_fields=false leave the named members out', async () => {
    const [shown] = (await list('?fields=client_id,signing_keys&include_fields=false&app_type=spa')).body as [
      object,
    ];
    expect(shown).toMatchObject({ name: 'a', app_type: 'spa' });
    expect(shown).not.toHaveProperty('client_id');
    expect(shown).not.toHaveProperty('signing_keys');
  });

  test('fields that no client has show only tenant', async () => {
    expect((await list('?fields=nothing&app_type=spa')).body).toEqual([{ tenant: server.tenant.name }]);
  });

  // management-api.md 6.3.
  describe('q', () => {
    test('finds the clients whose grants were added to an organization', async () => {
      const q = encodeURIComponent(`client_grant.organization_id:${organizationId}`);
      expect(idsOf(((await list(`?q=${q}&take=50`)).body as Checkpoint).clients)).toEqual([made.web]);
    });

    test('finds the clients whose grants allow any organization', async () => {
      const { body } = await list('?q=client_grant.allow_any_organization:true&take=50');
      expect(idsOf((body as Checkpoint).clients)).toEqual([made.machine]);
    });

    test('finds nothing for an organization without grants', async () => {
      const { body } = await list('?q=client_grant.organization_id:org_aaaaaaaaaaaaaaaa&take=50');
      expect(body).toEqual({ clients: [] });
    });

    test.each([
      'q=client_grant.allow_any_organization:true',
      'q=client_grant.allow_any_organization:true&page=0&include_totals=true',
      'q=client_grant.allow_any_organization:true&take=5&is_global=false',
      'q=client_grant.allow_any_organization:true&take=5&app_type=spa',
      'q=client_grant.allow_any_organization:false&take=5',
      'q=name:a&take=5',
      'q=*&take=5',
    ])('%s is refused', async (query) => {
      expect(seen(await list(`?${query}`))).toEqual(
        invalidQuery(expect.stringMatching(/^Query validation error: '.+' on property q\.$/)),
      );
    });
  });
});
