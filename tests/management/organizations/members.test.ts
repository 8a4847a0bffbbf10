// Members of organizations and their roles (go-auth0, TestOrganizationManager_Members and _MemberRoles).

import type { NewUser, User } from '../../../src/domain/user.js';
import { aRole, aUser, change } from '../../storage/fixtures.js';
import { startServer, type TestServer } from '../../support/server.js';
import {
  createOrganization,
  invalidBody,
  noOrganization,
  noRole,
  noUser,
  payloadError,
  refused,
  seen,
} from '../fixtures.js';

let server: TestServer;
let user: User;
beforeAll(async () => {
  server = await startServer();
  user = await createUser({ picture: 'https://example.com/p.png' });
});
afterAll(() => server.close());

const createUser = (given: Partial<NewUser> = {}): Promise<User> =>
  change(server.storage, ({ users }) => users.create(aUser(given)));
const createRole = (given: Parameters<typeof aRole>[0] = {}) =>
  change(server.storage, ({ roles }) => roles.create(aRole(given)));

const at = ({ id }: { id: string }, path = '') => `organizations/${id}/members${path}`;
const rolesAt = (organization: { id: string }, { userId }: User) =>
  at(organization, `/${encodeURIComponent(userId)}/roles`);
const add = (organization: { id: string }, ...users: User[]) =>
  server.api('post', at(organization), { members: users.map(({ userId }) => userId) });
const noMember = refused(404, 'No member found by that id');

async function organizationWith(...users: User[]) {
  const organization = await createOrganization(server);
  const answer = await add(organization, ...users);
  if (answer.status !== 204) throw new Error(answer.text);
  return organization;
}

const recorded = ({ userId, email, picture, name }: User) => ({
  user_id: userId,
  email,
  ...(picture !== null && { picture }),
  name,
});

describe('members', () => {
  test('are shown as recorded, in every form', async () => {
    const other = await createUser();
    const organization = await organizationWith(user, other);
    const list = async (query: string) => (await server.api('get', at(organization, query))).body as unknown;
    const both = [recorded(user), recorded(other)];
    expect(await list('')).toEqual(both);
    expect(await list('?include_totals=true&per_page=50')).toEqual({
      members: both,
      start: 0,
      limit: 50,
      total: 2,
    });
    const first = (await list('?take=1')) as { next: string };
    expect(first).toEqual({ members: [both[0]], next: first.next });
    expect(await list(`?take=1&from=${first.next}`)).toEqual({ members: [both[1]] });
  });

  test('have the fields that are asked for, roles only then', async () => {
    const role = await createRole();
    const organization = await organizationWith(user);
    await server.api('post', rolesAt(organization, user), { roles: [role.id] });
    const list = async (query: string) => (await server.api('get', at(organization, query))).body as unknown;
    expect(
      await list('?fields=user_id&include_fields=true&include_totals=true&per_page=50&take=100'),
    ).toEqual({
      members: [{ user_id: user.userId }],
    });
    expect(await list('?fields=user_id,roles')).toEqual([
      { user_id: user.userId, roles: [{ id: role.id, name: role.name }] },
    ]);
    expect(await list('?fields=email,roles&include_fields=false')).toEqual([
      { user_id: user.userId, picture: user.picture, name: user.name },
    ]);
  });

  test('are added once, whatever is sent twice', async () => {
    const organization = await organizationWith(user, user);
    expect((await add(organization, user)).status).toBe(204);
    expect((await server.api('get', at(organization))).body).toEqual([recorded(user)]);
  });

  test('who do not exist are refused, and nobody else is added', async () => {
    const organization = await createOrganization(server);
    const members = [user.userId, 'auth0|nobody'];
    expect(seen(await server.api('post', at(organization), { members }))).toEqual(noUser);
    expect((await server.api('get', at(organization))).body).toEqual([]);
  });

  test('are removed with their roles, also a second time', async () => {
    const role = await createRole();
    const organization = await organizationWith(user);
    await server.api('post', rolesAt(organization, user), { roles: [role.id] });
    const remove = () => server.api('delete', at(organization), { members: [user.userId, 'auth0|nobody'] });
    expect([(await remove()).status, (await remove()).status]).toEqual([204, 204]);
    expect((await server.api('get', at(organization))).body).toEqual([]);
    await add(organization, user);
    expect((await server.api('get', rolesAt(organization, user))).body).toEqual([]);
  });

  test('go with the user', async () => {
    const leaving = await createUser();
    const organization = await organizationWith(leaving);
    await change(server.storage, ({ users }) => users.delete(leaving.userId));
    expect((await server.api('get', at(organization))).body).toEqual([]);
  });

  test('go with the organization, and the users stay', async () => {
    const organization = await organizationWith(user);
    await server.api('delete', `organizations/${organization.id}`);
    expect(await server.storage.config.users.find(user.userId)).not.toBeNull();
    expect(seen(await server.api('get', at(organization)))).toEqual(noOrganization);
  });

  test.each([{}, { members: [] }, { members: [''] }, { members: Array.from({ length: 101 }, String) }])(
    'the body %j is refused',
    async (body) => {
      const organization = await createOrganization(server);
      expect(seen(await server.api('post', at(organization), body))).toEqual(invalidBody(payloadError));
      expect(seen(await server.api('delete', at(organization), body))).toEqual(invalidBody(payloadError));
    },
  );
});

