import type { SystemApi } from './resource-server.js';

const PATHS = { management: 'api/v2/', my_account: 'me/', my_organization: 'my-org/', mfa: 'mfa/' } as const;

/** This server as others address it. Everything that depends on its public address is derived here. */
export class Tenant {
  /** Base of all endpoints and `iss` of all tokens, with a final slash. */
  readonly issuer: string;
  /** Host, with the port where the address has one. */
  readonly domain: string;
  /** Short name: the first label of the host, or the whole of an IP address. */
  readonly name: string;
  readonly #identifiers: ReadonlyMap<string, SystemApi>;

  /** @param publicUrl an `http` or `https` address without path, query or credentials. */
  constructor(publicUrl: URL) {
    this.issuer = `${publicUrl.origin}/`;
    this.domain = publicUrl.host;
    this.name = /[a-z]/i.test(publicUrl.hostname)
      ? (publicUrl.hostname.split('.')[0] ?? '')
      : publicUrl.hostname;
    this.#identifiers = new Map([
      [this.identifierOf('management'), 'management'],
      [this.identifierOf('my_account'), 'my_account'],
      [this.identifierOf('my_organization'), 'my_organization'],
      [this.identifierOf('express_configuration'), 'express_configuration'],
      [this.identifierOf('mfa'), 'mfa'],
    ]);
  }

  /** The identifier of a system API. */
  identifierOf(kind: SystemApi): string {
    return kind === 'express_configuration' ? 'urn:auth0:express-configure' : this.issuer + PATHS[kind];
  }

  /** The system API that an identifier is reserved for; null when it is free. */
  systemApiOf(identifier: string): SystemApi | null {
    return this.#identifiers.get(this.canonical(identifier)) ?? null;
  }

  /**
   * The identifier under which an API is kept. Official clients make `https` identifiers for the system APIs whatever
   * the scheme they reach the server by (clients.md 1), so the `https` form of this host stands for its own.
   */
  canonical(identifier: string): string {
    const https = `https://${this.domain}/`;
    if (!identifier.startsWith(https)) return identifier;
    const own = this.issuer + identifier.slice(https.length);
    return this.#identifiers.has(own) ? own : identifier;
  }
}
