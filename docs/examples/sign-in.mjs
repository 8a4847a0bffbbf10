// An application on your machine that signs a user in: it prints an address to open in a browser, takes the answer at
// http://localhost:4000/callback, exchanges the code, and prints what it got. Node's own modules only.
//
//   CLIENT_ID=… node docs/examples/sign-in.mjs

import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

const {
  GRANTRY = 'http://127.0.0.1:3000',
  CLIENT_ID = '',
  AUDIENCE = 'https://shop.example.com/api',
  SCOPE = 'openid read:orders write:orders',
  APP_PORT = '4000',
} = process.env;
const redirectUri = `http://localhost:${APP_PORT}/callback`;

// The verifier stays here. Only who has it can exchange the code (PKCE).
const verifier = randomBytes(32).toString('base64url');
// Comes back with the answer. One that nobody here asked for has another.
const state = randomBytes(16).toString('base64url');
const address = `${GRANTRY}/authorize?${new URLSearchParams({
  client_id: CLIENT_ID,
  response_type: 'code',
  redirect_uri: redirectUri,
  audience: AUDIENCE,
  scope: SCOPE,
  state,
  code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  code_challenge_method: 'S256',
}).toString()}`;

const server = createServer();
server.listen(Number(APP_PORT), 'localhost');
await once(server, 'listening');
console.log(`Open ${address}`);

/** Waits for the browser to come back, and gives what it brings. */
async function answer() {
  for (;;) {
    const [request, response] = await once(server, 'request');
    const { pathname, searchParams } = new URL(request.url, redirectUri);
    const isOurs = pathname === '/callback' && searchParams.get('state') === state;
    response.statusCode = isOurs ? 200 : 404;
    response.setHeader('Connection', 'close');
    response.end(isOurs ? 'Back at the application: you can close this page.\n' : 'Not found\n');
    if (isOurs) return searchParams;
  }
}

const given = await answer();
server.close();
if (given.has('error')) throw new Error(`${given.get('error')}: ${given.get('error_description')}`);

const exchange = await fetch(`${GRANTRY}/oauth/token`, {
  method: 'POST',
  body: new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: CLIENT_ID,
    code: given.get('code') ?? '',
    redirect_uri: redirectUri,
    code_verifier: verifier,
  }),
});
const tokens = await exchange.json();
if (!exchange.ok) throw new Error(`${tokens.error}: ${tokens.error_description}`);

console.log('asked for ', SCOPE);
console.log('granted   ', tokens.scope);
// Whoever trusts a token verifies it first, with the keys of /.well-known/jwks.json. This only looks at it.
const claims = JSON.parse(Buffer.from(tokens.access_token.split('.')[1], 'base64url').toString());
console.log('claims    ', claims);
