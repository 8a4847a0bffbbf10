// Setting up a second factor: what a user gets to set it up with. It counts for nothing until it has been shown to work.

import { newRecoveryCode } from '../../domain/recovery-codes.js';
import type { AddressLimits } from '../../domain/login.js';
import { type Authenticator, isSecondFactor, MAX_AUTHENTICATORS } from '../../domain/second-factor.js';
import type { Tenant } from '../../domain/tenant.js';
import type { User } from '../../domain/user.js';
import type { ConfigWriter } from '../../storage/config.js';
import type { Storage } from '../../storage/storage.js';
import { challengeable, recoveryCodesAreOn } from './enrolled.js';
import { enrolmentUri, newSecret } from './one-time-passwords.js';

export interface Enrolling {
  readonly storage: Storage;
  readonly tenant: Tenant;
  readonly now: () => Date;
}

/** What is set up has been asked for with a password alone, or after a second factor was shown. */
export type BegunWith = 'password' | 'second_factor';

/** Why nothing can be set up: the user has a second factor, and has not shown it; has as many as may be; begins too often. */
export type NotBegun = 'already_enrolled' | 'too_many' | 'too_often';

interface Begun {
  readonly authenticator: Authenticator;
  /** Good once the authenticator is; null where the user has one, or they are switched off. */
  readonly recoveryCode: string | null;
}

interface AppToSetUp extends Begun {
  /** In base 32. */
  readonly secret: string;
  readonly uri: string;
}

/** Each is a change of the configuration, and whoever has a password can ask for it. */
const beginningLimits: AddressLimits = { failuresPerAddress: 20, forgiveSeconds: 60 };

/** @returns the recovery code that comes with a first second factor; null where none is due. */
async function firstRecoveryCode(config: ConfigWriter, userId: string, now: Date): Promise<string | null> {
  const isFirst = !(await config.authenticators.listOf(userId)).some(isSecondFactor);
  if (!isFirst || !(await recoveryCodesAreOn({ config }))) return null;
  const code = newRecoveryCode();
  const unconfirmed = { confirmedAt: null, createdAt: now };
  await config.authenticators.create({ userId, kind: 'recovery-code', code, name: null, ...unconfirmed });
  return code;
}

/** Begins to set up a second factor, in place of what was begun before. It counts for nothing until it has been shown to work. */
async function begin(
  { userId }: User,
  made: { readonly kind: 'totp'; readonly secret: string } | { readonly kind: 'push' },
  begunWith: BegunWith,
  { storage, now }: Enrolling,
): Promise<Begun | NotBegun> {
  if (!(await storage.logins.count(`second-factor-setup ${userId}`, beginningLimits, now())))
    return 'too_often';
  return storage.write<Begun | NotBegun>(async (config) => {
    const refused = (result: NotBegun) => ({ result, entry: null });
    // Else a password alone would be good for another one.
    if (begunWith === 'password' && (await challengeable(userId, { config })).length > 0) {
      return refused('already_enrolled');
    }
    await config.authenticators.forgetUnfinished(userId);
    if ((await config.authenticators.listOf(userId)).length >= MAX_AUTHENTICATORS) return refused('too_many');
    const recoveryCode = await firstRecoveryCode(config, userId, now());
    const unconfirmed = { userId, name: null, confirmedAt: null, createdAt: now() };
    const authenticator = await config.authenticators.create({ ...unconfirmed, ...made });
    return { result: { authenticator, recoveryCode }, entry: null };
  });
}

/** Begins to set up an app that makes one-time passwords. */
export async function beginApp(
  user: User,
  begunWith: BegunWith,
  options: Enrolling,
): Promise<AppToSetUp | NotBegun> {
  const secret = newSecret();
  const begun = await begin(user, { kind: 'totp', secret }, begunWith, options);
  return typeof begun === 'string'
    ? begun
    : { ...begun, secret, uri: enrolmentUri(secret, user, options.tenant) };
}

/** Begins to pair a browser on another device (`devices.ts`). */
export const beginDevice = (
  user: User,
  begunWith: BegunWith,
  options: Enrolling,
): Promise<Begun | NotBegun> => begin(user, { kind: 'push' }, begunWith, options);
