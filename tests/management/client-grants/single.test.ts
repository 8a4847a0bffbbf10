// One grant: read, deleted, and the organizations that it was added to (management-api.md 2.4, 2.6, 2.7).

import { startServer, type TestServer } from '../../support/server.js';
import {
  createClientGrant,
  createOrganization,
  noClientGrant,
  type OrganizationWire,
  seen,
} from '../fixtures.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

test('a grant is read by its id', async () => {
  const grant = await createClientGrant(server);
  expect(seen(await server.api('get', `client-grants/${grant.id}`))).toEqual({ status: 200, body: grant });
});

test.each(['cgr_aaaaaaaaaaaaaaaa', 'nothing', 'CGR', '%2F', 'ä'])('GET of `%s` is not found', async (id) => {
  expect(seen(await server.api('get', `client-grants/${id}`))).toEqual(noClientGrant);
});

test('ids are exact about case', async () => {
  const { id } = await createClientGrant(server);
  const other = [...id].map((c) => (c === c.toUpperCase() ? c.toLowerCase() : c.toUpperCase())).join('');
  expect((await server.api('get', `client-grants/${other}`)).status).toBe(404);
});

describe('deleting a grant', () => {
  test('answers without a body, and the grant is gone', async () => {
    const { id } = await createClientGrant(server);
    const answer = await server.api('delete', `client-grants/${id}`);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(seen(await server.api('get', `client-grants/${id}`))).toEqual(noClientGrant);
  });

  // recorded-behaviour.md 2, "Deleting what is gone".
  test('a second time, and of one that never was, is no error', async () => {
    const { id } = await createClientGrant(server);
    await server.api('delete', `client-grants/${id}`);
    expect((await server.api('delete', `client-grants/${id}`)).status).toBe(204);
    expect((await server.api('delete', 'client-grants/cgr_aaaaaaaaaaaaaaaa')).status).toBe(204);
  });

  // recorded-behaviour.md 2: clients send a content type, `null` or `{}` with a DELETE.
  test.each([undefined, 'null', '{}'])('with the body %s works', async (body) => {
    const { id } = await createClientGrant(server);
    const request = server.api('delete', `client-grants/${id}`).set('Content-Type', 'application/json');
    expect((await (body === undefined ? request : request.send(body))).status).toBe(204);
    expect((await server.api('get', `client-grants/${id}`)).status).toBe(404);
  });

  test('takes it out of its organizations, which stay', async () => {
    const { id: grant_id } = await createClientGrant(server, { organization_usage: 'allow' });
    const organization = await createOrganization(server);
    await server.api('post', `organizations/${organization.id}/client-grants`, { grant_id });
    await server.api('delete', `client-grants/${grant_id}`);
    expect((await server.api('get', `organizations/${organization.id}/client-grants`)).body).toEqual([]);
    expect((await server.api('get', `organizations/${organization.id}`)).body).toEqual(organization);
  });

  test('leaves the other grant of the same client and API', async () => {
    const own = await createClientGrant(server);
    const { client_id, audience } = own;
    const user = await createClientGrant(server, { client_id, audience, subject_type: 'user' });
    await server.api('delete', `client-grants/${own.id}`);
    expect((await server.api('get', `client-grants/${user.id}`)).body).toEqual(user);
  });
});

describe('the organizations of a grant', () => {
  let path: string;
  let organizations: OrganizationWire[];
  beforeAll(async () => {
    const { id: grant_id } = await createClientGrant(server, { organization_usage: 'allow' });
    path = `client-grants/${grant_id}/organizations`;
    organizations = [];
    for (const name of ['zoo', 'bar', 'moo']) {
      const organization = await createOrganization(server, { name, metadata: { key: name } });
      await server.api('post', `organizations/${organization.id}/client-grants`, { grant_id });
      organizations.push(organization);
    }
    await createOrganization(server, { name: 'not-added' });
  });

  test('are whole organizations, oldest first, in a bare array', async () => {
    expect(seen(await server.api('get', path))).toEqual({ status: 200, body: organizations });
  });

  test('can be paged with totals', async () => {
    expect((await server.api('get', `${path}?include_totals=true&page=1&per_page=2`)).body).toEqual({
      organizations: organizations.slice(2),
      start: 2,
      limit: 2,
      total: 3,
    });
  });

  test('can be paged by checkpoint, also with include_totals, and the last page has no next', async () => {
    const first = (await server.api('get', `${path}?include_totals=true&take=2`)).body as { next: string };
    expect(first).toEqual({ organizations: organizations.slice(0, 2), next: expect.any(String) });
    const last = await server.api('get', `${path}?take=2&from=${first.next}`);
    expect(last.body).toEqual({ organizations: organizations.slice(2) });
  });

  test('of a grant that was added nowhere are none', async () => {
    const { id } = await createClientGrant(server);
    expect((await server.api('get', `client-grants/${id}/organizations`)).body).toEqual([]);
    expect((await server.api('get', `client-grants/${id}/organizations?take=10`)).body).toEqual({
      organizations: [],
    });
  });

  test('of a grant that does not exist are not found', async () => {
    expect(seen(await server.api('get', 'client-grants/cgr_aaaaaaaaaaaaaaaa/organizations'))).toEqual(
      noClientGrant,
    );
  });
});
