import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

/** With a database that does this when it is asked. */
async function whileDatabase(ping: () => Promise<void>) {
  const real = server.storage.ping.bind(server.storage);
  server.storage.ping = ping;
  const answer = await server.request().get('/_grantry/health');
  server.storage.ping = real;
  return { status: answer.status, body: answer.body as unknown };
}

test('anyone may ask, and the answer says no more than that it serves', async () => {
  const { status, body, headers } = await server.request().get('/_grantry/health');
  expect({ status, body: body as unknown }).toEqual({ status: 200, body: { status: 'ok' } });
  expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
});

test('a database that refuses makes it unavailable, without a reason for strangers', async () => {
  const refused = await whileDatabase(() => Promise.reject(new Error('password authentication failed')));
  expect(refused).toEqual({ status: 503, body: { status: 'unavailable' } });
});

test('a database that does not answer makes it unavailable after a few seconds', async () => {
  const began = performance.now();
  const hanging = await whileDatabase(() => new Promise(() => undefined));
  expect(hanging).toEqual({ status: 503, body: { status: 'unavailable' } });
  expect(performance.now() - began).toBeGreaterThan(2500);
});

test('other methods are not found', async () => {
  expect((await server.request().post('/_grantry/health')).status).toBe(404);
});
