import type { IncomingMessage } from 'node:http';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { TokenRequest } from '../../token-request.js';

const requests = new WeakMap<IncomingMessage, TokenRequest>();

/** Puts a token request beside the one that the library sees, which has only the protocol's parameters. */
export function putAside(own: IncomingMessage, request: TokenRequest): void {
  requests.set(own, request);
}

/** The token request that the library is working on, as it came. */
export function askedAtTokenEndpoint(ctx: KoaContextWithOIDC): TokenRequest {
  const request = requests.get(ctx.req);
  if (request === undefined) throw new TypeError('the request has not been prepared');
  return request;
}
