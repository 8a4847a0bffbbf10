import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Prisma, type PrismaClient, type Approval as Row } from '../../generated/prisma/client.js';
import type { Approval, AskedApproval } from '../../domain/approval.js';
import type { ApprovalStore, Waiting } from '../approvals.js';
import { translated } from './errors.js';
import { jsonObject } from './json-columns.js';
import type { Logged } from './logins.js';
import type { Sealing } from './sealing.js';

/** Secrets have 256 bits: a plain digest tells nothing about them. */
const digestOf = (secret: string): string =>
  createHash('sha256').update(`approval:${secret}`).digest('base64url');

const placeOf = (id: string): string => `approvals/${id}/asked`;

const asked: z.ZodType<AskedApproval> = z.strictObject({
  bindingMessage: z.string(),
  scopes: z.array(z.string()),
  authorizationDetails: z.array(jsonObject.and(z.object({ type: z.string() }))).nullable(),
});

const kind = z.enum(['ciba', 'second_factor']);

const polled = z.array(z.object({ id: z.string(), too_soon: z.boolean(), seconds: z.number() }));

/** How long ago a request may be for it to count for the limit on them, at most. */
export const LONGEST_COUNTED_MS = 3_600_000;

const at = (date: Date): Prisma.Sql => Prisma.sql`${date.toISOString()}::timestamptz`;

export function approvalStore(db: PrismaClient, sealing: Sealing, logged: Logged): ApprovalStore {
  function toDomain(row: Row): Approval {
    const isApproved = row.status === 'approved';
    return {
      id: row.id,
      kind: kind.parse(row.kind),
      userId: row.userId,
      clientId: row.clientId,
      audience: row.audience,
      organizationId: row.organizationId,
      asked: asked.parse(JSON.parse(sealing.openText(row.encryptedAsked, placeOf(row.id)))),
      status: row.status,
      createdAt: row.createdAt,
      expiresAt: row.expiresAt,
      decidedAt: row.decidedAt,
      approvedScopes: isApproved ? row.approvedScopes : null,
      authenticatedAt: row.authenticatedAt,
      hasSecondFactor: row.hasSecondFactor,
    };
  }

  const find = async (where: Prisma.ApprovalWhereUniqueInput): Promise<Approval | null> => {
    const row = await db.approval.findUnique({ where });
    return row && toDomain(row);
  };

  return {
    async create(approval, secret, { requests, seconds }) {
      const { id, asked: content, ...columns } = approval;
      if (seconds * 1000 > LONGEST_COUNTED_MS) throw new RangeError('approvals are not kept for so long');
      const since = new Date(approval.createdAt.getTime() - seconds * 1000);
      try {
        return await logged(async (tx) => {
          // Two requests for one user wait for each other here, so that the second counts the first.
          await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`approvals of ${approval.userId}`}, 0))`;
          const count = await tx.approval.count({
            where: { userId: approval.userId, createdAt: { gt: since } },
          });
          if (count >= requests) return false;
          const encryptedAsked = sealing.seal(JSON.stringify(content), placeOf(id));
          const data = { id, ...columns, digest: digestOf(secret), encryptedAsked, approvedScopes: [] };
          await tx.approval.create({ data });
          return true;
        }, null);
      } catch (error) {
        throw translated(error);
      }
    },

    find: (id) => find({ id }),

    findBySecret: (secret) => find({ digest: digestOf(secret) }),

    async pendingOf(userId, ofKind, now, limit) {
      const rows = await db.approval.findMany({
        where: { userId, kind: ofKind, status: 'pending', expiresAt: { gt: now } },
        orderBy: { seq: 'desc' },
        take: limit,
      });
      return rows.map(toDomain);
    },

    async decide(id, userId, decision, now) {
      const answer =
        decision.status === 'approved'
          ? {
              approvedScopes: [...decision.scopes],
              authenticatedAt: decision.authenticatedAt,
              hasSecondFactor: decision.hasSecondFactor,
            }
          : {};
      const { count } = await db.approval.updateMany({
        where: { id, userId, status: 'pending', expiresAt: { gt: now } },
        data: { status: decision.status, decidedAt: now, ...answer },
      });
      return count === 1;
    },

    async poll({ secret, clientId }, { firstSeconds, stepSeconds, longestSeconds }, now) {
      // One row and its own values, so that polls at the same time each see the one before.
      const isTooSoon = Prisma.sql`coalesce(last_polled_at + make_interval(secs => poll_seconds) > ${at(now)}, false)`;
      const [found] = polled.parse(
        await db.$queryRaw`
          UPDATE approvals SET
            last_polled_at = ${at(now)},
            was_polled_too_soon = ${isTooSoon},
            poll_seconds = CASE
              WHEN ${isTooSoon} THEN least(poll_seconds + ${stepSeconds}::integer, ${longestSeconds}::integer)
              ELSE coalesce(poll_seconds, ${firstSeconds}::integer)
            END
          WHERE digest = ${digestOf(secret)} AND client_id = ${clientId} AND consumed_at IS NULL
          RETURNING id, was_polled_too_soon AS too_soon, poll_seconds AS seconds`,
      );
      const approval = found && (await find({ id: found.id }));
      if (!found || !approval) return null;
      return { ...approval, isTooSoon: found.too_soon, intervalSeconds: found.seconds };
    },

    async consume({ secret, clientId }: Waiting, now) {
      const { count } = await db.approval.updateMany({
        where: {
          digest: digestOf(secret),
          clientId,
          status: 'approved',
          consumedAt: null,
          expiresAt: { gt: now },
        },
        data: { consumedAt: now },
      });
      return count === 1;
    },
  };
}
