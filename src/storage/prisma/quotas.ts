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

class Exceeded extends Error {
  readonly bucket: Bucket;
  constructor(bucket: Bucket) {
    super('the quota is used up');
    this.bucket = bucket;
  }
}

/** See `Storage.takeFromQuotas`. Counting is one atomic statement for each bucket, so no two requests take the same token. */
export async function takeFromQuotas(
  prisma: PrismaClient,
  quotas: readonly SubjectQuota[],
  now: Date,
): Promise<readonly QuotaUse[]> {
  const buckets = bucketsOf(quotas, now);
  try {
    return await prisma.$transaction(async (tx) => {
      const uses: QuotaUse[] = [];
      for (const bucket of buckets) {
        const count = await countOne(tx, bucket);
        // Takes back what has been counted for the buckets before it.
        if (count === null) throw new Exceeded(bucket);
        uses.push(useOf(bucket, count, now));
      }
      return uses;
    });
  } catch (error) {
    if (!(error instanceof Exceeded)) throw error;
    const counts = await Promise.all(buckets.map((bucket) => readCount(prisma, bucket)));
    return buckets.map((bucket, n) => {
      const use = useOf(bucket, counts[n] ?? 0, now);
      return { ...use, exceeded: bucket === error.bucket || (bucket.enforce && use.remaining === 0) };
    });
  }
}

function useOf(bucket: Bucket, count: number, now: Date): QuotaUse {
  return {
    of: bucket.of,
    period: bucket.period,
    limit: bucket.limit,
    remaining: Math.max(0, bucket.limit - count),
    resetSeconds: Math.ceil((bucket.end.getTime() - now.getTime()) / 1000),
    exceeded: false,
  };
}

async function readCount(prisma: PrismaClient, { subject, period, start }: Bucket): Promise<number> {
  const where = { subject_period_periodStart: { subject, period, periodStart: start } };
  return (await prisma.tokenCount.findUnique({ where }))?.count ?? 0;
}

/** @returns the count after this token; null when the bucket is enforced and full. */
async function countOne(tx: Prisma.TransactionClient, { subject, period, start, limit, enforce }: Bucket) {
  const rows = await tx.$queryRaw<{ count: number }[]>`
    INSERT INTO token_counts AS c (subject, period, period_start, count)
    SELECT ${subject}, ${period}, ${start}, 1 WHERE NOT ${enforce}::boolean OR ${limit}::integer > 0
    ON CONFLICT (subject, period, period_start) DO UPDATE SET count = c.count + 1
      WHERE NOT ${enforce}::boolean OR c.count < ${limit}::integer
    RETURNING count`;
  return rows[0]?.count ?? null;
}
