import type { ErrorRequestHandler } from 'express';
import type { Logger } from 'pino';
import { ManagementError, type ManagementErrorCode } from '../errors.js';
import { AlreadyExists, MissingReference, RuleBroken } from '../storage/storage.js';
import { InvalidCursor } from '../storage/window.js';

/** What the rules of the database mean to a caller. Handlers check the same rules first, with better texts. */
const CONFLICTS = {
  client_grant: 'client_grant_conflict',
  resource_server: 'resource_server_conflict',
  connection: 'connection_conflict',
  assertion_issuer: 'assertion_issuer_conflict',
  organization: 'organization_conflict',
  organization_client_grant: 'organization_client_grant_conflict',
  organization_connection: 'organization_connection_conflict',
  organization_client: 'organization_client_conflict',
  discovery_domain: 'discovery_domain_conflict',
  role: 'role_conflict',
  user: 'user_conflict',
  client_credential: 'client_credential_conflict',
  action: 'action_conflict',
  token_exchange_profile: 'token_exchange_profile_conflict',
  other: 'write_conflict',
} as const satisfies Record<AlreadyExists['constraint'], ManagementErrorCode>;

/** Errors of body-parser and of Express's router carry a status below 500 when the request is to blame. */
function requestFault(error: unknown): ManagementError | null {
  if (!(error instanceof Error) || !('status' in error)) return null;
  switch (error.status) {
    case 400:
      return 'type' in error && error.type === 'entity.parse.failed'
        ? new ManagementError('malformed_json')
        : new ManagementError('invalid_uri', "Path validation error: 'Malformed request'.");
    case 413:
      return new ManagementError('payload_too_large');
    case 415:
      return new ManagementError('unsupported_media_type');
    default:
      return null;
  }
}

/** The refusal that a caller sees for an error; null when the server is to blame. */
export function toManagementError(error: unknown): ManagementError | null {
  if (error instanceof ManagementError) return error;
  if (error instanceof AlreadyExists) {
    const code = CONFLICTS[error.constraint];
    return code === 'client_grant_conflict'
      ? new ManagementError(code, 'A client grant already exists for this client, API and subject type')
      : new ManagementError(code);
  }
  // Another request was quicker: what this one is about has changed under it.
  if (error instanceof MissingReference || error instanceof RuleBroken)
    return new ManagementError('write_conflict');
  if (error instanceof InvalidCursor) {
    return new ManagementError(
      'invalid_query_string',
      "Query validation error: 'Invalid value' on property from.",
    );
  }
  return requestFault(error);
}

/** Writes the body of an error. What is nobody's fault but ours is logged in full and answered in one line. */
export function renderErrors(log: Logger): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    if (res.headersSent) {
      next(error);
      return;
    }
    const refusal = toManagementError(error);
    if (refusal === null) log.error({ err: error, method: req.method, path: req.path }, 'request failed');
    const shown = refusal ?? new ManagementError('internal');
    // RFC 9110 section 15.5.2.
    if (shown.status === 401) res.set('WWW-Authenticate', 'Bearer');
    res.status(shown.status).json(shown.toBody());
  };
}
