// Setting up a second factor: what a user gets to set it up with. It counts for nothing until it has been shown to work.

import type { LogType, NewLogEntry } from '../../domain/log-entry.js';
import { type Authenticator, isSecondFactor } from '../../domain/second-factor.js';
import type { Tenant } from '../../domain/tenant.js';
import type { User } from '../../domain/user.js';
import type { ConfigWriter } from '../../storage/config.js';
import type { Storage } from '../../storage/storage.js';
import { enrolmentUri, newSecret } from './one-time-passwords.js';
import { newRecoveryCode } from './recovery-codes.js';

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

export interface AppToSetUp {
  readonly authenticator: Authenticator;
  /** In base 32. */
  readonly secret: string;
  readonly uri: string;
  /** The first that the user gets; null where there is one, or they are switched off. */
  readonly recoveryCode: string | null;
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

/** Begins to set up an app that makes one-time passwords. */
export async function beginApp(user: User, { storage, tenant, now }: Enrolling): Promise<AppToSetUp> {
  const { userId } = user;
  const secret = newSecret();
  return storage.write(async (config) => {
    await forgetUnfinished(config, userId);
    const recoveryCode = await firstRecoveryCode(config, userId, now());
    const unconfirmed = { userId, name: null, confirmedAt: null, createdAt: now() };
    const authenticator = await config.authenticators.create({ ...unconfirmed, kind: 'totp', secret });
    const result = { authenticator, secret, uri: enrolmentUri(secret, user, tenant), recoveryCode };
    return { result, entry: null };
  });
}

/** The app that the user is setting up; null when there is none. */
export async function unfinishedApp(
  user: User,
  { storage: { config }, tenant }: Pick<Enrolling, 'storage' | 'tenant'>,
): Promise<Pick<AppToSetUp, 'authenticator' | 'secret' | 'uri'> | null> {
  const all = await config.authenticators.listOf(user.userId);
  const authenticator = all.findLast(({ kind, confirmedAt }) => kind === 'totp' && confirmedAt === null);
  const secret = authenticator && (await config.authenticators.secretOf(authenticator.id));
  if (authenticator === undefined || secret === null || secret === undefined) return null;
  return { authenticator, secret, uri: enrolmentUri(secret, user, tenant) };
}
