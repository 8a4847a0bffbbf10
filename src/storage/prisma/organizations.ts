import type { Organization as Row, Prisma } from '../../generated/prisma/client.js';
import { newOrganizationId } from '../../domain/ids.js';
import type { Organization, OrganizationChanges } from '../../domain/organization.js';
import type { OrganizationOrder, OrganizationReader, OrganizationWriter } from '../config.js';
import { fromColumn, jsonObject, toColumn, tokenQuota } from './json-columns.js';
import { list, createdAfter } from './listing.js';

type Db = Prisma.TransactionClient;

function toDomain(row: Row): Organization {
  return {
    id: row.id,
    name: row.name,
    displayName: row.displayName,
    thirdPartyClientAccess: row.thirdPartyClientAccess as Organization['thirdPartyClientAccess'],
    isAppEntitlementActive: row.isAppEntitlementActive,
    branding: fromColumn(jsonObject, row.branding),
    metadata: fromColumn(jsonObject, row.metadata),
    tokenQuota: fromColumn(tokenQuota, row.tokenQuota),
  };
}

/** Domain values as columns; only those that are given. */
function toColumns({ branding, metadata, tokenQuota, ...plain }: OrganizationChanges) {
  return {
    ...plain,
    ...(branding !== undefined && { branding: toColumn(branding) }),
    ...(metadata !== undefined && { metadata: toColumn(metadata) }),
    ...(tokenQuota !== undefined && { tokenQuota: toColumn(tokenQuota) }),
  };
}

function orderOf(order: OrganizationOrder | undefined): Prisma.OrganizationOrderByWithRelationInput[] {
  const direction = order?.descending ? 'desc' : 'asc';
  switch (order?.by) {
    case 'name':
      return [{ name: direction }];
    case 'display_name':
      return [{ displayName: direction }, { seq: 'asc' }];
    default:
      return [{ seq: direction }];
  }
}

export function organizationReader(db: Db): OrganizationReader {
  return {
    async find(id) {
      const row = await db.organization.findUnique({ where: { id } });
      return row && toDomain(row);
    },
    async findByName(name) {
      const row = await db.organization.findUnique({ where: { name } });
      return row && toDomain(row);
    },
    list({ clientGrantId, memberId }, window, order) {
      const where: Prisma.OrganizationWhereInput = {
        ...(clientGrantId !== undefined && { clientGrants: { some: { clientGrantId } } }),
        ...(memberId !== undefined && { members: { some: { userId: memberId } } }),
      };
      return list(
        window,
        {
          count: () => db.organization.count({ where }),
          page: (part) => db.organization.findMany({ where, orderBy: orderOf(order), ...part }),
          after: (cursor, take) =>
            db.organization.findMany({
              where: { ...where, ...createdAfter(cursor) },
              orderBy: { seq: 'asc' },
              take,
            }),
          cursor: (row) => String(row.seq),
        },
        toDomain,
      );
    },
  };
}

export function organizationWriter(db: Db): OrganizationWriter {
  return {
    ...organizationReader(db),
    async create({ name, ...rest }) {
      const data = { id: newOrganizationId(), name, ...toColumns(rest) };
      return toDomain(await db.organization.create({ data }));
    },
    async update(id, changes) {
      return toDomain(await db.organization.update({ where: { id }, data: toColumns(changes) }));
    },
    async delete(id) {
      return (await db.organization.deleteMany({ where: { id } })).count > 0;
    },
    countClientGrants(organizationId) {
      return db.organizationClientGrant.count({ where: { organizationId } });
    },
    async hasClientGrant(organizationId, clientGrantId) {
      const where = { organizationId_clientGrantId: { organizationId, clientGrantId } };
      return (await db.organizationClientGrant.findUnique({ where })) !== null;
    },
    async addClientGrant(organizationId, clientGrantId) {
      await db.organizationClientGrant.create({ data: { organizationId, clientGrantId } });
    },
    async removeClientGrant(organizationId, clientGrantId) {
      const where = { organizationId, clientGrantId };
      return (await db.organizationClientGrant.deleteMany({ where })).count > 0;
    },
  };
}
