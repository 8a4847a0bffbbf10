import { engines } from '../../support/engines.js';
import { startServer, type TestServer } from '../../support/server.js';
import { type ApiWire, createApi, unique } from '../fixtures.js';

describe.each(engines)('on the $name database', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ engine });
  });
  afterAll(() => server.close());

  const atOnce = <T>(count: number, run: (index: number) => PromiseLike<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: count }, (_, index) => run(index)));

  test('of twenty requests for one identifier one makes the API, nineteen are 409', async () => {
    const identifier = unique('https://race.example');
    const answers = await atOnce(20, () => server.api('post', 'resource-servers', { identifier }));
    const statuses = answers.map(({ status }) => status).sort((a, b) => a - b);
    expect(statuses).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    const listed = await server.api('get', `resource-servers?identifiers=${encodeURIComponent(identifier)}`);
    expect(listed.body).toHaveLength(1);
  });

  test('updates at the same time leave the scopes of one of them, whole', async () => {
    const { id } = await createApi(server);
    const scopesOf = (index: number) => [{ value: `first:${index}` }, { value: `second:${index}` }];
    const answers = await atOnce(10, (index) =>
      server.api('patch', `resource-servers/${id}`, { scopes: scopesOf(index) }),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
    const { scopes } = (await server.api('get', `resource-servers/${id}`)).body as ApiWire;
    expect(Array.from({ length: 10 }, (_, index) => scopesOf(index))).toContainEqual(scopes);
  });

  test('updates of different members at the same time all last', async () => {
    const { id } = await createApi(server);
    const changes = [
      { name: 'New' },
      { token_lifetime: 60 },
      { consent_policy: 'transactional-authorization-with-mfa' },
      { authorization_details: [{ type: 'payment' }] },
      { allow_online_access: true },
      { authorization_policy: { policy_id: 'policy' } },
    ];
    await atOnce(changes.length, (index) =>
      server.api('patch', `resource-servers/${id}`, changes[index] ?? {}),
    );
    const { body } = await server.api('get', `resource-servers/${id}`);
    expect(body).toMatchObject(Object.assign({}, ...changes) as object);
  });

  test('an update beside a deletion is answered 200 or 404', async () => {
    for (let round = 0; round < 10; round++) {
      const { id } = await createApi(server);
      const [updated, deleted] = await Promise.all([
        server.api('patch', `resource-servers/${id}`, { name: 'New' }),
        server.api('delete', `resource-servers/${id}`),
      ]);
      expect([200, 404]).toContain(updated.status);
      expect(deleted.status).toBe(204);
    }
  });

  test('changes to HS256 at the same time make one secret', async () => {
    const { id } = await createApi(server);
    const answers = await atOnce(8, () =>
      server.api('patch', `resource-servers/${id}`, { signing_alg: 'HS256' }),
    );
    const secrets = new Set(answers.map(({ body }) => (body as ApiWire).signing_secret));
    expect(secrets.size).toBe(1);
  });
});
