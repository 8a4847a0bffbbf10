// Access tokens as the platform makes them (token-issuance.md 6.1 to 6.3).

import type { Configuration, KoaContextWithOIDC, ResourceServer } from 'oidc-provider';
import type { TokenSettings } from '../../../domain/token-facts.js';
import { claimsOf, lifetimeOf, typeOf } from '../../access-token.js';
import { grantTypes } from '../../vocabulary.js';
import { type Issuance, issuanceOf, settingsOf } from './issuance.js';
import type { ProviderOptions } from '../options.js';

/** token-issuance.md 6.7: of a token for `/userinfo`. */
const USERINFO_SECONDS = 86_400;

/**
 * How the library makes the tokens for an API.
 *
 * @param isFrontChannel whether the token goes through the browser, where it lives shorter (token-issuance.md 6.7).
 */
export function tokenFormat(
  settings: TokenSettings | null,
  isFrontChannel: boolean,
  { keys }: ProviderOptions,
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

/** Q23. */
const GTY: Record<string, string> = {
  [grantTypes.password]: 'password',
  [grantTypes.passwordRealm]: 'password',
  [grantTypes.refreshToken]: 'refresh_token',
};

function claims(issuance: Issuance, settings: TokenSettings, { tenant, now }: ProviderOptions) {
  const { decision, user, changes, facts, otherClaims } = issuance;
  if (decision.audience === null) throw new TypeError('a token for an API without an API');
  const details = decision.authorizationDetails;
  const bearer = {
    subject: user.userId,
    clientId: facts.access.client.clientId,
    gty: GTY[issuance.grantType] ?? null,
    permissions: decision.permissions,
    // token-issuance.md 6.1.
    isForUserinfo: decision.scopes.includes('openid') && settings.signingAlgorithm === 'RS256',
    otherClaims: {
      ...changes.accessTokenClaims,
      ...otherClaims,
      ...(details && { authorization_details: details }),
    },
  };
  const { scopes, organization, audience } = decision;
  const orgName = facts.access.tenant.allowOrganizationNames;
  return claimsOf({ scopes, organization, audience }, bearer, settings, tenant, now(), orgName);
}

/** Gives tokens the platform's claims, in place of the library's; only the key that they are bound to stays. */
export function customizeTokens(
  options: ProviderOptions,
): NonNullable<NonNullable<NonNullable<Configuration['formats']>['customizers']>['jwt']> {
  return (ctx: KoaContextWithOIDC, _token, jwt) => {
    const issuance = issuanceOf(ctx);
    const settings = issuance && settingsOf(issuance);
    if (!issuance || !settings) throw new TypeError('a token that nothing has been decided about');
    const { cnf, exp } = jwt.payload;
    jwt.header = { typ: typeOf(settings) };
    jwt.payload = { ...claims(issuance, settings, options), exp, ...(cnf !== undefined && { cnf }) };
  };
}
