// Tokens for the APIs that belong to the server itself: token-issuance.md 4.7. SY-5 is in third-parties.test.ts.

import { managementScopes } from '../../src/domain/management-scopes.js';
import type { SystemApi } from '../../src/domain/resource-server.js';
import { startServer, type TestServer } from '../support/server.js';
import { askToken, claimsOf, givenClient, givenGrant, notAuthorized, refusalOf } from './given.js';

describe('tokens for system APIs', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.close());

  const managementApi = () => ({ identifier: server.tenant.identifierOf('management') });

  test('SY-1, CC-2: a client without a grant gets no token for the Management API', async () => {
    const client = await givenClient(server);
    const answer = await askToken(server, client, managementApi());
    expect(refusalOf(answer)).toEqual({
      status: 403,
      body: { error: 'access_denied', error_description: notAuthorized(client, managementApi()) },
      reason: 'client_grant_missing',
    });
  });

  test('SY-1: a token for the Management API opens what its grant lists', async () => {
    const client = await givenClient(server);
    await givenGrant(server, client, managementApi(), { scope: ['read:clients'] });
    const { access_token: token, scope } = (await askToken(server, client, managementApi())).body;
    expect(scope).toBe('read:clients');
    const clients = await server.request().get('/api/v2/clients').auth(token, { type: 'bearer' });
    expect(clients.status).toBe(200);
  });

  test('SY-1: a token for the Management API does not open what its grant does not list', async () => {
    const client = await givenClient(server);
    await givenGrant(server, client, managementApi(), { scope: ['read:clients'] });
    const token: string = (await askToken(server, client, managementApi())).body.access_token;
    const apis = await server.request().get('/api/v2/resource-servers').auth(token, { type: 'bearer' });
    expect(apis.status).toBe(403);
  });

  test('SY-1: the client of the first start gets every scope of the Management API, for a day', async () => {
    const { id, secret } = server.management;
    const answer = await askToken(server, { id, secret }, managementApi());
    expect(answer.body).toMatchObject({
      expires_in: 86_400,
      scope: managementScopes.map(({ value }) => value).join(' '),
    });
  });

  test('clients.md 1: the https form of the Management API stands for its identifier', async () => {
    const { id, secret } = server.management;
    const https = { identifier: `https://${server.tenant.domain}/api/v2/` };
    const answer = await askToken(server, { id, secret }, https);
    expect(claimsOf(answer)['aud']).toBe(server.tenant.identifierOf('management'));
  });

  test('AU-1: the Management API without its final slash is unknown', async () => {
    const { id, secret } = server.management;
    const identifier = server.tenant.identifierOf('management').slice(0, -1);
    const answer = await askToken(server, { id, secret }, { identifier });
    expect(answer.body.error_description).toBe(`Service not enabled within domain: ${identifier}`);
  });

  test.each<{ row: string; api: SystemApi; scope: string }>([
    { row: 'SY-2', api: 'my_account', scope: 'read:me:factors' },
    { row: 'SY-3', api: 'my_organization', scope: 'read:my_org:details' },
  ])('$row, CC-1: clients have no access of their own to $api, even with a grant', async ({ api, scope }) => {
    const client = await givenClient(server);
    const identifier = server.tenant.identifierOf(api);
    await givenGrant(server, client, { identifier }, { scope: [scope] });
    const answer = await askToken(server, client, { identifier });
    expect(refusalOf(answer)).toEqual({
      status: 403,
      body: { error: 'access_denied', error_description: notAuthorized(client, { identifier }) },
      reason: 'policy_denies_all',
    });
  });

  test('AU-5: a system API that nobody has asked for does not exist', async () => {
    const client = await givenClient(server);
    const identifier = server.tenant.identifierOf('express_configuration');
    const answer = await askToken(server, client, { identifier });
    expect(answer.headers['grantry-reason']).toBe('resource_server_unknown');
  });
});
