// The examples of openapi.yaml, as the server takes them: whoever pastes one, with names of their own, is not refused.

import { givenApi, givenClient, givenGrant, givenOrganization, unique } from '../oauth/given.js';
import { startServer, type TestServer } from '../support/server.js';
import { isObject, type Json, operationOf } from './document.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

interface Example {
  readonly name: string;
  readonly body: Json;
}

function examplesOf(operationId: string): Example[] {
  const { requestBody } = operationOf(operationId).raw as {
    requestBody: { content: Record<string, { examples?: Record<string, { value: unknown }> }> };
  };
  const found = Object.entries(requestBody.content['application/json']?.examples ?? {});
  if (found.length === 0) throw new Error(`${operationId} has no examples`);
  return found.map(([name, { value }]) => ({ name, body: isObject(value) ? value : {} }));
}

test.each(examplesOf('createResourceServer'))('an API: $name', async ({ body }) => {
  const identifier = `https://${unique('api')}.example.com/`;
  expect((await server.api('post', 'resource-servers', { ...body, identifier })).status).toBe(201);
});

test.each(examplesOf('updateResourceServer'))('a change of an API: $name', async ({ body }) => {
  const { identifier } = await givenApi(server);
  const path = `resource-servers/${encodeURIComponent(identifier)}`;
  expect((await server.api('patch', path, body)).status).toBe(200);
});

test.each(examplesOf('createClient'))('a client: $name', async ({ body }) => {
  expect((await server.api('post', 'clients', body)).status).toBe(201);
});

test.each(examplesOf('createClientGrant'))('a client grant: $name', async ({ body }) => {
  const { identifier: audience } = await givenApi(server);
  const { id } = await givenClient(server);
  const grant = { ...body, audience, ...('client_id' in body && { client_id: id }) };
  expect((await server.api('post', 'client-grants', grant)).status).toBe(201);
});

test.each(examplesOf('updateClientGrant'))('a change of a client grant: $name', async ({ body }) => {
  const grant = await givenGrant(server, await givenClient(server), await givenApi(server));
  expect((await server.api('patch', `client-grants/${grant}`, body)).status).toBe(200);
});

test.each(examplesOf('createOrganization'))('an organization: $name', async ({ body }) => {
  expect((await server.api('post', 'organizations', body)).status).toBe(201);
});

test.each(examplesOf('addOrganizationClientGrant'))(
  'a client grant of an organization: $name',
  async ({ body }) => {
    const grant = await givenGrant(server, await givenClient(server), await givenApi(server));
    const path = `organizations/${await givenOrganization(server)}/client-grants`;
    expect((await server.api('post', path, { ...body, grant_id: grant })).status).toBe(201);
  },
);

test.each(examplesOf('issueToken'))('a token: $name', async ({ body }) => {
  const [api, client] = [await givenApi(server), await givenClient(server)];
  await givenGrant(server, client, api, { organization_usage: 'allow', allow_any_organization: true });
  const own = { client_id: client.id, client_secret: client.secret, audience: api.identifier };
  const organization = 'organization' in body && { organization: await givenOrganization(server) };
  const request = { ...(body as Record<string, string>), ...own, ...organization };
  expect((await server.requestToken(request)).status).toBe(200);
});
