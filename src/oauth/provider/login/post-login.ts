import type { KoaContextWithOIDC } from 'oidc-provider';
import { connectionOf } from '../../../http/connection.js';
import type { UserTokenOptions } from '../../user-tokens/options.js';
import { type AfterActions, type PostLogin, runPostLogin } from '../../user-tokens/post-login.js';
import { refusedAccess } from '../refused-request.js';

/**
 * Runs the Actions of the login that the library is working on.
 *
 * @throws RefusedRequest when one of them denies or fails.
 */
export async function afterActions(
  ctx: KoaContextWithOIDC,
  login: Omit<PostLogin, 'method' | 'connection'>,
  options: UserTokenOptions,
): Promise<AfterActions> {
  const connection = connectionOf(ctx.req);
  const final = await runPostLogin({ ...login, method: ctx.method, connection }, options);
  if ('denial' in final) throw refusedAccess(login, final);
  return final;
}
