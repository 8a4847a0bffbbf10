// /organizations/{id}/client-grants: added, listed, removed (management-api.md 3, recorded-behaviour.md 4).

import { engines } from '../../support/engines.js';
import { startServer, type TestServer } from '../../support/server.js';
import {
  type ClientGrantWire,
  createApi,
  createClient,
  createClientGrant,
  createOrganization,
  invalidBody,
  invalidQuery,
  noClientGrant,
  noOrganization,
  payloadError,
  refused,
  seen,
  strict,
} from '../fixtures.js';

const byId = (grants: ClientGrantWire[]): ClientGrantWire[] =>
  [...grants].sort((a, b) => (a.id < b.id ? -1 : 1));

describe.each(engines)('on the $name database', (engine) => {
  let server: TestServer;
  let path: string;
  beforeAll(async () => {
    server = await startServer({ engine });
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    path = `organizations/${(await createOrganization(server)).id}/client-grants`;
  });

  const add = (grant_id: string) => server.api('post', path, { grant_id });
  const allowing = (body: object = {}) =>
    createClientGrant(server, { organization_usage: 'allow', allow_any_organization: true, ...body });
  async function added(body: object = {}): Promise<ClientGrantWire> {
    const grant = await allowing(body);
    expect((await add(grant.id)).status).toBe(201);
    return grant;
  }

  describe('adding', () => {
    // recorded: `grant_id`, not `id`, and no `subject_type`.
    test('answers with the grant under grant_id', async () => {
      const { id, subject_type: _type, ...rest } = await allowing({ scope: ['create:resource'] });
      expect(seen(await add(id))).toEqual({ status: 201, body: { grant_id: id, ...rest } });
    });

    test('takes grants that need an organization, and grants of strict third parties', async () => {
      const { client_id } = await createClient(server, strict);
      const grants = [
        await createClientGrant(server, { organization_usage: 'require' }),
        await createClientGrant(server, { client_id, organization_usage: 'allow' }),
      ];
      for (const { id } of grants) expect((await add(id)).status).toBe(201);
    });

    test('leaves out the scopes of a grant with all scopes', async () => {
      const { id } = await createClientGrant(server, {
        scope: undefined,
        allow_all_scopes: true,
        organization_usage: 'allow',
      });
      expect((await add(id)).body).not.toHaveProperty('scope');
    });

    // docs/compatibility.md, "Client grants": deploy-cli adds the first grant that it finds.
    test('takes a grant that denies organizations', async () => {
      const { id } = await createClientGrant(server, { organization_usage: 'deny' });
      expect((await add(id)).status).toBe(201);
    });

    test('a second time is a conflict', async () => {
      const { id } = await added();
      expect(seen(await add(id))).toEqual(
        refused(
          409,
          'The client grant has already been added to this organization.',
          'organization_client_grant_conflict',
        ),
      );
    });

    test('to another organization is none', async () => {
      const { id: grant_id } = await added();
      const { id } = await createOrganization(server);
      expect((await server.api('post', `organizations/${id}/client-grants`, { grant_id })).status).toBe(201);
    });

    test('a grant that does not exist is not found', async () => {
      expect(seen(await add('cgr_aaaaaaaaaaaaaaaa'))).toEqual(noClientGrant);
    });

    test('to an organization that does not exist is not found', async () => {
      const { id: grant_id } = await allowing();
      const answer = await server.api('post', 'organizations/org_aaaaaaaaaaaaaaaa/client-grants', {
        grant_id,
      });
      expect(seen(answer)).toEqual(noOrganization);
    });

    test('a default grant is refused', async () => {
      const { id } = await createClientGrant(server, { default_for: 'third_party_clients' });
      expect(seen(await add(id))).toEqual(invalidBody(expect.stringContaining('default')));
      expect((await server.api('get', path)).body).toEqual([]);
    });

    test.each<[why: string, body: object]>([
      ['nothing', {}],
      ['an id of another shape', { grant_id: 'cgr_short' }],
      ['an id of another kind', { grant_id: 'org_aaaaaaaaaaaaaaaa' }],
      ['an id and more', { grant_id: 'cgr_aaaaaaaaaaaaaaaa\n' }],
      ['a list', { grant_id: ['cgr_aaaaaaaaaaaaaaaa'] }],
      ['another member', { grant_id: 'cgr_aaaaaaaaaaaaaaaa', scope: [] }],
    ])('%s is refused', async (_why, body) => {
      expect(seen(await server.api('post', path, body))).toEqual(invalidBody(payloadError));
    });
  });

  describe('the list', () => {
    test('is a bare array of whole grants, ordered by id', async () => {
      const grants = byId([await added(), await added(), await added(), await added()]);
      expect(seen(await server.api('get', path))).toEqual({ status: 200, body: grants });
    });

    test('can be paged with totals', async () => {
      const grants = byId([await added(), await added(), await added()]);
      const { body } = await server.api('get', `${path}?include_totals=true&page=1&per_page=2`);
      expect(body).toEqual({ client_grants: grants.slice(2), start: 2, limit: 2, total: 3 });
    });

    // management-api.md 1.6, "Key order".
    test('has its totals last, in the recorded order', async () => {
      const { body } = await server.api('get', `${path}?include_totals=true`);
      expect(Object.keys(body as object)).toEqual(['client_grants', 'start', 'limit', 'total']);
    });

    test('can be filtered', async () => {
      const api = await createApi(server);
      const [one, other] = [await added({ audience: api.identifier }), await added()];
      const rows: [query: string, found: ClientGrantWire[]][] = [
        [`audience=${encodeURIComponent(api.identifier)}`, [one]],
        [`client_id=${other.client_id}`, [other]],
        [`client_id=${other.client_id}&audience=${encodeURIComponent(api.identifier)}`, []],
        [`grant_ids=${other.id}`, [other]],
        [`grant_ids=${one.id}&grant_ids=${other.id}&grant_ids=cgr_aaaaaaaaaaaaaaaa`, byId([one, other])],
      ];
      for (const [query, found] of rows) {
        expect((await server.api('get', `${path}?${query}`)).body).toEqual(found);
      }
    });

    test('takes ten grant_ids, not eleven, and only ids', async () => {
      const ids = (count: number): string =>
        Array.from({ length: count }, () => 'grant_ids=cgr_aaaaaaaaaaaaaaaa').join('&');
      expect((await server.api('get', `${path}?${ids(10)}`)).status).toBe(200);
      expect((await server.api('get', `${path}?${ids(11)}`)).status).toBe(400);
      expect((await server.api('get', `${path}?grant_ids=nothing`)).status).toBe(400);
    });

    // management-api.md 1.6: no checkpoint paging here.
    test.each(['take', 'from'])('has no parameter %s', async (name) => {
      expect(seen(await server.api('get', `${path}?${name}=1`))).toEqual(
        invalidQuery(`Query validation error: 'Additional properties not allowed: ${name}'.`),
      );
    });

    test('of an organization that does not exist is not found', async () => {
      const answer = await server.api('get', 'organizations/org_aaaaaaaaaaaaaaaa/client-grants');
      expect(seen(answer)).toEqual(noOrganization);
    });
  });

  describe('removing', () => {
    test('answers without a body and leaves the grant itself', async () => {
      const grant = await added();
      const answer = await server.api('delete', `${path}/${grant.id}`);
      expect([answer.status, answer.text]).toEqual([204, '']);
      expect((await server.api('get', path)).body).toEqual([]);
      expect((await server.api('get', `client-grants/${grant.id}`)).body).toEqual(grant);
    });

    test('what was never added, or does not exist, is no error', async () => {
      const { id } = await allowing();
      expect((await server.api('delete', `${path}/${id}`)).status).toBe(204);
      expect((await server.api('delete', `${path}/cgr_aaaaaaaaaaaaaaaa`)).status).toBe(204);
    });

    test('from an organization that does not exist is not found', async () => {
      const { id } = await allowing();
      const answer = await server.api('delete', `organizations/org_aaaaaaaaaaaaaaaa/client-grants/${id}`);
      expect(seen(answer)).toEqual(noOrganization);
    });

    test('makes room for adding it again', async () => {
      const { id } = await added();
      await server.api('delete', `${path}/${id}`);
      expect((await add(id)).status).toBe(201);
    });
  });

  // management-api.md 1.8 and 3.2.
  test('an organization takes a hundred grants and not one more, however many ask at once', async () => {
    const organizationId = path.split('/')[1] ?? '';
    const { client_id } = await createClient(server);
    const template = await createClientGrant(server, { client_id, organization_usage: 'allow' });
    // Ninety-eight that are in, twelve that want in.
    const waiting = await server.storage.write(async (config) => {
      const api = await config.resourceServers.find(template.audience);
      const grant = await config.clientGrants.find(template.id);
      if (api === null || grant === null) throw new Error('the template is gone');
      const { id: _api, linkedClientId: _link, ...newApi } = api;
      const { id: _grant, ...newGrant } = grant;
      const ids: string[] = [];
      for (let i = 0; i < 110; i++) {
        const { identifier } = await config.resourceServers.create({
          ...newApi,
          identifier: `https://quota.example/${organizationId}/${i}`,
        });
        ids.push((await config.clientGrants.create({ ...newGrant, audience: identifier })).id);
      }
      for (const id of ids.slice(0, 98)) await config.organizations.addClientGrant(organizationId, id);
      return { result: ids.slice(98), entry: null };
    });
    const answers = await Promise.all(waiting.map((id) => add(id)));
    const refusals = answers.filter(({ status }) => status !== 201).map(seen);
    const full = refused(
      409,
      'Quota exceeded; cannot add more than 100 client grants to a single organization',
    );
    expect(refusals).toEqual(Array.from({ length: 10 }, () => full));
    expect((await server.api('get', `${path}?include_totals=true`)).body).toMatchObject({ total: 100 });
  });
});
