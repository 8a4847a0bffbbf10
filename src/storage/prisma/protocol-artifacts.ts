// Statements of the token path, through the pool (docs/decisions/0004-token-path.md).

import { hash } from 'node:crypto';
import type pg from 'pg';
import { z } from 'zod';
import type { Artifact, NewArtifact } from '../../domain/authorization.js';
import type { ArtifactStore } from '../protocol.js';
import { AUTHORIZATION_COLUMNS, authorizationOf } from './authorizations.js';
import { missingReference } from './errors.js';
import { Grouped } from './grouped.js';
import { jsonObject } from './json-columns.js';
import type { Sealing } from './sealing.js';

/** Names are secrets of 256 bits, or short-lived: a plain digest tells nothing about them. */
const digestOf = (kind: string, name: string): string => hash('sha256', `${kind}:${name}`, 'base64url');

const placeOf = (kind: string, digest: string): string => `protocol_artifacts/${kind}/${digest}`;

const INSERT = `
  INSERT INTO protocol_artifacts
    (kind, digest, authorization_id, other_digest, encrypted_payload, leeway_seconds, idle_seconds, used_at, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;

const COLUMNS = `
  digest, authorization_id, encrypted_payload, leeway_seconds, idle_seconds, used_at, consumed_at,
  expires_at AS artifact_expires_at`;

const SELECT = `SELECT ${COLUMNS} FROM protocol_artifacts`;

/** In one statement: what is found belongs together. */
const SELECT_WITH_AUTHORIZATION = `
  SELECT p.*, a.* FROM (${SELECT} WHERE kind = $1 AND digest = $2) p
  LEFT JOIN (SELECT ${AUTHORIZATION_COLUMNS} FROM authorizations) a ON a.id = p.authorization_id`;

/** Since used ones are kept to recognize their repetition, they would push out tokens that are in use. */
const EXCESS = `
  SELECT p.digest FROM protocol_artifacts p JOIN authorizations a ON a.id = p.authorization_id
  WHERE p.kind = $1 AND a.user_id = $2 AND a.client_id = $3 AND p.consumed_at IS NULL
  ORDER BY p.seq DESC OFFSET $4`;

/**
 * Those that nobody holds: what ends with its user, its client or its authorization is held in no fixed order, so whoever
 * held some and waited for others could wait in a ring. One can be touched more than once by a group.
 */
const TOUCH = `
  WITH touched AS (
    SELECT kind, digest, max(used_at) AS used_at
    FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS use (kind, digest, used_at) GROUP BY kind, digest
  ), free AS (
    SELECT p.kind, p.digest, touched.used_at
    FROM protocol_artifacts p JOIN touched ON touched.kind = p.kind AND touched.digest = p.digest
    FOR NO KEY UPDATE OF p SKIP LOCKED
  )
  UPDATE protocol_artifacts p SET used_at = greatest(p.used_at, free.used_at) FROM free
  WHERE p.kind = free.kind AND p.digest = free.digest
  RETURNING p.kind, p.digest`;

const row = z.object({
  digest: z.string(),
  authorization_id: z.string().nullable(),
  encrypted_payload: z.instanceof(Uint8Array),
  leeway_seconds: z.number(),
  idle_seconds: z.number().nullable(),
  used_at: z.date(),
  consumed_at: z.date().nullable(),
  artifact_expires_at: z.date(),
});

export function artifactStore(pool: pg.Pool, sealing: Sealing): ArtifactStore {
  const valuesOf = (kind: string, name: string, artifact: NewArtifact, now: Date): unknown[] => {
    const digest = digestOf(kind, name);
    return [
      kind,
      digest,
      artifact.authorizationId,
      artifact.otherName === null ? null : digestOf(kind, artifact.otherName),
      sealing.seal(JSON.stringify(artifact.payload), placeOf(kind, digest)),
      artifact.leewaySeconds,
      artifact.idleSeconds,
      now,
      artifact.expiresAt,
    ];
  };

  const artifactOf = (kind: string, found: unknown): Artifact => {
    const columns = row.parse(found);
    const payload: unknown = JSON.parse(
      sealing.openText(columns.encrypted_payload, placeOf(kind, columns.digest)),
    );
    return {
      payload: jsonObject.parse(payload),
      authorizationId: columns.authorization_id,
      leewaySeconds: columns.leeway_seconds,
      idleSeconds: columns.idle_seconds,
      usedAt: columns.used_at,
      consumedAt: columns.consumed_at,
      expiresAt: columns.artifact_expires_at,
    };
  };

  const find = async (
    name: string,
    where: string,
    kind: string,
    digest: string,
  ): Promise<Artifact | null> => {
    const { rows } = await pool.query({ name, text: `${SELECT} WHERE ${where}`, values: [kind, digest] });
    return rows.length === 0 ? null : artifactOf(kind, rows[0]);
  };

  /** Writes down uses together. @returns the places of those that it has written down. */
  const touches = new Grouped<{ kind: string; digest: string; now: Date }, ReadonlySet<string>>(
    async (group) => {
      const { rows } = await pool.query<{ kind: string; digest: string }>({
        name: 'artifacts_touch',
        text: TOUCH,
        values: [
          group.map(({ kind }) => kind),
          group.map(({ digest }) => digest),
          group.map(({ now }) => now.toISOString()),
        ],
      });
      return new Set(rows.map(({ kind, digest }) => placeOf(kind, digest)));
    },
  );

  return {
    put: async (kind, name, artifact, now) => {
      await missingReference(
        pool.query({
          name: 'artifact_put',
          text: `${INSERT} ON CONFLICT (kind, digest) DO UPDATE SET
            authorization_id = excluded.authorization_id, other_digest = excluded.other_digest,
            encrypted_payload = excluded.encrypted_payload, used_at = excluded.used_at, expires_at = excluded.expires_at`,
          values: valuesOf(kind, name, artifact, now),
        }),
      );
    },
    putNew: async (kind, name, artifact, now) => {
      const { rowCount } = await missingReference(
        pool.query({
          name: 'artifact_put_new',
          text: `${INSERT} ON CONFLICT (kind, digest) DO NOTHING`,
          values: valuesOf(kind, name, artifact, now),
        }),
      );
      return rowCount === 1;
    },
    find: (kind, name) => find('artifact_find', 'kind = $1 AND digest = $2', kind, digestOf(kind, name)),
    findWithAuthorization: async (kind, name) => {
      const { rows } = await pool.query<{ id: string | null }>({
        name: 'artifact_find_with_authorization',
        text: SELECT_WITH_AUTHORIZATION,
        values: [kind, digestOf(kind, name)],
      });
      const [found] = rows;
      if (found === undefined) return null;
      const authorization = found.id === null ? null : authorizationOf(found);
      return { artifact: artifactOf(kind, found), authorization };
    },
    findByOtherName: (kind, otherName) =>
      find('artifact_find_other', 'kind = $1 AND other_digest = $2', kind, digestOf(kind, otherName)),
    consume: async (kind, name, now) => {
      const { rowCount } = await pool.query({
        name: 'artifact_consume',
        text: `UPDATE protocol_artifacts SET consumed_at = $3, used_at = $3
          WHERE kind = $1 AND digest = $2 AND consumed_at IS NULL`,
        values: [kind, digestOf(kind, name), now],
      });
      return rowCount === 1;
    },
    touch: async (kind, name, now) => {
      const digest = digestOf(kind, name);
      const touched = await touches.add({ kind, digest, now });
      if (touched.has(placeOf(kind, digest))) return;
      // Somebody holds it, or it has gone.
      await pool.query({
        name: 'artifact_touch',
        text: `UPDATE protocol_artifacts SET used_at = greatest(used_at, $3) WHERE kind = $1 AND digest = $2`,
        values: [kind, digest, now],
      });
    },
    delete: async (kind, name) => {
      await pool.query({
        name: 'artifact_delete',
        text: 'DELETE FROM protocol_artifacts WHERE kind = $1 AND digest = $2',
        values: [kind, digestOf(kind, name)],
      });
    },
    trim: async (kind, { userId, clientId }, keep) => {
      const values = [kind, userId, clientId, keep];
      const { rows } = await pool.query<{ digest: string }>({
        name: 'artifact_excess',
        text: EXCESS,
        values,
      });
      let deleted = 0;
      // One at a time, so that none is held while this waits for another.
      for (const { digest } of rows) {
        const { rowCount } = await pool.query({
          name: 'artifact_trim',
          text: 'DELETE FROM protocol_artifacts WHERE kind = $1 AND digest = $2 AND consumed_at IS NULL',
          values: [kind, digest],
        });
        deleted += rowCount ?? 0;
      }
      return deleted;
    },
  };
}
