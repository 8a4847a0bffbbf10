// Times and texts in odd shapes: stored as they are or refused, never an error of the server (RFC 3339, management-api.md 7.1).

import { engines } from '../support/engines.js';
import { startServer, type TestServer } from '../support/server.js';
import { createApi, createClient, createClientGrant, unique } from '../management/fixtures.js';
import { rsaKey } from '../management/keys.js';

describe.each(engines)('on the $name database', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ engine });
  });
  afterAll(() => server.close());

  describe('times in a body', () => {
    test.each([
      '0000-01-01T00:00:00Z',
      '0001-01-01T00:00:00Z',
      '9999-12-31T23:59:59Z',
      // RFC 3339 section 5.8: a leap second is a time, an offset of 25 hours is none.
      '2016-12-31T23:59:60Z',
      '2030-01-01T00:00:00+25:00',
      '2030-01-01T24:00:00Z',
      '2030-13-01T00:00:00Z',
      '9999-12-31T23:59:59-23:59',
      '0000-01-01T00:00:00+23:59',
    ])('%s is stored or refused', async (expires_at) => {
      const { client_id } = await createClient(server);
      const path = `clients/${client_id}/credentials`;
      const key = { credential_type: 'public_key', pem: rsaKey.publicPem };
      const created = await server.api('post', path, { ...key, expires_at });
      expect([201, 400]).toContain(created.status);
      const { id } = (await server.api('post', path, { ...key, kid: 'the-second' })).body as { id: string };
      const updated = await server.api('patch', `${path}/${id}`, { expires_at });
      expect([200, 400]).toContain(updated.status);
    });
  });

  // What is text stays text, on every database.
  test.each<[what: string, text: string]>([
    ['SQL', "'; DROP TABLE clients; --"],
    ['placeholders', '%s %d ${jndi:ldap://x} {{7*7}}'],
    ['a change of direction', '\u202eright to left'],
    ['a letter with a combining accent', 'e\u0301 is not \u00e9'],
    ['an emoji of several', '👩‍👩‍👧‍👦'],
    ['noncharacters', '\ufffe\uffff\u{10ffff}'],
    ['control characters', '\u2028\u2029\u0001\u001f\u007f'],
    ['spaces around', ' spaces around '],
    ['escapes', '\\u0000 \\x00 \\'],
  ])('%s comes back as it was', async (_what, text) => {
    const created = await createClient(server, { name: text, client_metadata: { [text]: text } });
    expect(created).toMatchObject({ name: text, client_metadata: { [text]: text } });
    const read = await server.api('get', `clients/${created.client_id}`);
    expect(read.body).toMatchObject({ name: text, client_metadata: { [text]: text } });
  });

  test('identifiers that differ only by composition are two', async () => {
    const identifier = unique('https://e\u0301.example');
    await createApi(server, { identifier });
    const composed = await createApi(server, { identifier: identifier.normalize('NFC') });
    expect(composed.identifier).not.toBe(identifier);
    const grant = await createClientGrant(server, { audience: identifier });
    const query = `client-grants?audience=${encodeURIComponent(identifier)}`;
    expect((await server.api('get', query)).body).toEqual([grant]);
  });

  test('a refusal that was cut in the middle of a character is still in the log, which can be read', async () => {
    await server.api('post', 'clients', { name: 'x', app_type: `${'a'.repeat(99)}😀` });
    const { status, body } = await server.api('get', 'logs?per_page=1');
    expect(status).toBe(200);
    expect(body).toMatchObject([{ type: 'fapi', details: { response: { statusCode: 400 } } }]);
  });
});
