import type { KoaContextWithOIDC } from 'oidc-provider';
import { MAX_REFRESH_TOKENS, REFRESH_TOKEN } from '../../user-tokens/stored-tokens.js';
import type { UserTokenOptions } from '../../user-tokens/options.js';

/** After an answer of the token endpoint: where it has a refresh token, the oldest one may be one too many. */
export async function trimRefreshTokens(
  ctx: KoaContextWithOIDC,
  { storage }: Pick<UserTokenOptions, 'storage'>,
): Promise<void> {
  const { accountId: userId, clientId } = ctx.oidc.entities.RefreshToken ?? {};
  if (userId === undefined || clientId === undefined) return;
  await storage.artifacts.trim(REFRESH_TOKEN, { userId, clientId }, MAX_REFRESH_TOKENS);
}
