// What belongs to an organization: connections, clients, discovery domains, members and their roles.

import { givenClient, givenConnection, givenOrganization, unique } from '../oauth/given.js';
import type { TestServer } from '../support/server.js';
import { type Cases, nowhere, strangers, tooLong, type World } from './world.js';

type Ask = World['server']['api'];
type Method = Parameters<Ask>[0];

/** A request below an organization of the world. */
const on =
  (method: Method, path: string | ((world: World) => string), body?: object | ((world: World) => object)) =>
  (world: World) =>
    world.server.api(
      method,
      `organizations/${world.organization}/${typeof path === 'string' ? path : path(world)}`,
      typeof body === 'function' ? body(world) : body,
    );

/** The same below an organization that does not exist. */
const offside =
  (method: Method, path: string, body?: object) =>
  ({ server }: World) =>
    server.api(method, `organizations/${nowhere.organization}/${path}`, body);

async function withConnection(server: TestServer): Promise<{ organization: string; connection: string }> {
  const organization = await givenOrganization(server);
  const connection = await givenConnection(server);
  await server.api('post', `organizations/${organization}/connections`, { connection_id: connection });
  return { organization, connection };
}

function connectionCases(name: string, path: string): Cases {
  const [list, add, get] = [`listOrganization${name}s`, `addOrganization${name}`, `getOrganization${name}`];
  const [update, remove] = [`updateOrganization${name}`, `removeOrganization${name}`];
  return {
    ...strangers(list),
    [`${list} 200`]: on('get', path),
    [`${list} 400`]: on('get', `${path}?page=-1`),
    [`${list} 404`]: offside('get', path),
    ...strangers(add),
    [`${add} 201`]: async (world) =>
      on('post', path, { connection_id: await givenConnection(world.server) })(world),
    [`${add} 400`]: on('post', path, {}),
    [`${add} 404`]: on('post', path, { connection_id: nowhere.connection }),
    [`${add} 409`]: async ({ server }) => {
      const { organization, connection } = await withConnection(server);
      return server.api('post', `organizations/${organization}/${path}`, { connection_id: connection });
    },
    ...strangers(get),
    [`${get} 200`]: async ({ server }) => {
      const { organization, connection } = await withConnection(server);
      return server.api('get', `organizations/${organization}/${path}/${connection}`);
    },
    [`${get} 400`]: on('get', `${path}/${tooLong}`),
    [`${get} 404`]: on('get', `${path}/${nowhere.connection}`),
    ...strangers(update),
    [`${update} 200`]: async ({ server }) => {
      const { organization, connection } = await withConnection(server);
      return server.api('patch', `organizations/${organization}/${path}/${connection}`, {
        show_as_button: false,
      });
    },
    [`${update} 400`]: on('patch', `${path}/${nowhere.connection}`, { nosuch: 1 }),
    [`${update} 404`]: on('patch', `${path}/${nowhere.connection}`, {}),
    ...strangers(remove),
    [`${remove} 204`]: on('delete', `${path}/${nowhere.connection}`),
    [`${remove} 400`]: on('delete', `${path}/${tooLong}`),
    [`${remove} 404`]: offside('delete', `${path}/${nowhere.connection}`),
  };
}

async function addClient(world: World): Promise<string> {
  const { id } = await givenClient(world.server);
  const clients = [{ client_id: id, use_for_member_access: true }];
  await on('post', 'clients', { clients })(world);
  return id;
}

