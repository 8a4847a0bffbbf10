// What processes write at the same time must not wait in a ring: the database ends a ring by failing one of those in it.

import type { NewArtifact } from '../../../src/domain/authorization.js';
import type { Storage } from '../../../src/storage/storage.js';
import type { Engine } from '../../support/engines.js';
import {
  aClient,
  aResourceServer,
  aUser,
  change,
  givenUserConnection,
  type OpenDatabase,
  openFresh,
  outcomes,
  times,
  unique,
} from '../fixtures.js';
import { type Query, withRaw } from '../raw.js';

const KIND = 'RefreshToken';
const NOW = new Date('2026-05-01T12:00:00.000Z');
const LATER = new Date('2026-05-01T13:00:00.000Z');
const END = new Date('2027-01-01T00:00:00.000Z');
const LONG_AGO = new Date('2020-01-01T00:00:00.000Z');

const clientId = 'client';
const audience = 'https://orders.example.com/';

const anArtifact = (authorizationId: string): NewArtifact => ({
  payload: {},
  authorizationId,
  otherName: null,
  leewaySeconds: 0,
  idleSeconds: 60,
  expiresAt: END,
});

/** For engines on which several processes can work at once; each storage stands for one. */
export function ringConformance(engine: Engine): void {
  describe('nobody waits in a ring', () => {
    let open: OpenDatabase;
    let here: Storage;
    let there: Storage;
    beforeAll(async () => {
      open = await openFresh(engine);
      here = open.storage;
      there = await open.database.open();
      await givenUserConnection(here);
      await change(here, async ({ clients, resourceServers }) => {
        await clients.create(aClient({ clientId }), []);
        await resourceServers.create(aResourceServer({ identifier: audience }));
      });
    });
    afterAll(async () => {
      await there.close();
      await open.close();
    });

    /** A user with an authorization that stands on a consent, for each of some APIs, and a token of each. */
    async function givenUser(apis: readonly string[]): Promise<{ userId: string; tokens: string[] }> {
      const userId = `auth0|${unique('user')}`;
      await change(here, ({ users }) => users.create(aUser({ userId })));
      const tokens = [];
      for (const api of apis) {
        const scopes = ['read'];
        await here.consents.remember({ userId, clientId, audience: api, organizationId: null, scopes });
        const id = unique('authorization');
        await here.authorizations.create({
          id,
          userId,
          clientId,
          audience: api,
          organizationId: null,
          grantType: 'authorization_code',
          grantedScopes: scopes,
          authorizationDetails: null,
          needsConsent: true,
          actionChanges: null,
          hasSecondFactor: false,
          authenticatedAt: NOW,
          createdAt: NOW,
          expiresAt: END,
        });
        const token = unique('token');
        await here.artifacts.put(KIND, token, anArtifact(id), NOW);
        tokens.push(token);
      }
      return { userId, tokens };
    }

    const givenTokens = () => givenUser([audience, audience]);
    type Given = Awaited<ReturnType<typeof givenTokens>>;

    /** Until so many statements on this database wait for a lock, or `done` is settled. */
    async function untilItWaits(query: Query, done: Promise<unknown>): Promise<void> {
      let isDone = false;
      void done.finally(() => (isDone = true));
      for (;;) {
        const [row] = await query<{ waiting: number }>(
          `SELECT count(*)::integer AS waiting FROM pg_stat_activity
           WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        if (isDone || (row?.waiting ?? 0) > 0) return;
      }
    }

    const touchBoth = ({ tokens }: Given) =>
      Promise.all(tokens.map((token) => here.artifacts.touch(KIND, token, LATER)));
    const trimBoth = ({ userId }: Given) => here.artifacts.trim(KIND, { userId, clientId }, 0);
    const pruneBoth = () => here.prune({ logs: LONG_AGO, now: END });

    describe.each<[string, (given: Given) => Promise<unknown>]>([
      ['uses are written down', touchBoth],
      ['more tokens than there may be are deleted', trimBoth],
      ['what has expired is deleted', pruneBoth],
    ])('while %s', (_name, write) => {
      test.each([
        ['the first and then the second', [0, 1]],
        ['the second and then the first', [1, 0]],
      ])('somebody takes %s of two tokens', async (_order, places) => {
        const given = await givenTokens();
        await withRaw(open.database, async (query) => {
          const rows = await query<{ digest: string }>(
            `UPDATE protocol_artifacts SET expires_at = $2 WHERE authorization_id IN
               (SELECT id FROM authorizations WHERE user_id = $1) RETURNING digest`,
            [given.userId, new Date(END.getTime() - 1)],
          );
          const take = (place: number | undefined) =>
            query('SELECT FROM protocol_artifacts WHERE digest = $1 FOR UPDATE', [rows[place ?? 0]?.digest]);
          await query('BEGIN');
          await take(places[0]);
          const writing = outcomes([write(given)]);
          await untilItWaits(query, writing);
          await take(places[1]);
          await query('COMMIT');
          expect(await writing).toEqual({ succeeded: 1, failures: [] });
        });
      });
    });

    test('uses that somebody else holds back are written down all the same', async () => {
      const given = await givenTokens();
      await withRaw(open.database, async (query) => {
        await query('BEGIN');
        await query('SELECT FROM protocol_artifacts FOR UPDATE');
        const touching = touchBoth(given);
        await untilItWaits(query, touching);
        await query('COMMIT');
        await touching;
      });
      const found = await Promise.all(given.tokens.map((token) => here.artifacts.find(KIND, token)));
      expect(found.map((artifact) => artifact?.usedAt)).toEqual([LATER, LATER]);
    });

    test('a user is deleted while tokens are used, trimmed and revoked and consents are taken back', async () => {
      const apis = times(5, () => unique('urn:api'));
      await change(here, async ({ resourceServers }) => {
        for (const identifier of apis) await resourceServers.create(aResourceServer({ identifier }));
      });
      for (let round = 0; round < 20; round += 1) {
        const { userId, tokens } = await givenUser(apis);
        const both = [here, there];
        const writes = [
          ...both.flatMap((storage) => tokens.map((token) => storage.artifacts.touch(KIND, token, LATER))),
          ...both.map((storage) => storage.artifacts.trim(KIND, { userId, clientId }, 2)),
          here.consents.deleteOfUser(userId, null),
          change(there, ({ users }) => users.delete(userId)),
          there.consents.deleteOfUser(userId, null),
          there.prune({ logs: LONG_AGO, now: LATER }),
        ];
        expect(await outcomes(writes)).toEqual({ succeeded: writes.length, failures: [] });
      }
    });
  });
}
