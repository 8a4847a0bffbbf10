// An identity provider of an enterprise: issuers of its own, which sign identity assertions and serve their keys on this machine.

import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';
import { unique } from '../given.js';

export const ID_JAG = 'oauth-id-jag+jwt';

export interface IssuerKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export function newIssuerKey(alg: 'RS256' | 'ES256' = 'ES256', kid = unique('kid')): IssuerKey {
  const pair =
    alg === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { kid, alg, ...pair };
}

type Answer = (res: ServerResponse) => void;

const json =
  (body: unknown): Answer =>
  (res) => {
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify(body));
  };

/** One issuer, which can be made to answer as it should not. */
export class Issuer {
  readonly issuer: string;
  keys: IssuerKey[] = [newIssuerKey()];
  /** How often its keys were asked for, and its discovery document. */
  asked = { keys: 0, discovery: 0 };
  /** Instead of its keys. */
  keysAnswer: Answer | null = null;
  /** What its discovery document says otherwise. */
  metadata: object = {};

  constructor(issuer: string) {
    this.issuer = issuer;
  }

  get jwksUri(): string {
    return `${this.issuer}/keys`;
  }

  async answer(path: string, res: ServerResponse): Promise<void> {
    if (path === '/keys') {
      this.asked.keys += 1;
      const jwks = this.keys.map(async ({ kid, alg, publicKey }) => ({
        ...(await exportJWK(publicKey)),
        kid,
        alg,
        use: 'sig',
      }));
      (this.keysAnswer ?? json({ keys: await Promise.all(jwks) }))(res);
    } else if (path === '/.well-known/openid-configuration') {
      this.asked.discovery += 1;
      json({ issuer: this.issuer, jwks_uri: this.jwksUri, ...this.metadata })(res);
    } else {
      res.statusCode = 404;
      res.end();
    }
  }

  /** Signs claims as they are. @param key one that it does not publish, perhaps. */
  sign(
    claims: JWTPayload,
    header: Partial<JWTHeaderParameters> = {},
    key: IssuerKey = this.keys[0] ?? newIssuerKey(),
  ): Promise<string> {
    const { kid, alg, privateKey } = key;
    return new SignJWT(claims).setProtectedHeader({ alg, kid, typ: ID_JAG, ...header }).sign(privateKey);
  }
}

export class IdentityProvider {
  readonly #server: Server;
  readonly #issuers = new Map<string, Issuer>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<IdentityProvider> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const provider = new IdentityProvider(server);
    server.on('request', (req, res) => {
      const [, name = '', ...rest] = (req.url ?? '').split('/');
      const issuer = provider.#issuers.get(name);
      if (issuer) void issuer.answer(`/${rest.join('/')}`, res);
      else res.writeHead(404).end();
    });
    return provider;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  newIssuer(): Issuer {
    const name = unique('issuer');
    const issuer = new Issuer(`${this.url}/${name}`);
    this.#issuers.set(name, issuer);
    return issuer;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
