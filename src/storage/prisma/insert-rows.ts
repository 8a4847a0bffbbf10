import type { Prisma } from '../../generated/prisma/client.js';

/** The JSON that the database reads a column's value from. */
function toJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  // Half a surrogate pair is no text for the database.
  if (typeof value === 'string') return value.replaceAll(/\p{Surrogate}/gu, '\uFFFD');
  return typeof value === 'bigint' ? String(value) : value;
}

const columnOf = (member: string): string =>
  member.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/**
 * Inserts rows with one statement, whose text is the same for any number of them. Prisma's `createMany` has a text and a plan
 * for each number, which cost more than what they do.
 *
 * @param rows by the names that the schema gives to the columns; all have the same.
 */
export async function insertRows(
  db: Prisma.TransactionClient,
  table: 'clients' | 'client_grants' | 'logs',
  rows: readonly object[],
): Promise<void> {
  const columns = Object.keys(rows[0] ?? {})
    .map(columnOf)
    .join(', ');
  const values = rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([member, value]: [string, unknown]) => [columnOf(member), toJson(value)]),
    ),
  );
  await db.$executeRawUnsafe(
    `INSERT INTO ${table} (${columns})
     SELECT ${columns} FROM json_populate_recordset(NULL::${table}, $1::json)`,
    JSON.stringify(values),
  );
}
