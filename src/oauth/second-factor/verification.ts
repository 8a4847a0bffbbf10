// Whether what a user shows beside a password is right. Every attempt is counted before it is tried, by the user and not by
// the address it comes from: whoever has the password can be anywhere.

import { newRecoveryCode, readRecoveryCode } from '../../domain/recovery-codes.js';
import { type Authenticator, isSecondFactor, secondFactorLimits } from '../../domain/second-factor.js';
import type { User } from '../../domain/user.js';
import type { Storage } from '../../storage/storage.js';
import { stepOf } from './one-time-passwords.js';
import type { Enrolling } from './enrolment.js';
import { changedByUser } from './log-rows.js';
import { recoveryCodesAreOn, usableFactors } from './enrolled.js';

export type Wrong = 'wrong' | 'too_many_attempts';

/** What failed second factors of a user are counted by. */
const countedAs = ({ userId }: User): string => `second-factor ${userId}`;

/** Counts an attempt, and takes that back where it succeeds. @param attempt its result; null where it is wrong. */
async function counted<T>(
  user: User,
  { storage: { logins }, now }: Enrolling,
  attempt: () => Promise<T | null>,
): Promise<T | Wrong> {
  const name = countedAs(user);
  if (!(await logins.count(name, secondFactorLimits, now()))) return 'too_many_attempts';
  const result = await attempt();
  if (result === null) return 'wrong';
  await logins.uncount(name, secondFactorLimits);
  return result;
}

/**
 * The user's apps that a password may be of: those that work, and the one that is being set up. Where the user has a second
 * factor that was begun by somebody who had shown it (`enrolment.ts`).
 */
async function candidates({ userId }: User, storage: Storage): Promise<readonly Authenticator[]> {
  if (!(await usableFactors(storage)).includes('otp')) return [];
  return (await storage.config.authenticators.listOf(userId)).filter(({ kind }) => kind === 'totp');
}

/**
 * Takes a one-time password. Where the user is setting the app up, it is set up then.
 *
 * @returns the app that it is of.
 */
export function takeOneTimePassword(
  user: User,
  password: string,
  options: Enrolling,
): Promise<Authenticator | Wrong> {
  const { storage, now } = options;
  return counted(user, options, async () => {
    for (const app of await candidates(user, storage)) {
      const secret = await storage.config.authenticators.secretOf(app.id);
      const step = secret === null ? null : stepOf(password, secret, now());
      if (step === null || !(await storage.logins.useStep(app.id, step, now()))) continue;
      if (app.confirmedAt !== null) return app;
      const confirmed = await storage.write(async (config) => ({
        result: await config.authenticators.confirm(app.id, now()),
        entry: changedByUser('gd_enrollment_complete', app, options),
      }));
      return confirmed ? app : null;
    }
    return null;
  });
}

/**
 * Takes a recovery code, which is good once and only in the place of a second factor that works.
 *
 * @returns the next one, which the user has to be shown.
 */
export function takeRecoveryCode(
  user: User,
  typed: string,
  options: Enrolling,
): Promise<{ readonly next: string } | Wrong> {
  const { storage, now } = options;
  return counted(user, options, async () => {
    const code = readRecoveryCode(typed);
    if (code === null || !(await recoveryCodesAreOn(storage))) return null;
    const { userId } = user;
    const next = newRecoveryCode();
    const isTaken = await storage.write(async (config) => {
      const { authenticators } = config;
      const isEnrolled = (await authenticators.listOf(userId)).some(isSecondFactor);
      const result = isEnrolled && (await authenticators.takeRecoveryCode(userId, code));
      if (!result) return { result, entry: null };
      const made = await authenticators.create({
        userId,
        kind: 'recovery-code',
        code: next,
        name: null,
        confirmedAt: now(),
        createdAt: now(),
      });
      return { result, entry: changedByUser('gd_recovery_succeed', made, options) };
    });
    return isTaken ? { next } : null;
  });
}
