// GET and POST /userinfo (OpenID Connect Core section 5.3): who the user of an access token is. Tokens for an API are good
// here too, where their login asked for `openid` (token-issuance.md 6.1).

import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, jwtVerify } from 'jose';
import { keyOf } from '../../key-proof.js';
import type { Provider } from 'oidc-provider';
import { z } from 'zod';
import type { Storage } from '../../../storage/storage.js';
import type { Tenant } from '../../../domain/tenant.js';
import type { KeySet } from '../../signing-keys.js';
import { readForm } from '../hand-over.js';
import { userClaims } from '../../user-tokens/user-claims.js';

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
  /** Thumbprint of the key that the token is bound to; null for a bearer token. */
  readonly key: string | null;
  readonly scopes: readonly string[];
}

const claims = z.object({
  sub: z.string(),
  scope: z.string().default(''),
  // Fails closed: a token that is bound by other means is of no use here.
  cnf: z.strictObject({ jkt: z.string() }).optional(),
});

const extra = z.object({ scopes: z.array(z.string()) });

interface Shown {
  readonly token: string;
  /** RFC 9449 section 7.1: such a token has a key, and a bearer token has none. */
  readonly isBound: boolean;
}

/** RFC 6750 section 2: in a header, or in a form. Not in the address, where logs would have it. */
async function tokenOf(req: IncomingMessage): Promise<Shown | null> {
  const [, scheme = '', header] =
    /^(Bearer|DPoP) +([\w.~+/-]+=*)$/i.exec(req.headers.authorization ?? '') ?? [];
  if (header !== undefined) return { token: header, isBound: scheme.toLowerCase() === 'dpop' };
  const sent = req.method === 'POST' ? (await readForm(req))?.get('access_token') : undefined;
  return sent ? { token: sent, isBound: false } : null;
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
    if (!read.success) return null;
    const { sub, scope, cnf } = read.data;
    return { userId: sub, scopes: scope.split(' '), key: cnf?.jkt ?? null };
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}

async function findOpaque(provider: Provider, token: string): Promise<TokenOfUser | null> {
  const found = await provider.AccessToken.find(token);
  if (found === undefined) return null;
  const read = extra.safeParse(found.extra);
  return read.success ? { userId: found.accountId, scopes: read.data.scopes, key: found.jkt ?? null } : null;
}

/** @param provider knows the tokens without an API. */
export function userinfo(
  provider: Provider,
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
    const shown = await tokenOf(req);
    if (shown === null || shown.token.length > 16_384) {
      send(res, 401, { error: 'invalid_request', error_description: 'No access token' }, 'Bearer');
      return;
    }
    const { token, isBound } = shown;
    const found = token.includes('.') ? await verifyJwt(token, options) : await findOpaque(provider, token);
    const isHolder = isBound
      ? found !== null &&
        found.key !== null &&
        found.key ===
          (await keyOf(req, { endpoint: 'userinfo', accessToken: token, clientId: null }, options))
      : found?.key === null;
    const isEntitled = isHolder && (found?.scopes.includes('openid') ?? false);
    const user = found && isEntitled ? await options.storage.config.users.find(found.userId) : null;
    if (found === null || user === null || user.blocked === true) {
      const error = 'invalid_token';
      const scheme = isBound ? 'DPoP' : 'Bearer';
      send(res, 401, { error, error_description: 'Unauthorized' }, `${scheme} error="${error}"`);
      return;
    }
    send(res, 200, userClaims(user, found.scopes));
  };
}
