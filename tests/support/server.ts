// A whole server in the test's own process, on a fresh database.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import supertest from 'supertest';
import { createApp } from '../../src/app.js';
import { type BootstrapClient, bootstrap } from '../../src/bootstrap.js';
import { Tenant } from '../../src/domain/tenant.js';
import { readContract } from '../../src/http/contract.js';
import { signWithKey } from '../../src/oauth/jws.js';
import { KeySet } from '../../src/oauth/signing-keys.js';
import { type PlatformChoices, platformChoices } from '../../src/policy/platform-choices.js';
import type { Storage } from '../../src/storage/storage.js';
import { type Engine, engines, type TestDatabase } from './engines.js';

export const contract = readContract();

/** Every scope that some operation of the contract needs. */
export const allScopes = [
  ...new Set(contract.operations.flatMap(({ scopes }) => scopes)),
  'create:client_keys',
  'update:client_keys',
  'create:client_credentials',
  'update:client_credentials',
];

export interface TestServer {
  /** `http://127.0.0.1:<port>`: where the server listens. */
  readonly url: string;
  readonly tenant: Tenant;
  readonly storage: Storage;
  readonly database: TestDatabase;
  readonly keys: KeySet;
  /** The management client that the first start made. */
  readonly management: BootstrapClient;
  /** A bearer token of the management client with exactly these scopes. */
  tokenWith(...scopes: string[]): Promise<string>;
  /** A request to the Management API with every scope, answer parsed. */
  api(method: 'get' | 'post' | 'patch' | 'delete', path: string, body?: object): supertest.Test;
  /** A request without a token. */
  request(): ReturnType<typeof supertest>;
  /** POST /oauth/token with a form. */
  requestToken(parameters: Record<string, string>): supertest.Test;
  close(): Promise<void>;
}

export interface ServerOptions {
  readonly engine?: Engine;
  readonly choices?: PlatformChoices;
  readonly reasonHeader?: boolean;
  readonly now?: () => Date;
}

/** Starts a server. Every answer of the Management API is held against openapi.yaml. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const [embedded] = engines;
  const engine = options.engine ?? embedded;
  if (engine === undefined) throw new Error('there is no database engine');
  const now = options.now ?? (() => new Date());

  const server: Server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const tenant = new Tenant(new URL(url));

  const database = await engine.create();
  const storage = await database.open();
  const management = await bootstrap(storage, tenant, { id: undefined, secret: undefined }, now());
  if (management === null) throw new Error('a fresh database had a management client');
  const keys = await KeySet.from(await storage.config.signingKeys.list());
  const app = createApp({
    contract,
    storage,
    tenant,
    keys,
    choices: options.choices ?? platformChoices,
    now,
    log: pino({ level: 'silent' }),
    reasonHeader: options.reasonHeader ?? true,
    validateResponses: true,
  });
  server.on('request', app);

  const tokenWith = async (...scopes: string[]): Promise<string> => {
    const { kid, key } = keys.signingKey('RS256');
    const issuedAt = Math.floor(Date.now() / 1000);
    const claims = {
      iss: tenant.issuer,
      sub: `${management.id}@clients`,
      aud: tenant.identifierOf('management'),
      azp: management.id,
      iat: issuedAt,
      exp: issuedAt + 3600,
      scope: scopes.join(' '),
    };
    return signWithKey(claims, { alg: 'RS256', typ: 'JWT', kid }, key, true);
  };
  const bearer = await tokenWith(...allScopes);

  return {
    url,
    tenant,
    storage,
    database,
    keys,
    management,
    tokenWith,
    api(method, path, body) {
      const request = supertest(url)[method](`/api/v2/${path}`).set('Authorization', `Bearer ${bearer}`);
      return body === undefined ? request : request.send(body);
    },
    request: () => supertest(url),
    requestToken: (parameters) => supertest(url).post('/oauth/token').type('form').send(parameters),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
      await storage.close();
      await database.remove();
    },
  };
}
