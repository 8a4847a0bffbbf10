// What every answer carries, and what none does.

import type { Response } from 'supertest';
import { startServer, type TestServer } from '../support/server.js';
import { createClient } from '../management/fixtures.js';
import { raw } from './raw.js';

let server: TestServer;
const answers = new Map<string, Response>();
beforeAll(async () => {
  server = await startServer();
  const { client_id } = await createClient(server, { client_aliases: ['taken'] });
  const readOnly = `Bearer ${await server.tokenWith('read:clients')}`;
  answers.set('200', await server.api('get', 'clients'));
  answers.set('201', await server.api('post', 'clients', { name: 'x' }));
  answers.set('204', await server.api('delete', `clients/${client_id}`));
  answers.set('400', await server.api('post', 'clients', {}));
  answers.set('401', await server.request().get('/api/v2/clients'));
  answers.set('403', await server.request().delete('/api/v2/clients/a').set('Authorization', readOnly));
  answers.set('404', await server.api('get', 'nothing'));
  await server.api('post', 'organizations', { name: 'taken' });
  answers.set('409', await server.api('post', 'organizations', { name: 'taken' }));
  answers.set('413', await server.api('post', 'clients', { name: 'x'.repeat(1_100_000) }));
  answers.set('415', await server.api('post', 'clients').set('Content-Type', 'text/plain').send('x'));
  answers.set('key set', await server.request().get('/.well-known/jwks.json'));
  answers.set('path outside of the API', await server.request().get('/nothing'));
});
afterAll(() => server.close());

const kinds = [
  '200',
  '201',
  '204',
  '400',
  '401',
  '403',
  '404',
  '409',
  '413',
  '415',
  'key set',
  'path outside of the API',
];
const headersOf = (kind: string): Record<string, string> => answers.get(kind)?.headers ?? {};

test.each(kinds.filter((kind) => /^\d/.test(kind)))('the %s is one', (kind) => {
  expect(answers.get(kind)?.status).toBe(Number(kind));
});

describe.each(kinds)('the answer %s', (kind) => {
  test('is not guessed at, framed or run', () => {
    expect(headersOf(kind)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'strict-transport-security': expect.stringMatching(/^max-age=\d+/) as unknown,
    });
  });

  test('does not say what it was made with', () => {
    const names = Object.keys(headersOf(kind));
    for (const name of ['x-powered-by', 'server', 'etag']) expect(names).not.toContain(name);
  });
});

// recorded-behaviour.md 2: 10,786 of 10,787 answers.
test.each(kinds.filter((kind) => /^\d/.test(kind) && kind !== '204'))('the %s is JSON in UTF-8', (kind) => {
  expect(headersOf(kind)['content-type']).toBe('application/json; charset=utf-8');
});

test('a 204 has no body and no type', () => {
  expect(answers.get('204')?.text).toBe('');
  expect(headersOf('204')).not.toHaveProperty('content-type');
});

test('the Management API lets no page of another origin read it', async () => {
  const answer = await server.api('get', 'clients').set('Origin', 'https://evil.example');
  expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
});

test('verifiers in a browser can read the key set and the discovery documents', async () => {
  for (const path of ['jwks.json', 'openid-configuration', 'oauth-authorization-server']) {
    const { headers } = await server.request().get(`/.well-known/${path}`).set('Origin', 'https://a.example');
    expect((headers as Record<string, string>)['access-control-allow-origin']).toBe('*');
  }
});

// clients.md 1: any client may send these, and the server must ignore them.
test('headers of the official clients are ignored', async () => {
  const { status } = await server.api('get', 'clients').set({
    'Auth0-Client': Buffer.from('{"name":"node-auth0","version":"7.1.0"}').toString('base64'),
    'Auth0-Custom-Domain': 'login.example.com',
    'X-Auth0-Deploy-Mode': 'yes',
    'User-Agent': '',
    Accept: '*/*',
  });
  expect(status).toBe(200);
});

// clients.md 1: the address comes from the configuration, never from the request.
test('a foreign Host changes nothing that is answered', async () => {
  const token = await server.tokenWith('read:resource_servers');
  const headers = {
    Authorization: `Bearer ${token}`,
    Host: 'evil.example',
    'X-Forwarded-Host': 'evil.example',
  };
  const answer = await raw(server, '/api/v2/resource-servers', { headers });
  expect(answer.status).toBe(200);
  expect(answer.text).not.toContain('evil.example');
  const discovery = await raw(server, '/.well-known/openid-configuration', { headers });
  expect(discovery.text).not.toContain('evil.example');
});
