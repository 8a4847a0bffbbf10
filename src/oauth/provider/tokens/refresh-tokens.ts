// What the library leaves to its users about refresh tokens: that use keeps them, and how many there can be.

import type { KoaContextWithOIDC } from 'oidc-provider';
import type { ProviderOptions } from '../options.js';

const KIND = 'RefreshToken';

/** token-issuance.md RT-12: of one user and client. */
const MAX_TOKENS = 200;

/** After an answer of the token endpoint: its refresh token, if it has one, is a new one, or was used again. */
export async function keepRefreshToken(
  ctx: KoaContextWithOIDC,
  { storage, now }: ProviderOptions,
): Promise<void> {
  const { RefreshToken: token, RotatedRefreshToken: rotated } = ctx.oidc.entities;
  if (token?.accountId === undefined || token.clientId === undefined) return;
  const isNew = rotated !== undefined || ctx.oidc.params?.['grant_type'] !== 'refresh_token';
  if (isNew) {
    await storage.artifacts.trim(KIND, { userId: token.accountId, clientId: token.clientId }, MAX_TOKENS);
  } else await storage.artifacts.touch(KIND, token.jti, now());
}
