// Tokens in the wrong place, and tokens that nobody issued (RFC 9700 sections 2.3 and 4.10; RFC 8725 sections 2 and 3).

import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { exportJWK, SignJWT } from 'jose';
import { startServer, type TestServer } from '../../../support/server.js';
import { bodyOf, givenApi, givenClient, type TestApi, type TestClient } from '../../given.js';
import {
  claimsOf,
  givenApp,
  givenUser,
  givenUserGrant,
  requestToken,
  type TestUser,
  type TokenAnswer,
  tokensOf,
} from '../given.js';

let server: TestServer;
let app: TestClient;
let user: TestUser;
/** The API whose client exchanges tokens that were made for it. */
let api: TestApi;
let exchanger: TestClient;
let downstream: TestApi;
let management: string;
beforeAll(async () => {
  server = await startServer();
  app = await givenApp(server);
  user = await givenUser(server);
  api = await givenApi(server, { allow_offline_access: true });
  downstream = await givenApi(server, { skip_consent_for_verifiable_first_party_clients: true });
  exchanger = await givenClient(server, {
    app_type: 'resource_server',
    resource_server_identifier: api.identifier,
    token_exchange: { allow_any_profile_of_type: ['on_behalf_of_token_exchange'] },
  });
  await givenUserGrant(server, exchanger, downstream, ['read']);
  management = `${server.url}/api/v2/`;
});
afterAll(() => server.close());

const atManagement = (token: string) =>
  server.request().get('/api/v2/clients').set('Authorization', `Bearer ${token}`);
const atUserinfo = (token: string) =>
  server.request().get('/userinfo').set('Authorization', `Bearer ${token}`);
const atExchange = (token: string) =>
  requestToken(server, exchanger, {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    audience: downstream.identifier,
    scope: 'read',
  });

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** What each of the three places would take, were it signed well. */
const places = () => [
  {
    ask: atManagement,
    status: 401,
    claims: {
      sub: `${server.management.id}@clients`,
      azp: server.management.id,
      aud: management,
      scope: 'read:clients',
    },
  },
  {
    ask: atUserinfo,
    status: 401,
    claims: { sub: user.id, azp: app.id, aud: [api.identifier, `${server.url}/userinfo`], scope: 'openid' },
  },
  {
    ask: atExchange,
    status: 401,
    claims: { sub: user.id, azp: app.id, aud: api.identifier, scope: 'read' },
  },
];

const withTimes = (claims: object) => {
  const now = Math.floor(Date.now() / 1000);
  return { iss: `${server.url}/`, iat: now, exp: now + 600, ...claims };
};

