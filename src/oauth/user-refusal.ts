// Refusals of access on behalf of a user: for each reason, the platform's status, code and text. A reason that has none
// does not compile. The status counts where the answer is JSON or a page; a redirect carries code and text.

import type { OAuthError } from '../errors.js';
import type { MfaObstacle, UserDenial, UserFlow } from '../policy/decision.js';
import type { Refusal } from './refusal.js';

interface Context {
  readonly clientId: string;
  readonly flow: UserFlow;
}

type Renderers = {
  readonly [Reason in UserDenial['reason']]: (
    denial: Extract<UserDenial, { reason: Reason }>,
    context: Context,
  ) => OAuthError;
};

/** There can be thousands, of any length. */
const MAX_NAMED = 20;

const denied = (description: string): OAuthError => ({ status: 403, error: 'access_denied', description });
const invalid = (description: string): OAuthError => ({ status: 400, error: 'invalid_request', description });

/** Flows in which the client asks at the token endpoint for what was settled before, or with what it has in hand. */
const isInteractive = (flow: UserFlow): boolean =>
  flow === 'authorize' || flow === 'device' || flow === 'ciba';
const isLater = (flow: UserFlow): boolean => flow === 'refresh' || flow === 'code_exchange';

/** US-2, DV-1 (and CIBA likewise) with the status of Q6; PW-7, RT-9 and TX-14 at the token endpoint. US-1, TP-4 to TP-6 and PM-3 take it, too. */
const notAuthorized = ({ audience }: { audience: string }, { clientId, flow }: Context): OAuthError => {
  const description = `Client "${clientId}" is not authorized to access resource server "${audience}".`;
  if (!isInteractive(flow)) return denied(description);
  return { ...invalid(description), status: flow === 'authorize' ? 400 : 403 };
};

/** GE-3; TX-14 has no text of its own. */
const grantTypeNotAllowed = ({ grantType }: { grantType: string }): OAuthError => ({
  status: 403,
  error: 'unauthorized_client',
  description: `Grant type '${grantType}' not allowed for the client.`,
  uri: 'https://auth0.com/docs/clients/client-grant-types',
});

/** AU-4, AU-9, MR-4. */
const serviceNotFound = ({ audience }: { audience: string }): OAuthError =>
  denied(`Service not found: ${audience}`);

/** UO-7; organizations that do not exist have no text of their own. */
const organizationInvalid = ({ organization }: { organization: string }): OAuthError =>
  invalid(`parameter organization is invalid: ${organization}`);

/** TX-8 has the first text; TP-17 and the page "MFA with CTE" have none. */
const notSupported: Record<MfaObstacle, OAuthError> = {
  actor: invalid('MFA is not supported using actor_token with the requested token exchange profile.'),
  organization: invalid('MFA is not supported in token exchanges for an organization.'),
  third_party: denied('Multifactor authentication required'),
  flow: denied('Multifactor authentication required'),
};

