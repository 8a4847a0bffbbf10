import type { ClientGrant as Row, Prisma } from '../../generated/prisma/client.js';
import type { ClientGrant, ClientGrantChanges } from '../../domain/client-grant.js';
import { newClientGrantId } from '../../domain/ids.js';
import type { ClientGrantFilter, ClientGrantReader, ClientGrantWriter } from '../config.js';
import { InvalidCursor } from '../window.js';
import { fromColumn, strings, toColumn } from './json-columns.js';
import { list } from './listing.js';
import { insertRows } from './insert-rows.js';
import { inOneStatement } from './one-statement.js';

type Db = Prisma.TransactionClient;

function toDomain(row: Row): ClientGrant {
  return {
    id: row.id,
    clientId: row.clientId,
    defaultFor: row.defaultFor,
    audience: row.audience,
    subjectType: row.subjectType,
    scopes: row.scopes,
    allowAllScopes: row.allowAllScopes,
    organizationUsage: row.organizationUsage,
    allowAnyOrganization: row.allowAnyOrganization,
    authorizationDetailsTypes: fromColumn(strings, row.authorizationDetailsTypes),
    isSystem: row.isSystem,
  };
}

/** Domain values as columns; only those that are given. */
function toColumns({ scopes, authorizationDetailsTypes, ...plain }: ClientGrantChanges) {
  return {
    ...plain,
    ...(scopes !== undefined && { scopes: [...scopes] }),
    ...(authorizationDetailsTypes !== undefined && {
      authorizationDetailsTypes: toColumn(authorizationDetailsTypes),
    }),
  };
}

function where(filter: ClientGrantFilter): Prisma.ClientGrantWhereInput {
  return {
    ...(filter.clientId !== undefined && { clientId: filter.clientId }),
    ...(filter.audience !== undefined && { audience: filter.audience }),
    ...(filter.subjectType !== undefined && { subjectType: filter.subjectType }),
    ...(filter.defaultFor !== undefined && { defaultFor: filter.defaultFor }),
    ...(filter.allowAnyOrganization && { allowAnyOrganization: true }),
    ...(filter.organizationId !== undefined && {
      organizations: { some: { organizationId: filter.organizationId } },
    }),
    ...(filter.ids && { id: { in: [...filter.ids] } }),
  };
}

export function clientGrantReader(db: Db): ClientGrantReader {
  return {
    async find(id) {
      const row = await db.clientGrant.findUnique({ where: { id } });
      return row && toDomain(row);
    },
    list(filter, window) {
      const matches = where(filter);
      const orderBy = { id: 'asc' } as const;
      return list(
        window,
        {
          count: () => db.clientGrant.count({ where: matches }),
          page: (part) => db.clientGrant.findMany({ where: matches, orderBy, ...part }),
          after: async (cursor, take) => {
            if (cursor !== null && !/^cgr_[A-Za-z0-9]{16}$/.test(cursor)) throw new InvalidCursor();
            const where = cursor === null ? matches : { AND: [matches, { id: { gt: cursor } }] };
            return db.clientGrant.findMany({ where, orderBy, take });
          },
          cursor: (row) => row.id,
        },
        toDomain,
      );
    },
  };
}

export function clientGrantWriter(db: Db): ClientGrantWriter {
  const insert = inOneStatement(async (grants: readonly ClientGrant[]) => {
    await insertRows(db, 'client_grants', grants);
    return grants;
  });
  return {
    ...clientGrantReader(db),
    create(clientGrant) {
      return insert({ id: newClientGrantId(), ...clientGrant });
    },
    async update(id, changes) {
      return toDomain(await db.clientGrant.update({ where: { id }, data: toColumns(changes) }));
    },
    async delete(id) {
      return (await db.clientGrant.deleteMany({ where: { id } })).count > 0;
    },
  };
}
