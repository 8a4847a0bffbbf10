// Which members of a client a caller sees and sets, by the scopes of its token (management-api.md 6.3 to 6.5).

import { startServer, type TestServer } from '../../support/server.js';
import { type ClientWire, createClient, refused, seen } from '../fixtures.js';
import { rsaKey } from '../keys.js';

let server: TestServer;
let withSecret: ClientWire;
let withKey: ClientWire;
beforeAll(async () => {
  server = await startServer();
  withSecret = await createClient(server, {
    description: 'Described',
    app_type: 'non_interactive',
    callbacks: ['https://a.example'],
    encryption_key: { pub: 'public', cert: 'certificate' },
  });
  const credentials = [{ credential_type: 'public_key', pem: rsaKey.publicPem }];
  withKey = await createClient(server, {
    client_authentication_methods: { private_key_jwt: { credentials } },
  });
});
afterAll(() => server.close());

/** A request with a token that has these scopes and no others. */
async function as(scopes: string[], method: 'get' | 'post' | 'patch', path: string, body?: object) {
  const token = await server.tokenWith(...scopes);
  const agent = server.request();
  const request = agent[method](`/api/v2/${path}`).set('Authorization', `Bearer ${token}`);
  return body === undefined ? request : request.send(body);
}
const membersOf = (body: unknown): string[] => Object.keys(body as object);

const SUMMARY = ['tenant', 'global', 'name', 'client_id', 'app_type', 'description'];
const SECRETS = ['client_secret', 'encryption_key'];

describe('reading', () => {
  // "any of the four" scopes: a summary.
  test('read:client_summary shows a summary and nothing more', async () => {
    const { status, body } = await as(['read:client_summary'], 'get', `clients/${withSecret.client_id}`);
    expect(status).toBe(200);
    expect(membersOf(body).sort()).toEqual([...SUMMARY].sort());
  });

  test('read:clients shows everything but secrets', async () => {
    const { body } = await as(['read:clients'], 'get', `clients/${withSecret.client_id}`);
    const all = membersOf(withSecret).filter((name) => name !== 'encrypted' && !SECRETS.includes(name));
    expect(membersOf(body).sort()).toEqual(all.sort());
  });

  test('read:client_keys shows everything', async () => {
    const { body } = await as(['read:client_keys'], 'get', `clients/${withSecret.client_id}`);
    const { encrypted: _encrypted, ...all } = withSecret;
    expect(body).toEqual(all);
  });

  test('read:client_credentials shows a summary and secrets', async () => {
    const { body } = await as(['read:client_credentials'], 'get', `clients/${withSecret.client_id}`);
    expect(membersOf(body).sort()).toEqual([...SUMMARY, ...SECRETS].sort());
  });

  test.each([
    ['read:clients', false],
    ['read:client_summary', false],
    ['read:client_keys', true],
    ['read:client_credentials', true],
  ])('%s: whether authentication methods show is %s', async (scope, shown) => {
    const { body } = await as([scope], 'get', `clients/${withKey.client_id}`);
    expect(membersOf(body).includes('client_authentication_methods')).toBe(shown);
  });

  test.each(['clients', 'clients?include_totals=true', 'clients?take=50', 'clients?page=0&per_page=10'])(
    'read:clients alone sees no secret in %s',
    async (list) => {
      const { status, text } = await as(['read:clients'], 'get', list);
      expect(status).toBe(200);
      expect(text).toContain(withSecret.client_id);
      expect(text).not.toMatch(/"(client_secret|client_authentication_methods|encryption_key)":/);
      expect(text).not.toContain(String(withSecret.client_secret));
    },
  );

  test('lists show the secrets to read:client_keys', async () => {
    const { text } = await as(['read:client_keys'], 'get', 'clients?take=50');
    expect(text).toContain(String(withSecret.client_secret));
  });

  // management-api.md 1.4, "Some fields cannot be read".
  test.each([
    ['read:clients', 'client_secret'],
    ['read:clients', 'name,encryption_key'],
    ['read:client_summary', 'callbacks'],
    ['read:client_credentials', 'grant_types'],
  ])('%s cannot ask for the field %s', async (scope, fields) => {
    expect(seen(await as([scope], 'get', `clients/${withSecret.client_id}?fields=${fields}`))).toEqual(
      refused(
        403,
        expect.stringMatching(
          /^Some fields cannot be read with the permissions granted by the bearer token scopes\./,
        ),
        'insufficient_scope',
      ),
    );
  });

  test('leaving a secret out is no request for it', async () => {
    const path = `clients/${withSecret.client_id}?fields=client_secret,callbacks&include_fields=false`;
    const { status, body } = await as(['read:clients'], 'get', path);
    expect(status).toBe(200);
    expect(body).not.toHaveProperty('callbacks');
    expect(body).not.toHaveProperty('client_secret');
  });

  test('leaving other fields out does not bring a secret in', async () => {
    const { body } = await as(['read:clients'], 'get', 'clients?fields=name&include_fields=false');
    expect((body as ClientWire[]).every((each) => !('client_secret' in each))).toBe(true);
  });
});