/** Rows of token-issuance.md; where it has no text, the defaults of its section 10, or ours. */
const oauthErrorFor: Renderers = {
  grant_type_not_allowed: grantTypeNotAllowed,
  token_exchange_not_allowed: grantTypeNotAllowed,
  // TX-18 has the status; code and text are those of GE-3.
  identity_assertion_not_allowed: grantTypeNotAllowed,
  // TX-18: the text is ours.
  audience_not_asserted: () => invalid('The audience is not the one that the assertion is for'),
  // TX-7; the statuses are those of the platform's page "Custom Token Exchange".
  exchange_denied: ({ code, description }) => ({
    status: code === 'server_error' ? 500 : 400,
    error: code,
    description: description === '' ? 'The request was denied by an Action.' : description,
  }),
  // TX-6.
  subject_token_rejected: ({ description }) =>
    invalid(description === '' ? 'The subject_token is invalid.' : description),
  // TP-9, RFC 6749 section 4.1.2.1.
  response_type_not_allowed: ({ responseType }) => ({
    status: 400,
    error: 'unsupported_response_type',
    description: `Unsupported response type: ${responseType}`,
  }),
  // TP-7, with the code of Q25.
  pkce_required: () => invalid('The PKCE protocol extension is required'),
  // US-16.
  offline_and_online_access: () => invalid('Cannot request both online_access and offline_access scopes'),
  // TX-10: ours.
  audience_missing: () => invalid('Missing required parameter: audience'),
  // AU-8, with the code of Q25.
  userinfo_closed_to_third_parties: () =>
    invalid(
      'The userinfo audience is not allowed for third party clients. Please specify a valid API audience.',
    ),
  resource_server_unknown: serviceNotFound,
  refresh_audience_not_allowed: serviceNotFound,
  system_api_closed_to_third_parties: notAuthorized,
  policy_denies_all: notAuthorized,
  client_grant_missing: notAuthorized,
  // RA-1, RA-3, with the code of Q10; the text is ours.
  authorization_details_not_allowed: ({ types }) =>
    invalid(`authorization_details of these types are not allowed: ${types.join(', ')}`),
  // UO-1, UO-2, UO-6, UO-6a, UO-6c.
  organization_not_allowed: () => invalid('parameter organization is not allowed for this client'),
  organization_required: () => invalid('parameter organization is required for this client'),
  organization_membership_missing: () =>
    invalid('client requires organization membership, but user does not belong to any organization'),
  organization_malformed: ({ namesAllowed }) =>
    invalid(
      `authorization request parameter organization must be an organization id${namesAllowed ? ' or name' : ''}`,
    ),
  organizations_not_supported: () =>
    invalid('organizations feature is not supported for non-first party or non-strict third party clients'),
  organization_unknown: organizationInvalid,
  // TX-18: the request named none; the text is ours.
  organization_closed_to_third_parties: (denial, { clientId, flow }) =>
    flow === 'identity_assertion'
      ? denied(`client ${clientId} is not enabled for the ${denial.organization} organization`)
      : organizationInvalid(denial),
  // UO-8: the text is ours.
  organization_closed_to_client: ({ organization }, { clientId }) =>
    denied(`client ${clientId} is not enabled for the ${organization} organization`),
  // UO-5.
  not_a_member: ({ userId, organization }) =>
    denied(`user ${userId} is not part of the ${organization} organization`),
  // UO-6d; without an organization the text is ours.
  connection_not_enabled: ({ organization }) =>
    denied(`connection is not enabled for this ${organization === null ? 'client' : 'organization'}`),
  // GE-9, GE-10, GE-11: told only where the user must not or cannot be asked.
  login_required: () => ({ status: 400, error: 'login_required', description: 'Login required' }),
  consent_required: () => ({ status: 400, error: 'consent_required', description: 'Consent required' }),
  organization_selection_required: () => ({
    status: 400,
    error: 'interaction_required',
    description: 'Organization selection required',
  }),
  // TX-3: the text is that of GE-10; the code at a custom exchange is that of node-auth0 7, CustomTokenExchange.
  consent_missing: (_denial, { flow }) => ({
    ...denied('Consent required'),
    ...(flow === 'custom_exchange' && { error: 'consent_required' }),
  }),
  user_blocked: () => denied('user is blocked'),
  // RT-4, with the status of Q8; the text is ours.
  scopes_unknown: ({ unknown }) => ({
    status: 400,
    error: 'invalid_scope',
    description: `Unknown scopes: ${unknown.slice(0, MAX_NAMED).join(', ')}`,
  }),
  // TX-14, with the text of CC-6.
  scopes_not_permitted: ({ missing }) => denied(`Client has not been granted scopes: ${missing.join(', ')}`),
  // AC-3, RT-10. The text is the Action's own.
  action_denied: ({ description }) =>
    denied(description === '' ? 'The request was denied by an Action.' : description),
  // FC-3. What happened stays in the log.
  action_failed: () => ({
    status: 500,
    error: 'server_error',
    description: 'The request could not be completed because an Action failed.',
  }),
  // RFC 9449 section 5.
  proof_of_possession_required: ({ audience }) =>
    invalid(
      audience === null
        ? 'Tokens of this client must be bound to a key.'
        : `Tokens for resource server "${audience}" must be bound to a key.`,
    ),
  // PW-10, with the status of auth0/auth0-java#119. What goes on with it is added where the request is kept.
  mfa_required: () => ({
    status: 403,
    error: 'mfa_required',
    description: 'Multifactor authentication required',
  }),
  mfa_not_supported: ({ of }) => notSupported[of],
  mfa_not_available: () =>
    denied('Multifactor authentication required, and no factor is enabled that this server can ask for.'),
  configuration_not_understood: () => denied('The configuration does not allow this request.'),
};

/** What the request itself can set right, after the login as well. */
const requestFaults: ReadonlySet<UserDenial['reason']> = new Set([
  'offline_and_online_access',
  'proof_of_possession_required',
  'scopes_unknown',
  'grant_type_not_allowed',
  'action_failed',
  'mfa_required',
]);

/**
 * The refusal for a denial. Public texts only: what the policy looked at stays in the log. At `code_exchange` and `refresh`
 * the request cannot be wrong about what the login settled, so a refusal of that is `access_denied` (RT-9).
 */
export function userRefusalFor(denial: UserDenial, clientId: string, flow: UserFlow): Refusal {
  const render = oauthErrorFor[denial.reason] as (denial: UserDenial, context: Context) => OAuthError;
  const error = render(denial, { clientId, flow });
  const isSettled = isLater(flow) && !requestFaults.has(denial.reason);
  return {
    reason: denial.reason,
    error: isSettled ? { ...error, status: 403, error: 'access_denied' } : error,
  };
}
