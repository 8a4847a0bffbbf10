// What token requests are about, made through the Management API: an API, a client, a client grant, an organization. Every
// helper fills in valid defaults, so that a test shows only what it is about.

import type { Response, Test } from 'supertest';
import type { TestServer } from '../support/server.js';

export interface TestApi {
  readonly id: string;
  readonly identifier: string;
  /** For HS256 only. */
  readonly signingSecret: string | undefined;
}

export interface TestClient {
  readonly id: string;
  readonly secret: string;
}

let made = 0;

/** A name that nothing else on the server has. */
export const unique = (stem: string): string => `${stem}-${++made}`;

/** The body of an answer that has to have this status. */
export async function bodyOf<Body>(request: Test, status: number): Promise<Body> {
  const answer = await request;
  if (answer.status !== status) {
    throw new Error(`expected ${status}, got ${answer.status}: ${answer.text}`);
  }
  return answer.body as Body;
}

/** An API with the scopes `read`, `write` and `delete`. */
export async function givenApi(server: TestServer, settings: object = {}): Promise<TestApi> {
  const body = {
    identifier: `https://${unique('api')}.example.com`,
    scopes: ['read', 'write', 'delete'].map((value) => ({ value })),
    ...settings,
  };
  const made = await bodyOf<{ id: string; identifier: string; signing_secret?: string }>(
    server.api('post', 'resource-servers', body),
    201,
  );
  return { id: made.id, identifier: made.identifier, signingSecret: made.signing_secret };
}

/** A first-party client with a secret and client credentials. */
export async function givenClient(server: TestServer, settings: object = {}): Promise<TestClient> {
  const body = { name: unique('client'), app_type: 'non_interactive', ...settings };
  const made = await bodyOf<{ client_id: string; client_secret?: string }>(
    server.api('post', 'clients', body),
    201,
  );
  return { id: made.client_id, secret: made.client_secret ?? '' };
}

/** A third-party client with a secret and client credentials. */
export const givenThirdParty = (
  server: TestServer,
  mode: 'strict' | 'permissive',
  settings: object = {},
): Promise<TestClient> =>
  givenClient(server, {
    is_first_party: false,
    third_party_security_mode: mode,
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['client_credentials'],
    ...settings,
  });

/** A client grant with the scopes `read` and `write`. Answers its id. */
export async function givenGrant(
  server: TestServer,
  client: TestClient,
  api: Pick<TestApi, 'identifier'>,
  settings: object = {},
): Promise<string> {
  const scope = 'allow_all_scopes' in settings ? {} : { scope: ['read', 'write'] };
  const body = { client_id: client.id, audience: api.identifier, ...scope, ...settings };
  return (await bodyOf<{ id: string }>(server.api('post', 'client-grants', body), 201)).id;
}

/** A grant for all third-party clients with the scopes `read` and `write`. Answers its id. */
export async function givenDefaultGrant(
  server: TestServer,
  api: TestApi,
  settings: object = {},
): Promise<string> {
  const body = {
    default_for: 'third_party_clients',
    audience: api.identifier,
    scope: ['read', 'write'],
    ...settings,
  };
  return (await bodyOf<{ id: string }>(server.api('post', 'client-grants', body), 201)).id;
}

/** Answers the organization's id. */
export async function givenOrganization(server: TestServer, settings: object = {}): Promise<string> {
  const body = { name: unique('org'), ...settings };
  return (await bodyOf<{ id: string }>(server.api('post', 'organizations', body), 201)).id;
}

/** Answers the connection's id. */
export async function givenConnection(server: TestServer, settings: object = {}): Promise<string> {
  const body = { name: unique('con'), strategy: 'auth0', ...settings };
  return (await bodyOf<{ id: string }>(server.api('post', 'connections', body), 201)).id;
}

export async function associate(server: TestServer, organizationId: string, grantId: string): Promise<void> {
  const path = `organizations/${organizationId}/client-grants`;
  await bodyOf(server.api('post', path, { grant_id: grantId }), 201);
}

/** A client, an API, and a grant of `read` and `write` between them. */
export async function givenJoined(
  server: TestServer,
  settings: { api?: object; client?: object; grant?: object } = {},
): Promise<{ client: TestClient; api: TestApi; grantId: string }> {
  const [api, client] = await Promise.all([
    givenApi(server, settings.api),
    givenClient(server, settings.client),
  ]);
  return { client, api, grantId: await givenGrant(server, client, api, settings.grant) };
}

/** A client credentials request with the client's secret in the body. */
export function askToken(
  server: Pick<TestServer, 'requestToken'>,
  client: TestClient,
  api: Pick<TestApi, 'identifier'>,
  parameters: Record<string, string> = {},
): Test {
  return server.requestToken({
    grant_type: 'client_credentials',
    client_id: client.id,
    client_secret: client.secret,
    audience: api.identifier,
    ...parameters,
  });
}

export interface TokenHeader {
  readonly alg: string;
  readonly typ: string;
  readonly kid?: string;
}

function partOf(token: string, index: 0 | 1): unknown {
  return JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString());
}

/** The header of an answer's token, not verified. */
export const headerOf = (answer: Response): TokenHeader => partOf(answer.body.access_token, 0) as TokenHeader;

/** The claims of an answer's token, not verified. */
export const claimsOf = (answer: Response): Record<string, unknown> =>
  partOf(answer.body.access_token, 1) as Record<string, unknown>;

/** What a refusal says: status, body and reason. */
export const refusalOf = (answer: Response): { status: number; body: unknown; reason: unknown } => ({
  status: answer.status,
  body: answer.body as unknown,
  reason: answer.headers['grantry-reason'],
});

/** CC-2's sentence, which CC-1, CC-3 and SY-5 share. */
export const notAuthorized = (client: TestClient, api: Pick<TestApi, 'identifier'>): string =>
  `Client "${client.id}" is not authorized to access resource server "${api.identifier}". You need to create a "client-grant" associated to this API.`;
