// RFC 6749 section 4.3, and the platform's form of it that names a connection (token-issuance.md 4.11). RFC 9700 section 2.4
// forbids it to new applications; it is there for those that an administrator switches it on for.

import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { connectionOf } from '../../../http/connection.js';
import { loginConnections } from '../../../login/connections.js';
import { loginLogEntry, loginTexts } from '../../../login/login-log.js';
import type { LoginResult } from '../../../login/password-login.js';
import type { User } from '../../../domain/user.js';
import { malformed, type Refusal } from '../../refusal.js';
import { grantTypes } from '../../vocabulary.js';
import { issueTo, refuseBeforeLogin, requestWithoutBrowser } from './grants.js';
import { organizationNamed } from '../login/interaction.js';
import type { InteractionOptions } from '../login/interaction-routes.js';
import { RefusedRequest } from '../refused-request.js';
import { askedAtTokenEndpoint } from './token-parameters.js';

function required(ctx: KoaContextWithOIDC, name: string): string {
  const value = askedAtTokenEndpoint(ctx).parameters.get(name);
  if (value === undefined) throw new RefusedRequest(malformed(`Missing required parameter: ${name}`));
  return value;
}

/** PW-8. */
function refusalOf({ reason }: Extract<LoginResult, { ok: false }>): Refusal {
  const description = loginTexts[reason];
  switch (reason) {
    case 'wrong_credentials':
      return { reason: 'wrong_credentials', error: { status: 403, error: 'invalid_grant', description } };
    case 'blocked_user':
      return { reason: 'user_blocked', error: { status: 403, error: 'access_denied', description } };
    case 'too_many_attempts':
    case 'too_many_requests':
      return { reason: 'too_many_attempts', error: { status: 429, error: 'too_many_attempts', description } };
  }
}

async function authenticateUser(
  ctx: KoaContextWithOIDC,
  { storage, passwordLogin, tenant, now }: InteractionOptions,
): Promise<User> {
  const { clientId, organization, parameters } = askedAtTokenEndpoint(ctx);
  const client = await storage.config.clients.find(clientId);
  if (client === null) throw new TypeError('the client has gone');
  const ofOrganization = await organizationNamed(organization, storage);
  const named = [parameters.get('realm') ?? null];
  const connections = await loginConnections(storage, { client, organization: ofOrganization, named });
  const attempt = {
    connections: connections.map(({ name }) => name),
    identifier: required(ctx, 'username'),
    password: required(ctx, 'password'),
    ip: connectionOf(ctx.req).ip,
    clientId,
  };
  const result = await passwordLogin.verify(attempt);
  if (result.ok) return result.user;
  await storage.appendLog(
    loginLogEntry({
      attempt,
      result,
      organizationId: ofOrganization?.id ?? null,
      audience: null,
      userAgent: ctx.get('user-agent'),
      now: now(),
      tenant,
    }),
  );
  throw new RefusedRequest(refusalOf(result));
}

/** Teaches the library the two grant types. */
export function addPasswordGrants(provider: Provider, options: InteractionOptions): void {
  for (const grantType of [grantTypes.password, grantTypes.passwordRealm]) {
    provider.registerGrantType(grantType, async (ctx) => {
      if (grantType === grantTypes.passwordRealm) required(ctx, 'realm');
      const request = requestWithoutBrowser(ctx, 'password');
      await refuseBeforeLogin(ctx, request, options);
      const user = await authenticateUser(ctx, options);
      await issueTo(provider, ctx, { user, request, otherClaims: {} }, options);
    });
  }
}
