// The client "All Applications", which holds the login page of the tenant: deploy-cli's `pages` and Terraform's `auth0_pages`
// and `auth0_global_client` find it by `is_global` and change it like any other (clients.md 6).

import { startServer, type TestServer } from '../../support/server.js';
import { type ClientWire, exported, refused, seen } from '../fixtures.js';

let server: TestServer;
let id: string;
beforeAll(async () => {
  server = await startServer();
  const query = 'is_global=true&fields=client_id&include_fields=true&include_totals=true&per_page=50';
  const { body } = await server.api('get', `clients?${query}`);
  expect(body).toMatchObject({ total: 1, clients: [{ client_id: expect.any(String) as unknown }] });
  id = (body as { clients: [{ client_id: string }] }).clients[0].client_id;
});
afterAll(() => server.close());

const get = async (): Promise<ClientWire> => (await server.api('get', `clients/${id}`)).body as ClientWire;

test('takes a login page, and shows it', async () => {
  const page = { custom_login_page: '<html>Acme</html>\n', custom_login_page_on: true };
  expect(seen(await server.api('patch', `clients/${id}`, page))).toMatchObject({ status: 200, body: page });
  expect(await get()).toMatchObject({ global: true, name: 'All Applications', ...page });
  const off = { custom_login_page: '', custom_login_page_on: false };
  await server.api('patch', `clients/${id}`, off);
  expect(await get()).toMatchObject(off);
});

test('takes back what it shows, and stays what it is', async () => {
  const before = await get();
  const answer = await server.api('patch', `clients/${id}`, exported(before));
  expect(answer.status).toBe(200);
  expect(await get()).toEqual(before);
});

test('cannot be deleted', async () => {
  expect(seen(await server.api('delete', `clients/${id}`))).toEqual(
    refused(400, 'Global client cannot be deleted.', 'operation_not_supported'),
  );
  expect((await get()).client_id).toBe(id);
});
