import { engines } from '../../support/engines.js';
import { startServer, type TestServer } from '../../support/server.js';
import {
  type ApiWire,
  type ClientGrantWire,
  type ClientWire,
  createApi,
  createClient,
  createClientGrant,
  invalidQuery,
  seen,
} from '../fixtures.js';

interface Checkpoint {
  client_grants: ClientGrantWire[];
  next?: string;
}

/** By id, upper case before lower (recorded-behaviour.md 3). */
const byId = (grants: ClientGrantWire[]): ClientGrantWire[] =>
  [...grants].sort((a, b) => (a.id < b.id ? -1 : 1));

describe.each(engines)('on the $name database', (engine) => {
  let server: TestServer;
  let [one, two]: ClientWire[] = [];
  let [api, other]: ApiWire[] = [];
  let grants: Record<'own' | 'user' | 'elsewhere' | 'any' | 'group' | 'groupUser', ClientGrantWire>;
  /** Every grant for `api`. */
  let all: ClientGrantWire[];
  beforeAll(async () => {
    server = await startServer({ engine });
    [one, two] = [await createClient(server), await createClient(server)];
    [api, other] = [await createApi(server), await createApi(server)];
    const make = (body: object) => createClientGrant(server, { audience: api?.identifier, ...body });
    const any = { organization_usage: 'allow', allow_any_organization: true };
    grants = {
      own: await make({ client_id: one?.client_id }),
      user: await make({ client_id: one?.client_id, subject_type: 'user' }),
      elsewhere: await make({ client_id: one?.client_id, audience: other?.identifier }),
      any: await make({ client_id: two?.client_id, ...any }),
      group: await make({ default_for: 'third_party_clients' }),
      groupUser: await make({ default_for: 'third_party_clients', subject_type: 'user' }),
    };
    const more: ClientGrantWire[] = [];
    for (let i = 0; i < 8; i++) more.push(await make({ client_id: (await createClient(server)).client_id }));
    all = byId([grants.own, grants.user, grants.any, grants.group, grants.groupUser, ...more]);
  });
  afterAll(() => server.close());

  const list = (query: string) => server.api('get', `client-grants?${query}`);
  const ofApi = () => `audience=${encodeURIComponent(api?.identifier ?? '')}`;

  test('without paging it is a bare array, ordered by id, byte by byte', async () => {
    expect(seen(await list(ofApi()))).toEqual({ status: 200, body: all });
  });

  // management-api.md 2.2: filters combine with AND.
  test.each<[filter: string, query: () => string, found: (keyof typeof grants)[]]>([
    ['a client', () => `client_id=${one?.client_id}`, ['own', 'user', 'elsewhere']],
    ['a client and an API', () => `client_id=${one?.client_id}&${ofApi()}`, ['own', 'user']],
    [
      'a client, an API and users',
      () => `client_id=${one?.client_id}&${ofApi()}&subject_type=user`,
      ['user'],
    ],
    ['a client for itself', () => `client_id=${one?.client_id}&subject_type=client`, ['own', 'elsewhere']],
    ['an API and users', () => `${ofApi()}&subject_type=user`, ['user', 'groupUser']],
    ['a default group', () => 'default_for=third_party_clients', ['group', 'groupUser']],
    [
      'a default group, for clients themselves, and an API',
      () => `default_for=third_party_clients&subject_type=client&${ofApi()}`,
      ['group'],
    ],
    [
      'a default group and an API without defaults',
      () => `default_for=third_party_clients&audience=${other?.identifier}`,
      [],
    ],
    ['any organization', () => 'allow_any_organization=true', ['any']],
    ['any organization and a client', () => `allow_any_organization=true&client_id=${one?.client_id}`, []],
    ['a pair without grant', () => `client_id=${two?.client_id}&audience=${other?.identifier}`, []],
    ['a client that does not exist', () => 'client_id=nobody', []],
    [
      'the API in another case',
      () => `audience=${encodeURIComponent((api?.identifier ?? '').toUpperCase())}`,
      [],
    ],
  ])('the filter for %s shows exactly these grants', async (_filter, query, found) => {
    expect((await list(query())).body).toEqual(byId(found.map((name) => grants[name])));
  });

  test('nothing found with totals is the recorded empty page', async () => {
    const query = `audience=${other?.identifier}&client_id=${two?.client_id}&include_totals=true&per_page=50`;
    expect((await list(query)).body).toEqual({ total: 0, start: 0, limit: 50, client_grants: [] });
  });

  test.each([
    ['subject_type alone', () => 'subject_type=client', expect.stringContaining('subject_type')],
    [
      'client_id with default_for',
      () => `client_id=${one?.client_id}&default_for=third_party_clients`,
      expect.stringContaining('default_for'),
    ],
    ['allow_any_organization=false', () => 'allow_any_organization=false', expect.stringContaining('false')],
    ['another subject type', () => `${ofApi()}&subject_type=robot`, expect.stringContaining('robot')],
    ['another group', () => 'default_for=everybody', expect.stringContaining('everybody')],
    [
      'another parameter',
      () => 'scope=a',
      expect.stringContaining('Additional properties not allowed: scope'),
    ],
  ])('%s is refused (management-api.md 2.2)', async (_why, query, message: unknown) => {
    expect(seen(await list(query()))).toEqual(invalidQuery(message));
  });

  // management-api.md 1.6.
  test.each([
    ['per_page=4', 0, 4, [0, 4]],
    ['page=1&per_page=4', 4, 4, [4, 8]],
    ['page=3&per_page=4', 12, 4, [12, 13]],
    ['page=4&per_page=4', 16, 4, [16, 16]],
  ])('%s with totals', async (query, start, limit, [from, to]) => {
    expect((await list(`include_totals=true&${ofApi()}&${query}`)).body).toEqual({
      total: all.length,
      start,
      limit,
      client_grants: all.slice(from, to),
    });
    expect((await list(`${ofApi()}&${query}`)).body).toEqual(all.slice(from, to));
  });

  test.each([1, 4, 6])('checkpoints of %i lead through all grants, the last without next', async (take) => {
    const found: ClientGrantWire[] = [];
    let from = '';
    for (let pages = Math.ceil(all.length / take); pages > 0; pages--) {
      const { body } = await list(`${ofApi()}&take=${take}${from}`);
      const page = body as Checkpoint;
      expect(Object.keys(page)).toEqual(pages > 1 ? ['client_grants', 'next'] : ['client_grants']);
      found.push(...page.client_grants);
      from = `&from=${encodeURIComponent(page.next ?? '')}`;
    }
    expect(found).toEqual(all);
  });

  test('a full last page has no next', async () => {
    const { body } = await list(`${ofApi()}&take=${all.length}`);
    expect(body).toEqual({ client_grants: all });
  });

  test('from alone goes on by fifty', async () => {
    const { next } = (await list(`${ofApi()}&take=3`)).body as Checkpoint;
    expect((await list(`${ofApi()}&from=${next}`)).body).toEqual({ client_grants: all.slice(3) });
  });

  // clients.md 4: SDK 6 and 7 send both; `take` wins.
  test('take wins over page, per_page and include_totals', async () => {
    const { body } = await list(`${ofApi()}&include_totals=true&per_page=1&page=3&take=100`);
    expect(body).toEqual({ client_grants: all });
  });

  test('a checkpoint stays where it was when grants before it come and go', async () => {
    const { next } = (await list(`${ofApi()}&take=5`)).body as Checkpoint;
    const gone = all[4] ?? grants.own;
    await server.api('delete', `client-grants/${gone.id}`);
    const after = (await list(`${ofApi()}&take=100&from=${next}`)).body as Checkpoint;
    expect(after.client_grants).toEqual(all.slice(5));
  });
});
