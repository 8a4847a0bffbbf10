import { startServer, type TestServer } from '../../support/server.js';
import {
  type ApiWire,
  type ClientWire,
  countOf,
  createApi,
  createClient,
  invalidBody,
  noApi,
  noClient,
  payloadError,
  permissive,
  refused,
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

describe('refusals', () => {
  const both = "'Array items are not unique (indexes 0 and 2)' on property";

  test.each<[why: string, source: string, body: () => object, message: unknown]>([
    [
      'no audience',
      '1.5',
      () => ({ client_id: client.client_id, scope: [] }),
      "Payload validation error: 'Missing required property: audience'.",
    ],
    [
      'no owner',
      '2.3',
      () => ({ audience: api.identifier, scope: [] }),
      expect.stringContaining('client_id'),
    ],
    [
      'two owners',
      '2.8',
      () => ({ ...pair(), default_for: 'third_party_clients', scope: [] }),
      expect.stringContaining('default_for'),
    ],
    ['no scope', '2.3 [CLI]', () => pair(), "Payload validation error: 'Missing required property: scope'."],
    [
      'no scope and not all scopes',
      '2.3 [CLI]',
      () => ({ ...pair(), allow_all_scopes: false }),
      "Payload validation error: 'Missing required property: scope'.",
    ],
    ['a scope of null', '2.3 [CLI]', () => ({ ...pair(), scope: null }), payloadError],
    [
      'a scope of null with all scopes',
      '2.3',
      () => ({ ...pair(), scope: null, allow_all_scopes: true }),
      payloadError,
    ],
    ['a scope as text', '2.3', () => ({ ...pair(), scope: 'read:data' }), payloadError],
    ['an empty scope', '2.3', () => ({ ...pair(), scope: [''] }), payloadError],
    ['a scope of 281 characters', '2.3', () => ({ ...pair(), scope: ['s'.repeat(281)] }), payloadError],
    [
      'a scope twice',
      '1.5',
      () => ({ ...pair(), scope: ['a', 'b', 'a'] }),
      expect.stringContaining(`${both} scope (`),
    ],
    [
      'a type twice',
      '1.5',
      () => ({ ...pair(), scope: [], subject_type: 'user', authorization_details_types: ['a', 'b', 'a'] }),
      expect.stringContaining(`${both} authorization_details_types (`),
    ],
    [
      'all scopes and some scopes',
      '2.3 [CLI, TF]',
      () => ({ ...pair(), allow_all_scopes: true, scope: ['read:data'] }),
      expect.stringContaining('allow_all_scopes'),
    ],
    // docs/compatibility.md, "Client grants": nothing says what governs it.
    [
      'a grant for anonymous users',
      '2.3 (Aug)',
      () => ({ ...pair(), scope: [], subject_type: 'anonymous_user' }),
      payloadError,
    ],
    ['another subject type', '2.3', () => ({ ...pair(), scope: [], subject_type: 'robot' }), payloadError],
    [
      'another default group',
      '2.3',
      () => ({ audience: api.identifier, scope: [], default_for: 'all' }),
      payloadError,
    ],
    ['another usage', '2.3', () => ({ ...pair(), scope: [], organization_usage: 'maybe' }), payloadError],
    [
      'any organization without usage',
      '2.3 [CLI]',
      () => ({ ...pair(), scope: [], allow_any_organization: true }),
      expect.stringContaining('organization_usage'),
    ],
    [
      'any organization while denied',
      '2.3 [CLI]',
      () => ({ ...pair(), scope: [], allow_any_organization: true, organization_usage: 'deny' }),
      expect.stringContaining('organization_usage'),
    ],
    [
      'usage for users',
      '2.8 [CLI]',
      () => ({ ...pair(), scope: [], subject_type: 'user', organization_usage: 'deny' }),
      expect.stringContaining('subject_type'),
    ],
    [
      'allow_any_organization false for users',
      '2.8 [CLI]',
      () => ({ ...pair(), scope: [], subject_type: 'user', allow_any_organization: false }),
      expect.stringContaining('subject_type'),
    ],
    [
      'usage for a default grant',
      '2.8 [CLI]',
      () => ({
        audience: api.identifier,
        default_for: 'third_party_clients',
        scope: [],
        organization_usage: 'deny',
      }),
      expect.stringContaining('default_for'),
    ],
    [
      'allow_any_organization false for a default grant',
      '2.8 [CLI]',
      () => ({
        audience: api.identifier,
        default_for: 'third_party_clients',
        scope: [],
        allow_any_organization: false,
      }),
      expect.stringContaining('default_for'),
    ],
    [
      'types of authorization details for the client itself',
      '2.3 [DOC]',
      () => ({ ...pair(), scope: [], authorization_details_types: ['payment'] }),
      expect.stringContaining('authorization_details_types'),
    ],
    ['an empty audience', '2.3', () => ({ ...pair(), audience: '', scope: [] }), payloadError],
    [
      'what only the server sets',
      '1.5',
      () => ({ ...pair(), scope: [], id: 'x', is_system: true }),
      "Payload validation error: 'Additional properties not allowed: id,is_system'.",
    ],
  ])('%s (management-api.md %s)', async (_why, _source, body, message) => {
    const before = await countOf(server, 'client-grants');
    expect(seen(await create(body()))).toEqual(invalidBody(message));
    expect(await countOf(server, 'client-grants')).toBe(before);
  });

  test.each([
    ['strict', strict],
    ['permissive', permissive],
  ])('a %s third-party client cannot be let into any organization (2.8)', async (_mode, body) => {
    const { client_id } = await createClient(server, body);
    const answer = await create({
      ...pair(),
      client_id,
      scope: [],
      organization_usage: 'allow',
      allow_any_organization: true,
    });
    expect(seen(answer)).toEqual(invalidBody(expect.stringContaining('third-party')));
  });

  // recorded-behaviour.md 2, "Error bodies".
  test('a client of type express_configuration takes no grant', async () => {
    const { client_id } = await createClient(server, { app_type: 'express_configuration' });
    expect(seen(await create({ ...pair(), client_id, scope: [] }))).toEqual(
      refused(400, 'Client of type express_configuration cannot be used', 'validation_error'),
    );
  });
});

// management-api.md 2.3; the texts are those of 13.
describe('what does not exist', () => {
  test.each([
    ['another identifier', () => 'https://nobody.example/'],
    ['the identifier in another case', () => api.identifier.toUpperCase()],
    ['the identifier with a slash more', () => `${api.identifier}/`],
    ['the id of the API', () => api.id],
  ])('the API: %s', async (_what, audience) => {
    expect(seen(await create({ ...pair(), audience: audience(), scope: [] }))).toEqual(noApi);
  });

  test.each(['nobody', 'ⓒlient', ' '])('the client `%s`', async (client_id) => {
    expect(seen(await create({ ...pair(), client_id, scope: [] }))).toEqual(noClient);
  });

  test('the API of a default grant', async () => {
    const body = { audience: 'https://nobody.example/', default_for: 'third_party_clients', scope: [] };
    expect(seen(await create(body))).toEqual(noApi);
  });
});
