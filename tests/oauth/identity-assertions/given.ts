// What cross app access is about: an issuer, its connection, a user of that, and an application that shows assertions.

import type { JWTHeaderParameters } from 'jose';
import type { Response } from 'supertest';
import type { TestServer } from '../../support/server.js';
import { bodyOf, givenApi, givenClient, type TestApi, type TestClient, unique } from '../given.js';
import { requestToken } from '../provider/given.js';
import type { Issuer } from './identity-provider.js';

export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
export const SWITCHED_ON = { identity_assertion_authorization_grant: { active: true } };

/** A first party with a secret that may exchange assertions. */
const givenAssertionApp = (server: TestServer, settings: object = {}): Promise<TestClient> =>
  givenClient(server, { app_type: 'regular_web', grant_types: [], ...SWITCHED_ON, ...settings });

export interface TestConnection {
  readonly id: string;
  readonly name: string;
  readonly strategy: 'okta' | 'oidc';
}

/** A connection that accepts assertions of an issuer, from these clients. */
export async function givenIssuerConnection(
  server: TestServer,
  issuer: Issuer,
  clients: readonly TestClient[],
  {
    options = {},
    strategy = 'okta',
    ...settings
  }: { options?: object; strategy?: 'okta' | 'oidc' } & object = {},
): Promise<TestConnection> {
  const name = unique('enterprise');
  const body = {
    name,
    strategy,
    options: { client_id: 'grantry', issuer: issuer.issuer, jwks_uri: issuer.jwksUri, ...options },
    enabled_clients: clients.map(({ id }) => id),
    cross_app_access_resource_app: { status: 'enabled' },
    ...settings,
  };
  const { id } = await bodyOf<{ id: string }>(server.api('post', 'connections', body), 201);
  return { id, name, strategy };
}

export interface EnterpriseUser {
  readonly id: string;
  /** As its identity provider knows it. */
  readonly sub: string;
}

/** A user who has logged in with the connection before. */
export async function givenEnterpriseUser(
  server: TestServer,
  { name, strategy }: TestConnection,
  sub = unique('00u'),
): Promise<EnterpriseUser> {
  const id = `${strategy}|${name}|${sub}`;
  const email = `${sub}@example.com`.toLowerCase();
  await server.storage.write(async ({ users }) => ({
    result: await users.create({
      userId: id,
      connection: name,
      provider: strategy,
      email,
      emailVerified: true,
      username: null,
      phoneNumber: null,
      phoneVerified: null,
      name: email,
      nickname: sub,
      picture: '',
      givenName: null,
      familyName: null,
      blocked: null,
      userMetadata: null,
      appMetadata: null,
      createdAt: new Date(),
      passwordHash: null,
    }),
    entry: null,
  }));
  return { id, sub };
}

export interface Scene {
  readonly server: TestServer;
  readonly issuer: Issuer;
  readonly app: TestClient;
  readonly api: TestApi;
  readonly connection: TestConnection;
  readonly user: EnterpriseUser;
}

/** All of it. */
export async function givenScene(
  server: TestServer,
  issuer: Issuer,
  { client, api, connection }: { client?: object; api?: object; connection?: object } = {},
): Promise<Scene> {
  const app = await givenAssertionApp(server, client);
  const joined = await givenIssuerConnection(server, issuer, [app], connection);
  return {
    server,
    issuer,
    app,
    api: await givenApi(server, api),
    connection: joined,
    user: await givenEnterpriseUser(server, joined),
  };
}

/** Claims that hold now; undefined members of `changes` take claims away. */
export function claimsFor(
  { server, issuer, app, api, user }: Scene,
  changes: Record<string, unknown> = {},
): Record<string, unknown> {
  const issuedAt = Math.floor(Date.now() / 1000);
  return {
    iss: issuer.issuer,
    sub: user.sub,
    aud: server.tenant.issuer,
    client_id: app.id,
    jti: unique('jti'),
    iat: issuedAt,
    exp: issuedAt + 300,
    resource: api.identifier,
    scope: 'read',
    ...changes,
  };
}

export const assertionOf = (
  scene: Scene,
  changes: Record<string, unknown> = {},
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> => scene.issuer.sign(claimsFor(scene, changes), header);

export const show = (
  { server, app }: Pick<Scene, 'server' | 'app'>,
  assertion: string,
  parameters: Record<string, string> = {},
): Promise<Response> => requestToken(server, app, { grant_type: JWT_BEARER, assertion, ...parameters });

/** Makes an assertion with these claims, and shows it. */
export const exchangeWith = async (
  scene: Scene,
  changes: Record<string, unknown> = {},
  parameters: Record<string, string> = {},
): Promise<Response> => show(scene, await assertionOf(scene, changes), parameters);
