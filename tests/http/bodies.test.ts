// Bodies that are no JSON, too large, too deep or full of traps: refused in one line, and nothing is written.

import { gzipSync } from 'node:zlib';
import { startServer, type TestServer } from '../support/server.js';
import { countOf, invalidBody, refused } from '../management/fixtures.js';
import { INSIDES, parsed, type RawAnswer, rawApi } from './raw.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const LISTS = ['resource-servers', 'client-grants', 'clients', 'organizations'];
const totals = (): Promise<number[]> => Promise.all(LISTS.map((list) => countOf(server, list)));
let before: number[];
beforeEach(async () => {
  before = await totals();
});

const post = (
  body: string | Buffer | readonly (string | Buffer)[],
  headers: Record<string, string> = {},
  path = 'clients',
): Promise<RawAnswer> => rawApi(server, path, { method: 'POST', headers, body });

async function expectRefusal(answer: RawAnswer, expected: object): Promise<void> {
  expect(parsed(answer)).toEqual(expected);
  expect(answer.text).not.toMatch(INSIDES);
  expect(await totals()).toEqual(before);
}

describe('no JSON', () => {
  // hapi's text.
  test.each([
    '{',
    '{"name":"x"',
    '{"name":}',
    "{'name':'x'}",
    '{"name":"x",}',
    'name=x',
    '{"a":NaN}',
    '[1,',
    '{"name":"x"} {}',
    '<a/>',
    '{"name":"\n"}',
  ])('`%s`', async (body) => {
    await expectRefusal(await post(body), refused(400, 'Invalid request payload JSON format'));
  });

  test('bytes that are no UTF-8 outside of a text', async () => {
    const body = Buffer.concat([Buffer.from('{"name":"x"'), Buffer.from([0xff, 0xfe]), Buffer.from('}')]);
    await expectRefusal(await post(body), refused(400, 'Invalid request payload JSON format'));
  });

  test.each(['clients', 'client-grants', 'resource-servers', 'organizations', 'clients/a/credentials'])(
    'POST %s',
    async (path) => {
      await expectRefusal(await post('{', {}, path), refused(400, 'Invalid request payload JSON format'));
    },
  );
});

describe('JSON that is no object', () => {
  test.each([
    ['null', 'null'],
    ['[]', 'array'],
    ['[{"name":"x"}]', 'array'],
    ['"name"', 'string'],
    ['3', 'number'],
    ['true', 'boolean'],
  ])('%s', async (body, type) => {
    await expectRefusal(
      await post(body),
      invalidBody(`Payload validation error: 'Expected type object but found type ${type}'.`),
    );
  });

  test('no body at all', async () => {
    const answer = await rawApi(server, 'clients', { method: 'POST' });
    await expectRefusal(answer, invalidBody(expect.stringMatching(/^Payload validation error: '.*'\.$/)));
  });
});

describe('content types', () => {
  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/json-patch+json',
    'application/jsonx',
    '*/*',
    'nonsense',
    '__proto__',
  ])('%s is refused', async (type) => {
    await expectRefusal(
      await post('{"name":"x"}', { 'Content-Type': type }),
      refused(415, 'Unsupported Media Type'),
    );
  });

  test.each([
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
  ])('%s is taken', async (type) => {
    expect((await post('{"name":"Taken"}', { 'Content-Type': type })).status).toBe(201);
  });

  test.each(['gzipped', 'br0', 'identity, gzip'])('the encoding %s is refused', async (encoding) => {
    await expectRefusal(
      await post('{"name":"x"}', { 'Content-Encoding': encoding }),
      refused(415, 'Unsupported Media Type'),
    );
  });

  test('a body in gzip is taken when it is one, and refused when it is none', async () => {
    const gzip = { 'Content-Encoding': 'gzip' };
    expect((await post(gzipSync('{"name":"Zipped"}'), gzip)).status).toBe(201);
    before = await totals();
    const { status, text } = await post('{"name":"x"}', gzip);
    expect(status).toBe(400);
    expect(text).not.toMatch(INSIDES);
    expect(await totals()).toEqual(before);
  });
});

// management-api.md 1.1: 1 MB.
describe('size', () => {
  const MAX = 1_048_576;
  const tooLarge = refused(413, `Payload content length greater than maximum allowed: ${MAX}`);
  const ofSize = (bytes: number): string => {
    const frame = '{"name":"Large","custom_login_page":""}'.length;
    return `{"name":"Large","custom_login_page":"${'x'.repeat(bytes - frame)}"}`;
  };

  test('one byte over it is refused', async () => {
    await expectRefusal(await post(ofSize(MAX + 1)), tooLarge);
  });

  test('the limit itself is left to the schema', async () => {
    await expectRefusal(await post(ofSize(MAX)), invalidBody(expect.stringContaining('maximum 500000')));
  });

  test('what the schema allows is stored', async () => {
    expect((await post(ofSize(500_000))).status).toBe(201);
  });

  test('a body in chunks is counted too', async () => {
    const chunk = ' '.repeat(300_000);
    await expectRefusal(await post(['{"name":"x"', chunk, chunk, chunk, chunk, '}']), tooLarge);
  });

  test('a body is counted as it is after unpacking', async () => {
    const bomb = gzipSync(ofSize(50_000_000));
    expect(bomb.length).toBeLessThan(100_000);
    await expectRefusal(await post(bomb, { 'Content-Encoding': 'gzip' }), tooLarge);
  });
});

