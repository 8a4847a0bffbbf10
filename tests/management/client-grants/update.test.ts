import { startServer, type TestServer } from '../../support/server.js';
import {
  type ClientGrantWire,
  createClient,
  createClientGrant,
  invalidBody,
  noClientGrant,
  payloadError,
  seen,
  strict,
} from '../fixtures.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const update = (id: string, body: object) => server.api('patch', `client-grants/${id}`, body);
const read = async (id: string) => (await server.api('get', `client-grants/${id}`)).body as ClientGrantWire;
const without = (grant: ClientGrantWire, ...names: (keyof ClientGrantWire)[]): Partial<ClientGrantWire> =>
  Object.fromEntries(Object.entries(grant).filter(([name]) => !names.includes(name as never)));

// recorded-behaviour.md 4: 200, the whole grant, members merged.
test('what is not sent stays', async () => {
  const grant = await createClientGrant(server, {
    scope: ['a'],
    organization_usage: 'allow',
    allow_any_organization: true,
  });
  const answer = await update(grant.id, { scope: ['create:foo'] });
  expect(seen(answer)).toEqual({ status: 200, body: { ...grant, scope: ['create:foo'] } });
  expect(await read(grant.id)).toEqual(answer.body);
});

test.each<[what: string, before: object, body: object]>([
  ['scopes, in the order sent', { scope: ['a', 'b', 'c'] }, { scope: ['c', 'a'] }],
  ['no scopes', { scope: ['a'] }, { scope: [] }],
  ['scopes that the API does not define', { scope: [] }, { scope: ['update:resource'] }],
  ['the usage of organizations', { scope: [] }, { organization_usage: 'require' }],
  ['any organization', { scope: [], organization_usage: 'allow' }, { allow_any_organization: true }],
  [
    'usage and any organization at once',
    { scope: [] },
    { organization_usage: 'require', allow_any_organization: true },
  ],
  [
    'both, back to nothing',
    { scope: [], organization_usage: 'allow', allow_any_organization: true },
    { organization_usage: 'deny', allow_any_organization: false },
  ],
  ['types', { scope: [], subject_type: 'user' }, { authorization_details_types: ['a', 'b'] }],
  [
    'no types',
    { scope: [], subject_type: 'user', authorization_details_types: ['a'] },
    { authorization_details_types: [] },
  ],
])('%s can be set', async (_what, before, body) => {
  const grant = await createClientGrant(server, before);
  expect(seen(await update(grant.id, body))).toEqual({ status: 200, body: { ...grant, ...body } });
});

// management-api.md 14, question 8 is open; here null takes a member back to "never set".
test.each<[member: keyof ClientGrantWire, before: object]>([
  ['organization_usage', { organization_usage: 'require' }],
  ['allow_any_organization', { organization_usage: 'require', allow_any_organization: false }],
  ['allow_all_scopes', { scope: ['a'], allow_all_scopes: false }],
])('%s is removed by null', async (member, before) => {
  const grant = await createClientGrant(server, before);
  expect(grant).toHaveProperty(member);
  expect(seen(await update(grant.id, { [member]: null }))).toEqual({
    status: 200,
    body: without(grant, member),
  });
});

test('a scope of null leaves no scopes', async () => {
  const grant = await createClientGrant(server, { scope: ['a'] });
  expect((await update(grant.id, { scope: null })).body).toEqual({ ...grant, scope: [] });
});

test('null can take both organization members away at once', async () => {
  const grant = await createClientGrant(server, {
    organization_usage: 'allow',
    allow_any_organization: true,
  });
  const answer = await update(grant.id, { organization_usage: null, allow_any_organization: null });
  expect(answer.body).toEqual(without(grant, 'organization_usage', 'allow_any_organization'));
});

