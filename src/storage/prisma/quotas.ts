import type { Prisma, PrismaClient } from '../../generated/prisma/client.js';
import type { QuotaUse, SubjectQuota } from '../../domain/token-quota.js';

interface Bucket {
  readonly of: 'client' | 'organization';
  readonly subject: string;
  readonly period: 'per_hour' | 'per_day';
  readonly start: Date;
  readonly end: Date;
  readonly limit: number;
  readonly enforce: boolean;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The hours and days (UTC) that quotas limit, in an order that is the same for every request, so none wait in a ring. */
function bucketsOf(quotas: readonly SubjectQuota[], now: Date): Bucket[] {
  return quotas
    .flatMap(({ of, id, quota }) =>
      (
        [
          ['per_hour', quota.perHour, HOUR_MS],
          ['per_day', quota.perDay, DAY_MS],
        ] as const
      ).flatMap(([period, limit, lengthMs]) => {
        if (limit === null) return [];
        const start = Math.floor(now.getTime() / lengthMs) * lengthMs;
        const bounds = { start: new Date(start), end: new Date(start + lengthMs) };
        return [{ of, subject: `${of}:${id}`, period, limit, enforce: quota.enforce, ...bounds }];
      }),
    )
    .sort((a, b) => (a.subject + a.period < b.subject + b.period ? -1 : 1));
}

class Exceeded extends Error {}

/** See `Storage.takeFromQuotas`. Counting is one atomic statement for each bucket, so no two requests take the same token. */
export async function takeFromQuotas(
  prisma: PrismaClient,
  quotas: readonly SubjectQuota[],
  now: Date,
): Promise<readonly QuotaUse[]> {
  const buckets = bucketsOf(quotas, now);
  const uses: QuotaUse[] = [];
  try {
    await prisma.$transaction(async (tx) => {
      for (const bucket of buckets) {
        const count = await countOne(tx, bucket);
        const exceeded = count === null;
        uses.push({
          of: bucket.of,
          period: bucket.period,
          limit: bucket.limit,
          remaining: Math.max(0, bucket.limit - (count ?? bucket.limit)),
          resetSeconds: Math.ceil((bucket.end.getTime() - now.getTime()) / 1000),
          exceeded,
        });
        if (exceeded) throw new Exceeded();
      }
    });
  } catch (error) {
    if (!(error instanceof Exceeded)) throw error;
  }
  return uses;
}

/** @returns the count after this token; null when the bucket is enforced and full. */
async function countOne(tx: Prisma.TransactionClient, { subject, period, start, limit, enforce }: Bucket) {
  const rows = await tx.$queryRaw<{ count: number }[]>`
    INSERT INTO token_counts AS c (subject, period, period_start, count) VALUES (${subject}, ${period}, ${start}, 1)
    ON CONFLICT (subject, period, period_start) DO UPDATE SET count = c.count + 1
      WHERE NOT ${enforce}::boolean OR c.count < ${limit}::integer
    RETURNING count`;
  return rows[0]?.count ?? null;
}
