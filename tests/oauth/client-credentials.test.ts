// Client credentials against the decision tables of token-issuance.md, through HTTP and from objects that the Management
// API made. AU-2 (the tenant's default audience), AU-3's other profile and names of organizations need settings of the
// tenant that no operation can change yet; tests/policy covers AU-2 and the names.

import { platformChoices } from '../../src/policy/platform-choices.js';
import { engines } from '../support/engines.js';
import { startServer, type TestServer } from '../support/server.js';
import {
  accessDenied,
  granted,
  type GrantedRow,
  givenSetup,
  refused,
  type RefusedRow,
  unknownApi,
} from './client-credentials-rows.js';
import { askToken, claimsOf, givenJoined, notAuthorized, refusalOf } from './given.js';

async function expectGranted(server: TestServer, row: GrantedRow): Promise<void> {
  const { request = {}, scope, ...setup } = row;
  const { client, api } = await givenSetup(server, setup);
  const answer = await askToken(server, client, api, request);
  expect(answer.status).toBe(200);
  expect(answer.headers['grantry-reason']).toBe('granted');
  // CC-14: nothing else is ever issued, so these are all members.
  expect(answer.body).toEqual({
    access_token: expect.any(String) as unknown,
    expires_in: 86_400,
    token_type: 'Bearer',
    ...(scope !== undefined && { scope }),
  });
  expect(claimsOf(answer)['scope']).toBe(scope);
  expect(claimsOf(answer)['aud']).toBe(api.identifier);
}

async function expectRefused(server: TestServer, row: RefusedRow): Promise<void> {
  const { request = {}, status, reason, body, ...setup } = row;
  const { client, api } = await givenSetup(server, setup);
  const answer = await askToken(server, client, api, request);
  expect(refusalOf(answer)).toEqual({ status, body: body(client, api), reason });
}

/** The rows that token-issuance.md 9 has a vector for. */
const withVector = ({ row }: { row: string }): boolean => /\bV\d/.test(row);

describe.each(engines)('the vectors on the $name database', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ engine });
  });
  afterAll(() => server.close());

  test.each(granted.filter(withVector))('$row: a token is issued when $when', (row) =>
    expectGranted(server, row),
  );

  test.each(refused.filter(withVector))('$row: the request is refused when $when', (row) =>
    expectRefused(server, row),
  );

  test('CC-8, V7: a scope that the API gains later is in the next token of a grant of all scopes', async () => {
    const { client, api } = await givenJoined(server, { grant: { allow_all_scopes: true } });
    const scopes = ['read', 'write', 'delete', 'admin'].map((value) => ({ value }));
    await server.api('patch', `resource-servers/${api.id}`, { scopes });
    const answer = await askToken(server, client, api);
    expect(claimsOf(answer)['scope']).toBe('read write delete admin');
  });
});

describe('every other row', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.close());

  test.each(granted.filter((row) => !withVector(row)))('$row: a token is issued when $when', (row) =>
    expectGranted(server, row),
  );

  test.each(refused.filter((row) => !withVector(row)))('$row: the request is refused when $when', (row) =>
    expectRefused(server, row),
  );

  test.each(['/', '?', ' ', 'x'])(
    'AU-1, V10: an audience that ends in "%s" too much is unknown',
    async (end) => {
      const { client, api } = await givenJoined(server);
      const audience = api.identifier + end;
      const answer = await askToken(server, client, api, { audience });
      expect(refusalOf(answer)).toEqual({ ...unknownApi(audience), body: unknownApi(audience).body() });
    },
  );

  test('AU-1: an audience in other letters is unknown', async () => {
    const { client, api } = await givenJoined(server);
    const answer = await askToken(server, client, { identifier: api.identifier.toUpperCase() });
    expect(answer.headers['grantry-reason']).toBe('resource_server_unknown');
  });

  test('AU-1: the id of an API is no audience', async () => {
    const { client, api } = await givenJoined(server);
    const answer = await askToken(server, client, { identifier: api.id });
    expect(answer.headers['grantry-reason']).toBe('resource_server_unknown');
  });

  test('CC-2: a grant of another client or for another API is of no use', async () => {
    const [mine, other] = await Promise.all([givenJoined(server), givenJoined(server)]);
    const answer = await askToken(server, mine.client, other.api);
    expect(refusalOf(answer)).toMatchObject({
      body: accessDenied(notAuthorized(mine.client, other.api)),
      reason: 'client_grant_missing',
    });
  });
});

describe('with the other answers to open questions (token-issuance.md 10)', () => {
  let server: TestServer;
  beforeAll(async () => {
    const choices = {
      ...platformChoices,
      clientCredentialsScopes: 'requested_part',
      undefinedScopesInGrant: 'issue',
    } as const;
    server = await startServer({ choices });
  });
  afterAll(() => server.close());

  test('Q3: only the requested part of the grant is issued', async () => {
    const { client, api } = await givenJoined(server, { grant: { scope: ['write', 'delete', 'read'] } });
    const answer = await askToken(server, client, api, { scope: 'read write' });
    expect(answer.body.scope).toBe('write read');
    expect(claimsOf(answer)['scope']).toBe('write read');
  });

  test('Q3: without requested scopes all of the grant is issued', async () => {
    const { client, api } = await givenJoined(server);
    const answer = await askToken(server, client, api);
    expect(answer.body.scope).toBe('read write');
  });

  test('section 2: a scope that the API does not define is issued', async () => {
    const { client, api } = await givenJoined(server, { grant: { scope: ['read', 'nosuch'] } });
    const answer = await askToken(server, client, api);
    expect(answer.body.scope).toBe('read nosuch');
  });
});