const clientCases: Cases = {
  ...strangers('listOrganizationClients'),
  'listOrganizationClients 200': on('get', 'clients'),
  'listOrganizationClients 400': on('get', 'clients?take=0'),
  'listOrganizationClients 404': offside('get', 'clients'),
  ...strangers('addOrganizationClients'),
  'addOrganizationClients 201': async (world) => {
    const { id } = await givenClient(world.server);
    return on('post', 'clients', { clients: [{ client_id: id, use_for_member_access: true }] })(world);
  },
  'addOrganizationClients 400': on('post', 'clients', { clients: [] }),
  'addOrganizationClients 404': on('post', 'clients', {
    clients: [{ client_id: 'nobody', use_for_member_access: true }],
  }),
  'addOrganizationClients 409': async (world) => {
    const clients = [{ client_id: await addClient(world), use_for_member_access: true }];
    return on('post', 'clients', { clients })(world);
  },
  ...strangers('removeOrganizationClients'),
  'removeOrganizationClients 204': on('delete', 'clients', { clients: ['nobody'] }),
  'removeOrganizationClients 400': on('delete', 'clients', { clients: [] }),
  'removeOrganizationClients 404': offside('delete', 'clients', { clients: ['nobody'] }),
  ...strangers('getOrganizationClient'),
  'getOrganizationClient 200': async (world) => on('get', `clients/${await addClient(world)}`)(world),
  'getOrganizationClient 400': on('get', `clients/${tooLong}`),
  'getOrganizationClient 404': on('get', 'clients/nobody'),
  ...strangers('updateOrganizationClient'),
  'updateOrganizationClient 200': async (world) =>
    on('patch', `clients/${await addClient(world)}`, { use_for_member_access: false })(world),
  'updateOrganizationClient 400': on('patch', 'clients/nobody', { client_id: 'x' }),
  'updateOrganizationClient 404': on('patch', 'clients/nobody', { use_for_member_access: true }),
};

const DOMAINS = 'discovery-domains';

async function addDomain(world: World): Promise<{ id: string; domain: string }> {
  const answer = await on('post', DOMAINS, { domain: `${unique('d')}.example.com` })(world);
  return answer.body as { id: string; domain: string };
}

const domainCases: Cases = {
  ...strangers('listOrganizationDiscoveryDomains'),
  'listOrganizationDiscoveryDomains 200': on('get', DOMAINS),
  'listOrganizationDiscoveryDomains 400': on('get', `${DOMAINS}?from=nowhere`),
  'listOrganizationDiscoveryDomains 404': offside('get', DOMAINS),
  ...strangers('createOrganizationDiscoveryDomain'),
  'createOrganizationDiscoveryDomain 201': on('post', DOMAINS, { domain: 'new.example.com' }),
  'createOrganizationDiscoveryDomain 400': on('post', DOMAINS, { domain: 'no domain' }),
  'createOrganizationDiscoveryDomain 404': offside('post', DOMAINS, { domain: 'a.example.com' }),
  'createOrganizationDiscoveryDomain 409': async (world) => {
    const { domain } = await addDomain(world);
    return on('post', DOMAINS, { domain })(world);
  },
  ...strangers('getOrganizationDiscoveryDomain'),
  'getOrganizationDiscoveryDomain 200': async (world) =>
    on('get', `${DOMAINS}/${(await addDomain(world)).id}`)(world),
  'getOrganizationDiscoveryDomain 400': on('get', `${DOMAINS}/${tooLong}`),
  'getOrganizationDiscoveryDomain 404': on('get', `${DOMAINS}/${nowhere.discoveryDomain}`),
  ...strangers('getOrganizationDiscoveryDomainByName'),
  'getOrganizationDiscoveryDomainByName 200': async (world) =>
    on('get', `${DOMAINS}/name/${(await addDomain(world)).domain}`)(world),
  'getOrganizationDiscoveryDomainByName 400': on('get', `${DOMAINS}/name/${tooLong}`),
  'getOrganizationDiscoveryDomainByName 404': on('get', `${DOMAINS}/name/nowhere.example.com`),
  ...strangers('updateOrganizationDiscoveryDomain'),
  'updateOrganizationDiscoveryDomain 200': async (world) =>
    on('patch', `${DOMAINS}/${(await addDomain(world)).id}`, { status: 'verified' })(world),
  'updateOrganizationDiscoveryDomain 400': on('patch', `${DOMAINS}/any`, { status: 'maybe' }),
  'updateOrganizationDiscoveryDomain 404': on('patch', `${DOMAINS}/${nowhere.discoveryDomain}`, {}),
  ...strangers('deleteOrganizationDiscoveryDomain'),
  'deleteOrganizationDiscoveryDomain 204': async (world) =>
    on('delete', `${DOMAINS}/${(await addDomain(world)).id}`)(world),
  'deleteOrganizationDiscoveryDomain 400': on('delete', `${DOMAINS}/${tooLong}`),
  'deleteOrganizationDiscoveryDomain 404': on('delete', `${DOMAINS}/${nowhere.discoveryDomain}`),
};

