import { engines } from '../../support/engines.js';
import { startServer, type TestServer } from '../../support/server.js';
import {
  CONNECTION,
  createApi,
  createRole,
  createUser,
  PASSWORD,
  permissions,
  unique,
  userPath,
} from '../fixtures.js';

describe.each(engines)('on the $name database', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ engine });
  });
  afterAll(() => server.close());

  const statuses = async (count: number, run: (index: number) => PromiseLike<{ status: number }>) =>
    (await Promise.all(Array.from({ length: count }, (_, index) => run(index))))
      .map(({ status }) => status)
      .sort((a, b) => a - b);

  test('of fifty requests for one role one makes it, forty-nine are 409', async () => {
    const name = unique('race');
    const answers = await statuses(50, () => server.api('post', 'roles', { name }));
    expect(answers).toEqual([200, ...Array.from({ length: 49 }, () => 409)]);
    expect((await server.api('get', `roles?name_filter=${name}`)).body).toHaveLength(1);
  });

  test('of fifty requests for one user one makes it, forty-nine are 409', async () => {
    const email = `${unique('race')}@example.com`;
    const body = { connection: CONNECTION, email, password: PASSWORD };
    const answers = await statuses(50, () => server.api('post', 'users', body));
    expect(answers).toEqual([201, ...Array.from({ length: 49 }, () => 409)]);
    const found = await server.api('get', `users-by-email?email=${encodeURIComponent(email)}`);
    expect(found.body).toHaveLength(1);
  });

  test('one permission that is added twenty times at once is there once, without an error', async () => {
    const [api, role] = [await createApi(server, { scopes: [{ value: 'a' }] }), await createRole(server)];
    const add = () => server.api('post', `roles/${role.id}/permissions`, permissions(api, 'a'));
    expect(await statuses(20, add)).toEqual(Array.from({ length: 20 }, () => 201));
    expect((await server.api('get', `roles/${role.id}/permissions`)).body).toHaveLength(1);
  });

  test('a role is never left with a scope that its API no longer has', async () => {
    const role = await createRole(server);
    for (let round = 0; round < 10; round++) {
      const api = await createApi(server, { scopes: [{ value: 'a' }] });
      const [added, removed] = await Promise.all([
        server.api('post', `roles/${role.id}/permissions`, permissions(api, 'a')),
        server.api('patch', `resource-servers/${api.id}`, { scopes: [] }),
      ]);
      expect([201, 400]).toContain(added.status);
      expect(removed.status).toBe(200);
    }
    expect((await server.api('get', `roles/${role.id}/permissions`)).body).toEqual([]);
  });

  test('metadata that is changed in parts at the same time is all there', async () => {
    const user = await createUser(server);
    const patch = (index: number) =>
      server.api('patch', userPath(user), { app_metadata: { [`key${index}`]: index } });
    expect(await statuses(10, patch)).toEqual(Array.from({ length: 10 }, () => 200));
    const { body } = await server.api('get', userPath(user));
    expect(Object.keys((body as { app_metadata: object }).app_metadata)).toHaveLength(10);
  });

  test('a role that is given beside the deletion of the user is 200 or 404', async () => {
    const role = await createRole(server);
    for (let round = 0; round < 10; round++) {
      const user = await createUser(server);
      const [given, deleted] = await Promise.all([
        server.api('post', `roles/${role.id}/users`, { users: [user.user_id] }),
        server.api('delete', userPath(user)),
      ]);
      expect([200, 404]).toContain(given.status);
      expect(deleted.status).toBe(204);
    }
    expect((await server.api('get', `roles/${role.id}/users`)).body).toEqual([]);
  });
});
