// /connections/{id}/clients (terraform-provider-auth0, TestAccConnectionClients).

import { startServer, type TestServer } from '../../support/server.js';
import {
  type ConnectionWire,
  createClient,
  createConnection,
  invalidBody,
  noConnection,
  payloadError,
  seen,
} from '../fixtures.js';

let server: TestServer;
let one: string;
let two: string;
beforeAll(async () => {
  server = await startServer();
  one = (await createClient(server)).client_id;
  two = (await createClient(server)).client_id;
});
afterAll(() => server.close());

const list = (id: string, query = '') => server.api('get', `connections/${id}/clients?${query}`);
const set = (id: string, body: object) => server.api('patch', `connections/${id}/clients`, body);
const enabled = async (id: string) =>
  ((await server.api('get', `connections/${id}`)).body as ConnectionWire).enabled_clients;

test('a new connection is enabled for nobody', async () => {
  const { id } = await createConnection(server);
  expect(seen(await list(id))).toEqual({ status: 200, body: { clients: [] } });
});

test('clients are enabled and disabled, the others stay', async () => {
  const { id } = await createConnection(server);
  const answer = await set(id, [{ client_id: two, status: true }]);
  expect([answer.status, answer.text]).toEqual([204, '']);
  await set(id, [
    { client_id: one, status: true },
    { client_id: two, status: true },
  ]);
  expect((await list(id)).body).toEqual({ clients: [{ client_id: two }, { client_id: one }] });
  expect(await enabled(id)).toEqual([two, one]);
  await set(id, [
    { client_id: two, status: false },
    { client_id: 'nobody', status: false },
  ]);
  expect((await list(id)).body).toEqual({ clients: [{ client_id: one }] });
});

test('they are listed by checkpoints', async () => {
  const { id } = await createConnection(server, { enabled_clients: [one, two] });
  const { body } = await list(id, 'take=1');
  const { next } = body as { next: string };
  expect(body).toEqual({ clients: [{ client_id: one }], next });
  expect((await list(id, `take=1&from=${next}`)).body).toEqual({ clients: [{ client_id: two }] });
});

test('a client that is deleted is no longer among them', async () => {
  const { client_id } = await createClient(server);
  const { id } = await createConnection(server, { enabled_clients: [client_id, one] });
  await server.api('delete', `clients/${client_id}`);
  expect(await enabled(id)).toEqual([one]);
});

test('a client that does not exist is refused, and nothing changes', async () => {
  const { id } = await createConnection(server);
  const answer = await set(id, [
    { client_id: one, status: true },
    { client_id: 'nobody', status: true },
  ]);
  expect(seen(answer)).toEqual(invalidBody('the client `nobody` does not exist'));
  expect(await enabled(id)).toEqual([]);
});

const many = Array.from({ length: 51 }, (_, i) => ({ client_id: `client-${i}`, status: false }));
test.each<[why: string, body: object, message: unknown]>([
  ['no client', [], payloadError],
  ['51 clients', many, payloadError],
  ['a client without a status', [{ client_id: 'x' }], payloadError],
  ['an object', {}, "Payload validation error: 'Expected type array but found type object'."],
])('%s is refused', async (_why, body, message) => {
  const { id } = await createConnection(server);
  expect(seen(await set(id, body))).toEqual(invalidBody(message));
});

test('of a connection that does not exist are not found', async () => {
  expect(seen(await list('con_0000000000000000'))).toEqual(noConnection);
  expect(seen(await set('con_0000000000000000', [{ client_id: one, status: true }]))).toEqual(noConnection);
});
