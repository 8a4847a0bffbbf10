// What the database holds about approvals, whatever the code does.

import { platformAskingLimit } from '../../../src/domain/approval.js';
import type { Storage } from '../../../src/storage/storage.js';
import type { Engine } from '../../support/engines.js';
import { aClient, aUser, change, givenUserConnection } from '../fixtures.js';
import { withRaw } from '../raw.js';

/** Of two approvals, one is approved and used up, and the other one pending. */
const broken = [
  [
    'a second answer',
    `UPDATE approvals SET status = 'denied', authenticated_at = NULL, approved_scopes = '{}', consumed_at = NULL
     WHERE id = 'used'`,
  ],
  [
    'other scopes than those that were approved',
    "UPDATE approvals SET approved_scopes = '{all}' WHERE id = 'used'",
  ],
  ['a second use', "UPDATE approvals SET consumed_at = NULL WHERE id = 'used'"],
  ['a use of what nobody has approved', "UPDATE approvals SET consumed_at = now() WHERE id = 'pending'"],
  ['an answer without its time', "UPDATE approvals SET status = 'denied' WHERE id = 'pending'"],
  [
    'an approval by nobody who has signed in',
    "UPDATE approvals SET status = 'approved', decided_at = now() WHERE id = 'pending'",
  ],
  ['scopes that nobody has approved', "UPDATE approvals SET approved_scopes = '{all}' WHERE id = 'pending'"],
  [
    'a request that ends before it began',
    "UPDATE approvals SET expires_at = created_at WHERE id = 'pending'",
  ],
] as const;

async function givenApprovals(storage: Storage): Promise<void> {
  await givenUserConnection(storage);
  const { userId, clientId } = await change(storage, async ({ users, clients }) => ({
    userId: (await users.create(aUser())).userId,
    clientId: (await clients.create(aClient(), [])).clientId,
  }));
  const createdAt = new Date();
  const expiresAt = new Date(createdAt.getTime() + 300_000);
  const asked = { bindingMessage: 'transfer', scopes: ['openid'], authorizationDetails: null };
  const about = { kind: 'ciba', userId, clientId, audience: null, organizationId: null, asked } as const;
  for (const id of ['used', 'pending']) {
    await storage.approvals.create(
      { ...about, id, createdAt, expiresAt },
      `secret of ${id}`,
      platformAskingLimit,
    );
  }
  const yes = {
    status: 'approved',
    scopes: ['openid'],
    authenticatedAt: createdAt,
    hasSecondFactor: false,
  } as const;
  await storage.approvals.decide('used', userId, yes, createdAt);
  await storage.approvals.consume({ secret: 'secret of used', clientId }, createdAt);
}

export function approvalRuleConformance(engine: Engine): void {
  describe('rules of the database about approvals', () => {
    const answers = new Map<string, unknown>();
    let rows: readonly object[];
    beforeAll(async () => {
      const database = await engine.create();
      const storage = await database.open();
      await givenApprovals(storage);
      await storage.close();
      await withRaw(database, async (query) => {
        for (const [, sql] of broken) answers.set(sql, await query(sql).catch((error: unknown) => error));
        rows = await query(
          'SELECT a::text AS text, encode(a.encrypted_asked, $1) AS asked FROM approvals a',
          ['escape'],
        );
      });
      await database.remove();
    });

    test.each(broken)('%s is refused', (_name, sql) => {
      expect(answers.get(sql)).toMatchObject({ code: '23514' });
    });

    test('neither the secret nor what is asked can be read in the table', () => {
      expect(rows).toHaveLength(2);
      expect(JSON.stringify(rows)).not.toMatch(/secret of|transfer|openid"/);
    });
  });
}
