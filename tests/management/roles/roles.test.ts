// /roles: created, read, changed, listed and deleted (management-api.md 9, recorded-behaviour.md 8).

import { startServer, type TestServer } from '../../support/server.js';
import {
  createOrganization,
  createRole,
  invalidBody,
  noOrganization,
  noRole,
  payloadError,
  refused,
  type RoleWire,
  seen,
  unique,
} from '../fixtures.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const create = (body: object) => server.api('post', 'roles', body);
const update = (id: string, body: object) => server.api('patch', `roles/${id}`, body);
const read = async (id: string) => (await server.api('get', `roles/${id}`)).body as RoleWire;
const conflict = refused(409, 'The role already exists.');
const nowhere = 'rol_0000000000000000';

describe('a new role', () => {
  test('without a description has none in the answer, and an empty one from then on', async () => {
    const name = unique('R');
    const answer = await create({ name });
    const { id } = answer.body as RoleWire;
    expect(seen(answer)).toEqual({
      status: 200,
      body: { id: expect.stringMatching(/^rol_[A-Za-z0-9]{16}$/), name, type: 'tenant' },
    });
    expect(await read(id)).toEqual({ id, name, description: '', type: 'tenant' });
  });

  test.each(['', 'What it is for'])('has the description %j as it was sent', async (description) => {
    const { id, ...rest } = await createRole(server, { description });
    expect(rest).toEqual({ name: rest.name, description, type: 'tenant' });
    expect(await read(id)).toEqual({ id, ...rest });
  });

  test('takes null for no description, as in 2026-04', async () => {
    expect((await create({ name: unique('R'), description: null })).body).not.toHaveProperty('description');
  });

  test('can be of an organization', async () => {
    const { id: owner_id } = await createOrganization(server);
    const name = unique('R');
    const answer = await create({ name, type: 'organization', owner_id });
    const { id } = answer.body as RoleWire;
    expect(seen(answer)).toEqual({ status: 200, body: { id, name, type: 'organization', owner_id } });
    expect(await read(id)).toEqual({ id, name, description: '', type: 'organization', owner_id });
  });

  test('goes with its organization', async () => {
    const { id: owner_id } = await createOrganization(server);
    const { id } = await createRole(server, { type: 'organization', owner_id });
    await server.api('delete', `organizations/${owner_id}`);
    expect(seen(await server.api('get', `roles/${id}`))).toEqual(noRole);
  });

  test('needs a name that no other has; organizations have their own names', async () => {
    const { name } = await createRole(server);
    expect(seen(await create({ name }))).toEqual(conflict);
    const [one, other] = [await createOrganization(server), await createOrganization(server)];
    for (const { id: owner_id } of [one, other]) {
      expect((await create({ name, type: 'organization', owner_id })).status).toBe(200);
    }
    expect(seen(await create({ name, type: 'organization', owner_id: one.id }))).toEqual(conflict);
  });

  test.each([
    ['no name', {}],
    ['an empty name', { name: '' }],
    ['a name that is too long', { name: 'x'.repeat(201) }],
    ['a description that is too long', { name: 'x', description: 'x'.repeat(1001) }],
    ['an unknown type', { name: 'x', type: 'nosuch' }],
    ['an organization role without an owner', { name: 'x', type: 'organization' }],
    ['an unknown member', { name: 'x', nosuch: 1 }],
  ])('is refused with %s', async (_what, body) => {
    expect(seen(await create(body))).toEqual(invalidBody(payloadError));
  });

  test('is refused as a tenant role with an owner, and for an organization that does not exist', async () => {
    const { id: owner_id } = await createOrganization(server);
    expect(seen(await create({ name: unique('R'), owner_id }))).toEqual(
      invalidBody('Only roles of type organization can have an owner_id'),
    );
    const nobody = { type: 'organization', owner_id: 'org_0000000000000000' };
    expect(seen(await create({ name: unique('R'), ...nobody }))).toEqual(noOrganization);
  });
});

