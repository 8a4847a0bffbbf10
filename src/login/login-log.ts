// What the log says of logins (token-issuance.md 8; auth0/docs-v2, log-event-type-codes.mdx).

import { DATABASE_STRATEGY } from '../domain/connection.js';
import { logged, type LogType, type NewLogEntry } from '../domain/log-entry.js';
import type { Tenant } from '../domain/tenant.js';
import type { User } from '../domain/user.js';
import type { LoginAttempt, LoginResult } from './password-login.js';

/** The platform's texts for each refusal. */
export const loginTexts = {
  // token-issuance.md PW-8.
  wrong_credentials: 'Wrong email or password.',
  // auth0/docs, the errors of database logins.
  blocked_user: 'user is blocked',
  // auth0/lock, issue 327; what follows there is about an email, which is not sent here.
  too_many_attempts: 'Your account has been blocked after multiple consecutive login attempts.',
  too_many_requests: 'Too Many Requests',
} as const;

function typeOf(result: LoginResult): LogType {
  if (result.ok) return 's';
  switch (result.reason) {
    case 'wrong_credentials':
      return result.userId === null ? 'fu' : 'fp';
    case 'too_many_attempts':
      return result.limit === 'address' ? 'limit_mu' : 'limit_wc';
    case 'blocked_user':
    case 'too_many_requests':
      return 'f';
  }
}

/** As much of what was typed as helps to recognize a slip, and no more: it can be a password. */
const hint = (identifier: string): string => `${[...identifier.trim()].slice(0, 2).join('')}…`;

interface LoginEvent {
  readonly attempt: LoginAttempt;
  readonly result: LoginResult;
  readonly organizationId: string | null;
  readonly audience: string | null;
  readonly userAgent: string | null;
  readonly now: Date;
  readonly tenant: Tenant;
}

const nameOf = ({ email, username, name, userId }: User): string => email ?? username ?? name ?? userId;

/** The row for an attempt to log in. Neither the password is in it nor, of whoever did not get in, the identifier. */
export function loginLogEntry(event: LoginEvent): NewLogEntry {
  const { attempt, result, organizationId, audience, userAgent, now, tenant } = event;
  const user = result.ok ? result.user : null;
  const userId = result.ok ? result.user.userId : result.userId;
  return {
    date: now,
    type: typeOf(result),
    clientId: logged(attempt.clientId),
    audience: logged(audience),
    organizationId,
    reason: result.ok ? 'logged_in' : result.reason,
    configVersion: null,
    data: {
      ...(!result.ok && { description: loginTexts[result.reason] }),
      ...(userId !== null && { user_id: userId }),
      ...(user && { user_name: nameOf(user), connection: user.connection }),
      strategy: DATABASE_STRATEGY,
      ip: attempt.ip,
      ...(userAgent !== null && { user_agent: logged(userAgent) }),
      hostname: tenant.domain,
      tenant_name: tenant.name,
      details: { ...(!result.ok && { identifier_hint: hint(attempt.identifier) }) },
    },
  };
}
