// Organizations, the log, what needs no token (the token endpoint, what verifiers read, the reference), and the server itself.

import type { Response, Test } from 'supertest';
import { askToken, bodyOf, givenClient, givenGrant, givenOrganization, unique } from '../oauth/given.js';
import { type Cases, nowhere, strangers, tooLong, type World } from './world.js';

export const organizationCases: Cases = {
  ...strangers('listOrganizations'),
  'listOrganizations 200': ({ server }) => server.api('get', 'organizations'),
  'listOrganizations 400': ({ server }) => server.api('get', 'organizations?page=20&per_page=50'),

  ...strangers('createOrganization'),
  'createOrganization 201': ({ server }) => server.api('post', 'organizations', { name: unique('new') }),
  'createOrganization 400': ({ server }) => server.api('post', 'organizations', { name: 'Capital' }),
  'createOrganization 404': ({ server }) =>
    server.api('post', 'organizations', {
      name: unique('new'),
      enabled_connections: [{ connection_id: nowhere.connection }],
    }),
  'createOrganization 409': ({ server, organizationName }) =>
    server.api('post', 'organizations', { name: organizationName }),

  ...strangers('getOrganizationByName'),
  'getOrganizationByName 200': ({ server, organizationName }) =>
    server.api('get', `organizations/name/${organizationName}`),
  'getOrganizationByName 400': ({ server }) => server.api('get', `organizations/name/${tooLong}`),
  'getOrganizationByName 404': ({ server }) => server.api('get', 'organizations/name/nowhere'),

  ...strangers('getOrganization'),
  'getOrganization 200': ({ server, organization }) => server.api('get', `organizations/${organization}`),
  'getOrganization 400': ({ server }) => server.api('get', `organizations/${tooLong}`),
  'getOrganization 404': ({ server }) => server.api('get', `organizations/${nowhere.organization}`),

  ...strangers('updateOrganization'),
  'updateOrganization 200': ({ server, organization }) =>
    server.api('patch', `organizations/${organization}`, { metadata: { plan: 'gold' } }),
  'updateOrganization 400': ({ server, organization }) =>
    server.api('patch', `organizations/${organization}`, { nosuch: 1 }),
  'updateOrganization 404': ({ server }) =>
    server.api('patch', `organizations/${nowhere.organization}`, { display_name: 'Acme' }),
  'updateOrganization 409': async ({ server, organizationName }) =>
    server.api('patch', `organizations/${await givenOrganization(server)}`, { name: organizationName }),

  ...strangers('deleteOrganization'),
  'deleteOrganization 204': async ({ server }) =>
    server.api('delete', `organizations/${await givenOrganization(server)}`),
  'deleteOrganization 400': ({ server }) => server.api('delete', `organizations/${tooLong}`),
  'deleteOrganization 404': ({ server }) => server.api('delete', `organizations/${nowhere.organization}`),

  ...strangers('listOrganizationClientGrants'),
  'listOrganizationClientGrants 200': ({ server, organization }) =>
    server.api('get', `organizations/${organization}/client-grants`),
  'listOrganizationClientGrants 400': ({ server, organization }) =>
    server.api('get', `organizations/${organization}/client-grants?grant_ids=nosuch`),
  'listOrganizationClientGrants 404': ({ server }) =>
    server.api('get', `organizations/${nowhere.organization}/client-grants`),

  ...strangers('addOrganizationClientGrant'),
  'addOrganizationClientGrant 201': async ({ server, organization, api }) => {
    const grantId = await givenGrant(server, await givenClient(server), api, { organization_usage: 'allow' });
    return server.api('post', `organizations/${organization}/client-grants`, { grant_id: grantId });
  },
  'addOrganizationClientGrant 400': ({ server, organization }) =>
    server.api('post', `organizations/${organization}/client-grants`, { grant_id: 'nosuch' }),
  'addOrganizationClientGrant 404': ({ server, organization }) =>
    server.api('post', `organizations/${organization}/client-grants`, { grant_id: nowhere.grant }),
  'addOrganizationClientGrant 409': ({ server, organization, grantId }) =>
    server.api('post', `organizations/${organization}/client-grants`, { grant_id: grantId }),

  ...strangers('removeOrganizationClientGrant'),
  'removeOrganizationClientGrant 204': ({ server, organization }) =>
    server.api('delete', `organizations/${organization}/client-grants/${nowhere.grant}`),
  'removeOrganizationClientGrant 400': ({ server, organization }) =>
    server.api('delete', `organizations/${organization}/client-grants/${tooLong}`),
  'removeOrganizationClientGrant 404': ({ server, grantId }) =>
    server.api('delete', `organizations/${nowhere.organization}/client-grants/${grantId}`),
};

