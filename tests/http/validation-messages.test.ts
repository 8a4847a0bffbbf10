// The platform's sentences for what breaks the contract (management-api.md 1.5, recorded-behaviour.md 2, "Error bodies").

import { contract, startServer, type TestServer } from '../support/server.js';
import { invalidBody, invalidQuery, refused, seen } from '../management/fixtures.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

describe('bodies', () => {
  test.each<[what: string, path: string, body: object, message: string]>([
    [
      'unknown properties, all of them',
      'clients',
      { name: 'x', id: 1, identifier: 2 },
      "'Additional properties not allowed: id,identifier'.",
    ],
    ['a missing property', 'clients', {}, "'Missing required property: name'."],
    [
      'a missing property inside, with the way there',
      'resource-servers',
      { identifier: 'x', scopes: [{ value: 'a' }, { description: 'b' }] },
      "'Missing required property: value' on property scopes[1] (A scope of the API).",
    ],
    [
      'an unknown property inside',
      'resource-servers',
      { identifier: 'x', scopes: [{ value: 'a', name: 'b' }] },
      "'Additional properties not allowed: name' on property scopes[0] (A scope of the API).",
    ],
    [
      'the same item twice',
      'clients',
      { name: 'x', grant_types: ['a', 'b', 'b'] },
      "'Array items are not unique (indexes 1 and 2)' on property grant_types (List of grant types supported for this client).",
    ],
    [
      'a format',
      'clients/a/credentials',
      { credential_type: 'public_key', pem: 'x', expires_at: 'soon' },
      "'Object didn't pass validation for format date-time: soon' on property expires_at (When the key expires).",
    ],
    [
      'a pattern',
      'organizations',
      { name: 'Upper' },
      "'String does not match pattern ^[a-z0-9][a-z0-9_-]*$: Upper' on property name (Name of the organization, in lower case).",
    ],
    [
      'a type',
      'clients',
      { name: 'x', callbacks: 'https://a.example' },
      "'Expected type array but found type string' on property callbacks (Addresses).",
    ],
    [
      'the type of an item, without a description',
      'client-grants',
      { client_id: 'a', audience: 'b', scope: ['a', 1] },
      "'Expected type string but found type integer' on property scope[1].",
    ],
    [
      'the type of a value under a free key',
      'organizations',
      { name: 'x', metadata: { key: 1 } },
      "'Expected type string but found type integer' on property metadata.key.",
    ],
    [
      'an enumeration',
      'client-grants',
      { client_id: 'a', audience: 'b', scope: [], organization_usage: 'maybe' },
      "'No enum match for: maybe' on property organization_usage (Whether organizations can be used, or must be).",
    ],
    [
      'a text that is too short',
      'resource-servers',
      { identifier: '' },
      "'String is too short (0 chars), minimum 1' on property identifier (Identifier of the API).",
    ],
    [
      'a text that is too long, in characters',
      'clients',
      { name: 'x', description: '😀'.repeat(141) },
      "'String is too long (141 chars), maximum 140' on property description (Description of the client).",
    ],
    [
      'a number that is too small',
      'resource-servers',
      { identifier: 'x', token_lifetime: -1 },
      "'Value -1 is less than minimum 0' on property token_lifetime (Seconds that tokens are valid).",
    ],
    [
      'a number that is too large',
      'resource-servers',
      { identifier: 'x', token_lifetime: 2592001 },
      "'Value 2592001 is greater than maximum 2592000' on property token_lifetime (Seconds that tokens are valid).",
    ],
    [
      'a list that is too long',
      'client-grants',
      { client_id: 'a', audience: 'b', scope: Array.from({ length: 1001 }, (_, i) => `s${i}`) },
      "'Array is too long (1001), maximum 1000' on property scope (Scopes).",
    ],
    [
      'too many properties',
      'organizations',
      { name: 'x', metadata: Object.fromEntries(Array.from({ length: 26 }, (_, i) => [`k${i}`, 'x'])) },
      "'Too many properties defined (26), maximum 25' on property metadata (Metadata of the organization).",
    ],
  ])('%s', async (_what, path, body, message) => {
    expect(seen(await server.api('post', path, body))).toEqual(
      invalidBody(`Payload validation error: ${message}`),
    );
  });

  test('too few properties', async () => {
    expect(seen(await server.api('patch', 'client-grants/a', {}))).toEqual(
      invalidBody("Payload validation error: 'Too few properties defined (0), minimum 1'."),
    );
  });

  test('a list that is too short', async () => {
    const answer = await server.api('patch', 'clients/a', { organization_discovery_methods: [] });
    expect(seen(answer)).toEqual(
      invalidBody(
        "Payload validation error: 'Array is too short (0), minimum 1' on property organization_discovery_methods (How users find their organization).",
      ),
    );
  });

  test('members in the recorded order', async () => {
    const { body } = await server.api('post', 'clients', {});
    expect(Object.keys(body as object)).toEqual(['statusCode', 'error', 'message', 'errorCode']);
  });

  test('long values are cut', async () => {
    const { body } = await server.api('post', 'clients', { name: 'x', app_type: 'y'.repeat(5000) });
    expect((body as { message: string }).message.length).toBeLessThan(300);
  });
});

