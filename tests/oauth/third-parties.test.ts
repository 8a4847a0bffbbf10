// Third-party clients and client credentials: token-issuance.md 3 ("Grant lookup"), 4.2 (CC-11, CC-12), 4.3 (MO-9), 4.6,
// 4.7 (SY-5) and 6.7.

import { startServer, type TestServer } from '../support/server.js';
import {
  askToken,
  associate,
  bodyOf,
  claimsOf,
  givenApi,
  givenClient,
  givenDefaultGrant,
  givenGrant,
  givenOrganization,
  givenThirdParty,
  notAuthorized,
  refusalOf,
  type TestApi,
  type TestClient,
} from './given.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const refusedFor = (client: TestClient, api: Pick<TestApi, 'identifier'>, reason: string) => ({
  status: 403,
  body: { error: 'access_denied', error_description: notAuthorized(client, api) },
  reason,
});

describe.each(['strict', 'permissive'] as const)('a %s third-party client', (mode) => {
  test('CC-11: gets the scopes of its own grant', async () => {
    const [client, api] = [await givenThirdParty(server, mode), await givenApi(server)];
    await givenGrant(server, client, api);
    expect((await askToken(server, client, api)).body.scope).toBe('read write');
  });

  test('CC-11, PM-2: gets the scopes of the default grant when it has no grant of its own', async () => {
    const [client, api] = [await givenThirdParty(server, mode), await givenApi(server)];
    await givenDefaultGrant(server, api);
    const answer = await askToken(server, client, api);
    expect(answer.body.scope).toBe('read write');
    expect(claimsOf(answer)['scope']).toBe('read write');
  });

  test('TP-3: its own grant hides the default one, also where it has fewer scopes', async () => {
    const [client, api] = [await givenThirdParty(server, mode), await givenApi(server)];
    await givenDefaultGrant(server, api);
    await givenGrant(server, client, api, { scope: ['delete'] });
    expect((await askToken(server, client, api)).body.scope).toBe('delete');
  });

  test('TP-3, CC-6: scopes of the hidden default grant are refused', async () => {
    const [client, api] = [await givenThirdParty(server, mode), await givenApi(server)];
    await givenDefaultGrant(server, api);
    await givenGrant(server, client, api, { scope: [] });
    const answer = await askToken(server, client, api, { scope: 'read' });
    expect(answer.body.error_description).toBe('Client has not been granted scopes: read');
  });

  test('3: its own user grant does not hide the default client grant', async () => {
    const [client, api] = [await givenThirdParty(server, mode), await givenApi(server)];
    await givenDefaultGrant(server, api);
    await givenGrant(server, client, api, { subject_type: 'user', scope: ['delete'] });
    expect((await askToken(server, client, api)).body.scope).toBe('read write');
  });

  test('CC-3: a default user grant gives no access to the client itself', async () => {
    const [client, api] = [await givenThirdParty(server, mode), await givenApi(server)];
    await givenDefaultGrant(server, api, { subject_type: 'user' });
    expect(refusalOf(await askToken(server, client, api))).toEqual(
      refusedFor(client, api, 'client_grant_missing'),
    );
  });

  test('CC-2, Q20: is refused without any grant, in the same words as a first party', async () => {
    const [client, api] = [await givenThirdParty(server, mode), await givenApi(server)];
    expect(refusalOf(await askToken(server, client, api))).toEqual(
      refusedFor(client, api, 'client_grant_missing'),
    );
  });

  test('CC-1: is refused by deny_all in spite of its grants', async () => {
    const client = await givenThirdParty(server, mode);
    const api = await givenApi(server, { subject_type_authorization: { client: { policy: 'deny_all' } } });
    await givenDefaultGrant(server, api);
    await givenGrant(server, client, api);
    expect(refusalOf(await askToken(server, client, api))).toEqual(
      refusedFor(client, api, 'policy_denies_all'),
    );
  });

  test.each(['management', 'my_account', 'my_organization'] as const)(
    'SY-5: gets no token for the system API %s',
    async (kind) => {
      const client = await givenThirdParty(server, mode);
      const api = { identifier: server.tenant.identifierOf(kind) };
      expect(refusalOf(await askToken(server, client, api))).toEqual(
        refusedFor(client, api, 'system_api_closed_to_third_parties'),
      );
    },
  );

  test('MO-9: gets a token for an organization that its grant was added to, even one that blocks third parties', async () => {
    const [client, api] = [await givenThirdParty(server, mode), await givenApi(server)];
    const organization = await givenOrganization(server, { third_party_client_access: 'block' });
    const grantId = await givenGrant(server, client, api, { organization_usage: 'allow' });
    await associate(server, organization, grantId);
    const answer = await askToken(server, client, api, { organization });
    expect(claimsOf(answer)['org_id']).toBe(organization);
  });

  test('MO-9: gets no token for an organization that its grant was not added to, even one that allows third parties', async () => {
    const [client, api] = [await givenThirdParty(server, mode), await givenApi(server)];
    const organization = await givenOrganization(server, { third_party_client_access: 'allow' });
    await givenGrant(server, client, api, { organization_usage: 'allow' });
    const answer = await askToken(server, client, api, { organization });
    expect(answer.headers['grantry-reason']).toBe('organization_not_granted');
  });

  test('MO-2: gets no token for an organization from a default grant', async () => {
    const [client, api] = [await givenThirdParty(server, mode), await givenApi(server)];
    await givenDefaultGrant(server, api);
    const organization = await givenOrganization(server);
    const answer = await askToken(server, client, api, { organization });
    expect(answer.headers['grantry-reason']).toBe('organization_not_allowed');
  });
});