// The rows of management-api.md 2.5, "`allow_all_scopes` transitions".
describe('allow_all_scopes', () => {
  test('true takes the scopes out of the answer, then and later', async () => {
    const grant = await createClientGrant(server, { scope: ['a'] });
    const answer = await update(grant.id, { allow_all_scopes: true });
    expect(answer.body).toEqual({ ...without(grant, 'scope'), allow_all_scopes: true });
    expect(await read(grant.id)).toEqual(answer.body);
  });

  test('false with an empty scope brings both back, and false stays', async () => {
    const { id } = await createClientGrant(server, { scope: undefined, allow_all_scopes: true });
    await update(id, { allow_all_scopes: false, scope: [] });
    expect(await read(id)).toMatchObject({ scope: [], allow_all_scopes: false });
  });

  test('after that, scopes can be set alone', async () => {
    const { id } = await createClientGrant(server, { scope: undefined, allow_all_scopes: true });
    await update(id, { allow_all_scopes: false, scope: [] });
    expect((await update(id, { scope: ['a'] })).body).toMatchObject({
      scope: ['a'],
      allow_all_scopes: false,
    });
  });

  test('scopes alone are refused while it is true', async () => {
    const grant = await createClientGrant(server, { scope: undefined, allow_all_scopes: true });
    expect(seen(await update(grant.id, { scope: ['a'] }))).toEqual(
      invalidBody(expect.stringContaining('allow_all_scopes')),
    );
    expect(await read(grant.id)).toEqual(grant);
  });

  test('true with scopes is refused', async () => {
    const grant = await createClientGrant(server, { scope: ['a'] });
    expect(seen(await update(grant.id, { allow_all_scopes: true, scope: ['b'] }))).toEqual(
      invalidBody(expect.stringContaining('allow_all_scopes')),
    );
    expect(await read(grant.id)).toEqual(grant);
  });

  // clients.md 5: "a PATCH of `scope: []` with `allow_all_scopes: true` should pass".
  test('true with an empty scope is taken, also when it is true already', async () => {
    const { id } = await createClientGrant(server, { scope: ['a'] });
    for (let round = 0; round < 2; round++) {
      const answer = await update(id, { allow_all_scopes: true, scope: [] });
      expect(answer.status).toBe(200);
      expect(answer.body).not.toHaveProperty('scope');
    }
  });

  test('the scopes of before do not come back when it is switched off', async () => {
    const { id } = await createClientGrant(server, { scope: ['a', 'b'] });
    await update(id, { allow_all_scopes: true });
    expect((await update(id, { allow_all_scopes: false })).body).toMatchObject({ scope: [] });
  });
});

describe('refusals', () => {
  const clientGrant = { scope: ['a'] };
  const userGrant = { scope: ['a'], subject_type: 'user' };
  const defaultGrant = { scope: ['a'], default_for: 'third_party_clients' };
  const anyOrganization = { organization_usage: 'allow', allow_any_organization: true };

  test.each<[why: string, source: string, before: object, body: object, message: unknown]>([
    [
      'nothing',
      '2.5',
      clientGrant,
      {},
      "Payload validation error: 'Too few properties defined (0), minimum 1'.",
    ],
    ...(['id', 'client_id', 'audience', 'default_for', 'subject_type', 'is_system'] as const).map(
      (name): [string, string, object, object, unknown] => [
        name,
        '2.5, "Immutable"',
        clientGrant,
        { scope: [], [name]: 'x' },
        `Payload validation error: 'Additional properties not allowed: ${name}'.`,
      ],
    ),
    ['a scope twice', '1.5', clientGrant, { scope: ['a', 'a'] }, expect.stringContaining('not unique')],
    ['a scope as text', '2.5', clientGrant, { scope: 'a' }, payloadError],
    ['a scope of 281 characters', '2.5', clientGrant, { scope: ['s'.repeat(281)] }, payloadError],
    ['another usage', '2.5', clientGrant, { organization_usage: 'maybe' }, payloadError],
    ['types of null', '2.5', userGrant, { authorization_details_types: null }, payloadError],
    [
      'types for the client itself',
      '2.3 [DOC]',
      clientGrant,
      { authorization_details_types: ['a'] },
      expect.stringContaining('authorization_details_types'),
    ],
    [
      'any organization without usage',
      '2.3 [CLI]',
      clientGrant,
      { allow_any_organization: true },
      expect.stringContaining('organization_usage'),
    ],
    [
      'usage denied while any organization is allowed',
      '2.3 [CLI]',
      anyOrganization,
      { organization_usage: 'deny' },
      expect.stringContaining('organization_usage'),
    ],
    [
      'usage removed while any organization is allowed',
      '2.3 [CLI]',
      anyOrganization,
      { organization_usage: null },
      expect.stringContaining('organization_usage'),
    ],
    [
      'usage for users',
      '2.8',
      userGrant,
      { organization_usage: 'deny' },
      expect.stringContaining('subject_type'),
    ],
    [
      'false for users',
      '2.8',
      userGrant,
      { allow_any_organization: false },
      expect.stringContaining('subject_type'),
    ],
    [
      'usage for a default grant',
      '2.8',
      defaultGrant,
      { organization_usage: 'allow' },
      expect.stringContaining('default_for'),
    ],
  ])('%s (management-api.md %s)', async (_why, _source, before, body, message) => {
    const grant = await createClientGrant(server, before);
    expect(seen(await update(grant.id, body))).toEqual(invalidBody(message));
    expect(await read(grant.id)).toEqual(grant);
  });

  test('a third-party client cannot be let into any organization later (2.8)', async () => {
    const { client_id } = await createClient(server, strict);
    const grant = await createClientGrant(server, { client_id, organization_usage: 'allow' });
    expect(seen(await update(grant.id, { allow_any_organization: true }))).toEqual(
      invalidBody(expect.stringContaining('third-party')),
    );
  });

  test('a grant that does not exist is not found', async () => {
    expect(seen(await update('cgr_aaaaaaaaaaaaaaaa', { scope: [] }))).toEqual(noClientGrant);
  });
});
