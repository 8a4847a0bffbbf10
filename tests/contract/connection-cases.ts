// Connections.

import { givenConnection, unique } from '../oauth/given.js';
import { type Cases, nowhere, strangers, tooLong } from './world.js';

export const connectionCases: Cases = {
  ...strangers('listConnections'),
  'listConnections 200': ({ server }) => server.api('get', 'connections'),
  'listConnections 400': ({ server }) => server.api('get', 'connections?take=0'),

  ...strangers('createConnection'),
  'createConnection 201': ({ server }) =>
    server.api('post', 'connections', { name: unique('new'), strategy: 'oidc' }),
  'createConnection 400': ({ server }) => server.api('post', 'connections', { name: 'a' }),
  'createConnection 409': ({ server, connectionName }) =>
    server.api('post', 'connections', { name: connectionName, strategy: 'oidc' }),

  ...strangers('getConnection'),
  'getConnection 200': ({ server, connection }) => server.api('get', `connections/${connection}`),
  'getConnection 400': ({ server }) => server.api('get', `connections/${tooLong}`),
  'getConnection 404': ({ server }) => server.api('get', `connections/${nowhere.connection}`),

  ...strangers('updateConnection'),
  'updateConnection 200': ({ server, connection }) =>
    server.api('patch', `connections/${connection}`, { metadata: { plan: 'gold' } }),
  'updateConnection 400': ({ server, connection }) =>
    server.api('patch', `connections/${connection}`, { name: 'other' }),
  'updateConnection 409': async ({ server }) => {
    const accepting = {
      strategy: 'oidc',
      options: { issuer: `https://${unique('idp')}.example.com` },
      cross_app_access_resource_app: { status: 'enabled' },
    };
    await givenConnection(server, accepting);
    const other = await givenConnection(server, { ...accepting, cross_app_access_resource_app: undefined });
    const { cross_app_access_resource_app } = accepting;
    return server.api('patch', `connections/${other}`, { cross_app_access_resource_app });
  },
  'updateConnection 404': ({ server }) =>
    server.api('patch', `connections/${nowhere.connection}`, { realms: [] }),

  ...strangers('deleteConnection'),
  'deleteConnection 202': async ({ server }) =>
    server.api('delete', `connections/${await givenConnection(server)}`),
  'deleteConnection 204': ({ server }) => server.api('delete', `connections/${nowhere.connection}`),
  'deleteConnection 400': ({ server }) => server.api('delete', `connections/${tooLong}`),

  ...strangers('listConnectionClients'),
  'listConnectionClients 200': ({ server, connection }) =>
    server.api('get', `connections/${connection}/clients`),
  'listConnectionClients 400': ({ server, connection }) =>
    server.api('get', `connections/${connection}/clients?from=nowhere`),
  'listConnectionClients 404': ({ server }) => server.api('get', `connections/${nowhere.connection}/clients`),

  ...strangers('updateConnectionClients'),
  'updateConnectionClients 204': ({ server, connection, client }) =>
    server.api('patch', `connections/${connection}/clients`, [{ client_id: client.id, status: true }]),
  'updateConnectionClients 400': ({ server, connection }) =>
    server.api('patch', `connections/${connection}/clients`, []),
  'updateConnectionClients 404': ({ server, client }) =>
    server.api('patch', `connections/${nowhere.connection}/clients`, [
      { client_id: client.id, status: true },
    ]),
};
