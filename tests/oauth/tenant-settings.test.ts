// Settings of the tenant that govern tokens (token-issuance.md AU-2, AU-3, MO-4, CC-15): each is in force for the very next
// token request.

import { startServer, type TestServer } from '../support/server.js';
import {
  askToken,
  associate,
  bodyOf,
  claimsOf,
  givenApi,
  givenClient,
  givenGrant,
  givenJoined,
  givenOrganization,
  refusalOf,
  type TestClient,
  unique,
} from './given.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const settings = (body: object): Promise<unknown> =>
  bodyOf(server.api('patch', 'tenants/settings', body), 200);

afterEach(() =>
  settings({
    default_audience: '',
    resource_parameter_profile: 'audience',
    allow_organization_name_in_authentication_api: null,
    default_token_quota: null,
  }),
);

/** A request without an audience. */
const ask = (client: TestClient, parameters: Record<string, string> = {}) =>
  server.requestToken({
    grant_type: 'client_credentials',
    client_id: client.id,
    client_secret: client.secret,
    ...parameters,
  });

const audienceMissing = expect.objectContaining({ status: 403, reason: 'audience_missing' }) as unknown;

describe('default_audience (AU-2)', () => {
  test('is what a request without an audience is about, from the next request on', async () => {
    const { client, api } = await givenJoined(server);
    expect(refusalOf(await ask(client))).toEqual(audienceMissing);
    await settings({ default_audience: api.identifier });
    const answer = await ask(client);
    expect(claimsOf(answer)).toMatchObject({ aud: api.identifier, scope: 'read write' });
    await settings({ default_audience: '' });
    expect(refusalOf(await ask(client))).toEqual(audienceMissing);
  });

  test('gives nothing that the client has no grant for', async () => {
    const api = await givenApi(server);
    await settings({ default_audience: api.identifier });
    const { client, api: own } = await givenJoined(server);
    expect(refusalOf(await ask(client))).toMatchObject({ status: 403, reason: 'client_grant_missing' });
    expect(claimsOf(await askToken(server, client, own))).toMatchObject({ aud: own.identifier });
  });

  test('that no API has is refused as an unknown API', async () => {
    await settings({ default_audience: 'urn:gone' });
    const { client } = await givenJoined(server);
    expect(refusalOf(await ask(client))).toMatchObject({
      status: 403,
      body: { error: 'access_denied', error_description: 'Service not enabled within domain: urn:gone' },
    });
  });

  test('is what the log says the request was about', async () => {
    const { client, api } = await givenJoined(server);
    await settings({ default_audience: api.identifier });
    await ask(client);
    const [entry] = (await server.api('get', 'logs?per_page=1')).body as object[];
    expect(entry).toMatchObject({ type: 'seccft', audience: api.identifier });
  });
});

describe('resource_parameter_profile (AU-3)', () => {
  test('audience: a resource is left aside', async () => {
    const { client, api } = await givenJoined(server);
    expect(refusalOf(await ask(client, { resource: api.identifier }))).toEqual(audienceMissing);
    const { api: byDefault } = await givenJoined(server);
    await givenGrant(server, client, byDefault);
    await settings({ default_audience: byDefault.identifier });
    expect(claimsOf(await ask(client, { resource: api.identifier }))['aud']).toBe(byDefault.identifier);
  });

  test('compatibility: a resource counts where there is no audience', async () => {
    const { client, api } = await givenJoined(server);
    await settings({ resource_parameter_profile: 'compatibility', default_audience: 'urn:gone' });
    expect(claimsOf(await ask(client, { resource: api.identifier }))['aud']).toBe(api.identifier);
    const other = await givenApi(server);
    const both = await askToken(server, client, api, { resource: other.identifier });
    expect(claimsOf(both)['aud']).toBe(api.identifier);
  });

  test('compatibility: a resource that no API has is refused, not replaced by the default', async () => {
    const { client, api } = await givenJoined(server);
    await settings({ resource_parameter_profile: 'compatibility', default_audience: api.identifier });
    expect(refusalOf(await ask(client, { resource: 'urn:nobody' }))).toMatchObject({
      status: 403,
      reason: 'resource_server_unknown',
    });
  });

  test('the change is in force for the next request, in both directions', async () => {
    const { client, api } = await givenJoined(server);
    const resource = { resource: api.identifier };
    await settings({ resource_parameter_profile: 'compatibility' });
    expect((await ask(client, resource)).status).toBe(200);
    await settings({ resource_parameter_profile: 'audience' });
    expect(refusalOf(await ask(client, resource))).toEqual(audienceMissing);
  });

  // RFC 8707 lets it be there several times; which one a token would be for is nobody's guess.
  test('two resources are refused', async () => {
    const { client, api } = await givenJoined(server);
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: client.id });
    body.append('resource', api.identifier);
    body.append('resource', 'urn:other');
    const answer = await server.request().post('/oauth/token').type('form').send(body.toString());
    expect(refusalOf(answer)).toMatchObject({
      status: 400,
      body: { error: 'invalid_request', error_description: 'Parameter resource must not be repeated' },
    });
  });
});

