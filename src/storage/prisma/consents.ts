import { Prisma, type PrismaClient, type UserConsent as Row } from '../../generated/prisma/client.js';
import type { Consent } from '../../domain/consent.js';
import { newConsentId } from '../../domain/ids.js';
import type { NewLogEntry } from '../../domain/log-entry.js';
import type { ConsentFilter, ConsentStore } from '../consents.js';
import { translated } from './errors.js';
import type { Logged } from './logins.js';

type Db = Prisma.TransactionClient;

function toDomain({ seq, ...row }: Row): Consent {
  void seq;
  return row;
}

function where({ userId, clientId, audience }: ConsentFilter): Prisma.UserConsentWhereInput {
  return {
    ...(userId !== undefined && { userId }),
    ...(clientId !== undefined && { clientId }),
    ...(audience !== undefined && { audience }),
  };
}

/** Forgets consents, and with each the authorizations that stood on it; what hangs on these goes with them. */
async function forget(db: Db, which: Prisma.Sql): Promise<number> {
  const [row] = await db.$queryRaw<{ count: number }[]>`
    WITH forgotten AS (
      DELETE FROM user_consents WHERE ${which} RETURNING user_id, client_id, audience, organization_id
    ), ended AS (
      DELETE FROM authorizations AS a USING forgotten AS f
      WHERE a.needs_consent AND a.user_id = f.user_id AND a.client_id = f.client_id
        AND a.audience IS NOT DISTINCT FROM f.audience
        AND a.organization_id IS NOT DISTINCT FROM f.organization_id
    )
    SELECT count(*)::integer AS count FROM forgotten`;
  return row?.count ?? 0;
}

/** Who keeps in memory what changes with consents. */
export interface ConsentMemory {
  /** @param userId null: whose it was is not known. */
  forgetConsents(userId: string | null): void;
  forgetAuthorizations(): void;
}

export function consentStore(db: PrismaClient, logged: Logged, memory: ConsentMemory): ConsentStore {
  /** @param userId see `forgetConsents`. */
  async function forgotten(
    which: Prisma.Sql,
    userId: string | null,
    entry: NewLogEntry | null,
  ): Promise<number> {
    try {
      return await logged((tx) => forget(tx, which), entry);
    } finally {
      memory.forgetConsents(userId);
      memory.forgetAuthorizations();
    }
  }

  return {
    async find(userId, clientId) {
      const rows = await db.userConsent.findMany({ where: { userId, clientId }, orderBy: { seq: 'asc' } });
      return rows.map(toDomain);
    },

    async list(filter, { offset: skip, limit: take, countTotal }) {
      const matches = where(filter);
      const rows = await db.userConsent.findMany({ where: matches, orderBy: { seq: 'asc' }, skip, take });
      const total = countTotal ? await db.userConsent.count({ where: matches }) : null;
      return { items: rows.map(toDomain), total, next: null };
    },

    async remember({ userId, clientId, audience, organizationId, scopes }) {
      const given = [...new Set(scopes)];
      try {
        const [row] = await db.$queryRaw<{ id: string; scopes: string[] }[]>`
          INSERT INTO user_consents AS c (id, user_id, client_id, audience, organization_id, scopes)
          VALUES (${newConsentId()}, ${userId}, ${clientId}, ${audience}, ${organizationId}, ${given}::text[])
          ON CONFLICT (user_id, client_id, audience, organization_id) DO UPDATE SET scopes = c.scopes || ARRAY(
            SELECT scope FROM unnest(EXCLUDED.scopes) WITH ORDINALITY AS new (scope, place)
            WHERE scope <> ALL (c.scopes) ORDER BY place
          )
          RETURNING id, scopes`;
        if (row === undefined) throw new Error('a consent was neither made nor changed');
        return { id: row.id, userId, clientId, audience, organizationId, scopes: row.scopes };
      } catch (error) {
        throw translated(error);
      } finally {
        memory.forgetConsents(userId);
      }
    },

    async delete(id, entry) {
      return (await forgotten(Prisma.sql`id = ${id}`, null, entry)) > 0;
    },

    deleteOfUser(userId, entry) {
      return forgotten(Prisma.sql`user_id = ${userId}`, userId, entry);
    },
  };
}
