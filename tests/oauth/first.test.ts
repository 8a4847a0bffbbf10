import { engines } from '../support/engines.js';
import { startServer, type TestServer } from '../support/server.js';

describe.each(engines)('on the $name database', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ engine });
  });
  afterAll(() => server.close());

  test('the management client of the first start gets a token for the Management API', async () => {
    const answer = await server.requestToken({
      grant_type: 'client_credentials',
      client_id: server.management.id,
      client_secret: server.management.secret,
      audience: server.tenant.identifierOf('management'),
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ token_type: 'Bearer', expires_in: 86400 });
    const clients = await server
      .request()
      .get('/api/v2/clients')
      .set('Authorization', `Bearer ${answer.body.access_token}`);
    expect(clients.status).toBe(200);
    expect((await server.api('get', 'resource-servers?include_totals=true')).body).toMatchObject({
      total: 3,
    });
  });
});
