// APIs and client grants.

import { givenApi, givenClient, givenGrant, unique } from '../oauth/given.js';
import { type Cases, nowhere, strangers, tooLong } from './world.js';

export const resourceServerCases: Cases = {
  ...strangers('listResourceServers'),
  'listResourceServers 200': ({ server }) => server.api('get', 'resource-servers'),
  'listResourceServers 400': ({ server }) => server.api('get', 'resource-servers?per_page=101'),

  ...strangers('createResourceServer'),
  'createResourceServer 201': ({ server }) =>
    server.api('post', 'resource-servers', { identifier: unique('urn:api') }),
  'createResourceServer 400': ({ server }) => server.api('post', 'resource-servers', {}),
  'createResourceServer 409': ({ server, api }) =>
    server.api('post', 'resource-servers', { identifier: api.identifier }),

  ...strangers('getResourceServer'),
  'getResourceServer 200': ({ server, api }) => server.api('get', `resource-servers/${api.id}`),
  'getResourceServer 400': ({ server }) => server.api('get', `resource-servers/${tooLong}`),
  'getResourceServer 404': ({ server }) => server.api('get', `resource-servers/${nowhere.api}`),

  ...strangers('updateResourceServer'),
  'updateResourceServer 200': ({ server, api }) =>
    server.api('patch', `resource-servers/${api.id}`, { name: 'An API' }),
  'updateResourceServer 400': ({ server, api }) =>
    server.api('patch', `resource-servers/${api.id}`, { identifier: 'urn:other' }),
  'updateResourceServer 404': ({ server }) =>
    server.api('patch', `resource-servers/${nowhere.api}`, { name: 'An API' }),

  ...strangers('deleteResourceServer'),
  'deleteResourceServer 204': async ({ server }) =>
    server.api('delete', `resource-servers/${(await givenApi(server)).id}`),
  'deleteResourceServer 400': ({ server }) => {
    const identifier = encodeURIComponent(server.tenant.identifierOf('management'));
    return server.api('delete', `resource-servers/${identifier}`);
  },
};

export const clientGrantCases: Cases = {
  ...strangers('listClientGrants'),
  'listClientGrants 200': ({ server }) => server.api('get', 'client-grants'),
  'listClientGrants 400': ({ server }) => server.api('get', 'client-grants?subject_type=client'),

  ...strangers('createClientGrant'),
  'createClientGrant 201': async ({ server, client }) => {
    const { identifier } = await givenApi(server);
    return server.api('post', 'client-grants', { client_id: client.id, audience: identifier, scope: [] });
  },
  'createClientGrant 400': ({ server, api }) =>
    server.api('post', 'client-grants', { audience: api.identifier, scope: [] }),
  'createClientGrant 404': ({ server, client }) =>
    server.api('post', 'client-grants', { client_id: client.id, audience: 'urn:nowhere', scope: [] }),
  'createClientGrant 409': ({ server, client, api }) =>
    server.api('post', 'client-grants', { client_id: client.id, audience: api.identifier, scope: [] }),

  ...strangers('getClientGrant'),
  'getClientGrant 400': ({ server, grantId }) =>
    server.request().get(`/api/v2/client-grants/${grantId}`).set('Authorization', 'Bearer'),
  'getClientGrant 200': ({ server, grantId }) => server.api('get', `client-grants/${grantId}`),
  'getClientGrant 404': ({ server }) => server.api('get', `client-grants/${nowhere.grant}`),

  ...strangers('updateClientGrant'),
  'updateClientGrant 200': ({ server, grantId }) =>
    server.api('patch', `client-grants/${grantId}`, { scope: ['read'] }),
  'updateClientGrant 400': ({ server, grantId }) => server.api('patch', `client-grants/${grantId}`, {}),
  'updateClientGrant 404': ({ server }) =>
    server.api('patch', `client-grants/${nowhere.grant}`, { scope: ['read'] }),

  ...strangers('deleteClientGrant'),
  'deleteClientGrant 204': async ({ server, api }) => {
    const grantId = await givenGrant(server, await givenClient(server), api);
    return server.api('delete', `client-grants/${grantId}`);
  },
  'deleteClientGrant 400': ({ server }) => server.api('delete', `client-grants/${tooLong}`),

  ...strangers('listClientGrantOrganizations'),
  'listClientGrantOrganizations 200': ({ server, grantId }) =>
    server.api('get', `client-grants/${grantId}/organizations`),
  'listClientGrantOrganizations 400': ({ server, grantId }) =>
    server.api('get', `client-grants/${grantId}/organizations?take=0`),
  'listClientGrantOrganizations 404': ({ server }) =>
    server.api('get', `client-grants/${nowhere.grant}/organizations`),
};
