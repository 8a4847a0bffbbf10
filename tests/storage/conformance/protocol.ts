// Logins under way and the tokens that came of them. What was read before may come from memory, so every change is looked at
// after a reading.

import type { Artifact, Authorization, NewArtifact } from '../../../src/domain/authorization.js';
import { MissingReference, type Storage } from '../../../src/storage/storage.js';
import {
  aClient,
  aResourceServer,
  aUser,
  change,
  givenUserConnection,
  type Opened,
  times,
  unique,
} from '../fixtures.js';

const KIND = 'RefreshToken';
const NOW = new Date('2026-05-01T12:00:00.000Z');
const LATER = new Date('2026-05-01T13:00:00.000Z');
const END = new Date('2027-01-01T00:00:00.000Z');

interface Scene {
  readonly userId: string;
  readonly clientId: string;
  readonly audience: string;
}

async function givenScene(storage: Storage): Promise<Scene> {
  const scene = {
    userId: `auth0|${unique('user')}`,
    clientId: unique('client'),
    audience: unique('urn:api'),
  };
  await change(storage, async (config) => {
    await config.resourceServers.create(aResourceServer({ identifier: scene.audience }));
    await config.clients.create(aClient({ clientId: scene.clientId }), []);
    await config.users.create(aUser({ userId: scene.userId }));
  });
  return scene;
}

const anAuthorization = (scene: Scene, changes: Partial<Authorization> = {}): Authorization => ({
  ...scene,
  id: unique('authorization'),
  organizationId: null,
  grantType: 'authorization_code',
  grantedScopes: ['read'],
  authorizationDetails: null,
  needsConsent: false,
  actionChanges: null,
  authenticatedAt: NOW,
  hasSecondFactor: false,
  createdAt: NOW,
  expiresAt: END,
  ...changes,
});

const anArtifact = (changes: Partial<NewArtifact> = {}): NewArtifact => ({
  payload: { scope: 'access' },
  authorizationId: null,
  otherName: null,
  leewaySeconds: 0,
  idleSeconds: null,
  expiresAt: END,
  ...changes,
});