describe('a forged token', () => {
  const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const foreignEc = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  test('would be taken where it were signed by the server (so that the refusals below mean something)', async () => {
    const { kid, key } = server.keys.signingKey('RS256');
    for (const { ask, claims } of places()) {
      const token = await new SignJWT(withTimes(claims)).setProtectedHeader({ alg: 'RS256', kid }).sign(key);
      const answer = await ask(token);
      expect([answer.status, answer.body.error_description]).toEqual([200, undefined]);
    }
  });

  const attempts: readonly (readonly [string, (claims: object) => Promise<string> | string])[] = [
    ['no algorithm', (claims) => `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.`],
    ['no algorithm, in other letters', (claims) => `${encode({ alg: 'nOnE' })}.${encode(claims)}.`],
    [
      'no algorithm and the signature of another token',
      (claims) => `${encode({ alg: 'none' })}.${encode(claims)}.${'x'.repeat(342)}`,
    ],
    ['no header', (claims) => `.${encode(claims)}.`],
    ...(['pem', 'der'] as const).map(
      (format) =>
        [
          `HS256 and the public key as ${format}`,
          (claims: object) => {
            const { kid, key } = server.keys.signingKey('RS256');
            const type = 'spki' as const;
            const secret = createPublicKey(key).export({ type, format: format as 'pem' });
            const input = `${encode({ alg: 'HS256', typ: 'JWT', kid })}.${encode(claims)}`;
            return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
          },
        ] as const,
    ),
    [
      'HS256 and the published key set',
      async (claims) => {
        const { text } = await server.request().get('/.well-known/jwks.json');
        const input = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
        return `${input}.${createHmac('sha256', text).update(input).digest('base64url')}`;
      },
    ],
    [
      'HS256 and an empty secret',
      (claims) => {
        const input = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
        return `${input}.${createHmac('sha256', '').update(input).digest('base64url')}`;
      },
    ],
    [
      'the secret of the client',
      (claims) => {
        const input = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
        return `${input}.${createHmac('sha256', app.secret).update(input).digest('base64url')}`;
      },
    ],
    ...(
      [
        ['a foreign key', () => ({ alg: 'RS256' })],
        ['a foreign key under a foreign id', () => ({ alg: 'RS256', kid: 'foreign' })],
        [
          'a foreign key under the id of ours',
          () => ({ alg: 'RS256', kid: server.keys.signingKey('RS256').kid }),
        ],
        ['an address of its key', () => ({ alg: 'RS256', kid: 'x', jku: 'https://evil.example.net/jwks' })],
        ['an address of its certificate', () => ({ alg: 'RS256', x5u: 'https://evil.example.net/cert' })],
        ['an id that is a path', () => ({ alg: 'RS256', kid: '../../../../dev/null' })],
        ['an id that is a statement', () => ({ alg: 'RS256', kid: "' OR 1=1 --" })],
      ] as const
    ).map(
      ([name, header]) =>
        [
          name,
          (claims: object) =>
            new SignJWT({ ...claims }).setProtectedHeader(header()).sign(foreign.privateKey),
        ] as const,
    ),
    [
      'its key with it',
      async (claims) =>
        new SignJWT({ ...claims })
          .setProtectedHeader({ alg: 'RS256', jwk: await exportJWK(foreign.publicKey) })
          .sign(foreign.privateKey),
    ],
    [
      'a key of another kind under the id of ours',
      (claims) =>
        new SignJWT({ ...claims })
          .setProtectedHeader({ alg: 'ES256', kid: server.keys.signingKey('RS256').kid })
          .sign(foreignEc.privateKey),
    ],
    [
      'an extension that nobody knows',
      async (claims) => {
        const { kid, key } = server.keys.signingKey('RS256');
        return new SignJWT({ ...claims })
          .setProtectedHeader({ alg: 'RS256', kid, crit: ['exp'], exp: 1 })
          .sign(key, { crit: { exp: true } });
      },
    ],
    [
      'a signature of another token of ours',
      async (claims) => {
        const { kid, key } = server.keys.signingKey('RS256');
        const header = { alg: 'RS256', kid };
        const real = await new SignJWT({ sub: 'x' }).setProtectedHeader(header).sign(key);
        return `${encode(header)}.${encode(claims)}.${real.split('.')[2] ?? ''}`;
      },
    ],
  ];

  test.each(attempts)('with %s is taken nowhere', async (_name, forge) => {
    for (const { ask, claims, status } of places()) {
      const answer = await ask(await forge(withTimes(claims)));
      expect(answer.status).toBe(status);
    }
  });

  const wrongClaims: readonly (readonly [string, () => object])[] = [
    ['another issuer', () => ({ iss: 'https://evil.example.net/' })],
    ['our issuer without its slash', () => ({ iss: server.url })],
    ['no issuer', () => ({ iss: undefined })],
    ['a time that is over', () => ({ exp: Math.floor(Date.now() / 1000) - 10 })],
    ['no end', () => ({ exp: undefined })],
    ['an end that is text', () => ({ exp: '9999999999' })],
    ['a beginning to come', () => ({ nbf: Math.floor(Date.now() / 1000) + 3600 })],
    ['no audience', () => ({ aud: undefined })],
    ['another audience', () => ({ aud: 'https://other.example.com' })],
    ['no subject', () => ({ sub: undefined })],
    ['a key that it is bound to', () => ({ cnf: { jkt: 'x'.repeat(43) } })],
  ];

  test.each(wrongClaims)('of ours with %s is taken nowhere', async (_name, wrong) => {
    const { kid, key } = server.keys.signingKey('RS256');
    for (const { ask, claims, status } of places()) {
      const token = await new SignJWT({ ...withTimes(claims), ...wrong() })
        .setProtectedHeader({ alg: 'RS256', kid })
        .sign(key);
      expect((await ask(token)).status).toBe(status);
    }
  });

  test.each(['', '.', '..', '...', 'x', 'a.b.c', 'e30.e30.', 'x'.repeat(15_000), '\u00ff'])(
    'that is none is taken nowhere: %j',
    async (token) => {
      for (const { ask } of places()) {
        const answer = await ask(token);
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.status).toBeLessThan(500);
      }
    },
  );
});

describe('SY-1: the token of a user for the Management API', () => {
  const everything = [
    'openid',
    'read:current_user',
    'update:current_user_metadata',
    'read:users',
    'update:users',
    'create:clients',
    'read:clients',
    'delete:client_grants',
  ].join(' ');
  let tokens: TokenAnswer;
  beforeAll(async () => {
    tokens = await tokensOf(server, app, user, { audience: management, scope: everything });
  });

  test('carries what is about the user alone, whatever was asked for', () => {
    expect(claimsOf(tokens.access_token)['scope']).toBe(
      'openid read:current_user update:current_user_metadata',
    );
  });

  test.each([
    ['get', '/api/v2/clients'],
    ['get', '/api/v2/users'],
    ['post', '/api/v2/clients'],
    ['get', '/api/v2/client-grants'],
    ['get', '/api/v2/logs'],
    ['get', '/api/v2/tenants/settings'],
  ] as const)('opens nothing there: %s %s', async (method, path) => {
    const answer = await server.request()[method](path).set('Authorization', `Bearer ${tokens.access_token}`);
    expect([401, 403]).toContain(answer.status);
  });

  test('opens nothing there where roles give the user its scopes', async () => {
    const role = await bodyOf<{ id: string }>(server.api('post', 'roles', { name: 'admin' }), 200);
    const permissions = [{ resource_server_identifier: management, permission_name: 'read:clients' }];
    const added = await server.api('post', `roles/${role.id}/permissions`, { permissions });
    expect([201, 400, 404]).toContain(added.status);
    await server.api('post', `users/${encodeURIComponent(user.id)}/roles`, { roles: [role.id] });
    const again = await tokensOf(server, app, user, { audience: management, scope: everything });
    expect((await atManagement(again.access_token)).status).toBe(401);
  });

  test('opens nothing there where the user is named like a client', async () => {
    const name = `${server.management.id}@clients`;
    const made = await server.api('post', 'users', {
      connection: 'Test-Users',
      user_id: name,
      email: 'named-like-a-client@example.com',
      password: 'correct-Horse-battery-9',
    });
    if (made.status === 201) expect(made.body.user_id).not.toBe(name);
    else expect(made.status).toBe(400);
  });
});

