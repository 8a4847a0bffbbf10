// Roles and users, and what they may do.

import { bodyOf, unique } from '../oauth/given.js';
import { type Cases, nowhere, strangers, tooLong, type World } from './world.js';

const permissionsOf = ({ api }: World, permission = 'read') => ({
  permissions: [{ resource_server_identifier: api.identifier, permission_name: permission }],
});
const nobody = { users: [decodeURIComponent(nowhere.user)] };
const noRoles = { roles: [nowhere.role] };
const newUser = () => ({
  connection: 'Username-Password-Authentication',
  email: `${unique('new')}@example.com`,
  password: 'a Password',
});

export const roleCases: Cases = {
  ...strangers('listRoles'),
  'listRoles 200': ({ server }) => server.api('get', 'roles'),
  'listRoles 400': ({ server }) => server.api('get', 'roles?type=nosuch'),

  ...strangers('createRole'),
  'createRole 200': ({ server }) => server.api('post', 'roles', { name: unique('role') }),
  'createRole 400': ({ server }) => server.api('post', 'roles', {}),
  'createRole 404': ({ server }) =>
    server.api('post', 'roles', {
      name: unique('role'),
      type: 'organization',
      owner_id: nowhere.organization,
    }),
  'createRole 409': ({ server, roleName }) => server.api('post', 'roles', { name: roleName }),

  ...strangers('getRole'),
  'getRole 200': ({ server, role }) => server.api('get', `roles/${role}`),
  'getRole 400': ({ server }) => server.api('get', `roles/${tooLong}`),
  'getRole 404': ({ server }) => server.api('get', `roles/${nowhere.role}`),

  ...strangers('updateRole'),
  'updateRole 200': ({ server, role }) => server.api('patch', `roles/${role}`, { description: 'Reads' }),
  'updateRole 400': ({ server, role }) => server.api('patch', `roles/${role}`, { nosuch: 1 }),
  'updateRole 404': ({ server }) => server.api('patch', `roles/${nowhere.role}`, { description: 'x' }),
  'updateRole 409': async ({ server, roleName }) => {
    const role = server.api('post', 'roles', { name: unique('role') });
    const { id } = await bodyOf<{ id: string }>(role, 200);
    return server.api('patch', `roles/${id}`, { name: roleName });
  },

  ...strangers('deleteRole'),
  'deleteRole 200': async ({ server }) => {
    const role = server.api('post', 'roles', { name: unique('role') });
    const { id } = await bodyOf<{ id: string }>(role, 200);
    return server.api('delete', `roles/${id}`, {});
  },
  'deleteRole 400': ({ server }) => server.api('delete', `roles/${tooLong}`),
  'deleteRole 404': ({ server }) => server.api('delete', `roles/${nowhere.role}`),

  ...strangers('listRolePermissions'),
  'listRolePermissions 200': ({ server, role }) => server.api('get', `roles/${role}/permissions`),
  'listRolePermissions 400': ({ server, role }) => server.api('get', `roles/${role}/permissions?take=1`),
  'listRolePermissions 404': ({ server }) => server.api('get', `roles/${nowhere.role}/permissions`),

  ...strangers('addRolePermissions'),
  'addRolePermissions 201': (world) =>
    world.server.api('post', `roles/${world.role}/permissions`, permissionsOf(world)),
  'addRolePermissions 400': (world) =>
    world.server.api('post', `roles/${world.role}/permissions`, permissionsOf(world, 'nosuch')),
  'addRolePermissions 404': (world) =>
    world.server.api('post', `roles/${nowhere.role}/permissions`, permissionsOf(world)),

  ...strangers('removeRolePermissions'),
  'removeRolePermissions 204': (world) =>
    world.server.api('delete', `roles/${world.role}/permissions`, permissionsOf(world, 'nosuch')),
  'removeRolePermissions 400': ({ server, role }) =>
    server.api('delete', `roles/${role}/permissions`, { permissions: [] }),
  'removeRolePermissions 404': (world) =>
    world.server.api('delete', `roles/${nowhere.role}/permissions`, permissionsOf(world)),

  ...strangers('listRoleUsers'),
  'listRoleUsers 200': ({ server, role }) => server.api('get', `roles/${role}/users`),
  'listRoleUsers 400': ({ server, role }) => server.api('get', `roles/${role}/users?page=20`),
  'listRoleUsers 404': ({ server }) => server.api('get', `roles/${nowhere.role}/users`),

  ...strangers('addRoleUsers'),
  'addRoleUsers 200': ({ server, role, user }) =>
    server.api('post', `roles/${role}/users`, { users: [decodeURIComponent(user)] }),
  'addRoleUsers 400': ({ server, role }) => server.api('post', `roles/${role}/users`, { users: [] }),
  'addRoleUsers 404': ({ server, role }) => server.api('post', `roles/${role}/users`, nobody),
};

