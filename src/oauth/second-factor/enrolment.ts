// Setting up a second factor: what a user gets to set it up with. It counts for nothing until it has been shown to work.

import type { LogType, NewLogEntry } from '../../domain/log-entry.js';
import { newRecoveryCode } from '../../domain/recovery-codes.js';
import { type Authenticator, isSecondFactor } from '../../domain/second-factor.js';
import type { Tenant } from '../../domain/tenant.js';
import type { User } from '../../domain/user.js';
import type { ConfigWriter } from '../../storage/config.js';
import type { Storage } from '../../storage/storage.js';
import { enrolmentUri, newSecret } from './one-time-passwords.js';

export interface Enrolling {
  readonly storage: Storage;
  readonly tenant: Tenant;
  readonly now: () => Date;
}

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

export const recoveryCodesAreOn = async ({ config }: Pick<Storage, 'config'>): Promise<boolean> =>
  (await config.secondFactors.get()).factors.includes('recovery-code');

interface AppToSetUp extends Begun {
  /** In base 32. */
  readonly secret: string;
  readonly uri: string;
}

/** Takes away what the user began to set up before, so that only the newest can be gone on with. */
async function forgetUnfinished({ authenticators }: ConfigWriter, userId: string): Promise<void> {
  for (const { id, confirmedAt } of await authenticators.listOf(userId)) {
    if (confirmedAt === null) await authenticators.delete(userId, id);
  }
}

/** @returns the recovery code of a user who has no second factor yet; null where none is due. */
async function firstRecoveryCode(config: ConfigWriter, userId: string, now: Date): Promise<string | null> {
  const { factors } = await config.secondFactors.get();
  if (!factors.includes('recovery-code')) return null;
  if ((await config.authenticators.listOf(userId)).some(isSecondFactor)) return null;
  const code = newRecoveryCode();
  const times = { confirmedAt: now, createdAt: now };
  await config.authenticators.create({ userId, kind: 'recovery-code', code, name: null, ...times });
  return code;
}

interface Begun {
  readonly authenticator: Authenticator;
  /** The first that the user gets; null where there is one, or they are switched off. */
  readonly recoveryCode: string | null;
}

/** Begins to set up what the user has none of yet, in place of what was begun before. */
function begin(
  { userId }: User,
  made: { readonly kind: 'totp'; readonly secret: string } | { readonly kind: 'push' },
  { storage, now }: Enrolling,
): Promise<Begun> {
  return storage.write(async (config) => {
    await forgetUnfinished(config, userId);
    const recoveryCode = await firstRecoveryCode(config, userId, now());
    const unconfirmed = { userId, name: null, confirmedAt: null, createdAt: now() };
    const authenticator = await config.authenticators.create({ ...unconfirmed, ...made });
    return { result: { authenticator, recoveryCode }, entry: null };
  });
}

/** Begins to set up an app that makes one-time passwords. */
export async function beginApp(user: User, options: Enrolling): Promise<AppToSetUp> {
  const secret = newSecret();
  const begun = await begin(user, { kind: 'totp', secret }, options);
  return { ...begun, secret, uri: enrolmentUri(secret, user, options.tenant) };
}

/** Begins to pair a browser on another device (`devices.ts`). */
export const beginDevice = (user: User, options: Enrolling): Promise<Begun> =>
  begin(user, { kind: 'push' }, options);
