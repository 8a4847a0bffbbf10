// Tokens by client credentials through each official library for Node that asks for them.

import { AuthClient } from '@auth0/auth0-auth-js';
import { AuthenticationClient as Legacy } from 'auth0/legacy';
import { AuthenticationClient as Version4 } from 'auth0-4';
import { AuthenticationClient as Version5 } from 'auth0-5';
import { AuthenticationClient as Version6 } from 'auth0-6';
import { decodeJwt, exportPKCS8, exportSPKI, generateKeyPair } from 'jose';
import { startTlsServer, type TlsServer } from './server.js';

const AUDIENCE = 'https://orders.example.com/';

let server: TlsServer;
let clientId: string;
let clientSecret: string;

beforeAll(async () => {
  server = await startTlsServer();
  await server
    .api('post', 'resource-servers', {
      identifier: AUDIENCE,
      scopes: [{ value: 'read:orders' }, { value: 'write:orders' }],
    })
    .expect(201);
  const { body } = await server.api('post', 'clients', { name: 'Job', app_type: 'non_interactive' });
  ({ client_id: clientId, client_secret: clientSecret } = body);
  await server
    .api('post', 'client-grants', { client_id: clientId, audience: AUDIENCE, scope: ['read:orders'] })
    .expect(201);
});
afterAll(() => server.close());

const authenticationClients = [
  ['auth0 4', Version4],
  ['auth0 5', Version5],
  ['auth0 6', Version6],
  ['auth0/legacy of auth0 7', Legacy],
] as const;

describe.each(authenticationClients)('AuthenticationClient of %s', (_name, AuthenticationClient) => {
  test('gets a token of exactly the grant', async () => {
    const authentication = new AuthenticationClient({ domain: server.domain, clientId, clientSecret });
    const { data } = await authentication.oauth.clientCredentialsGrant({ audience: AUDIENCE });
    expect(data).toMatchObject({ token_type: 'Bearer', expires_in: 86_400 });
    expect(decodeJwt(data.access_token)).toMatchObject({
      iss: `https://${server.domain}/`,
      aud: AUDIENCE,
      scope: 'read:orders',
      azp: clientId,
    });
  });

  test('is told which API it has no grant for', async () => {
    const authentication = new AuthenticationClient({ domain: server.domain, clientId, clientSecret });
    const refused = authentication.oauth.clientCredentialsGrant({
      audience: `https://${server.domain}/api/v2/`,
    });
    await expect(refused).rejects.toMatchObject({ statusCode: 403, error: 'access_denied' });
  });

  test('is refused with a wrong secret', async () => {
    const authentication = new AuthenticationClient({
      domain: server.domain,
      clientId,
      clientSecret: `${clientSecret}?`,
    });
    const refused = authentication.oauth.clientCredentialsGrant({ audience: AUDIENCE });
    await expect(refused).rejects.toMatchObject({ statusCode: 401, error: 'access_denied' });
  });

  test('authenticates by a private key', async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
    const { body } = await server
      .api('post', 'clients', {
        name: 'Job with a key',
        app_type: 'non_interactive',
        client_authentication_methods: {
          private_key_jwt: {
            credentials: [
              {
                name: 'key',
                credential_type: 'public_key',
                pem: await exportSPKI(publicKey),
                alg: 'RS256',
              },
            ],
          },
        },
      })
      .expect(201);
    await server
      .api('post', 'client-grants', {
        client_id: body.client_id,
        audience: AUDIENCE,
        scope: ['write:orders'],
      })
      .expect(201);
    const authentication = new AuthenticationClient({
      domain: server.domain,
      clientId: body.client_id,
      clientAssertionSigningKey: await exportPKCS8(privateKey),
    });
    const { data } = await authentication.oauth.clientCredentialsGrant({ audience: AUDIENCE });
    expect(decodeJwt(data.access_token)).toMatchObject({ azp: body.client_id, scope: 'write:orders' });
  });
});

test('AuthClient of @auth0/auth0-auth-js discovers the server and gets a token of exactly the grant', async () => {
  const client = new AuthClient({ domain: server.domain, clientId, clientSecret });
  const token = await client.getTokenByClientCredentials({ audience: AUDIENCE });
  expect(decodeJwt(token.accessToken)).toMatchObject({ aud: AUDIENCE, scope: 'read:orders' });
});
