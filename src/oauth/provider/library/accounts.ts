import type { Account, FindAccount, KoaContextWithOIDC } from 'oidc-provider';
import { issuanceOf } from '../tokens/issuance.js';
import { decideToken } from '../tokens/token-request-of-user.js';
import type { ProviderOptions } from '../options.js';

const accountOf = (userId: string): Account => ({
  accountId: userId,
  claims: () => ({ sub: userId }),
});

/**
 * Finds the user of a session or of a token's source. For a token, what it may carry is decided here, since this is the
 * first that the library asks about one; the claims of the ID token are made in `gaps.ts`.
 */
export function findAccountIn(options: ProviderOptions): FindAccount {
  return async (ctx: KoaContextWithOIDC, userId, source): Promise<Account | undefined> => {
    // The grant types of our own (`grants.ts`) have decided already.
    const decided = issuanceOf(ctx)?.user;
    if (decided?.userId === userId) return accountOf(userId);
    // A refresh token that was used up is refused, and its family with it, whatever there is to decide (RT-6).
    const isUsedUp = source !== undefined && 'consumed' in source && source.consumed !== undefined;
    if (source !== undefined && ctx.oidc.route === 'token' && !isUsedUp) {
      const user = await decideToken(ctx, source, options);
      return user && accountOf(user.userId);
    }
    const user = await options.storage.config.users.find(userId);
    return user === null ? undefined : accountOf(userId);
  };
}
