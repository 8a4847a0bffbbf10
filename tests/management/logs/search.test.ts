// GET /logs and GET /logs/{id} (management-api.md 12; the query language is the contract's).

import { engines } from '../../support/engines.js';
import { startServer, type TestServer } from '../../support/server.js';
import { createClient, invalidQuery, refused, seen } from '../fixtures.js';
import type { Log } from './log-entry.js';

describe.each(engines)('on the $name database', (engine) => {
  let server: TestServer;
  /** Newest first. */
  let all: Log[];
  beforeAll(async () => {
    server = await startServer({ engine });
    const { client_id, client_secret } = await createClient(server, { grant_types: ['client_credentials'] });
    const audience = server.tenant.identifierOf('management');
    const credentials = { grant_type: 'client_credentials', client_id, client_secret: String(client_secret) };
    // Token requests on the embedded database are written in groups; each is read back before what comes next.
    const readBack = async () => (await server.api('get', 'logs?per_page=1')).status;
    await server.requestToken({ ...credentials, audience });
    await server.requestToken({ ...credentials, audience: 'https://nobody.example/with space' });
    await readBack();
    await server.api('post', 'client-grants', { client_id, audience, scope: ['read:logs'] });
    await server.requestToken({ ...credentials, audience });
    await readBack();
    await server.api('post', 'clients', { nobody: 1 });
    await readBack();
    await server.api('patch', `clients/${client_id}`, { name: 'New' });
    all = (await server.api('get', 'logs?per_page=100')).body as Log[];
  });
  afterAll(() => server.close());

  const list = (query: string) => server.api('get', `logs?${query}`);
  const search = async (q: string) => (await list(`q=${encodeURIComponent(q)}`)).body as Log[];

  test('rows come newest first, each with an id, a date and a type', () => {
    expect(all.map(({ type }) => type)).toEqual([
      'sapi',
      'fapi',
      'seccft',
      'sapi',
      'feccft',
      'feccft',
      'sapi',
    ]);
    expect(all.map(({ date }) => date)).toEqual(
      all
        .map(({ date }) => date)
        .sort()
        .toReversed(),
    );
    expect(new Set(all.map(({ log_id }) => log_id)).size).toBe(all.length);
  });

  test('sort=date:1 shows the oldest first, sort=date:-1 the newest', async () => {
    expect((await list('sort=date:1')).body).toEqual(all.toReversed());
    expect((await list('sort=date:-1')).body).toEqual(all);
  });

  test.each([
    ['page=0&per_page=3', 0, 3, [0, 3]],
    ['page=2&per_page=3', 6, 3, [6, 7]],
    ['page=3&per_page=3', 9, 3, [7, 7]],
    ['per_page=0', 0, 0, [0, 0]],
  ])('%s with totals also says how long the page is', async (query, start, limit, [from, to]) => {
    const logs = all.slice(from, to);
    expect((await list(`include_totals=true&${query}`)).body).toEqual({
      start,
      limit,
      length: logs.length,
      total: all.length,
      logs,
    });
    expect((await list(query)).body).toEqual(logs);
  });

  describe('by checkpoint', () => {
    test('rows come oldest first in bare arrays, from one id to the next', async () => {
      const first = (await list('take=3')).body as Log[];
      expect(first).toEqual(all.toReversed().slice(0, 3));
      const second = await list(`take=3&from=${first.at(-1)?.log_id}`);
      expect(second.body).toEqual(all.toReversed().slice(3, 6));
    });

    test('from alone shows what came after', async () => {
      expect((await list(`from=${all[2]?.log_id}`)).body).toEqual([all[1], all[0]]);
    });

    test('the newest has nothing after it', async () => {
      expect((await list(`from=${all[0]?.log_id}`)).body).toEqual([]);
    });
  });

  describe('q', () => {
    test.each<[field: 'type' | 'client_id' | 'audience' | 'reason' | 'log_id', index: number]>([
      ['type', 0],
      ['type', 2],
      ['type', 4],
      ['client_id', 0],
      ['client_id', 2],
      ['reason', 4],
      ['log_id', 3],
      ['audience', 4],
    ])('finds exactly the rows with the %s of row %i', async (field, index) => {
      const value = String(all[index]?.[field]);
      const expected = all.filter((entry) => entry[field] === value);
      expect(expected.length).toBeGreaterThan(0);
      expect(await search(`${field}:"${value}"`)).toEqual(expected);
    });

    test('takes values with spaces in quotes, and terms joined by AND', async () => {
      const expected = all.filter(
        ({ type, client_id }) => type === 'feccft' && client_id === all[2]?.client_id,
      );
      expect(await search(`type:"feccft" AND client_id:${all[2]?.client_id}`)).toEqual(expected);
      expect(await search('audience:"nothing with spaces"')).toEqual([]);
    });

    test('finds rows between two times, both included', async () => {
      const [to, from] = [all[1]?.date, all[5]?.date];
      const expected = all.filter(({ date }) => date >= String(from) && date <= String(to));
      expect(await search(`date:[${from} TO ${to}]`)).toEqual(expected);
      expect(await search(`date:[2001-01-01 TO 2001-12-31]`)).toEqual([]);
    });

    test('finds nothing for what is not there', async () => {
      expect(await search('type:nothing')).toEqual([]);
      expect(await search('log_id:999999999999')).toEqual([]);
      expect(await search('log_id:abc')).toEqual([]);
    });

    test('counts what it finds', async () => {
      expect((await list('q=type:sapi&include_totals=true&per_page=1')).body).toMatchObject({
        total: 3,
        length: 1,
        logs: [all[0]],
      });
    });

    test('is called search as well', async () => {
      expect((await list('search=type:fapi')).body).toEqual([all[1]]);
    });

    // A term that is left out would show too much.
    test.each([
      'word',
      // Of two terms for one field, one would be left out.
      'type:seccft AND type:sapi',
      'date:[2030-01-01 TO 2030-01-02] AND date:[2001-01-01 TO 2040-01-01]',
      'type:sapi OR type:fapi',
      'type:sapi type:fapi',
      'NOT type:sapi',
      '-type:sapi',
      'user_id:x',
      'type:',
      'type:[a TO b]',
      'date:[yesterday TO now]',
      'date:rubbish',
      'type:sapi AND',
      'AND type:sapi',
      '(type:sapi)',
      '__proto__:x',
      'constructor:x',
    ])('%s is refused', async (q) => {
      expect(seen(await list(`q=${encodeURIComponent(q)}`))).toEqual(
        invalidQuery(expect.stringMatching(/^Query validation error: '.+' on property q\.$/)),
      );
    });
  });

  test('fields show the named members, or all but these', async () => {
    expect((await list('fields=log_id,type&per_page=1')).body).toEqual([
      { log_id: all[0]?.log_id, type: 'sapi' },
    ]);
    const { details: _details, ip: _ip, ...rest } = all[0] ?? ({} as Log);
    expect((await list('fields=details,ip&include_fields=false&per_page=1')).body).toEqual([rest]);
  });

  test.each([
    ['sort=type:1', 'sort'],
    ['per_page=101', 'per_page'],
    ['take=0', 'take'],
    ['take=101', 'take'],
    ['from=abc', 'from'],
    ['page=-1', 'page'],
  ])('%s is refused', async (query, name) => {
    expect(seen(await list(query))).toEqual(
      invalidQuery(expect.stringMatching(new RegExp(`^Query validation error: '.+' on property ${name}`))),
    );
  });

  describe('one row', () => {
    test('is read by its id', async () => {
      for (const entry of all.slice(0, 3)) {
        expect(seen(await server.api('get', `logs/${entry.log_id}`))).toEqual({ status: 200, body: entry });
      }
    });

    // management-api.md 12.
    test.each(['0', '999999999999', '99999999999999999999', '-1', 'abc', '1e3', '%2F'])(
      '%s is not found',
      async (id) => {
        expect(seen(await server.api('get', `logs/${id}`))).toEqual(refused(404, 'Log not found.'));
      },
    );
  });
});
