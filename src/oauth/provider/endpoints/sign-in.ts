// Signing a browser in without the library, which does so for a login that an application asked for only.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';

interface SignedIn {
  readonly userId: string;
  /** RFC 8176. */
  readonly amr: readonly string[];
  readonly lifetimeSeconds: number;
  /** When the user showed who they are. */
  readonly now: Date;
}

/** Makes a session, always a new one, and gives its cookie to the browser with the answer to this request. */
export async function signIn(
  provider: Provider,
  req: IncomingMessage,
  res: ServerResponse,
  { userId, amr, lifetimeSeconds, now }: SignedIn,
): Promise<void> {
  const session = new provider.Session();
  session.loginAccount({ accountId: userId, amr: [...amr], loginTs: Math.floor(now.getTime() / 1000) });
  await session.save(lifetimeSeconds);
  const ctx = provider.createContext(req, res);
  const isSecure = provider.issuer.startsWith('https:');
  ctx.cookies.secure = isSecure;
  ctx.cookies.set(provider.cookieName('session'), session.jti, {
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    secure: isSecure,
  });
}
