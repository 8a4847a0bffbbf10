// Access tokens as the platform makes them (token-issuance.md 6.1 to 6.3).

import type { Configuration, KoaContextWithOIDC, ResourceServer } from 'oidc-provider';
import type { TokenSettings } from '../../../domain/token-facts.js';
import { lifetimeOf, typeOf } from '../../access-token.js';
import { accessTokenClaims } from '../../user-tokens/claims.js';
import { settingsOf } from '../../user-tokens/issuance.js';
import { USERINFO_SECONDS } from '../../user-tokens/tokens.js';
import { issuanceOf } from './issuance.js';
import type { UserTokenOptions } from '../../user-tokens/options.js';

/**
 * How the library makes the tokens for an API.
 *
 * @param isFrontChannel whether the token goes through the browser, where it lives shorter (token-issuance.md 6.7).
 */
export function tokenFormat(
  settings: TokenSettings | null,
  isFrontChannel: boolean,
  { keys }: UserTokenOptions,
): ResourceServer {
  if (settings === null) {
    return { scope: 'access', accessTokenFormat: 'opaque', accessTokenTTL: USERINFO_SECONDS };
  }
  const { signingAlgorithm: alg, signingSecret } = settings;
  const lifetime = lifetimeOf(settings);
  if (alg === 'HS256' && signingSecret === null)
    throw new Error('an API that signs with HS256 has no secret');
  return {
    scope: 'access',
    audience: 'set by the claims',
    accessTokenFormat: 'jwt',
    accessTokenTTL: isFrontChannel ? Math.min(lifetime, settings.lifetimeForWebSeconds) : lifetime,
    jwt: {
      sign:
        alg === 'HS256'
          ? { alg, key: Buffer.from(signingSecret ?? '') }
          : { alg, kid: keys.signingKey(alg).kid },
    },
  };
}

/** Gives tokens the platform's claims, in place of the library's; only the key that they are bound to stays. */
export function customizeTokens({
  tenant,
  now,
}: UserTokenOptions): NonNullable<NonNullable<NonNullable<Configuration['formats']>['customizers']>['jwt']> {
  return (ctx: KoaContextWithOIDC, _token, jwt) => {
    const issuance = issuanceOf(ctx);
    const settings = issuance && settingsOf(issuance);
    if (!issuance || !settings) throw new TypeError('a token that nothing has been decided about');
    const { cnf, exp } = jwt.payload;
    jwt.header = { typ: typeOf(settings) };
    jwt.payload = {
      ...accessTokenClaims(issuance, settings, tenant, now()),
      exp,
      ...(cnf !== undefined && { cnf }),
    };
  };
}