test('V21: a default grant is not for first parties', async () => {
  const [client, api] = [await givenClient(server), await givenApi(server)];
  await givenDefaultGrant(server, api);
  expect(refusalOf(await askToken(server, client, api))).toEqual(
    refusedFor(client, api, 'client_grant_missing'),
  );
});

test('CC-12, GE-3: a strict third-party client without a secret has no client credentials', async () => {
  const body = {
    name: 'public third party',
    is_first_party: false,
    third_party_security_mode: 'strict',
    token_endpoint_auth_method: 'none',
  };
  const { client_id } = await bodyOf<{ client_id: string }>(server.api('post', 'clients', body), 201);
  const api = await givenApi(server);
  await givenDefaultGrant(server, api);
  const answer = await server.requestToken({
    grant_type: 'client_credentials',
    client_id,
    audience: api.identifier,
  });
  expect(refusalOf(answer)).toMatchObject({
    status: 403,
    body: { error: 'unauthorized_client' },
    reason: 'grant_type_not_allowed',
  });
});

describe('how long tokens of third parties live (6.7, TP-18)', () => {
  test.each([
    { mode: 'strict', api: {}, client: {}, seconds: 3600, why: 'an hour by default' },
    {
      mode: 'strict',
      api: {},
      client: { jwt_configuration: { lifetime_in_seconds: 120 } },
      seconds: 120,
      why: 'what the client says',
    },
    {
      mode: 'strict',
      api: { token_lifetime: 600 },
      client: {},
      seconds: 600,
      why: "never more than the API's",
    },
    {
      mode: 'permissive',
      api: {},
      client: { jwt_configuration: { lifetime_in_seconds: 120 } },
      seconds: 86_400,
      why: 'what the API says',
    },
  ] as const)('of a $mode one: $why', async ({ mode, api: settings, client: own, seconds }) => {
    const [client, api] = [await givenThirdParty(server, mode, own), await givenApi(server, settings)];
    await givenGrant(server, client, api);
    const answer = await askToken(server, client, api);
    const { iat, exp } = claimsOf(answer) as { iat: number; exp: number };
    expect({ expires_in: answer.body.expires_in as unknown, lived: exp - iat }).toEqual({
      expires_in: seconds,
      lived: seconds,
    });
  });

  test('6.7: a first party cannot shorten its tokens this way', async () => {
    const client = await givenClient(server, { jwt_configuration: { lifetime_in_seconds: 120 } });
    const api = await givenApi(server);
    await givenGrant(server, client, api);
    expect((await askToken(server, client, api)).body.expires_in).toBe(86_400);
  });
});
