import { startServer, type TestServer } from '../../support/server.js';
import {
  type ApiWire,
  countOf,
  createApi,
  invalidBody,
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

const create = (body: object) => server.api('post', 'resource-servers', body);

// recorded-behaviour.md 5: the answer to an API of which only the identifier was sent.
test('an API that only has an identifier gets the recorded defaults and nothing else', async () => {
  const answer = await create({ identifier: 'https://uat.api.example.com/x' });
  expect(seen(answer)).toEqual({
    status: 201,
    body: {
      id: expect.stringMatching(/^[0-9a-f]{24}$/),
      identifier: 'https://uat.api.example.com/x',
      allow_offline_access: false,
      skip_consent_for_verifiable_first_party_clients: false,
      subject_type_authorization: {
        client: { policy: 'require_client_grant' },
        user: { policy: 'allow_all' },
      },
      token_lifetime: 86400,
      token_lifetime_for_web: 7200,
      signing_alg: 'RS256',
    },
  });
});

test('members come in the recorded order', async () => {
  const answer = await create({ scopes: [], name: 'Order', identifier: unique('order') });
  expect(Object.keys(answer.body as ApiWire)).toEqual([
    'id',
    'name',
    'identifier',
    'allow_offline_access',
    'skip_consent_for_verifiable_first_party_clients',
    'subject_type_authorization',
    'token_lifetime',
    'token_lifetime_for_web',
    'signing_alg',
    'scopes',
  ]);
});

// Every member of management-api.md 4.1 that POST takes, save for keys and secrets, which encryption.test.ts has.
describe.each<[member: string, value: unknown]>([
  ['name', 'Orders – ünïcode, "quotes" & \'more\''],
  ['name', 'n'.repeat(200)],
  ['scopes', []],
  ['scopes', [{ value: 'z' }, { value: 'a', description: '' }, { value: 'm', description: 'Reads' }]],
  ['scopes', [{ value: 's'.repeat(280), description: 'd'.repeat(500) }]],
  ['signing_alg', 'RS256'],
  ['signing_alg', 'RS512'],
  ['signing_alg', 'PS256'],
  ['allow_offline_access', true],
  ['allow_online_access', true],
  ['allow_online_access', false],
  ['token_lifetime', 0],
  ['token_lifetime', 2592000],
  ['token_lifetime_for_web', 60],
  ['token_dialect', 'access_token'],
  ['token_dialect', 'access_token_authz'],
  ['token_dialect', 'rfc9068_profile'],
  ['token_dialect', 'rfc9068_profile_authz'],
  ['skip_consent_for_verifiable_first_party_clients', true],
  ['enforce_policies', true],
  ['enforce_policies', false],
  ['consent_policy', 'transactional-authorization-with-mfa'],
  ['authorization_details', [{ type: 'payment' }, { type: 'shipping', more: { nested: [1, null] } }]],
  ['authorization_details', []],
  ['proof_of_possession', { mechanism: 'mtls', required: true }],
  ['proof_of_possession', { mechanism: 'dpop', required: false, required_for: 'public_clients' }],
  ['authorization_policy', { policy_id: 'p'.repeat(1024) }],
  [
    'subject_type_authorization',
    { client: { policy: 'deny_all' }, user: { policy: 'require_client_grant' } },
  ],
  [
    'subject_type_authorization',
    { client: { policy: 'require_client_grant' }, user: { policy: 'deny_all' } },
  ],
])('%s', (member, value) => {
  test(`is stored as sent: ${JSON.stringify(value).slice(0, 80)}`, async () => {
    const created = await createApi(server, { [member]: value });
    expect(created).toMatchObject({ [member]: value });
    expect((await server.api('get', `resource-servers/${created.id}`)).body).toEqual(created);
  });
});

test('all members together are stored', async () => {
  const body = {
    identifier: unique('https://all.example'),
    name: 'All',
    scopes: [{ value: 'read:all', description: 'Reads' }],
    signing_alg: 'PS256',
    allow_offline_access: true,
    allow_online_access: true,
    allow_online_access_with_ephemeral_sessions: true,
    token_lifetime: 900,
    token_lifetime_for_web: 300,
    token_dialect: 'rfc9068_profile_authz',
    skip_consent_for_verifiable_first_party_clients: true,
    enforce_policies: true,
    consent_policy: 'transactional-authorization-with-mfa',
    authorization_details: [{ type: 'payment' }],
    proof_of_possession: { mechanism: 'dpop', required: true, required_for: 'all_clients' },
    subject_type_authorization: {
      user: { policy: 'require_client_grant' },
      client: { policy: 'require_client_grant' },
    },
    authorization_policy: { policy_id: 'policy' },
  };
  const created = (await create(body)).body as ApiWire;
  expect(created).toEqual({ id: created.id, ...body });
  expect((await server.api('get', `resource-servers/${created.id}`)).body).toEqual(created);
});

test('a thousand scopes keep their order', async () => {
  const scopes = Array.from({ length: 1000 }, (_, index) => ({ value: `scope:${(index * 7919) % 1000}` }));
  expect(await createApi(server, { scopes })).toMatchObject({ scopes });
});

// management-api.md 14, question 11: what is not sent of the policies keeps its default.
test.each([
  [{ user: { policy: 'deny_all' } }, { client: 'require_client_grant', user: 'deny_all' }],
  [{ client: { policy: 'deny_all' } }, { client: 'deny_all', user: 'allow_all' }],
  [{}, { client: 'require_client_grant', user: 'allow_all' }],
  [{ user: {} }, { client: 'require_client_grant', user: 'allow_all' }],
])('policies given in part, as %j, are filled up with the defaults', async (sent, { client, user }) => {
  const created = await createApi(server, { subject_type_authorization: sent });
  expect(created.subject_type_authorization).toEqual({ client: { policy: client }, user: { policy: user } });
});

// docs/compatibility.md, "APIs": recorded for system APIs, whose lifetime is 300 beside 7200 for the web.
test('a longer lifetime for the web is stored', async () => {
  const lifetimes = { token_lifetime: 300, token_lifetime_for_web: 7200 };
  expect(await createApi(server, lifetimes)).toMatchObject(lifetimes);
});

describe('refusals', () => {
  test.each<[why: string, body: object, message: unknown]>([
    ['no identifier', {}, "Payload validation error: 'Missing required property: identifier'."],
    ['an empty identifier', { identifier: '' }, payloadError],
    // management-api.md 4.1: 1..600 characters.
    ['an identifier of 601 characters', { identifier: 'i'.repeat(601) }, payloadError],
    ['< in the name', { name: '<script>' }, payloadError],
    ['> in the name', { name: 'a>b' }, payloadError],
    ['an empty name', { name: '' }, payloadError],
    ['a name of 201 characters', { name: 'n'.repeat(201) }, payloadError],
    ['a scope without value', { scopes: [{ description: 'x' }] }, payloadError],
    ['an empty scope', { scopes: [{ value: '' }] }, payloadError],
    ['a scope of 281 characters', { scopes: [{ value: 's'.repeat(281) }] }, payloadError],
    ['a description of 501', { scopes: [{ value: 's', description: 'd'.repeat(501) }] }, payloadError],
    ['a scope with more members', { scopes: [{ value: 's', name: 'x' }] }, payloadError],
    ['scopes as texts', { scopes: ['read'] }, payloadError],
    [
      '1001 scopes (management-api.md 1.8)',
      { scopes: Array.from({ length: 1001 }, (_, i) => ({ value: `s${i}` })) },
      payloadError,
    ],
    [
      'the same scope twice (recorded-behaviour.md 2, "array items repeated")',
      { scopes: [{ value: 'a' }, { value: 'b' }, { value: 'a', description: 'again' }] },
      expect.stringMatching(
        /^Payload validation error: 'Array items are not unique \(indexes 0 and 2\)' on property scopes/,
      ),
    ],
    ['a lifetime of -1', { token_lifetime: -1 }, payloadError],
    ['a lifetime over thirty days', { token_lifetime: 2592001 }, payloadError],
    ['half a second of lifetime', { token_lifetime: 1.5 }, payloadError],
    ['a lifetime as text', { token_lifetime: '60' }, payloadError],
    ['a negative lifetime for the web', { token_lifetime_for_web: -1 }, payloadError],
    ['an unknown algorithm', { signing_alg: 'none' }, payloadError],
    ['an unknown dialect', { token_dialect: 'jwt' }, payloadError],
    // management-api.md 4.2: there is no allow_all for client access, and no third subject type.
    [
      'allow_all for clients',
      { subject_type_authorization: { client: { policy: 'allow_all' } } },
      payloadError,
    ],
    ['another policy', { subject_type_authorization: { user: { policy: 'maybe' } } }, payloadError],
    [
      'another subject type',
      { subject_type_authorization: { anonymous_user: { policy: 'deny_all' } } },
      payloadError,
    ],
    ['policies of null', { subject_type_authorization: null }, payloadError],
    ['another consent policy', { consent_policy: 'none' }, payloadError],
    ['a mechanism that is not in the schema', { proof_of_possession: { mechanism: 'none' } }, payloadError],
    ['proof of possession without `required`', { proof_of_possession: { mechanism: 'mtls' } }, payloadError],
    // management-api.md 4.1, "Further facts": with `mtls` only `all_clients`.
    [
      'mtls for public clients',
      { proof_of_possession: { mechanism: 'mtls', required: true, required_for: 'public_clients' } },
      expect.any(String),
    ],
    ['an authorization policy without id', { authorization_policy: {} }, payloadError],
    ['authorization details as texts', { authorization_details: ['payment'] }, payloadError],
    [
      'members that nobody knows, and an id',
      { id: 'x', rules: true },
      "Payload validation error: 'Additional properties not allowed: id,rules'.",
    ],
    [
      'is_system',
      { is_system: true },
      "Payload validation error: 'Additional properties not allowed: is_system'.",
    ],
  ])('%s is refused and nothing is stored', async (why, body, message) => {
    const before = await countOf(server, 'resource-servers');
    const identifier = why === 'no identifier' ? {} : { identifier: unique('https://refused.example') };
    expect(seen(await create({ ...identifier, ...body }))).toEqual(invalidBody(message));
    expect(await countOf(server, 'resource-servers')).toBe(before);
  });

  test('an identifier of 600 characters is taken, by its 600 characters', async () => {
    const identifier = 'ü'.repeat(600);
    expect(await createApi(server, { identifier })).toMatchObject({ identifier });
  });

  // management-api.md 4.4. The code is ours: no source has one (14, question 1).
  test('the same identifier again is refused', async () => {
    const { identifier } = await createApi(server);
    expect(seen(await create({ identifier, name: 'Another' }))).toEqual(
      refused(409, 'A resource server with the same identifier already exists.', 'resource_server_conflict'),
    );
  });
});
