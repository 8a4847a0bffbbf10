// What users are asked to approve: asked within a limit, answered once, used once (token-issuance.md 4.13).

import {
  type Approval,
  type AskingLimit,
  type NewApproval,
  platformAskingLimit,
  platformPollingPace,
} from '../../../src/domain/approval.js';
import { MissingReference, type Storage } from '../../../src/storage/storage.js';
import {
  aClient,
  anOrganization,
  aResourceServer,
  aUser,
  change,
  givenUserConnection,
  type Opened,
  times,
  unique,
  versionOf,
} from '../fixtures.js';

const NOW = new Date('2026-07-10T12:00:00.000Z');
const after = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);
const NO_LIMIT: AskingLimit = { requests: 1000, seconds: 60 };
const yes = {
  status: 'approved',
  scopes: ['openid', 'read'],
  authenticatedAt: after(-90),
  hasSecondFactor: true,
} as const;
const no = { status: 'denied' } as const;

export function approvalConformance(opened: Opened): void {
  describe('approvals', () => {
    let storage: Storage;
    beforeAll(async () => {
      storage = opened();
      await givenUserConnection(storage);
    });

    /** One that nobody has been asked yet: user, client, API and organization are new. */
    const unasked = (): Promise<NewApproval & { audience: string; organizationId: string }> =>
      change(storage, async ({ users, clients, resourceServers, organizations }) => ({
        id: unique('cns'),
        kind: 'ciba',
        userId: (await users.create(aUser())).userId,
        clientId: (await clients.create(aClient(), [])).clientId,
        audience: (await resourceServers.create(aResourceServer())).identifier,
        organizationId: (await organizations.create(anOrganization())).id,
        asked: {
          bindingMessage: 'Order 7',
          scopes: ['openid', 'read', 'write'],
          authorizationDetails: [{ type: 'payment', amount: 5 }],
        },
        createdAt: NOW,
        expiresAt: after(300),
      }));

    /** One that waits for its user, and how its client asks for it. */
    async function asked(changes: Partial<NewApproval> = {}) {
      const approval = { ...(await unasked()), ...changes };
      const secret = unique('secret');
      expect(await storage.approvals.create(approval, secret, NO_LIMIT)).toBe(true);
      return { approval, waiting: { secret, clientId: approval.clientId } };
    }

    const pending = (approval: NewApproval): Approval => ({
      ...approval,
      status: 'pending',
      decidedAt: null,
      approvedScopes: null,
      authenticatedAt: null,
      hasSecondFactor: false,
    });
    const poll = (waiting: { secret: string; clientId: string }, seconds: number) =>
      storage.approvals.poll(waiting, platformPollingPace, after(seconds));

    test('one comes back as it was given, by its id and by its secret, and no other', async () => {
      const { approval, waiting } = await asked();
      expect(await storage.approvals.find(approval.id)).toEqual(pending(approval));
      expect(await storage.approvals.findBySecret(waiting.secret)).toEqual(pending(approval));
      expect(await storage.approvals.find(waiting.secret)).toBeNull();
      expect(await storage.approvals.findBySecret(approval.id)).toBeNull();
    });

    test('one without API, organization and details is one, too', async () => {
      const nothing = { bindingMessage: 'm', scopes: ['openid'], authorizationDetails: null };
      const { approval } = await asked({ audience: null, organizationId: null, asked: nothing });
      expect(await storage.approvals.find(approval.id)).toEqual(pending(approval));
    });

    test.each(['userId', 'clientId', 'audience', 'organizationId'] as const)(
      'one with a %s that does not exist is refused',
      async (member) => {
        const approval = { ...(await unasked()), [member]: 'nosuch' };
        await expect(storage.approvals.create(approval, unique('secret'), NO_LIMIT)).rejects.toThrow(
          MissingReference,
        );
      },
    );

    test('what waits is listed for its user, newest first, and not when it is answered or over', async () => {
      const { approval: first } = await asked();
      const { userId } = first;
      const { approval: second } = await asked({ userId });
      const { approval: answered } = await asked({ userId });
      await asked({ userId, expiresAt: after(10) });
      await asked();
      await storage.approvals.decide(answered.id, userId, no, NOW);
      const ids = async (limit: number) =>
        (await storage.approvals.pendingOf(userId, 'ciba', after(10), limit)).map(({ id }) => id);
      expect(await ids(10)).toEqual([second.id, first.id]);
      expect(await ids(1)).toEqual([second.id]);
    });

    test('an answer is kept with what was approved', async () => {
      const { approval } = await asked();
      expect(await storage.approvals.decide(approval.id, approval.userId, yes, after(20))).toBe(true);
      expect(await storage.approvals.find(approval.id)).toEqual({
        ...approval,
        status: 'approved',
        decidedAt: after(20),
        approvedScopes: yes.scopes,
        authenticatedAt: yes.authenticatedAt,
        hasSecondFactor: true,
      });
    });

    test('nobody answers for another user, a second time, or too late', async () => {
      const { approval } = await asked();
      const decide = (userId: string, answer: typeof yes | typeof no, at = NOW) =>
        storage.approvals.decide(approval.id, userId, answer, at);
      const { userId } = (await asked()).approval;
      expect(await decide(userId, yes)).toBe(false);
      expect(await decide(approval.userId, yes, after(300))).toBe(false);
      expect(await storage.approvals.find(approval.id)).toEqual(pending(approval));
      expect(await decide(approval.userId, no)).toBe(true);
      expect(await decide(approval.userId, yes)).toBe(false);
      expect((await storage.approvals.find(approval.id))?.status).toBe('denied');
    });

    test('of thirty answers at once one counts', async () => {
      const { approval } = await asked();
      const given = await Promise.all(
        times(30, async (n) => {
          const answer = n % 2 === 0 ? yes : no;
          const counts = await storage.approvals.decide(approval.id, approval.userId, answer, NOW);
          return counts ? answer.status : null;
        }),
      );
      const counted = given.filter((status) => status !== null);
      expect(counted).toHaveLength(1);
      expect((await storage.approvals.find(approval.id))?.status).toBe(counted[0]);
    });

    test('only what is approved can be used: once, by its client, in time', async () => {
      const { approval, waiting } = await asked();
      const use = (by: Partial<typeof waiting> = {}, at = NOW) =>
        storage.approvals.consume({ ...waiting, ...by }, at);
      expect(await use()).toBe(false);
      await storage.approvals.decide(approval.id, approval.userId, yes, NOW);
      expect(await use({ clientId: (await asked()).approval.clientId })).toBe(false);
      expect(await use({ secret: 'another' })).toBe(false);
      expect(await use({}, after(300))).toBe(false);
      expect(await use()).toBe(true);
      expect(await use()).toBe(false);
      expect(await poll(waiting, 1)).toBeNull();
    });

    test('what was denied cannot be used', async () => {
      const { approval, waiting } = await asked();
      await storage.approvals.decide(approval.id, approval.userId, no, NOW);
      expect(await storage.approvals.consume(waiting, NOW)).toBe(false);
    });

    test('of thirty uses at once one succeeds', async () => {
      const { approval, waiting } = await asked();
      await storage.approvals.decide(approval.id, approval.userId, yes, NOW);
      const uses = await Promise.all(times(30, () => storage.approvals.consume(waiting, NOW)));
      expect(uses.filter(Boolean)).toHaveLength(1);
    });

    test('of thirty requests at once for one user as many as may be are made', async () => {
      const approval = await unasked();
      const made = await Promise.all(
        times(30, () =>
          storage.approvals.create({ ...approval, id: unique('cns') }, unique('secret'), platformAskingLimit),
        ),
      );
      expect(made.filter(Boolean)).toHaveLength(5);
      const next = (seconds: number) => ({ ...approval, id: unique('cns'), createdAt: after(seconds) });
      const create = (seconds: number) =>
        storage.approvals.create(next(seconds), unique('secret'), platformAskingLimit);
      expect(await create(59)).toBe(false);
      expect(await create(60)).toBe(true);
      // Another user is not kept waiting.
      expect(await storage.approvals.create(await unasked(), unique('secret'), platformAskingLimit)).toBe(
        true,
      );
    });

    test('polls before their time are told, and wait longer each time', async () => {
      const { waiting } = await asked();
      const told = async (seconds: number) => {
        const polled = await poll(waiting, seconds);
        return polled && [polled.isTooSoon, polled.intervalSeconds];
      };
      expect(await told(0)).toEqual([false, 5]);
      expect(await told(5)).toEqual([false, 5]);
      expect(await told(9)).toEqual([true, 10]);
      expect(await told(18)).toEqual([true, 15]);
      expect(await told(33)).toEqual([false, 15]);
      for (let n = 0; n < 20; n += 1) await told(34);
      expect(await told(34)).toEqual([true, 60]);
    });

    test('of thirty polls at once all but the first are too soon', async () => {
      const { waiting } = await asked();
      const polled = await Promise.all(times(30, () => poll(waiting, 0)));
      expect(polled.filter((one) => one?.isTooSoon === false)).toHaveLength(1);
    });

    test('a client is told nothing of what another one waits for, and does not slow it down', async () => {
      const { waiting } = await asked();
      const other = { ...waiting, clientId: (await asked()).approval.clientId };
      expect(await poll(other, 0)).toBeNull();
      expect(await poll(waiting, 0)).toMatchObject({ isTooSoon: false });
    });

    test.each([
      ['user', async (of: NewApproval) => change(storage, ({ users }) => users.delete(of.userId))],
      ['client', async (of: NewApproval) => change(storage, ({ clients }) => clients.delete(of.clientId))],
      [
        'API',
        async (of: NewApproval) =>
          change(storage, async ({ resourceServers }) => {
            const api = await resourceServers.findByIdentifier(of.audience ?? '');
            return resourceServers.delete(api?.id ?? '');
          }),
      ],
      [
        'organization',
        async (of: NewApproval) =>
          change(storage, ({ organizations }) => organizations.delete(of.organizationId ?? '')),
      ],
    ])('it goes with its %s', async (_name, remove) => {
      const { approval } = await asked();
      await remove(approval);
      expect(await storage.approvals.find(approval.id)).toBeNull();
    });

    test('pruning takes what has expired, but for what still counts for the limit', async () => {
      const long = { createdAt: after(-90_000), expiresAt: after(-80_000) };
      const { approval: old } = await asked(long);
      const { approval: waits } = await asked({ createdAt: long.createdAt, expiresAt: after(300) });
      const { approval: recent } = await asked({ createdAt: after(-20), expiresAt: after(-10) });
      await storage.prune({ logs: new Date(0), now: NOW });
      const left = await Promise.all([old, waits, recent].map(({ id }) => storage.approvals.find(id)));
      expect(left.map((each) => each !== null)).toEqual([false, true, true]);
    });

    test('none of it is a change of the configuration', async () => {
      const { approval } = await asked();
      const before = await versionOf(storage, approval.clientId);
      await storage.approvals.decide(approval.id, approval.userId, yes, NOW);
      expect(await versionOf(storage, approval.clientId)).toBe(before);
    });
  });
}