describe('traps', () => {
  const deep = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

  test('25 levels are too deep', async () => {
    await expectRefusal(
      await post(`{"name":"x","jwt_configuration":{"scopes":${deep(25)}}}`),
      invalidBody(expect.stringContaining('deep')),
    );
  });

  test.each([
    ['objects', () => deep(100_000)],
    ['lists', () => `${'['.repeat(500_000)}${']'.repeat(500_000)}`],
  ])('a hundred thousand levels of %s are too deep', async (_what, body) => {
    await expectRefusal(await post(body()), invalidBody(expect.any(String)));
  });

  test('ten levels are stored as they are', async () => {
    const answer = await post(`{"name":"Deep","jwt_configuration":{"scopes":${deep(10)}}}`);
    expect(answer.status).toBe(201);
    expect(answer.text).toContain(deep(10));
  });

  test.each([
    ['NUL in a text', '{"name":"a\\u0000b"}'],
    ['NUL in a key', '{"name":"x","client_metadata":{"a\\u0000":"b"}}'],
    ['NUL deep inside', '{"name":"x","mobile":{"a":[{"b":"\\u0000"}]}}'],
    ['half a character', '{"name":"\\ud800"}'],
    ['the other half', '{"name":"\\udc00x"}'],
    ['halves in the wrong order', '{"name":"\\udc00\\ud800"}'],
    ['half a character in a key', '{"name":"x","client_metadata":{"\\ud83d":"b"}}'],
  ])('%s cannot be stored', async (_what, body) => {
    await expectRefusal(
      await post(body),
      invalidBody(expect.stringMatching(/^Payload validation error: '.*(Unicode|NUL).*'\.$/)),
    );
  });

  test.each([
    '{"__proto__":{"name":"x"}}',
    '{"name":"x","__proto__":{"is_first_party":false}}',
    '{"name":"x","constructor":{"prototype":{"polluted":true}}}',
    '{"name":"x","toString":1}',
    '{"name":"x","hasOwnProperty":true}',
  ])('%s is an unknown property like any other', async (body) => {
    await expectRefusal(
      await post(body),
      invalidBody(expect.stringMatching(/Additional properties not allowed|Missing required property: name/)),
    );
  });

  test('keys that name a prototype change nothing but themselves', async () => {
    const body =
      '{"name":"Proto","jwt_configuration":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}},"mobile":{"__proto__":{"polluted":true}}}';
    const answer = await post(body);
    expect(answer.status).toBe(201);
    expect(JSON.parse(answer.text)).not.toHaveProperty('jwt_configuration.polluted');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test.each([
    ['resource-servers', '{"identifier":"x","token_lifetime":1e999}'],
    ['resource-servers', '{"identifier":"x","token_lifetime_for_web":-1e999}'],
    ['clients', '{"name":"x","jwt_configuration":{"lifetime_in_seconds":1e999}}'],
    ['clients', '{"name":"x","par_request_expiry":1e999}'],
    ['organizations', '{"name":"x","token_quota":{"client_credentials":{"per_day":1e999}}}'],
  ])('POST %s: a number beyond all bounds in %s is refused', async (path, body) => {
    await expectRefusal(await post(body, {}, path), invalidBody(expect.any(String)));
  });

  test('of a member that is there twice the last one counts', async () => {
    const answer = await post('{"name":"First","name":"Second"}');
    expect(JSON.parse(answer.text)).toMatchObject({ name: 'Second' });
  });

  test.each<[what: string, path: string, body: () => object]>([
    [
      'grant types',
      'clients',
      () => ({ name: 'x', grant_types: Array.from({ length: 100_000 }, (_, i) => `g${i}`) }),
    ],
    ['numbers', 'clients', () => ({ name: 'x', grant_types: Array.from({ length: 400_000 }, () => 1) })],
    [
      'scopes',
      'client-grants',
      () => ({ client_id: 'a', audience: 'b', scope: Array.from({ length: 100_000 }, (_, i) => `s${i}`) }),
    ],
    [
      'empty objects',
      'resource-servers',
      () => ({ identifier: 'x', scopes: Array.from({ length: 300_000 }, () => ({})) }),
    ],
    [
      'authorization details',
      'resource-servers',
      () => ({ identifier: 'x', authorization_details: Array.from({ length: 100_000 }, () => ({})) }),
    ],
    [
      'unknown properties',
      'resource-servers',
      () => Object.fromEntries(Array.from({ length: 70_000 }, (_, i) => [`key${i}`, 1])),
    ],
    [
      'metadata keys',
      'organizations',
      () => ({
        name: 'x',
        metadata: Object.fromEntries(Array.from({ length: 70_000 }, (_, i) => [`k${i}`, 'v'])),
      }),
    ],
  ])('a hundred thousand %s are refused at once, with a short message', async (_what, path, body) => {
    const started = performance.now();
    const answer = await post(JSON.stringify(body()), {}, path);
    expect(performance.now() - started).toBeLessThan(5000);
    await expectRefusal(answer, invalidBody(expect.any(String)));
    expect(answer.text.length).toBeLessThan(1000);
  });

  // RFC 8259 section 8.2: half a surrogate pair in an answer cannot be read by everyone.
  test('a message that is cut keeps whole characters', async () => {
    const { text } = await post(JSON.stringify({ name: 'x', app_type: `${'a'.repeat(99)}😀 and more` }));
    expect(text).not.toMatch(/\\ud[89a-f]/i);
  });
});
