import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { ManagementError } from '../errors.js';

/** Who calls the Management API: the client that a bearer token was issued to, with the token's scopes. */
export interface Caller {
  readonly clientId: string;
  readonly scopes: ReadonlySet<string>;
}

/** Verifies a bearer token. @throws ManagementError with the platform's text when it does not hold. */
export type VerifyToken = (token: string) => Promise<Caller>;

const callers = new WeakMap<Request, Caller>();

/** The caller of a request that has passed `authenticate`. */
export function callerOf(req: Request): Caller | undefined {
  return callers.get(req);
}

/** Refuses requests without a valid bearer token (RFC 6750 section 2.1), before anything else of them is read. */
export function authenticate(verify: VerifyToken): RequestHandler {
  return async (req: Request, _res: Response, next: NextFunction) => {
    const header = req.headers.authorization;
    if (header === undefined) throw new ManagementError('unauthorized', 'Missing authentication');
    const token = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(header)?.[1];
    if (token === undefined) throw new ManagementError('malformed_authorization');
    callers.set(req, await verify(token));
    next();
  };
}

/**
 * Any one of `alternatives` is enough, if the caller has all of it. The text of "any of" is the recorded one
 * (recorded-behaviour.md 2); where several scopes are needed together, the platform names these (management-api.md 9).
 */
export function requireScopes(caller: Caller, alternatives: readonly (readonly string[])[]): void {
  // No alternative at all: fails closed.
  if (alternatives.some((needed) => needed.length > 0 && needed.every((scope) => caller.scopes.has(scope)))) {
    return;
  }
  const together = alternatives.find((needed) => needed.length > 1);
  const expected = together
    ? `all of: ${together.join(',')}`
    : `any of: ${alternatives.map(([scope]) => scope).join(',')}`;
  throw new ManagementError('insufficient_scope', `Insufficient scope, expected ${expected}`);
}
