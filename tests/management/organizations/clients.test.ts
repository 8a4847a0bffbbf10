// /organizations/{id}/clients (recorded-behaviour.md 7; terraform-provider-auth0, TestAccOrganizationClients).

import { startServer, type TestServer } from '../../support/server.js';
import {
  type ClientWire,
  createClient,
  createOrganization,
  invalidBody,
  noClient,
  noOrganization,
  payloadError,
  refused,
  seen,
} from '../fixtures.js';

let server: TestServer;
let client: ClientWire;
beforeAll(async () => {
  server = await startServer();
  client = await createClient(server, { name: 'N' });
});
afterAll(() => server.close());

const at = ({ id }: { id: string }, path = '') => `organizations/${id}/clients${path}`;
const use = (client_id: string, use_for_member_access = true) => ({ client_id, use_for_member_access });
const add = (organization: { id: string }, ...clients: object[]) =>
  server.api('post', at(organization), { clients });
const noClientHere = refused(404, 'No client found by that id');

const recorded = () => ({
  client_id: client.client_id,
  use_for_member_access: true,
  client: {
    name: 'N',
    is_first_party: true,
    grant_types: ['authorization_code', 'implicit', 'refresh_token', 'client_credentials'],
  },
});

test('an association is the recorded one and nothing else, wherever it is shown', async () => {
  const organization = await createOrganization(server);
  expect(seen(await add(organization, use(client.client_id)))).toEqual({ status: 201, body: [recorded()] });
  expect((await server.api('get', at(organization, '?take=50'))).body).toEqual({ clients: [recorded()] });
  const one = await server.api('get', at(organization, `/${client.client_id}`));
  expect(seen(one)).toEqual({ status: 200, body: recorded() });
});

test('it shows what the client has', async () => {
  const organization = await createOrganization(server);
  const settings = { app_type: 'spa', logo_uri: 'https://example.com/l.png', organization_usage: 'allow' };
  const { client_id } = await createClient(server, settings);
  const { body } = await add(organization, use(client_id));
  expect(body).toMatchObject([{ client: settings }]);
});

test('it can change, and nothing is a change too', async () => {
  const organization = await createOrganization(server);
  await add(organization, use(client.client_id));
  const one = at(organization, `/${client.client_id}`);
  const changed = await server.api('patch', one, { use_for_member_access: false });
  expect(seen(changed)).toEqual({ status: 200, body: { ...recorded(), use_for_member_access: false } });
  expect((await server.api('patch', one, {})).body).toEqual(changed.body);
});

test('the list is by client id, in whatever case, and can be walked', async () => {
  const organization = await createOrganization(server);
  const ids: string[] = [];
  for (let i = 0; i < 8; i++) ids.push((await createClient(server)).client_id);
  await add(organization, ...ids.map((id) => use(id)));
  const walked: string[] = [];
  let from = '';
  do {
    const { body } = await server.api('get', at(organization, `?take=3${from}`));
    const { clients, next } = body as { clients: { client_id: string }[]; next?: string };
    walked.push(...clients.map(({ client_id }) => client_id));
    from = next === undefined ? '' : `&from=${next}`;
  } while (from !== '');
  const lower = (id: string) => id.toLowerCase();
  expect(walked).toEqual(ids.toSorted((a, b) => (lower(a) < lower(b) ? -1 : 1)));
});

test('removing takes those that are named, and is silent about others', async () => {
  const organization = await createOrganization(server);
  const other = await createClient(server);
  await add(organization, use(client.client_id), use(other.client_id));
  const answer = await server.api('delete', at(organization), { clients: [other.client_id, 'nobody'] });
  expect([answer.status, answer.text]).toEqual([204, '']);
  expect((await server.api('get', at(organization))).body).toEqual({ clients: [recorded()] });
  expect(seen(await server.api('get', at(organization, `/${other.client_id}`)))).toEqual(noClientHere);
});

test('a client that is deleted is gone from the organization', async () => {
  const organization = await createOrganization(server);
  const { client_id } = await createClient(server);
  await add(organization, use(client_id));
  await server.api('delete', `clients/${client_id}`);
  expect((await server.api('get', at(organization))).body).toEqual({ clients: [] });
});

test('organizations say how they are associated with a client', async () => {
  const fresh = await startServer();
  const { client_id } = await createClient(fresh);
  const [one, two, three] = [
    await createOrganization(fresh),
    await createOrganization(fresh),
    await createOrganization(fresh),
  ];
  await fresh.api('post', at(one), { clients: [use(client_id)] });
  await fresh.api('post', at(two), { clients: [use(client_id, false)] });
  const { body } = await fresh.api('get', `organizations?include_client_association_for=${client_id}`);
  expect(body).toEqual([
    { ...one, client: { use_for_member_access: true } },
    { ...two, client: { use_for_member_access: false } },
    three,
  ]);
  expect((await fresh.api('get', 'organizations')).body).toEqual([one, two, three]);
  await fresh.close();
});

describe('refusals', () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => use(`client-${i}`));

  test.each<[why: string, clients: unknown]>([
    ['none', []],
    ['eleven', many(11)],
    ['the same twice', [use('a'), use('a')]],
    ['one without a use', [{ client_id: 'a' }]],
    ['ids alone', ['a']],
  ])('%s', async (_why, clients) => {
    const organization = await createOrganization(server);
    const answer = await server.api('post', at(organization), { clients });
    expect(seen(answer)).toEqual(invalidBody(payloadError));
  });

  test('one that does not exist, and none of the others is associated', async () => {
    const organization = await createOrganization(server);
    expect(seen(await add(organization, use(client.client_id), use('nobody')))).toEqual(noClient);
    expect((await server.api('get', at(organization))).body).toEqual({ clients: [] });
  });

  test('one that is associated already', async () => {
    const organization = await createOrganization(server);
    await add(organization, use(client.client_id));
    const other = await createClient(server);
    expect(seen(await add(organization, use(other.client_id), use(client.client_id)))).toEqual(
      refused(409, 'The client has already been associated with this organization.'),
    );
    expect((await server.api('get', at(organization))).body).toEqual({ clients: [recorded()] });
  });

  test('of ten at once one is associated', async () => {
    const organization = await createOrganization(server);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => add(organization, use(client.client_id))),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(9);
  });

  test('more than a hundred in one organization', async () => {
    const organization = await createOrganization(server);
    for (let i = 0; i < 10; i++) {
      const ids = await Promise.all(Array.from({ length: 10 }, () => createClient(server)));
      expect((await add(organization, ...ids.map(({ client_id }) => use(client_id)))).status).toBe(201);
    }
    expect((await add(organization, use(client.client_id))).status).toBe(409);
  });

  test('an organization that does not exist', async () => {
    const none = { id: 'org_0000000000000000' };
    expect(seen(await add(none, use(client.client_id)))).toEqual(noOrganization);
    expect(seen(await server.api('get', at(none)))).toEqual(noOrganization);
  });
});