export const logCases: Cases = {
  ...strangers('listLogs'),
  'listLogs 200': ({ server }) => server.api('get', 'logs'),
  'listLogs 400': ({ server }) => server.api('get', 'logs?q=nosuch:1'),

  ...strangers('getLog'),
  'getLog 200': async ({ server }) => {
    const [entry] = await bodyOf<{ log_id: string }[]>(server.api('get', 'logs?per_page=1'), 200);
    return server.api('get', `logs/${entry?.log_id}`);
  },
  'getLog 400': ({ server }) => server.api('get', `logs/${tooLong}`),
  'getLog 404': ({ server }) => server.api('get', 'logs/999999999'),
};

const token = ({ server, client, api }: World, parameters: Record<string, string> = {}): Test =>
  askToken(server, client, api, parameters);

const register = ({ server }: World, metadata: object = {}): Test =>
  server
    .request()
    .post('/oidc/register')
    .send({ redirect_uris: ['https://application.example.com/callback'], ...metadata });

export const oauthCases: Cases = {
  'issueToken 200': (world) => token(world),
  'issueToken 400': (world) => token(world, { grant_type: '' }),
  'issueToken 401': (world) => token(world, { client_secret: 'wrong' }),
  'issueToken 403': (world) => token(world, { scope: 'nosuch' }),
  'issueToken 413': (world) => token(world, { padding: 'x'.repeat(300_000) }),
  'issueToken 429': async ({ server, api }) => {
    const quota = { client_credentials: { per_day: 1 } };
    const client = await givenClient(server, { token_quota: quota });
    await givenGrant(server, client, api);
    await askToken(server, client, api);
    return askToken(server, client, api);
  },
  'registerClient 403': (world) => register(world),
  'registerClient 201': async (world) => {
    await world.server.api('patch', 'tenants/settings', {
      flags: { enable_dynamic_client_registration: true },
    });
    return register(world);
  },
  'registerClient 400': (world) => register(world, { redirect_uris: [] }),
  'registerClient 413': (world) => register(world, { padding: 'x'.repeat(70_000) }),
  'registerClient 429': async (world) => {
    // Five in a second are answered; it can end while they are made.
    for (let n = 0; n < 100; n++) {
      const answer = await register(world, { redirect_uris: [] });
      if (answer.status === 429) return answer;
    }
    return register(world);
  },
  'getJsonWebKeySet 200': ({ server }) => server.request().get('/.well-known/jwks.json'),
  'getOpenidConfiguration 200': ({ server }) => server.request().get('/.well-known/openid-configuration'),
  'getAuthorizationServerMetadata 200': ({ server }) =>
    server.request().get('/.well-known/oauth-authorization-server'),
};

const document = ({ server }: World, path: string): Test => server.request().get(path).buffer(true);
const documentAgain = async (world: World, path: string): Promise<Response> => {
  const { headers } = await document(world, path);
  return document(world, path).set('If-None-Match', (headers as Record<string, string>)['etag'] ?? '');
};

export const referenceCases: Cases = {
  'getOpenapiYaml 200': (world) => document(world, '/openapi.yaml'),
  'getOpenapiYaml 304': (world) => documentAgain(world, '/openapi.yaml'),
  'getOpenapiJson 200': (world) => document(world, '/openapi.json'),
  'getOpenapiJson 304': (world) => documentAgain(world, '/openapi.json'),
  'getReference 200': (world) => document(world, '/reference'),
  'getReference 304': (world) => documentAgain(world, '/reference'),
};

const post = async ({ server }: World, path: string): Promise<Response> =>
  server
    .request()
    .post(`/_grantry/${path}`)
    .auth(await server.tokenWith('update:tenant_settings'), { type: 'bearer' });

/** In this order: there is nothing to restore until a snapshot was taken. */
export const instanceCases: Cases = {
  'getHealth 200': ({ server }) => server.request().get('/_grantry/health'),
  'getHealth 503': async ({ server }) => {
    const ping = server.storage.ping.bind(server.storage);
    server.storage.ping = () => Promise.reject(new Error('no answer'));
    const answer = await server.request().get('/_grantry/health');
    server.storage.ping = ping;
    return answer;
  },

  ...strangers('restoreSnapshot'),
  'restoreSnapshot 409': (world) => post(world, 'restore'),
  ...strangers('takeSnapshot'),
  'takeSnapshot 204': (world) => post(world, 'snapshot'),
  'restoreSnapshot 204': (world) => post(world, 'restore'),
};
