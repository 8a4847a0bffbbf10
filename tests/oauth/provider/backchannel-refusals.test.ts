// Whom nobody may ask, and who may ask nobody (OpenID CIBA Core 1.0 section 13; token-issuance.md CB-2, CB-3, TP-12, US-2).

import type { Response } from 'supertest';
import { startServer, type TestServer } from '../../support/server.js';
import {
  bodyOf,
  givenOrganization,
  givenThirdParty,
  type TestApi,
  type TestClient,
  unique,
} from '../given.js';
import { ask, asked, givenAsker, hintOf } from './backchannel-given.js';
import { givenOfflineApi, givenUser, logsOf, movingClock, type TestUser } from './given.js';

const clock = movingClock();
let server: TestServer;
let app: TestClient;
let closed: TestApi;
let user: TestUser;
beforeAll(async () => {
  server = await startServer({ now: clock.now });
  app = await givenAsker(server);
  closed = await givenOfflineApi(server);
  user = await givenUser(server);
});
afterAll(async () => {
  clock.stop();
  await server.close();
});
beforeEach(() => clock.forward(60));

const refusalOf = ({ status, body }: Response): unknown => [status, body];
const UNKNOWN = [400, { error: 'unknown_user_id', error_description: 'User ID is malformed or unknown' }];
const invalid = (error_description: string, error = 'invalid_request') => [400, { error, error_description }];

describe('the client', () => {
  const notAllowed = [
    403,
    {
      error: 'unauthorized_client',
      error_description: "Grant type 'urn:openid:params:grant-type:ciba' not allowed for the client.",
      error_uri: 'https://auth0.com/docs/clients/client-grant-types',
    },
  ];

  test.each<[string, () => Promise<TestClient>]>([
    ['a client without the grant type', () => givenAsker(server, { grant_types: ['authorization_code'] })],
    ['a client that is not oidc_conformant', () => givenAsker(server, { oidc_conformant: false })],
    [
      'a public client',
      async () => ({ ...(await givenAsker(server, { token_endpoint_auth_method: 'none' })), secret: '' }),
    ],
  ])('%s is refused, and learns nothing about users', async (_name, given) => {
    const client = await given();
    for (const id of [user.id, 'auth0|nobody']) {
      expect(refusalOf(await ask(server, client, { id }))).toEqual(notAllowed);
    }
  });

  test.each(['strict', 'permissive'] as const)('TP-12: a %s third party is refused', async (mode) => {
    const client = await givenThirdParty(server, mode, { grant_types: ['authorization_code'] });
    const answer = await ask(server, client, user);
    expect([answer.status, answer.body.error]).toEqual([403, 'unauthorized_client']);
  });

  test('a wrong secret, and none', async () => {
    expect((await ask(server, { ...app, secret: 'wrong' }, user)).status).toBe(401);
    expect((await ask(server, { ...app, secret: '' }, user)).status).toBe(401);
  });

  test('another method than POST', async () => {
    expect((await server.request().get('/bc-authorize')).status).toBe(405);
  });

  test('US-2: an API without a client grant, before it is known whether there is such a user', async () => {
    const expected = [
      403,
      {
        error: 'invalid_request',
        error_description: `Client "${app.id}" is not authorized to access resource server "${closed.identifier}".`,
      },
    ];
    for (const id of [user.id, 'auth0|nobody']) {
      expect(refusalOf(await ask(server, app, { id }, { audience: closed.identifier }))).toEqual(expected);
    }
    const [row] = await logsOf(server, app, 'ciba_start_failed');
    expect(row?.details?.rules?.at(-1)).toMatch(/^client_grant /);
    // Nothing waits for anybody.
    const approvals = await server
      .request()
      .post('/_grantry/approve')
      .send({ user_id: user.id, decision: 'approve' });
    expect(approvals.status).toBe(404);
  });

  test('AU-9: an API that nobody knows', async () => {
    const answer = await ask(server, app, user, { audience: 'https://nobody.example.com' });
    expect([answer.status, answer.body.error]).toEqual([403, 'access_denied']);
  });
});

