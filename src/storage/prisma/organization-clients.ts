import type { Prisma } from '../../generated/prisma/client.js';
import type { OrganizationClient } from '../../domain/organization-parts.js';
import type { OrganizationClientReader, OrganizationClientWriter } from '../config.js';
import { InvalidCursor } from '../window.js';
import { toDomain as toClient } from './clients.js';
import { list } from './listing.js';
import type { Sealing } from './sealing.js';

type Db = Prisma.TransactionClient;

const include = { client: true } as const satisfies Prisma.OrganizationClientInclude;
type Row = Prisma.OrganizationClientGetPayload<{ include: typeof include }>;

const toDomain = ({ useForMemberAccess, client }: Row, sealing: Sealing): OrganizationClient => ({
  useForMemberAccess,
  client: toClient(client, sealing),
});

const keyOf = (organizationId: string, clientId: string) => ({
  organizationId_clientId: { organizationId, clientId },
});

const positionOf = (clientId: string): string => clientId.toLowerCase();

/** The rows after a client. Ids that differ only in case follow each other byte by byte. */
function after(clientId: string | null): Prisma.OrganizationClientWhereInput {
  if (clientId === null) return {};
  if (clientId.includes('\0')) throw new InvalidCursor();
  const position = positionOf(clientId);
  return { OR: [{ position: { gt: position } }, { position, clientId: { gt: clientId } }] };
}

export function organizationClientReader(db: Db, sealing: Sealing): OrganizationClientReader {
  return {
    async find(organizationId, clientId) {
      const where = keyOf(organizationId, clientId);
      const row = await db.organizationClient.findUnique({ where, include });
      return row && toDomain(row, sealing);
    },
    list(organizationId, window) {
      const orderBy: Prisma.OrganizationClientOrderByWithRelationInput[] = [
        { position: 'asc' },
        { clientId: 'asc' },
      ];
      const where = { organizationId };
      return list(
        window,
        {
          count: () => db.organizationClient.count({ where }),
          page: (part) => db.organizationClient.findMany({ where, orderBy, include, ...part }),
          after: async (cursor, take) =>
            db.organizationClient.findMany({
              where: { AND: [where, after(cursor)] },
              orderBy,
              include,
              take,
            }),
          cursor: ({ clientId }) => clientId,
        },
        (row) => toDomain(row, sealing),
      );
    },
    count(organizationId) {
      return db.organizationClient.count({ where: { organizationId } });
    },
    async associations(clientId, organizationIds) {
      const where = { clientId, organizationId: { in: [...organizationIds] } };
      const rows = await db.organizationClient.findMany({ where });
      return new Map(rows.map((row) => [row.organizationId, row.useForMemberAccess]));
    },
  };
}

export function organizationClientWriter(db: Db, sealing: Sealing): OrganizationClientWriter {
  return {
    ...organizationClientReader(db, sealing),
    async add(organizationId, clientId, useForMemberAccess) {
      const data = { organizationId, clientId, position: positionOf(clientId), useForMemberAccess };
      return toDomain(await db.organizationClient.create({ data, include }), sealing);
    },
    async update(organizationId, clientId, useForMemberAccess) {
      const where = keyOf(organizationId, clientId);
      const data = { useForMemberAccess };
      return toDomain(await db.organizationClient.update({ where, data, include }), sealing);
    },
    async remove(organizationId, clientIds) {
      await db.organizationClient.deleteMany({ where: { organizationId, clientId: { in: [...clientIds] } } });
    },
  };
}
