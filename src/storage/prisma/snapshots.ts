// Puts a test suite back to a known state: copies of the tables in a schema of their own, and the way back to them.
//
// Which tables there are, and how they refer to each other, is read from the database's own catalog, so that a table that
// a migration adds is among them. Triggers write down which tables have changed since, so that what a test left alone costs
// nothing. Of the others going back touches only the rows that differ: an embedded database, which nothing vacuums, does not
// grow by a copy of itself each time.

import type { Prisma } from '../../generated/prisma/client.js';

type Db = Prisma.TransactionClient;

/**
 * Tables that are not copied: what migrations and caches go by, the keys that sign, and the log, of which only the newest
 * entry is remembered.
 */
const LEFT_ALONE = `('_prisma_migrations', 'config_version', 'signing_keys', 'logs')`;

/** Tables with their depth in the references between them: those that a table refers to have a lower one. */
const TABLES = `
  WITH RECURSIVE copied AS (
    SELECT c.oid, c.relname FROM pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname NOT IN ${LEFT_ALONE}
  ), level AS (
    SELECT oid, 0 AS depth FROM copied
    UNION
    SELECT f.conrelid, level.depth + 1 FROM level
    JOIN pg_constraint f ON f.contype = 'f' AND f.confrelid = level.oid AND f.conrelid <> f.confrelid
    WHERE level.depth < 100
  )
  SELECT copied.oid, copied.relname AS name, max(level.depth) AS depth
  FROM copied JOIN level USING (oid) GROUP BY copied.oid, copied.relname`;

/** The migrations that a copy was made under. Under others its columns may not fit. */
const MIGRATIONS = `(SELECT string_agg(checksum, ' ' ORDER BY started_at, migration_name) FROM _prisma_migrations)`;

const TAKE = `
DO $take$
DECLARE
  t record;
  event record;
  unfit text;
BEGIN
  -- Rows go before the rows that refer to them: that needs references that let go.
  SELECT string_agg(conname, ', ') INTO unfit FROM pg_constraint
  WHERE contype = 'f' AND connamespace = current_schema()::regnamespace AND confdeltype NOT IN ('c', 'n', 'd');
  IF unfit IS NOT NULL THEN
    RAISE EXCEPTION 'a snapshot needs foreign keys that cascade or set null: %', unfit;
  END IF;
  DROP SCHEMA IF EXISTS grantry_snapshot CASCADE;
  CREATE SCHEMA grantry_snapshot;
  CREATE TABLE grantry_snapshot."(tables)" AS
  SELECT
    tables.name,
    row_number() OVER (ORDER BY tables.depth, tables.name) AS position,
    (SELECT string_agg(format('s.%1$I = t.%1$I', a.attname), ' AND ')
      FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
      WHERE i.indrelid = tables.oid AND i.indisprimary) AS same_key,
    (SELECT string_agg(quote_ident(a.attname), ', ')
      FROM pg_attribute a
      WHERE a.attrelid = tables.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns,
    false AS has_changed
  FROM (${TABLES}) tables;
  CREATE FUNCTION grantry_snapshot.mark_changed() RETURNS trigger LANGUAGE plpgsql AS $mark$
  BEGIN
    -- A statement that finds nothing to do calls it, too.
    IF EXISTS (SELECT FROM changed_rows) THEN
      UPDATE grantry_snapshot."(tables)" SET has_changed = true WHERE name = TG_TABLE_NAME AND NOT has_changed;
    END IF;
    RETURN NULL;
  END
  $mark$;
  FOR t IN SELECT name FROM grantry_snapshot."(tables)" LOOP
    EXECUTE format('CREATE TABLE grantry_snapshot.%1$I AS TABLE %1$I', t.name);
    -- Without it the database takes the copy for a table of another size, and may compare each row with all others.
    EXECUTE format('ANALYZE grantry_snapshot.%I', t.name);
    FOR event IN SELECT * FROM (VALUES ('INSERT', 'NEW'), ('UPDATE', 'NEW'), ('DELETE', 'OLD')) AS e (name, rows) LOOP
      EXECUTE format(
        'CREATE TRIGGER grantry_snapshot_%1$s AFTER %1$s ON %2$I REFERENCING %3$s TABLE AS changed_rows
         FOR EACH STATEMENT EXECUTE FUNCTION grantry_snapshot.mark_changed()', event.name, t.name, event.rows);
    END LOOP;
  END LOOP;
  CREATE TABLE grantry_snapshot."(remembered)" AS
    SELECT ${MIGRATIONS} AS migrations, (SELECT coalesce(max(id), 0) FROM logs) AS last_log;
END
$take$`;

const RESTORE = `
DO $restore$
DECLARE
  changed text[];
  t record;
BEGIN
  -- Until nothing has changed: deleting a row can change others, through references and through triggers.
  FOR round IN 1..10 LOOP
    changed := ARRAY(SELECT name FROM grantry_snapshot."(tables)" WHERE has_changed);
    EXIT WHEN changed = '{}';
    UPDATE grantry_snapshot."(tables)" SET has_changed = false WHERE has_changed;
    FOR t IN SELECT * FROM grantry_snapshot."(tables)" WHERE name = ANY (changed) ORDER BY position LOOP
      EXECUTE format(
        'DELETE FROM %1$I t WHERE NOT EXISTS (SELECT FROM grantry_snapshot.%1$I s WHERE %2$s AND s *= t)',
        t.name, t.same_key);
    END LOOP;
    FOR t IN SELECT * FROM grantry_snapshot."(tables)" WHERE name = ANY (changed) ORDER BY position LOOP
      EXECUTE format(
        'INSERT INTO %1$I (%3$s) OVERRIDING SYSTEM VALUE SELECT %3$s FROM grantry_snapshot.%1$I s
         WHERE NOT EXISTS (SELECT FROM %1$I t WHERE %2$s)',
        t.name, t.same_key, t.columns);
    END LOOP;
  END LOOP;
  IF EXISTS (SELECT FROM grantry_snapshot."(tables)" WHERE has_changed) THEN
    RAISE EXCEPTION 'the snapshot cannot be restored: rows change whenever they are put back';
  END IF;
  DELETE FROM logs WHERE id > (SELECT last_log FROM grantry_snapshot."(remembered)");
END
$restore$`;

/** Copies all tables, over an earlier copy. Runs inside a change of the configuration, so that nobody changes it meanwhile. */
export async function takeSnapshot(db: Db): Promise<void> {
  await db.$executeRawUnsafe(TAKE);
}

/**
 * Puts back what was copied, and deletes the log entries since. Runs inside a change of the configuration.
 *
 * @returns false when there is no copy, or only one from another version of the server.
 */
export async function restoreSnapshot(db: Db): Promise<boolean> {
  const [found] = await db.$queryRawUnsafe<{ table: string | null }[]>(
    `SELECT to_regclass('grantry_snapshot."(remembered)"')::text AS table`,
  );
  if (found === undefined || found.table === null) return false;
  const [taken] = await db.$queryRawUnsafe<{ fits: boolean }[]>(
    `SELECT migrations = ${MIGRATIONS} AS fits FROM grantry_snapshot."(remembered)"`,
  );
  if (taken?.fits !== true) return false;
  await db.$executeRawUnsafe(RESTORE);
  return true;
}
