// What the library uses itself to issue tokens, and does not hand out under its own name. Its version is pinned
// (package.json), and tests/oauth/provider/ fails where these change.

import type { AsyncLocalStorage } from 'node:async_hooks';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
// @ts-expect-error the library's types know its front door only
import { issueTokens as issue } from 'oidc-provider/lib/helpers/grant_common.js';
import * as grants from 'oidc-provider/lib/helpers/grants.js';
// @ts-expect-error the same
import storage from 'oidc-provider/lib/helpers/als.js';

/** What tokens are issued for, as the library has it for codes. */
export interface TokenSource {
  readonly accountId: string;
  /** Id of the authorization. */
  readonly grantId: string;
  readonly resource: string;
  readonly scope: string;
  /** Seconds. */
  readonly authTime: number;
  readonly gty: string;
}

type Helper = (provider: Provider, ...rest: unknown[]) => unknown;

/** Issues tokens for a source: access token, refresh token and ID token as they are due, bound to a key where there is one. */
export async function issueTokens(
  provider: Provider,
  ctx: KoaContextWithOIDC,
  source: TokenSource,
): Promise<void> {
  const helpers = Object.fromEntries(
    Object.entries(grants as Record<string, Helper>).map(([name, helper]) => [
      name,
      helper.bind(undefined, provider),
    ]),
  ) as Record<string, (...rest: unknown[]) => unknown>;
  const dPoP = await helpers['validateDpop']?.(ctx);
  helpers['checkDpopRequired']?.(ctx, dPoP);
  const grant = await provider.Grant.find(source.grantId);
  if (grant === undefined) throw new TypeError('the authorization has gone');
  ctx.oidc.entity('Grant', grant);
  const { gty, ...rest } = source;
  const whole = {
    ...rest,
    kind: 'Own',
    scopes: new Set(source.scope.split(' ')),
    resourceIndicators: new Set([source.resource]),
  };
  await (issue as (...all: unknown[]) => Promise<void>)(provider, helpers, ctx, whole, grant, {
    gty,
    entityLabel: 'user',
    cert: undefined,
    dPoP,
  });
}

const contexts = storage as AsyncLocalStorage<KoaContextWithOIDC>;
let underWay = 0;

/**
 * Runs the library's work on a request. It finds the request again through an `AsyncLocalStorage`, which Node 20 and 22 make
 * every promise of the process pay for from its first use on: an eighth of the tokens of clients, measured. So it is switched
 * off while the library has nothing to do.
 */
export async function runLibrary(work: () => Promise<unknown>): Promise<void> {
  underWay += 1;
  try {
    await work();
  } finally {
    underWay -= 1;
    if (underWay === 0) contexts.disable();
  }
}
