import type { Account, FindAccount, KoaContextWithOIDC } from 'oidc-provider';
import { decideToken } from './token-request-of-user.js';
import type { ProviderOptions } from './options.js';

/**
 * Finds the user of a session or of a token's source. For a token, what it may carry is decided here, since this is the
 * first that the library asks about one; the claims of the ID token are made in `library-gaps.ts`.
 */
export function findAccountIn(options: ProviderOptions): FindAccount {
  return async (ctx: KoaContextWithOIDC, userId, source): Promise<Account | undefined> => {
    if (source !== undefined && ctx.oidc.route === 'token') {
      const user = await decideToken(ctx, source, options);
      return user && { accountId: user.userId, claims: () => ({ sub: user.userId }) };
    }
    const user = await options.storage.config.users.find(userId);
    return user === null ? undefined : { accountId: userId, claims: () => ({ sub: userId }) };
  };
}
