// The server's own APIs: both tables of management-api.md 5.

import type { SystemApi } from '../../../src/domain/resource-server.js';
import { startServer, type TestServer } from '../../support/server.js';
import { type ApiWire, countOf, createApi, noApi, refused, seen } from '../fixtures.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const path = (kind: SystemApi): string =>
  `resource-servers/${encodeURIComponent(server.tenant.identifierOf(kind))}`;
const read = async (kind: SystemApi) => (await server.api('get', path(kind))).body as ApiWire;
const activate = (kind: SystemApi, body: object = {}) =>
  server.api('post', 'resource-servers', { identifier: server.tenant.identifierOf(kind), ...body });

const notPatchable = refused(400, expect.stringContaining('System resource servers cannot be patched.'));

describe('settings', () => {
  // recorded-behaviour.md 5, "System APIs carry".
  test('the Management API is the recorded one, without the members that were never set', async () => {
    expect(await read('management')).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{24}$/),
      name: 'Auth0 Management API',
      identifier: `${server.url}/api/v2/`,
      allow_offline_access: false,
      skip_consent_for_verifiable_first_party_clients: false,
      subject_type_authorization: {
        client: { policy: 'require_client_grant' },
        user: { policy: 'allow_all' },
      },
      token_lifetime: 86400,
      token_lifetime_for_web: 7200,
      signing_alg: 'RS256',
      scopes: expect.any(Array),
      is_system: true,
    });
  });

  test('its scopes are described, and have every scope that an operation of the contract needs', async () => {
    const scopes = (await read('management')).scopes ?? [];
    expect(scopes).toContainEqual({ description: 'Read Client Grants', value: 'read:client_grants' });
    expect(new Set(scopes.map(({ value }) => value)).size).toBe(scopes.length);
    expect(scopes.every(({ description }) => (description ?? '') !== '')).toBe(true);
    expect(scopes.length).toBeGreaterThanOrEqual(273);
  });

  // The column "My Account" of the table.
  test('the My Account API is for users only', async () => {
    const api = await read('my_account');
    expect(api).toMatchObject({
      name: 'Auth0 My Account API',
      identifier: `${server.url}/me/`,
      is_system: true,
      allow_offline_access: true,
      skip_consent_for_verifiable_first_party_clients: true,
      subject_type_authorization: {
        client: { policy: 'deny_all' },
        user: { policy: 'require_client_grant' },
      },
      token_lifetime: 600,
      token_lifetime_for_web: 600,
      signing_alg: 'RS256',
      proof_of_possession: { mechanism: 'dpop', required: false },
    });
    expect(api.scopes).toContainEqual({ value: 'read:me:factors' });
  });

  test('the My Organization API is for users only', async () => {
    const api = await read('my_organization');
    expect(api).toMatchObject({
      name: 'Auth0 My Organization API',
      identifier: `${server.url}/my-org/`,
      is_system: true,
      subject_type_authorization: {
        client: { policy: 'deny_all' },
        user: { policy: 'require_client_grant' },
      },
      token_lifetime: 600,
    });
    expect(api.scopes).toContainEqual({ value: 'read:my_org:configuration' });
  });

  test('the Express Configuration API comes with its first POST, whatever name is sent', async () => {
    expect((await server.api('get', path('express_configuration'))).status).toBe(404);
    const answer = await activate('express_configuration', { name: 'Mine', token_lifetime: 5 });
    expect(seen(answer)).toMatchObject({
      status: 201,
      body: {
        name: 'Okta OIN Express Configuration API',
        identifier: 'urn:auth0:express-configure',
        is_system: true,
        token_lifetime: 300,
        token_lifetime_for_web: 7200,
        enforce_policies: true,
        subject_type_authorization: { client: { policy: 'deny_all' } },
        scopes: [{ value: 'express_configure:sso' }, { value: 'express_configure:scim' }],
      },
    });
    expect(await read('express_configuration')).toEqual(answer.body);
  });

  test('ordinary APIs have no is_system', async () => {
    expect(await createApi(server)).not.toHaveProperty('is_system');
  });
});

describe('what cannot be done', () => {
  test('the Management API cannot be deleted', async () => {
    expect(seen(await server.api('delete', path('management')))).toEqual(
      refused(400, 'System resource servers cannot be deleted.', 'operation_not_supported'),
    );
    expect((await server.api('get', path('management'))).status).toBe(200);
  });

  test.each(['http', 'https'])('its identifier, with %s, is reserved', async (scheme) => {
    const before = await countOf(server, 'resource-servers');
    const identifier = server.tenant.identifierOf('management').replace('http', scheme);
    expect(seen(await server.api('post', 'resource-servers', { identifier }))).toEqual(
      refused(400, 'The selected identifier is reserved.', 'operation_not_supported'),
    );
    expect(await countOf(server, 'resource-servers')).toBe(before);
  });

  // "PATCH in general" and "PATCH with name".
  test.each<[SystemApi, string, unknown]>([
    ['management', 'name', 'Mine'],
    ['management', 'scopes', []],
    ['management', 'signing_alg', 'HS256'],
    ['management', 'allow_offline_access', true],
    ['management', 'token_dialect', 'rfc9068_profile'],
    ['management', 'enforce_policies', true],
    ['management', 'token_lifetime_for_web', 60],
    ['management', 'proof_of_possession', { mechanism: 'mtls', required: true }],
    ['management', 'authorization_policy', { policy_id: 'policy' }],
    ['my_account', 'name', 'Mine'],
    ['my_account', 'scopes', []],
    ['my_organization', 'name', 'Mine'],
    // Its lifetime is fixed.
    ['my_organization', 'token_lifetime', 60],
  ])('%s: %s cannot be changed', async (kind, member, value) => {
    const before = await read(kind);
    const answer = await server.api('patch', path(kind), { [member]: value });
    expect(seen(answer)).toMatchObject(notPatchable);
    expect((answer.body as { message: string }).message).toMatch(
      new RegExp(`^Payload validation error: 'Additional properties not allowed: ${member}'`),
    );
    expect(await read(kind)).toEqual(before);
  });

  // clients.md 5: an export sends back what it was given.
  test.each<[SystemApi]>([['management'], ['my_account'], ['my_organization']])(
    '%s: what is fixed can be sent as it is',
    async (kind) => {
      const before = await read(kind);
      const { name, token_lifetime, signing_alg, allow_offline_access } = before;
      const body = { name, token_lifetime, signing_alg, allow_offline_access };
      expect(seen(await server.api('patch', path(kind), body))).toEqual({ status: 200, body: before });
    },
  );

  test.each<[SystemApi, string]>([
    ['management', 'deny_all'],
    ['my_account', 'require_client_grant'],
    ['my_organization', 'require_client_grant'],
  ])('%s: the client policy cannot become %s', async (kind, policy) => {
    const before = await read(kind);
    const body = { subject_type_authorization: { client: { policy } } };
    expect(seen(await server.api('patch', path(kind), body))).toMatchObject(notPatchable);
    expect(await read(kind)).toEqual(before);
  });
});

