// What is left of the older ways to see and reset second factors: /api/v2/guardian/enrollments, and under /api/v2/users/{id}
// enrollments, multifactor and recovery-code-regeneration (auth0/docs-v2, oas/management/v2).

import { newRecoveryCode } from '../../domain/recovery-codes.js';
import { type Authenticator, type AuthenticatorKind, isSecondFactor } from '../../domain/second-factor.js';
import { ManagementError } from '../../errors.js';
import type { Handlers } from '../../http/contract.js';
import type { ConfigReader } from '../../storage/config.js';
import type { ConfigStore } from '../../storage/storage.js';
import type { ChangeConfig } from '../change.js';
import { getUser } from '../users/routes.js';
import { toGuardianEnrollment, toUserEnrollment } from './wire.js';

type Operations =
  | 'listUserEnrollments'
  | 'getGuardianEnrollment'
  | 'deleteGuardianEnrollment'
  | 'deleteUserMultifactorProvider'
  | 'regenerateRecoveryCode'
  | 'invalidateRememberedBrowsers';

/** A recovery code is no enrollment: it stands in for one. */
const enrolledKinds = ['totp', 'push'] as const satisfies AuthenticatorKind[];

/** What each provider stands for; others have nothing here. */
const kindsOfProviders: Partial<Record<string, AuthenticatorKind>> = {
  'google-authenticator': 'totp',
  guardian: 'push',
};

/** By `dev_…`, or by the whole id. */
async function findEnrollment({ authenticators }: ConfigReader, id: string): Promise<Authenticator | null> {
  for (const kind of enrolledKinds) {
    const found = await authenticators.findById(id.startsWith(`${kind}|`) ? id : `${kind}|${id}`);
    if (found !== null) return found;
  }
  return null;
}

export function enrollmentHandlers(storage: ConfigStore, change: ChangeConfig): Handlers<Operations> {
  return {
    async listUserEnrollments({ path }) {
      const { userId } = await getUser(storage.config, path.id);
      const first = (await storage.config.authenticators.listOf(userId)).find(isSecondFactor);
      return { status: 200, body: first === undefined ? [] : [toUserEnrollment(first)] };
    },

    async getGuardianEnrollment({ path }) {
      const found = await findEnrollment(storage.config, path.id);
      if (found === null) throw new ManagementError('inexistent_enrollment');
      return { status: 200, body: toGuardianEnrollment(found) };
    },

    async deleteGuardianEnrollment(call) {
      await change(call, async (config) => {
        const found = await findEnrollment(config, call.path.id);
        if (found !== null) await config.authenticators.delete(found.userId, found.id);
      });
      return { status: 204, body: undefined };
    },

    async deleteUserMultifactorProvider(call) {
      const { id, provider } = call.path;
      const kind = kindsOfProviders[provider];
      if (kind === undefined) {
        throw new ManagementError(
          'operation_not_supported',
          `This server cannot ask users for a second factor of ${provider}, so nobody has set one up.`,
        );
      }
      await change(call, async (config) => {
        const { userId } = await getUser(config, id);
        for (const authenticator of await config.authenticators.listOf(userId)) {
          if (authenticator.kind === kind) await config.authenticators.delete(userId, authenticator.id);
        }
      });
      return { status: 204, body: undefined };
    },

    async regenerateRecoveryCode(call) {
      const code = newRecoveryCode();
      await change(call, async (config) => {
        const { userId } = await getUser(config, call.path.id);
        const now = new Date();
        const times = { confirmedAt: now, createdAt: now };
        await config.authenticators.create({ userId, kind: 'recovery-code', code, name: null, ...times });
      });
      return { status: 200, body: { recovery_code: code } };
    },

    // A browser is remembered as long as its session and no longer (docs/compatibility.md).
    async invalidateRememberedBrowsers(call) {
      await change(call, (config) => getUser(config, call.path.id));
      return { status: 204, body: undefined };
    },
  };
}