describe('roles of a member', () => {
  test('are shown by name, as roles are read', async () => {
    const organization = await organizationWith(user);
    const [b, a] = [
      await createRole({ name: 'b-role', description: 'B' }),
      await createRole({ name: 'a-role' }),
    ];
    const given = await server.api('post', rolesAt(organization, user), { roles: [b.id, a.id, b.id] });
    expect([given.status, given.text]).toEqual([204, '']);
    const { body } = await server.api(
      'get',
      `${rolesAt(organization, user)}?include_totals=true&per_page=50`,
    );
    expect(body).toEqual({
      roles: [
        { id: a.id, name: 'a-role', description: '', type: 'tenant' },
        { id: b.id, name: 'b-role', description: 'B', type: 'tenant' },
      ],
      start: 0,
      limit: 50,
      total: 2,
    });
  });

  test('are of one organization only', async () => {
    const role = await createRole();
    const [one, two] = [await organizationWith(user), await organizationWith(user)];
    await server.api('post', rolesAt(one, user), { roles: [role.id] });
    expect((await server.api('get', rolesAt(two, user))).body).toEqual([]);
  });

  test('can be taken, also when they were never given', async () => {
    const [one, two] = [await createRole(), await createRole()];
    const organization = await organizationWith(user);
    await server.api('post', rolesAt(organization, user), { roles: [one.id] });
    const taken = await server.api('delete', rolesAt(organization, user), { roles: [one.id, two.id] });
    expect(taken.status).toBe(204);
    expect((await server.api('get', rolesAt(organization, user))).body).toEqual([]);
  });

  test("can be the organization's own, not another's", async () => {
    const [one, two] = [await organizationWith(user), await organizationWith(user)];
    const own = await createRole({ type: 'organization', ownerId: one.id });
    expect((await server.api('post', rolesAt(one, user), { roles: [own.id] })).status).toBe(204);
    expect(seen(await server.api('post', rolesAt(two, user), { roles: [own.id] }))).toEqual(noRole);
    expect((await server.api('get', rolesAt(one, user))).body).toMatchObject([
      { id: own.id, type: 'organization', owner_id: one.id },
    ]);
  });

  test('that do not exist are refused, and none of the others is given', async () => {
    const organization = await organizationWith(user);
    const roles = [(await createRole()).id, 'rol_0000000000000000'];
    expect(seen(await server.api('post', rolesAt(organization, user), { roles }))).toEqual(noRole);
    expect((await server.api('get', rolesAt(organization, user))).body).toEqual([]);
  });

  test('go with the role', async () => {
    const role = await createRole();
    const organization = await organizationWith(user);
    await server.api('post', rolesAt(organization, user), { roles: [role.id] });
    await change(server.storage, ({ roles }) => roles.delete(role.id));
    expect((await server.api('get', rolesAt(organization, user))).body).toEqual([]);
  });

  test('are for members only', async () => {
    const organization = await createOrganization(server);
    const roles = [(await createRole()).id];
    expect(seen(await server.api('post', rolesAt(organization, user), { roles }))).toEqual(noMember);
    expect(seen(await server.api('get', rolesAt(organization, user)))).toEqual(noMember);
  });

  test('lead to the members who have them', async () => {
    const role = await createRole();
    const other = await createUser();
    const organization = await organizationWith(user, other);
    await server.api('post', rolesAt(organization, other), { roles: [role.id] });
    const path = `organizations/${organization.id}/roles/${role.id}/members`;
    expect((await server.api('get', path)).body).toEqual({ members: [recorded(other)] });
    const nowhere = `organizations/${organization.id}/roles/rol_0000000000000000/members`;
    expect(seen(await server.api('get', nowhere))).toEqual(noRole);
  });
});

test('a user has the organizations of which it is a member', async () => {
  const member = await createUser();
  const [one, two] = [await organizationWith(member), await organizationWith(member, user)];
  await organizationWith(user);
  const path = `users/${encodeURIComponent(member.userId)}/organizations`;
  expect((await server.api('get', path)).body).toEqual([one, two]);
  expect((await server.api('get', `${path}?include_totals=true&per_page=1`)).body).toEqual({
    organizations: [one],
    start: 0,
    limit: 1,
    total: 2,
  });
  expect(seen(await server.api('get', 'users/auth0%7Cnobody/organizations'))).toEqual(noUser);
});

test('an organization has no invitations', async () => {
  const { id } = await createOrganization(server);
  const path = `organizations/${id}/invitations`;
  expect((await server.api('get', path)).body).toEqual([]);
  expect((await server.api('get', `${path}?include_totals=true`)).body).toEqual({
    invitations: [],
    start: 0,
    limit: 50,
  });
});
