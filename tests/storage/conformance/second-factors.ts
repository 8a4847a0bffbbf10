// What users show beside a password (RFC 6238; auth0/docs-v2, secure/multi-factor-authentication), and when they are asked.

import {
  type Authenticator,
  isSecondFactor,
  type NewAuthenticator,
  type SecondFactorSettings,
} from '../../../src/domain/second-factor.js';
import { MissingReference, type Storage } from '../../../src/storage/storage.js';
import {
  aClient,
  aLogEntry,
  aUser,
  change,
  givenUserConnection,
  type Opened,
  times,
  unique,
  versionOf,
} from '../fixtures.js';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const LATER = new Date('2026-03-01T12:01:00.000Z');
const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
type Common = Pick<NewAuthenticator, 'name' | 'confirmedAt' | 'createdAt'>;
const unconfirmed: Common = { name: null, confirmedAt: null, createdAt: NOW };
const confirmed: Common = { ...unconfirmed, confirmedAt: NOW };
const aCode = (): string => unique('CODE');

type Kind = NewAuthenticator['kind'];
const kinds: readonly Kind[] = ['totp', 'push', 'recovery-code'];

export function secondFactorConformance(opened: Opened): void {
  describe('second factors', () => {
    let storage: Storage;
    let userId: string;
    beforeAll(async () => {
      storage = opened();
      await givenUserConnection(storage);
    });
    beforeEach(async () => {
      ({ userId } = await change(storage, ({ users }) => users.create(aUser())));
    });

    const create = (authenticator: NewAuthenticator): Promise<Authenticator> =>
      change(storage, ({ authenticators }) => authenticators.create(authenticator));
    const anApp = (given: Partial<Common> = {}, secret = SECRET) =>
      create({ userId, kind: 'totp', secret, ...confirmed, ...given });
    const aBrowser = () => create({ userId, kind: 'push', ...unconfirmed });
    const aRecoveryCode = (code: string) => create({ userId, kind: 'recovery-code', code, ...confirmed });
    const ofKind = (kind: Kind, given: Partial<Common> = {}) => {
      const common = { userId, ...unconfirmed, ...given };
      if (kind === 'totp') return create({ ...common, kind, secret: SECRET });
      return create(kind === 'push' ? { ...common, kind } : { ...common, kind, code: aCode() });
    };
    const listed = () => storage.config.authenticators.listOf(userId);
    const confirm = (id: string, now = NOW) =>
      change(storage, ({ authenticators }) => authenticators.confirm(id, now));
    const pair = (id: string, deviceKey: string, before: string | null = null) =>
      change(storage, ({ authenticators }) => authenticators.pair(id, deviceKey, before, LATER));
    const takeCode = (code: string, of = userId) =>
      change(storage, ({ authenticators }) => authenticators.takeRecoveryCode(of, code));
    const remove = (id: string, of = userId) =>
      change(storage, ({ authenticators }) => authenticators.delete(of, id));

    describe('authenticators', () => {
      test.each(kinds)(
        'one of kind %s comes back as it was given, and without what proves it',
        async (kind) => {
          for (const given of [{}, { name: 'Ünïcode 😀', confirmedAt: LATER }]) {
            const made = await ofKind(kind, kind === 'push' ? { name: given.name ?? null } : given);
            expect(made).toEqual({
              id: expect.stringMatching(new RegExp(`^${kind}\\|dev_[A-Za-z0-9]{16}$`)),
              userId,
              kind,
              name: given.name ?? null,
              confirmedAt: (kind !== 'push' && given.confirmedAt) || null,
              createdAt: NOW,
              lastUsedAt: null,
            });
            expect(await storage.config.authenticators.find(userId, made.id)).toEqual(made);
          }
        },
      );

      test('those of a user are listed oldest first, and no others', async () => {
        const made = [await anApp(), await aBrowser(), await aRecoveryCode(aCode()), await anApp()];
        const other = await change(storage, ({ users }) => users.create(aUser()));
        await create({ userId: other.userId, kind: 'totp', secret: SECRET, ...confirmed });
        expect(await listed()).toEqual(made);
        expect(await storage.config.authenticators.listOf('auth0|none')).toEqual([]);
      });

      test('one of somebody else is not found, nor deleted', async () => {
        const { id } = await anApp();
        const other = (await change(storage, ({ users }) => users.create(aUser()))).userId;
        expect(await storage.config.authenticators.find(other, id)).toBeNull();
        expect(await remove(id, other)).toBe(false);
        expect(await listed()).toHaveLength(1);
      });

      test('one is found by its id alone, whoever has it', async () => {
        const made = await anApp();
        expect(await storage.config.authenticators.findById(made.id)).toEqual(made);
        expect(await storage.config.authenticators.findById('totp|dev_none')).toBeNull();
      });

      test.each(kinds)('one of kind %s for a user that does not exist is refused', async (kind) => {
        userId = 'auth0|none';
        await expect(ofKind(kind)).rejects.toBeInstanceOf(MissingReference);
      });

      test('the key of an app comes back, and others have none', async () => {
        const [app, browser] = [await anApp({}, 'GEZDGNBVGY3TQOJQ'), await aBrowser()];
        const secretOf = (id: string) => storage.config.authenticators.secretOf(id);
        expect(await secretOf(app.id)).toBe('GEZDGNBVGY3TQOJQ');
        expect(await secretOf(browser.id)).toBeNull();
        expect(await secretOf('totp|dev_none')).toBeNull();
      });

      test('a name is changed and taken away, of one only', async () => {
        const [first, second] = [await anApp(), await anApp()];
        const rename = (name: string | null) =>
          change(storage, ({ authenticators }) => authenticators.rename(first.id, name));
        await rename('Phone');
        expect(await listed()).toEqual([{ ...first, name: 'Phone' }, second]);
        await rename(null);
        expect(await listed()).toEqual([first, second]);
      });

      test('an app is confirmed once, of ten times at once', async () => {
        const { id } = await anApp(unconfirmed);
        const all = await Promise.all(times(10, () => confirm(id)));
        expect(all.filter(Boolean)).toHaveLength(1);
        expect(await confirm(id, LATER)).toBe(false);
        expect(await listed()).toMatchObject([{ id, confirmedAt: NOW }]);
        expect(await confirm('totp|dev_none')).toBe(false);
      });

      test('a browser is confirmed only by what it will be known by, once', async () => {
        const [{ id }, keys] = [await aBrowser(), times(5, () => unique('device'))];
        expect(await confirm(id)).toBe(false);
        const all = await Promise.all(keys.map(async (key) => ((await pair(id, key)) ? key : null)));
        const taken = all.filter((key) => key !== null);
        expect(taken).toHaveLength(1);
        const found = await Promise.all(keys.map((key) => storage.config.authenticators.pairedAs(key)));
        expect(found.flat()).toEqual([expect.objectContaining({ id, userId, confirmedAt: LATER })]);
        expect(await storage.config.authenticators.pairedAs(taken[0] ?? '')).toMatchObject([{ id }]);
        expect(await pair((await anApp(unconfirmed)).id, unique('device'))).toBe(false);
      });

      test('a browser that is paired again is known by the new secret for all of its users', async () => {
        const [{ id: first }, { id: second }] = [await aBrowser(), await aBrowser()];
        const [before, after] = [unique('device'), unique('device')];
        expect(await pair(first, before)).toBe(true);
        expect(await pair(second, after, before)).toBe(true);
        const pairedAs = (key: string) => storage.config.authenticators.pairedAs(key);
        expect(await pairedAs(before)).toEqual([]);
        expect((await pairedAs(after)).map(({ id }) => id)).toEqual([first, second]);
        // What refuses changes nothing.
        expect(await pair(second, unique('device'), after)).toBe(false);
        expect(await pairedAs(after)).toHaveLength(2);
      });

      test('a new recovery code takes the place of the one before', async () => {
        const [first, second] = [aCode(), aCode()];
        await aRecoveryCode(first);
        const { id } = await aRecoveryCode(second);
        expect(await listed()).toMatchObject([{ id }]);
        expect(await takeCode(first)).toBe(false);
        expect(await takeCode(second)).toBe(true);
      });

      test('of ten new recovery codes at once, one stays', async () => {
        const codes = times(10, aCode);
        await Promise.all(codes.map(aRecoveryCode));
        expect(await listed()).toHaveLength(1);
        const all = await Promise.all(codes.map((code) => takeCode(code)));
        expect(all.filter(Boolean)).toHaveLength(1);
      });

      test('a recovery code is taken once, of ten times at once, and by nobody else', async () => {
        const code = aCode();
        await aRecoveryCode(code);
        const other = (await change(storage, ({ users }) => users.create(aUser()))).userId;
        expect([await takeCode(aCode()), await takeCode(code, other)]).toEqual([false, false]);
        const all = await Promise.all(times(10, () => takeCode(code)));
        expect(all.filter(Boolean)).toHaveLength(1);
        expect(await listed()).toEqual([]);
      });

      test('a recovery code is good once what it came with is', async () => {
        const [app, device] = [await anApp(unconfirmed), await aBrowser()];
        const code = aCode();
        await create({ userId, kind: 'recovery-code', code, ...unconfirmed });
        expect(await takeCode(code)).toBe(false);
        await confirm(app.id);
        expect((await listed()).map(({ confirmedAt }) => confirmedAt)).toEqual([NOW, null, NOW]);
        expect(await takeCode(code)).toBe(true);
        await create({ userId, kind: 'recovery-code', code, ...unconfirmed });
        await pair(device.id, unique('device'));
        expect(await takeCode(code)).toBe(true);
      });

      test('what is not confirmed is forgotten, and a recovery code where nothing else is left', async () => {
        const forget = () => change(storage, ({ authenticators }) => authenticators.forgetUnfinished(userId));
        const app = await anApp();
        await anApp(unconfirmed);
        const code = await aRecoveryCode(aCode());
        await aBrowser();
        await forget();
        expect((await listed()).map(({ id }) => id)).toEqual([app.id, code.id]);
        await remove(app.id);
        await aBrowser();
        await forget();
        expect(await listed()).toEqual([]);
      });

      test('one is deleted, and all are', async () => {
        const [first, second] = [await anApp(), await aBrowser()];
        await aRecoveryCode(aCode());
        expect([await remove(first.id), await remove(first.id)]).toEqual([true, false]);
        expect((await listed()).map(({ kind }) => kind)).toEqual(['push', 'recovery-code']);
        const removeAll = () => change(storage, ({ authenticators }) => authenticators.deleteAllOf(userId));
        expect([await removeAll(), await removeAll()]).toEqual([2, 0]);
        expect(await storage.config.authenticators.find(userId, second.id)).toBeNull();
      });

      test('a deleted user takes them along', async () => {
        const { id } = await anApp();
        await change(storage, ({ users }) => users.delete(userId));
        expect(await storage.config.authenticators.findById(id)).toBeNull();
        expect(await storage.config.authenticators.secretOf(id)).toBeNull();
      });

      test('only those that are confirmed and stand by themselves are second factors', async () => {
        const { id } = await aBrowser();
        await anApp(unconfirmed);
        await aRecoveryCode(aCode());
        expect((await listed()).some(isSecondFactor)).toBe(false);
        await pair(id, unique('device'));
        expect((await listed()).filter(isSecondFactor)).toMatchObject([{ id }]);
      });
    });

    describe('one-time passwords', () => {
      const useStep = (id: string, step: number, now = NOW) => storage.logins.useStep(id, step, now);

      test('one is used once, of twenty times at once, and none before it after it (RFC 6238 section 5.2)', async () => {
        const { id } = await anApp();
        const all = await Promise.all(times(20, () => useStep(id, 59_000_000)));
        expect(all.filter(Boolean)).toHaveLength(1);
        expect([await useStep(id, 58_999_999), await useStep(id, 59_000_000)]).toEqual([false, false]);
        expect(await useStep(id, 59_000_001, LATER)).toBe(true);
        expect(await listed()).toMatchObject([{ id, lastUsedAt: LATER }]);
      });

      test('another app of the user has steps of its own, and one that has gone has none', async () => {
        const [first, second] = [await anApp(), await anApp()];
        expect([await useStep(first.id, 7), await useStep(second.id, 7)]).toEqual([true, true]);
        await remove(first.id);
        expect(await useStep(first.id, 8)).toBe(false);
      });

      test('use is noted without a change of the configuration', async () => {
        const { clientId } = await change(storage, ({ clients }) => clients.create(aClient(), []));
        const { id } = await aBrowser();
        const version = await versionOf(storage, clientId);
        await storage.logins.usedAuthenticator(id, LATER);
        expect(await listed()).toMatchObject([{ id, lastUsedAt: LATER }]);
        expect(await versionOf(storage, clientId)).toBe(version);
      });
    });

    test('a change that is taken back leaves nothing', async () => {
      const changing = storage.write(async ({ authenticators }) => {
        await authenticators.create({ userId, kind: 'totp', secret: SECRET, ...confirmed });
        throw new Error('taken back');
      });
      await expect(changing).rejects.toThrow('taken back');
      expect(await listed()).toEqual([]);
    });

    test('a change and its entry in the log are written together', async () => {
      const reason = unique('enrolled');
      await storage.write(async ({ authenticators }) => ({
        result: await authenticators.create({ userId, kind: 'totp', secret: SECRET, ...confirmed }),
        entry: aLogEntry({ type: 'gd_enrollment_complete', reason }),
      }));
      const window = { kind: 'page', offset: 0, limit: 5, countTotal: false } as const;
      const { items } = await storage.listLogs({ reason }, window);
      expect(items).toMatchObject([{ type: 'gd_enrollment_complete' }]);
    });
  });
}