describe('allow_organization_name_in_authentication_api (MO-4, MO-8)', () => {
  async function givenMember() {
    const { client, api, grantId } = await givenJoined(server, { grant: { organization_usage: 'allow' } });
    const name = unique('acme');
    const id = await givenOrganization(server, { name });
    await associate(server, id, grantId);
    return { client, api, id, name };
  }

  test('without it a name is no organization, and tokens do not have it', async () => {
    const { client, api, id, name } = await givenMember();
    expect(refusalOf(await askToken(server, client, api, { organization: name }))).toMatchObject({
      status: 400,
      reason: 'organization_unknown',
    });
    const claims = claimsOf(await askToken(server, client, api, { organization: id }));
    expect(claims).toMatchObject({ org_id: id });
    expect(claims).not.toHaveProperty('org_name');
  });

  test('with it a name is as good as the id, and tokens have both', async () => {
    const { client, api, id, name } = await givenMember();
    await settings({ allow_organization_name_in_authentication_api: true });
    for (const organization of [id, name]) {
      expect(claimsOf(await askToken(server, client, api, { organization }))).toMatchObject({
        org_id: id,
        org_name: name,
      });
    }
    await settings({ allow_organization_name_in_authentication_api: false });
    expect((await askToken(server, client, api, { organization: name })).status).toBe(400);
  });
});

describe('default_token_quota (CC-15)', () => {
  const one = { client_credentials: { enforce: true, per_day: 1 } };

  test('limits clients that have no quota of their own, each for itself', async () => {
    const [first, second] = [await givenJoined(server), await givenJoined(server)];
    await settings({ default_token_quota: { clients: one } });
    expect((await askToken(server, first.client, first.api)).status).toBe(200);
    expect(refusalOf(await askToken(server, first.client, first.api))).toMatchObject({
      status: 429,
      reason: 'quota_exceeded',
    });
    expect((await askToken(server, second.client, second.api)).status).toBe(200);
    await settings({ default_token_quota: null });
    expect((await askToken(server, first.client, first.api)).status).toBe(200);
  });

  test('does not limit a client that has its own', async () => {
    const own = { token_quota: { client_credentials: { enforce: true, per_day: 2 } } };
    const { client, api } = await givenJoined(server, { client: own });
    await settings({ default_token_quota: { clients: one } });
    const statuses = [];
    for (let n = 0; n < 3; n += 1) statuses.push((await askToken(server, client, api)).status);
    expect(statuses).toEqual([200, 200, 429]);
  });

  test('limits organizations over all of their clients', async () => {
    const api = await givenApi(server);
    const organization = await givenOrganization(server);
    await settings({ default_token_quota: { organizations: one } });
    const answers = [];
    for (let n = 0; n < 2; n += 1) {
      const client = await givenClient(server);
      const grant = { organization_usage: 'allow', allow_any_organization: true };
      await givenGrant(server, client, api, grant);
      answers.push(await askToken(server, client, api, { organization }));
    }
    expect(answers.map(({ status }) => status)).toEqual([200, 429]);
    expect(answers[1]?.body).toMatchObject({ error_description: 'Organization quota exceeded' });
  });
});
