// What the library refuses, in the platform's words.

import { errors } from 'oidc-provider';
import { fault, keyNotProven, type Refusal, serverError } from '../refusal.js';
import { grantTypes } from '../vocabulary.js';
import { RefusedRequest } from './refused-request.js';

/** What the library looked at, for the log: its public text says less. */
const detailOf = (error: errors.OIDCProviderError): string =>
  error.error_detail ?? error.error_description ?? '';

function invalidGrant(error: errors.OIDCProviderError, grantType: string | undefined): Refusal {
  const detail = detailOf(error);
  // GE-6.
  if (/code_verifier|code_challenge/.test(detail)) {
    return fault('code_verifier_wrong', 401, 'invalid_grant', 'Failed to verify code verifier');
  }
  if (/DPoP|jkt/.test(detail)) {
    return keyNotProven();
  }
  switch (grantType) {
    case grantTypes.deviceCode:
      return fault('device_code_invalid', 403, 'invalid_grant', 'Invalid or expired device code.');
    default:
      // GE-5.
      return fault(
        /already/.test(detail) ? 'code_reused' : 'code_invalid',
        403,
        'invalid_grant',
        'Invalid authorization code',
      );
  }
}

/** For endpoints that answer with JSON. @param grantType of a token request. */
export function refusalFrom(error: Error, grantType?: string): Refusal {
  if (error instanceof RefusedRequest) return error.refusal;
  if (!(error instanceof errors.OIDCProviderError) || error.statusCode >= 500) return serverError();
  const description = error.error_description ?? error.message;
  if (error instanceof errors.InvalidGrant) return invalidGrant(error, grantType);
  if (error instanceof errors.InvalidDpopProof) {
    return fault('proof_of_possession_invalid', 400, error.error, description);
  }
  // DV-3, DV-5, DV-6.
  if (error instanceof errors.AuthorizationPending) {
    return fault(
      'authorization_pending',
      403,
      'authorization_pending',
      'User has yet to authorize device code.',
    );
  }
  if (error instanceof errors.ExpiredToken) {
    return fault('device_code_expired', 403, 'expired_token', 'The device code has expired.');
  }
  if (error instanceof errors.AccessDenied && grantType === grantTypes.deviceCode) {
    const text = /aborted/.test(description) ? 'User cancelled the confirmation prompt.' : description;
    return fault('user_cancelled', 403, 'access_denied', text);
  }
  // GE-2.
  const missing = /^missing required parameter '(.+)'$/.exec(description)?.[1];
  if (missing !== undefined) {
    return fault('request_malformed', 400, 'invalid_request', `Missing required parameter: ${missing}`);
  }
  return fault('request_malformed', 400, error.error, description);
}

/** For `/authorize`, whose refusals are shown, or sent to the client's address: the platform's code and text. */
export function pageFaultFrom(error: Error): {
  readonly reason: Refusal['reason'];
  code: string;
  description: string;
} {
  if (error instanceof RefusedRequest) {
    const { reason, error: text } = error.refusal;
    return { reason, code: text.error, description: text.description };
  }
  if (error instanceof errors.InvalidRedirectUri) {
    // GE-7.
    return {
      reason: 'redirect_uri_not_registered',
      code: 'invalid_request',
      description:
        'Callback URL mismatch. The provided redirect_uri is not in the list of allowed callback URLs.',
    };
  }
  if (error instanceof errors.InvalidClient) {
    // GE-8.
    return { reason: 'client_unknown', code: 'invalid_request', description: 'Unknown client' };
  }
  if (!(error instanceof errors.OIDCProviderError) || error.statusCode >= 500) {
    const { error: text } = serverError();
    return { reason: 'server_error', code: text.error, description: text.description };
  }
  const reasons: Record<string, Refusal['reason']> = {
    login_required: 'login_required',
    consent_required: 'consent_required',
    interaction_required: 'interaction_required',
    access_denied: 'user_cancelled',
  };
  return {
    reason: reasons[error.error] ?? 'request_malformed',
    code: error.error,
    description: error.error_description ?? error.message,
  };
}
