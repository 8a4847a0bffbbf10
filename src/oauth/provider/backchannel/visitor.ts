// Who is at the pages for approvals: the user of the browser's session, or nobody.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import type { User } from '../../../domain/user.js';
import type { Storage } from '../../../storage/storage.js';
import { SESSION_SECONDS } from '../login/prompts.js';

type Session = Awaited<ReturnType<Provider['Session']['get']>>;

export interface Visitor {
  readonly session: Session;
  /** Null: nobody has signed in here. */
  readonly user: User | null;
  /** When that was. */
  readonly authenticatedAt: Date;
  /** What the forms of this visitor send back. */
  readonly csrfToken: string;
}

const tokenOf = (secret: string): string =>
  createHash('sha256').update(`approvals:${secret}`).digest('base64url');

/**
 * For the form of somebody without a session: a secret in a cookie of its own, of which the form has the digest. Over TLS no
 * other site, and no other host of this one, can set it (RFC 6265bis section 4.1.3.2).
 */
function formSecret(provider: Provider, req: IncomingMessage, res: ServerResponse): string {
  const isSecure = provider.issuer.startsWith('https:');
  const name = isSecure ? '__Host-grantry_form' : 'grantry_form';
  const { cookies } = provider.createContext(req, res);
  const known = cookies.get(name, { signed: false });
  if (known !== undefined && /^[\w-]{43}$/.test(known)) return known;
  const secret = randomBytes(32).toString('base64url');
  cookies.secure = isSecure;
  cookies.set(name, secret, { httpOnly: true, sameSite: 'lax', path: '/', secure: isSecure, signed: false });
  return secret;
}

export async function visitorOf(
  provider: Provider,
  req: IncomingMessage,
  res: ServerResponse,
  { config }: Pick<Storage, 'config'>,
): Promise<Visitor> {
  const session = await provider.Session.get(provider.createContext(req, res));
  const { accountId } = session;
  const isOver = accountId === undefined || session.past(SESSION_SECONDS);
  const user = isOver ? null : await config.users.find(accountId);
  // The id of a session is a secret between this server and one browser, in a cookie that no script reads.
  const secret = user === null ? formSecret(provider, req, res) : session.jti;
  const authenticatedAt = new Date((session.loginTs ?? 0) * 1000);
  return { session, user, authenticatedAt, csrfToken: tokenOf(secret) };
}

/** Compares in constant time. */
export function isOfVisitor(token: string | null, { csrfToken }: Visitor): boolean {
  const [sent, expected] = [Buffer.from(token ?? ''), Buffer.from(csrfToken)];
  return sent.length === expected.length && timingSafeEqual(sent, expected);
}
