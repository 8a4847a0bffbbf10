// What users have consented to is remembered by user, client, API and organization (token-issuance.md TP-15).

import type { Consent, NewConsent } from '../../../src/domain/consent.js';
import { MissingReference, type Storage } from '../../../src/storage/storage.js';
import {
  aClient,
  aLogEntry,
  anOrganization,
  aResourceServer,
  aUser,
  change,
  countedPage,
  everything,
  givenUserConnection,
  type Opened,
  page,
  times,
  unique,
  versionOf,
} from '../fixtures.js';

export function consentConformance(opened: Opened): void {
  describe('consents', () => {
    let storage: Storage;
    beforeAll(async () => {
      storage = opened();
      await givenUserConnection(storage);
    });

    /** Who consents to what: each of them new, and no scopes yet. */
    const given = (): Promise<NewConsent & { audience: string; organizationId: string }> =>
      change(storage, async ({ users, clients, resourceServers, organizations }) => ({
        userId: (await users.create(aUser())).userId,
        clientId: (await clients.create(aClient(), [])).clientId,
        audience: (await resourceServers.create(aResourceServer())).identifier,
        organizationId: (await organizations.create(anOrganization())).id,
        scopes: [],
      }));
    const remember = (consent: NewConsent, ...scopes: string[]): Promise<Consent> =>
      storage.consents.remember({ ...consent, scopes });

    test('one comes back as it was given, and scopes are added to it in order, each once', async () => {
      const consent = await given();
      const first = await remember(consent, 'b', 'a', 'b');
      expect(first).toEqual({ ...consent, id: expect.any(String) as unknown, scopes: ['b', 'a'] });
      expect(await remember(consent, 'c', 'a')).toEqual({ ...first, scopes: ['b', 'a', 'c'] });
      expect(await storage.consents.find(consent.userId, consent.clientId)).toEqual([
        { ...first, scopes: ['b', 'a', 'c'] },
      ]);
    });

    test('each API and organization, and each absence of one, has its own', async () => {
      const consent = await given();
      const variants = [
        consent,
        { ...consent, organizationId: null },
        { ...consent, audience: null },
        { ...consent, audience: null, organizationId: null },
      ];
      for (const [n, each] of variants.entries()) await remember(each, `s${n}`);
      for (const each of variants) await remember(each, 'again');
      const found = await storage.consents.find(consent.userId, consent.clientId);
      expect(found.map(({ scopes }) => scopes)).toEqual(variants.map((_, n) => [`s${n}`, 'again']));
    });

    test('of many at once no scope is lost, and there is one consent', async () => {
      const consent = { ...(await given()), audience: null, organizationId: null };
      const scopes = times(30, (n) => `scope:${n}`);
      const made = await Promise.all(scopes.map((scope) => remember(consent, scope, 'common')));
      expect(new Set(made.map(({ id }) => id)).size).toBe(1);
      const found = await storage.consents.find(consent.userId, consent.clientId);
      expect(found).toHaveLength(1);
      expect([...(found[0]?.scopes ?? [])].sort()).toEqual([...scopes, 'common'].sort());
    });

    test.each(['userId', 'clientId', 'audience', 'organizationId'] as const)(
      'one with a %s that does not exist is refused',
      async (member) => {
        const consent = { ...(await given()), [member]: 'nosuch' };
        await expect(remember(consent, 'a')).rejects.toThrow(MissingReference);
      },
    );

    test('lists are filtered, counted and cut', async () => {
      const consent = await given();
      const other = { ...(await given()), userId: consent.userId };
      const made = [
        await remember(consent, 'a'),
        await remember({ ...consent, audience: null }, 'a'),
        await remember(other, 'a'),
      ];
      const { userId, clientId, audience } = consent;
      const list = async (filter: Parameters<typeof storage.consents.list>[0], window = everything) =>
        (await storage.consents.list(filter, window)).items;
      expect(await list({ userId })).toEqual(made);
      expect(await list({ userId, clientId })).toEqual(made.slice(0, 2));
      expect(await list({ audience })).toEqual(made.slice(0, 1));
      expect(await list({ userId, audience: null })).toEqual(made.slice(1, 2));
      expect(await list({ userId }, page(1, 1))).toEqual(made.slice(1, 2));
      expect(await list({ userId: 'nobody' })).toEqual([]);
      expect(await storage.consents.list({ userId }, countedPage(0, 1))).toMatchObject({ total: 3 });
    });

    test('a deleted one is gone, once, and deletions have their entry in the log', async () => {
      const consent = await given();
      const { id } = await remember(consent, 'a');
      const kept = await remember({ ...consent, audience: null }, 'a');
      const reason = unique('deleted');
      const entry = aLogEntry({ type: 'sapi', reason });
      expect(await storage.consents.delete(id, entry)).toBe(true);
      expect(await storage.consents.delete(id, null)).toBe(false);
      expect(await storage.consents.find(consent.userId, consent.clientId)).toEqual([kept]);
      expect((await storage.listLogs({ reason }, countedPage(0, 5))).total).toBe(1);
      expect(await storage.consents.deleteOfUser(consent.userId, entry)).toBe(1);
      expect(await storage.consents.deleteOfUser(consent.userId, null)).toBe(0);
      expect((await storage.listLogs({ reason }, countedPage(0, 5))).total).toBe(2);
    });

    test('none of it is a change of the configuration', async () => {
      const consent = await given();
      const version = await versionOf(storage, consent.clientId);
      const { id } = await remember(consent, 'a');
      await storage.consents.delete(id, aLogEntry());
      await storage.consents.deleteOfUser(consent.userId, null);
      expect(await versionOf(storage, consent.clientId)).toBe(version);
    });

    test('one goes with its user, its client, its API and its organization', async () => {
      const consents = await Promise.all(times(4, given));
      for (const consent of consents) await remember(consent, 'a');
      const [user, client, api, organization] = consents as [NewConsent, NewConsent, NewConsent, NewConsent];
      await change(storage, async (config) => {
        await config.users.delete(user.userId);
        await config.clients.delete(client.clientId);
        const found = await config.resourceServers.findByIdentifier(api.audience ?? '');
        await config.resourceServers.delete(found?.id ?? '');
        await config.organizations.delete(organization.organizationId ?? '');
      });
      for (const { userId, clientId } of consents) {
        expect(await storage.consents.find(userId, clientId)).toEqual([]);
      }
    });
  });
}
