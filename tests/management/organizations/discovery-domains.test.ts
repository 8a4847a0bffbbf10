// /organizations/{id}/discovery-domains (terraform-provider-auth0, TestAccOrganizationDiscoveryDomain).

import { startServer, type TestServer } from '../../support/server.js';
import { createOrganization, invalidBody, noOrganization, payloadError, refused, seen } from '../fixtures.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

interface Domain {
  id: string;
  domain: string;
}

const at = ({ id }: { id: string }, path = '') => `organizations/${id}/discovery-domains${path}`;
const create = (organization: { id: string }, body: object) => server.api('post', at(organization), body);
const noDomain = refused(404, 'No organization domain found by that id');

test('a new domain is the recorded one and nothing else', async () => {
  const organization = await createOrganization(server);
  const body = { domain: 'a.example.com', status: 'pending', use_for_organization_discovery: false };
  const created = await create(organization, body);
  expect(seen(created)).toEqual({
    status: 201,
    body: {
      id: expect.stringMatching(/^ord_[A-Za-z0-9]{22}$/),
      domain: 'a.example.com',
      status: 'pending',
      verification_host: `_ss-verification.${organization.id}.a.example.com`,
      verification_txt: expect.stringMatching(/^[0-9a-f]{32}$/),
      use_for_organization_discovery: false,
    },
  });
  const { id } = created.body as Domain;
  expect((await server.api('get', at(organization, `/${id}`))).body).toEqual(created.body);
  expect((await server.api('get', at(organization, '/name/a.example.com'))).body).toEqual(created.body);
});

test('only a domain is needed', async () => {
  const { body } = await create(await createOrganization(server), { domain: 'b.example.com' });
  expect(body).toMatchObject({ status: 'pending', use_for_organization_discovery: true });
});

test('status and use change, each alone', async () => {
  const organization = await createOrganization(server);
  const { body } = await create(organization, { domain: 'c.example.com' });
  const one = at(organization, `/${(body as Domain).id}`);
  const verified = await server.api('patch', one, { status: 'verified' });
  expect(seen(verified)).toEqual({ status: 200, body: { ...(body as object), status: 'verified' } });
  const unused = await server.api('patch', one, { use_for_organization_discovery: false });
  expect(unused.body).toEqual({ ...(verified.body as object), use_for_organization_discovery: false });
  expect((await server.api('get', one)).body).toEqual(unused.body);
});

test('the list is by creation, and can be walked', async () => {
  const organization = await createOrganization(server);
  const made = [];
  for (const domain of ['z.example.com', 'a.example.com', 'm.example.com']) {
    made.push((await create(organization, { domain })).body as Domain);
  }
  const { body } = await server.api('get', at(organization, '?take=2'));
  const { next } = body as { next: string };
  expect(body).toEqual({ domains: made.slice(0, 2), next });
  expect((await server.api('get', at(organization, `?take=2&from=${next}`))).body).toEqual({
    domains: made.slice(2),
  });
});

test('one of another organization is not found', async () => {
  const organization = await createOrganization(server);
  const { id } = (await create(organization, { domain: 'd.example.com' })).body as Domain;
  const other = await createOrganization(server);
  expect(seen(await server.api('get', at(other, `/${id}`)))).toEqual(noDomain);
  expect(seen(await server.api('patch', at(other, `/${id}`), {}))).toEqual(noDomain);
  expect(seen(await server.api('delete', at(other, `/${id}`)))).toEqual(noDomain);
  expect((await create(other, { domain: 'd.example.com' })).status).toBe(201);
});

test('deleting answers nothing, and a second time it is not found', async () => {
  const organization = await createOrganization(server);
  const { id } = (await create(organization, { domain: 'e.example.com' })).body as Domain;
  expect((await server.api('delete', at(organization, `/${id}`))).status).toBe(204);
  expect(seen(await server.api('delete', at(organization, `/${id}`)))).toEqual(noDomain);
});

test('the same domain twice is a conflict, also at once', async () => {
  const organization = await createOrganization(server);
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => create(organization, { domain: 'f.example.com' })),
  );
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409, 409, 409]);
  expect(seen(await create(organization, { domain: 'f.example.com' }))).toEqual(
    refused(409, 'A discovery domain with this name already exists in this organization.'),
  );
});

test.each([
  '',
  'localhost',
  'a b.com',
  '-a.com',
  'a-.com',
  'a..com',
  '.com',
  'a.com/',
  'ä.com',
  `${'a'.repeat(64)}.com`,
])('the domain `%s` is refused', async (domain) => {
  expect(seen(await create(await createOrganization(server), { domain }))).toEqual(invalidBody(payloadError));
});

test.each([{}, { domain: 'a.com', status: 'maybe' }, { domain: 'a.com', id: 'x' }])(
  'the body %j is refused',
  async (body) => {
    expect(seen(await create(await createOrganization(server), body))).toEqual(invalidBody(payloadError));
  },
);

test('of an organization that does not exist are not found', async () => {
  const none = { id: 'org_0000000000000000' };
  expect(seen(await create(none, { domain: 'a.com' }))).toEqual(noOrganization);
  expect(seen(await server.api('get', at(none)))).toEqual(noOrganization);
});