/** Of the one tenant, so nobody else may change them meanwhile. */
export function secondFactorSettingsConformance(opened: Opened): void {
  describe('settings of second factors', () => {
    const update = (changes: Partial<SecondFactorSettings>) =>
      change(opened(), ({ secondFactors }) => secondFactors.update(changes));

    test('nothing is switched on at first; an update changes what it names', async () => {
      const { secondFactors } = opened().config;
      expect(await secondFactors.get()).toEqual({ policies: [], factors: [] });
      const factors = ['otp', 'recovery-code', 'sms'];
      expect(await update({ factors })).toEqual({ policies: [], factors });
      expect(await update({ policies: ['all-applications'] })).toEqual({
        policies: ['all-applications'],
        factors,
      });
      expect(await update({})).toEqual({ policies: ['all-applications'], factors });
      expect(await secondFactors.get()).toEqual({ policies: ['all-applications'], factors });
      expect(await update({ policies: [], factors: [] })).toEqual({ policies: [], factors: [] });
    });

    test('they do not touch the settings of the tenant', async () => {
      await change(opened(), ({ tenantSettings }) => tenantSettings.update({ defaultAudience: 'urn:a' }));
      await update({ policies: ['confidence-score'] });
      expect((await opened().config.tenantSettings.get()).defaultAudience).toBe('urn:a');
      await change(opened(), ({ tenantSettings }) => tenantSettings.update({ defaultAudience: null }));
      expect((await opened().config.secondFactors.get()).policies).toEqual(['confidence-score']);
      await update({ policies: [] });
    });
  });
}