describe('queries', () => {
  test.each<[query: string, message: string]>([
    ['client-grants?nobody=1', "'Additional properties not allowed: nobody'."],
    ['client-grants?page=-1', "'Value -1 is less than minimum 0' on property page (Page to return, from 0)."],
    [
      'client-grants?per_page=101',
      "'Value 101 is greater than maximum 100' on property per_page (Entries on a page).",
    ],
    [
      'client-grants?page=abc',
      "'Expected type integer but found type string' on property page (Page to return, from 0).",
    ],
    [
      'client-grants?include_totals=maybe',
      "'Expected type boolean but found type string' on property include_totals (Return an object with `start`, `limit` and `total` around the list).",
    ],
    [
      'organizations?sort=id:1',
      "'String does not match pattern ^(name|display_name|created_at):-?1$: id:1' on property sort (Field and direction, `1` ascending or `-1` descending. Not with `take` or `from`).",
    ],
    [
      'client-grants?default_for=all',
      "'No enum match for: all' on property default_for (Only the default grants of this group. Excludes `client_id`).",
    ],
  ])('%s', async (path, message) => {
    expect(seen(await server.api('get', path))).toEqual(invalidQuery(`Query validation error: ${message}`));
  });
});

describe('paths', () => {
  test.each<[what: string, path: string, message: string]>([
    [
      'a parameter of the whole path',
      `clients/${'x'.repeat(256)}`,
      "'String is too long (256 chars), maximum 255' on property id (Id of the client).",
    ],
    [
      'a parameter of a reference',
      `organizations/${'x'.repeat(51)}`,
      "'String is too long (51 chars), maximum 50' on property id (Id of the organization).",
    ],
    [
      'a parameter that stands in the path itself',
      `organizations/name/${'x'.repeat(51)}`,
      "'String is too long (51 chars), maximum 50' on property name (Name of the organization).",
    ],
    [
      'the second of two parameters',
      `clients/a/credentials/${'x'.repeat(51)}`,
      "'String is too long (51 chars), maximum 50' on property credential_id (Id of the credential).",
    ],
  ])('%s', async (_what, path, message) => {
    expect(seen(await server.api('get', path))).toEqual(
      refused(400, `Path validation error: ${message}`, 'invalid_uri'),
    );
  });
});

// docs/compatibility.md, "Everywhere": a filter that is misspelt would match everything.
describe('an unknown query parameter', () => {
  const guarded = contract.operations.filter(({ path }) => path.startsWith('/api/v2/'));

  test.each(guarded.map((operation) => [operation.id, operation] as const))(
    '%s refuses it',
    async (_id, { method, path }) => {
      const address = path.slice('/api/v2/'.length).replaceAll(/\{\w+\}/g, 'nothing');
      const body = method === 'post' || method === 'patch' ? { name: 'x' } : undefined;
      expect(seen(await server.api(method as 'get', `${address}?nobody=1`, body))).toEqual(
        invalidQuery("Query validation error: 'Additional properties not allowed: nobody'."),
      );
    },
  );

  test.each(guarded.map(({ id, method, path }) => [id, method, path] as const))(
    'and the contract of %s has the 400',
    (_id, method, path) => {
      const item = contract.document.paths[path]?.[method] as { responses: Record<string, unknown> };
      expect(Object.keys(item.responses)).toContain('400');
    },
  );
});