export const userCases: Cases = {
  ...strangers('listUsers'),
  'listUsers 200': ({ server }) => server.api('get', 'users'),
  'listUsers 400': ({ server }) => server.api('get', 'users?q=email:'),

  ...strangers('createUser'),
  'createUser 201': ({ server }) => server.api('post', 'users', newUser()),
  'createUser 400': ({ server }) => server.api('post', 'users', { ...newUser(), connection: 'nosuch' }),
  'createUser 409': ({ server, email }) => server.api('post', 'users', { ...newUser(), email }),

  // Its one parameter is needed.
  ...strangers('listUsersByEmail'),
  'listUsersByEmail 200': ({ server, email }) =>
    server.api('get', `users-by-email?email=${encodeURIComponent(email)}`),
  'listUsersByEmail 400': ({ server }) => server.api('get', 'users-by-email'),

  ...strangers('getUser'),
  'getUser 200': ({ server, user }) => server.api('get', `users/${user}`),
  'getUser 400': ({ server }) => server.api('get', `users/${tooLong}`),
  'getUser 404': ({ server }) => server.api('get', `users/${nowhere.user}`),

  ...strangers('updateUser'),
  'updateUser 200': ({ server, user }) => server.api('patch', `users/${user}`, { nickname: 'R' }),
  'updateUser 400': ({ server, user }) => server.api('patch', `users/${user}`, { nosuch: 1 }),
  'updateUser 404': ({ server }) => server.api('patch', `users/${nowhere.user}`, { nickname: 'R' }),

  ...strangers('deleteUser'),
  'deleteUser 204': ({ server }) => server.api('delete', `users/${nowhere.user}`),
  'deleteUser 400': ({ server }) => server.api('delete', `users/${tooLong}`),

  ...strangers('listUserRoles'),
  'listUserRoles 200': ({ server, user }) => server.api('get', `users/${user}/roles`),
  'listUserRoles 400': ({ server, user }) => server.api('get', `users/${user}/roles?per_page=0`),
  'listUserRoles 404': ({ server }) => server.api('get', `users/${nowhere.user}/roles`),

  ...strangers('addUserRoles'),
  'addUserRoles 204': ({ server, user, role }) =>
    server.api('post', `users/${user}/roles`, { roles: [role] }),
  'addUserRoles 400': ({ server, user }) => server.api('post', `users/${user}/roles`, { roles: [] }),
  'addUserRoles 404': ({ server, user }) => server.api('post', `users/${user}/roles`, noRoles),

  ...strangers('removeUserRoles'),
  'removeUserRoles 204': async ({ server, user }) => {
    const role = server.api('post', 'roles', { name: unique('role') });
    const { id } = await bodyOf<{ id: string }>(role, 200);
    return server.api('delete', `users/${user}/roles`, { roles: [id] });
  },
  'removeUserRoles 400': ({ server, user }) => server.api('delete', `users/${user}/roles`, {}),
  'removeUserRoles 404': ({ server, user }) => server.api('delete', `users/${user}/roles`, noRoles),

  ...strangers('listUserPermissions'),
  'listUserPermissions 200': ({ server, user }) => server.api('get', `users/${user}/permissions`),
  'listUserPermissions 400': ({ server, user }) => server.api('get', `users/${user}/permissions?page=-1`),
  'listUserPermissions 404': ({ server }) => server.api('get', `users/${nowhere.user}/permissions`),

  ...strangers('addUserPermissions'),
  'addUserPermissions 201': (world) =>
    world.server.api('post', `users/${world.user}/permissions`, permissionsOf(world)),
  'addUserPermissions 400': (world) =>
    world.server.api('post', `users/${world.user}/permissions`, permissionsOf(world, 'nosuch')),
  'addUserPermissions 404': (world) =>
    world.server.api('post', `users/${nowhere.user}/permissions`, permissionsOf(world)),

  ...strangers('removeUserPermissions'),
  'removeUserPermissions 204': (world) =>
    world.server.api('delete', `users/${world.user}/permissions`, permissionsOf(world, 'nosuch')),
  'removeUserPermissions 400': ({ server, user }) =>
    server.api('delete', `users/${user}/permissions`, { permissions: 1 }),
  'removeUserPermissions 404': (world) =>
    world.server.api('delete', `users/${nowhere.user}/permissions`, permissionsOf(world)),
};
