// The request itself: RFC 6749 sections 3.2, 4.4.2 and 5.2, token-issuance.md 7.2, GE-2 and GE-4, recorded-behaviour.md 10.

import { request as httpRequest } from 'node:http';
import type { Test } from 'supertest';
import { startServer, type TestServer } from '../support/server.js';
import {
  askToken,
  givenGrant,
  givenApi,
  givenClient,
  givenJoined,
  refusalOf,
  type TestApi,
  type TestClient,
} from './given.js';

let server: TestServer;
let client: TestClient;
let api: TestApi;
beforeAll(async () => {
  server = await startServer();
  ({ client, api } = await givenJoined(server));
});
afterAll(() => server.close());

/** A complete request, as parameters. */
const complete = () => ({
  grant_type: 'client_credentials',
  client_id: client.id,
  client_secret: client.secret,
  audience: api.identifier,
});

const MAX_BODY_BYTES = 262_144;

/** A body as it is, under a content type; none when that is empty. */
function send(body: string, type: string): Test {
  const request = server.request().post('/oauth/token');
  return (type === '' ? request.unset('Content-Type') : request.set('Content-Type', type)).send(body);
}

const form = (parameters: Record<string, string>): string => new URLSearchParams(parameters).toString();
const sendForm = (body: string): Test => send(body, 'application/x-www-form-urlencoded');
const sendJson = (body: object): Test => send(JSON.stringify(body), 'application/json');

const invalidRequest = (description: string, reason = 'request_malformed') => ({
  status: 400,
  body: { error: 'invalid_request', error_description: description },
  reason,
});
const grantTypeMissing = invalidRequest('Missing required parameter: grant_type', 'grant_type_missing');

describe('a request is understood', () => {
  test.each([
    'application/x-www-form-urlencoded',
    'application/x-www-form-urlencoded; charset=utf-8',
    'Application/X-WWW-Form-Urlencoded',
  ])('as a form, under %s (7.2)', async (type) => {
    expect((await send(form(complete()), type)).status).toBe(200);
  });

  test.each(['application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON;charset=UTF-8'])(
    'as JSON, under %s (7.2)',
    async (type) => {
      expect((await send(JSON.stringify(complete()), type)).status).toBe(200);
    },
  );

  test('with parameters in its address, which are not read (RFC 6749 2.3.1)', async () => {
    const answer = await server
      .request()
      .post(`/oauth/token?${form(complete())}`)
      .type('form')
      .send('');
    expect(refusalOf(answer)).toEqual(grantTypeMissing);
  });

  test('with parameters that nobody knows, which are ignored (RFC 6749 3.2, recorded-behaviour.md 10)', async () => {
    const answer = await sendForm(form({ ...complete(), anything: '1', 'x[y]': '2', __proto__x: '3' }));
    expect(answer.status).toBe(200);
  });

  test('with JSON members that nobody knows, whatever they hold', async () => {
    const more = '"anything":{"at":["all"]},"number":7,"nothing":null,"__proto__":{"grant_type":"x"}';
    const body = `${JSON.stringify(complete()).slice(0, -1)},${more}}`;
    expect((await send(body, 'application/json')).status).toBe(200);
  });

  test.each(['scope', 'organization'])(
    'with an empty %s, which counts as left out (RFC 6749 3.2)',
    async (name) => {
      const answer = await sendForm(form({ ...complete(), [name]: '' }));
      expect(answer.body.scope).toBe('read write');
    },
  );

  test('with a scope of nothing but spaces, which counts as left out', async () => {
    const answer = await sendForm(form({ ...complete(), scope: '   ' }));
    expect(answer.body.scope).toBe('read write');
  });

  test('with JSON members that are null, which count as left out', async () => {
    const answer = await sendJson({ ...complete(), scope: null, organization: null, client_assertion: null });
    expect(answer.body.scope).toBe('read write');
  });

  test('with an empty parameter beside the same one with a value (RFC 6749 3.2)', async () => {
    expect((await sendForm(`scope=&${form({ ...complete(), scope: 'read' })}`)).status).toBe(200);
  });
});

describe('a request that cannot be read is refused', () => {
  test.each([
    'grant_type',
    'client_id',
    'client_secret',
    'audience',
    'scope',
    'organization',
    'client_assertion',
    'client_assertion_type',
  ])('when %s is there twice (RFC 6749 3.2)', async (name) => {
    const answer = await sendForm(`${name}=a&${name}=a`);
    expect(refusalOf(answer)).toEqual(invalidRequest(`Parameter ${name} must not be repeated`));
  });

  test.each([
    ['a list', ['read']],
    ['an object', { read: true }],
    ['a number', 7],
    ['a boolean', false],
  ])('when a JSON member is %s', async (_what, scope) => {
    const answer = await sendJson({ ...complete(), scope });
    expect(refusalOf(answer)).toEqual(invalidRequest('Parameter scope must be a string'));
  });

  test.each(['{', '', '{"grant_type":"client_credentials",}', 'grant_type=client_credentials'])(
    'when it says that it is JSON and is %j',
    async (body) => {
      const answer = await send(body, 'application/json');
      expect(refusalOf(answer)).toEqual(invalidRequest('The request body is not valid JSON'));
    },
  );

  test.each(['[]', '"text"', '7', 'null', 'true'])('when it is the JSON value %s', async (body) => {
    const answer = await send(body, 'application/json');
    expect(refusalOf(answer)).toEqual(invalidRequest('The request body must be a JSON object'));
  });

  const known = ['grant_type', 'client_id', 'client_secret', 'audience', 'scope', 'organization'];
  const unstorable = (name: string) =>
    invalidRequest(`Parameter ${name} has characters that are not allowed`);

  test.each(known)('when %s has a NUL in a form', async (name) => {
    const answer = await sendForm(form({ ...complete(), [name]: 'a\0b' }));
    expect(refusalOf(answer)).toEqual(unstorable(name));
  });

  test.each(known)('when %s has half a surrogate pair in JSON', async (name) => {
    const answer = await sendJson({ ...complete(), [name]: 'a\ud800b' });
    expect(refusalOf(answer)).toEqual(unstorable(name));
  });
});