// The MFA API is none that administrators manage (management-api.md 5).
describe('the MFA API is there, and is hidden', () => {
  const find = () => server.storage.config.resourceServers.findSystemApi('mfa');

  test('it is in no list, nor in a list by identifiers', async () => {
    const identifier = server.tenant.identifierOf('mfa');
    expect(await find()).toMatchObject({ identifier });
    const all = (await server.api('get', 'resource-servers?per_page=100')).body as ApiWire[];
    expect(all.map((api) => api.identifier)).not.toContain(identifier);
    const { total } = (await server.api('get', 'resource-servers?include_totals=true')).body as {
      total: number;
    };
    expect(total).toBe(all.length);
    const named = await server.api('get', `resource-servers?identifiers=${encodeURIComponent(identifier)}`);
    expect(named.body).toEqual([]);
  });

  test('it can be neither read nor changed nor deleted, by identifier or id', async () => {
    const before = await find();
    const paths = [
      path('mfa'),
      `resource-servers/${encodeURIComponent(encodeURIComponent(before?.identifier ?? ''))}`,
      `resource-servers/${before?.id}`,
    ];
    for (const each of paths) {
      expect(seen(await server.api('get', each))).toEqual(noApi);
      expect(seen(await server.api('patch', each, { token_lifetime: 60 }))).toEqual(noApi);
      expect((await server.api('delete', each)).status).toBe(204);
      expect(await find()).toEqual(before);
    }
  });

  test('its identifier is reserved', async () => {
    expect(seen(await activate('mfa'))).toEqual(
      refused(400, 'The selected identifier is reserved.', 'operation_not_supported'),
    );
  });
});

describe('what can be done', () => {
  // "PATCH allowed fields".
  test.each<[SystemApi, string, unknown]>([
    ['management', 'token_lifetime', 3600],
    ['management', 'skip_consent_for_verifiable_first_party_clients', true],
    [
      'management',
      'subject_type_authorization',
      { client: { policy: 'require_client_grant' }, user: { policy: 'require_client_grant' } },
    ],
    ['my_account', 'proof_of_possession', { mechanism: 'dpop', required: true }],
    ['my_account', 'proof_of_possession', { mechanism: 'dpop', required: false }],
    ['my_account', 'authorization_policy', { policy_id: 'policy' }],
    ['my_account', 'token_lifetime', 300],
    ['my_organization', 'proof_of_possession', { mechanism: 'dpop', required: false }],
    [
      'my_organization',
      'subject_type_authorization',
      { client: { policy: 'deny_all' }, user: { policy: 'deny_all' } },
    ],
  ])('%s: %s can be changed', async (kind, member, value) => {
    const before = await read(kind);
    const answer = await server.api('patch', path(kind), { [member]: value });
    expect(seen(answer)).toEqual({ status: 200, body: { ...before, [member]: value } });
  });

  test('only the user policy of the Management API can be sent', async () => {
    const body = { subject_type_authorization: { user: { policy: 'deny_all' } } };
    expect((await server.api('patch', path('management'), body)).body).toMatchObject({
      subject_type_authorization: {
        client: { policy: 'require_client_grant' },
        user: { policy: 'deny_all' },
      },
    });
  });

  test('an opt-in API can be deleted, and comes back with its own name by POST', async () => {
    expect((await server.api('delete', path('my_account'))).status).toBe(204);
    expect((await server.api('get', path('my_account'))).status).toBe(404);
    expect(seen(await activate('my_account', { name: 'Mine' }))).toMatchObject({
      status: 201,
      body: { name: 'Auth0 My Account API', is_system: true, token_lifetime: 600 },
    });
  });

  // Official clients make https identifiers whatever the scheme of the server (clients.md 1).
  test.each(['management', 'my_account', 'my_organization'] as const)(
    '%s is also found by its identifier with https',
    async (kind) => {
      const https = server.tenant.identifierOf(kind).replace('http:', 'https:');
      const answer = await server.api('get', `resource-servers/${encodeURIComponent(https)}`);
      expect(answer.body).toEqual(await read(kind));
      const listed = await server.api('get', `resource-servers?identifiers=${encodeURIComponent(https)}`);
      expect(listed.body).toEqual([answer.body]);
    },
  );
});
