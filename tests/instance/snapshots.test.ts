// POST /_grantry/snapshot and /_grantry/restore, as a test suite uses them.

import { bodyOf, askToken, givenClient, givenJoined } from '../oauth/given.js';
import { type Peer, startPeer } from '../oauth/peer.js';
import { engines } from '../support/engines.js';
import { allScopes, startServer, type TestServer } from '../support/server.js';

const post = async (server: TestServer, path: string, scopes: readonly string[] = allScopes) =>
  server
    .request()
    .post(`/_grantry/${path}`)
    .auth(await server.tokenWith(...scopes), { type: 'bearer' });

const namesIn = async ({ api }: Pick<TestServer, 'api'>): Promise<string[]> =>
  (await bodyOf<{ name: string }[]>(api('get', 'clients?per_page=100'), 200)).map(({ name }) => name);

describe('by default', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.close());

  test.each(['snapshot', 'restore', 'login', 'nonsense'])(
    'there is no /_grantry/%s, with a token or without',
    async (path) => {
      const notFound = { statusCode: 404, error: 'Not Found', message: 'Not Found' };
      expect((await post(server, path)).body).toEqual(notFound);
      expect((await server.request().post(`/_grantry/${path}`)).body).toEqual(notFound);
    },
  );

  test('the contract has none of these paths', async () => {
    const { body } = await server.request().get('/openapi.json');
    const ours = Object.keys((body as { paths: object }).paths).filter((path) =>
      path.startsWith('/_grantry/'),
    );
    expect(ours).toEqual(['/_grantry/health']);
  });
});

describe.each(engines)('switched on, on the $name database', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ engine, snapshots: true });
  });
  afterAll(() => server.close());

  test('there is nothing to restore at first', async () => {
    const { status, body } = await post(server, 'restore');
    expect([status, body]).toEqual([409, expect.objectContaining({ errorCode: 'no_snapshot' })]);
  });

  test.each(['snapshot', 'restore'])('%s needs its scope', async (path) => {
    expect((await server.request().post(`/_grantry/${path}`)).status).toBe(401);
    const others = allScopes.filter((scope) => scope !== 'update:tenant_settings');
    expect((await post(server, path, others)).status).toBe(403);
    expect((await post(server, path, ['update:tenant_settings'])).status).not.toBe(403);
  });

  test('what was made is gone, what was deleted is back, and tokens go by it at once', async () => {
    const { client, api, grantId } = await givenJoined(server);
    expect((await askToken(server, client, api)).status).toBe(200);
    const before = await namesIn(server);
    expect((await post(server, 'snapshot')).status).toBe(204);

    await givenClient(server, { name: 'Made by a test' });
    await bodyOf(server.api('delete', `client-grants/${grantId}`), 204);
    expect((await askToken(server, client, api)).status).toBe(403);

    expect((await post(server, 'restore')).status).toBe(204);
    expect((await askToken(server, client, api)).status).toBe(200);
    expect(await namesIn(server)).toEqual(before);
  });

  test('the log has no entry of what the test did, nor of the restore', async () => {
    await post(server, 'snapshot');
    const before = await bodyOf(server.api('get', 'logs?include_totals=true'), 200);
    await givenClient(server);
    await post(server, 'restore');
    expect(await bodyOf(server.api('get', 'logs?include_totals=true'), 200)).toEqual(before);
  });

  test('tokens asked for while the state is put back are granted or refused, and never fail', async () => {
    const { client, api, grantId } = await givenJoined(server);
    await post(server, 'snapshot');
    await bodyOf(server.api('delete', `client-grants/${grantId}`), 204);
    const [restored, ...answers] = await Promise.all([
      post(server, 'restore'),
      ...Array.from({ length: 50 }, () => askToken(server, client, api)),
    ]);
    expect(restored.status).toBe(204);
    expect([200, 403]).toEqual(expect.arrayContaining(answers.map(({ status }) => status)));
    expect((await askToken(server, client, api)).status).toBe(200);
  });

  test('writes while the state is put back succeed, before it or after it', async () => {
    await post(server, 'snapshot');
    const answers = await Promise.all([
      ...Array.from({ length: 10 }, () => server.api('post', 'clients', { name: 'Racing' })),
      post(server, 'restore'),
      ...Array.from({ length: 10 }, () => server.api('post', 'clients', { name: 'Racing' })),
      post(server, 'restore'),
    ]);
    expect(answers.filter(({ status }) => status >= 400)).toEqual([]);
    await post(server, 'restore');
    expect(await namesIn(server)).not.toContain('Racing');
  });
});

for (const engine of engines.filter(({ name }) => name === 'postgresql')) {
  describe('two servers on one PostgreSQL database', () => {
    let server: TestServer;
    let peer: Peer;
    beforeAll(async () => {
      server = await startServer({ engine, snapshots: true });
      peer = await startPeer(server);
    });
    afterAll(async () => {
      await peer.close();
      await server.close();
    });

    test('what one puts back is in force for the next request at the other, whatever that has cached', async () => {
      const { client, api, grantId } = await givenJoined(server);
      await post(server, 'snapshot');
      await bodyOf(server.api('delete', `client-grants/${grantId}`), 204);
      for (const _ of [1, 2]) expect((await askToken(peer, client, api)).status).toBe(403);
      await post(server, 'restore');
      expect((await askToken(peer, client, api)).status).toBe(200);
    });
  });
}
