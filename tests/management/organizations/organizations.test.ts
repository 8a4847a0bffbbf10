// /organizations: created, read, changed and deleted (management-api.md 8, recorded-behaviour.md 7).

import { startServer, type TestServer } from '../../support/server.js';
import {
  countOf,
  createClientGrant,
  createOrganization,
  invalidBody,
  noOrganization,
  type OrganizationWire,
  payloadError,
  refused,
  seen,
  unique,
} from '../fixtures.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const create = (body: object) => server.api('post', 'organizations', body);
const update = (id: string, body: object) => server.api('patch', `organizations/${id}`, body);
const read = async (id: string) => (await server.api('get', `organizations/${id}`)).body as OrganizationWire;
const nameConflict = refused(409, 'An organization with this name already exists.', 'organization_conflict');

test('a new organization is the recorded one and nothing else', async () => {
  expect(seen(await create({ name: 'org2', display_name: 'Organization2' }))).toEqual({
    status: 201,
    body: {
      id: expect.stringMatching(/^org_[A-Za-z0-9]{16}$/),
      display_name: 'Organization2',
      name: 'org2',
      third_party_client_access: 'block',
      is_app_entitlement_active: false,
    },
  });
});

test('only a name is needed', async () => {
  const name = unique('only');
  const { body } = await create({ name });
  expect(body).toEqual({
    id: (body as OrganizationWire).id,
    name,
    third_party_client_access: 'block',
    is_app_entitlement_active: false,
  });
});

describe.each<[member: string, value: unknown]>([
  ['display_name', 'd'.repeat(255)],
  [
    'branding',
    { logo_url: 'https://example.com/l.png', colors: { primary: '#000', page_background: '#fff' } },
  ],
  ['branding', {}],
  ['metadata', Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`key${i}`, 'v'.repeat(255)]))],
  ['token_quota', { client_credentials: { enforce: false, per_day: 100, per_hour: 10 } }],
  ['third_party_client_access', 'allow'],
  ['is_app_entitlement_active', true],
])('%s', (member, value) => {
  test('is stored as sent on creation', async () => {
    const created = await createOrganization(server, { [member]: value });
    expect(created).toMatchObject({ [member]: value });
    expect(await read(created.id)).toEqual(created);
  });

  test('is stored as sent on update, and nothing else changes', async () => {
    const organization = await createOrganization(server, { display_name: 'Before' });
    const answer = await update(organization.id, { [member]: value });
    expect(seen(answer)).toEqual({ status: 200, body: { ...organization, [member]: value } });
    expect(await read(organization.id)).toEqual(answer.body);
  });
});

test.each(['a', '0', 'a'.repeat(50), 'with-dash_and_underscore', '1st-org'])(
  'the name `%s` is possible',
  async (name) => {
    expect((await create({ name })).body).toMatchObject({ name });
  },
);

describe('by name', () => {
  test('an organization is found', async () => {
    const organization = await createOrganization(server);
    const answer = await server.api('get', `organizations/name/${organization.name}`);
    expect(seen(answer)).toEqual({ status: 200, body: organization });
  });

  test('its id is no name', async () => {
    const { id } = await createOrganization(server);
    expect(seen(await server.api('get', `organizations/name/${id}`))).toEqual(noOrganization);
  });

  test('another name is not found', async () => {
    expect(seen(await server.api('get', 'organizations/name/nobody'))).toEqual(noOrganization);
  });

  test('an organization called "name" can be read by its id', async () => {
    const organization = await createOrganization(server, { name: 'name' });
    expect(await read(organization.id)).toEqual(organization);
    expect((await server.api('get', 'organizations/name/name')).body).toEqual(organization);
  });
});

describe('updates', () => {
  // recorded-behaviour.md 7: replaced, and `{}` removes the member.
  test('metadata is replaced as a whole', async () => {
    const { id } = await createOrganization(server, { metadata: { a: '1', b: '2' } });
    expect((await update(id, { metadata: { b: 'x', c: '3' } })).body).toMatchObject({
      metadata: { b: 'x', c: '3' },
    });
    expect((await read(id)).metadata).toEqual({ b: 'x', c: '3' });
  });

  test('metadata of {} removes it', async () => {
    const { id } = await createOrganization(server, { metadata: { a: '1' } });
    expect((await update(id, { metadata: {} })).body).not.toHaveProperty('metadata');
  });

  test('a metadata key of null is no key', async () => {
    const { id } = await createOrganization(server, { metadata: { a: '1' } });
    expect(((await update(id, { metadata: { a: null, b: '2' } })).body as OrganizationWire).metadata).toEqual(
      {
        b: '2',
      },
    );
    expect((await update(id, { metadata: { b: null } })).body).not.toHaveProperty('metadata');
  });

  test('token_quota is removed by null', async () => {
    const quota = { token_quota: { client_credentials: { per_day: 1 } } };
    const { id } = await createOrganization(server, quota);
    expect((await update(id, { token_quota: null })).body).not.toHaveProperty('token_quota');
  });

  test('a quota without `enforce` is enforced', async () => {
    const { id } = await createOrganization(server);
    const { body } = await update(id, { token_quota: { client_credentials: { per_hour: 3 } } });
    expect(body).toMatchObject({ token_quota: { client_credentials: { enforce: true, per_hour: 3 } } });
  });

  test('the name can change, and the old one is free again', async () => {
    const { id, name } = await createOrganization(server);
    const other = unique('renamed');
    expect((await update(id, { name: other })).body).toMatchObject({ id, name: other });
    expect((await server.api('get', `organizations/name/${name}`)).status).toBe(404);
    expect((await create({ name })).status).toBe(201);
  });

  test('the same name again is no conflict', async () => {
    const organization = await createOrganization(server);
    expect(seen(await update(organization.id, { name: organization.name }))).toEqual({
      status: 200,
      body: organization,
    });
  });

  // management-api.md 8.1: no minProperties.
  test('nothing is an update too', async () => {
    const organization = await createOrganization(server);
    expect(seen(await update(organization.id, {}))).toEqual({ status: 200, body: organization });
  });

  test('the name of another organization is a conflict', async () => {
    const { name } = await createOrganization(server);
    const organization = await createOrganization(server);
    expect(seen(await update(organization.id, { name }))).toEqual(nameConflict);
    expect(await read(organization.id)).toEqual(organization);
  });

  test('of an organization that does not exist are not found', async () => {
    expect(seen(await update('org_aaaaaaaaaaaaaaaa', { display_name: 'x' }))).toEqual(noOrganization);
  });
});

