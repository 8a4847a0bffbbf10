import { startServer, type TestServer } from '../../support/server.js';
import {
  createApi,
  createClient,
  createClientGrant,
  createOrganization,
  noApi,
  noClientGrant,
  seen,
  unique,
} from '../fixtures.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const once = encodeURIComponent;
/** The Go SDK leaves the colon alone. */
const likeGo = (text: string): string => encodeURIComponent(text).replaceAll('%3A', ':');
const twice = (text: string): string => encodeURIComponent(encodeURIComponent(text));

// recorded-behaviour.md 5; clients.md 3, "Path parameters".
describe.each<[form: string, encode: (identifier: string) => string]>([
  ['encoded once', once],
  ['encoded once as Go does', likeGo],
  ['encoded twice', twice],
])('an identifier %s', (_form, encode) => {
  test('reads the API', async () => {
    const api = await createApi(server);
    expect(seen(await server.api('get', `resource-servers/${encode(api.identifier)}`))).toEqual({
      status: 200,
      body: api,
    });
  });

  test('updates the API', async () => {
    const api = await createApi(server);
    const answer = await server.api('patch', `resource-servers/${encode(api.identifier)}`, { name: 'New' });
    expect(seen(answer)).toEqual({ status: 200, body: { ...api, name: 'New' } });
  });

  test('deletes the API', async () => {
    const api = await createApi(server);
    expect((await server.api('delete', `resource-servers/${encode(api.identifier)}`)).status).toBe(204);
    expect(seen(await server.api('get', `resource-servers/${api.id}`))).toEqual(noApi);
  });
});

// management-api.md 4.1: any text; a URL is only advised.
test.each([
  'urn:my:api',
  'plain',
  'with space and + plus',
  'https://api.example/path?query=1&more=2#fragment',
  'percent %41 %2F stays',
  'ünïcødé/🔑',
  'https://api.example/a//b/../c/.',
  ';,=:@&$!*()\'"',
])('the identifier `%s` is found by its encoded form', async (identifier) => {
  const api = await createApi(server, { identifier });
  expect(seen(await server.api('get', `resource-servers/${once(identifier)}`))).toEqual({
    status: 200,
    body: api,
  });
});

test('identifiers are exact: case and a final slash make another API', async () => {
  const identifier = unique('https://exact.example/Path');
  await createApi(server, { identifier });
  expect((await createApi(server, { identifier: `${identifier}/` })).identifier).toBe(`${identifier}/`);
  const lower = await createApi(server, { identifier: identifier.toLowerCase() });
  expect((await server.api('get', `resource-servers/${once(identifier.toLowerCase())}`)).body).toEqual(lower);
  expect((await server.api('get', `resource-servers/${once(identifier.toUpperCase())}`)).status).toBe(404);
});

describe('an API whose identifier is the id of another API', () => {
  test('does not hide the other one', async () => {
    const api = await createApi(server);
    await createApi(server, { identifier: api.id });
    expect((await server.api('get', `resource-servers/${api.id}`)).body).toEqual(api);
  });

  test('can be granted', async () => {
    const { id: identifier } = await createApi(server);
    await createApi(server, { identifier });
    const { client_id } = await createClient(server);
    const answer = await server.api('post', 'client-grants', { client_id, audience: identifier, scope: [] });
    expect(seen(answer)).toMatchObject({ status: 201, body: { audience: identifier } });
  });
});

test.each([
  '0123456789abcdef01234567',
  once('https://nobody.example/'),
  twice('https://nobody.example/'),
  '%25',
])('GET of %s, which nothing has, is not found', async (id) => {
  expect(seen(await server.api('get', `resource-servers/${id}`))).toEqual(noApi);
});

describe('deleting an API', () => {
  test('answers without a body', async () => {
    const { id } = await createApi(server);
    const answer = await server.api('delete', `resource-servers/${id}`);
    expect([answer.status, answer.text]).toEqual([204, '']);
  });

  // recorded-behaviour.md 2, "Deleting what is gone".
  test('a second time is no error', async () => {
    const { id } = await createApi(server);
    await server.api('delete', `resource-servers/${id}`);
    expect((await server.api('delete', `resource-servers/${id}`)).status).toBe(204);
  });

  // clients.md 5: "deleting an API must take its grants along".
  test('takes its client grants along, and their places in organizations', async () => {
    const api = await createApi(server);
    const grants = [
      await createClientGrant(server, { audience: api.identifier, organization_usage: 'allow' }),
      await createClientGrant(server, { audience: api.identifier, default_for: 'third_party_clients' }),
    ];
    const organization = await createOrganization(server);
    const links = `organizations/${organization.id}/client-grants`;
    expect((await server.api('post', links, { grant_id: grants[0]?.id })).status).toBe(201);
    await server.api('delete', `resource-servers/${api.id}`);
    for (const grant of grants) {
      expect(seen(await server.api('get', `client-grants/${grant.id}`))).toEqual(noClientGrant);
    }
    expect((await server.api('get', links)).body).toEqual([]);
  });

  test('leaves the grants of other APIs', async () => {
    const api = await createApi(server);
    const grant = await createClientGrant(server);
    await server.api('delete', `resource-servers/${api.id}`);
    expect((await server.api('get', `client-grants/${grant.id}`)).body).toEqual(grant);
  });

  test('and making it again does not bring its grants back', async () => {
    const { id, identifier } = await createApi(server);
    await createClientGrant(server, { audience: identifier });
    await server.api('delete', `resource-servers/${id}`);
    await createApi(server, { identifier });
    expect((await server.api('get', `client-grants?audience=${once(identifier)}`)).body).toEqual([]);
  });
});
