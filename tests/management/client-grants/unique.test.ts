// One grant for each client (or default group), API and subject type (management-api.md 2.8), also when many ask at once.

import { engines } from '../../support/engines.js';
import { startServer, type TestServer } from '../../support/server.js';
import {
  createApi,
  createClient,
  createClientGrant,
  createOrganization,
  noClientGrant,
  refused,
  seen,
} from '../fixtures.js';

describe.each(engines)('on the $name database', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ engine });
  });
  afterAll(() => server.close());

  const create = (body: object) => server.api('post', 'client-grants', body);
  const newPair = async () => ({
    client_id: (await createClient(server)).client_id,
    audience: (await createApi(server)).identifier,
  });
  const newDefault = async () => ({
    default_for: 'third_party_clients',
    audience: (await createApi(server)).identifier,
  });
  const atOnce = <T>(count: number, run: () => PromiseLike<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: count }, run));
  const statusesOf = (answers: { status: number }[]) =>
    answers.map(({ status }) => status).sort((a, b) => a - b);
  const times = (count: number, status: number): number[] => Array.from({ length: count }, () => status);

  // The text is a real one (2.3); the code is ours, as no source has it (14, question 1).
  test('a second grant for the same client and API is refused, whatever else it says', async () => {
    const pair = await newPair();
    await create({ ...pair, scope: ['a'] });
    expect(seen(await create({ ...pair, scope: ['b'], organization_usage: 'allow' }))).toEqual(
      refused(
        409,
        `A client grant already exists between ${pair.client_id} and ${pair.audience}`,
        'client_grant_conflict',
      ),
    );
  });

  test('one client can have a grant for itself and one for users', async () => {
    const pair = await newPair();
    expect((await create({ ...pair, scope: ['a'] })).status).toBe(201);
    expect((await create({ ...pair, scope: ['a'], subject_type: 'user' })).status).toBe(201);
    expect((await create({ ...pair, scope: [], subject_type: 'user' })).status).toBe(409);
  });

  test('default grants are unique by API and subject type, beside the grants of clients', async () => {
    const group = await newDefault();
    expect((await create({ ...group, scope: [] })).status).toBe(201);
    expect((await create({ ...group, scope: [], subject_type: 'user' })).status).toBe(201);
    expect((await create({ ...group, scope: ['other'] })).status).toBe(409);
    expect((await create({ ...group, scope: [], subject_type: 'user' })).status).toBe(409);
    const { client_id } = await createClient(server);
    expect((await create({ client_id, audience: group.audience, scope: [] })).status).toBe(201);
  });

  test('once a grant is deleted, another can take its place', async () => {
    const pair = await newPair();
    const first = await createClientGrant(server, pair);
    await server.api('delete', `client-grants/${first.id}`);
    const second = await createClientGrant(server, pair);
    expect(second.id).not.toBe(first.id);
  });

  test.each([
    ['the same client', newPair],
    ['the same default group', newDefault],
  ])('of fifty simultaneous requests for %s one gets 201 and 49 get 409', async (_what, owner) => {
    const body = { ...(await owner()), scope: ['read:data'] };
    const answers = await atOnce(50, () => create(body));
    expect(statusesOf(answers)).toEqual([201, ...times(49, 409)]);
    const audience = encodeURIComponent(body.audience);
    expect((await server.api('get', `client-grants?audience=${audience}`)).body).toHaveLength(1);
  });

  test('an update beside a deletion is answered 200 or 404', async () => {
    for (let round = 0; round < 20; round++) {
      const { id } = await createClientGrant(server);
      const update = () => server.api('patch', `client-grants/${id}`, { scope: [`round:${round}`] });
      const [before, deleted, after] = await Promise.all([
        update(),
        server.api('delete', `client-grants/${id}`),
        update(),
      ]);
      expect([200, 404]).toContain(before.status);
      expect([200, 404]).toContain(after.status);
      expect(deleted.status).toBe(204);
      expect(seen(await update())).toEqual(noClientGrant);
    }
  });

  test('deletions of the same grant at the same time are all 204', async () => {
    const { id } = await createClientGrant(server);
    const answers = await atOnce(10, () => server.api('delete', `client-grants/${id}`));
    expect(statusesOf(answers)).toEqual(times(10, 204));
  });

  test.each([
    ['API', (pair: { audience: string }) => `resource-servers/${encodeURIComponent(pair.audience)}`],
    ['client', (pair: { client_id: string }) => `clients/${pair.client_id}`],
  ])('a grant never outlives its %s, however they race', async (_what, owner) => {
    for (let round = 0; round < 10; round++) {
      const pair = await newPair();
      const [created, deleted] = await Promise.all([
        create({ ...pair, scope: [] }),
        server.api('delete', owner(pair)),
      ]);
      expect([201, 404]).toContain(created.status);
      expect(deleted.status).toBe(204);
      const query = `client_id=${pair.client_id}&audience=${encodeURIComponent(pair.audience)}`;
      expect((await server.api('get', `client-grants?${query}`)).body).toEqual([]);
    }
  });

  test('of ten simultaneous additions to an organization one gets 201 and nine get 409', async () => {
    const { id: grant_id } = await createClientGrant(server, { organization_usage: 'allow' });
    const { id } = await createOrganization(server);
    const answers = await atOnce(10, () =>
      server.api('post', `organizations/${id}/client-grants`, { grant_id }),
    );
    expect(statusesOf(answers)).toEqual([201, ...times(9, 409)]);
  });
});
