// What a caller may do: any one of the sets of scopes that the contract lists for an operation (management-api.md 1.2, 9).

import { allScopes, contract, startServer, type TestServer } from '../support/server.js';
import { countOf, refused, seen } from '../management/fixtures.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const guarded = contract.operations.filter(({ path }) => path.startsWith('/api/v2/'));
type Guarded = (typeof guarded)[number];

async function call({ method, path }: Guarded, scopes: readonly string[]) {
  const address = path.replaceAll(/\{\w+\}/g, 'nothing');
  const token = await server.tokenWith(...scopes);
  const request = server.request()[method](address).set('Authorization', `Bearer ${token}`);
  return method === 'get' ? request : request.send({});
}

function insufficient({ scopes }: Guarded) {
  const together = scopes.find(({ length }) => length > 1);
  const expected = together ? `all of: ${together.join(',')}` : `any of: ${scopes.flat().join(',')}`;
  return refused(403, `Insufficient scope, expected ${expected}`, 'insufficient_scope');
}

test('every operation below /api/v2 needs a scope', () => {
  expect(guarded.length).toBeGreaterThan(25);
  expect(guarded.filter(({ scopes }) => scopes.length === 0)).toEqual([]);
});

// The recorded text (recorded-behaviour.md 2, "Error bodies").
test.each(guarded.map((operation) => [operation.id, operation] as const))(
  '%s is refused to a token without scopes, and says which it wants',
  async (_id, operation) => {
    expect(seen(await call(operation, []))).toEqual(insufficient(operation));
  },
);

test.each(guarded.map((operation) => [operation.id, operation] as const))(
  '%s is refused to a token with every scope but its own',
  async (_id, operation) => {
    const others = allScopes.filter((scope) => !operation.scopes.flat().includes(scope));
    expect(seen(await call(operation, others))).toEqual(insufficient(operation));
  },
);

test.each(
  guarded.flatMap((operation) =>
    operation.scopes.map((scopes) => [operation.id, scopes.join(' and '), scopes, operation] as const),
  ),
)('%s is open to a token with %s alone', async (_id, _names, scopes, operation) => {
  const { status, body } = await call(operation, scopes);
  // What is not built is refused to everyone, and says so.
  expect(body).not.toMatchObject({ errorCode: 'insufficient_scope' });
  expect(status).toBeLessThan(500);
});

test.each(
  guarded.flatMap((operation) =>
    operation.scopes
      .filter(({ length }) => length > 1)
      .flatMap((scopes) => scopes.map((scope) => [operation.id, scope, operation] as const)),
  ),
)('%s is refused to a token that lacks %s of those it needs together', async (_id, scope, operation) => {
  const alone = operation.scopes.filter(({ length }) => length === 1).flat();
  const others = allScopes.filter((each) => each !== scope && !alone.includes(each));
  expect(seen(await call(operation, others))).toEqual(insufficient(operation));
});

test('a refused write changes nothing', async () => {
  const before = await countOf(server, 'clients');
  const token = await server.tokenWith('read:clients');
  const answer = await server
    .request()
    .post('/api/v2/clients')
    .set('Authorization', `Bearer ${token}`)
    .send({ name: 'Refused' });
  expect(answer.status).toBe(403);
  expect(await countOf(server, 'clients')).toBe(before);
});

// docs/compatibility.md, "Everywhere": scopes come before the request itself is looked at.
test('without the scope a bad body is not looked at', async () => {
  const token = await server.tokenWith('read:clients');
  const answer = await server
    .request()
    .post('/api/v2/clients?page=-1')
    .set('Authorization', `Bearer ${token}`)
    .send({ nobody: 1 });
  expect(answer.status).toBe(403);
});
