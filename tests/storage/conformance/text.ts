// What databases disagree on: case, order and form of text, and what JSON columns keep.

import type { Storage } from '../../../src/storage/storage.js';
import type { JsonObject } from '../../../src/domain/json.js';
import {
  aClient,
  aClientGrant,
  anOrganization,
  aResourceServer,
  change,
  everything,
  type Opened,
  unique,
} from '../fixtures.js';

export function textConformance(opened: Opened): void {
  describe('text', () => {
    let storage: Storage;
    beforeAll(() => {
      storage = opened();
    });

    test('identifiers that differ in case only are different APIs', async () => {
      const { lower, upper } = await change(storage, async ({ resourceServers }) => ({
        lower: await resourceServers.create(aResourceServer({ identifier: 'https://case/api' })),
        upper: await resourceServers.create(aResourceServer({ identifier: 'https://CASE/api' })),
      }));
      expect(await storage.config.resourceServers.find('https://case/api')).toEqual(lower);
      expect(await storage.config.resourceServers.find('https://CASE/api')).toEqual(upper);
      expect(await storage.config.resourceServers.find('https://Case/api')).toBeNull();
    });

    test('client ids that differ in case only are different clients', async () => {
      await change(storage, async ({ clients }) => {
        await clients.create(aClient({ clientId: 'Case', name: 'upper' }), []);
        await clients.create(aClient({ clientId: 'case', name: 'lower' }), []);
      });
      expect(await storage.config.clients.find('case')).toMatchObject({ name: 'lower' });
      expect(await storage.config.clients.find('CASE')).toBeNull();
    });

    test('facts are those of the identifier in exactly that case', async () => {
      const audience = unique('urn:facts');
      await change(storage, async (config) => {
        const { clientId } = await config.clients.create(aClient({ clientId: 'facts' }), []);
        await config.resourceServers.create(aResourceServer({ identifier: audience }));
        await config.clientGrants.create(aClientGrant({ clientId, audience }));
      });
      const factsOf = (clientId: string, asked: string) =>
        storage.tokenFacts({ clientId, audience: asked, organization: null });
      expect(await factsOf('facts', audience)).toMatchObject({
        access: { resourceServer: { identifier: audience } },
      });
      expect(await factsOf('facts', audience.toUpperCase())).toMatchObject({
        access: { resourceServer: null },
      });
      expect(await factsOf('FACTS', audience)).toBeNull();
    });

    test('no blank is trimmed and no form of a letter is taken for another', async () => {
      const names = ['café', 'cafe\u0301', 'cafe', ' cafe', 'cafe ', 'ＣＡＦＥ'];
      await change(storage, async ({ organizations }) => {
        for (const name of names) await organizations.create(anOrganization({ name }));
      });
      const found = [];
      for (const name of names) found.push((await storage.config.organizations.findByName(name))?.name);
      expect(found).toEqual(names);
    });

    test('order is by bytes of UTF-8', async () => {
      const names = ['Zeta', '_', 'a', '-', 'ä', 'Z', '10', '9', 'A', 'é', '😀', '\uffee', 'zeta'];
      const ordered = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      const grant = await change(storage, async (config) => {
        const { clientId } = await config.clients.create(aClient(), []);
        const { identifier: audience } = await config.resourceServers.create(aResourceServer());
        const grant = await config.clientGrants.create(
          aClientGrant({ clientId, audience, organizationUsage: 'allow' }),
        );
        for (const displayName of names) {
          const { id } = await config.organizations.create(anOrganization({ displayName }));
          await config.organizations.addClientGrant(id, grant.id);
        }
        return grant;
      });
      const order = { by: 'display_name', descending: false } as const;
      const { items } = await storage.config.organizations.list(
        { clientGrantId: grant.id },
        everything,
        order,
      );
      expect(items.map(({ displayName }) => displayName)).toEqual(ordered);
    });

    test.each([
      ['astral characters', '😀👩‍👩‍👧 𝒳'],
      ['control characters', '\u0001\u001f\u007f\r\n\t'],
      ['quotes and SQL', `'"; DROP TABLE clients; --\\`],
      ['patterns', '%_*?[a-z]'],
      ['a byte order mark', '\ufeffa'],
      ['a long text', 'ü'.repeat(100_000)],
    ])('%s come back as they were given', async (_name, text) => {
      const settings = { text, [text.slice(0, 50)]: [text] };
      const given = aClient({ name: text, secret: text, grantTypes: [text], settings });
      await change(storage, (config) => config.clients.create(given, []));
      expect(await storage.config.clients.find(given.clientId)).toEqual(given);
    });

    test.each<[string, JsonObject]>([
      ['numbers', { numbers: [0, -1, 0.1, 1.5e-7, 1e21, 9_007_199_254_740_991, 1.7976931348623157e308] }],
      ['nulls, and empty things', { null: null, text: '', list: [], object: {}, '': { '': [''] } }],
      ['names that objects have anyway', { constructor: 1, toString: { hasOwnProperty: [] }, length: 0 }],
      ['what looks like something else', { date: '2026-01-01T00:00:00Z', number: '1', json: '{"a":1}' }],
    ])('JSON keeps %s', async (_name, settings) => {
      const given = aClient({ settings });
      await change(storage, (config) => config.clients.create(given, []));
      expect(await storage.config.clients.find(given.clientId)).toEqual(given);
    });

    test.each([
      ['NUL in text', { name: 'a\0b' }],
      ['NUL in JSON', { settings: { text: 'a\0b' } }],
      ['half a surrogate pair in JSON', { settings: { text: 'a\ud800b' } }],
    ])('%s is refused, and nothing of it stays', async (_name, given) => {
      // Callers refuse these first (http/validation.ts): no column of PostgreSQL can hold them.
      const client = aClient(given);
      await expect(change(storage, (config) => config.clients.create(client, []))).rejects.toThrow(
        /invalid byte sequence|unsupported Unicode|invalid input syntax/,
      );
      expect(await storage.config.clients.find(client.clientId)).toBeNull();
    });

    test('half a surrogate pair in text becomes the replacement character', async () => {
      const given = aClient({ name: 'a\ud800b' });
      await change(storage, (config) => config.clients.create(given, []));
      expect(await storage.config.clients.find(given.clientId)).toEqual({ ...given, name: 'a\ufffdb' });
    });
  });
}
