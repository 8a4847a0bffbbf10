// Values that reach the database in odd shapes: refused or not found, never an error of the server, and the server goes on.

import { engines } from '../support/engines.js';
import { startServer, type TestServer } from '../support/server.js';
import { seen } from '../management/fixtures.js';
import { INSIDES, rawApi } from './raw.js';

const base64url = (text: string | Buffer): string => Buffer.from(text as string).toString('base64url');

describe.each(engines)('on the $name database', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ engine });
  });
  afterAll(() => server.close());

  /** A request that went wrong must not take what comes after it along. */
  afterEach(async () => {
    expect((await server.api('get', 'client-grants?take=1')).status).toBe(200);
    expect((await server.api('get', 'resource-servers?per_page=1')).status).toBe(200);
    expect((await server.api('post', 'clients', { name: 'Still there' })).status).toBe(201);
  });

  describe('positions in a list', () => {
    test.each<[what: string, from: string]>([
      ['NUL', base64url('\0')],
      ['NUL behind an id', base64url('cgr_aaaaaaaaaaaaaaaa\0')],
      ['no UTF-8', base64url(Buffer.from([0xff, 0xc0, 0x80]))],
      ['no base64', '!!!***'],
      ['a quote', base64url("' OR '1'='1")],
      ['a negative number', base64url('-1')],
      ['a huge number', base64url('9'.repeat(40))],
      ['a fraction', base64url('1.5')],
      ['a word', base64url('global')],
      ['a thousand characters', 'A'.repeat(1000)],
    ])('%s', async (_what, from) => {
      for (const list of ['client-grants', 'clients', 'organizations', 'roles', 'logs']) {
        const { status, text } = await rawApi(server, `${list}?from=${encodeURIComponent(from)}&take=2`);
        expect([200, 400]).toContain(status);
        expect(text).not.toMatch(INSIDES);
      }
    });

    test('more than a thousand characters are refused', async () => {
      expect((await rawApi(server, `client-grants?from=${'A'.repeat(1001)}`)).status).toBe(400);
    });
  });

  describe('ids and identifiers in the path', () => {
    test.each<[what: string, id: string, statuses: number[]]>([
      ['NUL', '%00', [400]],
      ['NUL behind a name', 'a%00', [400]],
      ['NUL encoded twice', '%2500', [400, 404]],
      ['NUL encoded twice behind a name', 'https%253A%252F%252Fa%2500', [400, 404]],
      ['NUL encoded three times', '%252500', [404]],
      ['half a character', '%ED%A0%80', [400]],
      ['half a character encoded twice', '%25ED%25A0%2580', [404]],
      ['bytes that are no UTF-8', '%FF', [400]],
      ['a lone percent sign', '%', [400]],
      ['a lone percent sign, encoded', '%25', [404]],
      ['half an escape', '%2', [400]],
      ['a path upwards', '%2E%2E%2F%2E%2E%2Fetc%2Fpasswd', [404]],
      ['a quote', '%27%3B%20DROP%20TABLE%20clients%3B--', [404]],
      ['a wildcard', '%25%25', [404]],
      ['a line feed', 'a%0Ab', [404]],
    ])('%s', async (_what, id, statuses) => {
      for (const path of [
        'resource-servers',
        'client-grants',
        'clients',
        'organizations',
        'roles',
        'users',
        'logs',
      ]) {
        const { status, text } = await rawApi(server, `${path}/${id}`);
        expect(statuses).toContain(status);
        expect(text).not.toMatch(INSIDES);
      }
    });

    test('an update or a deletion of NUL encoded twice is no error of the server', async () => {
      const updated = await rawApi(server, 'resource-servers/%2500', { method: 'PATCH', body: '{}' });
      const deleted = await rawApi(server, 'resource-servers/%2500', { method: 'DELETE' });
      expect([400, 404]).toContain(updated.status);
      expect([204, 400, 404]).toContain(deleted.status);
    });
  });

  describe('queries', () => {
    test.each([
      'client-grants?client_id=%00',
      'client-grants?audience=a%00b',
      'client-grants?audience=%ED%A0%80',
      'clients?app_type=%00',
      'clients?external_client_id=%00',
      'clients?q=%00&take=1',
      'resource-servers?identifiers=%00',
      'organizations/org_aaaaaaaaaaaaaaaa/client-grants?client_id=%00',
      'logs?q=type:%00',
      'roles?name_filter=%00',
      'users?q=name:%00',
      'users?connection=%ED%A0%80',
      'users-by-email?email=%00',
      'clients?fields=%00',
      'clients?%00=1',
    ])('%s is refused', async (path) => {
      const { status, text } = await rawApi(server, path);
      expect(status).toBe(400);
      expect(text).not.toMatch(INSIDES);
    });

    test.each([
      'client-grants?client_id=%25',
      'client-grants?audience=https%25',
      'client-grants?audience=_',
      'client-grants?audience=%27%20OR%20%271%27=%271',
      'resource-servers?identifiers=%25',
      'clients?app_type=%25',
      'clients?external_client_id=%25',
      'logs?q=client_id:%25',
      'roles?name_filter=%25',
      'users?q=name:%25*',
      'users?q=user_metadata.a%27b:%25',
      'users-by-email?email=%25',
    ])('%s finds nothing, as nothing is a pattern', async (path) => {
      expect(seen(await server.api('get', path))).toEqual({ status: 200, body: [] });
    });

    test.each([
      'date:[-271821-04-20 TO 2020-01-01]',
      'date:[-000001-01-01 TO +275760-09-13]',
      'date:[0000-01-01 TO 0000-01-02]',
      'date:+275760-09-13',
      'date:[4714-11-23 TO 4714-11-24]',
    ])('the log is asked about times that no database knows: %s', async (q) => {
      const { status, text } = await rawApi(server, `logs?q=${encodeURIComponent(q)}`);
      expect([200, 400]).toContain(status);
      expect(text).not.toMatch(INSIDES);
    });
  });
});
