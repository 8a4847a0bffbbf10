import type { OrganizationConnection as Row, Prisma } from '../../generated/prisma/client.js';
import type { ConnectionAccessLevel, OrganizationConnection } from '../../domain/organization-parts.js';
import type { OrganizationConnectionReader, OrganizationConnectionWriter } from '../config.js';

type Db = Prisma.TransactionClient;
type RowWithConnection = Row & { readonly connection: OrganizationConnection['connection'] };

const include = {
  connection: { select: { name: true, strategy: true } },
} as const satisfies Prisma.OrganizationConnectionInclude;

function toDomain({ seq, accessLevel, ...rest }: RowWithConnection): OrganizationConnection {
  void seq;
  return { ...rest, accessLevel: accessLevel as ConnectionAccessLevel };
}

const keyOf = (organizationId: string, connectionId: string) => ({
  organizationId_connectionId: { organizationId, connectionId },
});

export function organizationConnectionReader(db: Db): OrganizationConnectionReader {
  return {
    async find(organizationId, connectionId) {
      const where = keyOf(organizationId, connectionId);
      const row = await db.organizationConnection.findUnique({ where, include });
      return row && toDomain(row);
    },
    async list(organizationId, { isEnabled }, window) {
      const where = { organizationId, ...(isEnabled !== undefined && { isEnabled }) };
      const part = { skip: window.offset, take: window.limit };
      const rows = await db.organizationConnection.findMany({
        where,
        orderBy: { seq: 'asc' },
        include,
        ...part,
      });
      const total = window.countTotal ? await db.organizationConnection.count({ where }) : null;
      return { items: rows.map(toDomain), total, next: null };
    },
    async organizationsOf(connectionId, most) {
      const where = { connectionId, isEnabled: true };
      const select = { organizationId: true };
      const rows = await db.organizationConnection.findMany({
        where,
        orderBy: { seq: 'asc' },
        select,
        take: most,
      });
      return rows.map(({ organizationId }) => organizationId);
    },
  };
}

export function organizationConnectionWriter(db: Db): OrganizationConnectionWriter {
  return {
    ...organizationConnectionReader(db),
    async add(organizationId, connectionId, settings) {
      const data = { organizationId, connectionId, ...settings };
      return toDomain(await db.organizationConnection.create({ data, include }));
    },
    async update(organizationId, connectionId, changes) {
      const where = keyOf(organizationId, connectionId);
      return toDomain(await db.organizationConnection.update({ where, data: changes, include }));
    },
    async remove(organizationId, connectionId) {
      const where = { organizationId, connectionId };
      return (await db.organizationConnection.deleteMany({ where })).count > 0;
    },
  };
}
