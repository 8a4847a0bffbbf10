// GET and POST /userinfo (OpenID Connect Core section 5.3): who the user of an access token is. Tokens for an API are good
// here too, where their login asked for `openid` (token-issuance.md 6.1).

import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, jwtVerify } from 'jose';
import type { Provider } from 'oidc-provider';
import { z } from 'zod';
import type { Storage } from '../../storage/storage.js';
import type { Tenant } from '../../domain/tenant.js';
import type { KeySet } from '../signing-keys.js';
import { readForm } from './hand-over.js';
import { userClaims } from './user-claims.js';

interface UserinfoOptions {
  readonly storage: Storage;
  readonly tenant: Tenant;
  readonly keys: KeySet;
  readonly now: () => Date;
  /** Sent with every answer. */
  readonly headers: Readonly<Record<string, string>>;
}

interface TokenOfUser {
  readonly userId: string;
  readonly scopes: readonly string[];
}

const claims = z.object({
  sub: z.string(),
  scope: z.string().default(''),
  // A token that is bound to a key is no use without it, and this endpoint takes none.
  cnf: z.undefined().optional(),
});

const extra = z.object({ scopes: z.array(z.string()) });

/** RFC 6750 section 2: in a header, or in a form. Not in the address, where logs would have it. */
async function tokenOf(req: IncomingMessage): Promise<string | null> {
  const header = /^Bearer +([\w.~+/-]+=*)$/i.exec(req.headers.authorization ?? '')?.[1];
  if (header !== undefined || req.method !== 'POST') return header ?? null;
  return (await readForm(req))?.get('access_token') ?? null;
}

async function verifyJwt(token: string, { keys, tenant, now }: UserinfoOptions): Promise<TokenOfUser | null> {
  try {
    const { payload } = await jwtVerify(token, keys.verificationKey, {
      algorithms: ['RS256'],
      issuer: tenant.issuer,
      audience: `${tenant.issuer}userinfo`,
      requiredClaims: ['exp', 'iat', 'sub'],
      currentDate: now(),
    });
    const read = claims.safeParse(payload);
    return read.success ? { userId: read.data.sub, scopes: read.data.scope.split(' ') } : null;
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}

async function findOpaque(provider: Provider, token: string): Promise<TokenOfUser | null> {
  const found = await provider.AccessToken.find(token);
  if (found === undefined || found.jkt !== undefined) return null;
  const read = extra.safeParse(found.extra);
  return read.success ? { userId: found.accountId, scopes: read.data.scopes } : null;
}

/** @param provider knows the tokens without an API. */
export function userinfo(
  provider: () => Promise<Provider>,
  options: UserinfoOptions,
): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  const send = (res: ServerResponse, status: number, body: object, challenge?: string): void => {
    res.writeHead(status, {
      ...options.headers,
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
      'Access-Control-Allow-Origin': '*',
      ...(challenge !== undefined && { 'WWW-Authenticate': challenge }),
    });
    res.end(JSON.stringify(body));
  };

  return async (req, res) => {
    const token = await tokenOf(req);
    if (token === null || token.length > 16_384) {
      send(res, 401, { error: 'invalid_request', error_description: 'No access token' }, 'Bearer');
      return;
    }
    const found = token.includes('.')
      ? await verifyJwt(token, options)
      : await findOpaque(await provider(), token);
    const isEntitled = found?.scopes.includes('openid') ?? false;
    const user = found && isEntitled ? await options.storage.config.users.find(found.userId) : null;
    if (found === null || user === null || user.blocked === true) {
      const error = 'invalid_token';
      send(res, 401, { error, error_description: 'Unauthorized' }, `Bearer error="${error}"`);
      return;
    }
    send(res, 200, userClaims(user, found.scopes));
  };
}
