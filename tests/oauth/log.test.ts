// Every token request leaves a row in the log (design.md D7): what was asked for, what was decided, and why. Names of
// members are those of token-issuance.md 8 and of the `Log` schema of openapi.yaml.

import { startServer, type TestServer } from '../support/server.js';
import { askWithAssertion, claimsFor, givenKeyClient, newKeyPair, signedBy } from './assertions.js';
import { askToken, associate, bodyOf, givenApi, givenJoined, givenOrganization, unique } from './given.js';

interface Row {
  readonly log_id: string;
  readonly type: string;
  readonly reason: string;
  readonly details: Record<string, unknown>;
  readonly [member: string]: unknown;
}

let server: TestServer;
const now = new Date('2027-03-04T05:06:07.890Z');
beforeAll(async () => {
  server = await startServer({ now: () => now });
});
afterAll(() => server.close());

/** The rows that this query finds, newest first. */
const rowsOf = (query: string): Promise<Row[]> =>
  bodyOf<Row[]>(server.api('get', `logs?q=${encodeURIComponent(query)}`), 200);

async function onlyRowOf(clientId: string): Promise<Row> {
  const [row, ...others] = await rowsOf(`client_id:${clientId}`);
  if (row === undefined || others.length > 0) throw new Error(`${others.length} rows too many, or none`);
  return row;
}

describe('the row of a token', () => {
  test('says who asked for what, and what came of it', async () => {
    const { client, api, grantId } = await givenJoined(server, {
      client: { name: 'Billing' },
      grant: { organization_usage: 'allow' },
    });
    const organization = await givenOrganization(server, { name: 'acme' });
    await associate(server, organization, grantId);
    await askToken(server, client, api, { scope: 'read', organization }).set('User-Agent', 'billing/1.0');
    expect(await onlyRowOf(client.id)).toEqual({
      log_id: expect.stringMatching(/^\d+$/) as unknown,
      date: now.toISOString(),
      type: 'seccft',
      client_id: client.id,
      client_name: 'Billing',
      ip: '127.0.0.1',
      user_agent: 'billing/1.0',
      hostname: server.tenant.domain,
      tenant_name: server.tenant.name,
      audience: api.identifier,
      scope: 'read write',
      organization_id: organization,
      organization_name: 'acme',
      reason: 'granted',
      config_version: expect.any(Number) as unknown,
      details: {
        rules: [
          'client.grant_type GE-3',
          'resource_server.known AU-1',
          'resource_server.policy CC-2',
          'client_grant CC-4',
          'scopes CC-5',
          'organization MO-5',
        ],
        client_grant_id: grantId,
        requested_scope: 'read',
        requested_organization: organization,
      },
    });
  });

  test('has no scope where the token has none', async () => {
    const { client, api } = await givenJoined(server, { grant: { scope: [] } });
    await askToken(server, client, api);
    const row = await onlyRowOf(client.id);
    expect(row).not.toHaveProperty('scope');
    expect(row.details).not.toHaveProperty('requested_scope');
  });
});

