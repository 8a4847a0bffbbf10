// Another process on the same database, as far as a test can have one: a storage and an application of its own.

import supertest from 'supertest';
import { readConfig } from '../../src/config.js';
import { startServer } from '../../src/server.js';
import { allScopes, type TestServer } from '../support/server.js';

export type Peer = Pick<TestServer, 'api' | 'requestToken' | 'close'>;

/** Starts a second server on the database of a first one. It has to be closed before the first. */
export async function startPeer(first: TestServer): Promise<Peer> {
  const server = await startServer(
    // Both are one authority under one address.
    { ...readConfig({ PORT: '0', LOG_LEVEL: 'silent' }), publicUrl: new URL(first.url) },
    { openStorage: () => first.database.open(), validateResponses: true },
  );
  const url = `http://127.0.0.1:${server.port}`;
  const bearer = await first.tokenWith(...allScopes);
  return {
    api(method, path, body) {
      const request = supertest(url)[method](`/api/v2/${path}`).set('Authorization', `Bearer ${bearer}`);
      return body === undefined ? request : request.send(body);
    },
    requestToken: (parameters) => supertest(url).post('/oauth/token').type('form').send(parameters),
    close: () => server.close({ graceMs: 0 }),
  };
}
