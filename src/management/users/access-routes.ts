// What users may do: /api/v2/users/{id}/roles and /api/v2/users/{id}/permissions (management-api.md 10).

import type { Role } from '../../domain/role.js';
import type { Tenant } from '../../domain/tenant.js';
import { ManagementError } from '../../errors.js';
import type { Handlers } from '../../http/contract.js';
import { pageBody, pageOf } from '../../http/paging.js';
import type { ConfigReader } from '../../storage/config.js';
import type { ConfigStore } from '../../storage/storage.js';
import type { ChangeConfig } from '../change.js';
import { givePermissions, namedPermissions } from '../permissions.js';
import { checkAssignable } from '../roles/rules.js';
import { toWire as roleToWire } from '../roles/wire.js';
import { getUser } from './routes.js';
import { toUserPermissionWire } from './wire.js';

type Operations =
  | 'listUserRoles'
  | 'addUserRoles'
  | 'removeUserRoles'
  | 'listUserPermissions'
  | 'addUserPermissions'
  | 'removeUserPermissions';

/** Recorded for DELETE (terraform-provider-auth0, TestAccUser). @throws ManagementError where one does not exist. */
async function existingRoles(config: ConfigReader, ids: readonly string[]): Promise<readonly Role[]> {
  const roles = await config.roles.findAll(ids);
  if (roles.length < ids.length) throw new ManagementError('inexistent_role');
  return roles;
}

export function userAccessHandlers(
  storage: ConfigStore,
  change: ChangeConfig,
  tenant: Tenant,
): Handlers<Operations> {
  return {
    async listUserRoles({ path, query }) {
      const { userId } = await getUser(storage.config, path.id);
      const window = pageOf(query);
      const listing = await storage.config.roles.list({ userId }, window);
      return { status: 200, body: pageBody('roles', window, listing, roleToWire, { totalsLast: true }) };
    },

    async addUserRoles(call) {
      await change(call, async (config) => {
        const { userId } = await getUser(config, call.path.id);
        const ids = [...new Set(call.body.roles)];
        for (const role of await existingRoles(config, ids)) checkAssignable(role);
        await config.users.addRoles([userId], ids);
      });
      return { status: 204, body: undefined };
    },

    async removeUserRoles(call) {
      await change(call, async (config) => {
        const { userId } = await getUser(config, call.path.id);
        const ids = [...new Set(call.body.roles)];
        await existingRoles(config, ids);
        await config.users.removeRoles(userId, ids);
      });
      return { status: 204, body: undefined };
    },

    async listUserPermissions({ path, query }) {
      const { userId } = await getUser(storage.config, path.id);
      const window = pageOf(query);
      const listing = await storage.config.users.listPermissions(userId, window);
      return {
        status: 200,
        body: pageBody('permissions', window, listing, toUserPermissionWire, { totalsLast: true }),
      };
    },

    async addUserPermissions(call) {
      const permissions = namedPermissions(call.body, tenant);
      await change(call, async (config) => {
        const { userId } = await getUser(config, call.path.id);
        await givePermissions(config, 'user', userId, permissions);
      });
      return { status: 201, body: {} };
    },

    async removeUserPermissions(call) {
      const permissions = namedPermissions(call.body, tenant);
      await change(call, async (config) => {
        const { userId } = await getUser(config, call.path.id);
        await config.users.removePermissions(userId, permissions);
      });
      return { status: 204, body: undefined };
    },
  };
}
