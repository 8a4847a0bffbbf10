// The log rows about second factors (auth0/docs-v2, log-event-type-codes: `gd_*`). No code is among what they say.

import type { IncomingMessage } from 'node:http';
import type { LogType, NewLogEntry } from '../../domain/log-entry.js';
import type { Authenticator } from '../../domain/second-factor.js';
import type { User } from '../../domain/user.js';
import { connectionOf } from '../../http/connection.js';
import type { Enrolling } from './enrolment.js';
import type { Wrong } from './verification.js';

/** The row for what a user did about second factors. */
export const changedByUser = (
  type: LogType,
  { userId, kind, id }: Pick<Authenticator, 'userId' | 'kind' | 'id'>,
  { tenant, now }: Pick<Enrolling, 'tenant' | 'now'>,
): NewLogEntry => ({
  date: now(),
  type,
  clientId: null,
  audience: null,
  organizationId: null,
  reason: null,
  configVersion: null,
  data: {
    user_id: userId,
    hostname: tenant.domain,
    tenant_name: tenant.name,
    details: { authenticator: kind, authenticator_id: id },
  },
});

const SHOWN = {
  shown: 'gd_auth_succeed',
  wrong: 'gd_auth_failed',
  too_many_attempts: 'gd_otp_rate_limit_exceed',
} as const satisfies Record<'shown' | Wrong, LogType>;

/** The row for what a user showed on a page. @param type of another kind of second factor than those that are asked for first. */
export function secondFactorEntry(
  outcome: 'shown' | Wrong,
  { userId, connection }: User,
  about: { readonly clientId: string; readonly organizationId: string | null },
  req: IncomingMessage,
  { tenant, now }: Pick<Enrolling, 'tenant' | 'now'>,
  type: LogType = SHOWN[outcome],
): NewLogEntry {
  const { ip, userAgent } = connectionOf(req);
  return {
    date: now(),
    type,
    ...about,
    audience: null,
    reason: null,
    configVersion: null,
    data: {
      user_id: userId,
      connection,
      ip,
      ...(userAgent !== null && { user_agent: userAgent }),
      hostname: tenant.domain,
      tenant_name: tenant.name,
    },
  };
}
