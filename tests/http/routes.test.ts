// Paths and methods that are not there, and those that are, in odd spellings.

import { startServer, type TestServer } from '../support/server.js';
import { createClient, refused, seen } from '../management/fixtures.js';
import { INSIDES, parsed, raw, rawApi } from './raw.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

/** hapi's text. */
const notFound = refused(404, 'Not Found');

// clients.md 3: "never answer 501 or 500 for a route that is not built".
test.each([
  'nothing',
  '',
  'log-streams/lst_1',
  'users/auth0%7C1/nosuch',
  'tenants/settings/nothing',
  'hooks/1',
  'organizations/org_aaaaaaaaaaaaaaaa/nothing',
  'clients/a/b/c',
  'clients/a/credentials/b/c',
  'resource-servers/a/b',
  'client-grants/a/nothing',
  'logs/a/b',
  '__proto__',
  'constructor/prototype',
])('GET /api/v2/%s is not found', async (path) => {
  expect(parsed(await rawApi(server, path))).toEqual(notFound);
});

// hapi looks for the route before it looks at the caller.
test.each(['nothing', 'roles/a/b/c', 'tenants/settings/nothing'])(
  '%s is not found for whoever has no token, or a bad one, either',
  async (path) => {
    const answers = [
      await server.request().get(`/api/v2/${path}`),
      await server.request().get(`/api/v2/${path}`).set('Authorization', 'Bearer nonsense'),
      await server.request().post(`/api/v2/${path}`).send({}),
    ];
    expect(answers.map(seen)).toEqual([notFound, notFound, notFound]);
  },
);

test('what is there asks for a token, whatever the path says', async () => {
  expect((await server.request().get('/api/v2/clients/nobody')).status).toBe(401);
  expect((await server.request().get('/api/v2/clients/')).status).toBe(401);
});

test.each([
  '/',
  '/nothing',
  '/api',
  '/api/v1/clients',
  '/oauth',
  '/.well-known',
  '/.well-known/nothing',
  '/.env',
])('GET %s, outside of the Management API, is not found', async (path) => {
  expect(seen(await server.request().get(path))).toEqual(notFound);
});

test.each([
  ['PUT', 'clients'],
  ['DELETE', 'clients'],
  ['PATCH', 'clients'],
  ['POST', 'clients/somebody'],
  ['PUT', 'clients/somebody'],
  ['GET', 'clients/somebody/rotate-secret'],
  ['PUT', 'client-grants/somebody'],
  ['POST', 'client-grants/somebody/organizations'],
  ['POST', 'logs'],
  ['DELETE', 'logs/1'],
  ['PATCH', 'logs/1'],
  ['POST', 'organizations/name/a'],
])('%s %s is not found', async (method, path) => {
  expect(parsed(await rawApi(server, path, { method, body: '{}' }))).toEqual(notFound);
});

test.each(['GET', 'PUT', 'DELETE', 'PATCH'])('%s /oauth/token is not allowed', async (method) => {
  const { status, text } = await raw(server, '/oauth/token', { method });
  expect(status).toBe(405);
  expect(text).not.toMatch(INSIDES);
});

test('an override of the method is not listened to', async () => {
  const { client_id } = await createClient(server);
  const headers = { 'X-HTTP-Method-Override': 'DELETE', 'X-Method-Override': 'DELETE' };
  await rawApi(server, `clients/${client_id}?_method=DELETE`, { method: 'POST', headers, body: '{}' });
  expect((await server.api('get', `clients/${client_id}`)).status).toBe(200);
});

describe('HEAD and OPTIONS', () => {
  test.each(['clients', 'resource-servers', 'client-grants/cgr_aaaaaaaaaaaaaaaa', 'nothing'])(
    'HEAD of %s has no body and is no error of the server',
    async (path) => {
      const { status, text } = await rawApi(server, path, { method: 'HEAD' });
      expect(status).toBeLessThan(500);
      expect(text).toBe('');
    },
  );

  // RFC 9110 section 9.3.2: HEAD is GET without the body.
  test('HEAD of what can be read is answered as GET is', async () => {
    expect((await rawApi(server, 'clients', { method: 'HEAD' })).status).toBe(200);
  });

  test('HEAD of the key set is answered as GET is', async () => {
    expect((await raw(server, '/.well-known/jwks.json', { method: 'HEAD' })).status).toBe(200);
  });

  test.each(['/api/v2/clients', '/api/v2/nothing', '/'])(
    'OPTIONS of %s lets no other origin in',
    async (path) => {
      const headers = { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' };
      const answer = await raw(server, path, { method: 'OPTIONS', headers });
      expect(answer.status).toBeLessThan(500);
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
    },
  );

  // Any page may ask the token endpoint; what it is answered is for the origins of the client only.
  test('a page of another origin may ask for a token, and not read what it is answered', async () => {
    const headers = { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' };
    const preflight = await raw(server, '/oauth/token', { method: 'OPTIONS', headers });
    expect(preflight.status).toBe(204);
    const answer = await raw(server, '/oauth/token', { method: 'POST', headers });
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  test.each(['TRACE', 'LINK', 'PROPFIND'])(
    '%s is no error of the server and echoes nothing',
    async (method) => {
      const answer = await raw(server, '/api/v2/clients', { method, headers: { 'X-Echo': 'echo-echo' } });
      expect(answer.status).toBeLessThan(500);
      expect(answer.text).not.toContain('echo-echo');
    },
  );
});

describe('odd spellings never get around authentication', () => {
  test.each([
    '/API/V2/clients',
    '/Api/v2/Clients',
    '//api/v2/clients',
    '/api//v2/clients',
    '/api/v2//clients',
    '/api/v2/clients/',
    '/api/v2/clients//',
    '/api/v2/./clients',
    '/api/v2/../v2/clients',
    '/nothing/../api/v2/clients',
    '/api/v2/%2e%2e/v2/clients',
    '/%61pi/v2/clients',
    '/api/v%32/clients',
    '/api/v2/%63lients',
    '/api%2Fv2%2Fclients',
    '/api/v2;x=1/clients',
    '/api/v2/clients;x=1',
    '/api/v2/clients%00',
    '/api/v2/clients%20',
    '/api/v2/clients?',
    '/api/v2/clients#/.well-known/jwks.json',
    '/.well-known/jwks.json/../../api/v2/clients',
    '/api/v2\\clients',
    'http://evil.example/api/v2/clients',
  ])('GET %s without a token', async (path) => {
    const { status, text } = await raw(server, path);
    expect([400, 401, 404]).toContain(status);
    expect(text).not.toContain(server.management.id);
    expect(text).not.toMatch(INSIDES);
  });

  test('a slash at the end, or none, is the same to a caller with a token', async () => {
    const [without, withSlash] = [await rawApi(server, 'clients'), await rawApi(server, 'clients/')];
    expect([without.status, withSlash.status]).toEqual([200, 200]);
    expect(withSlash.text).toBe(without.text);
  });
});
