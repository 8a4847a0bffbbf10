import type { Prisma } from '../../generated/prisma/client.js';
import type { MfaPolicy, SecondFactorSettings } from '../../domain/second-factor.js';
import type { SecondFactorSettingsReader, SecondFactorSettingsWriter } from '../second-factors.js';

type Db = Prisma.TransactionClient;

/** The one row of the tenant. */
const where = { id: 1 };
const select = { mfaPolicies: true, mfaFactors: true } as const;

const toDomain = (row: { mfaPolicies: string[]; mfaFactors: string[] }): SecondFactorSettings => ({
  policies: row.mfaPolicies as MfaPolicy[],
  factors: row.mfaFactors,
});

export function secondFactorSettingsReader(db: Db): SecondFactorSettingsReader {
  return {
    async get() {
      return toDomain(await db.tenant.findUniqueOrThrow({ where, select }));
    },
  };
}

export function secondFactorSettingsWriter(db: Db): SecondFactorSettingsWriter {
  return {
    ...secondFactorSettingsReader(db),
    async update({ policies, factors }) {
      const data = {
        ...(policies !== undefined && { mfaPolicies: [...policies] }),
        ...(factors !== undefined && { mfaFactors: [...factors] }),
      };
      return toDomain(await db.tenant.update({ where, data, select }));
    },
  };
}
