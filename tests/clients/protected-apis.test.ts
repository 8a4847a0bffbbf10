// APIs that are protected by tokens of the server: one with `express-oauth2-jwt-bearer`, one with `jose` alone.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import { auth, type AuthOptions, requiredScopes } from 'express-oauth2-jwt-bearer';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { startTlsServer, type TlsServer } from './server.js';

const ORDERS = 'https://orders.example.com/';
const STRICT = 'https://strict.example.com/';
const SYMMETRIC = 'https://symmetric.example.com/';

let server: TlsServer;
let clientId: string;
let clientSecret: string;
let signingSecret: string;
let clockOffsetMs = 0;

beforeAll(async () => {
  server = await startTlsServer({ now: () => new Date(Date.now() + clockOffsetMs) });
  const scopes = [{ value: 'read:orders' }, { value: 'write:orders' }];
  const apis = [
    { identifier: ORDERS, scopes },
    { identifier: STRICT, scopes, token_dialect: 'rfc9068_profile' },
    { identifier: SYMMETRIC, scopes, signing_alg: 'HS256' },
  ];
  const { body: client } = await server.api('post', 'clients', {
    name: 'Caller',
    app_type: 'non_interactive',
  });
  ({ client_id: clientId, client_secret: clientSecret } = client);
  for (const api of apis) {
    const { body } = await server.api('post', 'resource-servers', api).expect(201);
    if (api.identifier === SYMMETRIC) signingSecret = body.signing_secret;
    await server
      .api('post', 'client-grants', {
        client_id: clientId,
        audience: api.identifier,
        scope: ['read:orders'],
      })
      .expect(201);
  }
});
afterAll(() => server.close());

async function tokenFor(audience: string): Promise<string> {
  const { body } = await server
    .requestToken({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      audience,
    })
    .expect(200);
  return body.access_token;
}

/** A token that was good until an hour ago. */
async function endedTokenFor(audience: string): Promise<string> {
  clockOffsetMs = -25 * 3_600_000;
  try {
    return await tokenFor(audience);
  } finally {
    clockOffsetMs = 0;
  }
}

/** Asks an API that needs what the handlers check. */
async function ask(handlers: RequestHandler[], token: string | null): Promise<Response> {
  const app = express();
  const onError: ErrorRequestHandler = (error, _req, res, _next) => {
    res
      .status(error.status ?? 500)
      .set(error.headers ?? {})
      .json({ code: error.code });
  };
  app.get('/', ...handlers, (_req, res) => {
    res.json({ ok: true });
  });
  app.use(onError);
  const api: Server = createServer(app);
  await new Promise<void>((resolve) => {
    api.listen(0, '127.0.0.1', resolve);
  });
  try {
    const { port } = api.address() as AddressInfo;
    return await fetch(`http://127.0.0.1:${port}/`, {
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
    });
  } finally {
    api.closeAllConnections();
    api.close();
  }
}

describe('express-oauth2-jwt-bearer', () => {
  const api = (audience: string, scope = 'read:orders', more: AuthOptions = {}): RequestHandler[] => [
    auth({ issuerBaseURL: server.url, audience, ...more }),
    requiredScopes(scope),
  ];

  test('accepts a token of its API that has the scope', async () => {
    expect((await ask(api(ORDERS), await tokenFor(ORDERS))).status).toBe(200);
  });

  test('refuses a request without a token', async () => {
    const answer = await ask(api(ORDERS), null);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="api"/);
  });

  test('refuses a token of another API', async () => {
    const answer = await ask(api(ORDERS), await tokenFor(STRICT));
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain("Unexpected 'aud' value");
  });

  test('refuses a token that has not the scope', async () => {
    const answer = await ask(api(ORDERS, 'write:orders'), await tokenFor(ORDERS));
    expect(answer.status).toBe(403);
    expect(await answer.json()).toEqual({ code: 'insufficient_scope' });
  });

  test('refuses a token that has ended', async () => {
    const answer = await ask(api(ORDERS), await endedTokenFor(ORDERS));
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain("'exp' claim timestamp check failed");
  });

  test('in strict mode accepts the RFC 9068 profile and no other', async () => {
    const strict = { strict: true };
    expect((await ask(api(STRICT, 'read:orders', strict), await tokenFor(STRICT))).status).toBe(200);
    expect((await ask(api(ORDERS, 'read:orders', strict), await tokenFor(ORDERS))).status).toBe(401);
  });

  test('accepts a token of an HS256 API with its signing_secret, and no token with another secret', async () => {
    const token = await tokenFor(SYMMETRIC);
    const symmetric = (secret: string): RequestHandler[] => [
      auth({
        issuer: `${server.url}/`,
        audience: SYMMETRIC,
        secret,
        tokenSigningAlg: 'HS256',
      }),
      requiredScopes('read:orders'),
    ];
    expect((await ask(symmetric(signingSecret), token)).status).toBe(200);
    expect((await ask(symmetric(`${signingSecret}?`), token)).status).toBe(401);
  });
});

describe('jose', () => {
  const protect = (audience: string): RequestHandler => {
    const keys = createRemoteJWKSet(new URL(`${server.url}/.well-known/jwks.json`));
    return async (req, _res, next) => {
      const [, token = ''] = (req.get('authorization') ?? '').split(' ');
      try {
        await jwtVerify(token, keys, { issuer: `${server.url}/`, audience, algorithms: ['RS256'] });
        next();
      } catch (error) {
        if (!(error instanceof errors.JOSEError)) throw error;
        next(Object.assign(new Error(error.message), { status: 401, code: error.code }));
      }
    };
  };
  const outcome = async (audience: string, token: string | null): Promise<unknown> => {
    const answer = await ask([protect(audience)], token);
    return { status: answer.status, ...((await answer.json()) as object) };
  };

  test('accepts a token of its API', async () => {
    expect(await outcome(ORDERS, await tokenFor(ORDERS))).toEqual({ status: 200, ok: true });
  });

  test('refuses a request without a token, a token of another API, one that was altered and one that has ended', async () => {
    expect(await outcome(ORDERS, null)).toEqual({ status: 401, code: 'ERR_JWS_INVALID' });
    expect(await outcome(ORDERS, await tokenFor(STRICT))).toEqual({
      status: 401,
      code: 'ERR_JWT_CLAIM_VALIDATION_FAILED',
    });
    const [header, , signature] = (await tokenFor(ORDERS)).split('.');
    const [, otherClaims] = (await tokenFor(STRICT)).split('.');
    expect(await outcome(STRICT, `${header}.${otherClaims}.${signature}`)).toEqual({
      status: 401,
      code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    });
    expect(await outcome(ORDERS, await endedTokenFor(ORDERS))).toEqual({
      status: 401,
      code: 'ERR_JWT_EXPIRED',
    });
  });

  test('is not fooled by a token that an HS256 API signed', async () => {
    expect(await outcome(SYMMETRIC, await tokenFor(SYMMETRIC))).toMatchObject({ status: 401 });
  });
});
