import type { Account, FindAccount, KoaContextWithOIDC } from 'oidc-provider';
import { issuanceOf } from '../tokens/issuance.js';
import { decideToken } from '../tokens/token-request-of-user.js';
import type { UserTokenOptions } from '../../user-tokens/options.js';

const accountOf = (userId: string): Account => ({
  accountId: userId,
  claims: () => ({ sub: userId }),
});

/**
 * Finds the user of a session or of a token's source. For a token, what it may carry is decided here, since this is the
 * first that the library asks about one; the claims of the ID token are made in `gaps.ts`.
 */
export function findAccountIn(options: UserTokenOptions): FindAccount {
  return async (ctx: KoaContextWithOIDC, userId, source): Promise<Account | undefined> => {
    // The grant types of our own (`grants.ts`) have decided already.
    const decided = issuanceOf(ctx)?.user;
    if (decided?.userId === userId) return accountOf(userId);
    if (source !== undefined && ctx.oidc.route === 'token') {
      const user = await decideToken(ctx, source, options);
      return user && accountOf(user.userId);
    }
    const user = await options.storage.config.users.find(userId);
    return user === null ? undefined : accountOf(userId);
  };
}
