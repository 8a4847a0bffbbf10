// `guardianFactors` and `guardianPolicies` (auth0-deploy-cli 8.44.0, lib/tools/auth0/handlers/guardianFactors.js and
// guardianPolicies.js): which second factors there are, and when users are asked for one.

import { isDeepStrictEqual } from 'node:util';
import type { OperationCall, SeedRun, Stored } from '../run.js';
import type { Kind } from './kind.js';
import { text, without } from './members.js';

const factorsOf = async (run: SeedRun): Promise<readonly Stored[]> =>
  (await run.read('listGuardianFactors', {})) as readonly Stored[];

/** A factor that is not named stays as it is. */
export const guardianFactors: Kind = {
  type: 'guardianFactors',
  at: { folder: 'guardian/factors' },
  async apply(entries, run) {
    for (const entry of entries) {
      if (entry.isBroken) continue;
      const name = text(entry.value, 'name');
      const reread = async () => (await factorsOf(run)).find((factor) => factor['name'] === name);
      const stored = await reread();
      if (stored === undefined) {
        run.mistake(entry, ['name'], `there is no factor \`${name}\``);
        continue;
      }
      // An export has `trial_expired`, which nobody can set.
      const body = without(entry.value, 'name', 'trial_expired');
      const call = { id: 'setGuardianFactor', path: { factor: name }, body } as const;
      if (!(await run.check(entry, call))) continue;
      const changed = await run.update(entry, stored, call, async () => (await reread()) ?? stored);
      if (changed !== null) run.tally('guardianFactors')[changed ? 'updated' : 'unchanged']++;
    }
  },
};

export const guardianPolicies: Kind = {
  type: 'guardianPolicies',
  at: { file: 'guardian/policies.json' },
  async apply(entries, run) {
    for (const entry of entries) {
      if (entry.isBroken) continue;
      const others = Object.keys(without(entry.value, 'policies'));
      for (const name of others) {
        run.mistake(entry, [name], `Additional properties not allowed: ${name}`);
      }
      const { policies } = entry.value;
      if (policies === undefined || others.length > 0) continue;
      const call: OperationCall = {
        id: 'setGuardianPolicies',
        body: policies as readonly unknown[],
        at: ['policies'],
      };
      if (!(await run.check(entry, call))) continue;
      const stored = (await run.read('getGuardianPolicies', {})) as readonly string[];
      if (isDeepStrictEqual(Array.from(policies as readonly string[]), [...stored])) {
        run.tally('guardianPolicies').unchanged++;
      } else if ((await run.change(entry, call)) !== null) {
        run.tally('guardianPolicies').updated++;
      }
    }
  },
};
