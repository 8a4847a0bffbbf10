// One of each thing that operations are about, and what a case of the table is.

import type { Response, Test } from 'supertest';
import { newKeyPair } from '../oauth/assertions.js';
import {
  associate,
  bodyOf,
  givenApi,
  givenClient,
  givenGrant,
  givenOrganization,
  type TestApi,
  type TestClient,
} from '../oauth/given.js';
import { contract, startServer, type TestServer } from '../support/server.js';

export interface World {
  readonly server: TestServer;
  readonly api: TestApi;
  readonly client: TestClient;
  /** Between the two, and added to the organization. */
  readonly grantId: string;
  readonly organization: string;
  readonly organizationName: string;
  readonly connection: string;
  readonly connectionName: string;
  /** A client that authenticates with a key. */
  readonly keyClient: string;
  readonly credential: string;
  readonly credentialKid: string;
  /** PEM of that key. */
  readonly pem: string;
  /** With a permission of the API, and given to the user. */
  readonly role: string;
  readonly roleName: string;
  /** A member of the organization. Percent-encoded, for paths. */
  readonly user: string;
  readonly email: string;
  /** Of the client "All Applications". */
  readonly globalClient: string;
}

export async function makeWorld(): Promise<World> {
  const server = await startServer({ snapshots: true, env: { TEST_LOGIN: 'on' } });
  const organizationName = 'acme';
  const [api, client, organization] = await Promise.all([
    givenApi(server),
    givenClient(server),
    givenOrganization(server, { name: organizationName, display_name: 'Acme' }),
  ]);
  const grantId = await givenGrant(server, client, api, { organization_usage: 'allow' });
  await associate(server, organization, grantId);

  const connectionName = 'acme-users';
  const { id: connection } = await bodyOf<{ id: string }>(
    server.api('post', 'connections', { name: connectionName, strategy: 'auth0' }),
    201,
  );
  const { pem } = newKeyPair();
  const methods = { private_key_jwt: { credentials: [{ credential_type: 'public_key', pem }] } };
  const { id: keyClient } = await givenClient(server, { client_authentication_methods: methods });
  const [credential] = await bodyOf<{ id: string; kid: string }[]>(
    server.api('get', `clients/${keyClient}/credentials`),
    200,
  );
  const [globalClient] = await bodyOf<{ client_id: string }[]>(
    server.api('get', 'clients?is_global=true'),
    200,
  );
  const [roleName, email] = ['Reader', 'reader@example.com'];
  const { id: role } = await bodyOf<{ id: string }>(server.api('post', 'roles', { name: roleName }), 200);
  const newUser = { connection: 'Username-Password-Authentication', email, password: 'a Password' };
  const { user_id: userId } = await bodyOf<{ user_id: string }>(server.api('post', 'users', newUser), 201);
  const permissions = [{ resource_server_identifier: api.identifier, permission_name: 'read' }];
  await bodyOf(server.api('post', `roles/${role}/permissions`, { permissions }), 201);
  await bodyOf(server.api('post', `roles/${role}/users`, { users: [userId] }), 200);
  await bodyOf(server.api('post', `organizations/${organization}/members`, { members: [userId] }), 204);
  if (credential === undefined || globalClient === undefined) throw new Error('the world is incomplete');
  return {
    server,
    api,
    client,
    grantId,
    organization,
    organizationName,
    connection,
    connectionName,
    keyClient,
    credential: credential.id,
    credentialKid: credential.kid,
    pem,
    role,
    roleName,
    user: encodeURIComponent(userId),
    email,
    globalClient: globalClient.client_id,
  };
}

/** Makes a request that is answered with the status that the case is about. */
type Case = (world: World) => Test | Promise<Response>;

/** Cases by `<operationId> <status>`. */
export type Cases = Readonly<Record<string, Case>>;

/** Ids in the right shape of things that do not exist. */
export const nowhere = {
  api: '000000000000000000000000',
  grant: 'cgr_0000000000000000',
  organization: 'org_0000000000000000',
  connection: 'con_0000000000000000',
  discoveryDomain: 'ord_0000000000000000000000',
  credential: 'cred_0000000000000000000000',
  role: 'rol_0000000000000000',
  user: 'auth0%7C000000000000000000000000',
  action: '00000000-0000-4000-8000-000000000000',
} as const;

function documentedStatuses(operationId: string): string[] {
  for (const item of Object.values(contract.document.paths)) {
    for (const operation of Object.values(item) as { operationId?: string; responses?: object }[]) {
      if (operation.operationId === operationId) return Object.keys(operation.responses ?? {});
    }
  }
  return [];
}

/** Longer than any id may be. */
export const tooLong = 'x'.repeat(2000);

/**
 * The cases that every operation with scopes has: a call without a token, and with one that lacks its scopes; and where it
 * takes a body, one that is too long, and one of another type.
 */
export function strangers(operationId: string): Cases {
  const operation = contract.operations.find(({ id }) => id === operationId);
  if (operation === undefined) throw new Error(`there is no operation ${operationId}`);
  const path = operation.path.replaceAll(/\{\w+\}/g, 'any');
  const call = ({ server }: World): Test => server.request()[operation.method](path);
  const withScope = async (world: World): Promise<string> =>
    world.server.tokenWith(...operation.scopes.flat());
  const takesBody: Cases = {
    [`${operationId} 413`]: async (world) => {
      const token = await withScope(world);
      return call(world)
        .auth(token, { type: 'bearer' })
        .send({ name: 'x'.repeat(1_048_576) });
    },
    [`${operationId} 415`]: async (world) => {
      const token = await withScope(world);
      return call(world).auth(token, { type: 'bearer' }).type('text/plain').send('{}');
    },
  };
  return {
    ...(documentedStatuses(operationId).includes('413') && takesBody),
    [`${operationId} 401`]: call,
    [`${operationId} 403`]: async (world) =>
      call(world).auth(await world.server.tokenWith('read:nothing'), { type: 'bearer' }),
  };
}