describe('the user', () => {
  test.each([
    ['is unknown', () => hintOf(server, 'auth0|nobody')],
    ['is of another issuer', () => hintOf(server, user.id).replace(server.url, 'https://evil.example')],
    [
      'is of an issuer that begins alike',
      () => hintOf(server, user.id).replace(`${server.url}/`, server.url),
    ],
    ['is named in another format', () => JSON.stringify({ format: 'email', email: user.email })],
    ['is named without an issuer', () => JSON.stringify({ format: 'iss_sub', sub: user.id })],
    ['is named by a number', () => hintOf(server, user.id).replace(`"${user.id}"`, '7')],
    ['is named by no JSON', () => user.id],
    ['is named by a list', () => `[${hintOf(server, user.id)}]`],
    ['is named by what no database keeps', () => hintOf(server, 'auth0|\u0000')],
    ['is named by too long an id', () => hintOf(server, 'a'.repeat(2000))],
  ])('who %s (CB-3)', async (_name, hint) => {
    expect(refusalOf(await ask(server, app, user, { login_hint: hint() }))).toEqual(UNKNOWN);
  });

  test('who is blocked', async () => {
    const blocked = await givenUser(server);
    await bodyOf(server.api('patch', `users/${encodeURIComponent(blocked.id)}`, { blocked: true }), 200);
    expect(refusalOf(await ask(server, app, blocked))).toEqual([
      403,
      { error: 'access_denied', error_description: 'user is blocked' },
    ]);
  });

  test('whose connection is not for the client', async () => {
    const name = unique('Elsewhere');
    const connection = { name, strategy: 'auth0' };
    await bodyOf(server.api('post', 'connections', connection), 201);
    const { user_id: id } = await bodyOf<{ user_id: string }>(
      server.api('post', 'users', { connection: name, email: 'a@example.com', password: 'a-Long-enough-1' }),
      201,
    );
    const answer = await ask(server, app, { id });
    expect([answer.status, answer.body.error_description]).toEqual([
      403,
      'connection is not enabled for this client',
    ]);
  });

  test('who is no member of the organization', async () => {
    const own = await givenAsker(server, { organization_usage: 'allow' });
    const organization = await givenOrganization(server, { name: unique('acme') });
    const answer = await ask(server, own, user, { organization });
    expect([answer.status, answer.body.error]).toEqual([403, 'access_denied']);
  });

  test('who was asked five times within a minute, by whomever, and another user not for it', async () => {
    const [target, other] = [await givenUser(server), await givenAsker(server)];
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => ask(server, n % 2 === 0 ? app : other, target)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
    const refused = answers.find(({ status }) => status !== 200);
    expect(refused && refusalOf(refused)).toEqual([
      429,
      {
        error: 'too_many_requests',
        error_description: 'The user has been sent too many requests. Try again in a minute.',
      },
    ]);
    expect((await ask(server, app, user)).status).toBe(200);
    clock.forward(60);
    expect((await ask(server, app, target)).status).toBe(200);
  });
});

describe('the request', () => {
  const refusing = async (parameters: Record<string, string>) =>
    refusalOf(await ask(server, app, user, parameters));

  test.each(['', 'read', 'openidx profile'])('CB-2: the scope %j', async (scope) => {
    expect(await refusing({ scope })).toEqual(invalid('openid scope must be requested'));
  });

  test.each(['login_hint', 'binding_message'])('without %s', async (name) => {
    expect(await refusing({ [name]: '' })).toEqual(invalid(`Missing required parameter: ${name}`));
  });

  test.each(['a'.repeat(65), 'Pay 5 €', 'a\nb', '<b>', 'say "yes"', 'naïve', 'a\u202eb'])(
    'the binding message %j',
    async (binding_message) => {
      expect(await refusing({ binding_message })).toEqual(
        invalid(
          'binding_message must have 1 to 64 characters, letters, digits, spaces and +-_.,:# only',
          'invalid_binding_message',
        ),
      );
    },
  );

  test('the longest binding message, with every character that there can be', async () => {
    const binding_message = 'Az09+-_.,:# '.padEnd(64, 'x');
    expect((await ask(server, app, await givenUser(server), { binding_message })).status).toBe(200);
  });

  test.each(['0', '259201', '-1', '1.5', '300s', '1e3', 'ten', '99999999999999999999'])(
    'requested_expiry %j',
    async (requested_expiry) => {
      expect(await refusing({ requested_expiry })).toEqual(
        invalid('requested_expiry must be an integer from 1 to 259200'),
      );
    },
  );

  test.each(['login_hint_token', 'id_token_hint', 'request', 'user_code'])(
    '%s, which would say something else',
    async (name) => {
      expect(await refusing({ [name]: 'x' })).toEqual(invalid(`Parameter ${name} is not supported`));
    },
  );

  test('a parameter that is there twice', async () => {
    const answer = await server
      .request()
      .post('/bc-authorize')
      .type('form')
      .send(
        `client_id=${app.id}&client_secret=${encodeURIComponent(app.secret)}&binding_message=a&binding_message=b`,
      );
    expect(refusalOf(answer)).toEqual(invalid('Parameter binding_message must not be repeated'));
  });

  test('neither the secret of the client nor that of the request is in the log', async () => {
    const secret = await asked(server, app, await givenUser(server));
    const rows = JSON.stringify(await bodyOf(server.api('get', 'logs?per_page=100'), 200));
    expect(rows).toContain('ciba_start_succeeded');
    expect(rows).not.toContain(secret);
    expect(rows).not.toContain(app.secret);
  });
});
