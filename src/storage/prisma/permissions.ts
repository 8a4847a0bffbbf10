// Permissions of roles and of users. What their API says of them is looked up where the API has it, so that there is no
// copy to keep; the lists are SQL, since that lookup goes into a JSON column.

import { z } from 'zod';
import { Prisma } from '../../generated/prisma/client.js';
import type { DescribedPermission, Permission, UserPermission } from '../../domain/permission.js';
import type { Listing, PageWindow } from '../window.js';

type Db = Prisma.TransactionClient;

const describedRow = z.object({
  permission_name: z.string(),
  resource_server_identifier: z.string(),
  resource_server_name: z.string().nullable(),
  description: z.string().nullable(),
});

const sources = z.array(z.strictObject({ roleId: z.string().nullable(), roleName: z.string().nullable() }));
const userRow = describedRow.extend({ sources });

/** Adds to `given (permission_name, resource_server_identifier, …)` what the APIs say, in the order of both lists. */
function describe(given: Prisma.Sql, { offset, limit }: PageWindow): Prisma.Sql {
  return Prisma.sql`
    SELECT given.*, api.name AS resource_server_name, (
      SELECT scope->>'description' FROM jsonb_array_elements(api.scopes) AS scope
      WHERE scope->>'value' = given.permission_name LIMIT 1
    ) AS description
    FROM (${given}) AS given
    JOIN resource_servers AS api ON api.identifier = given.resource_server_identifier
    ORDER BY given.permission_name, given.resource_server_identifier
    LIMIT ${limit} OFFSET ${offset}`;
}

function toDescribed(row: z.infer<typeof describedRow>): DescribedPermission {
  return {
    permissionName: row.permission_name,
    description: row.description,
    resourceServerName: row.resource_server_name,
    resourceServerIdentifier: row.resource_server_identifier,
  };
}

function toUserPermission(row: z.infer<typeof userRow>): UserPermission {
  return {
    ...toDescribed(row),
    sources: row.sources.map(({ roleId, roleName }) =>
      roleId === null || roleName === null ? { type: 'direct' } : { type: 'role', roleId, roleName },
    ),
  };
}

async function count(db: Db, given: Prisma.Sql): Promise<number> {
  const rows = await db.$queryRaw`SELECT count(*)::int AS total FROM (${given}) AS given`;
  const [row] = z.tuple([z.object({ total: z.number() })]).parse(rows);
  return row.total;
}

/** The permissions of a role. */
export async function listRolePermissions(
  db: Db,
  roleId: string,
  window: PageWindow,
): Promise<Listing<DescribedPermission>> {
  const given = Prisma.sql`
    SELECT permission_name, resource_server_identifier FROM role_permissions WHERE role_id = ${roleId}`;
  const rows = z.array(describedRow).parse(await db.$queryRaw(describe(given, window)));
  return {
    items: rows.map(toDescribed),
    total: window.countTotal ? await count(db, given) : null,
    next: null,
  };
}

/** The permissions of a user, directly and by roles. */
export async function listUserPermissions(
  db: Db,
  userId: string,
  window: PageWindow,
): Promise<Listing<UserPermission>> {
  const given = Prisma.sql`
    SELECT permission_name, resource_server_identifier,
      json_agg(json_build_object('roleId', role_id, 'roleName', role_name) ORDER BY role_name NULLS FIRST) AS sources
    FROM (
      SELECT permission_name, resource_server_identifier, NULL AS role_id, NULL AS role_name
      FROM user_permissions WHERE user_id = ${userId}
      UNION ALL
      SELECT p.permission_name, p.resource_server_identifier, r.id, r.name
      FROM user_roles AS u
      JOIN roles AS r ON r.id = u.role_id
      JOIN role_permissions AS p ON p.role_id = r.id
      WHERE u.user_id = ${userId}
    ) AS each
    GROUP BY permission_name, resource_server_identifier`;
  const rows = z.array(userRow).parse(await db.$queryRaw(describe(given, window)));
  return {
    items: rows.map(toUserPermission),
    total: window.countTotal ? await count(db, given) : null,
    next: null,
  };
}

/** The columns that name these permissions, for a filter. */
export function anyOf(permissions: readonly Permission[]): { OR: Permission[] } {
  return {
    OR: permissions.map(({ resourceServerIdentifier, permissionName }) => ({
      resourceServerIdentifier,
      permissionName,
    })),
  };
}