describe('the row of a refusal', () => {
  test('says what was asked for, the rules that were gone through, and what was answered', async () => {
    const { client, api } = await givenJoined(server, { client: { name: 'Billing' } });
    await askToken(server, client, api, { scope: 'read delete' });
    expect(await onlyRowOf(client.id)).toMatchObject({
      type: 'feccft',
      description: 'Client has not been granted scopes: delete',
      client_name: 'Billing',
      audience: api.identifier,
      reason: 'scopes_not_granted',
      details: {
        rules: [
          'client.grant_type GE-3',
          'resource_server.known AU-1',
          'resource_server.policy CC-2',
          'client_grant CC-4',
          'scopes CC-6',
        ],
        because: 'not in the client grant: delete',
        requested_scope: 'read delete',
        error: 'access_denied',
      },
    });
  });

  test('has the scopes that were asked for as its scope (openapi.yaml, Log.scope)', async () => {
    const { client, api } = await givenJoined(server);
    await askToken(server, client, api, { scope: 'read delete' });
    expect((await onlyRowOf(client.id))['scope']).toBe('read delete');
  });

  test('has the organization that was asked for, and none that was granted', async () => {
    const { client, api } = await givenJoined(server);
    const organization = await givenOrganization(server);
    await askToken(server, client, api, { organization });
    const row = await onlyRowOf(client.id);
    expect(row).not.toHaveProperty('organization_id');
    expect(row.details).toMatchObject({
      rules: [
        'client.grant_type GE-3',
        'resource_server.known AU-1',
        'resource_server.policy CC-2',
        'client_grant CC-4',
        'scopes CC-4',
        'organization MO-2',
      ],
      requested_organization: organization,
    });
  });

  test.each([
    {
      what: 'an unknown API',
      sent: { audience: 'https://nope' },
      reason: 'resource_server_unknown',
      type: 'feccft',
    },
    {
      what: 'a wrong secret',
      sent: { client_secret: 'wrong' },
      reason: 'client_authentication_failed',
      type: 'feccft',
    },
    {
      what: 'another grant type',
      sent: { grant_type: 'http://auth0.com/oauth/grant-type/passwordless/otp' },
      reason: 'grant_type_unsupported',
      type: 'f',
    },
  ])('for $what has the type $type and names the client', async ({ sent, reason, type }) => {
    const { client, api } = await givenJoined(server);
    await askToken(server, client, api, sent);
    expect(await onlyRowOf(client.id)).toMatchObject({ type, reason });
  });

  test('for a client that does not exist says so, to those who may read the log', async () => {
    const [id, api] = [unique('nobody'), await givenApi(server)];
    await askToken(server, { id, secret: 'any' }, api);
    expect(await onlyRowOf(id)).toMatchObject({
      description: 'Unauthorized',
      audience: api.identifier,
      details: { because: 'there is no such client' },
    });
  });

  test('without a grant type is of type f (openapi.yaml, Log.type)', async () => {
    await server.requestToken({ grant_type: '', client_id: 'anybody' });
    expect((await rowsOf('reason:grant_type_missing'))[0]?.type).toBe('f');
  });

  test.each([
    { what: 'malformed', body: 'scope=a&scope=b', reason: 'request_malformed' },
    { what: 'without a client', body: 'grant_type=client_credentials', reason: 'client_id_missing' },
    { what: 'too large', body: 'x'.repeat(300_000), reason: 'request_too_large' },
  ])('is there for a request that is $what', async ({ body, reason }) => {
    const before = await rowsOf(`reason:${reason}`);
    await server.request().post('/oauth/token').type('form').send(body);
    expect(await rowsOf(`reason:${reason}`)).toHaveLength(before.length + 1);
  });

  test('has its own name for a used assertion', async () => {
    const client = await givenKeyClient(server, newKeyPair());
    const assertion = await signedBy(client, claimsFor(server, client, now));
    await askWithAssertion(server, client, assertion);
    await askWithAssertion(server, client, assertion);
    expect(await rowsOf(`client_id:${client.id} AND reason:client_assertion_replayed`)).toHaveLength(1);
  });

  test('is short, however much was asked for', async () => {
    const { client, api } = await givenJoined(server);
    const scope = Array.from({ length: 10_000 }, (_, index) => `scope:${index}`).join(' ');
    await askToken(server, client, api, { scope });
    expect(JSON.stringify(await onlyRowOf(client.id)).length).toBeLessThan(5000);
  });

  test('is short, however long the names are', async () => {
    const long = 'x'.repeat(50_000);
    const api = { identifier: `https://${long}` };
    await askToken(server, { id: `nobody-${long}`, secret: long }, api, { organization: long });
    const [row] = await rowsOf('reason:client_authentication_failed');
    expect(JSON.stringify(row).length).toBeLessThan(5000);
  });
});

test('no request is without a row, with 100 at once', async () => {
  const { client, api } = await givenJoined(server);
  await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      askToken(server, client, api, index % 2 === 0 ? {} : { scope: 'nosuch' }),
    ),
  );
  const count = async (type: string): Promise<number> => {
    const query = `logs?include_totals=true&per_page=0&q=${encodeURIComponent(`client_id:${client.id} AND type:${type}`)}`;
    return (await bodyOf<{ total: number }>(server.api('get', query), 200)).total;
  };
  expect([await count('seccft'), await count('feccft')]).toEqual([50, 50]);
});