const rolesOf = ({ user }: World) => `members/${user}/roles`;

const memberCases: Cases = {
  ...strangers('listOrganizationMembers'),
  'listOrganizationMembers 200': on('get', 'members'),
  'listOrganizationMembers 400': on('get', 'members?page=20&per_page=50'),
  'listOrganizationMembers 404': offside('get', 'members'),
  ...strangers('addOrganizationMembers'),
  'addOrganizationMembers 204': on('post', 'members', ({ user }) => ({
    members: [decodeURIComponent(user)],
  })),
  'addOrganizationMembers 400': on('post', 'members', { members: [] }),
  'addOrganizationMembers 404': on('post', 'members', { members: ['auth0|nobody'] }),
  ...strangers('removeOrganizationMembers'),
  'removeOrganizationMembers 204': on('delete', 'members', { members: ['auth0|nobody'] }),
  'removeOrganizationMembers 400': on('delete', 'members', {}),
  'removeOrganizationMembers 404': offside('delete', 'members', { members: ['auth0|nobody'] }),
  ...strangers('listOrganizationMemberRoles'),
  'listOrganizationMemberRoles 200': on('get', rolesOf),
  'listOrganizationMemberRoles 400': on('get', (world) => `${rolesOf(world)}?per_page=0`),
  'listOrganizationMemberRoles 404': on('get', 'members/auth0%7Cnobody/roles'),
  ...strangers('assignOrganizationMemberRoles'),
  'assignOrganizationMemberRoles 204': on('post', rolesOf, ({ role }) => ({ roles: [role] })),
  'assignOrganizationMemberRoles 400': on('post', rolesOf, { roles: [] }),
  'assignOrganizationMemberRoles 404': on('post', rolesOf, { roles: [nowhere.role] }),
  ...strangers('removeOrganizationMemberRoles'),
  'removeOrganizationMemberRoles 204': on('delete', rolesOf, { roles: [nowhere.role] }),
  'removeOrganizationMemberRoles 400': on('delete', rolesOf, { roles: [] }),
  'removeOrganizationMemberRoles 404': on('delete', 'members/nobody/roles', { roles: [nowhere.role] }),
  ...strangers('listOrganizationRoleMembers'),
  'listOrganizationRoleMembers 200': on('get', ({ role }) => `roles/${role}/members`),
  'listOrganizationRoleMembers 400': on('get', ({ role }) => `roles/${role}/members?take=0`),
  'listOrganizationRoleMembers 404': on('get', `roles/${nowhere.role}/members`),
  ...strangers('listOrganizationInvitations'),
  'listOrganizationInvitations 200': on('get', 'invitations'),
  'listOrganizationInvitations 400': on('get', 'invitations?sort=nosuch'),
  'listOrganizationInvitations 404': offside('get', 'invitations'),
  ...strangers('listUserOrganizations'),
  'listUserOrganizations 200': ({ server, user }) => server.api('get', `users/${user}/organizations`),
  'listUserOrganizations 400': ({ server }) => server.api('get', `users/${tooLong}/organizations`),
  'listUserOrganizations 404': ({ server }) => server.api('get', 'users/auth0%7Cnobody/organizations'),
};

export const organizationPartCases: Cases = {
  ...connectionCases('Connection', 'connections'),
  ...connectionCases('EnabledConnection', 'enabled_connections'),
  ...clientCases,
  ...domainCases,
  ...memberCases,
};
