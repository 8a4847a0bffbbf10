// Clients that prove a key, and what they sign with it.

import { generateKeyPairSync, type KeyObject, webcrypto } from 'node:crypto';
import { type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';
import type { Test } from 'supertest';
import type { TestServer } from '../support/server.js';
import { givenApi, givenClient, givenGrant, type TestApi, unique } from './given.js';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly pem: string;
}

export function newKeyPair(): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { privateKey, pem: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}

/** A key with a self-signed certificate in place of the bare public key. */
export async function newCertifiedKeyPair(notAfter: Date): Promise<KeyPair> {
  const { X509CertificateGenerator } = await import('@peculiar/x509');
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(
    { ...algorithm, modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) },
    true,
    ['sign', 'verify'],
  );
  const certificate = await X509CertificateGenerator.createSelfSigned(
    { name: 'CN=client', notBefore: new Date(0), notAfter, keys, signingAlgorithm: algorithm },
    webcrypto,
  );
  const { KeyObject } = await import('node:crypto');
  return { privateKey: KeyObject.from(keys.privateKey), pem: certificate.toString('pem') };
}

export interface KeyClient {
  readonly id: string;
  readonly api: TestApi;
  readonly privateKey: KeyObject;
  readonly algorithm: string;
  readonly credentialId: string;
}

/** A client that signs assertions with this key, and its grant for an API. `credential` overrides how it is registered. */
export async function givenKeyClient(
  server: TestServer,
  { privateKey, pem }: KeyPair,
  credential: { alg?: string; expires_at?: string; parse_expiry_from_cert?: boolean; kid?: string } = {},
): Promise<KeyClient> {
  const api = await givenApi(server);
  const client = await givenClient(server, {
    client_authentication_methods: {
      private_key_jwt: { credentials: [{ credential_type: 'public_key', pem, ...credential }] },
    },
  });
  await givenGrant(server, client, api);
  const [registered] = (await server.api('get', `clients/${client.id}/credentials`)).body as { id: string }[];
  if (registered === undefined) throw new Error('the client has no credential');
  const algorithm = credential.alg ?? 'RS256';
  return { id: client.id, api, privateKey, algorithm, credentialId: registered.id };
}

/** Claims that hold for a client at a time; undefined members of `changes` take claims away. */
export function claimsFor(
  server: TestServer,
  client: Pick<KeyClient, 'id'>,
  now: Date,
  changes: JWTPayload | Record<string, unknown> = {},
): JWTPayload {
  const issuedAt = Math.floor(now.getTime() / 1000);
  return {
    iss: client.id,
    sub: client.id,
    aud: server.tenant.issuer,
    iat: issuedAt,
    exp: issuedAt + 180,
    jti: unique('jti'),
    ...changes,
  };
}

export const signedBy = (
  client: Pick<KeyClient, 'privateKey' | 'algorithm'>,
  claims: JWTPayload,
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: client.algorithm, ...header }).sign(client.privateKey);

export function askWithAssertion(
  server: Pick<TestServer, 'requestToken'>,
  client: Pick<KeyClient, 'api'>,
  assertion: string,
  parameters: Record<string, string> = {},
): Test {
  return server.requestToken({
    grant_type: 'client_credentials',
    audience: client.api.identifier,
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: assertion,
    ...parameters,
  });
}
