// Objects that the tests of the Management API start from, each with a name of its own, and the shape of its refusals.

import type { Response, Test } from 'supertest';
import type { components } from '../../src/generated/openapi.js';
import type { TestServer } from '../support/server.js';

type Schemas = components['schemas'];
export type ApiWire = Schemas['ResourceServer'] & { id: string; identifier: string };
export type ClientWire = Schemas['Client'] & { client_id: string };
export type ClientGrantWire = Schemas['ClientGrant'];
export type ConnectionWire = Schemas['Connection'] &
  Required<Pick<Schemas['Connection'], 'name' | 'options'>>;
export type OrganizationWire = Schemas['Organization'];
export type RoleWire = Schemas['Role'];
export type UserWire = Schemas['User'] & { user_id: string };
export type CredentialWire = Schemas['ClientCredential'];

let count = 0;

/** A text that nothing else on the same server has. */
export const unique = (prefix: string): string => `${prefix}-${++count}`;

async function made<T>(request: Test, status = 201): Promise<T> {
  const answer = await request;
  if (answer.status !== status) throw new Error(`a test could not set up: ${answer.status} ${answer.text}`);
  return answer.body as T;
}

export const createApi = (server: TestServer, body: object = {}): Promise<ApiWire> =>
  made(server.api('post', 'resource-servers', { identifier: unique('https://api.example'), ...body }));

export const createClient = (server: TestServer, body: object = {}): Promise<ClientWire> =>
  made(server.api('post', 'clients', { name: unique('Client'), ...body }));

export const createOrganization = (server: TestServer, body: object = {}): Promise<OrganizationWire> =>
  made(server.api('post', 'organizations', { name: unique('org'), ...body }));

/** Roles are made with 200 (recorded-behaviour.md 2). */
export const createRole = (server: TestServer, body: object = {}): Promise<RoleWire> =>
  made(server.api('post', 'roles', { name: unique('Role'), ...body }), 200);

export const CONNECTION = 'Username-Password-Authentication';
export const PASSWORD = 'a Password that is good';

/** A user of the database connection that every server has. */
export const createUser = (server: TestServer, body: object = {}): Promise<UserWire> =>
  made(
    server.api('post', 'users', {
      connection: CONNECTION,
      email: `${unique('user')}@example.com`,
      password: PASSWORD,
      ...body,
    }),
  );

/** The path of a user, or of what is under it. */
export const userPath = ({ user_id }: { user_id: string }, below = ''): string =>
  `users/${encodeURIComponent(user_id)}${below}`;

/** A body that names permissions of an API. */
export const permissions = (api: ApiWire, ...names: string[]) => ({
  permissions: names.map((permission_name) => ({
    resource_server_identifier: api.identifier,
    permission_name,
  })),
});
/** A database connection, unless the body says otherwise. */
export const createConnection = (server: TestServer, body: object = {}): Promise<ConnectionWire> =>
  made(server.api('post', 'connections', { name: unique('connection'), strategy: 'auth0', ...body }));

/** A grant of a client of its own on an API of its own, unless the body names others. */
export async function createClientGrant(server: TestServer, body: object = {}): Promise<ClientGrantWire> {
  const named = body as { audience?: string; client_id?: string; default_for?: string };
  const audience = named.audience ?? (await createApi(server)).identifier;
  const needsClient = named.client_id === undefined && named.default_for === undefined;
  const owner = needsClient ? { client_id: (await createClient(server)).client_id } : {};
  return made(server.api('post', 'client-grants', { audience, ...owner, scope: ['read:data'], ...body }));
}

/** What deploy-cli sends back of a client that it has read: all but these members (clients.md 5). */
export function exported(client: ClientWire): object {
  const kept = [
    'client_id',
    'client_secret',
    'callback_url_template',
    'signing_keys',
    'global',
    'tenant',
    'resource_server_identifier',
    'third_party_security_mode',
    'client_authentication_methods',
  ];
  const { secret_encoded: _encoded, ...jwt_configuration } = client.jwt_configuration ?? {};
  const sent = Object.entries({ ...client, jwt_configuration }).filter(([name]) => !kept.includes(name));
  return Object.fromEntries(sent);
}

export const strict = {
  is_first_party: false,
  third_party_security_mode: 'strict',
  app_type: 'regular_web',
  token_endpoint_auth_method: 'client_secret_post',
};

export const permissive = { is_first_party: false, third_party_security_mode: 'permissive' };

/** Status and body of an answer, to compare both at once. */
export const seen = ({ status, body }: Response): { status: number; body: unknown } => ({ status, body });

const STATUS_NAMES = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Request Entity Too Large',
  415: 'Unsupported Media Type',
};

/** What `seen` shows of a refusal (management-api.md 1.3): these members and no others. */
export function refused(status: keyof typeof STATUS_NAMES, message: unknown, errorCode?: string) {
  return {
    status,
    body: {
      statusCode: status,
      error: STATUS_NAMES[status],
      message,
      ...(errorCode !== undefined && { errorCode }),
    },
  };
}

/** A body that breaks the schema or a rule of it (management-api.md 1.4, 1.5). */
export const invalidBody = (message: unknown) => refused(400, message, 'invalid_body');

export const invalidQuery = (message: unknown) => refused(400, message, 'invalid_query_string');

/** Any of the sentences that the schema check makes. */
export const payloadError: unknown = expect.stringMatching(/^Payload validation error: '.+'.*\.$/s);

export const noClient = refused(404, 'The client does not exist', 'inexistent_client');
export const noApi = refused(404, 'The resource server does not exist', 'inexistent_resource_server');
export const noClientGrant = refused(404, 'The grant does not exist.', 'inexistent_client_grant');
export const noRole = refused(404, 'The role does not exist.');
export const noUser = refused(404, 'The user does not exist.', 'inexistent_user');
export const noConnection = refused(404, 'The connection does not exist', 'inexistent_connection');
export const noOrganization = refused(404, 'No organization found by that id or name');

/** How many objects a list holds, as the server counts them. */
export async function countOf(server: TestServer, list: string): Promise<number> {
  const answer = await server.api('get', `${list}?include_totals=true&per_page=1`);
  return (answer.body as { total: number }).total;
}
