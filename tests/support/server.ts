// A whole server in the test's own process, on a fresh database.

import supertest from 'supertest';
import type { BootstrapClient } from '../../src/bootstrap.js';
import { readConfig } from '../../src/config.js';
import type { Tenant } from '../../src/domain/tenant.js';
import { readContract } from '../../src/http/contract.js';
import { signWithKey } from '../../src/oauth/jws.js';
import type { KeySet } from '../../src/oauth/signing-keys.js';
import type { PlatformChoices } from '../../src/policy/platform-choices.js';
import { startServer as start } from '../../src/server.js';
import type { Storage } from '../../src/storage/storage.js';
import { type Engine, engines, type TestDatabase } from './engines.js';

export const contract = readContract();

/** Every scope that some operation of the contract needs. */
export const allScopes = [
  ...new Set(contract.operations.flatMap(({ scopes }) => scopes.flat())),
  'create:client_keys',
  'update:client_keys',
  'create:client_credentials',
  'update:client_credentials',
];

export interface TestServer {
  /** Where the server listens: `http://127.0.0.1:<port>` unless the settings say otherwise. */
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
  api(method: 'get' | 'post' | 'patch' | 'put' | 'delete', path: string, body?: object): supertest.Test;
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
  readonly snapshots?: boolean;
  readonly now?: () => Date;
  /** Settings as in .env.example. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a server. Every answer of the Management API is held against openapi.yaml. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const [embedded] = engines;
  const engine = options.engine ?? embedded;
  if (engine === undefined) throw new Error('there is no database engine');
  const database = await engine.create();
  const config = readConfig({ PORT: '0', LOG_LEVEL: 'silent', ...options.env });
  const server = await start(
    {
      ...config,
      choices: options.choices ?? config.choices,
      reasonHeader: options.reasonHeader ?? config.reasonHeader,
      snapshots: options.snapshots ?? config.snapshots,
    },
    {
      openStorage: () => database.open(),
      validateResponses: true,
      ...(options.now && { now: options.now }),
    },
  );
  const { tenant, storage, keys, created: management } = server;
  if (management === null) throw new Error('a fresh database had a management client');
  const url = new URL(tenant.issuer).origin;

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
      await server.close({ graceMs: 0 });
      await database.remove();
    },
  };
}
