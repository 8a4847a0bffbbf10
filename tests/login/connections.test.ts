// Which connections a client's users come from, and who becomes a member of an organization by logging in.

import type { Client } from '../../src/domain/client.js';
import type { NewLogEntry } from '../../src/domain/log-entry.js';
import { admitMember, loginConnections } from '../../src/login/connections.js';
import {
  createClient,
  createConnection,
  createOrganization,
  createUser,
  permissive,
  strict,
  unique,
} from '../management/fixtures.js';
import { aLogEntry } from '../storage/fixtures.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let domain: string;
beforeAll(async () => {
  server = await startServer();
  const connection = await createConnection(server, { is_domain_connection: true });
  domain = connection.name;
});
afterAll(() => server.close());

/** A client with a connection that is enabled for it, and the name of that. */
async function givenClient(settings: object = {}): Promise<{ client: Client; enabled: string; id: string }> {
  const { client_id } = await createClient(server, settings);
  const connection = await createConnection(server, { enabled_clients: [client_id] });
  const client = await server.storage.config.clients.find(client_id);
  if (client === null) throw new Error('the client is not there');
  return { client, enabled: connection.name, id: connection.id };
}

const namesFor = async (client: Client, organization: { id: string } | null = null) =>
  (await loginConnections(server.storage, { client, organization })).map(({ name }) => name);

describe('without an organization', () => {
  test('a first party has the connections that are enabled for it', async () => {
    const { client, enabled, id } = await givenClient();
    expect(await loginConnections(server.storage, { client, organization: null })).toEqual([
      { id, name: enabled, strategy: 'auth0' },
    ]);
  });

  test('a strict third party has domain connections, whatever is enabled for it (TP-13)', async () => {
    const { client } = await givenClient(strict);
    expect(await namesFor(client)).toEqual([domain]);
  });

  test('a permissive third party has both', async () => {
    const { client, enabled } = await givenClient(permissive);
    expect(await namesFor(client)).toEqual([domain, enabled]);
  });

  test('a third party of an unknown mode is a strict one', async () => {
    const { client } = await givenClient(permissive);
    const unknown = { ...client, thirdPartySecurityMode: 'lax' } as unknown as Client;
    expect(await namesFor(unknown)).toEqual([domain]);
  });
});

describe('for an organization', () => {
  test('its connections count, and of these a strict third party has domain connections only', async () => {
    const [first, third] = [await givenClient(), await givenClient(strict)];
    const { id } = await createOrganization(server);
    const [own, off] = [await createConnection(server), await createConnection(server)];
    const domainId = (await server.storage.config.connections.findByName(domain))?.id;
    for (const [connection_id, is_enabled] of [
      [own.id, true],
      [off.id, false],
      [domainId, true],
    ]) {
      const added = await server.api('post', `organizations/${id}/connections`, {
        connection_id,
        is_enabled,
      });
      expect(added.status).toBe(201);
    }
    expect(await namesFor(first.client, { id })).toEqual([own.name, domain]);
    expect(await namesFor(third.client, { id })).toEqual([domain]);
    expect(await namesFor(first.client, { id: 'org_0000000000000000' })).toEqual([]);
  });
});

describe('a user who logs in through a connection of an organization', () => {
  async function given(settings: object) {
    const { id: organizationId } = await createOrganization(server);
    const connectionId = (await createConnection(server)).id;
    const body = { connection_id: connectionId, ...settings };
    expect((await server.api('post', `organizations/${organizationId}/connections`, body)).status).toBe(201);
    const { user_id: userId } = await createUser(server);
    const reason = unique('admitted');
    const entry: NewLogEntry = aLogEntry({ type: 'organization_member_added', reason });
    const admit = () => admitMember(server.storage, { organizationId, connectionId, userId }, entry);
    const isMember = () => server.storage.config.members.isMember(organizationId, userId);
    const window = { kind: 'page', offset: 0, limit: 9, countTotal: true } as const;
    const logged = async () => (await server.storage.listLogs({ reason }, window)).total;
    return { organizationId, userId, admit, isMember, logged };
  }

  test('becomes a member where the connection says so, once, with an entry in the log', async () => {
    const { admit, isMember, logged } = await given({ assign_membership_on_login: true });
    expect(await Promise.all([admit(), admit()])).toEqual([true, true]);
    expect(await isMember()).toBe(true);
    const count = await logged();
    expect(await admit()).toBe(true);
    expect(await logged()).toBe(count);
  });

  test.each([
    ['the connection does not say so', { assign_membership_on_login: false }],
    ['the connection is switched off', { assign_membership_on_login: true, is_enabled: false }],
  ])('stays outside where %s', async (_, settings) => {
    const { admit, isMember, logged } = await given(settings);
    expect(await admit()).toBe(false);
    expect([await isMember(), await logged()]).toEqual([false, 0]);
  });

  test('who is a member already is one', async () => {
    const { admit, organizationId, userId } = await given({ assign_membership_on_login: false });
    await server.api('post', `organizations/${organizationId}/members`, { members: [userId] });
    expect(await admit()).toBe(true);
  });
});