describe('what a request must have', () => {
  test.each([
    ['nothing at all', () => ({})],
    ['no grant_type', () => ({ ...complete(), grant_type: '' })],
  ])('GE-2: with %s it is told that grant_type is missing', async (_what, parameters) => {
    expect(refusalOf(await sendForm(form(parameters())))).toEqual(grantTypeMissing);
  });

  test('GE-2: without a content type too', async () => {
    expect(refusalOf(await send('', ''))).toEqual(grantTypeMissing);
  });

  test.each([
    'http://auth0.com/oauth/grant-type/passwordless/otp',
    'urn:ietf:params:oauth:grant-type:saml2-bearer',
    'Client_Credentials',
    'client_credentials ',
    'constructor',
    'x'.repeat(10_000),
  ])('GE-4: the grant type %s is not supported', async (grantType) => {
    const answer = await sendForm(form({ ...complete(), grant_type: grantType }));
    expect(refusalOf(answer)).toEqual({
      status: 400,
      body: { error: 'unsupported_grant_type', error_description: 'Grant type not supported' },
      reason: 'grant_type_unsupported',
    });
  });

  test('GE-1, GE-4: who is not known is not told which grant types are supported', async () => {
    const answer = await sendForm(form({ ...complete(), client_secret: 'wrong', grant_type: 'password' }));
    expect(answer.headers['grantry-reason']).toBe('client_authentication_failed');
  });
});

describe('how large a request may be', () => {
  const padded = (bytes: number): string => {
    const body = `${form(complete())}&padding=`;
    return body + 'x'.repeat(bytes - body.length);
  };

  test('one of 256 KiB is answered', async () => {
    expect((await sendForm(padded(MAX_BODY_BYTES))).status).toBe(200);
  });

  test.each([MAX_BODY_BYTES + 1, 4 * MAX_BODY_BYTES])('one of %d bytes is refused', async (bytes) => {
    const answer = await sendForm(padded(bytes));
    expect(refusalOf(answer)).toEqual({
      status: 413,
      body: { error: 'invalid_request', error_description: 'The request body is too large' },
      reason: 'request_too_large',
    });
  });

  test('10,000 scopes are looked at one by one', async () => {
    const scopes = Array.from({ length: 10_000 }, (_, index) => `scope:${index}`);
    const answer = await askToken(server, client, api, { scope: `read ${scopes.join(' ')}` });
    expect(answer.status).toBe(403);
    expect(answer.body.error_description).toBe(`Client has not been granted scopes: ${scopes.join(', ')}`);
  });

  test('1,000 scopes of 100 characters fit in a token (management-api.md 1.8)', async () => {
    const scopes = Array.from({ length: 1000 }, (_, index) => `${index}`.padStart(100, 's'));
    const large = await givenApi(server, { scopes: scopes.map((value) => ({ value })) });
    const holder = await givenClient(server);
    await givenGrant(server, holder, large, { scope: scopes });
    const answer = await askToken(server, holder, large, { scope: scopes.join(' ') });
    expect(answer.body.scope).toBe(scopes.join(' '));
  });

  test('a client that goes away in the middle of its request leaves the server as it was', async () => {
    await new Promise<void>((resolve) => {
      const leaving = httpRequest(`${server.url}/oauth/token`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Content-Length': 1000 },
      });
      leaving.on('error', () => undefined).on('close', resolve);
      leaving.write('{"grant_type":', () => leaving.destroy());
    });
    expect((await sendForm(form(complete()))).status).toBe(200);
  });
});

describe('only POST gets tokens (RFC 6749 3.2)', () => {
  test.each(['get', 'put', 'patch', 'delete'] as const)('%s does not', async (method) => {
    const answer = await server.request()[method](`/oauth/token?${form(complete())}`);
    expect(answer.status).toBe(405);
    expect(answer.headers['allow']).toBe('POST');
    expect(answer.body).toEqual({
      error: 'invalid_request',
      error_description: 'The token endpoint takes POST requests only',
    });
  });
});

describe('every answer', () => {
  test.each([
    ['a token', () => sendForm(form(complete()))],
    ['a refusal', () => sendForm(form({ ...complete(), scope: 'nosuch' }))],
    ['a failed authentication', () => sendForm(form({ ...complete(), client_secret: 'wrong' }))],
    ['a malformed request', () => send('{', 'application/json')],
    ['a request that is too large', () => sendForm('x'.repeat(MAX_BODY_BYTES + 1))],
  ])('is JSON that no cache keeps: %s (RFC 6749 5.1)', async (_what, ask) => {
    expect((await ask()).headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      pragma: 'no-cache',
      'x-content-type-options': 'nosniff',
    });
  });
});
