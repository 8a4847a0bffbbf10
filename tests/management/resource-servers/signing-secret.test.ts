// `signing_secret` of APIs whose tokens are signed with HS256 (recorded-behaviour.md 5, management-api.md 4.1).

import { startServer, type TestServer } from '../../support/server.js';
import { type ApiWire, createApi, invalidBody, payloadError, seen } from '../fixtures.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const update = async (id: string, body: object) =>
  (await server.api('patch', `resource-servers/${id}`, body)).body as ApiWire;

const GENERATED = /^[A-Za-z0-9]{32}$/;

test('an API with HS256 gets a secret of 32 alphanumeric characters', async () => {
  const api = await createApi(server, { signing_alg: 'HS256' });
  expect(api.signing_secret).toMatch(GENERATED);
  expect((await server.api('get', `resource-servers/${api.id}`)).body).toEqual(api);
});

test('no two APIs get the same secret', async () => {
  const [one, other] = [
    await createApi(server, { signing_alg: 'HS256' }),
    await createApi(server, { signing_alg: 'HS256' }),
  ];
  expect(one.signing_secret).not.toBe(other.signing_secret);
});

test('a secret that is sent is the secret', async () => {
  const signing_secret = 'sixteen chars ok';
  expect(await createApi(server, { signing_alg: 'HS256', signing_secret })).toMatchObject({ signing_secret });
});

test('an API with RS256 has no secret', async () => {
  expect(await createApi(server)).not.toHaveProperty('signing_secret');
});

test('changing to HS256 makes a secret, which stays when the algorithm changes back and again', async () => {
  const { id } = await createApi(server);
  const { signing_secret } = await update(id, { signing_alg: 'HS256' });
  expect(signing_secret).toMatch(GENERATED);
  expect(await update(id, { signing_alg: 'RS256' })).toMatchObject({ signing_alg: 'RS256', signing_secret });
  expect(await update(id, { signing_alg: 'HS256' })).toMatchObject({ signing_secret });
});

test('the same algorithm again keeps the secret', async () => {
  const { id, signing_secret } = await createApi(server, { signing_alg: 'HS256' });
  expect(await update(id, { signing_alg: 'HS256' })).toMatchObject({ signing_secret });
});

test('a secret can be replaced', async () => {
  const { id } = await createApi(server, { signing_alg: 'HS256' });
  const signing_secret = 'a new secret of the owner';
  expect(await update(id, { signing_secret })).toMatchObject({ signing_secret });
});

test.each([
  ['15 characters', 'x'.repeat(15)],
  ['a number', 1234567890123456],
  ['null', null],
])('a secret of %s is refused, and the refusal does not repeat it', async (_what, signing_secret) => {
  const { id } = await createApi(server);
  const answer = await server.api('patch', `resource-servers/${id}`, { signing_secret });
  expect(seen(answer)).toEqual(invalidBody(payloadError));
  if (signing_secret !== null) expect(answer.text).not.toContain(String(signing_secret));
});