export function protocolConformance(opened: Opened): void {
  describe('artifacts', () => {
    let storage: Storage;
    beforeAll(() => {
      storage = opened();
    });

    async function givenArtifact(changes: Partial<NewArtifact> = {}): Promise<string> {
      const name = unique('artifact');
      await storage.artifacts.put(KIND, name, anArtifact(changes), NOW);
      expect(await storage.artifacts.find(KIND, name)).not.toBeNull();
      return name;
    }

    test('one is found as it was put, and not under another kind or name', async () => {
      const otherName = unique('other');
      const name = await givenArtifact({ otherName, leewaySeconds: 3, idleSeconds: 60 });
      const expected: Artifact = {
        payload: { scope: 'access' },
        authorizationId: null,
        leewaySeconds: 3,
        idleSeconds: 60,
        expiresAt: END,
        usedAt: NOW,
        consumedAt: null,
      };
      expect(await storage.artifacts.find(KIND, name)).toEqual(expected);
      expect(await storage.artifacts.findByOtherName(KIND, otherName)).toEqual(expected);
      expect(await storage.artifacts.find('Session', name)).toBeNull();
      expect(await storage.artifacts.find(KIND, otherName)).toBeNull();
    });

    test.each<[string, (name: string) => Promise<unknown>, Partial<Artifact> | null]>([
      [
        'put again',
        (name) => storage.artifacts.put(KIND, name, anArtifact({ payload: { a: 1 } }), NOW),
        { payload: { a: 1 } },
      ],
      ['consumed', (name) => storage.artifacts.consume(KIND, name, LATER), { consumedAt: LATER }],
      ['touched', (name) => storage.artifacts.touch(KIND, name, LATER), { usedAt: LATER }],
      ['deleted', (name) => storage.artifacts.delete(KIND, name), null],
    ])('one that was %s is that at the next reading', async (_name, make, expected) => {
      const name = await givenArtifact();
      await make(name);
      const after = await storage.artifacts.find(KIND, name);
      if (expected === null) expect(after).toBeNull();
      else expect(after).toMatchObject(expected);
    });

    test('one that is not there yet is found as soon as it is', async () => {
      const name = unique('artifact');
      expect(await storage.artifacts.find(KIND, name)).toBeNull();
      expect(await storage.artifacts.putNew(KIND, name, anArtifact(), NOW)).toBe(true);
      expect(await storage.artifacts.find(KIND, name)).not.toBeNull();
      expect(await storage.artifacts.putNew(KIND, name, anArtifact(), NOW)).toBe(false);
    });

    test('of many who consume one at once, one is first', async () => {
      const name = await givenArtifact();
      const answers = await Promise.all(times(10, () => storage.artifacts.consume(KIND, name, LATER)));
      expect(answers.filter(Boolean)).toHaveLength(1);
    });

    test('many that are touched at once are all touched, each for the latest time', async () => {
      const names = await Promise.all(times(5, () => givenArtifact()));
      await Promise.all([
        ...names.map((name) => storage.artifacts.touch(KIND, name, LATER)),
        storage.artifacts.touch(KIND, names[0] ?? '', NOW),
      ]);
      const usedAt = names.map(async (name) => (await storage.artifacts.find(KIND, name))?.usedAt);
      expect(await Promise.all(usedAt)).toEqual(names.map(() => LATER));
    });

    test('readings while one is deleted leave nothing behind', async () => {
      const name = await givenArtifact();
      const read = (): Promise<unknown> => storage.artifacts.find(KIND, name);
      await Promise.all([read(), storage.artifacts.delete(KIND, name), read(), read()]);
      expect(await read()).toBeNull();
    });
  });

  describe('artifacts and authorizations', () => {
    let storage: Storage;
    let scene: Scene;
    beforeAll(async () => {
      storage = opened();
      await givenUserConnection(storage);
    });
    beforeEach(async () => {
      scene = await givenScene(storage);
    });

    async function givenToken(changes: Partial<Authorization> = {}): Promise<{ id: string; name: string }> {
      const authorization = anAuthorization(scene, changes);
      await storage.authorizations.create(authorization);
      const name = unique('token');
      await storage.artifacts.put(KIND, name, anArtifact({ authorizationId: authorization.id }), NOW);
      const { id } = authorization;
      expect(await storage.authorizations.find(id)).toEqual(authorization);
      expect(await isThere({ id, name })).toEqual([true, true]);
      return { id, name };
    }

    test('an authorization remembers whether a second factor was shown', async () => {
      for (const hasSecondFactor of [true, false]) {
        const { id } = await givenToken({ hasSecondFactor });
        expect(await storage.authorizations.find(id)).toMatchObject({ hasSecondFactor });
      }
    });

    const isThere = async ({ id, name }: { id: string; name: string }): Promise<boolean[]> => {
      const artifact = await storage.artifacts.find(KIND, name);
      return [artifact !== null, (await storage.authorizations.find(id)) !== null];
    };

    test('a token is found with its authorization, and as both are by then', async () => {
      const { id, name } = await givenToken();
      const find = () => storage.artifacts.findWithAuthorization(KIND, name);
      const artifact = { authorizationId: id, payload: { scope: 'access' }, expiresAt: END };
      const authorization = { id, ...scene, grantedScopes: ['read'], expiresAt: END };
      expect(await find()).toMatchObject({ artifact: { ...artifact, usedAt: NOW }, authorization });
      await storage.artifacts.touch(KIND, name, LATER);
      expect(await find()).toMatchObject({ artifact: { ...artifact, usedAt: LATER }, authorization });
      await storage.artifacts.consume(KIND, name, LATER);
      expect(await find()).toMatchObject({ artifact: { consumedAt: LATER }, authorization });
      await storage.authorizations.delete(id);
      expect(await find()).toBeNull();
    });

    test('what belongs to nothing is found without an authorization', async () => {
      const name = unique('artifact');
      await storage.artifacts.put(KIND, name, anArtifact(), NOW);
      expect(await storage.artifacts.findWithAuthorization(KIND, name)).toMatchObject({
        artifact: { authorizationId: null },
        authorization: null,
      });
      expect(await storage.artifacts.findWithAuthorization('Session', name)).toBeNull();
    });

    test.each<[string, (id: string) => Promise<unknown>]>([
      ['its authorization', (id) => storage.authorizations.delete(id)],
      ['its user', () => change(storage, ({ users }) => users.delete(scene.userId))],
      ['its client', () => change(storage, ({ clients }) => clients.delete(scene.clientId))],
      [
        'its API',
        () =>
          change(storage, async ({ resourceServers }) =>
            resourceServers.delete((await resourceServers.find(scene.audience))?.id ?? ''),
          ),
      ],
    ])('a token ends with %s', async (_name, make) => {
      const token = await givenToken();
      await make(token.id);
      expect(await isThere(token)).toEqual([false, false]);
    });

    test.each<[string, (consentId: string) => Promise<unknown>]>([
      ['is deleted', (consentId) => storage.consents.delete(consentId, null)],
      ['is deleted with all of the user', () => storage.consents.deleteOfUser(scene.userId, null)],
    ])('a token ends when the consent that it stands on %s', async (_name, make) => {
      const { id } = await storage.consents.remember({ ...scene, organizationId: null, scopes: ['read'] });
      const [ended, other] = [await givenToken({ needsConsent: true }), await givenToken()];
      await make(id);
      expect(await isThere(ended)).toEqual([false, false]);
      expect(await isThere(other)).toEqual([true, true]);
    });

    test('facts about a user have what was consented to a moment ago', async () => {
      const { userId, clientId, audience } = scene;
      const consentsOf = async () =>
        (await storage.userTokenFacts({ userId, clientId, audience, organization: null }))?.access.user
          ?.consents;
      expect(await consentsOf()).toEqual([]);
      const { id } = await storage.consents.remember({ ...scene, organizationId: null, scopes: ['read'] });
      expect(await consentsOf()).toMatchObject([{ scopes: ['read'] }]);
      await storage.consents.remember({ ...scene, organizationId: null, scopes: ['write'] });
      expect(await consentsOf()).toMatchObject([{ scopes: ['read', 'write'] }]);
      await storage.consents.delete(id, null);
      expect(await consentsOf()).toEqual([]);
      await storage.consents.remember({ ...scene, organizationId: null, scopes: ['read'] });
      expect(await consentsOf()).toHaveLength(1);
      await storage.consents.deleteOfUser(userId, null);
      expect(await consentsOf()).toEqual([]);
    });

    test('facts about a user are those of the newest configuration', async () => {
      const { userId, clientId, audience } = scene;
      const isBlocked = async () =>
        (await storage.userTokenFacts({ userId, clientId, audience, organization: null }))?.access.user
          ?.isBlocked;
      expect(await isBlocked()).toBe(false);
      await change(storage, ({ users }) => users.update(userId, { blocked: true }, LATER));
      expect(await isBlocked()).toBe(true);
    });

    test('nothing can belong to an authorization that is not there, nor that to a user', async () => {
      const artifact = anArtifact({ authorizationId: unique('nobody') });
      await expect(storage.artifacts.put(KIND, unique('name'), artifact, NOW)).rejects.toThrow(
        MissingReference,
      );
      const nobodys = anAuthorization({ ...scene, userId: 'auth0|nobody' });
      await expect(storage.authorizations.create(nobodys)).rejects.toThrow(MissingReference);
    });

    test('of more than so many tokens of a user and client the oldest go, but for those that were used', async () => {
      const tokens: { id: string; name: string }[] = [];
      for (let made = 0; made < 5; made += 1) tokens.push(await givenToken());
      await storage.artifacts.consume(KIND, tokens[0]?.name ?? '', LATER);
      expect(await storage.artifacts.trim(KIND, scene, 3)).toBe(1);
      const left = await Promise.all(tokens.map(({ name }) => storage.artifacts.find(KIND, name)));
      expect(left.map((artifact) => artifact !== null)).toEqual([true, false, true, true, true]);
      expect(await storage.artifacts.trim(KIND, scene, 3)).toBe(0);
    });
  });
}
