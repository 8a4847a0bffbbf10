// Clients and their credentials.

import { newKeyPair } from '../oauth/assertions.js';
import { givenClient } from '../oauth/given.js';
import { type Cases, nowhere, strangers, tooLong } from './world.js';

const alias = { client_aliases: ['the-alias'] };

export const clientCases: Cases = {
  ...strangers('listClients'),
  'listClients 200': ({ server }) => server.api('get', 'clients'),
  'listClients 400': ({ server }) => server.api('get', 'clients?nosuch=1'),

  ...strangers('createClient'),
  'createClient 201': ({ server }) => server.api('post', 'clients', { name: 'A client' }),
  'createClient 400': ({ server }) => server.api('post', 'clients', { name: '<b>' }),
  'createClient 404': ({ server }) =>
    server.api('post', 'clients', {
      name: 'A client',
      app_type: 'resource_server',
      resource_server_identifier: 'urn:nowhere',
    }),
  'createClient 409': async ({ server }) => {
    await givenClient(server, alias);
    return server.api('post', 'clients', { name: 'A client', ...alias });
  },

  ...strangers('getClient'),
  'getClient 200': ({ server, client }) => server.api('get', `clients/${client.id}`),
  'getClient 400': ({ server, client }) => server.api('get', `clients/${client.id}?fields=`),
  'getClient 404': ({ server }) => server.api('get', 'clients/nobody'),

  ...strangers('updateClient'),
  'updateClient 200': ({ server, client }) =>
    server.api('patch', `clients/${client.id}`, { description: 'A client' }),
  'updateClient 400': ({ server, client }) =>
    server.api('patch', `clients/${client.id}`, { is_first_party: false }),
  'updateClient 404': ({ server }) => server.api('patch', 'clients/nobody', { description: 'A client' }),
  'updateClient 409': async ({ server, client }) => {
    await givenClient(server, { client_aliases: ['another-alias'] });
    return server.api('patch', `clients/${client.id}`, { client_aliases: ['another-alias'] });
  },

  ...strangers('deleteClient'),
  'deleteClient 204': async ({ server }) => server.api('delete', `clients/${(await givenClient(server)).id}`),
  'deleteClient 400': ({ server, globalClient }) => server.api('delete', `clients/${globalClient}`),

  ...strangers('rotateClientSecret'),
  'rotateClientSecret 200': async ({ server }) =>
    server.api('post', `clients/${(await givenClient(server)).id}/rotate-secret`),
  'rotateClientSecret 400': ({ server, keyClient }) =>
    server.api('post', `clients/${keyClient}/rotate-secret`),
  'rotateClientSecret 404': ({ server }) => server.api('post', 'clients/nobody/rotate-secret'),
};

const newCredential = () => ({ credential_type: 'public_key', pem: newKeyPair().pem });

export const credentialCases: Cases = {
  ...strangers('listClientCredentials'),
  'listClientCredentials 200': ({ server, keyClient }) =>
    server.api('get', `clients/${keyClient}/credentials`),
  'listClientCredentials 400': ({ server, keyClient }) =>
    server.api('get', `clients/${keyClient}/credentials?per_page=0`),
  'listClientCredentials 404': ({ server }) => server.api('get', 'clients/nobody/credentials'),

  ...strangers('createClientCredential'),
  'createClientCredential 201': ({ server, keyClient }) =>
    server.api('post', `clients/${keyClient}/credentials`, newCredential()),
  'createClientCredential 400': ({ server, keyClient }) =>
    server.api('post', `clients/${keyClient}/credentials`, { credential_type: 'public_key', pem: 'no key' }),
  'createClientCredential 404': ({ server }) =>
    server.api('post', 'clients/nobody/credentials', newCredential()),
  'createClientCredential 409': ({ server, keyClient, credentialKid }) =>
    server.api('post', `clients/${keyClient}/credentials`, { ...newCredential(), kid: credentialKid }),

  ...strangers('getClientCredential'),
  'getClientCredential 200': ({ server, keyClient, credential }) =>
    server.api('get', `clients/${keyClient}/credentials/${credential}`),
  'getClientCredential 400': ({ server, keyClient }) =>
    server.api('get', `clients/${keyClient}/credentials/${tooLong}`),
  'getClientCredential 404': ({ server, keyClient }) =>
    server.api('get', `clients/${keyClient}/credentials/${nowhere.credential}`),

  ...strangers('updateClientCredential'),
  'updateClientCredential 200': ({ server, keyClient, credential }) =>
    server.api('patch', `clients/${keyClient}/credentials/${credential}`, {
      expires_at: '2040-01-01T00:00:00.000Z',
    }),
  'updateClientCredential 400': ({ server, keyClient, credential }) =>
    server.api('patch', `clients/${keyClient}/credentials/${credential}`, { expires_at: 'tomorrow' }),
  'updateClientCredential 404': ({ server, keyClient }) =>
    server.api('patch', `clients/${keyClient}/credentials/${nowhere.credential}`, { expires_at: null }),

  ...strangers('deleteClientCredential'),
  'deleteClientCredential 204': ({ server, keyClient }) =>
    server.api('delete', `clients/${keyClient}/credentials/${nowhere.credential}`),
  'deleteClientCredential 400': ({ server, keyClient }) =>
    server.api('delete', `clients/${keyClient}/credentials/${tooLong}`),
};
