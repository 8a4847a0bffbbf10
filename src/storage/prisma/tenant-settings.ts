import type { Prisma, Tenant as Row } from '../../generated/prisma/client.js';
import type {
  ResourceParameterProfile,
  TenantSettings,
  TenantSettingsChanges,
} from '../../domain/tenant-settings.js';
import type { TenantSettingsReader, TenantSettingsWriter } from '../config.js';
import { defaultTokenQuotas, fromColumn, jsonObject, toColumn } from './json-columns.js';

type Db = Prisma.TransactionClient;

/** The one row. */
const where = { id: 1 };

function toDomain(row: Row): TenantSettings {
  return {
    defaultAudience: row.defaultAudience,
    allowOrganizationNames: row.allowOrganizationNames,
    resourceParameterProfile: row.resourceParameterProfile as ResourceParameterProfile | null,
    defaultTokenQuotas: fromColumn(defaultTokenQuotas, row.defaultTokenQuota),
    settings: jsonObject.parse(row.settings),
  };
}

/** Domain values as columns; only those that are given. */
function toColumns({ defaultTokenQuotas, settings, ...plain }: TenantSettingsChanges) {
  return {
    ...plain,
    ...(defaultTokenQuotas !== undefined && { defaultTokenQuota: toColumn(defaultTokenQuotas) }),
    ...(settings !== undefined && { settings: settings as Prisma.InputJsonObject }),
  };
}

export function tenantSettingsReader(db: Db): TenantSettingsReader {
  return {
    async get() {
      return toDomain(await db.tenant.findUniqueOrThrow({ where }));
    },
  };
}

export function tenantSettingsWriter(db: Db): TenantSettingsWriter {
  return {
    ...tenantSettingsReader(db),
    async update(changes) {
      return toDomain(await db.tenant.update({ where, data: toColumns(changes) }));
    },
  };
}
