// The authorization server's protocol (design.md D3): panva's oidc-provider, with our storage, our decisions, our claims
// and our pages. Nothing here decides who may get a token.

import { randomBytes } from 'node:crypto';
import { type Configuration, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { findAccountIn } from './library/accounts.js';
import { responseTypes } from '../vocabulary.js';
import { adapterOn } from './library/adapter.js';
import { ASKED } from './login/asked.js';
import { OWN_METADATA, ownMetadata } from './library/client-metadata.js';
import { issuanceOf } from './tokens/issuance.js';
import { settingsOf } from '../user-tokens/issuance.js';
import { libraryKeys } from './library/keys.js';
import { fillGaps } from './library/gaps.js';
import { askableLogin, requestedApi } from './login/login-request.js';
import type { UserTokenOptions } from '../user-tokens/options.js';
import { paths } from './paths.js';
import { prompts } from './login/prompts.js';
import { isRegistered } from '../redirect-uris.js';
import { customizeTokens, tokenFormat } from './tokens/token-format.js';

/** Seconds. */
const CODE_LIFETIME = 600;
const DEVICE_CODE_LIFETIME = 900;
const INTERACTION_LIFETIME = 3600;
/** Without use (the platform's default); `prompts.ts` has the other limit. */
export const SESSION_LIFETIME = 3 * 86_400;

function cookieNames(isSecure: boolean): { session: string; interaction: string; resume: string } {
  // RFC 6265bis section 4.1.3.2: such a cookie is set by this host alone. Those of one login belong to a path.
  return {
    session: isSecure ? '__Host-grantry_session' : 'grantry_session',
    interaction: isSecure ? '__Secure-grantry_login' : 'grantry_login',
    resume: isSecure ? '__Secure-grantry_resume' : 'grantry_resume',
  };
}

/** The pages that the library asks for. */
export type LibraryPages = Pick<Configuration, 'renderError'> & {
  readonly deviceFlow: Partial<NonNullable<NonNullable<Configuration['features']>['deviceFlow']>>;
  readonly logout: Partial<NonNullable<NonNullable<Configuration['features']>['rpInitiatedLogout']>>;
};

function configuration(options: UserTokenOptions, pages: LibraryPages): Configuration {
  const { keys, tenant } = options;
  return {
    adapter: adapterOn({ ...options, context: () => Provider.ctx }),
    jwks: { keys: libraryKeys(keys) },
    routes: paths,
    findAccount: findAccountIn(options),
    // Every login has an authorization of its own, which is written when nothing is left to ask.
    loadExistingGrant: async (ctx) => {
      const { client, account } = ctx.oidc;
      if (client === undefined || account === undefined) return undefined;
      const grant = new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: account.accountId });
      grant.jti = randomBytes(32).toString('base64url');
      return grant;
    },
    interactions: { policy: prompts(options), url: () => paths.login },
    renderError: pages.renderError,
    scopes: ['openid', 'access'],
    claims: { openid: ['sub'] },
    conformIdTokenClaims: false,
    extraParams: [ASKED],
    extraClientMetadata: { properties: [OWN_METADATA] },
    responseTypes: [...responseTypes],
    clientAuthMethods: ['none'],
    enabledJWA: {
      idTokenSigningAlgValues: ['RS256', 'PS256', 'HS256'],
      dPoPSigningAlgValues: ['ES256'],
    },
    // Whether a client needs it is the policy's to say (TP-7); without a challenge no verifier is accepted.
    pkce: { required: () => false },
    allowOmittingSingleRegisteredRedirectUri: false,
    clientBasedCORS: (_ctx, origin, client) => isRegistered(origin, ownMetadata(client).origins),
    cookies: {
      names: cookieNames(tenant.issuer.startsWith('https:')),
      long: { httpOnly: true, sameSite: 'lax', path: '/' },
      short: { httpOnly: true, sameSite: 'lax' },
    },
    extraTokenClaims: (ctx) => {
      const issuance = issuanceOf(ctx);
      return issuance === null ? undefined : { scopes: issuance.decision.scopes };
    },
    formats: { customizers: { jwt: customizeTokens(options) } },
    expiresWithSession: () => false,
    issueRefreshToken: (ctx) => issuanceOf(ctx)?.decision.offline ?? false,
    ttl: {
      AccessToken: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? 1,
      AuthorizationCode: CODE_LIFETIME,
      DeviceCode: DEVICE_CODE_LIFETIME,
      Grant: SESSION_LIFETIME,
      IdToken: (_ctx, _token, client) => ownMetadata(client).idToken.lifetimeSeconds,
      Interaction: INTERACTION_LIFETIME,
      RefreshToken: (ctx, _token, client) => {
        const expiresAt = issuanceOf(ctx)?.authorization.expiresAt.getTime() ?? 0;
        const left = Math.ceil((expiresAt - options.now().getTime()) / 1000);
        return Math.max(1, Math.min(left, ownMetadata(client).refreshToken.lifetimeSeconds));
      },
      // Anybody can have one that nobody has logged in to, for a form.
      Session: (_ctx, { accountId }) => (accountId === undefined ? INTERACTION_LIFETIME : SESSION_LIFETIME),
    },
    features: {
      devInteractions: { enabled: false },
      // Tokens for an API are good there too, which the library does not know: `userinfo.ts`.
      userinfo: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: (ctx) => requestedApi(ctx, options),
        useGrantedResource: () => true,
        getResourceServerInfo: (ctx) => resourceServerFor(ctx, options),
      },
      deviceFlow: { enabled: true, ...pages.deviceFlow },
      pushedAuthorizationRequests: { enabled: true },
      // RFC 7009 section 2.1.
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      rpInitiatedLogout: { enabled: true, ...pages.logout },
      dPoP: { enabled: true },
      externalSigningSupport: { enabled: true, ack: 'experimental-01' },
    },
  };
}

async function resourceServerFor(ctx: KoaContextWithOIDC, options: UserTokenOptions) {
  const issuance = issuanceOf(ctx);
  if (issuance) return tokenFormat(settingsOf(issuance), false, options);
  // At a login; the library asks again where a code is exchanged.
  const { facts, request } = await askableLogin(ctx, options);
  const isFrontChannel = request.responseType?.split(' ').includes('token') ?? false;
  return tokenFormat(facts.token, isFrontChannel, options);
}

/** Makes the protocol's server. It listens nowhere: `routes.ts` hands it the requests for its paths. */
export function createProvider(options: UserTokenOptions, pages: LibraryPages): Provider {
  const provider = new Provider(options.tenant.issuer, configuration(options, pages));
  // Behind `hand-over.ts` only, which writes the headers of a proxy itself.
  provider.proxy = true;
  fillGaps(provider);
  return provider;
}
