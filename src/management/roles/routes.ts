// /api/v2/roles, their permissions and the users that have them (management-api.md 9).

import type { NewRole, Role } from '../../domain/role.js';
import type { Tenant } from '../../domain/tenant.js';
import { ManagementError } from '../../errors.js';
import type { Handlers, RequestBody } from '../../http/contract.js';
import { listBody, pageBody, pageOf, windowOf, windowOfLongList } from '../../http/paging.js';
import type { ConfigReader } from '../../storage/config.js';
import type { ConfigStore } from '../../storage/storage.js';
import type { ChangeConfig } from '../change.js';
import { givePermissions, namedPermissions, toPermissionWire } from '../permissions.js';
import { checkAssignable } from './rules.js';
import { toChanges, toCreatedWire, toRoleUserWire, toWire } from './wire.js';

type Operations =
  | 'listRoles'
  | 'createRole'
  | 'getRole'
  | 'updateRole'
  | 'deleteRole'
  | 'listRolePermissions'
  | 'addRolePermissions'
  | 'removeRolePermissions'
  | 'listRoleUsers'
  | 'addRoleUsers';

async function get(config: ConfigReader, id: string): Promise<Role> {
  const found = await config.roles.find(id);
  if (found === null) throw new ManagementError('inexistent_role');
  return found;
}

/** Whose a role is: management-api.md 9. */
async function newRole(config: ConfigReader, body: RequestBody<'createRole'>): Promise<NewRole> {
  const { name, description = null, type = 'tenant', owner_id: ownerId = null } = body;
  if (type === 'organization' && ownerId === null) {
    throw new ManagementError(
      'invalid_body',
      "Payload validation error: 'Missing required property: owner_id'.",
    );
  }
  if (type === 'tenant' && ownerId !== null) {
    throw new ManagementError('invalid_body', 'Only roles of type organization can have an owner_id');
  }
  if (ownerId !== null && (await config.organizations.find(ownerId)) === null) {
    throw new ManagementError('inexistent_organization');
  }
  return { name, description, type, ownerId };
}

export function roleHandlers(
  storage: ConfigStore,
  change: ChangeConfig,
  tenant: Tenant,
): Handlers<Operations> {
  return {
    async listRoles({ query }) {
      const window = windowOf(query);
      const filter = {
        ...(query.name_filter !== undefined && { nameContains: query.name_filter }),
        ...(query.type !== undefined && { type: query.type }),
        ...(query.owner_id !== undefined && { ownerId: query.owner_id }),
      };
      const listing = await storage.config.roles.list(filter, window);
      return { status: 200, body: listBody('roles', window, listing, toWire, { totalsLast: true }) };
    },

    async createRole(call) {
      const created = await change(call, async (config) =>
        config.roles.create(await newRole(config, call.body)),
      );
      return { status: 200, body: toCreatedWire(created) };
    },

    async getRole({ path }) {
      return { status: 200, body: toWire(await get(storage.config, path.id)) };
    },

    async updateRole(call) {
      const updated = await change(call, async (config) => {
        const { id } = await get(config, call.path.id);
        return config.roles.update(id, toChanges(call.body));
      });
      return { status: 200, body: toWire(updated) };
    },

    async deleteRole(call) {
      await change(call, async (config) => {
        if (!(await config.roles.delete(call.path.id))) throw new ManagementError('inexistent_role');
      });
      return { status: 200, body: {} };
    },

    async listRolePermissions({ path, query }) {
      const { id } = await get(storage.config, path.id);
      const window = pageOf(query);
      const listing = await storage.config.roles.listPermissions(id, window);
      return {
        status: 200,
        body: pageBody('permissions', window, listing, toPermissionWire, { totalsLast: true }),
      };
    },

    async addRolePermissions(call) {
      const permissions = namedPermissions(call.body, tenant);
      await change(call, async (config) => {
        const { id } = await get(config, call.path.id);
        await givePermissions(config, 'role', id, permissions);
      });
      return { status: 201, body: {} };
    },

    async removeRolePermissions(call) {
      const permissions = namedPermissions(call.body, tenant);
      await change(call, async (config) => {
        const { id } = await get(config, call.path.id);
        await config.roles.removePermissions(id, permissions);
      });
      return { status: 204, body: undefined };
    },

    async listRoleUsers({ path, query }) {
      const { id } = await get(storage.config, path.id);
      const window = windowOfLongList(query);
      const listing = await storage.config.users.listByRole(id, window);
      return { status: 200, body: listBody('users', window, listing, toRoleUserWire, { totalsLast: true }) };
    },

    async addRoleUsers(call) {
      await change(call, async (config) => {
        const role = await get(config, call.path.id);
        checkAssignable(role);
        const missing = await config.users.missing(call.body.users);
        if (missing.length > 0) throw new ManagementError('inexistent_users');
        await config.users.addRoles(call.body.users, [role.id]);
      });
      return { status: 200, body: {} };
    },
  };
}
