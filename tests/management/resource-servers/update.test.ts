import { startServer, type TestServer } from '../../support/server.js';
import {
  type ApiWire,
  createApi,
  createClientGrant,
  invalidBody,
  noApi,
  payloadError,
  seen,
} from '../fixtures.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const update = (id: string, body: object) => server.api('patch', `resource-servers/${id}`, body);
const read = async (id: string) => (await server.api('get', `resource-servers/${id}`)).body as ApiWire;

// management-api.md 4.6: the service answers 200, with the whole API (recorded-behaviour.md 5).
describe.each<[member: string, before: unknown, after: unknown]>([
  ['name', 'Before', 'After'],
  ['scopes', [{ value: 'a', description: 'A' }, { value: 'b' }], [{ value: 'c' }, { value: 'a' }]],
  ['scopes', [{ value: 'a' }], []],
  ['signing_alg', 'RS256', 'RS512'],
  ['allow_offline_access', true, false],
  ['allow_online_access', true, false],
  ['token_lifetime', 60, 7200],
  ['token_lifetime_for_web', 60, 120],
  ['token_dialect', 'rfc9068_profile', 'access_token'],
  ['skip_consent_for_verifiable_first_party_clients', true, false],
  ['enforce_policies', true, false],
  ['authorization_details', [{ type: 'a' }, { type: 'b' }], [{ type: 'b' }]],
  [
    'proof_of_possession',
    { mechanism: 'dpop', required: true, required_for: 'all_clients' },
    { mechanism: 'mtls', required: true },
  ],
  ['authorization_policy', { policy_id: 'a' }, { policy_id: 'b' }],
  [
    'subject_type_authorization',
    { client: { policy: 'require_client_grant' }, user: { policy: 'allow_all' } },
    { client: { policy: 'deny_all' }, user: { policy: 'require_client_grant' } },
  ],
])('%s', (member, before, after) => {
  test(`is replaced as a whole by ${JSON.stringify(after)}, and nothing else changes`, async () => {
    const api = await createApi(server, { name: 'Kept', [member]: before });
    const answer = await update(api.id, { [member]: after });
    expect(seen(answer)).toEqual({ status: 200, body: { ...api, [member]: after } });
    expect(await read(api.id)).toEqual(answer.body);
  });
});

// recorded-behaviour.md 5: 200 and the member is gone, also when it was not there.
describe.each<[member: string, value: unknown]>([
  ['authorization_details', [{ type: 'payment' }]],
  ['proof_of_possession', { mechanism: 'mtls', required: true }],
  ['consent_policy', 'transactional-authorization-with-mfa'],
  ['authorization_policy', { policy_id: 'a' }],
])('%s', (member, value) => {
  test('is removed by null, and null again is no error', async () => {
    const api = await createApi(server, { [member]: value });
    const removed = await update(api.id, { [member]: null });
    const { [member as keyof ApiWire]: gone, ...rest } = api;
    expect(gone).toEqual(value);
    expect(seen(removed)).toEqual({ status: 200, body: rest });
    expect(seen(await update(api.id, { [member]: null }))).toEqual({ status: 200, body: rest });
  });
});

test('members that were never set stay away when others are set', async () => {
  const api = await createApi(server);
  const { body } = await update(api.id, { allow_offline_access: true });
  expect(body).toEqual({ ...api, allow_offline_access: true });
});

test('an update that names nothing changes nothing', async () => {
  const api = await createApi(server, { scopes: [{ value: 'a' }] });
  expect(seen(await update(api.id, {}))).toEqual({ status: 200, body: api });
});

// management-api.md 14, question 11: the other policy stays.
test.each([
  [{ user: { policy: 'allow_all' } }, { client: 'deny_all', user: 'allow_all' }],
  [{ client: { policy: 'require_client_grant' } }, { client: 'require_client_grant', user: 'deny_all' }],
  [{}, { client: 'deny_all', user: 'deny_all' }],
])('policies given in part, as %j, leave the other one', async (sent, { client, user }) => {
  const policies = { client: { policy: 'deny_all' }, user: { policy: 'deny_all' } };
  const { id } = await createApi(server, { subject_type_authorization: policies });
  expect((await update(id, { subject_type_authorization: sent })).body).toMatchObject({
    subject_type_authorization: { client: { policy: client }, user: { policy: user } },
  });
});

// clients.md 5: deploy-cli removes scopes before it touches the grants that use them.
test('a scope that a client grant uses can be removed, and the grant stays as it is', async () => {
  const api = await createApi(server, { scopes: [{ value: 'read:data' }, { value: 'write:data' }] });
  const grant = await createClientGrant(server, { audience: api.identifier, scope: ['read:data'] });
  expect((await update(api.id, { scopes: [{ value: 'write:data' }] })).status).toBe(200);
  expect((await server.api('get', `client-grants/${grant.id}`)).body).toEqual(grant);
});

describe('refusals', () => {
  // The first text is quoted from a real answer (management-api.md 4.6).
  test.each<[why: string, body: object, message: unknown]>([
    [
      'id and identifier',
      { id: 'x', identifier: 'y' },
      "Payload validation error: 'Additional properties not allowed: id,identifier'.",
    ],
    ['client_id', { client_id: 'x' }, payloadError],
    ['a name of null', { name: null }, payloadError],
    ['scopes of null', { scopes: null }, payloadError],
    ['a name with <', { name: 'a<b' }, payloadError],
    ['a lifetime over thirty days', { token_lifetime: 2592001 }, payloadError],
    [
      'allow_all for clients',
      { subject_type_authorization: { client: { policy: 'allow_all' } } },
      payloadError,
    ],
    [
      'the same scope twice',
      { scopes: [{ value: 'a' }, { value: 'a' }] },
      expect.stringMatching(/'Array items are not unique \(indexes 0 and 1\)' on property scopes/),
    ],
  ])('%s is refused and nothing changes', async (_why, body, message) => {
    const api = await createApi(server, { name: 'Before', scopes: [{ value: 'kept' }] });
    expect(seen(await update(api.id, { allow_offline_access: true, ...body }))).toEqual(invalidBody(message));
    expect(await read(api.id)).toEqual(api);
  });

  test('an API that does not exist is not found', async () => {
    expect(seen(await update('0123456789abcdef01234567', { name: 'A' }))).toEqual(noApi);
  });

  test('the answer is about the schema first, so a bad body for an unknown API is 400', async () => {
    expect((await update('0123456789abcdef01234567', { name: '<' })).status).toBe(400);
  });
});
