import type { KoaContextWithOIDC } from 'oidc-provider';
import { connectionOf } from '../../../http/connection.js';
import type { UserTokenOptions } from '../../user-tokens/options.js';
import type { Refused, UserDenial } from '../../../policy/decision.js';
import { type AfterActions, type PostLogin, runPostLogin } from '../../user-tokens/post-login.js';

/** Runs the Actions of the login that the library is working on. */
export async function afterActions(
  ctx: KoaContextWithOIDC,
  login: Omit<PostLogin, 'method' | 'connection'>,
  options: UserTokenOptions,
): Promise<AfterActions | Refused<UserDenial>> {
  const connection = connectionOf(ctx.req);
  return runPostLogin({ ...login, method: ctx.method, connection }, options);
}
