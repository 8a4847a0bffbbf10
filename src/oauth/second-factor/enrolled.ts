// What a tenant can ask its users for, and which of it a user has.

import {
  type Authenticator,
  factorKinds,
  independentFactors,
  isSecondFactor,
} from '../../domain/second-factor.js';
import type { ConfigReader } from '../../storage/config.js';

interface Configured {
  readonly config: Pick<ConfigReader, 'secondFactors' | 'authenticators'>;
}

/** The factors that are switched on and that this server can ask for, by the platform's names. */
export async function usableFactors({ config }: Configured): Promise<readonly (keyof typeof factorKinds)[]> {
  const { factors } = await config.secondFactors.get();
  return independentFactors.filter((factor) => factors.includes(factor));
}

export const recoveryCodesAreOn = async ({ config }: Configured): Promise<boolean> =>
  (await config.secondFactors.get()).factors.includes('recovery-code');

/** What a user can be asked for: second factors that work, of factors that are switched on. */
export async function challengeable(
  userId: string,
  { config }: Configured,
): Promise<readonly Authenticator[]> {
  const kinds = (await usableFactors({ config })).map((factor): string => factorKinds[factor]);
  const all = await config.authenticators.listOf(userId);
  return all.filter((each) => isSecondFactor(each) && kinds.includes(each.kind));
}