describe('a token for one place', () => {
  let forApi: TokenAnswer;
  beforeAll(async () => {
    forApi = await tokensOf(server, app, user, {
      audience: api.identifier,
      scope: 'openid offline_access read',
    });
  });

  test('is not taken by the Management API', async () => {
    for (const token of [forApi.access_token, forApi.id_token, forApi.refresh_token]) {
      expect((await atManagement(String(token))).status).toBe(401);
    }
  });

  test('is not taken by /userinfo where its login had no openid', async () => {
    const plain = await tokensOf(server, app, user, { audience: api.identifier, scope: 'read' });
    expect((await atUserinfo(plain.access_token)).status).toBe(401);
  });

  test('is not taken by /userinfo where it is an ID token, a refresh token or a token of a client', async () => {
    const ofClient = await server.tokenWith('read:users');
    for (const token of [forApi.id_token, forApi.refresh_token, ofClient]) {
      expect((await atUserinfo(String(token))).status).toBe(401);
    }
  });

  test('TX-13: is not exchanged by the client of another API', async () => {
    const other = await tokensOf(server, app, user, { audience: downstream.identifier, scope: 'read' });
    for (const token of [other.access_token, forApi.id_token, forApi.refresh_token]) {
      const answer = await atExchange(String(token));
      expect([answer.status, answer.body.error]).toEqual([401, 'invalid_request']);
    }
    expect((await atExchange(forApi.access_token)).status).toBe(200);
  });

  test('is not found in an address', async () => {
    const answer = await server.request().get(`/userinfo?access_token=${forApi.access_token}`);
    expect(answer.status).toBe(401);
    expect((await server.request().get(`/api/v2/clients?access_token=${forApi.access_token}`)).status).toBe(
      401,
    );
  });

  test('is refused as a refresh token or a code', async () => {
    for (const parameters of [
      { grant_type: 'refresh_token', refresh_token: forApi.access_token },
      { grant_type: 'refresh_token', refresh_token: String(forApi.id_token) },
      { grant_type: 'authorization_code', code: String(forApi.refresh_token), redirect_uri: 'https://x' },
    ]) {
      const answer = await requestToken(server, app, parameters);
      expect([answer.status, answer.body.error]).toEqual([403, 'invalid_grant']);
    }
  });

  test('of a user who was blocked or deleted since is not taken by /userinfo, refreshed or exchanged', async () => {
    const someone = await givenUser(server);
    const tokens = await tokensOf(server, app, someone, {
      audience: api.identifier,
      scope: 'openid offline_access read',
    });
    const uses = async () => [
      (await atUserinfo(tokens.access_token)).status,
      (
        await requestToken(server, app, {
          grant_type: 'refresh_token',
          refresh_token: String(tokens.refresh_token),
        })
      ).status,
      (await atExchange(tokens.access_token)).status,
    ];
    expect(await uses()).toEqual([200, 200, 200]);
    await bodyOf(server.api('patch', `users/${encodeURIComponent(someone.id)}`, { blocked: true }), 200);
    expect(await uses()).toEqual([401, 403, 403]);
    await bodyOf(server.api('delete', `users/${encodeURIComponent(someone.id)}`), 204);
    expect(await uses()).toEqual([401, 403, 401]);
  });
});

describe('a token of another client', () => {
  test('is not revoked or refreshed by a stranger', async () => {
    const stranger = await givenApp(server);
    const tokens = await tokensOf(server, app, user, {
      audience: api.identifier,
      scope: 'offline_access read',
    });
    const refresh = (client: TestClient) =>
      requestToken(server, client, {
        grant_type: 'refresh_token',
        refresh_token: String(tokens.refresh_token),
      });
    const revoked = await server
      .request()
      .post('/oauth/revoke')
      .type('form')
      .send({
        client_id: stranger.id,
        client_secret: stranger.secret,
        token: String(tokens.refresh_token),
      });
    expect([200, 400]).toContain(revoked.status);
    expect((await refresh(stranger)).body.error).toBe('invalid_grant');
    expect((await refresh(app)).status).toBe(200);
  });
});
