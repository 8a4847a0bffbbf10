// Deletes what is of no use any more.

import type { PrismaClient } from '../../generated/prisma/client.js';
import { LONGEST_COUNTED_MS } from './approvals.js';

/**
 * Deletes the rows of a table that ended before a date. What somebody holds goes the next time: another process can prune
 * the same at the same time, in another order.
 *
 * @param end the column that says when a row ends.
 * @returns how many.
 */
function deleteEnded(db: PrismaClient, table: string, end: string, before: Date): Promise<number> {
  return db.$executeRawUnsafe(
    `DELETE FROM ${table} WHERE ctid IN (
       SELECT ctid FROM ${table} WHERE ${end} < $1::timestamptz FOR UPDATE SKIP LOCKED
     )`,
    before.toISOString(),
  );
}

/** See `Storage.prune`. @param logs log entries before it go. */
export async function prune(db: PrismaClient, logs: Date, now: Date): Promise<number> {
  const twoDaysAgo = new Date(now.getTime() - 2 * 86_400_000);
  // They count for the limit on them until then.
  const counted = new Date(now.getTime() - LONGEST_COUNTED_MS);
  const deleted = [
    await deleteEnded(db, 'logs', 'date', logs),
    await deleteEnded(db, 'used_assertions', 'expires_at', now),
    await deleteEnded(db, 'token_counts', 'period_start', twoDaysAgo),
    await deleteEnded(db, 'protocol_artifacts', 'expires_at', now),
    await deleteEnded(db, 'authorizations', 'expires_at', now),
    await deleteEnded(db, 'approvals', 'expires_at', counted),
    await deleteEnded(db, 'login_failures', 'expires_at', now),
    await deleteEnded(db, 'login_addresses', 'relieved_at', now),
  ];
  return deleted.reduce((sum, count) => sum + count, 0);
}
