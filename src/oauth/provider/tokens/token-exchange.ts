// RFC 8693, of which the platform has two: an access token of this server is exchanged on behalf of its user, and what is of
// any other type as the profile of that type says.

import type { Provider } from 'oidc-provider';
import { malformed } from '../../refusal.js';
import { ACCESS_TOKEN_TYPE, grantTypes } from '../../vocabulary.js';
import type { InteractionOptions } from '../login/interaction-routes.js';
import { RefusedRequest } from '../refused-request.js';
import { customExchange } from './custom-exchange.js';
import { exchangeOnBehalf } from './on-behalf-of.js';
import { askedAtTokenEndpoint } from './token-parameters.js';

/** Teaches the library the grant type. */
export function addTokenExchange(provider: Provider, options: InteractionOptions): void {
  const exchangeByProfile = customExchange(options);
  provider.registerGrantType(grantTypes.tokenExchange, async (ctx) => {
    const { parameters } = askedAtTokenEndpoint(ctx);
    for (const name of ['subject_token', 'subject_token_type']) {
      if (!parameters.has(name)) throw new RefusedRequest(malformed(`Missing required parameter: ${name}`));
    }
    const exchange =
      parameters.get('subject_token_type') === ACCESS_TOKEN_TYPE ? exchangeOnBehalf : exchangeByProfile;
    await exchange(provider, ctx, options);
    // RFC 8693 section 2.2.1.
    const body = ctx.body as Record<string, unknown>;
    ctx.body = { ...body, issued_token_type: ACCESS_TOKEN_TYPE };
  });
}
