import type { Prisma } from '../../generated/prisma/client.js';
import type { OrganizationMember } from '../../domain/organization-parts.js';
import type { MemberReader, MemberWriter } from '../config.js';
import { list, createdAfter } from './listing.js';
import { toDomain as toUser } from './users.js';

type Db = Prisma.TransactionClient;

const include = {
  user: true,
  roles: {
    select: { role: { select: { id: true, name: true } } },
    orderBy: [{ role: { name: 'asc' } }, { roleId: 'asc' }],
  },
} as const satisfies Prisma.OrganizationMemberInclude;
type Row = Prisma.OrganizationMemberGetPayload<{ include: typeof include }>;

const toDomain = ({ user, roles }: Row): OrganizationMember => ({
  user: toUser(user),
  roles: roles.map(({ role }) => role),
});

export function memberReader(db: Db): MemberReader {
  return {
    async isMember(organizationId, userId) {
      const where = { organizationId_userId: { organizationId, userId } };
      return (await db.organizationMember.findUnique({ where })) !== null;
    },
    list(organizationId, { roleId }, window) {
      const where = { organizationId, ...(roleId !== undefined && { roles: { some: { roleId } } }) };
      const orderBy = { seq: 'asc' } as const;
      return list(
        window,
        {
          count: () => db.organizationMember.count({ where }),
          page: (part) => db.organizationMember.findMany({ where, orderBy, include, ...part }),
          after: (cursor, take) =>
            db.organizationMember.findMany({
              where: { ...where, ...createdAfter(cursor) },
              orderBy,
              include,
              take,
            }),
          cursor: ({ seq }) => String(seq),
        },
        toDomain,
      );
    },
  };
}

export function memberWriter(db: Db): MemberWriter {
  return {
    ...memberReader(db),
    async add(organizationId, userIds) {
      const data = userIds.map((userId) => ({ organizationId, userId }));
      await db.organizationMember.createMany({ data, skipDuplicates: true });
    },
    async remove(organizationId, userIds) {
      await db.organizationMember.deleteMany({ where: { organizationId, userId: { in: [...userIds] } } });
    },
    async addRoles(organizationId, userId, roleIds) {
      const data = roleIds.map((roleId) => ({ organizationId, userId, roleId }));
      await db.organizationMemberRole.createMany({ data, skipDuplicates: true });
    },
    async removeRoles(organizationId, userId, roleIds) {
      const where = { organizationId, userId, roleId: { in: [...roleIds] } };
      await db.organizationMemberRole.deleteMany({ where });
    },
  };
}
