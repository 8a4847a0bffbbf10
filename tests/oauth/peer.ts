// Another process on the same database, as far as a test can have one: a storage and an application of its own.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import supertest from 'supertest';
import { createApp } from '../../src/app.js';
import { KeySet } from '../../src/oauth/signing-keys.js';
import { platformChoices } from '../../src/policy/platform-choices.js';
import { allScopes, contract, type TestServer } from '../support/server.js';

export type Peer = Pick<TestServer, 'api' | 'requestToken' | 'close'>;

/** Starts a second server on the database of a first one. It has to be closed before the first. */
export async function startPeer(first: TestServer): Promise<Peer> {
  const storage = await first.database.open();
  const app = createApp({
    contract,
    storage,
    // Both are one authority under one address.
    tenant: first.tenant,
    keys: await KeySet.from(await storage.config.signingKeys.list()),
    choices: platformChoices,
    now: () => new Date(),
    log: pino({ level: 'silent' }),
    reasonHeader: true,
    validateResponses: true,
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const bearer = await first.tokenWith(...allScopes);
  return {
    api(method, path, body) {
      const request = supertest(url)[method](`/api/v2/${path}`).set('Authorization', `Bearer ${bearer}`);
      return body === undefined ? request : request.send(body);
    },
    requestToken: (parameters) => supertest(url).post('/oauth/token').type('form').send(parameters),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
      await storage.close();
    },
  };
}
