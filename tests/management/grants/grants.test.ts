// /grants: what users have consented to (auth0/go-auth0, management/grant.go).

import { startServer, type TestServer } from '../../support/server.js';
import { createApi, createClient, createOrganization, createUser, invalidQuery, seen } from '../fixtures.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

/** A user who has consented to the same client for an API, for the same in an organization, and without an API. */
async function given() {
  const [user, client, api, organization] = [
    await createUser(server),
    await createClient(server),
    await createApi(server),
    await createOrganization(server),
  ];
  const base = { userId: user.user_id, clientId: client.client_id, organizationId: null };
  const { consents } = server.storage;
  const scopes = ['read:data', 'write:data'];
  const made = [
    await consents.remember({ ...base, audience: api.identifier, scopes }),
    await consents.remember({
      ...base,
      audience: api.identifier,
      organizationId: organization.id,
      scopes: ['read:data'],
    }),
    await consents.remember({ ...base, audience: null, scopes: ['openid'] }),
  ] as const;
  const shared = { clientID: client.client_id, user_id: user.user_id };
  const [plain, inOrganization, login] = made;
  const wire = [
    { id: plain.id, ...shared, audience: api.identifier, scope: scopes },
    {
      id: inOrganization.id,
      ...shared,
      audience: api.identifier,
      scope: ['read:data'],
      organization_id: organization.id,
    },
    { id: login.id, ...shared, audience: `${server.tenant.issuer}userinfo`, scope: ['openid'] },
  ];
  return { user, client, api, wire };
}

const encoded = encodeURIComponent;
const list = async (query: string) => seen(await server.api('get', `grants?${query}`));
const ok = (body: unknown) => ({ status: 200, body });
const deleted = { status: 204, body: {} };

test('they are listed as the platform has them, by user, client and API', async () => {
  const { user, client, api, wire } = await given();
  await given();
  const userId = `user_id=${encoded(user.user_id)}`;
  expect(await list(userId)).toEqual(ok(wire));
  expect(await list(`client_id=${client.client_id}`)).toEqual(ok(wire));
  expect(await list(`audience=${encoded(api.identifier)}`)).toEqual(ok(wire.slice(0, 2)));
  const userinfo = encoded(`${server.tenant.issuer}userinfo`);
  expect(await list(`${userId}&audience=${userinfo}`)).toEqual(ok(wire.slice(2)));
  expect(await list(`${userId}&client_id=another`)).toEqual(ok([]));
});

test('pages are counted when that is asked for', async () => {
  const { user, wire } = await given();
  const query = `user_id=${encoded(user.user_id)}&per_page=2`;
  expect(await list(`${query}&page=1`)).toEqual(ok(wire.slice(2)));
  expect(await list(`${query}&include_totals=true`)).toEqual(
    ok({ total: 3, start: 0, limit: 2, grants: wire.slice(0, 2) }),
  );
});

test('one is taken back, and again is no error', async () => {
  const { user, wire } = await given();
  for (let n = 0; n < 2; n++) {
    expect(seen(await server.api('delete', `grants/${wire[0]?.id}`))).toEqual(deleted);
  }
  expect(await list(`user_id=${encoded(user.user_id)}`)).toEqual(ok(wire.slice(1)));
});

test('all of a user are taken back, and those of others stay', async () => {
  const [{ user }, other] = [await given(), await given()];
  const path = `grants?user_id=${encoded(user.user_id)}`;
  expect(seen(await server.api('delete', path))).toEqual(deleted);
  expect(await list(`user_id=${encoded(user.user_id)}`)).toEqual(ok([]));
  expect(await list(`user_id=${encoded(other.user.user_id)}`)).toEqual(ok(other.wire));
});

test('without a user nothing is taken back', async () => {
  const { user, wire } = await given();
  expect(seen(await server.api('delete', 'grants'))).toEqual(
    invalidQuery(expect.stringContaining('user_id')),
  );
  expect(await list(`user_id=${encoded(user.user_id)}`)).toEqual(ok(wire));
});
