// What the library is given of the storage.

import { adapterOn } from '../../../src/oauth/provider/library/adapter.js';
import { startServer, type TestServer } from '../../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

test('what the library changes and does not save is not what it finds the next time', async () => {
  const { storage } = server;
  const artifact = {
    payload: { kind: 'Session', authorizations: { client: { sid: 'first' } } },
    authorizationId: null,
    otherName: null,
    leewaySeconds: 0,
    idleSeconds: null,
    expiresAt: new Date(Date.now() + 60_000),
  };
  await storage.artifacts.put('Session', 'name', artifact, new Date());
  const sessions = adapterOn({ storage, now: () => new Date(), context: () => undefined })('Session');
  const found = async () => (await sessions.find('name'))?.['authorizations'] as { client: { sid: string } };

  (await found()).client.sid = 'changed';
  expect((await found()).client.sid).toBe('first');
});
