// Statements of the token path, through the pool (docs/decisions/0004-token-path.md).

import type pg from 'pg';
import { z } from 'zod';
import type { Authorization } from '../../domain/authorization.js';
import type { AuthorizationStore } from '../protocol.js';
import { missingReference } from './errors.js';
import { jsonObject } from './json-columns.js';

/** As `authorizationOf` reads them. */
export const AUTHORIZATION_COLUMNS = `id, user_id, client_id, audience, organization_id, grant_type, granted_scopes, authorization_details,
  needs_consent, action_changes, authenticated_at, created_at, expires_at, has_second_factor`;

const row = z
  .object({
    id: z.string(),
    user_id: z.string(),
    client_id: z.string(),
    audience: z.string().nullable(),
    organization_id: z.string().nullable(),
    grant_type: z.string(),
    granted_scopes: z.array(z.string()),
    authorization_details: z.array(jsonObject.and(z.object({ type: z.string() }))).nullable(),
    needs_consent: z.boolean(),
    action_changes: z
      .object({
        accessTokenClaims: jsonObject,
        idTokenClaims: jsonObject,
        addedScopes: z.array(z.string()),
        removedScopes: z.array(z.string()),
      })
      .nullable(),
    authenticated_at: z.date(),
    created_at: z.date(),
    expires_at: z.date(),
    has_second_factor: z.boolean(),
  })
  .transform((columns): Authorization => ({
    id: columns.id,
    userId: columns.user_id,
    clientId: columns.client_id,
    audience: columns.audience,
    organizationId: columns.organization_id,
    grantType: columns.grant_type,
    grantedScopes: columns.granted_scopes,
    authorizationDetails: columns.authorization_details,
    needsConsent: columns.needs_consent,
    actionChanges: columns.action_changes,
    authenticatedAt: columns.authenticated_at,
    hasSecondFactor: columns.has_second_factor,
    createdAt: columns.created_at,
    expiresAt: columns.expires_at,
  }));

/** Reads a row. @throws ZodError when it has another form. */
export const authorizationOf = (columns: unknown): Authorization => row.parse(columns);

export function authorizationStore(pool: pg.Pool): AuthorizationStore {
  return {
    find: async (id) => {
      const { rows } = await pool.query({
        name: 'authorization_find',
        text: `SELECT ${AUTHORIZATION_COLUMNS} FROM authorizations WHERE id = $1`,
        values: [id],
      });
      return rows.length === 0 ? null : authorizationOf(rows[0]);
    },
    create: async (authorization) => {
      const { authorizationDetails, actionChanges } = authorization;
      await missingReference(
        pool.query({
          name: 'authorization_create',
          text: `INSERT INTO authorizations (${AUTHORIZATION_COLUMNS})
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
          values: [
            authorization.id,
            authorization.userId,
            authorization.clientId,
            authorization.audience,
            authorization.organizationId,
            authorization.grantType,
            authorization.grantedScopes,
            authorizationDetails && JSON.stringify(authorizationDetails),
            authorization.needsConsent,
            actionChanges && JSON.stringify(actionChanges),
            authorization.authenticatedAt,
            authorization.createdAt,
            authorization.expiresAt,
            authorization.hasSecondFactor,
          ],
        }),
      );
    },
    delete: async (id) => {
      await pool.query({
        name: 'authorization_delete',
        text: 'DELETE FROM authorizations WHERE id = $1',
        values: [id],
      });
    },
  };
}
