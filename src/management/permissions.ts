// Permissions as bodies have them, for roles and for users alike (management-api.md 9 and 10).

import type { DescribedPermission, Permission } from '../domain/permission.js';
import type { Tenant } from '../domain/tenant.js';
import { ManagementError } from '../errors.js';
import type { components } from '../generated/openapi.js';
import type { ConfigReader, ConfigWriter } from '../storage/config.js';

type Schemas = components['schemas'];

/** Members in the recorded order (recorded-behaviour.md 8). Clients take all of them for texts. */
export function toPermissionWire(permission: DescribedPermission): Schemas['Permission'] {
  const { permissionName, description, resourceServerName, resourceServerIdentifier } = permission;
  return {
    permission_name: permissionName,
    description: description ?? '',
    resource_server_name: resourceServerName ?? resourceServerIdentifier,
    resource_server_identifier: resourceServerIdentifier,
  };
}

/** The permissions that a body names, each once. */
export function namedPermissions(body: Schemas['Permissions'], tenant: Tenant): readonly Permission[] {
  const named = body.permissions.map((permission) => ({
    resourceServerIdentifier: tenant.canonical(permission.resource_server_identifier),
    permissionName: permission.permission_name,
  }));
  return [...new Map(named.map((each) => [JSON.stringify(each), each])).values()];
}

/** The database holds the same rule. @throws ManagementError for what is no scope of an API. */
async function checkPermissions(config: ConfigReader, permissions: readonly Permission[]): Promise<void> {
  const identifiers = new Set(permissions.map(({ resourceServerIdentifier }) => resourceServerIdentifier));
  for (const identifier of identifiers) {
    const wanted = permissions.filter((each) => each.resourceServerIdentifier === identifier);
    const api = await config.resourceServers.findByIdentifier(identifier);
    if (api === null) throw new ManagementError('inexistent_resource_server');
    const scopes = new Set((api.scopes ?? []).map(({ value }) => value));
    const unknown = wanted.find(({ permissionName }) => !scopes.has(permissionName));
    if (unknown) {
      const message = `The resource server ${identifier} has no permission ${unknown.permissionName}.`;
      throw new ManagementError('invalid_body', message);
    }
  }
}

/** The platform's limit on a role's permissions; a user can have as many, and that text is documented (management-api.md 10). */
const MAX_PERMISSIONS = 1000;

/** Gives permissions to a role or a user that exists. Those that it has already it keeps. */
export async function givePermissions(
  config: ConfigWriter,
  to: 'role' | 'user',
  id: string,
  permissions: readonly Permission[],
): Promise<void> {
  const holders = to === 'role' ? config.roles : config.users;
  await checkPermissions(config, permissions);
  await holders.addPermissions(id, permissions);
  if ((await holders.countPermissions(id)) > MAX_PERMISSIONS) {
    throw new ManagementError('invalid_body', `No more permissions can be assigned to this ${to}.`);
  }
}
