// /api/v2/guardian/policies and /factors: when users are asked for a second factor, and for which.

import type { SecondFactorSettings } from '../../domain/second-factor.js';
import type { Handlers } from '../../http/contract.js';
import type { ConfigStore } from '../../storage/storage.js';
import type { ChangeConfig } from '../change.js';

type Operations = 'getGuardianPolicies' | 'setGuardianPolicies' | 'listGuardianFactors' | 'setGuardianFactor';

/** In the recorded order. All are switched off in a new tenant. */
const factors = [
  'sms',
  'push-notification',
  'otp',
  'email',
  'duo',
  'webauthn-roaming',
  'webauthn-platform',
  'recovery-code',
] as const;

function switched(
  { factors: on }: SecondFactorSettings,
  factor: string,
  enabled: boolean,
): Pick<SecondFactorSettings, 'factors'> {
  const others = on.filter((each) => each !== factor);
  return { factors: enabled ? [...others, factor] : others };
}

export function secondFactorSettingsHandlers(
  storage: ConfigStore,
  change: ChangeConfig,
): Handlers<Operations> {
  return {
    async getGuardianPolicies() {
      const { policies } = await storage.config.secondFactors.get();
      return { status: 200, body: [...policies] };
    },

    async setGuardianPolicies(call) {
      const policies = call.body;
      const after = await change(call, ({ secondFactors }) => secondFactors.update({ policies }));
      return { status: 200, body: [...after.policies] };
    },

    async listGuardianFactors() {
      const { factors: on } = await storage.config.secondFactors.get();
      const body = factors.map((name) => ({ name, enabled: on.includes(name), trial_expired: false }));
      return { status: 200, body };
    },

    async setGuardianFactor(call) {
      const { enabled } = call.body;
      await change(call, async ({ secondFactors }) =>
        secondFactors.update(switched(await secondFactors.get(), call.path.factor, enabled)),
      );
      return { status: 200, body: { enabled } };
    },
  };
}