describe('refusals', () => {
  const tooMany = Object.fromEntries(Array.from({ length: 26 }, (_, i) => [`key${i}`, 'x']));
  const rows: [why: string, body: object][] = [
    ['an upper case name', { name: 'Upper' }],
    ['an empty name', { name: '' }],
    ['a name of 51 characters', { name: 'a'.repeat(51) }],
    ['a name that begins with a dash', { name: '-a' }],
    ['a name with a space', { name: 'a b' }],
    ['a name with a dot', { name: 'a.b' }],
    ['a name with an umlaut', { name: 'ä' }],
    ['a name with a line feed', { name: 'a\n' }],
    ['a name of null', { name: null }],
    ['an empty display name', { display_name: '' }],
    ['a display name of 256 characters', { display_name: 'd'.repeat(256) }],
    ['26 metadata keys', { metadata: tooMany }],
    ['metadata of 256 characters', { metadata: { key: 'v'.repeat(256) } }],
    ['metadata that is a number', { metadata: { key: 1 } }],
    ['metadata that is an object', { metadata: { key: {} } }],
    ['colors without page_background', { branding: { colors: { primary: '#000' } } }],
    ['branding with another member', { branding: { logo: 'x' } }],
    ['an empty quota', { token_quota: { client_credentials: {} } }],
    ['a quota of zero', { token_quota: { client_credentials: { per_day: 0 } } }],
    ['a quota of half a token', { token_quota: { client_credentials: { per_day: 0.5 } } }],
    // management-api.md 8.1: the wire value is `block`.
    ['access `deny`', { third_party_client_access: 'deny' }],
    ['an id', { id: 'org_aaaaaaaaaaaaaaaa' }],
    ['a member that nobody knows', { members: [] }],
  ];

  test.each(rows)('%s, on creation', async (_why, body) => {
    const before = await countOf(server, 'organizations');
    expect(seen(await create({ name: unique('refused'), ...body }))).toEqual(invalidBody(payloadError));
    expect(await countOf(server, 'organizations')).toBe(before);
  });

  test.each(rows)('%s, on update', async (_why, body) => {
    const organization = await createOrganization(server);
    expect(seen(await update(organization.id, { display_name: 'New', ...body }))).toEqual(
      invalidBody(payloadError),
    );
    expect(await read(organization.id)).toEqual(organization);
  });

  test('no name', async () => {
    expect(seen(await create({ display_name: 'x' }))).toEqual(
      invalidBody("Payload validation error: 'Missing required property: name'."),
    );
  });

  test('a name that is there', async () => {
    const { name } = await createOrganization(server);
    expect(seen(await create({ name }))).toEqual(nameConflict);
  });

  test('of ten simultaneous requests for one name one gets 201 and nine get 409', async () => {
    const name = unique('race');
    const answers = await Promise.all(Array.from({ length: 10 }, () => create({ name })));
    const statuses = answers.map(({ status }) => status).sort((a, b) => a - b);
    expect(statuses).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
  });
});

describe('deleting', () => {
  test('answers without a body, and the organization is gone', async () => {
    const { id, name } = await createOrganization(server);
    const answer = await server.api('delete', `organizations/${id}`);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(seen(await server.api('get', `organizations/${id}`))).toEqual(noOrganization);
    expect(seen(await server.api('get', `organizations/name/${name}`))).toEqual(noOrganization);
  });

  // recorded-behaviour.md 2, "Deleting what is gone": here it is 404.
  test('a second time is not found', async () => {
    const { id } = await createOrganization(server);
    await server.api('delete', `organizations/${id}`);
    expect(seen(await server.api('delete', `organizations/${id}`))).toEqual(noOrganization);
  });

  test('leaves the grants that were added', async () => {
    const { id } = await createOrganization(server);
    const grant = await createClientGrant(server, { organization_usage: 'allow' });
    await server.api('post', `organizations/${id}/client-grants`, { grant_id: grant.id });
    await server.api('delete', `organizations/${id}`);
    expect((await server.api('get', `client-grants/${grant.id}`)).body).toEqual(grant);
    expect((await server.api('get', `client-grants/${grant.id}/organizations`)).body).toEqual([]);
  });
});
