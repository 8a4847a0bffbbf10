// One client: read and deleted, with what goes along (management-api.md 6.5).

import { startServer, type TestServer } from '../../support/server.js';
import {
  type ClientWire,
  createApi,
  createClient,
  createClientGrant,
  createOrganization,
  noClient,
  noClientGrant,
  refused,
  seen,
} from '../fixtures.js';
import { rsaKey } from '../keys.js';

let server: TestServer;
let globalId: string;
beforeAll(async () => {
  server = await startServer();
  const listed = await server.api('get', 'clients?is_global=true');
  globalId = (listed.body as [ClientWire])[0].client_id;
});
afterAll(() => server.close());

test('a client is read by its id', async () => {
  const { encrypted: _encrypted, ...client } = await createClient(server);
  expect(seen(await server.api('get', `clients/${client.client_id}`))).toEqual({ status: 200, body: client });
});

test.each(['nobody', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '%2F', 'ä', '__proto__'])(
  'GET of `%s` is not found',
  async (id) => {
    expect(seen(await server.api('get', `clients/${id}`))).toEqual(noClient);
  },
);

test('fields of one client', async () => {
  const { client_id, name } = await createClient(server);
  const { body } = await server.api('get', `clients/${client_id}?fields=name,client_id`);
  expect(body).toEqual({ tenant: server.tenant.name, client_id, name });
});

describe('deleting a client', () => {
  test('answers without a body, and the client is gone', async () => {
    const { client_id } = await createClient(server);
    const answer = await server.api('delete', `clients/${client_id}`);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(seen(await server.api('get', `clients/${client_id}`))).toEqual(noClient);
  });

  // recorded-behaviour.md 2, "Deleting what is gone".
  test('a second time, and of one that never was, is no error', async () => {
    const { client_id } = await createClient(server);
    await server.api('delete', `clients/${client_id}`);
    expect((await server.api('delete', `clients/${client_id}`)).status).toBe(204);
    expect((await server.api('delete', 'clients/nobody')).status).toBe(204);
  });

  test('takes its grants and their places in organizations along', async () => {
    const { client_id } = await createClient(server);
    const own = await createClientGrant(server, { client_id, organization_usage: 'allow' });
    const user = await createClientGrant(server, { client_id, subject_type: 'user' });
    const { id } = await createOrganization(server);
    await server.api('post', `organizations/${id}/client-grants`, { grant_id: own.id });
    await server.api('delete', `clients/${client_id}`);
    expect(seen(await server.api('get', `client-grants/${own.id}`))).toEqual(noClientGrant);
    expect(seen(await server.api('get', `client-grants/${user.id}`))).toEqual(noClientGrant);
    expect((await server.api('get', `organizations/${id}/client-grants`)).body).toEqual([]);
  });

  test('takes its credentials along', async () => {
    const { client_id } = await createClient(server);
    const path = `clients/${client_id}/credentials`;
    const added = await server.api('post', path, { credential_type: 'public_key', pem: rsaKey.publicPem });
    expect(added.status).toBe(201);
    await server.api('delete', `clients/${client_id}`);
    expect(seen(await server.api('get', path))).toEqual(noClient);
  });

  test('frees its aliases', async () => {
    const { client_id } = await createClient(server, { client_aliases: ['freed'] });
    await server.api('delete', `clients/${client_id}`);
    expect(await createClient(server, { client_aliases: ['freed'] })).toMatchObject({
      client_aliases: ['freed'],
    });
  });

  test('leaves APIs and the grants of other clients', async () => {
    const api = await createApi(server);
    const [gone, stays] = [await createClient(server), await createClient(server)];
    await createClientGrant(server, { client_id: gone.client_id, audience: api.identifier });
    const grant = await createClientGrant(server, {
      client_id: stays.client_id,
      audience: api.identifier,
    });
    await server.api('delete', `clients/${gone.client_id}`);
    expect((await server.api('get', `client-grants?audience=${api.identifier}`)).body).toEqual([grant]);
    expect((await server.api('get', `resource-servers/${api.id}`)).body).toEqual(api);
  });

  test('is refused for the global client', async () => {
    expect(seen(await server.api('delete', `clients/${globalId}`))).toEqual(
      refused(400, 'Global client cannot be deleted.', 'operation_not_supported'),
    );
    expect((await server.api('get', `clients/${globalId}`)).status).toBe(200);
  });
});

// recorded-behaviour.md 3: "All Applications".
test('the global client can do nothing by itself', async () => {
  expect((await server.api('get', `clients/${globalId}`)).body).toMatchObject({
    name: 'All Applications',
    global: true,
    grant_types: [],
  });
});
