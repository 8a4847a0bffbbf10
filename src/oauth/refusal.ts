// Refusals of the token endpoint: for each reason, the platform's status, code and text. A reason that has none does not
// compile.

import type { OAuthError } from '../errors.js';
import type { ClientDenial, DenyReason } from '../policy/decision.js';

/**
 * Why a request failed before access was decided. Like a `DenyReason`, a public name that never changes its meaning.
 * Unknown clients and wrong secrets are one reason, so that answers do not tell which clients exist.
 */
export type RequestFault =
  | 'request_malformed'
  | 'request_too_large'
  | 'method_not_allowed'
  | 'client_id_missing'
  | 'grant_type_missing'
  | 'grant_type_unsupported'
  | 'client_authentication_failed'
  | 'client_assertion_replayed'
  | 'server_error';

/** Why a login failed, or the exchange of what came of it, beside what the policy says. As public as the others. */
export type LoginFault =
  | 'client_unknown'
  | 'redirect_uri_not_registered'
  | 'code_invalid'
  | 'code_reused'
  | 'code_verifier_wrong'
  | 'refresh_token_invalid'
  | 'refresh_token_reused'
  | 'device_code_invalid'
  | 'device_code_expired'
  | 'authorization_pending'
  | 'polled_too_fast'
  | 'proof_of_possession_invalid'
  | 'interaction_required'
  | 'user_cancelled'
  | 'changed_meanwhile'
  | 'wrong_credentials'
  | 'too_many_attempts'
  | 'subject_token_invalid'
  | 'exchange_profile_unknown'
  | 'exchange_user_unknown'
  | 'mfa_token_invalid'
  | 'second_factor_wrong'
  | 'second_factor_not_available'
  | 'approval_user_unknown'
  | 'approval_unknown'
  | 'approval_denied'
  | 'approval_expired'
  | 'identity_assertion_invalid';

export type Reason = RequestFault | LoginFault | DenyReason | 'granted';

export interface Refusal {
  readonly reason: Exclude<Reason, 'granted'>;
  readonly error: OAuthError;
}

/** A refusal that no denial of the policy stands behind. */
export const fault = (
  reason: RequestFault | LoginFault,
  status: OAuthError['status'],
  error: string,
  description: string,
): Refusal => ({
  reason,
  error: { status, error, description },
});

/** RFC 6749 section 5.2. */
export const malformed = (description: string): Refusal =>
  fault('request_malformed', 400, 'invalid_request', description);

export const tooLarge = (): Refusal =>
  fault('request_too_large', 413, 'invalid_request', 'The request body is too large');

/** RFC 6749 section 3.2: the client must use POST. */
export const methodNotAllowed = (): Refusal =>
  fault('method_not_allowed', 405, 'invalid_request', 'The token endpoint takes POST requests only');

/** GE-2. */
export const clientIdMissing = (): Refusal =>
  fault('client_id_missing', 401, 'invalid_client', 'Missing client_id');

/** GE-2. */
export const grantTypeMissing = (): Refusal =>
  fault('grant_type_missing', 400, 'invalid_request', 'Missing required parameter: grant_type');

/** GE-4. */
export const grantTypeUnsupported = (): Refusal =>
  fault('grant_type_unsupported', 400, 'unsupported_grant_type', 'Grant type not supported');

/** GE-1. */
export const authenticationFailed = (): Refusal =>
  fault('client_authentication_failed', 401, 'access_denied', 'Unauthorized');

/** RFC 6749 section 5.2, with the text of the platform's API description. */
export const authenticationUnsupported = (): Refusal =>
  fault('client_authentication_failed', 401, 'invalid_client', 'Client authentication failed');

/** RFC 7523 section 3, item 7. */
export const assertionReplayed = (): Refusal =>
  fault('client_assertion_replayed', 401, 'invalid_client', 'The client assertion has been used before');