describe('writing', () => {
  test.each<[scopes: string[], shown: boolean]>([
    [['create:clients'], false],
    [['create:clients', 'read:clients'], false],
    [['create:clients', 'create:client_keys'], true],
    [['create:clients', 'read:client_keys'], true],
  ])('a client made with %j: whether its secret shows is %s', async (scopes, shown) => {
    const { status, body } = await as(scopes, 'post', 'clients', { name: 'Made' });
    expect(status).toBe(201);
    expect(membersOf(body).includes('client_secret')).toBe(shown);
  });

  test.each<[scopes: string[], shown: boolean]>([
    [['update:clients'], false],
    [['update:clients', 'read:clients'], false],
    [['update:clients', 'read:client_keys'], true],
  ])('a client updated with %j: whether its secret shows is %s', async (scopes, shown) => {
    const { client_id } = await createClient(server);
    const { status, body } = await as(scopes, 'patch', `clients/${client_id}`, { name: 'New' });
    expect(status).toBe(200);
    expect(membersOf(body).includes('client_secret')).toBe(shown);
  });

  // Whoever may make a new secret has to be told what it is.
  test('update:client_keys is enough to rotate a secret and to see the new one', async () => {
    const { client_id, client_secret } = await createClient(server);
    const { status, body } = await as(['update:client_keys'], 'post', `clients/${client_id}/rotate-secret`);
    expect(status).toBe(200);
    expect((body as ClientWire).client_secret).toMatch(/^[A-Za-z0-9_-]{64}$/);
    expect((body as ClientWire).client_secret).not.toBe(client_secret);
  });

  test.each([[['read:clients', 'update:clients']], [['read:client_keys', 'create:client_keys']]])(
    '%j cannot rotate a secret',
    async (scopes) => {
      const answer = await as(scopes, 'post', `clients/${withSecret.client_id}/rotate-secret`);
      expect(seen(answer)).toEqual(
        refused(403, 'Insufficient scope, expected any of: update:client_keys', 'insufficient_scope'),
      );
    },
  );

  const cannotUpdate = refused(
    403,
    expect.stringMatching(
      /^Some fields cannot be updated with the permissions granted by the bearer token scopes\./,
    ),
    'insufficient_scope',
  );

  test.each<[body: object, missing: string]>([
    [{ client_secret: 'x'.repeat(48) }, 'update:client_keys'],
    [{ client_authentication_methods: null }, 'update:client_credentials'],
    [{ token_vault_privileged_access: null }, 'update:client_token_vault_privileged_access'],
  ])('%j needs %s besides update:clients', async (body, missing) => {
    const { client_id } = await createClient(server);
    const path = `clients/${client_id}`;
    expect(seen(await as(['update:clients'], 'patch', path, body))).toEqual(cannotUpdate);
    expect((await as(['update:clients', missing], 'patch', path, body)).status).toBe(200);
  });

  test('keys for a new client need create:client_credentials besides create:clients', async () => {
    const credentials = [{ credential_type: 'public_key', pem: rsaKey.publicPem }];
    const body = { name: 'Keys', client_authentication_methods: { private_key_jwt: { credentials } } };
    expect(seen(await as(['create:clients'], 'post', 'clients', body))).toEqual(cannotUpdate);
    expect((await as(['create:clients', 'create:client_credentials'], 'post', 'clients', body)).status).toBe(
      201,
    );
  });
});
