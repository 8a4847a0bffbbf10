// `roles` (auth0-deploy-cli 8.44.0, lib/tools/auth0/handlers/roles.js).

import { isJsonObject, type JsonObject } from '../../domain/json.js';
import type { SeedRun, Stored } from '../run.js';
import { collection } from './collection.js';
import type { Entry } from './kind.js';
import { identities, text, without } from './members.js';
import { identifierHere } from './resource-servers.js';

type Body = Record<string, unknown>;

/** What names a permission; the rest of one is for reading. */
const NAMES = ['resource_server_identifier', 'permission_name'] as const;

const keyOf = (permission: JsonObject): string => JSON.stringify(NAMES.map((name) => permission[name]));

/** The permissions of an entry with identifiers as they are here; what is no permission is left to the contract. */
function permissionsHere(listed: readonly unknown[], run: SeedRun): readonly unknown[] {
  return listed.map((permission) => {
    if (!isJsonObject(permission)) return permission;
    const named = without(permission, 'resource_server_name', 'description');
    return { ...named, resource_server_identifier: identifierHere(named['resource_server_identifier'], run) };
  });
}

/** Where an entry lists permissions, these are all that the role has: the tool takes the others away, too. */
async function applyPermissions(
  entry: Entry,
  value: Body,
  id: string,
  run: SeedRun,
): Promise<boolean | null> {
  const listed = value['permissions'];
  if (!Array.isArray(listed)) return false;
  const present = new Map<string, JsonObject>();
  for await (const permission of run.list('listRolePermissions', { path: { id } })) {
    const { tenant } = run.options;
    const identifier = tenant.canonical(text(permission, 'resource_server_identifier'));
    const named = {
      resource_server_identifier: identifier,
      permission_name: text(permission, 'permission_name'),
    };
    present.set(keyOf(named), named);
  }
  const wanted = permissionsHere(listed, run);
  let outcome: boolean | null = false;
  const kept = new Set<string>();
  for (const [index, permission] of wanted.entries()) {
    const key = isJsonObject(permission) ? keyOf(permission) : '';
    kept.add(key);
    if (present.has(key)) continue;
    const at = ['permissions', index];
    const api = isJsonObject(permission) ? text(permission, 'resource_server_identifier') : '';
    const added = await run.change(entry, {
      id: 'addRolePermissions',
      path: { id },
      body: { permissions: [permission] },
      at: [],
      explain: () => (run.names.isRefused('resourceServers', api) ? null : { at }),
      // The body has one permission, the entry has it further down.
      placeOf: (path) => (path[0] === 'permissions' && path.length > 1 ? [...at, ...path.slice(2)] : path),
    });
    outcome = added === null || outcome === null ? null : true;
  }
  const others = [...present].filter(([key]) => !kept.has(key)).map(([, permission]) => permission);
  if (others.length > 0) {
    await run.remove('removeRolePermissions', { id }, { permissions: others });
    outcome = outcome === null ? null : true;
  }
  return outcome;
}

/** The tool keeps to roles of the tenant, and so does not say their type. */
const settingsOf = (value: Body): Body => without(value, 'id', 'permissions', 'type');

export const roles = collection({
  type: 'roles',
  at: { folder: 'roles' },
  list: { id: 'listRoles', query: { type: 'tenant' } },
  identitiesOf: (value) => identities(value, 'id', 'name'),
  create: (value) => ({ id: 'createRole', body: settingsOf(value) }),
  update: (value, stored: Stored) => ({
    id: 'updateRole',
    path: { id: text(stored, 'id') },
    body: settingsOf(value),
  }),
  applyParts: (entry, value, stored, run) => applyPermissions(entry, value, text(stored, 'id'), run),
});
