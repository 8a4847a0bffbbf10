import type { Prisma, User as Row } from '../../generated/prisma/client.js';
import type { User, UserChanges } from '../../domain/user.js';
import type { UserOrder, UserReader, UserWriter } from '../config.js';
import { fromColumn, jsonObject, toColumn } from './json-columns.js';
import { list, createdAfter } from './listing.js';
import { anyOf, listUserPermissions } from './permissions.js';
import { searchFilter } from './user-search.js';

type Db = Prisma.TransactionClient;

export function toDomain({ seq, passwordHash, userMetadata, appMetadata, ...row }: Row): User {
  void [seq, passwordHash];
  return {
    ...row,
    userMetadata: fromColumn(jsonObject, userMetadata),
    appMetadata: fromColumn(jsonObject, appMetadata),
  };
}

/** Domain values as columns; only those that are given. */
function toColumns({ userMetadata, appMetadata, ...plain }: UserChanges) {
  return {
    ...plain,
    ...(userMetadata !== undefined && { userMetadata: toColumn(userMetadata) }),
    ...(appMetadata !== undefined && { appMetadata: toColumn(appMetadata) }),
  };
}

const COLUMNS = {
  created_at: 'createdAt',
  updated_at: 'updatedAt',
  user_id: 'userId',
  email: 'email',
  username: 'username',
  name: 'name',
  nickname: 'nickname',
  given_name: 'givenName',
  family_name: 'familyName',
  phone_number: 'phoneNumber',
} as const satisfies Record<UserOrder['by'], keyof Row>;

/** Among equals, and at first, oldest first. */
function orderOf(order: UserOrder | undefined): Prisma.UserOrderByWithRelationInput[] {
  const direction = order?.descending ? 'desc' : 'asc';
  if (order === undefined) return [{ seq: 'asc' }];
  if (order.by === 'created_at') return [{ createdAt: direction }, { seq: direction }];
  return [{ [COLUMNS[order.by]]: direction }, { seq: 'asc' }];
}

export function userReader(db: Db): UserReader {
  return {
    async find(userId) {
      const row = await db.user.findUnique({ where: { userId } });
      return row && toDomain(row);
    },
    async missing(userIds) {
      const rows = await db.user.findMany({
        where: { userId: { in: [...userIds] } },
        select: { userId: true },
      });
      const found = new Set(rows.map(({ userId }) => userId));
      return userIds.filter((userId) => !found.has(userId));
    },
    async findByIdentifier(connection, by) {
      const row = await db.user.findFirst({ where: { connection, ...by } });
      return row && toDomain(row);
    },
    async listByEmail(email) {
      const rows = await db.user.findMany({ where: { email }, orderBy: { seq: 'asc' } });
      return rows.map(toDomain);
    },
    async list(search, window, order) {
      const where = searchFilter(search);
      const orderBy = orderOf(order);
      const rows = await db.user.findMany({ where, orderBy, skip: window.offset, take: window.limit });
      const total = window.countTotal ? await db.user.count({ where }) : null;
      return { items: rows.map(toDomain), total, next: null };
    },
    listByRole(roleId, window) {
      const orderBy = { seq: 'asc' } as const;
      const include = { user: true } as const;
      return list(
        window,
        {
          count: () => db.userRole.count({ where: { roleId } }),
          page: (part) => db.userRole.findMany({ where: { roleId }, orderBy, include, ...part }),
          after: (cursor, take) =>
            db.userRole.findMany({ where: { roleId, ...createdAfter(cursor) }, orderBy, include, take }),
          cursor: ({ seq }) => String(seq),
        },
        ({ user }) => toDomain(user),
      );
    },
    listPermissions(userId, window) {
      return listUserPermissions(db, userId, window);
    },
  };
}

export function userWriter(db: Db): UserWriter {
  return {
    ...userReader(db),
    async create({ userId, connection, provider, createdAt, ...rest }) {
      const data = { userId, connection, provider, createdAt, updatedAt: createdAt, ...toColumns(rest) };
      return toDomain(await db.user.create({ data }));
    },
    async update(userId, changes, updatedAt) {
      return toDomain(
        await db.user.update({ where: { userId }, data: { ...toColumns(changes), updatedAt } }),
      );
    },
    async delete(userId) {
      return (await db.user.deleteMany({ where: { userId } })).count > 0;
    },
    async addRoles(userIds, roleIds) {
      const data = userIds.flatMap((userId) => roleIds.map((roleId) => ({ userId, roleId })));
      await db.userRole.createMany({ data, skipDuplicates: true });
    },
    async removeRoles(userId, roleIds) {
      await db.userRole.deleteMany({ where: { userId, roleId: { in: [...roleIds] } } });
    },
    countPermissions(userId) {
      return db.userPermission.count({ where: { userId } });
    },
    async addPermissions(userId, permissions) {
      const data = permissions.map((permission) => ({ userId, ...permission }));
      await db.userPermission.createMany({ data, skipDuplicates: true });
    },
    async removePermissions(userId, permissions) {
      await db.userPermission.deleteMany({ where: { userId, ...anyOf(permissions) } });
    },
  };
}