describe('a change', () => {
  test('sets what is sent and keeps the rest', async () => {
    const role = await createRole(server, { description: 'Before' });
    const name = unique('Renamed');
    expect(seen(await update(role.id, { name }))).toEqual({ status: 200, body: { ...role, name } });
    const answer = await update(role.id, { name, description: 'After' });
    expect(seen(answer)).toEqual({ status: 200, body: { ...role, name, description: 'After' } });
    expect(await read(role.id)).toEqual(answer.body);
  });

  test('takes null for an empty description', async () => {
    const role = await createRole(server, { description: 'Before' });
    expect((await update(role.id, { description: null })).body).toEqual({ ...role, description: '' });
  });

  test('of nothing is no error', async () => {
    const role = await createRole(server, { description: 'Same' });
    expect(seen(await update(role.id, {}))).toEqual({ status: 200, body: role });
  });

  test('to the name that the role has is none; to that of another is refused', async () => {
    const [one, other] = [await createRole(server), await createRole(server)];
    expect((await update(one.id, { name: one.name })).status).toBe(200);
    expect(seen(await update(one.id, { name: other.name }))).toEqual(conflict);
  });

  // recorded-behaviour.md 8: whose a role is is said once.
  test.each([{ type: 'organization' }, { owner_id: 'org_0000000000000000' }])(
    'of %j is refused',
    async (body) => {
      const { id } = await createRole(server);
      expect(seen(await update(id, body))).toEqual(invalidBody(payloadError));
    },
  );

  test('of a role that does not exist is 404', async () => {
    expect(seen(await update(nowhere, { name: 'x' }))).toEqual(noRole);
  });
});

describe('a deletion', () => {
  test('answers {}, with a body and without one, and 404 the second time', async () => {
    for (const body of [{}, undefined]) {
      const { id } = await createRole(server);
      expect(seen(await server.api('delete', `roles/${id}`, body))).toEqual({ status: 200, body: {} });
      expect(seen(await server.api('get', `roles/${id}`))).toEqual(noRole);
      expect(seen(await server.api('delete', `roles/${id}`, body))).toEqual(noRole);
    }
  });
});

describe('the list', () => {
  const list = async (query: string) => (await server.api('get', `roles?${query}`)).body as unknown;
  let names: string[];
  let owner: string;
  beforeAll(async () => {
    const prefix = unique('listed');
    names = ['a', 'b', 'c'].map((letter) => `${prefix}-${letter}`);
    for (const name of names.toReversed()) await createRole(server, { name });
    owner = (await createOrganization(server)).id;
    await createRole(server, { name: `${prefix}-of org`, type: 'organization', owner_id: owner });
  });

  const filter = () => `name_filter=${names[0]?.slice(0, -2).toUpperCase()}&type=tenant`;

  test('with totals is the recorded one, by name', async () => {
    const body = await list(`${filter()}&include_totals=true&per_page=50`);
    expect(body).toEqual({
      roles: names.map((name) => ({
        id: expect.stringMatching(/^rol_/) as unknown,
        name,
        description: '',
        type: 'tenant',
      })),
      start: 0,
      limit: 50,
      total: 3,
    });
    expect(Object.keys(body as object)).toEqual(['roles', 'start', 'limit', 'total']);
  });

  test('has pages, and an empty one past the end', async () => {
    expect(await list(`${filter()}&include_totals=true&page=1&per_page=2`)).toMatchObject({
      roles: [{ name: names[2] }],
      start: 2,
      total: 3,
    });
    expect(await list(`${filter()}&include_totals=true&page=7&per_page=2`)).toEqual({
      roles: [],
      start: 14,
      limit: 2,
      total: 3,
    });
  });

  test('has checkpoints, which win over totals (recorded-behaviour.md 3)', async () => {
    const first = (await list(`${filter()}&take=2&include_totals=true`)) as {
      roles: RoleWire[];
      next: string;
    };
    expect(first).toEqual({ roles: expect.any(Array) as unknown, next: expect.any(String) as unknown });
    const last = (await list(`${filter()}&take=2&from=${first.next}`)) as { roles: RoleWire[] };
    expect(Object.keys(last)).toEqual(['roles']);
    expect([...first.roles, ...last.roles].map(({ name }) => name)).toEqual(names);
  });

  test('without totals is a bare array', async () => {
    expect(await list(filter())).toHaveLength(3);
  });

  test('filters by type and by owner', async () => {
    expect(await list(`owner_id=${owner}`)).toEqual([
      expect.objectContaining({ type: 'organization', owner_id: owner }),
    ]);
    expect(await list(`type=organization&owner_id=${owner}`)).toHaveLength(1);
    expect(await list(`type=tenant&owner_id=${owner}`)).toEqual([]);
  });

  test.each(['%25', '_', '%5C', "'"])('a filter for %s is no pattern', async (sign) => {
    expect(await list(`name_filter=listed${sign}`)).toEqual([]);
  });
});
