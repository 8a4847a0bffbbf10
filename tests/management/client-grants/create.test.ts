import { startServer, type TestServer } from '../../support/server.js';
import {
  type ApiWire,
  type ClientGrantWire,
  type ClientWire,
  createApi,
  createClient,
  permissive,
  seen,
  strict,
} from '../fixtures.js';

let server: TestServer;
let client: ClientWire;
let api: ApiWire;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  client = await createClient(server);
  api = await createApi(server, { scopes: [{ value: 'read:data' }, { value: 'write:data' }] });
});

const create = (body: object) => server.api('post', 'client-grants', body);
const pair = () => ({ client_id: client.client_id, audience: api.identifier });
const id: unknown = expect.stringMatching(/^cgr_[A-Za-z0-9]{16}$/);

// recorded-behaviour.md 4.
test('the least a caller sends makes a grant for the client itself, and nothing else is filled in', async () => {
  expect(seen(await create({ ...pair(), scope: ['read:data'] }))).toEqual({
    status: 201,
    body: { id, ...pair(), scope: ['read:data'], subject_type: 'client' },
  });
});

test('members come in the recorded order', async () => {
  const { body } = await create({ organization_usage: 'allow', scope: ['a'], ...pair() });
  expect(Object.keys(body as ClientGrantWire)).toEqual([
    'id',
    'client_id',
    'audience',
    'scope',
    'organization_usage',
    'subject_type',
  ]);
});

describe('what is sent comes back, at once and when it is read', () => {
  test.each<[what: string, source: string, sent: object, shown: object]>([
    ['an empty list of scopes', 'management-api.md 2.3', { scope: [] }, { scope: [] }],
    [
      'scopes in their order',
      'recorded-behaviour.md 4',
      { scope: ['w', 'r', 'a'] },
      { scope: ['w', 'r', 'a'] },
    ],
    ['scopes that the API does not define', 'management-api.md 2.8', { scope: ['x:y'] }, { scope: ['x:y'] }],
    [
      'a thousand scopes of 280 characters',
      'management-api.md 2.3',
      { scope: Array.from({ length: 1000 }, (_, i) => `${i}`.padEnd(280, 's')) },
      {},
    ],
    [
      'a user grant with types of authorization details',
      'management-api.md 2.9',
      { scope: ['a'], subject_type: 'user', authorization_details_types: ['payment', 'shipping'] },
      {},
    ],
    [
      'a user grant without scopes',
      'recorded-behaviour.md 4',
      { scope: [], subject_type: 'user' },
      { scope: [] },
    ],
    [
      'an empty list of types',
      'recorded-behaviour.md 4',
      { scope: ['a'], subject_type: 'user', authorization_details_types: [] },
      {},
    ],
    [
      'any organization',
      'management-api.md 2.9',
      { scope: ['a'], organization_usage: 'allow', allow_any_organization: true },
      {},
    ],
    [
      'a need for one',
      '2.3',
      { scope: [], organization_usage: 'require', allow_any_organization: false },
      {},
    ],
    ['organizations denied', '2.3', { scope: [], organization_usage: 'deny' }, {}],
    ['allow_any_organization false alone', '2.3', { scope: [], allow_any_organization: false }, {}],
    ['all scopes', 'management-api.md 2.1', { allow_all_scopes: true }, { allow_all_scopes: true }],
    ['not all scopes', 'management-api.md 2.1', { scope: ['a'], allow_all_scopes: false }, {}],
  ])('%s (%s)', async (_what, _source, sent, shown) => {
    const { status, body } = await create({ ...pair(), ...sent });
    expect({ status, body: body as object }).toEqual({
      status: 201,
      body: { id, ...pair(), subject_type: 'client', ...sent, ...shown },
    });
    expect((await server.api('get', `client-grants/${(body as ClientGrantWire).id}`)).body).toEqual(body);
  });

  // clients.md 5: with `allow_all_scopes` the answer must not hold a scope list.
  test('all scopes with an empty list are all scopes', async () => {
    const { body } = await create({ ...pair(), allow_all_scopes: true, scope: [] });
    expect(body).toEqual({ id, ...pair(), subject_type: 'client', allow_all_scopes: true });
  });

  test('a default grant has no client', async () => {
    const body = { audience: api.identifier, scope: ['read:data'], default_for: 'third_party_clients' };
    expect(seen(await create(body))).toEqual({
      status: 201,
      body: { id, ...body, subject_type: 'client' },
    });
  });

  test('a default grant for users can have all scopes', async () => {
    const body = {
      audience: api.identifier,
      default_for: 'third_party_clients',
      subject_type: 'user',
      allow_all_scopes: true,
    };
    expect(seen(await create(body))).toEqual({ status: 201, body: { id, ...body } });
  });

  test.each([
    ['strict', strict],
    ['permissive', permissive],
  ])('a %s third-party client can have a grant that uses organizations', async (_mode, body) => {
    const { client_id } = await createClient(server, body);
    const answer = await create({ ...pair(), client_id, scope: ['a'], organization_usage: 'require' });
    expect(seen(answer)).toMatchObject({ status: 201, body: { client_id, organization_usage: 'require' } });
  });
});
