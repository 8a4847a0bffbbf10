// Client grants on the server's own APIs, and grants that the server makes by itself (management-api.md 2.8 and 5).

import type { SystemApi } from '../../../src/domain/resource-server.js';
import { currentUserScopes } from '../../../src/domain/system-apis.js';
import { startServer, type TestServer } from '../../support/server.js';
import {
  type ClientGrantWire,
  countOf,
  createClient,
  createClientGrant,
  invalidBody,
  permissive,
  refused,
  seen,
  strict,
} from '../fixtures.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const create = (body: object) => server.api('post', 'client-grants', body);
const audienceOf = (kind: SystemApi) => ({ audience: server.tenant.identifierOf(kind) });
const newClient = async (body: object = {}) => ({ client_id: (await createClient(server, body)).client_id });
const SYSTEM_APIS = ['management', 'my_account', 'my_organization'] as const;

test('a first-party client can have scopes of the Management API', async () => {
  const body = { ...(await newClient()), ...audienceOf('management'), scope: ['read:clients', 'read:logs'] };
  expect(seen(await create(body))).toMatchObject({ status: 201, body: { ...body, subject_type: 'client' } });
});

// Official clients reach the Management API under an https identifier (clients.md 1).
test('the https form of the identifier stands for the same API', async () => {
  const { client_id } = await newClient();
  const own = server.tenant.identifierOf('management');
  const audience = own.replace('http:', 'https:');
  const { body } = await create({ client_id, audience, scope: ['read:clients'] });
  expect(body).toMatchObject({ audience: own });
  expect((await create({ client_id, audience: own, scope: [] })).status).toBe(409);
  const listed = await server.api('get', `client-grants?client_id=${client_id}&audience=${audience}`);
  expect(listed.body).toEqual([body]);
});

test('a user grant for the Management API can have every scope about the current user', async () => {
  const body = {
    ...(await newClient()),
    ...audienceOf('management'),
    subject_type: 'user',
    scope: currentUserScopes,
  };
  expect(seen(await create(body))).toMatchObject({ status: 201, body });
});

describe('refusals', () => {
  // The text is the real one (token-issuance.md 2, "Grant").
  const subset = 'Payload validation error: scope must be a subset of resource server scopes';

  test.each(['create:users', 'read:clients'])(
    '%s is refused in a user grant for the Management API',
    async (scope) => {
      const body = { ...(await newClient()), ...audienceOf('management'), subject_type: 'user' };
      expect(seen(await create({ ...body, scope: ['read:current_user', scope] }))).toEqual(
        invalidBody(subset),
      );
    },
  );

  test.each([
    ['management', 'client', 'read:nothing'],
    ['my_account', 'user', 'read:clients'],
    ['my_organization', 'user', 'read:me:factors'],
  ] as const)('%s: a scope that it does not have is refused', async (kind, subject_type, scope) => {
    const body = { ...(await newClient()), ...audienceOf(kind), subject_type, scope: [scope] };
    expect(seen(await create(body))).toEqual(invalidBody(subset));
  });

  test.each(SYSTEM_APIS)('%s has no default grants', async (kind) => {
    const before = await countOf(server, 'client-grants');
    for (const subject_type of ['client', 'user']) {
      const body = { ...audienceOf(kind), default_for: 'third_party_clients', subject_type, scope: [] };
      expect(seen(await create(body))).toEqual(invalidBody(expect.stringContaining('default_for')));
    }
    expect(await countOf(server, 'client-grants')).toBe(before);
  });

  describe.each([
    ['strict', strict],
    ['permissive', permissive],
  ])('a %s third-party client', (_mode, kindOfClient) => {
    test.each(SYSTEM_APIS)('gets no grant for %s', async (kind) => {
      const owner = await newClient(kindOfClient);
      for (const subject_type of ['client', 'user']) {
        expect(seen(await create({ ...owner, ...audienceOf(kind), subject_type, scope: [] }))).toEqual(
          invalidBody(
            expect.stringMatching(/^Client grants for this API cannot be created for third-party clients\./),
          ),
        );
      }
    });
  });

  // Even what changes nothing is refused.
  test.each([
    { allow_all_scopes: true },
    { allow_all_scopes: false, scope: ['read:clients'] },
    { organization_usage: 'deny', scope: ['read:clients'] },
    { organization_usage: 'allow', scope: ['read:clients'] },
    { allow_any_organization: false, scope: ['read:clients'] },
    { allow_any_organization: true, organization_usage: 'allow', scope: ['read:clients'] },
  ])('%j is refused, on creation and on update', async (body) => {
    const [member] = Object.keys(body);
    const message: unknown = expect.stringMatching(
      new RegExp(`\`${member}\`.* cannot be provided when \`audience\` is a system API`),
    );
    const owner = { ...(await newClient()), ...audienceOf('management') };
    expect(seen(await create({ ...owner, ...body }))).toEqual(invalidBody(message));
    const grant = await createClientGrant(server, { ...owner, scope: ['read:clients'] });
    expect(seen(await server.api('patch', `client-grants/${grant.id}`, body))).toEqual(invalidBody(message));
    expect((await server.api('get', `client-grants/${grant.id}`)).body).toEqual(grant);
  });

  test('the scopes of an existing grant cannot leave those of the API', async () => {
    const grant = await createClientGrant(server, {
      ...(await newClient()),
      ...audienceOf('management'),
      scope: ['read:clients'],
    });
    const answer = await server.api('patch', `client-grants/${grant.id}`, { scope: ['read:nothing'] });
    expect(seen(answer)).toEqual(invalidBody(subset));
  });
});

// recorded-behaviour.md 4: a client of type express_configuration gets a grant by itself.
describe('a grant that the server made', () => {
  let grant: ClientGrantWire;
  let owner: { client_id: string };
  beforeEach(async () => {
    owner = await newClient({ app_type: 'express_configuration' });
    const listed = await server.api('get', `client-grants?client_id=${owner.client_id}`);
    [grant] = listed.body as [ClientGrantWire];
  });

  test('is a system grant of the client itself on the Management API', () => {
    expect(grant).toMatchObject({
      ...owner,
      ...audienceOf('management'),
      is_system: true,
      subject_type: 'client',
    });
    expect(grant.scope).toContain('read:organizations_summary');
  });

  test.each([
    ['update', 'patch', { scope: [] }],
    ['delete', 'delete', undefined],
  ] as const)('takes no %s', async (_what, method, body) => {
    expect(seen(await server.api(method, `client-grants/${grant.id}`, body))).toEqual(
      refused(400, expect.any(String), 'operation_not_supported'),
    );
    expect((await server.api('get', `client-grants/${grant.id}`)).body).toEqual(grant);
  });

  test('goes with its client', async () => {
    expect((await server.api('delete', `clients/${owner.client_id}`)).status).toBe(204);
    expect((await server.api('get', `client-grants/${grant.id}`)).status).toBe(404);
  });
});

test('ordinary grants, the one of the management client too, have no is_system', async () => {
  const listed = await server.api('get', `client-grants?client_id=${server.management.id}`);
  expect(listed.body).toHaveLength(1);
  expect((listed.body as ClientGrantWire[])[0]).not.toHaveProperty('is_system');
});
