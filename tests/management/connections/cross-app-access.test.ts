// A connection that accepts identity assertions: what it needs, and that there is one for each issuer (the platform's page "Cross
// App Access"; the texts are ours).

import { startServer, type TestServer } from '../../support/server.js';
import { invalidBody, refused, seen, unique } from '../fixtures.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const ON = { cross_app_access_resource_app: { status: 'enabled' } };
const OFF = { cross_app_access_resource_app: { status: 'disabled' } };
const newIssuer = (): string => `https://${unique('idp')}.example.com`;
const create = (options: object, settings: object = {}) =>
  server.api('post', 'connections', { name: unique('xaa'), strategy: 'oidc', options, ...ON, ...settings });
const update = (id: string, body: object) => server.api('patch', `connections/${id}`, body);

const incomplete = invalidBody(
  '`cross_app_access_resource_app` needs the `issuer` of the identity provider among the `options`, and addresses that start with https',
);
const conflict = refused(409, 'Another connection is a resource of cross app access for the same issuer');

test.each<[about: string, strategy: string, options: (issuer: string) => object]>([
  ['an issuer', 'oidc', (issuer) => ({ issuer })],
  ['an issuer and its keys', 'okta', (issuer) => ({ issuer, jwks_uri: `${issuer}/keys` })],
  [
    'the metadata of an issuer',
    'oidc',
    (issuer) => ({ oidc_metadata: { issuer, jwks_uri: `${issuer}/keys` } }),
  ],
  ['a domain of Okta', 'okta', (issuer) => ({ domain: issuer.slice('https://'.length) })],
])('%s is enough', async (_, strategy, options) => {
  const issuer = newIssuer();
  const given = options(issuer);
  const answer = await create(given, { strategy });
  expect(seen(answer)).toMatchObject({ status: 201, body: { options: given, ...ON } });
  const found = await server.storage.config.connections.findByAssertionIssuer(issuer);
  expect(found?.id).toBe((answer.body as { id: string }).id);
});

test.each<[about: string, options: object]>([
  ['no issuer', { client_id: 'x' }],
  ['an issuer that is no text', { issuer: 1 }],
  ['an issuer that is no address', { issuer: 'idp.example.com' }],
  ['an issuer without TLS', { issuer: 'http://idp.example.com' }],
  ['an issuer with a password in it', { issuer: 'https://a:b@idp.example.com' }],
  ['an issuer that only begins like this machine', { issuer: 'http://127.0.0.1.example.com' }],
  ['an issuer without an end', { issuer: `https://idp.example.com/${'x'.repeat(1100)}` }],
  ['keys without TLS', { issuer: 'https://idp.example.com', jwks_uri: 'http://idp.example.com/keys' }],
  ['keys in a file', { issuer: 'https://idp.example.com', jwks_uri: 'file:///etc/passwd' }],
  ['discovery without TLS', { issuer: 'https://idp.example.com', discovery_url: 'http://idp.example.com' }],
])('%s is not enough', async (_, options) => {
  expect(seen(await create(options))).toEqual(incomplete);
  const { body } = await create(options, OFF);
  expect(seen(await update((body as { id: string }).id, ON))).toEqual(incomplete);
});

test('a domain is not enough where the strategy is not that of Okta', async () => {
  expect(seen(await create({ domain: 'idp.example.com' }))).toEqual(incomplete);
});

test('algorithms of which none can be verified without a shared key are refused', async () => {
  const options = { issuer: newIssuer(), id_token_signed_response_algs: ['HS256', 'none'] };
  expect(seen(await create(options))).toEqual(
    invalidBody('`id_token_signed_response_algs` names no algorithm that is known'),
  );
});

test('options that take the issuer away are refused as long as it is switched on', async () => {
  const { body } = await create({ issuer: newIssuer() });
  const { id } = body as { id: string };
  expect(seen(await update(id, { options: {} }))).toEqual(incomplete);
  expect((await update(id, { options: {}, ...OFF })).status).toBe(200);
});

test('a second connection of an issuer is refused, until the first one is switched off', async () => {
  const issuer = newIssuer();
  const first = (await create({ issuer })).body as { id: string };
  expect(seen(await create({ issuer }, { strategy: 'okta' }))).toEqual(conflict);
  const second = (await create({ issuer }, OFF)).body as { id: string };
  expect(seen(await update(second.id, ON))).toEqual(conflict);
  expect((await update(first.id, { options: { issuer, scope: 'openid' } })).status).toBe(200);
  expect((await update(first.id, OFF)).status).toBe(200);
  expect((await update(second.id, ON)).status).toBe(200);
  const found = await server.storage.config.connections.findByAssertionIssuer(issuer);
  expect(found?.id).toBe(second.id);
});

test('of ten that are made at once for one issuer, one is made', async () => {
  const issuer = newIssuer();
  const answers = await Promise.all(Array.from({ length: 10 }, () => create({ issuer })));
  const counts = [201, 409].map((wanted) => answers.filter(({ status }) => status === wanted).length);
  expect(counts).toEqual([1, 9]);
});

test('connections of other strategies keep the setting, and speak for nobody', async () => {
  const issuer = newIssuer();
  for (const strategy of ['samlp', 'auth0']) {
    expect(seen(await create({ issuer }, { strategy }))).toMatchObject({ status: 201, body: ON });
  }
  expect(await server.storage.config.connections.findByAssertionIssuer(issuer)).toBeNull();
});
