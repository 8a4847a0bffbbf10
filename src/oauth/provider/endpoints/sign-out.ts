// Signing out without asking, where OpenID Connect RP-Initiated Logout section 2 lets that be: there is nobody to ask, or the
// application shows the ID token of the user who is there, as no other page can. The library asks in every case.

import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { signedOutPage } from '../../../pages/logout.js';
import { ownMetadata } from '../library/client-metadata.js';
import { showPage } from '../library/pages.js';

/** Ends a session, and has the browser forget it. */
export async function endSession(
  provider: Provider,
  session: { destroy(): Promise<void> },
  { cookies }: Pick<KoaContextWithOIDC, 'cookies'>,
): Promise<void> {
  await session.destroy();
  cookies.set(provider.cookieName('session'), null, { path: '/', overwrite: true });
}

function needsNoAnswer({ oidc }: KoaContextWithOIDC): boolean {
  const { accountId } = oidc.session ?? {};
  if (accountId === undefined) return true;
  const hint = oidc.entities.IdTokenHint as { payload: { sub?: unknown } } | undefined;
  return hint?.payload.sub === accountId;
}

/** Where the browser goes then, if the application said so: the library has checked the address. */
function destinationOf({ oidc }: KoaContextWithOIDC): string | null {
  const { post_logout_redirect_uri: address, state } = oidc.params ?? {};
  if (typeof address !== 'string') return null;
  const url = new URL(address);
  if (typeof state === 'string') url.searchParams.set('state', state);
  return url.href;
}

/** Puts the end of the session in place of the library's question, where it needs no answer. */
export async function signOutUnasked(ctx: KoaContextWithOIDC): Promise<void> {
  const { session, client, provider } = ctx.oidc;
  if (ctx.status !== 200 || session === undefined || !needsNoAnswer(ctx)) return;
  await endSession(provider, session, ctx);
  const destination = destinationOf(ctx);
  if (destination === null) {
    showPage(ctx, signedOutPage({ application: client && { name: ownMetadata(client).name } }));
  } else ctx.redirect(destination);
}
