// A write that is refused leaves its row too (design.md D7; management-api.md 12: `fapi`).

import { startServer, type TestServer } from '../../support/server.js';
import { createApi, createClient, refused } from '../fixtures.js';
import { latest } from './log-entry.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

describe('a write that is refused', () => {
  test.each<[why: string, method: 'post' | 'patch', path: string, body: object, response: object]>([
    [
      'by the schema',
      'post',
      'clients',
      { nobody: 1, name: 'x' },
      refused(400, "Payload validation error: 'Additional properties not allowed: nobody'.", 'invalid_body')
        .body,
    ],
    [
      'by a rule',
      'post',
      'clients',
      { name: 'x', grant_types: ['client_credentials'], token_endpoint_auth_method: 'none' },
      refused(400, 'Invalid grant types: client_credentials', 'invalid_body').body,
    ],
    [
      'because there is nothing to change',
      'patch',
      'client-grants/cgr_aaaaaaaaaaaaaaaa',
      { scope: [] },
      refused(404, 'The grant does not exist.', 'inexistent_client_grant').body,
    ],
  ])('%s leaves a row with what was answered', async (_why, method, path, body, response) => {
    await server.api(method, path, body);
    expect(await latest(server)).toMatchObject({
      type: 'fapi',
      client_id: server.management.id,
      audience: server.tenant.identifierOf('management'),
      details: {
        request: { method, path: `/api/v2/${path}`, body },
        response: { statusCode: (response as { statusCode: number }).statusCode, body: response },
      },
    });
  });

  test('by a conflict leaves a fapi and no sapi, and does not raise the version', async () => {
    const { identifier } = await createApi(server);
    const { config_version } = await latest(server);
    await server.api('post', 'resource-servers', { identifier });
    expect(await latest(server)).toMatchObject({ type: 'fapi', details: { response: { statusCode: 409 } } });
    await createApi(server);
    expect(await latest(server)).toMatchObject({ type: 'sapi', config_version: (config_version ?? 0) + 1 });
  });

  test('for its scopes leaves a row', async () => {
    const token = await server.tokenWith('read:clients');
    const request = server.request().delete('/api/v2/clients/somebody');
    expect((await request.set('Authorization', `Bearer ${token}`)).status).toBe(403);
    expect(await latest(server)).toMatchObject({
      type: 'fapi',
      description: 'Delete a client',
      details: { request: { method: 'delete' }, response: { statusCode: 403 } },
    });
  });

  test('without a valid token leaves none, as nobody is known to have asked', async () => {
    await createClient(server);
    const before = await latest(server);
    expect((await server.request().post('/api/v2/clients').send({ name: 'x' })).status).toBe(401);
    expect(await latest(server)).toEqual(before);
  });
});
