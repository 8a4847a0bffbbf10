// Who is it? Users of database connections, by email address or user name and a password.
//
// What it tells, and how long it takes, depends on what was sent and never on whether there is such a user: an attempt is
// counted before anybody is looked up, and every attempt that is checked costs one look-up and one hash.

import { addressGroup } from '../domain/address.js';
import type { LoginLimits } from '../domain/login.js';
import { isUnstorable } from '../domain/text.js';
import type { User } from '../domain/user.js';
import { Gate, GateFull } from '../gate.js';
import {
  hashOfNothing,
  hashPassword,
  isOutdated,
  verifyPassword,
  type VerifyPassword,
} from '../password-hash.js';
import type { Storage } from '../storage/storage.js';

export interface LoginAttempt {
  /** Names of the connections that the user may be of, in order. */
  readonly connections: readonly string[];
  readonly identifier: string;
  readonly password: string;
  readonly ip: string;
  readonly clientId: string | null;
}

export type LoginResult =
  | { readonly ok: true; readonly user: User }
  | {
      readonly ok: false;
      /**
       * Whoever tries to log in may know: a blocked user is told so after the right password only. `too_many_requests`:
       * the server is busy with others, and this attempt was neither checked nor counted.
       */
      readonly reason: 'wrong_credentials' | 'blocked_user' | 'too_many_attempts' | 'too_many_requests';
      /** For the log only: whose password was wrong, or who is blocked. */
      readonly userId: string | null;
      /** Which limit it was, where there were too many attempts. */
      readonly limit?: 'identifier' | 'address';
    };

export interface PasswordLogin {
  /** Checks a password, and remembers the login where it is right. Rejects only when the storage fails. */
  verify(attempt: LoginAttempt): Promise<LoginResult>;
}

interface PasswordLoginOptions {
  readonly storage: Pick<Storage, 'logins'>;
  readonly now: () => Date;
  readonly limits: LoginLimits;
  /** For tests. */
  readonly verifyPassword?: VerifyPassword;
}

/** Longer ones belong to nobody (openapi.yaml, `UserEmail` and `UserPassword`; two code units a character). */
const MAX_IDENTIFIER = 320;
const MAX_PASSWORD = 1024;

/**
 * So many at once are looked up and checked in one process, as many as hashes are computed at once; so many may wait. Both
 * are well below the limits on failures, as attempts under way count as failed.
 */
const AT_ONCE = 2;
const MAX_WAITING = 64;

const refused = (
  reason: Extract<LoginResult, { ok: false }>['reason'],
  userId: string | null = null,
): LoginResult => ({ ok: false, reason, userId });

function isPossible({ identifier, password }: LoginAttempt): boolean {
  return (
    identifier !== '' &&
    identifier.length <= MAX_IDENTIFIER &&
    password !== '' &&
    password.length <= MAX_PASSWORD &&
    !isUnstorable(identifier)
  );
}

/** The check of passwords; one for a process, since it bounds how many are under way. */
export function createPasswordLogin({
  storage: { logins },
  now,
  limits,
  verifyPassword: verify = verifyPassword,
}: PasswordLoginOptions): PasswordLogin {
  const gate = new Gate(AT_ONCE, MAX_WAITING);
  const nobody = hashOfNothing();

  async function check(attempt: LoginAttempt, identifier: string): Promise<LoginResult> {
    const { connections, password, ip } = attempt;
    const source = { identifier, address: addressGroup(ip) };
    const admission = await logins.admit(source, limits, now());
    if (admission !== 'admitted') {
      const limit = admission === 'address_blocked' ? 'address' : 'identifier';
      return { ok: false, reason: 'too_many_attempts', userId: null, limit };
    }
    const found = await logins.findUser(connections, identifier);
    const hash = found?.passwordHash ?? null;
    const isRight = await verify(hash ?? nobody, password);
    // Whatever the check says of a hash that is nobody's, it lets nobody in.
    if (found === null || hash === null || !isRight) {
      return refused('wrong_credentials', found?.user.userId ?? null);
    }
    const { user } = found;
    const isBlocked = user.blocked === true;
    await logins.succeeded(source, limits, now(), isBlocked ? null : { userId: user.userId, ip });
    if (isBlocked) return refused('blocked_user', user.userId);
    if (isOutdated(hash)) await logins.renewHash(user.userId, hash, await hashPassword(password));
    return { ok: true, user };
  }

  return {
    async verify(attempt) {
      const identifier = attempt.identifier.trim().toLowerCase();
      if (!isPossible({ ...attempt, identifier })) return refused('wrong_credentials');
      try {
        return await gate.run(() => check(attempt, identifier));
      } catch (error) {
        if (error instanceof GateFull) return refused('too_many_requests');
        throw error;
      }
    },
  };
}
