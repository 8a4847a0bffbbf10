import type { IncomingMessage } from 'node:http';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Authorization } from '../../../domain/authorization.js';
import type { Storage } from '../../../storage/storage.js';

const read = new WeakMap<IncomingMessage, Map<string, Promise<Authorization | null>>>();

/** An authorization, read once for a request: the library asks for it as its grant, and the policy for what is in it. */
export function authorizationFor(
  ctx: KoaContextWithOIDC,
  id: string,
  { authorizations }: Pick<Storage, 'authorizations'>,
): Promise<Authorization | null> {
  const ofRequest = read.get(ctx.req) ?? new Map<string, Promise<Authorization | null>>();
  read.set(ctx.req, ofRequest);
  const known = ofRequest.get(id) ?? authorizations.find(id);
  ofRequest.set(id, known);
  return known;
}
