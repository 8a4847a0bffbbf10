import type { Prisma, Role as Row } from '../../generated/prisma/client.js';
import { newRoleId } from '../../domain/ids.js';
import type { Role } from '../../domain/role.js';
import type { RoleFilter, RoleReader, RoleWriter } from '../config.js';
import { InvalidCursor } from '../window.js';
import { likePattern } from './like.js';
import { list } from './listing.js';
import { anyOf, listRolePermissions } from './permissions.js';

type Db = Prisma.TransactionClient;

function toDomain({ id, name, description, type, ownerId }: Row): Role {
  return { id, name, description, type, ownerId };
}

function where(filter: RoleFilter): Prisma.RoleWhereInput {
  return {
    ...(filter.nameContains !== undefined && {
      name: { contains: likePattern(filter.nameContains), mode: 'insensitive' },
    }),
    ...(filter.type !== undefined && { type: filter.type }),
    ...(filter.ownerId !== undefined && { ownerId: filter.ownerId }),
    ...(filter.userId !== undefined && { users: { some: { userId: filter.userId } } }),
    ...(filter.member && { members: { some: filter.member } }),
  };
}

/** Names alone are no position: an organization may have a role of the same name. */
function positionOf(cursor: string): { id: string; name: string } {
  const [, id, name] = /^(rol_[A-Za-z0-9]{16}),(.*)$/s.exec(cursor) ?? [];
  if (id === undefined || name === undefined || name.includes('\0')) throw new InvalidCursor();
  return { id, name };
}

function after(cursor: string | null): Prisma.RoleWhereInput {
  if (cursor === null) return {};
  const { id, name } = positionOf(cursor);
  return { OR: [{ name: { gt: name } }, { name, id: { gt: id } }] };
}

export function roleReader(db: Db): RoleReader {
  return {
    async find(id) {
      const row = await db.role.findUnique({ where: { id } });
      return row && toDomain(row);
    },
    async findAll(ids) {
      return (await db.role.findMany({ where: { id: { in: [...ids] } } })).map(toDomain);
    },
    list(filter, window) {
      const matches = where(filter);
      const orderBy: Prisma.RoleOrderByWithRelationInput[] = [{ name: 'asc' }, { id: 'asc' }];
      return list(
        window,
        {
          count: () => db.role.count({ where: matches }),
          page: (part) => db.role.findMany({ where: matches, orderBy, ...part }),
          after: async (cursor, take) =>
            db.role.findMany({ where: { AND: [matches, after(cursor)] }, orderBy, take }),
          cursor: ({ id, name }) => `${id},${name}`,
        },
        toDomain,
      );
    },
    listPermissions(roleId, window) {
      return listRolePermissions(db, roleId, window);
    },
  };
}

export function roleWriter(db: Db): RoleWriter {
  return {
    ...roleReader(db),
    async create(role) {
      return toDomain(await db.role.create({ data: { id: newRoleId(), ...role } }));
    },
    async update(id, changes) {
      return toDomain(await db.role.update({ where: { id }, data: changes }));
    },
    async delete(id) {
      return (await db.role.deleteMany({ where: { id } })).count > 0;
    },
    countPermissions(roleId) {
      return db.rolePermission.count({ where: { roleId } });
    },
    async addPermissions(roleId, permissions) {
      const data = permissions.map((permission) => ({ roleId, ...permission }));
      await db.rolePermission.createMany({ data, skipDuplicates: true });
    },
    async removePermissions(roleId, permissions) {
      await db.rolePermission.deleteMany({ where: { roleId, ...anyOf(permissions) } });
    },
  };
}
