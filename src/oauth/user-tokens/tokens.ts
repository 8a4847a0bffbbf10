import type { Client } from '../../domain/client.js';
import { lifetimeOf, signAccessToken } from '../access-token.js';
import { answerMembers } from './answer.js';
import { accessTokenClaims } from './claims.js';
import { userTokenSettings } from './client-settings.js';
import { mintIdToken } from './id-token.js';
import { type Issuance, settingsOf } from './issuance.js';
import type { UserTokenOptions } from './options.js';
import { ACCESS_TOKEN, opaqueAccessToken } from './stored-tokens.js';

/** token-issuance.md 6.7: of a token for `/userinfo`. */
export const USERINFO_SECONDS = 86_400;

export interface Minting {
  readonly client: Client;
  /** Claims about the login, for the ID token. */
  readonly ofLogin: Readonly<Record<string, unknown>>;
  /** Thumbprint of the key that the access token is bound to; null for none. */
  readonly key: string | null;
  /** See `signWithKey`. */
  readonly here: boolean;
}

async function accessToken(issuance: Issuance, { key, here }: Minting, options: UserTokenOptions) {
  const { storage, tenant, keys, now } = options;
  const settings = settingsOf(issuance);
  if (settings === null) {
    const { authorization, decision } = issuance;
    const { value, kept } = opaqueAccessToken(authorization, decision.scopes, key, USERINFO_SECONDS, now());
    await storage.artifacts.put(ACCESS_TOKEN, value, kept, now());
    return { value, seconds: USERINFO_SECONDS };
  }
  const claims = {
    ...accessTokenClaims(issuance, settings, tenant, now()),
    ...(key !== null && { cnf: { jkt: key } }),
  };
  return { value: await signAccessToken(claims, settings, keys, here), seconds: lifetimeOf(settings) };
}

function idToken(
  issuance: Issuance,
  { client, ofLogin, here }: Minting,
  { tenant, keys, now }: UserTokenOptions,
): Promise<string> | null {
  if (!issuance.decision.scopes.includes('openid')) return null;
  const settings = userTokenSettings(client).idToken;
  return mintIdToken(issuance, ofLogin, settings, client.secret, { tenant, keys, now: now(), here });
}

/**
 * Makes the tokens of a later request, as its answer has them.
 *
 * @throws MissingReference when the authorization has gone meanwhile.
 */
export async function mintTokens(
  issuance: Issuance,
  minting: Minting,
  options: UserTokenOptions,
): Promise<object> {
  const [access, id] = await Promise.all([
    accessToken(issuance, minting, options),
    idToken(issuance, minting, options),
  ]);
  return {
    access_token: access.value,
    ...(id !== null && { id_token: id }),
    ...answerMembers(issuance),
    expires_in: access.seconds,
    token_type: minting.key === null ? 'Bearer' : 'DPoP',
  };
}
