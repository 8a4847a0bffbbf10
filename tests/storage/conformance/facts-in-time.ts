// Facts may be cached; what they were decided on must still hold when the token is logged.

import type { TokenFacts } from '../../../src/domain/token-facts.js';
import type { ConfigWriter } from '../../../src/storage/config.js';
import type { Storage } from '../../../src/storage/storage.js';
import {
  aClient,
  aClientGrant,
  aCredential,
  aLogEntry,
  anOrganization,
  aResourceServer,
  change,
  countedPage,
  type Opened,
  times,
  unique,
} from '../fixtures.js';

const API = 'https://orders.example.com';
const clientId = 'client';
const request = { clientId, audience: API, organization: null };

async function seed(storage: Storage): Promise<void> {
  await change(storage, async (config) => {
    await config.clients.create(aClient({ clientId }), []);
    await config.resourceServers.create(aResourceServer({ identifier: API }));
    await config.clientGrants.create(aClientGrant({ clientId, audience: API, organizationUsage: 'allow' }));
  });
}

const factsIn = async (storage: Storage, fresh = false): Promise<TokenFacts> => {
  const facts = await storage.tokenFacts(request, { fresh });
  if (facts === null) throw new Error('there are no facts');
  return facts;
};

export function factsInTimeConformance(opened: Opened): void {
  describe('facts and the version that they are from', () => {
    let storage: Storage;
    beforeAll(async () => {
      storage = opened();
      await seed(storage);
    });

    test('facts that were read before are the same, and say that they may be old', async () => {
      const first = await factsIn(storage, true);
      const second = await factsIn(storage);
      expect(first.fresh).toBe(true);
      expect(second).toEqual({ ...first, fresh: false });
    });

    test('fresh facts are read anew', async () => {
      await factsIn(storage);
      expect((await factsIn(storage, true)).fresh).toBe(true);
    });

    test.each<[string, (config: ConfigWriter) => Promise<unknown>, (facts: TokenFacts) => unknown, unknown]>([
      [
        "the client's secret",
        ({ clients }) => clients.update(clientId, { secret: 'rotated' }),
        ({ authentication }) => authentication.secret,
        'rotated',
      ],
      [
        "the API's policy",
        async ({ resourceServers }) =>
          resourceServers.update((await resourceServers.find(API))?.id ?? '', { clientPolicy: 'deny_all' }),
        ({ access }) => access.resourceServer?.clientPolicy,
        'deny_all',
      ],
      [
        'the scopes of a client grant',
        async ({ clientGrants }) => {
          const { items } = await clientGrants.list({ clientId }, countedPage(0, 1));
          await clientGrants.update(items[0]?.id ?? '', { scopes: ['added'] });
        },
        ({ access }) => access.clientGrants[0]?.scopes,
        ['added'],
      ],
      [
        'the keys in use',
        async ({ clients }) => {
          const { id } = await clients.createCredential(aCredential(clientId, { kid: 'new' }));
          await clients.update(clientId, { authenticationCredentials: [id] });
        },
        ({ authentication }) => authentication.assertionKeys.map(({ kid }) => kid),
        ['new'],
      ],
      [
        'the default organization',
        async ({ clients, organizations }) => {
          const { id } = await organizations.create(anOrganization({ name: 'default' }));
          await clients.update(clientId, { defaultOrganizationId: id });
        },
        ({ access }) => access.organizations.map(({ name }) => name),
        ['default'],
      ],
      [
        'the client grants, when one is deleted',
        async ({ clientGrants }) => {
          const { items } = await clientGrants.list({ clientId }, countedPage(0, 1));
          await clientGrants.delete(items[0]?.id ?? '');
        },
        ({ access }) => access.clientGrants,
        [],
      ],
    ])('after a change of %s the next facts have it', async (_name, make, read, expected) => {
      const before = await factsIn(storage);
      expect(read(before)).not.toEqual(expected);
      await change(storage, make);
      const after = await factsIn(storage);
      expect(read(after)).toEqual(expected);
      expect(after.configVersion).toBe(before.configVersion + 1);
    });

    test('an API that did not exist is found as soon as it does', async () => {
      const audience = unique('urn');
      const query = { clientId, audience, organization: null };
      expect(await storage.tokenFacts(query)).toMatchObject({ token: null });
      await change(storage, ({ resourceServers }) =>
        resourceServers.create(aResourceServer({ identifier: audience })),
      );
      expect(await storage.tokenFacts(query)).toMatchObject({ access: { resourceServer: {} } });
    });

    test('a deleted client has no facts any more', async () => {
      const doomed = { ...request, clientId: unique('doomed') };
      await change(storage, ({ clients }) => clients.create(aClient({ clientId: doomed.clientId }), []));
      expect(await storage.tokenFacts(doomed)).not.toBeNull();
      await change(storage, ({ clients }) => clients.delete(doomed.clientId));
      expect(await storage.tokenFacts(doomed)).toBeNull();
    });

    test('a log entry for the current version is written, one for an older version is not', async () => {
      const [current, older] = [unique('current'), unique('older')];
      const { configVersion } = await factsIn(storage);
      await change(storage, async () => null);
      const ifCurrent = { ifCurrent: true };
      const answers = [
        await storage.appendLog(aLogEntry({ configVersion: configVersion + 1, reason: current }), ifCurrent),
        await storage.appendLog(aLogEntry({ configVersion, reason: older }), ifCurrent),
      ];
      expect(answers).toEqual([true, false]);
      expect((await storage.listLogs({ reason: current }, countedPage(0, 1))).total).toBe(1);
      expect((await storage.listLogs({ reason: older }, countedPage(0, 1))).total).toBe(0);
    });

    test('of many entries at once exactly those of the current version are written', async () => {
      const reason = unique('many');
      const { configVersion } = await factsIn(storage, true);
      const answers = await Promise.all(
        times(60, (index) => {
          const entry = aLogEntry({ reason, configVersion: configVersion - (index % 3), data: { index } });
          return storage.appendLog(entry, { ifCurrent: true });
        }),
      );
      expect(answers).toEqual(times(60, (index) => index % 3 === 0));
      const { items, total } = await storage.listLogs({ reason }, countedPage(0, 100));
      expect(total).toBe(20);
      expect(items.every((entry) => entry.configVersion === configVersion)).toBe(true);
    });

    test('without the condition an entry of an older version is written as it is', async () => {
      const reason = unique('old');
      await expect(storage.appendLog(aLogEntry({ configVersion: 1, reason }))).resolves.toBe(true);
      const { items } = await storage.listLogs({ reason }, countedPage(0, 1));
      expect(items).toMatchObject([{ configVersion: 1 }]);
    });
  });
}