/** RFC 9449 section 5: what is exchanged for tokens is bound to a key that the request does not prove to have. */
export const keyNotProven = (): Refusal =>
  fault('proof_of_possession_invalid', 400, 'invalid_grant', 'The DPoP proof is missing or invalid');

/** RFC 9449 section 5. */
export const invalidProof = (): Refusal =>
  fault('proof_of_possession_invalid', 400, 'invalid_dpop_proof', 'The DPoP proof is invalid');

export const serverError = (): Refusal =>
  fault('server_error', 500, 'server_error', 'An internal server error occurred');

type Renderers = {
  readonly [Reason in ClientDenial['reason']]: (
    denial: Extract<ClientDenial, { reason: Reason }>,
    clientId: string,
  ) => OAuthError;
};

const denied = (description: string): OAuthError => ({ status: 403, error: 'access_denied', description });

/** CC-2; CC-1, CC-3 and SY-5 have no text of their own and take this one (token-issuance.md 10, Q2 and Q20). */
const notAuthorized = ({ audience }: { audience: string }, clientId: string): OAuthError =>
  denied(
    `Client "${clientId}" is not authorized to access resource server "${audience}". You need to create a "client-grant" associated to this API.`,
  );

/** Rows of token-issuance.md; where it has no text (4.3), Q1's defaults. */
const oauthErrorFor: Renderers = {
  // GE-3.
  grant_type_not_allowed: ({ grantType }) => ({
    status: 403,
    error: 'unauthorized_client',
    description: `Grant type '${grantType}' not allowed for the client.`,
    uri: 'https://auth0.com/docs/clients/client-grant-types',
  }),
  // AU-6.
  audience_missing: () => denied('Non-global clients are not allowed access to APIv1'),
  // AU-5.
  resource_server_unknown: ({ audience }) => denied(`Service not enabled within domain: ${audience}`),
  system_api_closed_to_third_parties: notAuthorized,
  policy_denies_all: notAuthorized,
  client_grant_missing: notAuthorized,
  // CC-6.
  scopes_not_granted: ({ missing }) => denied(`Client has not been granted scopes: ${missing.join(', ')}`),
  // MO-8.
  organization_unknown: ({ organization }) => ({
    status: 400,
    error: 'invalid_request',
    description: `parameter organization is invalid: ${organization}`,
  }),
  // MO-2, MO-7, MO-6.
  organization_not_allowed: ({ organization }) =>
    denied(`The client grant does not allow organizations; organization ${organization} cannot be used.`),
  organization_required: () => denied('The client grant requires an organization and none was provided.'),
  organization_not_granted: ({ organization }) =>
    denied(`The client grant has not been added to organization ${organization}.`),
  // Ours: the platform would bind the token instead.
  proof_of_possession_required: ({ audience }) => ({
    status: 400,
    error: 'invalid_request',
    description: `Tokens for resource server "${audience}" must be bound to a key, which this server cannot do yet.`,
  }),
  // CC-15.
  quota_exceeded: ({ of }) => ({
    status: 429,
    error: 'too_many_requests',
    description: of === 'client' ? 'Client quota exceeded' : 'Organization quota exceeded',
  }),
  // AC-5. The text is the Action's own.
  action_denied: ({ code, description }) => ({
    status: code === 'server_error' ? 500 : 400,
    error: code,
    description: description === '' ? 'The request was denied by an Action.' : description,
  }),
  // FC-3. What happened stays in the log.
  action_failed: () => ({
    status: 500,
    error: 'server_error',
    description: 'The request could not be completed because an Action failed.',
  }),
  configuration_not_understood: () => denied('The configuration does not allow this request.'),
};

/** The refusal for a denial. Public texts only: what the policy looked at stays in the log. */
export function refusalFor(denial: ClientDenial, clientId: string): Refusal {
  const render = oauthErrorFor[denial.reason] as (denial: ClientDenial, clientId: string) => OAuthError;
  return { reason: denial.reason, error: render(denial, clientId) };
}
